from . import test_access
from . import test_activation
from . import test_booking
from . import test_by_hand
from . import test_core_payments
from . import test_fetch
from . import test_ingest
