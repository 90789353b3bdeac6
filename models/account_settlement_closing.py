from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import format_date

from .times import get_norwegian_today

#: For how many months back the scheduled action looks at months again.
CHECKED_MONTHS = 15

#: How many new months are looked at while somebody opens the list; the scheduled action goes on with the rest.
CHECKED_AT_ONCE = 4


class AccountSettlementClosing(models.Model):
    """One month of one agreement: what is done of it, who has signed it, and what has changed since.

    ``_facts`` reads what the ledger says, :mod:`..closing.checks` judges it, ``_sign`` keeps what a person signs.
    """

    _name = "account.settlement.closing"
    _description = "Month End"
    _inherit = ["mail.thread", "mail.activity.mixin", "settlement.rights"]
    _order = "month desc, provider_id"
    _check_company_auto = True
    # Nobody writes a month by hand but its comment; whoever reads it may post messages and plan activities.
    _mail_post_access = "read"

    provider_id = fields.Many2one(
        "account.settlement.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    month_end = fields.Date(compute="_compute_month_end", string="Last Day")
    state = fields.Selection(
        [
            ("not_ready", "Not Ready"),
            ("ready", "Ready"),
            ("signed", "Signed"),
            ("changed", "Changed Since"),
        ],
        string="Status",
        default="not_ready",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
        help="As of the last check. Not ready: something is open. Changed since: the books of a signed month have.",
    )
    checked_at = fields.Datetime(string="Last Checked", readonly=True)
    open_count = fields.Integer(string="To Do", readonly=True)
    note_count = fields.Integer(string="To Know", readonly=True)
    check_ids = fields.One2many("account.settlement.closing.check", "closing_id", string="Checks", readonly=True)
    change_ids = fields.One2many(
        "account.settlement.closing.change", "closing_id", string="Changed Since Signed", readonly=True
    )
    comment = fields.Text(tracking=True, help="Goes with the next signature: why what is open may stay so.")
    signature_ids = fields.One2many(
        "account.settlement.closing.signature", "closing_id", string="Signatures", readonly=True
    )
    signature_id = fields.Many2one(
        "account.settlement.closing.signature", compute="_compute_signature", string="Last Signature"
    )
    signed_by = fields.Char(compute="_compute_signature")
    signed_at = fields.Datetime(compute="_compute_signature")

    _month_uniq = models.UniqueIndex("(provider_id, month)", "This month of the provider is there already.")

    @api.depends("provider_id.name", "month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for closing in self:
            month = format_date(self.env, closing.month, date_format="MMMM y") if closing.month else ""
            closing.display_name = f"{closing.provider_id.name} {month}".strip()

    @api.depends("month")
    def _compute_month_end(self):
        for closing in self:
            closing.month_end = closing.month and closing.month + relativedelta(months=1, days=-1)

    @api.depends("signature_ids")
    def _compute_signature(self):
        for closing in self:
            closing.signature_id = closing.signature_ids.sorted("id")[-1:]
            closing.signed_by = closing.signature_id.signed_by
            closing.signed_at = closing.signature_id.signed_at

    def write(self, vals):
        """People write the comment alone; the rest is the program's."""
        self._check_written(vals, {"comment"})
        return super().write(vals)

    # ---------------------------------------------------------------- months

    @api.model
    def _create_missing(self):
        """Create the past months of active agreements, from their first one on.

        :return: the new ones.
        """
        providers = self.env["account.settlement.provider"].sudo().search([("state", "=", "active")])
        first_dates = dict(
            self.env["account.settlement"]
            .sudo()
            ._read_group([("provider_id", "in", providers.ids)], ["provider_id"], ["date_from:min"])
        )
        known = {
            (closing.provider_id.id, closing.month)
            for closing in self.sudo().search([("provider_id", "in", providers.ids)])
        }
        this_month = get_norwegian_today(self).replace(day=1)
        vals_list = []
        for provider in providers:
            dates = [date for date in (provider.start_date, first_dates.get(provider)) if date]
            month = max(dates).replace(day=1) if dates else this_month
            while month < this_month:
                if (provider.id, month) not in known:
                    vals_list.append({"provider_id": provider.id, "month": month})
                month += relativedelta(months=1)
        # Who opens the list has not made them, and follows none.
        quiet = self.sudo().with_context(mail_create_nosubscribe=True, tracking_disable=True)
        try:
            with self.env.cr.savepoint():
                return quiet.create(vals_list)
        except UniqueViolation as error:
            # Somebody else has just made them: Odoo tries again, and finds them.
            raise ConcurrencyError(self._description) from error

    # ---------------------------------------------------------------- checking

    def _check(self):
        """Look at the months now, and store how they stand."""
        for closing in self._as_user().with_context(tracking_disable=True):
            closing.with_company(closing.company_id)._check_one()

    def _check_one(self):
        """Look at one month, and store how it stands.

        :return: its :class:`~..closing.checks.Check`, and its :class:`~..closing.kept.KeptMonth`.
        """
        self.ensure_one()
        self = self.with_context(settlement_missing_of_others=self._get_missing_of_others())
        checks, kept = self._get_month()
        self.check_ids.unlink()
        self.change_ids.unlink()
        changes = self._find_changes(kept)
        states = [check.state for check in checks]
        self.write(
            {"check_ids": [fields.Command.create(self._to_check(place, check)) for place, check in enumerate(checks)]}
        )
        self.write(
            {
                "change_ids": [fields.Command.create(self._to_change(change)) for change in changes],
                "checked_at": fields.Datetime.now(),
                "open_count": states.count("open"),
                "note_count": states.count("note"),
                "state": self._get_state(states, changes),
            }
        )
        return checks, kept

    def _get_state(self, states, changes):
        if self.signature_id:
            return "changed" if changes else "signed"
        return "not_ready" if "open" in states else "ready"

    @api.model
    def _cron_check(self):
        """Scheduled action: create the months that have ended, and look at those of the last year again."""
        self._create_missing()
        since = get_norwegian_today(self).replace(day=1) - relativedelta(months=CHECKED_MONTHS)
        begun = fields.Datetime.now() - timedelta(hours=12)
        domain = [("month", ">=", since), "|", ("checked_at", "=", False), ("checked_at", "<", begun)]
        closings = self.search(domain, order="month desc, id")
        self.env["ir.cron"]._commit_progress(remaining=len(closings))
        self.env["settlement.fault"]._work_through("Month end", closings, lambda closing: closing._check())

    # ---------------------------------------------------------------- actions

    def action_open_closings(self):
        """Open the months, after those that have ended were created and looked at."""
        self._as_user()
        self._create_missing()
        new = self.search([("checked_at", "=", False)])
        new[:CHECKED_AT_ONCE]._check()
        if new[CHECKED_AT_ONCE:]:
            self.env.ref("settlement_bridge.ir_cron_settlement_closing").sudo()._trigger()
        return self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_closing")

    def action_open_page(self):
        """Look at the month now, and open its page."""
        self.ensure_one()
        self._check()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_check(self):
        """Look at these months now."""
        self._check()
        return True
