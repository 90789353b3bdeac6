import re

from odoo import fields, models

#: Svalbard and Jan Mayen are outside the VAT area, though their addresses are in Norway.
SVALBARD_POSTCODES = range(9170, 9180)
JAN_MAYEN_POSTCODE = 8099


class ResCompany(models.Model):
    _inherit = "res.company"

    vat_term_months = fields.Selection(
        [("1", "One month"), ("2", "Two months"), ("12", "A year")],
        string="VAT Term",
        default="2",
        required=True,
        help="Invoices for web orders have the date of the event while its VAT term is the current one, or the one"
        " before and not filed yet; otherwise the date they are made.",
    )

    def _is_outside_vat_area(self, country_code, postcode):
        """Whether goods sent there leave the company's VAT area. An address without a country counts as domestic."""
        self.ensure_one()
        home = self.account_fiscal_country_id.code or self.country_id.code
        if home == "NO" and country_code == "NO":
            digits = re.sub("[^0-9]", "", postcode or "")[:10]
            number = int(digits or 0)
            return number in SVALBARD_POSTCODES or number == JAN_MAYEN_POSTCODE
        return bool(country_code) and country_code != home
