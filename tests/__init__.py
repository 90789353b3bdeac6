from .booking import *
from .matching import *
from .personal_data import *
from .proof import *
from .rules import *
from .settlements import *
from .setup import *
from .webshops import *
