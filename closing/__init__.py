"""A provider's month: what is done of it, and what has changed since it was signed."""

from . import sentences
