from . import test_documents
from . import test_faults
from . import test_fetch
from . import test_ingest
from . import test_upload
from . import test_membership
from . import test_route
