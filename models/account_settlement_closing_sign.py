import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

from ..closing.checks import check_month
from ..closing.kept import get_digest
from .own_writes import as_own
from .times import get_norwegian_today


class AccountSettlementClosing(models.Model):
    """Signing a month: the figures are kept as they were, and compared with what the ledger says later."""

    _inherit = "account.settlement.closing"

    def _get_month(self):
        """Return the :class:`~..closing.checks.Check` of this month, and its :class:`~..closing.kept.KeptMonth`."""
        statements = self.provider_id._get_statements(self.month_end)
        facts = self._get_facts(statements)
        checks = check_month(facts)
        return checks, self._get_kept_month(facts, statements, checks)

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
        _checks, kept = self._check_one()
        comment = (self.comment or "").strip()
        if self.month_end >= get_norwegian_today(self):
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
            "month": kept.to_json(),
            **self._get_identity(self.env.user),
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

    def _get_identity(self, user):
        """Return what of a signature says which month it is of, and whose: it is part of what is signed."""
        return {
            "closing_id": self.id,
            "provider_id": self.provider_id.id,
            "first_day": fields.Date.to_string(self.month),
            "user_id": user.id,
        }

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
