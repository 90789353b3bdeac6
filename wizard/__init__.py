from . import settlement_activate
from . import settlement_upload
from . import settlement_line_assign
from . import settlement_reverse
from . import settlement_rule_learn
from . import settlement_rule_tryout
from . import settlement_fee_vat_seen
from . import settlement_erase_customer
