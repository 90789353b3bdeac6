"""What the tests of fees share."""

from decimal import Decimal

from odoo.addons.settlement_bridge.providers.records import Document, Kind, Settlement, Transaction
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import day

from ..common import SettlementCase


class FeeCase(SettlementCase):
    """A Norwegian webshop whose provider also sells taxable services, read off the accounts and the VAT return."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        countries = {code: cls.env.ref(f"base.{code}").id for code in ("no", "ie")}
        cls.norwegian, cls.irish = cls.env["res.partner"].create(
            [
                {"name": "Terminal AS", "country_id": countries["no"], "vat": "NO072274687MVA", "is_company": True},
                {"name": "Software Ltd", "country_id": countries["ie"], "is_company": True},
            ]
        )
        cls.high = cls.tax("1")
        cls.abroad = cls.tax("86")

    @classmethod
    def tax(cls, code):
        """The Norwegian purchase tax with a code of the VAT return."""
        return cls.env["account.tax"].search(
            [
                ("l10n_no_standard_code", "=", code),
                ("type_tax_use", "=", "purchase"),
                ("company_id", "=", cls.company.id),
            ]
        )

    @classmethod
    def sale_tax(cls):
        """The high rate of sales, 25 %."""
        return cls.company.account_sale_tax_id

    def fee_type(self, code=False, provider=None, **values):
        """The provider's fee type of a code, changed as given; created where the document is yet to name it."""
        provider = provider or self.provider
        found = provider.fee_type_ids.filtered(lambda fee_type: fee_type.code == code)
        if not found:
            return found.create({"provider_id": provider.id, "code": code, "name": code, **values})
        found.write(values)
        return found

    def deductible(self, code=False, **values):
        return self.fee_type(code, tax_id=self.high.id, partner_id=self.norwegian.id, has_invoice=True, **values)

    def settle_fees(self, *rows, number="1", when=2, provider=None, process=True):
        """Store and book rows of kind fee, ``(code, fee, VAT stated)``, which no document of Vipps can have."""
        provider = provider or self.provider
        transactions = tuple(
            Transaction(
                external_id=f"{number}-{place}",
                kind=Kind.FEE if Decimal(fee) > 0 else Kind.FEE_REFUND,
                date=day(when),
                amount=-Decimal(fee),
                currency=provider.currency_id.name,
                fee_type=code,
                fee_vat=Decimal(vat),
                provider_reference=f"{number}-{place}",
                row=place,
            )
            for place, (code, fee, vat) in enumerate(rows, 1)
        )
        document = self.env["account.settlement.document"].sudo()._store(provider, number, number.encode(), "upload")
        net = sum((row.net for row in transactions), Decimal(0))
        settlement = Settlement(
            number, provider.currency_id.name, day(when), transactions, opening_balance=Decimal(0), payout_amount=net
        )
        settlements = provider.sudo()._store_settlements(Document("vipps", "rows", (settlement,)), document).sudo(False)
        settlements.sudo().needs_confirmation = False
        if process:
            settlements._process()
        return settlements

    def vat_return(self):
        """What the VAT return shows, by its boxes, as exact text; boxes at zero are left out."""
        self.env.flush_all()
        found = {}
        for tag, balance in self.env["account.move.line"]._read_group(
            [
                ("tax_tag_ids", "!=", False),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            ["tax_tag_ids"],
            ["balance:sum"],
        ):
            if tag and round(balance, 2):
                found[tag.with_context(lang="en_US").name] = f"{-balance if tag.balance_negate else balance:.2f}"
        return found

    def paper(self, moves):
        """A voucher's lines as ``(account, balance, taxes, boxes)``."""
        return [
            (
                line.account_id.code,
                f"{line.balance:.2f}",
                line.tax_ids.ids,
                line.tax_repartition_line_id.id,
                line.tax_tag_ids.ids,
            )
            for line in moves.line_ids.sorted("id")
        ]
