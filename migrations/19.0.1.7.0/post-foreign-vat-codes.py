"""Taxes that were made for VAT owed to other countries get a standard code.

Odoo's standard audit file (SAF-T) is refused as a whole where a tax has none.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Set the code of export on them: that is how the sale is reported."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if "l10n_no_standard_code" not in env["account.tax"]._fields:
        return
    rows = env["sale.webshop.tax"].search([("area", "=", "abroad"), ("rate", ">", 0)])
    taxes = rows.tax_id.filtered(
        lambda tax: not tax.l10n_no_standard_code and tax.name.startswith("OSS") and tax.company_id.country_code == "NO"
    )
    taxes.l10n_no_standard_code = "52"
