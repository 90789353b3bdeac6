from odoo import api, fields, models

from ..common.messages import Message, _
from ..matching.versions import RuleVersion, describe_changes


class AccountSettlementRuleVersion(models.Model):
    """How a provider's rules read at one time, kept with the transactions that were decided on by them."""

    _name = "account.settlement.rule.version"
    _description = "Rules As Booked"
    _order = "id desc"
    _rec_name = "create_date"

    provider_id = fields.Many2one(
        "account.settlement.provider", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    fingerprint = fields.Char(required=True, readonly=True, index=True)
    content = fields.Json(required=True, readonly=True)
    description = fields.Text(compute="_compute_description", string="Rules")
    changes = fields.Text(compute="_compute_changes", string="Changed Since")
    is_current = fields.Boolean(compute="_compute_changes", string="As Today")

    @api.depends("provider_id", "create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for version in self:
            date = fields.Datetime.context_timestamp(version, version.create_date) if version.create_date else ""
            version.display_name = f"{version.provider_id.name} {date:%Y-%m-%d %H:%M}" if date else ""

    @api.depends("content")
    @api.depends_context("lang")
    def _compute_description(self):
        for version in self:
            rules = self.env["account.settlement.rule"]
            render = self.env["account.settlement"]._render_value
            said = []
            for number, rule in enumerate(version._to_plain().rules, 1):
                said.append(f"{number}. {render(rule.name)}")
                said += [f"    {words}" for words in rules._render_rule(rule).splitlines()]
            said += [f"{render(name)}: {value or '–'}" for name, value in version._to_plain().settings]
            version.description = "\n".join(said)

    @api.depends("content")
    @api.depends_context("lang")
    def _compute_changes(self):
        current = {provider: self._get_plain(provider) for provider in self.provider_id}
        for version in self:
            today = current[version.provider_id]
            changes = describe_changes(version._to_plain(), today)
            version.is_current = today.fingerprint == version.fingerprint
            version.changes = self.env["account.settlement"]._render_messages(
                [message.to_json() for message in changes]
            )

    def _to_plain(self):
        self.ensure_one()
        return RuleVersion.from_json(self.content)

    @api.model
    def _get_current(self, provider):
        """Return the version of a provider's rules as they read now, stored if it is a new one."""
        plain = self._get_plain(provider)
        fingerprint = plain.fingerprint
        versions = self.sudo()
        domain = [("provider_id", "=", provider.id), ("fingerprint", "=", fingerprint)]
        version = versions.search(domain, limit=1) or versions.create(
            {"provider_id": provider.id, "fingerprint": fingerprint, "content": plain.to_json()}
        )
        return version.sudo(False)

    @api.model
    def _get_plain(self, provider):
        """Return how a provider's rules read now: :class:`~..matching.versions.RuleVersion`.

        Accounts by their numbers, and names in English: whoever asks, and whatever is renamed, it is the same.
        """
        provider = provider.sudo().with_company(provider.company_id)
        rules = self.env["account.settlement.rule"]._search_used(provider)
        in_english = provider.with_context(lang="en_US")
        return RuleVersion(
            tuple(rules._to_plain_rules()),
            tuple(self._get_plain_settings(in_english, rules.with_context(lang="en_US"))),
            tuple(self._get_plain_fee_types(in_english)),
        )

    def _get_plain_settings(self, provider, rules):
        limit = f"{provider.rounding_limit:.2f}"
        yield Message(_("Rounding limit")), limit
        yield Message(_("Order reference prefixes")), (provider.reference_prefixes or "").replace(" ", "")
        yield Message(_("Prepayments account")), provider.prepayment_account_id.code or ""
        yield Message(_("Reserve account")), provider.reserve_account_id.code or ""
        yield Message(_("Webshops")), ", ".join(provider.webshop_ids.mapped("name"))
        yield Message(_("Taxes of the rules")), ", ".join(self._get_tax_text(tax) for tax in rules.tax_id.sorted("id"))

    def _get_plain_fee_types(self, provider):
        for fee_type in provider.fee_type_ids:
            shares = fee_type.analytic_distribution or {}
            booked = (
                fee_type.account_id.code,
                fee_type.tax_id and self._get_tax_text(fee_type.tax_id),
                fee_type.partner_id.display_name,
                ", ".join(f"{accounts}: {share:g} %" for accounts, share in sorted(shares.items())),
            )
            yield fee_type.code or "", fee_type.name, ", ".join(filter(None, booked))

    @staticmethod
    def _get_tax_text(tax):
        return f"{tax.name} ({tax.amount:g} %)"
