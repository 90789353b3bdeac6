from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.messages import DocumentError, Message
from ..webshops.records import Refund

#: Why the content is gone, as people read it.
REMOVED = {
    "retention": "content_removed_unneeded",
    "superseded": "content_removed_superseded",
    "erasure": "content_removed_erasure",
}


class SaleWebshopEvent(models.Model):
    """What is left of a document when its content is removed: what it was, when it came, its digest."""

    _inherit = "sale.webshop.event"

    content_removed_on = fields.Date(readonly=True, copy=False, index="btree_not_null")
    content_removed_by = fields.Selection(
        [
            ("retention", "Kept no longer than needed"),
            ("superseded", "A later document has the same content"),
            ("erasure", "The customer's data were erased"),
        ],
        readonly=True,
        copy=False,
    )
    removed_note = fields.Text(compute="_compute_removed_note")
    is_refund = fields.Boolean(
        readonly=True, help="It reported a refund separately from its order. Set when its content is removed."
    )
    says_more = fields.Boolean(
        readonly=True, help="Something was booked from it that later documents of the order do not contain."
    )

    @api.depends("content_removed_on", "content_removed_by")
    @api.depends_context("lang")
    def _compute_removed_note(self):
        for event in self:
            said = [event._get_removed_message().to_json()] if event.content_removed_on else False
            event.removed_note = self.env["settlement.message"]._render_stored(said)

    def _get_removed_message(self):
        self.ensure_one()
        return Message(
            REMOVED[self.content_removed_by or "retention"],
            {"order": self.external_id or self.id, "date": format_date(self.env, self.content_removed_on)},
        )

    def _check_content_kept(self):
        """Raise a :class:`~..common.messages.DocumentError` when the content has been removed."""
        self.ensure_one()
        if self.content_removed_on:
            message = self._get_removed_message()
            raise DocumentError(message.code, **message.values)

    def action_read(self):
        removed = self.filtered("content_removed_on")
        if removed:
            raise UserError(removed[0].removed_note)
        return super().action_read()

    def _remove_content(self, by):
        """Remove the content; the record stays. Who calls it has decided that nothing needs it any more.

        :param str by: a value of ``content_removed_by``.
        :return: the events whose content is gone now.
        """
        removed = self.browse()
        for event in self.sudo().filtered(lambda event: event.kind == "document" and not event.content_removed_on):
            is_refund = False
            if event.state == "done":
                try:
                    is_refund = isinstance(event._parse(), Refund)
                except DocumentError:
                    # it was read once: what it reported cannot be known any more, so it is not given away
                    continue
            event.write(
                {
                    "content": False,
                    "content_removed_on": fields.Date.today(),
                    "content_removed_by": by,
                    "is_refund": is_refund,
                }
            )
            removed |= event
        return removed
