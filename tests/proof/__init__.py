from . import test_account_proof
from . import test_changed_ledger
from . import test_changed_vouchers
from . import test_put_right
from . import test_statements
from . import test_statements_add_up
from . import test_statements_changed
from . import test_statements_told
