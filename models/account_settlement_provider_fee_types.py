import logging

from odoo import fields, models

from ..common.messages import Message
from ..providers.registry import PROVIDERS
from .account_settlement_fee_type import LAST
from .settlement_fault import CONCURRENCY
from .written_language import company_language

_logger = logging.getLogger(__name__)


class AccountSettlementProvider(models.Model):
    """The fee types of a provider: as its formats name them, and as its documents turn out to."""

    _inherit = "account.settlement.provider"

    fee_type_ids = fields.One2many("account.settlement.fee.type", "provider_id", string="Fee Types")

    def action_open_fee_vat(self):
        """Open the transactions whose VAT was booked as cost."""
        return self._open_work_list("fee_vat_count", {"settlement_fee_vat": True})

    def action_resume(self):
        self._create_fee_types()
        return super().action_resume()

    def _get_fee_types(self):
        """Return ``{code: FeeType}``, as :func:`~..booking.fees.book_fees` takes them."""
        self.ensure_one()
        fee_types = self.sudo().with_context(lang=company_language(self.company_id)).fee_type_ids
        return {fee_type.code or "": fee_type._to_plain() for fee_type in fee_types}

    def _get_known_fee_types(self):
        """Return ``{the provider's name of a fee: code of its sentence}`` of the fees its formats know."""
        self.ensure_one()
        return dict(PROVIDERS[self.code].fee_types) if self.code in PROVIDERS else {}

    def _create_fee_types(self):
        """Create the fee types that the provider's formats know and that are not there; those that are stay as they
        are. Safe to run twice."""
        for provider in self:
            known = provider._get_known_fee_types()
            provider._create_missing_fee_types([*known, ""])

    def _add_fee_types(self, parsed):
        """Add the fees a document names that have no type yet, exempt, so that the accountant can set them.

        Raises nothing but conflicts with somebody else: a fee without a type is booked as all others are.

        :param parsed: :class:`~..providers.records.Document`.
        """
        self.ensure_one()
        rows = [row for settlement in parsed.settlements for row in settlement.transactions]
        codes = {row.fee_type for row in rows} | {fee.type for row in rows for fee in row.fees}
        if self.fee_mode == "gross":
            codes |= {report.fee_type for settlement in parsed.settlements for report in settlement.fee_reports}
        if not codes - {""}:
            return
        try:
            with self.env.cr.savepoint():
                self._create_missing_fee_types(sorted(codes - {""}))
        except CONCURRENCY:
            # Somebody else adds them right now: what is being done is retried, and finds them.
            raise
        except Exception:
            _logger.exception("Fee types %s of provider %s could not be added", codes, self.id)

    def _create_missing_fee_types(self, codes):
        """Create a fee type for each of ``codes`` that has none."""
        self.ensure_one()
        FeeTypes = self.env["account.settlement.fee.type"].sudo()
        there = {fee_type.code or "" for fee_type in FeeTypes.search_fetch([("provider_id", "=", self.id)], ["code"])}
        missing = [code for code in codes if code not in there]
        if not missing:
            return
        names = {**self._get_known_fee_types(), "": "fee_type_all_other"}
        others = FeeTypes.search([("provider_id", "=", self.id), ("code", "=", False)], limit=1)
        created = FeeTypes.with_context(lang="en_US").create(
            [
                {
                    **others._prepare_like_vals(),
                    "provider_id": self.id,
                    "code": code or False,
                    "name": names.get(code, code),
                    "sequence": 10 if code else LAST,
                }
                for code in missing
            ]
        )
        for fee_type, code in zip(created, missing, strict=True):
            if code in names:
                translations = self.env["settlement.message"]._get_translations(Message(names[code]))
                fee_type.update_field_translations("name", translations)
