from odoo import models
from odoo.exceptions import UserError

from ..matching.engine import decide_for_case
from ..matching.learning import KEY_OF_FIELD, Target
from ..matching.lookups import Lookups
from ..matching.outcomes import Allocation, Decision, Status
from ..matching.roles import Role
from ..matching.rules import Action, Key


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

    def _assign(self, target, reason):
        """Assign the transaction by hand, with a correction voucher; its status is then *resolved*.

        :param target: ``account.move`` (a posted invoice or credit note), ``res.partner`` or ``account.account``.
        :param str reason: why, for the trail.
        :raises UserError: when the target cannot take it, or nothing of the transaction is open.
        """
        target = self._get_chosen(target)
        self = self._as_user()
        self.ensure_one()
        target.ensure_one()
        self._check_target_company(target)
        if not (reason or "").strip():
            raise UserError(self.env._("Enter a reason for matching %s there: it is kept with the voucher.", self.name))
        move_lines = self._get_open_move_lines()
        if self.status in ("new", "excluded") or not move_lines:
            raise UserError(
                self.env._(
                    "Nothing of %s is open, so there is nothing to match. Undo it first if it was matched wrongly.",
                    self.name,
                )
            )
        decide = {
            "account.move": self._decide_on_document,
            "res.partner": self._decide_on_customer,
            "account.account": self._decide_on_account,
        }[target._name]
        for move_line in move_lines:
            self._book_transfer(decide(target, move_line), move_line, reason=reason.strip(), status="resolved")
        self._note_placement(target, reason)
        return True

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

    def _await_order(self, order):
        """Match transactions that a person has assigned to an order's customer with its invoice once it exists.

        :param order: ``sale.order``, not invoiced yet.
        """
        order = self._get_chosen(order)
        lines = self._as_user()
        for line in lines:
            line._check_target_company(order)
        lines.write({"sale_order_id": order.id, "status": "on_account"})
        lines._note_placement(order)

    def _decide_on_document(self, move, move_line):
        """Return the decision to match what is open on a journal item with an invoice or credit note.

        :raises UserError: when it is not a posted one of this company, or has nothing open in that direction.
        """
        settings = self._get_settings()
        plain = self._get_plain_open(move_line)
        if move.company_id != self.company_id or move.state != "posted" or not move.is_sale_document():
            raise UserError(
                self.env._(
                    "%s is not a posted invoice or credit note of this company. Choose one that is.", move.display_name
                )
            )
        ledger = self.provider_id._gather_ledger(Lookups(), moves=move)
        ledger.items = [item for item in ledger.items if item.invoice_id == move.id]
        case = ledger.cases[ledger.items[0].case_id] if ledger.items else None
        wanted = 1 if plain.amount > 0 else -1
        if not case or all(item.residual * wanted <= 0 for item in ledger.items):
            raise UserError(
                self.env._(
                    "%(move)s has nothing open that %(line)s of %(amount)s could be matched with. Choose another "
                    "document, or the customer.",
                    move=move.display_name,
                    line=self.name,
                    amount=plain.amount,
                )
            )
        case.is_invoiced, case.awaits_capture = True, False
        return decide_for_case(plain, case, ledger, settings)

    def _decide_on_customer(self, partner, move_line):
        """Return the decision to book what is open on a journal item to a customer's receivable account."""
        partner = partner.commercial_partner_id.with_company(self.company_id)
        account = partner.property_account_receivable_id
        return self._decide_by_hand(move_line, Role.CUSTOMER, account, partner)

    def _decide_on_account(self, account, move_line):
        """Return the decision to book what is open on a journal item to an account.

        :raises UserError: when it is there already, or the account is the clearing account.
        """
        if account == move_line.account_id:
            raise UserError(self.env._("%s is on that account already. Choose another.", self.name))
        if account == self.provider_id.clearing_account_id:
            raise UserError(
                self.env._(
                    "The clearing account %s holds what the provider owes; a transaction cannot be booked there.",
                    account.display_name,
                )
            )
        return self._decide_by_hand(move_line, Role.ACCOUNT, account, self.env["res.partner"])

    def _decide_by_hand(self, move_line, role, account, partner):
        plain = self._get_plain_open(move_line)
        decision = Decision(plain, Status.MATCHED)
        decision.allocations.append(
            Allocation(role, plain.amount, account_id=account.id, partner_id=partner.id or None)
        )
        decision.say("assigned_by_hand", target=(partner or account).display_name)
        return decision

    def _get_learning_target(self, record):
        """Return what a person has assigned this transaction to, as a :class:`~..matching.learning.Target`.

        :param record: as for :meth:`_assign`.
        """
        if record._name == "account.account":
            name = record.with_context(show_account_code=True).display_name
            return Target(Action.ACCOUNT, account_id=record.id, account_name=name)
        if record._name == "res.partner":
            partner = record.commercial_partner_id
            return Target(Action.CUSTOMER, partner_id=partner.id, partner_name=partner.display_name)
        references = record.line_ids.sale_line_ids.order_id.settlement_reference_ids.mapped("value")
        keys = [(key, record[name]) for name, key in KEY_OF_FIELD.items() if record[name]]
        return Target(Action.MATCH, (*keys, *((Key.ORDER_REFERENCE, value) for value in references)))
