from odoo import models

from ..providers.records import BANK_KINDS


class AccountSettlement(models.Model):
    """A settlement's vouchers on one page: sums by kind and by account, for whoever does not want 500 lines."""

    _inherit = "account.settlement"

    def _get_summary(self, moves=None):
        """Return what the page shows of a settlement, or of some of its vouchers.

        :param moves: posted ``account.move`` of the settlement; all of them if it is not given.
        :return: dict of ``vouchers``, ``transactions`` (rows of ``kind``, ``status``, ``count``, ``amount``, ``fee``,
            signed as the effect on what the provider owes; without payouts, which the bank books), their sum ``net``,
            ``accounts`` (rows of ``account``, ``role``, ``count``,
            ``debit``, ``credit``, in company currency) with their sums, ``documents`` and ``bank_items``.
        """
        self.ensure_one()
        vouchers = (moves or self.move_ids).filtered(lambda move: move.state == "posted")
        transactions = self._summarise_transactions(None if moves is None else vouchers)
        accounts = self._summarise_accounts(vouchers)
        return {
            "vouchers": vouchers.sorted(lambda move: (move.date, move.id)),
            "transactions": transactions,
            "amount": sum(row["amount"] for row in transactions),
            "fee": sum(row["fee"] for row in transactions),
            "net": sum(row["amount"] - row["fee"] for row in transactions),
            "accounts": accounts,
            "debit": sum(row["debit"] for row in accounts),
            "credit": sum(row["credit"] for row in accounts),
            "documents": self.document_ids.sorted("id"),
            "bank_items": self.bank_item_ids.sorted(lambda item: (item.date, item.id)),
        }

    def _summarise_transactions(self, vouchers):
        Line = self.env["account.settlement.line"]
        domain = [("settlement_id", "=", self.id)]
        if vouchers is not None:
            domain = [("move_line_ids.move_id", "in", vouchers.ids)]
        domain.append(("kind", "not in", BANK_KINDS))
        kinds = dict(Line._fields["kind"]._description_selection(self.env))
        statuses = dict(Line._fields["status"]._description_selection(self.env))
        groups = Line._read_group(domain, ["kind", "status"], ["__count", "amount:sum", "fee:sum"])
        order = [*kinds], [*statuses]
        return [
            {"kind": kinds[kind], "status": statuses[status], "count": count, "amount": amount, "fee": fee}
            for kind, status, count, amount, fee in sorted(
                groups, key=lambda group: (order[0].index(group[0]), order[1].index(group[1]))
            )
        ]

    def _summarise_accounts(self, vouchers):
        Item = self.env["account.move.line"]
        roles = dict(Item._fields["settlement_role"]._description_selection(self.env))
        groups = Item._read_group(
            [("move_id", "in", vouchers.ids)],
            ["account_id", "settlement_role"],
            ["__count", "debit:sum", "credit:sum"],
        )
        return [
            {"account": account, "role": roles.get(role, ""), "count": count, "debit": debit, "credit": credit}
            for account, role, count, debit, credit in sorted(
                groups, key=lambda group: (group[0].code or "", group[1] or "")
            )
        ]
