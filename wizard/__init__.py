from . import settlement_activate
from . import settlement_upload
from . import settlement_line_assign
from . import settlement_reverse
