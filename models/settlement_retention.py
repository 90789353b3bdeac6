import logging

from odoo import models

_logger = logging.getLogger(__name__)


class SettlementRetention(models.AbstractModel):
    """A model whose documents the scheduled action removes once nobody needs them any longer."""

    _name = "settlement.retention"
    _description = "Kept for a Limited Time"

    def _find_to_remove(self, company):
        """Return the records of a company whose documents may be old enough."""
        raise NotImplementedError

    def _remove_what_is_old(self):
        """Remove documents that are old enough and no longer needed."""
        raise NotImplementedError

    def _remove_safely(self):
        """Remove them all or none; return whether that succeeded."""
        try:
            with self.env.cr.savepoint():
                self._remove_what_is_old()
        except Exception:
            _logger.exception("What is old could not be removed of %s", self)
            return False
        return True
