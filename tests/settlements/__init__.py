from . import test_documents
from . import test_every_provider
from . import test_faults
from . import test_fetch
from . import test_ingest
from . import test_membership
from . import test_route
from . import test_upload
