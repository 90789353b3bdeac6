from odoo import models
from odoo.exceptions import UserError

from ..matching.learning import KEY_OF_FIELD, Target
from ..matching.outcomes import Decision
from ..matching.rules import Action, Key
from .account_settlement_line_share import Share
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """A person assigns transactions to a document, a customer or an account."""

    _inherit = "account.settlement.line"

    def action_assign(self):
        """Let a person assign the transactions to a document, a customer or an account."""
        return self._open_assign("invoice")

    def _open_assign(self, default_action):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_line_assign")
        action["context"] = {
            "default_line_ids": self.ids,
            "default_action": default_action,
            "dialog_size": "extra-large",
        }
        return action

    def _assign(self, target, reason, date=None, tax=None):
        """Assign transactions by hand, each with a correction voucher; their status is then *resolved*.

        Several that are assigned to one document are matched with it together.

        :param target: ``account.move`` (a posted invoice or credit note), ``res.partner`` or ``account.account``.
        :param str reason: why, for the trail.
        :param date: of the vouchers; by default each transaction's own ledger date. Moved to the document's date if
            that is later, and to the first open day if it is locked.
        :param tax: ``account.tax``, included in the amount; for an account alone.
        :raises UserError: when the target cannot take it, or nothing of a transaction is open.
        """
        share = self._get_share(target, tax)
        lines = self._as_user()
        for of_provider in lines.grouped("provider_id").values():
            sources, amounts = of_provider._get_sources(), of_provider._get_amounts_open()
            of_provider._book_shares([share.take_from(source) for source in sources], reason, date)
            of_provider._note_placement(share, amounts, reason, date)
        lines.provider_id._close_reminders_of_nothing()
        return True

    def _divide(self, shares, reason, date=None):
        """Assign one transaction by hand to several targets, by one correction voucher.

        :param shares: list of ``(target, amount, tax)``: as for :meth:`_assign`, with a part of what is open, without
            sign; together exactly what is open.
        :raises UserError: when they are not, or a target cannot take its part.
        """
        self.ensure_one()
        chosen = [self._get_share(target, tax, amount) for target, amount, tax in shares]
        self = self._as_user()
        sources = self._get_sources()
        self._check_amounts(chosen, sources)
        self._book_shares(self._spread(chosen, sources), reason, date)
        self._note_division(chosen, reason, date)
        self.provider_id._close_reminders_of_nothing()
        return True

    def _get_share(self, target, tax=None, amount=None):
        """Return a target that a person has chosen, and may see, as a :class:`Share`."""
        target = self._get_chosen(target)
        tax = self._get_chosen(tax) if tax else self.env["account.tax"].sudo()
        target.ensure_one()
        for line in self:
            line._check_target_company(target)
            line._check_target_company(tax)
            line._check_tax(target, tax)
        usual_tax = self._get_proposed_tax(target) if target._name == "account.account" else tax.browse()
        return Share(target, tax, usual_tax, amount if amount is None else to_decimal(amount, self.currency_id))

    def _get_sources(self):
        """Return ``(transaction, journal item)`` of what is open.

        :raises UserError: when nothing of one is open, or it is of a shadow month.
        """
        self.provider_id._check_not_shadow()
        sources = self._get_open_sources()
        is_open = self.browse().union(*(line for line, _item in sources))
        for line in self.filtered(lambda line: line.status in ("new", "excluded") or line not in is_open):
            raise UserError(
                self.env._(
                    "Nothing of %s is open, so there is nothing to match. Undo it first if it was matched wrongly.",
                    line.name,
                )
            )
        return sources

    def _book_shares(self, shares, reason, date):
        """Decide on shares of what is open, and book each transaction's by one voucher.

        :param shares: list of :class:`Share` with their sources, all of one provider.
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._("Enter a reason for matching %s there: it is kept with the voucher.", self[:1].name)
            )
        by_source = {}
        for share, decision in zip(shares, self._decide_on_shares(shares), strict=True):
            by_source.setdefault(share.source, []).append(decision)
        left = {}
        for (line, move_line), decisions in by_source.items():
            line._check_chosen_date(date, move_line)
            decision = decisions[0]
            if len(decisions) > 1:
                decision = Decision.join(line._get_plain_open(move_line), decisions)
            if decision.improves(move_line.settlement_role) or not decision.case:
                line._book_transfer(decision, move_line, reason=reason.strip(), status="resolved", date=date)
            else:
                # The document is closed by what else is open of the transaction; this stays on the customer.
                left.setdefault(line, []).append((move_line, decision))
        for line, of_line in left.items():
            line._note_left(of_line)
        self._free_taken_back()

    def _check_target_company(self, target):
        """Refuse a target of another company: our methods run with rights under which nothing else refuses it.

        :param target: a record with a company or companies; one without belongs to every company.
        :raises UserError: naming the target and the transaction's company.
        """
        companies = target.company_ids if "company_ids" in target._fields else target.company_id
        allowed = self.env[target._name]._check_company_domain(self.company_id)
        if companies and not target.filtered_domain(allowed):
            raise UserError(
                self.env._(
                    "%(target)s does not belong to %(company)s, the company of this transaction. Choose one that does.",
                    target=target.display_name,
                    company=self.company_id.name,
                )
            )

    def _check_stands_elsewhere(self, partner):
        """Refuse a customer on whom transactions stand already: nothing would be moved.

        :param partner: ``res.partner``.
        :raises UserError: naming the first transaction that does.
        """
        customer = partner.commercial_partner_id
        for line in self.sudo():
            items = line._get_open_move_lines()
            account = customer.with_company(line.company_id).sudo().property_account_receivable_id
            there = items.filtered(
                lambda item, account=account: (
                    item.account_id == account and item.partner_id.commercial_partner_id == customer
                )
            )
            if items and items == there:
                raise UserError(
                    self.env._(
                        "%(line)s stands on %(customer)s already, so nothing would be moved. Match it with one of "
                        "their documents, or choose another customer or an account.",
                        line=line.name,
                        customer=customer.display_name,
                    )
                )

    def _await_order(self, order):
        """Match transactions that a person has assigned to an order's customer with its invoice once it exists.

        :param order: ``sale.order``, not invoiced yet.
        """
        order = self._get_chosen(order)
        lines = self._as_user()
        lines._put_on_order(order)
        lines._note_placed_on_order(order)

    def _put_on_order(self, order):
        for line in self:
            line._check_target_company(order)
        self.write({"sale_order_id": order.id, "status": "on_account"})

    def _get_learning_target(self, record, tax=None):
        """Return what a person has assigned this transaction to, as a :class:`~..matching.learning.Target`.

        :param record: as for :meth:`_assign`.
        """
        if record._name == "account.account":
            name = record.with_context(show_account_code=True).display_name
            return Target(
                Action.ACCOUNT,
                account_id=record.id,
                account_name=name,
                tax_id=tax.id or None if tax else None,
                tax_name=tax.display_name if tax else "",
            )
        if record._name == "res.partner":
            partner = record.commercial_partner_id.with_company(self.company_id)
            return Target(
                Action.CUSTOMER,
                partner_id=partner.id,
                partner_name=partner.display_name,
                account_id=partner.sudo().property_account_receivable_id.id,
            )
        references = record.line_ids.sale_line_ids.order_id.settlement_reference_ids.mapped("value")
        keys = [(key, record[name]) for name, key in KEY_OF_FIELD.items() if record[name]]
        return Target(Action.MATCH, (*keys, *((Key.ORDER_REFERENCE, value) for value in references)))
