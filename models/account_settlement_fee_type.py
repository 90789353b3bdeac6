from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..booking.fee_types import FeeType, Treatment

#: Where the fee type without a code stands in the list: last.
LAST = 100


class AccountSettlementFeeType(models.Model):
    """How fees of one name are booked: the account, and the tax where the fee is not exempt."""

    _name = "account.settlement.fee.type"
    _description = "Fee Type"
    _inherit = ["mail.thread", "analytic.mixin"]
    _order = "provider_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, help="For people. It may be changed.")
    sequence = fields.Integer(default=10)
    provider_id = fields.Many2one("account.settlement.provider", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True, precompute=True)
    code = fields.Char(
        string="Provider's Name",
        tracking=True,
        help="The provider's name for the fee in its documents. Empty: all fees that have no line of their own.",
    )
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_other', 'expense_direct_cost'))]",
        ondelete="restrict",
        tracking=True,
        help="Empty: the provider's fee account.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase'), ('amount_type', 'in', ('percent', 'division')), "
        "('tax_exigibility', '=', 'on_invoice')]",
        ondelete="restrict",
        tracking=True,
        help="Empty: the fee is exempt from VAT, as carrying out payments is. A tax on purchases at home is taken out "
        "of the fee; one for services from abroad (reverse charge) is reported on top of it. Fees that "
        "are invoiced later are booked without tax here: the provider's invoice carries it.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Who sends the invoice for the fee.",
    )
    has_invoice = fields.Boolean(
        string="The supplier sends an invoice with VAT",
        tracking=True,
        help="Tick it when you have seen such an invoice. Without one, VAT must not be deducted.",
    )
    note = fields.Text(string="Notes")

    _code_uniq = models.UniqueIndex(
        "(provider_id, COALESCE(code, ''))", "This fee of the provider has a fee type already."
    )

    @api.constrains("tax_id", "partner_id", "has_invoice")
    def _check_tax(self):
        for fee_type in self.filtered("tax_id"):
            tax = fee_type.tax_id
            if (
                tax.type_tax_use != "purchase"
                or tax.amount_type not in ("percent", "division")
                or tax.tax_exigibility != "on_invoice"
            ):
                raise ValidationError(
                    self.env._(
                        "Tax %(tax)s cannot be used for fees: choose a percentage on purchases that is due on the "
                        "invoice.",
                        tax=tax.name,
                    )
                )
            treatment = fee_type._get_treatment()
            if treatment is Treatment.DEDUCTIBLE:
                fee_type._check_documented()
            elif treatment is Treatment.REVERSE_CHARGE:
                fee_type._check_abroad()

    def _check_documented(self):
        """VAT is deducted only with the invoice of a supplier that is registered for it at home."""
        supplier, country = self.partner_id.commercial_partner_id, self.tax_id.country_id
        missing = []
        if not supplier:
            missing.append(self.env._("the supplier"))
        elif supplier.country_id != country:
            missing.append(
                self.env._(
                    "a supplier in %(country)s (%(supplier)s has the country: %(found)s)",
                    country=country.name,
                    supplier=supplier.name,
                    found=supplier.country_id.name or "–",
                )
            )
        if supplier and not supplier.vat:
            missing.append(self.env._("the VAT number of %(supplier)s", supplier=supplier.name))
        if not self.has_invoice:
            missing.append(self.env._("the tick that the supplier sends an invoice with VAT"))
        if missing:
            raise ValidationError(
                self.env._(
                    "Fee type “%(fee_type)s” cannot deduct VAT by tax %(tax)s. Still missing: %(missing)s. Input VAT "
                    "is deducted only where the supplier's own invoice shows it; a settlement is not an invoice.",
                    fee_type=self.name,
                    tax=self.tax_id.name,
                    missing=", ".join(missing),
                )
            )

    def _check_abroad(self):
        supplier, country = self.partner_id.commercial_partner_id, self.tax_id.country_id
        if supplier.country_id and supplier.country_id != country:
            return
        raise ValidationError(
            self.env._(
                "Fee type “%(fee_type)s” has tax %(tax)s, which is for services bought from abroad: choose a supplier "
                "with another country than %(country)s.",
                fee_type=self.name,
                tax=self.tax_id.name,
                country=country.name,
            )
        )

    def _get_treatment(self):
        """Return what the tax does with the fee, a :class:`~..booking.fee_types.Treatment`."""
        self.ensure_one()
        if not self.tax_id.amount:
            return Treatment.EXEMPT
        return Treatment.REVERSE_CHARGE if self.tax_id.has_negative_factor else Treatment.DEDUCTIBLE

    def _to_plain(self):
        """Return the fee type as a plain :class:`~..booking.fee_types.FeeType`."""
        self.ensure_one()
        return FeeType(
            name=self.name,
            account_id=self.account_id.id or None,
            tax_id=self.tax_id.id or None,
            tax_name=self.tax_id.name or "",
            treatment=self._get_treatment(),
            partner_id=self.partner_id.id or None,
            analytic_distribution=self.analytic_distribution or None,
        )

    def _prepare_like_vals(self):
        """Return the values with which another fee is booked as these are."""
        return {
            "account_id": self.account_id.id,
            "tax_id": self.tax_id.id,
            "partner_id": self.partner_id.id,
            "has_invoice": self.has_invoice,
            "analytic_distribution": self.analytic_distribution,
        }
