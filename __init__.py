from . import controllers
from . import models
from . import wizard


def post_init_hook(env):
    """Index the references of the orders that existed before the addon was installed."""
    env["sale.order"]._index_all_references()
