from odoo import api, fields, models

from ..chart.roles import ROLES
from ..chart.saft import get_grouping, get_standard_account


class AccountAccount(models.Model):
    """Where the accounts that settlements and web orders use stand in the Norwegian standard audit file.

    Odoo's own export reads no grouping from the account, so it is shown, for whoever makes or checks the file.
    """

    _inherit = "account.account"

    settlement_use = fields.Char(string="Used for", compute="_compute_settlement_use", compute_sudo=True)
    saft_standard_account = fields.Char(string="Standard Account", compute="_compute_saft")
    saft_category = fields.Char(string="Grouping Category", compute="_compute_saft")
    saft_code = fields.Char(string="Grouping Code", compute="_compute_saft")

    @api.depends_context("company", "lang")
    def _compute_settlement_use(self):
        uses = self._get_settlement_uses()
        for account in self:
            account.settlement_use = ", ".join(label for _role, label in uses.get(account, ()))

    @api.depends_context("company")
    def _compute_saft(self):
        uses = self._get_settlement_uses()
        is_norwegian = self.env.company.account_fiscal_country_id.code == "NO"
        for account in self:
            code = account.code or ""
            role = next((role for role, _label in uses.get(account, ())), None)
            grouping = get_grouping(role, code) if role and is_norwegian else None
            account.saft_standard_account = get_standard_account(code) if grouping else False
            account.saft_category = grouping.category if grouping else False
            account.saft_code = grouping.code if grouping else False

    @api.model
    def _get_settlement_uses(self):
        """Return ``{account: [(role, label)]}`` of what this company's providers, shops and taxes use accounts for."""
        uses = {}
        for account, role, label in self._list_settlement_uses():
            known = uses.setdefault(account.with_env(self.env), [])
            if account and (role, label) not in known:
                known.append((role, label))
        return uses

    @api.model
    def _list_settlement_uses(self):
        """Return ``[(account, role, label)]``, the roles of a provider first."""
        company = [("company_id", "=", self.env.company.id)]
        providers = self.env["account.settlement.provider"].sudo().with_context(active_test=False).search(company)
        shops = self.env["sale.webshop"].sudo().with_context(active_test=False).search(company)
        labels = dict(self.env["settlement.activate.line"]._fields["role"]._description_selection(self.env))
        owed = shops.tax_rule_ids.filtered(lambda rule: rule.area == "abroad" and rule.rate).tax_id
        owed_label = self.env._("VAT owed to other countries")
        return [
            *(
                (provider[f"{role}_account_id"], role, f"{provider.name}: {labels[role]}")
                for role, _label in ROLES
                for provider in providers
            ),
            *((kind.account_id, "fee", f"{kind.provider_id.name}: {kind.name}") for kind in providers.fee_type_ids),
            *((shop.gift_card_account_id, "gift_card", self.env._("Gift cards")) for shop in shops),
            *((shop.store_credit_account_id, "store_credit", self.env._("Store credit")) for shop in shops),
            *((account, "foreign_vat", owed_label) for account in owed.invoice_repartition_line_ids.account_id),
        ]

    @api.model
    def action_open_saft_mapping(self):
        """Open the accounts that settlements and web orders use, with their place in the standard audit file."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_account_saft")
        accounts = [account.id for account in self._get_settlement_uses() if account]
        return {**action, "domain": [("id", "in", accounts)]}
