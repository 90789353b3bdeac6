from . import test_rule_life
from . import test_rules_in_use
from . import test_tryout
