from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError

from ..matching.suggestions import Document, propose
from .account_move import SALE_TYPES
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """Proposing the document that a person probably wants. It is matched only when a person confirms it."""

    _inherit = "account.settlement.line"

    def action_propose(self):
        """Show the proposals for these transactions, to be confirmed."""
        self._as_user()
        proposals = self._get_proposals()
        if not proposals:
            raise UserError(
                self.env._(
                    "There is no proposal: no open invoice or credit note has exactly the amount of one of these "
                    "transactions and also its reference, its customer or a date near it. Use Match… and search."
                )
            )
        return self.env["settlement.line.propose"]._open(self, proposals)

    def _get_proposals(self):
        """Return ``{transaction: (account.move, Fit)}`` of those that have one, in a constant number of queries."""
        sources = self.browse(self.ids)._get_open_sources()  # read together, however the caller came by them
        counts = Counter(line for line, _item in sources)
        open_items = {line: item for line, item in sources if counts[line] == 1}
        plain = {line: line._get_plain_open(item) for line, item in open_items.items()}
        amounts = {abs(amount) for one in plain.values() for amount in (one.amount, one.amount_original) if amount}
        moves = self.env["account.move"].search(
            [*self._get_document_domain(self.company_id), ("amount_residual", "in", [float(each) for each in amounts])]
        )
        proposals = {}
        for company, lines in self.browse(line.id for line in open_items).grouped("company_id").items():
            partners = {line.id: line.partner_id.commercial_partner_id.id for line in lines if line.partner_id}
            documents = [self._to_document(move) for move in moves if move.company_id == company]
            found = propose([plain[line] for line in lines], documents, partners)
            for line in lines.filtered(lambda line, found=found: line.id in found):
                fit = found[line.id]
                move = moves.browse(fit.document.id)
                # What a person has just taken it back from is not what they want.
                if move not in line.sudo().taken_back_item_ids.move_id:
                    proposals[line] = move, fit
        return proposals

    @api.model
    def _get_document_domain(self, companies):
        """Return the domain of the open documents that transactions may be matched with."""
        return [
            ("company_id", "in", companies.ids),
            ("state", "=", "posted"),
            ("move_type", "in", SALE_TYPES),
            ("amount_residual", "!=", 0),
        ]

    @api.model
    def _to_document(self, move):
        """Return an ``account.move`` as a plain :class:`~..matching.suggestions.Document`."""
        references = (move.webshop_reference, move.ref, move.payment_reference, move.name, move.invoice_origin)
        residual = to_decimal(move.amount_residual, move.currency_id)
        return Document(
            move.id,
            -residual if move.move_type == "out_refund" else residual,
            move.currency_id.name,
            tuple(dict.fromkeys(filter(None, references))),
            move.commercial_partner_id.id,
            move.commercial_partner_id.name or "",
            move.invoice_date or None,
        )

    @api.model
    def _explain_fit(self, fit):
        """Return why a document is proposed, in the reader's language."""
        render = self.env["settlement.message"]._render
        return ", ".join(map(render, fit.explain()))
