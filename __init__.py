from . import controllers
from . import models
from . import report
from . import wizard


def post_init_hook(env):
    """Index the references of the orders that existed before the addon was installed."""
    env["sale.order"]._index_all_references()


def uninstall_hook(env):
    """Leave the documentation of the books behind: every stored report on its vouchers, or on its company, and the
    signed proofs of accounts on the company."""
    env["account.settlement"]._leave_documents_behind()
    env["account.settlement.closing.signature"]._leave_files_behind()
