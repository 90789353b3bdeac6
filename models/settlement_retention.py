import logging

from odoo import models

_logger = logging.getLogger(__name__)


class SettlementRetention(models.AbstractModel):
    """Something whose documents are removed by the scheduled action once nobody may need them any longer."""

    _name = "settlement.retention"
    _description = "Kept for a Time"

    def _find_to_remove(self, company):
        """Return the records of a company whose documents may be old enough."""
        raise NotImplementedError

    def _remove_what_is_old(self):
        """Remove what is old enough and not needed."""
        raise NotImplementedError

    def _remove_safely(self):
        """Remove what is old enough, all or nothing; return whether it went well."""
        try:
            with self.env.cr.savepoint():
                self._remove_what_is_old()
        except Exception:
            _logger.exception("What is old could not be removed of %s", self)
            return False
        return True
