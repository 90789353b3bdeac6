from . import test_activation
from . import test_booking
from . import test_ingest
