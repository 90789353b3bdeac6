import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, formatLang

from ..common.messages import Message, SettlementError

_logger = logging.getLogger(__name__)


class AccountSettlement(models.Model):
    """One payout and the transactions it consists of; or, until the payout comes, the open run of ledger dates.

    The stages stand in files of their own: ``account_settlement_ingest``, ``_match``, ``_book`` and ``_bank``.
    """

    _name = "account.settlement"
    _description = "Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin", "settlement.rights"]
    _order = "date desc, id desc"
    _check_company_auto = True
    # Nobody writes a settlement by hand; who reads it may talk about it, and plan what to do.
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name", store=True)
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
    external_id = fields.Char(
        string="Settlement Number",
        readonly=True,
        index=True,
        help="The provider's number of the payout; empty until it comes.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(readonly=True, index=True)
    date_from = fields.Date(string="From", compute="_compute_from_lines", store=True)
    date_to = fields.Date(string="To", compute="_compute_from_lines", store=True)
    amount_gross = fields.Monetary(
        string="Payments and Refunds", compute="_compute_from_lines", store=True, help="Before fees."
    )
    amount_fee = fields.Monetary(string="Fees Deducted", compute="_compute_from_lines", store=True)
    amount_net = fields.Monetary(string="Net", compute="_compute_from_lines", store=True)
    opening_balance = fields.Monetary(
        readonly=True, string="Carried In", help="What the provider owed before the first transaction."
    )
    payout_amount = fields.Monetary(readonly=True, string="Payout")
    payout_reference = fields.Char(readonly=True, help="Expected in the text of the bank line.")
    payout_date = fields.Date(readonly=True)
    complete_to = fields.Date(readonly=True, help="The last day of which nothing more is expected.")
    closing_balance = fields.Monetary(readonly=True)
    has_closing_balance = fields.Boolean(readonly=True)
    is_open = fields.Boolean(readonly=True, string="Awaits Payout")
    needs_confirmation = fields.Boolean(
        readonly=True,
        help="The document holds no total to check its rows against: a person confirms the payout before it is booked.",
    )
    confirmed_by_id = fields.Many2one("res.users", readonly=True)
    needs_rule_agreement = fields.Boolean(
        readonly=True,
        string="Rules Changed Since",
        help="It was booked by other rules than today's: a person agrees before it is booked again.",
    )
    rule_changes = fields.Text(compute="_compute_rule_changes", string="What Changed in the Rules")
    problem_data = fields.Json(readonly=True, help="What does not add up, and in which document.")
    booking_error_data = fields.Json(readonly=True, help="Why booking failed the last time.")
    error_message = fields.Text(compute="_compute_error_message")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("new", "To Book"),
            ("booked", "Booked"),
            ("paid", "Paid Out"),
            ("error", "Error"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("account.settlement.line", "settlement_id", string="Transactions", readonly=True)
    move_ids = fields.One2many("account.move", "settlement_id", string="Vouchers", readonly=True)
    clearing_line_ids = fields.One2many("account.move.line", "settlement_clearing_id", readonly=True)
    document_ids = fields.Many2many("account.settlement.document", string="Documents", readonly=True)
    carried_to_id = fields.Many2one(
        "account.settlement",
        readonly=True,
        index="btree_not_null",
        string="Paid Out With",
        help="The payout was aborted; the amount comes with this later one.",
        check_company=True,
    )
    carried_from_ids = fields.One2many("account.settlement", "carried_to_id", string="Aborted Payouts Included")
    bank_line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null", check_company=True
    )
    returned_bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        readonly=True,
        index="btree_not_null",
        string="Returned By Bank Line",
        help="The payout had reached the bank, and went back.",
        check_company=True,
    )
    clearing_residual = fields.Monetary(compute="_compute_clearing_residual", string="Open on Clearing")
    line_count = fields.Integer(compute="_compute_counts")
    unknown_count = fields.Integer(compute="_compute_counts")
    move_count = fields.Integer(compute="_compute_counts")

    _external_uniq = models.UniqueIndex(
        "(provider_id, external_id) WHERE external_id IS NOT NULL", "This settlement is stored already."
    )
    _open_uniq = models.UniqueIndex(
        "(provider_id, currency_id) WHERE is_open", "A provider has one open run of ledger dates at a time."
    )

    @api.depends("provider_id.name", "external_id", "date_from")
    def _compute_name(self):
        for settlement in self:
            number = settlement.external_id or f"{settlement.date_from or ''} …"
            settlement.name = f"{settlement.provider_id.name} {number}"

    @api.depends("line_ids.amount", "line_ids.fee", "line_ids.kind", "line_ids.fee_owed", "line_ids.date")
    def _compute_from_lines(self):
        totals = {settlement.id: [None, None, 0.0, 0.0] for settlement in self}
        fee_kinds = ("fee", "fee_refund")
        bank_kinds = ("payout", "payout_return", "top_up")
        for settlement, kind, first, last, amount, fee in self.env["account.settlement.line"]._read_group(
            [("settlement_id", "in", self.ids), ("fee_owed", "=", False)],
            ["settlement_id", "kind"],
            ["date:min", "date:max", "amount:sum", "fee:sum"],
        ):
            total = totals[settlement.id]
            total[0] = min(filter(None, (total[0], first)))
            total[1] = max(filter(None, (total[1], last)))
            total[3] += fee
            if kind in fee_kinds:
                total[3] -= amount
            elif kind not in bank_kinds:
                total[2] += amount
        for settlement in self:
            first, last, gross, fee = totals.get(settlement.id, (None, None, 0.0, 0.0))
            settlement.date_from = first
            settlement.date_to = last
            settlement.amount_gross = gross
            settlement.amount_fee = fee
            settlement.amount_net = gross - fee

    @api.depends(
        "is_open",
        "problem_data",
        "booking_error_data",
        "line_ids.status",
        "amount_net",
        "clearing_line_ids.amount_currency",
        "clearing_line_ids.amount_residual",
        "clearing_line_ids.parent_state",
    )
    def _compute_state(self):
        unbooked = {
            settlement.id
            for (settlement,) in self.env["account.settlement.line"]._read_group(
                [("settlement_id", "in", self.ids), ("status", "=", "new")], ["settlement_id"]
            )
        }
        for settlement in self:
            if settlement.problem_data or settlement.booking_error_data:
                settlement.state = "error"
            elif settlement.is_open:
                settlement.state = "open"
            elif settlement.id in unbooked:
                settlement.state = "new"
            elif settlement._is_clearing_met():
                settlement.state = "paid"
            else:
                settlement.state = "booked"

    def _get_clearing_items(self):
        """Return what stands on the clearing account for these settlements, met or not."""
        return self.clearing_line_ids.filtered(lambda item: item.parent_state == "posted")

    def _is_clearing_met(self):
        """Whether all that the provider owed for this settlement stood on the clearing account, and is met.

        An account without open items has no residual, and a voucher that is gone no items: neither is a payout.
        """
        self.ensure_one()
        items = self._get_clearing_items()
        owed = sum(items.mapped("amount_currency"))
        return (
            all(items.account_id.mapped("reconcile"))
            and self.currency_id.compare_amounts(owed, self.amount_net) == 0
            and all(
                item.company_currency_id.is_zero(item.amount_residual)
                and item.currency_id.is_zero(item.amount_residual_currency)
                for item in items
            )
        )

    @api.depends("clearing_line_ids.amount_residual_currency", "clearing_line_ids.parent_state")
    def _compute_clearing_residual(self):
        for settlement in self:
            settlement.clearing_residual = sum(settlement._get_clearing_items().mapped("amount_residual_currency"))

    def _compute_counts(self):
        Line = self.env["account.settlement.line"]
        lines = dict(Line._read_group([("settlement_id", "in", self.ids)], ["settlement_id"], ["__count"]))
        unknown = dict(
            Line._read_group(
                [("settlement_id", "in", self.ids), ("status", "=", "unknown")], ["settlement_id"], ["__count"]
            )
        )
        moves = dict(
            self.env["account.move"]._read_group([("settlement_id", "in", self.ids)], ["settlement_id"], ["__count"])
        )
        for settlement in self:
            settlement.line_count = lines.get(settlement, 0)
            settlement.unknown_count = unknown.get(settlement, 0)
            settlement.move_count = moves.get(settlement, 0)

    @api.depends("problem_data", "booking_error_data")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for settlement in self:
            problems = [problem["message"] for problem in settlement.problem_data or []]
            settlement.error_message = self._render_messages(problems + (settlement.booking_error_data or []))

    @api.depends("needs_rule_agreement", "line_ids.rule_version_id")
    @api.depends_context("lang")
    def _compute_rule_changes(self):
        for settlement in self:
            versions = settlement._get_other_rule_versions() if settlement.needs_rule_agreement else None
            settlement.rule_changes = "\n".join(filter(None, versions.mapped("changes"))) if versions else False

    def _get_other_rule_versions(self):
        """Return how the rules read when transactions that are to be booked again were booked, where that is not how
        they read now."""
        self.ensure_one()
        versions = self.line_ids.filtered(lambda line: line.status == "new").rule_version_id
        current = versions and versions._get_plain(self.provider_id).fingerprint
        return versions.filtered(lambda version: version.fingerprint != current)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for settlement in self.filtered("move_ids"):
            raise UserError(
                self.env._("%s has vouchers, so it cannot be deleted. Undo it by reversal instead.", settlement.name)
            )

    # ---------------------------------------------------------------- messages

    @api.model
    def _render_messages(self, stored):
        """Return stored messages as text in the reader's language, one a line; False where there are none.

        :param list stored: of :meth:`~..providers.messages.Message.to_json`.
        """
        return "\n".join(self._render_message(Message.from_json(message)) for message in stored or []) or False

    @api.model
    def _render_message(self, message):
        # The templates are literals in the pure packages, marked there with _ for the export of terms.
        values = {name: self._render_value(value) for name, value in message.values.items()}
        return self.env._(message.template, **values)  # pylint: disable=gettext-variable

    @api.model
    def _get_translations(self, message):
        """Return ``{language: text}`` of a message in every language in use, English among them."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return {
            language: self.with_context(lang=language)._render_message(message)
            for language in dict.fromkeys(["en_US", *languages])
        }

    @api.model
    def _render_value(self, value):
        if isinstance(value, Message):
            return self._render_message(value)
        if hasattr(value, "quantize"):
            return formatLang(self.env, float(value), digits=2)
        return format_date(self.env, value) if hasattr(value, "isoformat") else value

    # ---------------------------------------------------------------- actions

    def action_process(self):
        """Match, book and reconcile now."""
        self._process()
        return True

    def action_match_bank(self):
        """Look for the payout's bank line now."""
        self._match_bank()
        return True

    def action_confirm(self):
        """A person has seen that the payout is right; the settlement may be booked."""
        for settlement in self._as_user().filtered("needs_confirmation"):
            settlement.write({"needs_confirmation": False, "confirmed_by_id": self.env.user.id})
            settlement.message_post(
                body=self.env._(
                    "The payout of %s was confirmed.",
                    formatLang(
                        self.env, settlement.payout_amount or settlement.amount_net, currency_obj=settlement.currency_id
                    ),
                )
            )
        self._process()
        return True

    def action_agree_to_rules(self):
        """A person has seen what changed in the rules since; the settlement is booked by today's."""
        for settlement in self._as_user().filtered("needs_rule_agreement"):
            body = self.env._("To be booked by today's rules. Changed since: %s", settlement.rule_changes or "–")
            settlement.message_post(body=body)
            settlement.line_ids.filtered(lambda line: line.status == "new").rule_version_id = False
            settlement.needs_rule_agreement = False
        return self.action_process()

    def action_reverse(self):
        self._as_manager()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_reverse")
        action["context"] = {"default_settlement_ids": self.ids}
        return action

    def _open_action(self, xml_id, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = domain
        action["context"] = {}
        return action

    def action_open_lines(self):
        return self._open_action("settlement_bridge.action_account_settlement_line", [("settlement_id", "=", self.id)])

    def action_open_unknown(self):
        return self._open_action(
            "settlement_bridge.action_account_settlement_line",
            [("settlement_id", "=", self.id), ("status", "=", "unknown")],
        )

    def action_open_moves(self):
        return self._open_action("account.action_move_journal_line", [("settlement_id", "=", self.id)])

    def action_open_bank_line(self):
        self.ensure_one()
        return self.bank_line_id.move_id.get_formview_action()

    def action_open_documents(self):
        return self._open_action(
            "settlement_bridge.action_account_settlement_document", [("settlement_ids", "in", self.ids)]
        )

    # ---------------------------------------------------------------- processing

    def _process(self):
        """Match, book and reconcile what is proven and not yet booked. Safe to call again.

        :raises UserError: when a settlement is being booked by somebody else right now, or cannot be booked.
        """
        for settlement in self._as_user():
            settlement._lock()
            settlement = settlement.with_company(settlement.company_id)
            settlement.booking_error_data = False
            settlement.needs_rule_agreement = bool(settlement._get_other_rule_versions())
            for date, lines in settlement._get_bookable_lines():
                settlement._book(date, lines)
            settlement._close_clearing()
            settlement.provider_id._close_attention(f"settlement {settlement.id}")
        return True

    def _lock(self):
        """Keep others from booking or undoing this settlement at the same time.

        :raises UserError: when somebody else does so right now.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("%s is being booked right now. Try again in a minute.", self.name))

    def _get_bookable_lines(self):
        """Return ``(ledger date, lines)`` of what may be booked now, oldest first.

        A settlement in error, or one a person must look at first, gives nothing; an open run gives its complete ledger
        dates.
        """
        self.ensure_one()
        awaits_person = self.needs_confirmation or self.needs_rule_agreement
        if self.problem_data or awaits_person or self.provider_id.state != "active":
            return []
        domain = [("settlement_id", "=", self.id), ("status", "=", "new"), ("is_exclusion_proposed", "=", False)]
        if self.is_open:
            domain.append(("date", "<=", self.complete_to))
        lines = self.env["account.settlement.line"].search(domain, order="date, row, id")
        return sorted(lines.grouped("date").items())

    @api.model
    def _search_bookable(self, limit=None):
        """Return the settlements with something to book: rows still new, of complete ledger dates."""
        self.flush_model()
        self.env["account.settlement.line"].flush_model(["status", "date", "settlement_id", "is_exclusion_proposed"])
        self.env["account.settlement.provider"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT settlement.id
                  FROM account_settlement settlement
                  JOIN account_settlement_provider provider ON provider.id = settlement.provider_id
                 WHERE settlement.state IN ('new', 'open')
                   AND settlement.needs_confirmation IS NOT TRUE
                   AND settlement.needs_rule_agreement IS NOT TRUE
                   AND provider.state = 'active'
                   AND EXISTS (
                       SELECT 1
                         FROM account_settlement_line line
                        WHERE line.settlement_id = settlement.id
                          AND line.status = 'new'
                          AND line.is_exclusion_proposed IS NOT TRUE
                          AND (settlement.is_open IS NOT TRUE OR line.date <= settlement.complete_to)
                       )
              ORDER BY settlement.date, settlement.id
                 LIMIT %s
                """,
                limit,
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _cron_process(self, batch_size=20):
        """Scheduled action: match, book and reconcile. A settlement that fails never stops the others."""
        fault = self.env["settlement.fault"]
        bookable = self._search_bookable().filtered_domain(fault._get_ready_domain("book", self))
        settlements = bookable[:batch_size]
        self.env["ir.cron"]._commit_progress(remaining=len(bookable))
        fault._work_through(
            "book",
            settlements,
            # one that somebody books right now is left to them
            lambda settlement: settlement.try_lock_for_update(allow_referencing=True)._process(),
            lambda settlement, error: settlement._note_booking_failure(self._get_stored_error(error)),
        )
        if settlements:
            self.env.ref("settlement_bridge.ir_cron_settlement_bank")._trigger()

    def _process_each(self):
        """Book each settlement by itself: one that cannot be booked is set aside with its reason, the others go on."""
        for settlement in self._as_user().try_lock_for_update(allow_referencing=True):
            try:
                with self.env.cr.savepoint():
                    settlement._process()
            except UserError as error:
                settlement._note_booking_failure(self._get_stored_error(error))
        self.env.ref("settlement_bridge.ir_cron_settlement_bank").sudo()._trigger()

    @staticmethod
    def _get_stored_error(error):
        """Return an error as a stored message: ours in every reader's language, Odoo's own as it was said."""
        cause = error.__cause__
        message = cause.message if isinstance(cause, SettlementError) else Message("%(error)s", {"error": str(error)})
        return message.to_json()

    def _note_booking_failure(self, message):
        """Set the settlement aside with the reason; the button tries again."""
        self.booking_error_data = [message]
        self.provider_id._ask_for_attention(self.error_message, key=f"settlement {self.id}")
