from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

#: The subject of the activity.
UNKNOWN = "unknown"

#: How long until somebody who has closed the reminder is reminded again.
PAUSES = {"weekly": relativedelta(weeks=1), "monthly": relativedelta(months=1)}


class AccountSettlementProvider(models.Model):
    """Reminding a person while something is open on the account for unknown transactions."""

    _inherit = "account.settlement.provider"

    unknown_reminder = fields.Selection(
        [("never", "Never"), ("weekly", "Every week"), ("monthly", "Every month")],
        string="Remind of Unknown",
        default="weekly",
        required=True,
        tracking=True,
        help="An activity says what is open on the account for unknown transactions. It is closed by itself when "
        "nothing is; if you close it before, it comes again after a week or a month.",
    )
    unknown_reminder_user_id = fields.Many2one(
        "res.users",
        string="Who Is Reminded",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
        help="Empty: who has activated the provider.",
    )
    unknown_reminded_on = fields.Date(readonly=True, copy=False)

    @api.model
    def _remind_of_unknown(self):
        """Let each provider in use have its reminder, or none: part of the nightly scheduled action."""
        providers = self.search([("state", "=", "active"), ("unknown_account_id", "!=", False)])
        self.env["settlement.fault"]._work_through("remind", providers, lambda provider: provider._update_reminder())

    def _update_reminder(self):
        """Create the reminder, write in it what is open now, or close it where nothing is."""
        self.ensure_one()
        count, amount, first = self._get_open_on_unknown()
        if not count or self.unknown_reminder == "never":
            self._close_reminder()
            return
        if self._get_active_sharing() != self:
            return
        for other in self._get_sharing_unknown() - self:
            other._hand_over_reminder(self)
        today = fields.Date.context_today(self)
        pause = PAUSES[self.unknown_reminder]
        if not self._get_attention(UNKNOWN):
            if self.unknown_reminded_on and self.unknown_reminded_on + pause > today:
                return
            self.unknown_reminded_on = today
        user = self._get_reminded_user()
        reader = self.with_context(lang=user.lang)
        reader._ask_for_attention(reader._get_reminder_text(count, amount, first), key=UNKNOWN, user=user)

    def _get_reminder_text(self, count, amount, first):
        """Return what the reminder says.

        :param amount: in company currency, debit positive: said in words.
        """
        values = {
            "count": count,
            "account": self.unknown_account_id.with_company(self.company_id).display_name,
            "amount": formatLang(self.env, abs(amount), currency_obj=self.company_currency_id),
            "date": format_date(self.env, first),
        }
        if amount < 0:
            return self.env._(
                "%(amount)s in credit is open on %(account)s (transactions: %(count)s). The oldest is of %(date)s.",
                **values,
            )
        if amount > 0:
            return self.env._(
                "%(amount)s in debit is open on %(account)s (transactions: %(count)s). The oldest is of %(date)s.",
                **values,
            )
        return self.env._(
            "%(amount)s is open on %(account)s (transactions: %(count)s). The oldest is of %(date)s.", **values
        )

    def _get_open_on_unknown(self):
        """Return of the account for unknown transactions: how many items are open, their sum, the date of the first."""
        [found] = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", self.unknown_account_id.id),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                "|",
                ("amount_residual", "!=", 0),
                ("amount_residual_currency", "!=", 0),
            ],
            [],
            ["__count", "amount_residual:sum", "date:min"],
        )
        return found

    def _get_sharing_unknown(self):
        """Return the company's agreements that have the same account for unknown transactions, this one among them."""
        return self.search(
            [("unknown_account_id", "=", self.unknown_account_id.id), ("company_id", "=", self.company_id.id)]
        )

    def _get_active_sharing(self):
        """Return the agreement in use that has the reminder: of those that share the account, the first."""
        return self._get_sharing_unknown().filtered(lambda provider: provider.state == "active")[:1]

    def _hand_over_reminder(self, other):
        """Close the reminder here, as another agreement with the same account has it now."""
        if self._get_attention(UNKNOWN):
            self._close_attention(UNKNOWN, self.env._("%s has the reminder of the account now.", other.name))

    def _get_reminded_user(self):
        chosen = self.unknown_reminder_user_id
        return chosen if chosen.active else self._get_responsible_user()

    def _close_reminder(self):
        if self._get_attention(UNKNOWN):
            self._close_attention(UNKNOWN, self.env._("Nothing is open on the account any more."))
        self.unknown_reminded_on = False

    def _close_reminders_of_nothing(self):
        """Close the reminders of these providers where nothing is open any more: a person has just placed the last."""
        for provider in self.sudo():
            if provider._get_attention(UNKNOWN) and not provider._get_open_on_unknown()[0]:
                provider._close_reminder()
