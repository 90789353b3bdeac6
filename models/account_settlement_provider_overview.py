from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: What waits for a person, by the field that counts it: the model, and the condition that puts a record on the list.
WORK_LISTS = {
    "unknown_count": ("account.settlement.line", ("open_as", "=", "unknown")),
    "reopened_count": ("account.settlement.line", ("open_as", "=", "reopened")),
    "owed_count": ("account.settlement.line", ("open_as", "=", "owed")),
    "late_count": ("account.settlement.line", ("is_late", "=", True)),
    "difference_count": ("account.settlement.line", ("open_as", "=", "short")),
    "dispute_count": ("account.settlement.line", ("open_as", "=", "dispute")),
    "fee_vat_count": ("account.settlement.line", ("fee_vat_issue", "!=", False)),
    "proposed_count": ("account.settlement.line", ("is_exclusion_proposed", "=", True)),
    "error_count": ("account.settlement", ("state", "=", "error")),
    "unconfirmed_count": ("account.settlement", ("needs_confirmation", "=", True)),
    "bank_count": ("account.settlement", ("needs_bank_decision", "=", True)),
    "altered_count": ("account.settlement", ("is_altered", "=", True)),
}

#: Of these lists, those of open transactions, which are counted together: the value of ``open_as``.
OPEN_LISTS = {
    counter: condition[2] for counter, (_model, condition) in WORK_LISTS.items() if condition[:2] == ("open_as", "=")
}

#: Documents that wait for a person, by the field that counts them. A document may be of no one agreement.
DOCUMENT_LISTS = {"refused_count": ("state", "=", "error"), "waiting_count": ("state", "=", "waiting")}

#: What else waits, by the field that tells it: one of them, and there is something to do.
OTHER_WAITS = ("stray_count", "late_payout_count", "waiting_order_count", "unsigned_count", "documents_until")

#: The action that opens records of a model.
ACTIONS = {
    "account.settlement": "settlement_bridge.action_account_settlement",
    "account.settlement.line": "settlement_bridge.action_account_settlement_line",
    "account.settlement.document": "settlement_bridge.action_account_settlement_document",
}


class AccountSettlementProvider(models.Model):
    """What a provider's card shows: how much waits for a person, and what the provider owes according to the ledger."""

    _inherit = "account.settlement.provider"

    unknown_count = fields.Integer(compute="_compute_attention")
    unknown_amount = fields.Monetary(
        compute="_compute_attention",
        currency_field="company_currency_id",
        help="What is open of unknown transactions on the unknown account, without sign: unknown_side has it.",
    )
    unknown_side = fields.Selection(
        [("debit", "Debit"), ("credit", "Credit")],
        compute="_compute_attention",
        help="Credit: money was received that belongs to nobody yet. Debit: more was paid back.",
    )
    unknown_since = fields.Date(compute="_compute_attention", help="The date of the oldest one.")
    late_count = fields.Integer(
        compute="_compute_attention", help="Booked this month or the last, as their own period was locked."
    )
    difference_count = fields.Integer(compute="_compute_attention")
    dispute_count = fields.Integer(compute="_compute_attention", help="Disputed payments that are not decided.")
    reopened_count = fields.Integer(compute="_compute_attention")
    reopened_amount = fields.Monetary(compute="_compute_attention", currency_field="company_currency_id")
    owed_count = fields.Integer(compute="_compute_attention")
    owed_amount = fields.Monetary(compute="_compute_attention", currency_field="company_currency_id")
    proposed_count = fields.Integer(compute="_compute_attention")
    fee_vat_count = fields.Integer(compute="_compute_attention")
    error_count = fields.Integer(compute="_compute_attention")
    unconfirmed_count = fields.Integer(compute="_compute_attention")
    bank_count = fields.Integer(compute="_compute_attention")
    refused_count = fields.Integer(compute="_compute_attention")
    waiting_count = fields.Integer(
        compute="_compute_attention",
        help="Documents that wait for another agreement, or for days that are missing.",
    )
    altered_count = fields.Integer(compute="_compute_attention")
    has_attention = fields.Boolean(
        compute="_compute_has_attention", help="Something waits for a person, or has failed."
    )
    last_settlement_date = fields.Date(compute="_compute_attention")

    def _compute_attention(self):
        """Count the work lists, in a number of queries that does not depend on the providers."""
        self._compute_open_lists()
        self._compute_work_lists()
        self._compute_document_lists()
        last_dates = dict(
            self.env["account.settlement"]._read_group([("provider_id", "in", self.ids)], ["provider_id"], ["date:max"])
        )
        for provider in self:
            provider.last_settlement_date = last_dates.get(provider, False)

    def _compute_has_attention(self):
        waits = [*WORK_LISTS.keys() - {"late_count"}, *DOCUMENT_LISTS, *OTHER_WAITS]
        for provider in self:
            provider.has_attention = provider.fetch_error or any(provider[counter] for counter in waits)

    def _compute_open_lists(self):
        summary = self._get_open_summary()
        nothing = (0, 0.0, False)
        for provider in self:
            for counter, state in OPEN_LISTS.items():
                provider[counter] = summary.get((provider.id, state), nothing)[0]
            _count, amount, since = summary.get((provider.id, "unknown"), nothing)
            provider.unknown_amount = abs(amount)
            provider.unknown_side = amount and ("credit" if amount > 0 else "debit")
            provider.unknown_since = since
            provider.owed_amount = summary.get((provider.id, "owed"), nothing)[1]
            provider.reopened_amount = summary.get((provider.id, "reopened"), nothing)[1]

    def _get_open_summary(self):
        """Return ``{(provider id, where it stands): (count, open amount, oldest date)}`` of open transactions.

        Where it stands is a value of the transaction's ``open_as``; the amount is signed as the transactions.
        """
        lines = self.env["account.settlement.line"]
        lines._flush_for_open()
        lines.flush_model(["provider_id", "date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.provider_id, listed.open_as, count(*), sum(listed.amount), min(line.date)
                  FROM (%s) AS listed
                  JOIN account_settlement_line line ON line.id = listed.id
                 WHERE line.provider_id = ANY(%s)
              GROUP BY line.provider_id, listed.open_as
                """,
                lines._get_open_query(),
                self.ids,
            )
        )
        return {(provider_id, state): tuple(found) for provider_id, state, *found in rows}

    def _compute_work_lists(self):
        for counter in WORK_LISTS.keys() - OPEN_LISTS.keys():
            counts = self._sum_by_provider(counter, "__count")
            for provider in self:
                provider[counter] = counts.get(provider, 0)

    def _compute_document_lists(self):
        """Count the documents that wait: each on the card that :meth:`_get_document_domain` shows it on."""
        state_of = {counter: state for counter, (_name, _operator, state) in DOCUMENT_LISTS.items()}
        kinds = defaultdict(set)
        for company, code in self.env["account.settlement.provider"]._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id", "code"]
        ):
            kinds[company].add(code)
        groups = self.env["account.settlement.document"]._read_group(
            [("company_id", "in", self.company_id.ids), ("state", "in", list(state_of.values()))],
            ["company_id", "provider_id", "code", "state"],
            ["__count"],
        )
        for provider in self:
            others = kinds[provider.company_id] - {provider.code}
            for counter, wanted in state_of.items():
                provider[counter] = sum(
                    count
                    for company, owner, code, state, count in groups
                    if state == wanted
                    and (owner == provider or (not owner and company == provider.company_id and code not in others))
                )

    def _get_document_domain(self, counter):
        """Return the domain of the documents on one of :data:`DOCUMENT_LISTS` that this card shows.

        Those of no one agreement are on the card of each that is with the same provider, and where there is none, on
        every card of the company: nothing waits unseen.
        """
        self.ensure_one()
        others = self.search([("company_id", "=", self.company_id.id), ("code", "!=", self.code)])
        shared = Domain("provider_id", "=", False) & Domain("company_id", "=", self.company_id.id)
        shared &= Domain("code", "not in", others.mapped("code"))
        return list((Domain("provider_id", "=", self.id) | shared) & Domain(*DOCUMENT_LISTS[counter]))

    def _sum_by_provider(self, counter, aggregate):
        """Return ``{provider: aggregate}`` over a work list, without the providers that have nothing on it."""
        model, _condition = WORK_LISTS[counter]
        domain = Domain("provider_id", "in", self.ids) & self._get_condition(counter)
        return dict(self.env[model]._read_group(domain, ["provider_id"], [aggregate]))

    def _get_condition(self, counter):
        """Return the domain of the records on a work list; of what was booked late, this month and the last."""
        _model, condition = WORK_LISTS[counter]
        if counter != "late_count":
            return Domain(*condition)
        first = fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)
        return Domain(*condition) & Domain("booking_date", ">=", first)

    # ---------------------------------------------------------------- work lists

    def _open_action(self, xml_id, domain=(), context=None):
        """Return an action, with what of it belongs to these providers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = list(Domain("provider_id", "in", self.ids) & Domain(domain or Domain.TRUE))
        action["context"] = {"default_provider_id": self[:1].id, **(context or {})}
        return action

    def _get_stray_domain(self):
        """Return the domain of what is open on these clearing accounts and belongs to no payout.

        Bank lines, and entries made by hand, for which nothing was found.
        """
        return Domain(
            [
                ("account_id", "in", self.clearing_account_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("parent_state", "=", "posted"),
                ("settlement_clearing_id", "=", False),
                ("settlement_payout_id", "=", False),
                ("settlement_opening_id", "=", False),
                "|",
                ("amount_residual", "!=", 0),
                ("amount_residual_currency", "!=", 0),
            ]
        )

    def action_open_strays(self):
        """Open what is open on the clearing account and belongs to no payout."""
        action = self._open_items(self.clearing_account_id)
        return {**action, "name": self.env._("No Payout"), "domain": list(self._get_stray_domain())}

    def _open_work_list(self, counter, context=None):
        model, _condition = WORK_LISTS[counter]
        action = self._open_action(ACTIONS[model], self._get_condition(counter), context)
        return self._open_single(action) if model == "account.settlement" else action

    def _open_open_list(self, counter):
        """Open a list of open transactions, with what is open of each."""
        return self._open_action(
            "settlement_bridge.action_account_settlement_line_open", [WORK_LISTS[counter][1]], {"settlement_open": True}
        )

    def _open_single(self, action):
        """Let an action open the record itself where there is only one: what ends it is on its form."""
        found = self.env[action["res_model"]].search(action["domain"], limit=2)
        if len(found) == 1:
            action.update({"views": [(False, "form")], "res_id": found.id})
        return action

    def action_open_errors(self):
        """Open the settlements that could not be booked."""
        return self._open_work_list("error_count")

    def action_open_altered(self):
        """Open the settlements that differ from what was booked."""
        return self._open_work_list("altered_count")

    def action_open_unconfirmed(self):
        """Open the settlements whose payout a person confirms first."""
        return self._open_work_list("unconfirmed_count")

    def action_open_bank(self):
        """Open the payouts of which a person is to say what the bank line is, or that it is short."""
        return self._open_work_list("bank_count")

    def action_open_unknown(self):
        """Open the transactions on the unknown account."""
        action = "settlement_bridge.action_account_settlement_line_unknown"
        return self._open_action(action, [WORK_LISTS["unknown_count"][1]])

    def action_open_late(self):
        """Open the transactions that were booked in a later period, as their own was locked."""
        return self._open_work_list("late_count")

    def action_open_reopened(self):
        """Open the transactions whose reconciliation somebody has taken apart."""
        return self._open_open_list("reopened_count")

    def action_open_owed(self):
        """Open the transactions that are owed to their customers."""
        return self._open_open_list("owed_count")

    def action_open_differences(self):
        """Open the transactions whose invoice stays partly open, above the rounding limit."""
        return self._open_open_list("difference_count")

    def action_open_disputes(self):
        """Open the disputes that are not decided."""
        return self._open_action(
            "settlement_bridge.action_account_settlement_dispute",
            [("state", "in", ["open", "returned"])],
            {"search_default_open": 1},
        )

    def action_open_proposed(self):
        """Open the transactions that a rule proposes to exclude."""
        return self._open_work_list("proposed_count")

    def action_open_refused(self):
        """Open the documents that could not be read."""
        return self._open_document_list("refused_count")

    def action_open_waiting(self):
        """Open the documents that wait for another agreement, or for days that are missing."""
        return self._open_document_list("waiting_count")

    def _open_document_list(self, counter):
        action = self._open_action(ACTIONS["account.settlement.document"])
        action["domain"] = self._get_document_domain(counter)
        return action

    # ---------------------------------------------------------------- other lists

    def action_open_transit(self):
        """Open the payouts that are on their way to the bank."""
        return self._open_in_transit(Domain.TRUE)

    def _open_in_transit(self, domain):
        """Open the payouts on their way to the bank that are in a domain."""
        in_transit = Domain("payout_amount", "!=", 0) & Domain("is_open", "=", False)
        return self._open_single(self._open_on_clearing(in_transit & Domain("payout_failed", "=", False) & domain))

    def action_open_not_paid_out(self):
        """Open the settlements of which something is booked that the provider has not paid out."""
        unpaid = Domain("payout_amount", "=", 0) | Domain("is_open", "=", True) | Domain("payout_failed", "=", True)
        return self._open_single(self._open_on_clearing(unpaid))

    def _open_on_clearing(self, domain):
        """Open the settlements that have something open on the clearing account, and are in a domain."""
        open_items = Domain("parent_state", "=", "posted") & Domain("reconciled", "=", False)
        return self._open_action(
            ACTIONS["account.settlement"], Domain("clearing_line_ids", "any", open_items) & Domain(domain)
        )

    def action_open_bank_journals(self):
        """Open the bank journals on Odoo's own dashboard, where their statements are imported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.open_account_journal_dashboard_kanban")
        action["domain"] = [("company_id", "=", self.company_id.id), ("type", "=", "bank")]
        action["context"] = {}
        return action

    def action_open_shops(self):
        """Open the shops."""
        return self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_sale_webshop")

    def action_open_settlements(self):
        return self._open_action(ACTIONS["account.settlement"])

    def action_open_lines(self):
        return self._open_action(ACTIONS["account.settlement.line"])

    def action_open_documents(self):
        self.ensure_one()
        action = self._open_action(ACTIONS["account.settlement.document"])
        action["domain"] = ["|", ("provider_id", "=", self.id), ("settlement_ids.provider_id", "=", self.id)]
        return action

    def action_open_rules(self):
        """Open the rules that hold for this provider, in order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_rule")
        of_provider = self.env["account.settlement.rule"]._get_provider_domain(self)
        action["domain"] = list(Domain("company_id", "=", self.company_id.id) & of_provider)
        action["context"] = {"default_provider_ids": self.ids, "default_company_id": self.company_id.id}
        return action

    def action_try_rules(self):
        """Try rules over this provider's transactions."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_rule_tryout")
        action["context"] = {"default_provider_id": self.id, "default_company_id": self.company_id.id}
        return action

    def action_open_clearing_items(self):
        """Open the open items of the clearing account: what the provider still owes."""
        return self._open_items(self.clearing_account_id)

    def action_open_unknown_items(self):
        """Open the open items of the account for unknown transactions."""
        return self._open_items(self.unknown_account_id)

    def _open_items(self, account):
        self.ensure_one()
        list_view = self.env.ref("settlement_bridge.view_account_move_line_settlement_list")
        kanban_view = self.env.ref("settlement_bridge.view_account_move_line_settlement_kanban")
        return {
            "type": "ir.actions.act_window",
            "name": account.display_name,
            "res_model": "account.move.line",
            "view_mode": "list,kanban",
            "views": [(list_view.id, "list"), (kanban_view.id, "kanban")],
            "mobile_view_mode": "kanban",
            "search_view_id": [self.env.ref("settlement_bridge.view_account_move_line_settlement_search").id, "search"],
            "domain": [
                ("account_id", "=", account.id),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ],
        }
