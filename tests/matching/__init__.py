from . import test_core_payments
from . import test_money_back
from . import test_references
from . import test_unknown
