from . import test_access
from . import test_activation
from . import test_keys
from . import test_own_defaults
from . import test_roles
from . import test_stored_sentences
from . import test_tours
from . import test_translations
