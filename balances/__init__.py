from . import sentences
