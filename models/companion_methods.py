"""Letting methods of other apps see only the records they are wanted for.

Those apps need not be installed, and this one must not depend on them. An ordinary override would not do: an app that
is loaded later comes before it, and does not call it. So the finished class is wrapped, when all is loaded
(``_register_hook``), as Odoo's automation rules do it.
"""

from functools import wraps


def restrict(model, names, is_wanted):
    """Wrap those of the methods ``names`` that the model has: they are called for records that ``is_wanted`` picks."""
    cls = model.env.registry[model._name]
    for name in names:
        method = getattr(cls, name, None)
        if method and not hasattr(method, "restricted"):
            setattr(cls, name, _restricted(method, is_wanted))


def _restricted(method, is_wanted):
    @wraps(method)
    def restricted(self, *args, **kwargs):
        wanted = self.filtered(is_wanted)
        # Where none is wanted it is not called: some methods want exactly one.
        return method(wanted, *args, **kwargs) if wanted or not self else True

    restricted.restricted = method
    return restricted


def release(model, names):
    """Take the wrapping off again."""
    cls = model.env.registry[model._name]
    for name in names:
        if hasattr(vars(cls).get(name), "restricted"):
            delattr(cls, name)
