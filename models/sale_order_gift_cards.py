from odoo import models
from odoo.fields import Command

from ..webshops.records import TenderKind
from .sale_order_booked import TENDER


class SaleOrder(models.Model):
    """Entries for what gift cards and store credit paid of a web order."""

    _inherit = "sale.order"

    def _make_tender_entry(self, tender):
        """Book what a gift card or store credit paid, or what was given back to it.

        What an earlier order was credited is no account's: the customer's own credit note pays.
        """
        webshop, partner = self.webshop_id, self.partner_invoice_id.commercial_partner_id
        receivable = partner.with_company(self.company_id).property_account_receivable_id
        if credits := self._get_voucher_credits(tender):
            account = receivable
        else:
            is_gift_card = tender.kind is TenderKind.GIFT_CARD
            account = webshop._get_account("gift_card_account_id" if is_gift_card else "store_credit_account_id")
        name = f"{self.webshop_reference or self.name} {self._get_tender_name(tender.kind)}"
        move = self._make_tender_move(f"{TENDER}{tender.kind}", name, tender.time, tender.amount, account, receivable)
        if credits:
            (credits | move.line_ids.filtered(lambda item: item.balance > 0)).reconcile()
        return move

    def _get_tender_name(self, kind):
        return self.env._("gift card") if kind is TenderKind.GIFT_CARD else self.env._("store credit")

    def _make_tender_move(self, key, name, moment, amount, debited, credited):
        """Post an entry of the buyer's in the journal of gift cards.

        :param key: what it is made for. :param moment: when that happened. :param Decimal amount: in the order's
            currency, negative to debit what is credited. :param debited: account. :param credited: account.
        """
        webshop, partner = self.webshop_id, self.partner_invoice_id.commercial_partner_id
        journal = webshop._get_tender_journal()
        local = self._get_local_date(moment)
        date = self._get_document_date(local, journal)
        balance = self.currency_id._convert(float(amount), self.company_id.currency_id, self.company_id, date)
        move = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "date": date,
                    "ref": name,
                    "webshop_id": webshop.id,
                    "webshop_order_id": self.id,
                    "webshop_document_key": key,
                    "webshop_reference": self.webshop_reference,
                    "webshop_date": local,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": partner.id,
                                "name": name,
                                "currency_id": self.currency_id.id,
                                "amount_currency": sign * float(amount),
                                "balance": sign * balance,
                            }
                        )
                        for account, sign in ((debited, 1), (credited, -1))
                    ],
                }
            )
        )
        move._post(soft=False)
        return move
