from . import test_closing
from . import test_closing_changes
from . import test_closing_shops
from . import test_completeness
from . import test_cutoff
from . import test_fee_reports
from . import test_vat_term
