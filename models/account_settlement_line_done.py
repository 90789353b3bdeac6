from odoo import models
from odoo.tools import format_date


class AccountSettlementLine(models.Model):
    """Telling a person what was done by hand."""

    _inherit = "account.settlement.line"

    def _notify_done(self, vouchers):
        """Return the action that says what was done with these transactions, with a link to the vouchers.

        :param vouchers: ``account.move``, those that were written for it.
        """
        message, links = self._describe_done(vouchers)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "links": links,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _describe_done(self, vouchers):
        """Return a sentence with ``%s`` for the link, and the link as ``[{"label", "url"}]``; none without vouchers."""
        statuses = dict(self._fields["status"]._description_selection(self.env))
        if len(self) == 1:
            done = f"{self.name}: {self.booked_to or statuses[self.status]}."
        else:
            done = self.env._("%s transactions are done.", len(self))
        if not vouchers:
            return done, []
        if len(vouchers) == 1:
            voucher = self.env._(
                "Voucher %(link)s, dated %(date)s.", link="%s", date=format_date(self.env, vouchers.date)
            )
            link = {"label": vouchers.name, "url": f"/odoo/account.move/{vouchers.id}"}
        else:
            voucher = "%s"
            ids = ",".join(map(str, vouchers.ids))
            link = {
                "label": self.env._("The %s vouchers", len(vouchers)),
                "url": f"/odoo/correction-vouchers?active_ids={ids}",
            }
        return f"{done} {voucher}", [link]
