import hashlib
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..closing.checks import check_month
from ..closing.kept import ChangeCode, KeptMonth, Voucher, find_changes, get_digest
from .own_writes import as_own


class AccountSettlementClosing(models.Model):
    """Signing a month: the figures are kept as they were, and compared with what the ledger says later."""

    _inherit = "account.settlement.closing"

    def _get_month(self):
        """Return the :class:`~..closing.checks.Check` of this month, and its :class:`~..closing.kept.KeptMonth` without
        them."""
        statements = self.provider_id._get_statements(self.month_end)
        facts = self._get_facts(statements)
        kept = KeptMonth(
            balances=tuple((balance.account_id, balance.account, balance.ledger) for balance in facts.balances),
            vouchers=self._get_vouchers(),
            transactions=self._get_transactions(),
        )
        return check_month(facts), kept

    def _find_changes(self, now):
        """Return what has changed since the month was signed; nothing where it is not."""
        return find_changes(self.signature_id._get_kept(), now) if self.signature_id else []

    # ---------------------------------------------------------------- what is kept

    def _get_vouchers(self):
        """Return the :class:`~..closing.kept.Voucher` of the month's entries on the provider's accounts.

        On the prepayments account, which others use too, those of the provider's journal alone.
        """
        provider = self.provider_id
        own = provider.clearing_account_id | provider.unknown_account_id | provider.fee_account_id
        own |= provider.reserve_account_id | provider.fee_payable_account_id
        self.env["account.move.line"].flush_model(["account_id", "balance", "date", "parent_state"])
        self.env["account.move"].flush_model(["reversed_entry_id", "state", "name"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.move_id, move.name, item.account_id, sum(item.balance)::text,
                       ARRAY(
                           SELECT reversal.id
                             FROM account_move reversal
                            WHERE reversal.reversed_entry_id = item.move_id AND reversal.state = 'posted'
                         ORDER BY reversal.id
                       )
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                 WHERE item.account_id = ANY(%(every)s)
                   AND (item.account_id = ANY(%(own)s) OR item.journal_id = %(journal_id)s)
                   AND item.company_id = %(company_id)s
                   AND item.date BETWEEN %(first)s AND %(last)s
                   AND item.parent_state = 'posted'
              GROUP BY item.move_id, move.name, item.account_id
              ORDER BY item.move_id, item.account_id
                """,
                every=(own | provider.prepayment_account_id).ids,
                own=own.ids,
                journal_id=provider.journal_id.id or 0,
                company_id=self.company_id.id,
                first=self.month,
                last=self.month_end,
            )
        )
        found = {}
        for move_id, name, account_id, amount, reversed_by in rows:
            known = found.setdefault(move_id, (name, [], tuple(reversed_by)))
            known[1].append((account_id, Decimal(amount)))
        return tuple(
            Voucher(move_id, name, tuple(amounts), reversed_by)
            for move_id, (name, amounts, reversed_by) in found.items()
        )

    def _get_transactions(self):
        """Return how many transactions the month has, and the largest id of one."""
        [(count, last)] = self.env["account.settlement.line"]._read_group(
            self._get_line_domain(), [], ["__count", "id:max"]
        )
        return count, last or 0

    # ---------------------------------------------------------------- signing

    def action_sign(self):
        """Sign these months as they stand now. Earlier signatures stay.

        :raises UserError: when something is open, and the comment does not say why it may stay so.
        """
        for closing in self._as_manager().with_context(tracking_disable=True):
            closing.with_company(closing.company_id)._sign()
        return True

    def _sign(self):
        # Two who sign at once sign one after the other.
        self.lock_for_update()
        checks, kept = self._check_one()
        comment = (self.comment or "").strip()
        if self.month_end >= self._get_today():
            raise UserError(self.env._("%s has not ended yet.", self.display_name))
        if self.open_count and not comment:
            raise UserError(
                self.env._(
                    "%(month)s has open points: %(points)s. Close them, or say in the comment why they may stay open.",
                    month=self.display_name,
                    points=", ".join(self._get_open_titles()),
                )
            )
        files = self._get_signed_files()
        signed_at = fields.Datetime.now()
        signed = {
            "provider": self.provider_id.name,
            "company": self.company_id.name,
            "month": self._with_checks(kept, checks).to_json(),
            "last_day": fields.Date.to_string(self.month_end),
            "signed_by": self.env.user.name,
            "signed_at": fields.Datetime.to_string(signed_at),
            "comment": comment,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            "before": self.signature_id.digest or "",
        }
        signature = as_own(self.env["account.settlement.closing.signature"]).create(
            {
                "closing_id": self.id,
                "user_id": self.env.uid,
                "signed_by": signed["signed_by"],
                "signed_at": signed_at,
                "comment": comment,
                "signed_data": signed,
                "digest": get_digest(signed),
            }
        )
        signature._add_files(files)
        self.change_ids.unlink()
        self.write({"comment": False, "state": "signed"})
        self.message_post(
            body=self.env._("Signed by %(user)s.\n%(comment)s", user=signed["signed_by"], comment=comment)
        )

    @staticmethod
    def _with_checks(kept, checks):
        rows = tuple(
            (str(check.code), str(check.state), check.message.to_json(), check.tally.count, str(check.tally.amount))
            for check in checks
        )
        return KeptMonth(checks=rows, balances=kept.balances, vouchers=kept.vouchers, transactions=kept.transactions)

    def _get_open_titles(self):
        titles = dict(self.check_ids._fields["code"]._description_selection(self.env))
        return [titles[check.code] for check in self.check_ids if check.state == "open"]

    def _get_signed_files(self):
        """Return ``{name: bytes}`` of the files that are signed with the month: the proof of its accounts,
        as a workbook, and as PDF where something is installed that prints."""
        proof = self._make_proof()
        files = {proof._get_file_name("xlsx"): proof._get_xlsx()}
        if self.env["settlement.account.proof.pdf"]._find_engine():
            files[proof._get_file_name("pdf")] = proof._get_pdf()
        return files

    # ---------------------------------------------------------------- what changes open

    def _to_change(self, change):
        """Return the values of a row of what has changed."""
        targets = {
            ChangeCode.BALANCE: (
                "account.action_account_moves_all",
                [
                    ("account_id", "in", change.ids),
                    ("date", "<=", str(self.month_end)),
                    ("parent_state", "=", "posted"),
                ],
            ),
            ChangeCode.ARRIVED: (
                "settlement_bridge.action_account_settlement_line",
                [*self._get_line_domain(), ("id", ">", change.ids[0])],
            ),
        }
        vouchers = ("account.action_move_journal_line", [("id", "in", change.ids)])
        if change.code == ChangeCode.REVERSED:
            vouchers = (vouchers[0], ["|", ("id", "in", change.ids), ("reversed_entry_id", "in", change.ids)])
        xml_id, domain = targets.get(change.code, vouchers)
        return {"message_data": change.message.to_json(), "target_data": self._to_target(xml_id, domain)}
