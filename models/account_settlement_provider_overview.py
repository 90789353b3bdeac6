from odoo import fields, models
from odoo.fields import Domain

#: What waits for a person, by the field that counts it: the model, and the condition that puts a record on the list.
WORK_LISTS = {
    "unknown_count": ("account.settlement.line", ("open_as", "=", "unknown")),
    "reopened_count": ("account.settlement.line", ("open_as", "=", "reopened")),
    "owed_count": ("account.settlement.line", ("open_as", "=", "owed")),
    "late_count": ("account.settlement.line", ("is_late", "=", True)),
    "difference_count": ("account.settlement.line", ("open_as", "=", "short")),
    "fee_vat_count": ("account.settlement.line", ("fee_vat_issue", "!=", False)),
    "proposed_count": ("account.settlement.line", ("is_exclusion_proposed", "=", True)),
    "error_count": ("account.settlement", ("state", "=", "error")),
    "unconfirmed_count": ("account.settlement", ("needs_confirmation", "=", True)),
    "bank_count": ("account.settlement", ("needs_bank_decision", "=", True)),
    "altered_count": ("account.settlement", ("is_altered", "=", True)),
}

#: Documents that wait for a person, by the field that counts them. A document may be of no one agreement.
DOCUMENT_LISTS = {"refused_count": ("state", "=", "error"), "waiting_count": ("state", "=", "waiting")}


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
    unknown_amount = fields.Monetary(compute="_compute_attention", currency_field="currency_id")
    late_count = fields.Integer(compute="_compute_attention")
    difference_count = fields.Integer(compute="_compute_attention")
    reopened_count = fields.Integer(compute="_compute_attention")
    owed_count = fields.Integer(compute="_compute_attention")
    proposed_count = fields.Integer(compute="_compute_attention")
    fee_vat_count = fields.Integer(compute="_compute_attention")
    error_count = fields.Integer(compute="_compute_attention")
    unconfirmed_count = fields.Integer(compute="_compute_attention")
    bank_count = fields.Integer(compute="_compute_attention")
    stray_count = fields.Integer(
        compute="_compute_attention", help="Open items on the clearing account that belong to no payout."
    )
    refused_count = fields.Integer(compute="_compute_attention")
    waiting_count = fields.Integer(
        compute="_compute_attention",
        help="Documents that wait for another agreement, or for days that are missing.",
    )
    altered_count = fields.Integer(compute="_compute_attention")
    clearing_balance = fields.Monetary(compute="_compute_attention", currency_field="company_currency_id")
    unknown_balance = fields.Monetary(compute="_compute_attention", currency_field="company_currency_id")
    last_settlement_date = fields.Date(compute="_compute_attention")

    def _compute_attention(self):
        """Count the work lists, and read what the provider owes from the ledger."""
        self._compute_work_lists()
        unknown_amounts = self._sum_by_provider("unknown_count", "amount:sum")
        last_dates = dict(
            self.env["account.settlement"]._read_group([("provider_id", "in", self.ids)], ["provider_id"], ["date:max"])
        )
        balances = self._get_balances()
        for provider in self:
            company = provider.company_id
            provider.unknown_amount = unknown_amounts.get(provider, 0.0)
            provider.last_settlement_date = last_dates.get(provider, False)
            provider.clearing_balance = balances.get((provider.clearing_account_id, company), 0.0)
            provider.unknown_balance = balances.get((provider.unknown_account_id, company), 0.0)

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

    def _compute_work_lists(self):
        for counter in WORK_LISTS:
            counts = self._sum_by_provider(counter, "__count")
            for provider in self:
                provider[counter] = counts.get(provider, 0)
        items = self.env["account.move.line"]._read_group(
            self._get_stray_domain(), ["account_id", "company_id"], ["__count"]
        )
        strays = {(account, company): count for account, company, count in items}
        for provider in self:
            provider.stray_count = strays.get((provider.clearing_account_id, provider.company_id), 0)
        for counter in DOCUMENT_LISTS:
            for provider in self:
                domain = provider._get_document_domain(counter)
                provider[counter] = self.env["account.settlement.document"].search_count(domain)

    def _sum_by_provider(self, counter, aggregate):
        """Return ``{provider: aggregate}`` over a work list, without the providers that have nothing on it."""
        model, condition = WORK_LISTS[counter]
        domain = [("provider_id", "in", self.ids), condition]
        return dict(self.env[model]._read_group(domain, ["provider_id"], [aggregate]))

    def _get_balances(self):
        """Return ``{(account, company): posted balance}`` of these providers' clearing and unknown accounts."""
        domain = [
            ("account_id", "in", (self.clearing_account_id | self.unknown_account_id).ids),
            ("parent_state", "=", "posted"),
            ("company_id", "in", self.company_id.ids),
        ]
        groups = self.env["account.move.line"]._read_group(domain, ["account_id", "company_id"], ["balance:sum"])
        return {(account, company): balance for account, company, balance in groups}

    # ---------------------------------------------------------------- work lists

    def _open_action(self, xml_id, domain=(), context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = [("provider_id", "=", self.id), *domain]
        action["context"] = {"default_provider_id": self.id, **(context or {})}
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
        model, condition = WORK_LISTS[counter]
        return self._open_action(ACTIONS[model], [condition], context)

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
        return self._open_work_list("unknown_count")

    def action_open_late(self):
        """Open the transactions that were booked in a later period, as their own was locked."""
        return self._open_work_list("late_count")

    def action_open_reopened(self):
        """Open the transactions whose reconciliation somebody has taken apart."""
        return self._open_work_list("reopened_count", {"settlement_open": True})

    def action_open_owed(self):
        """Open the transactions that are owed to their customers."""
        return self._open_work_list("owed_count", {"settlement_open": True})

    def action_open_differences(self):
        """Open the transactions whose invoice stays partly open, above the rounding limit."""
        return self._open_work_list("difference_count", {"settlement_open": True})

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
