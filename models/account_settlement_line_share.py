from dataclasses import dataclass, replace
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ..matching.engine import decide_for_cases
from ..matching.lookups import Lookups
from ..matching.outcomes import Allocation, Decision, Status
from ..matching.roles import Role


@dataclass(frozen=True)
class Share:
    """What a person books of a transaction to one target.

    :ivar target: ``account.move``, ``res.partner`` or ``account.account``. :ivar tax: ``account.tax``, perhaps empty.
    :ivar usual_tax: what the account usually has.
    :ivar amount: without sign, in the transaction's currency; None for all that is open.
    :ivar source: ``(transaction, open journal item)`` it is taken from.
    """

    target: models.Model
    tax: models.Model
    usual_tax: models.Model
    amount: Decimal | None = None
    source: tuple = ()

    @property
    def line(self):
        """The transaction."""
        return self.source[0]

    @property
    def move_line(self):
        """The journal item on which it is open."""
        return self.source[1]

    def take_from(self, source, **changes):
        """Return the same share, taken off ``source``."""
        return replace(self, source=source, **changes)

    def get_plain(self):
        """Return the transaction as a plain line over this share."""
        # A person may match it also with what a person took it back from.
        plain = self.line._get_plain_open(self.move_line).freed()
        if self.amount is None or self.amount == abs(plain.amount):
            return plain
        return replace(plain, amount=self.amount.copy_sign(plain.amount), amount_original=None)


class AccountSettlementLine(models.Model):
    """Where what a person books by hand goes: a decision on each share."""

    _inherit = "account.settlement.line"

    def _decide_on_shares(self, shares):
        """Return the decision on each share: on those of documents together, as one may close what another began."""
        on_documents = iter(
            self._decide_on_documents([share for share in shares if share.target._name == "account.move"])
        )
        decide = {
            "account.move": lambda share: next(on_documents),
            "res.partner": lambda share: share.line._decide_on_customer(share),
            "account.account": lambda share: share.line._decide_on_account(share),
        }
        return [decide[share.target._name](share) for share in shares]

    def _decide_on_documents(self, shares):
        """Return the decisions to match shares with invoices and credit notes.

        :raises UserError: when one is not a posted one of this company, or has nothing open in that direction.
        """
        if not shares:
            return []
        for share in shares:
            share.line._check_document(share.target)
        moves = self.env["account.move"].union(*(share.target for share in shares))
        ledger = shares[0].line.provider_id._gather_ledger(Lookups(), moves=moves)
        ledger.items = [item for item in ledger.items if item.invoice_id in moves.ids]
        cases = {}
        for item in ledger.items:
            # Each document by itself: not what else the order has open.
            case = replace(ledger.cases[item.case_id], id=f"chosen:{item.invoice_id}", invoice_id=item.invoice_id)
            case.is_invoiced, case.awaits_capture = True, False
            cases[item.invoice_id] = ledger.cases[case.id] = case
            item.case_id = case.id
        for share in shares:
            if share.target.id not in cases:
                share.line._refuse_document(share)
        chosen = [(share.get_plain(), cases[share.target.id]) for share in shares]
        decisions = decide_for_cases(chosen, ledger, shares[0].line._get_settings())
        roles = [{part.role for part in decision.allocations} for decision in decisions]
        # Two items may be open of one transaction: an invoice that was opened again, and the surplus beside it.
        met = {(share.line, share.target) for share, found in zip(shares, roles, strict=True) if Role.ITEM in found}
        for share, found in zip(shares, roles, strict=True):
            is_too_much = share.amount is not None and found - {Role.ITEM, Role.ROUNDING}
            if (share.line, share.target) not in met or is_too_much:
                share.line._refuse_document(share)
        return decisions

    def _check_document(self, move):
        if move.company_id != self.company_id or move.state != "posted" or not move.is_sale_document():
            raise UserError(
                self.env._(
                    "%s is not a posted invoice or credit note of this company. Choose one that is.", move.display_name
                )
            )

    def _refuse_document(self, share):
        values = {
            "move": share.target.display_name,
            "line": self.name,
            "amount": self._format_amount(share.get_plain().amount),
        }
        if share.amount is None:
            raise UserError(
                self.env._(
                    "%(move)s has nothing open that %(line)s of %(amount)s could be matched with. Choose another "
                    "document, or the customer.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(move)s has less than %(amount)s open. Enter what is open of it, and put the rest elsewhere.",
                **values,
            )
        )

    def _decide_on_customer(self, share):
        """Return the decision to book a share to a customer's receivable account."""
        partner = share.target.commercial_partner_id.with_company(self.company_id)
        account = partner.property_account_receivable_id
        return self._decide_by_hand(share, Role.CUSTOMER, account, partner)

    def _decide_on_account(self, share):
        """Return the decision to book a share to an account.

        :raises UserError: when it is there already, or the account is one that is followed elsewhere.
        """
        account = share.target
        if account == share.move_line.account_id:
            raise UserError(self.env._("%s is on that account already. Choose another.", self.name))
        if account == self.provider_id.clearing_account_id:
            raise UserError(
                self.env._(
                    "The clearing account %s holds what the provider owes; a transaction cannot be booked there.",
                    account.display_name,
                )
            )
        providers = self.env["account.settlement.provider"]._get_all()
        if account in providers.clearing_account_id | providers.unknown_account_id or account.account_type in (
            "asset_receivable",
            "liability_payable",
        ):
            raise UserError(
                self.env._(
                    "%s is followed by customer, supplier or provider, where this transaction would be on no list. "
                    "Match it with a customer or a document, or take it back with Undo… instead.",
                    account.with_context(show_account_code=True).display_name,
                )
            )
        decision = self._decide_by_hand(share, Role.ACCOUNT, account, self.env["res.partner"])
        if share.tax:
            decision.say("booked_with_tax", tax=share.tax.display_name)
        elif share.usual_tax:
            name = account.with_context(show_account_code=True).display_name
            decision.say("booked_without_tax", account=name, tax=share.usual_tax.display_name)
        return decision

    @staticmethod
    def _decide_by_hand(share, role, account, partner):
        plain = share.get_plain()
        decision = Decision(plain, Status.MATCHED)
        decision.allocations.append(
            Allocation(
                role,
                plain.amount,
                account_id=account.id,
                partner_id=partner.id or None,
                tax_id=share.tax.id or None,
            )
        )
        name = (partner or account.with_context(show_account_code=True)).display_name
        decision.say("assigned_by_hand", target=name)
        return decision

    def _get_proposed_tax(self, account):
        """Return the tax to be proposed for an account: its own default or, as in charts whose accounts have none, that
        of its latest sale or purchase; empty if it has none, or several."""
        company = self.company_id[:1]
        taxes = account.sudo().tax_ids._filter_taxes_by_company(company)
        if not taxes and account:
            latest = (
                self.env["account.move.line"]
                .sudo()
                .search(
                    [
                        ("account_id", "=", account.id),
                        ("company_id", "=", company.id),
                        ("parent_state", "=", "posted"),
                        ("display_type", "=", "product"),
                    ],
                    order="date desc, id desc",
                    limit=1,
                )
            )
            taxes = latest.tax_ids
        return taxes if len(taxes) == 1 and self._is_usable_tax(taxes) else taxes.browse()

    @staticmethod
    def _is_usable_tax(tax):
        return tax.active and tax.type_tax_use in ("sale", "purchase") and tax.amount_type in ("percent", "division")

    def _check_tax(self, target, tax):
        """Refuse a tax on what is no account, and one that is not a percentage of sales or purchases."""
        if tax and target._name != "account.account":
            raise UserError(
                self.env._(
                    "%s can be taken only from what is booked to an account. Leave the tax out.", tax.display_name
                )
            )
        if tax and not self._is_usable_tax(tax):
            raise UserError(
                self.env._(
                    "Tax %s is archived, or no percentage of a sale or purchase. Choose another, or none.",
                    tax.display_name,
                )
            )
