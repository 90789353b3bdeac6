from odoo import models
from odoo.tools import format_date


class AccountSettlementLine(models.Model):
    """Telling a person what was done by hand."""

    _inherit = "account.settlement.line"

    def _notify_done(self, vouchers):
        """Return the action that says what was done with these transactions, with a link to the vouchers, and *Undo*.

        :param vouchers: ``account.move``, those that were written for it.
        """
        message, links = self._describe_done(vouchers)
        params = {"message": message, "links": links, "next": {"type": "ir.actions.act_window_close"}}
        if undone := self._get_undoable():
            params.update({"undo": undone._open_undo(), "undo_label": self.env._("Undo…")})
        return {"type": "ir.actions.client", "tag": "settlement_done", "params": params}

    def _get_undoable(self):
        """Return those that a person has placed, or excluded: *Undo* takes them back."""
        return self.filtered(lambda line: line.status in ("resolved", "excluded"))

    def _open_undo(self):
        """Return the action that opens the dialog to undo these, as the browser takes it."""
        action = self.action_undo()
        return {**action, "views": [(False, "form")]}

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
