from . import test_changed_ledger
from . import test_changed_vouchers
from . import test_put_right
from . import test_statements
