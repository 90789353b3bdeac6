import logging
from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..booking.fees import book_fees, move_fee
from ..booking.vouchers import plan_transfer
from ..common.messages import Message, SettlementError, _
from ..matching.decisions import Allocation, Decision, Role, Status, decide, decide_for_case
from ..matching.learning import KEY_OF_FIELD, Target
from ..matching.ledger import OpenItem
from ..matching.lookups import Lookups, collect_lookups
from ..matching.rules import Action, Key
from .money import to_decimal
from .own_writes import as_own

_logger = logging.getLogger(__name__)

#: The roles of journal items a transaction's amount stands on until it is placed for good.
OPEN_ROLES = ("unknown", "customer", "prepayment", "dispute", "reserve")

#: Why a person had a transaction booked that a rule proposes to leave out: said again whenever it is booked.
KEPT_BY_PERSON = _("To be booked, %(user)s: %(reason)s")

#: What is said of a transaction whose place is found but cannot be booked to.
NOT_MOVED = _("Its place is found, but it could not be moved there: %(error)s")

#: The sentence of matching/decisions.py that a summary leaves out.
FOUND_BY_RULE = "Rule “%(rule)s” found %(case)s by %(key)s."


class AccountSettlementLine(models.Model):
    """One transaction of a settlement: a row of the provider's document."""

    _name = "account.settlement.line"
    _description = "Settlement Transaction"
    _inherit = ["settlement.rights"]
    _order = "date desc, settlement_id desc, row, id"
    _rec_name = "name"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    settlement_id = fields.Many2one(
        "account.settlement", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    provider_id = fields.Many2one(related="settlement_id.provider_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True, precompute=True)
    document_id = fields.Many2one(
        "account.settlement.document", readonly=True, index=True, ondelete="restrict", check_company=True
    )
    row = fields.Integer(readonly=True, help="Where in the document.")
    external_id = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("refund", "Refund"),
            ("fee", "Fee"),
            ("fee_refund", "Fee Refund"),
            ("chargeback", "Chargeback"),
            ("chargeback_reversal", "Chargeback Won"),
            ("reserve_hold", "Reserve Held"),
            ("reserve_release", "Reserve Released"),
            ("payout", "Payout"),
            ("payout_return", "Payout Returned"),
            ("top_up", "Top-up"),
            ("correction", "Correction"),
            ("other", "Other"),
        ],
        string="Type",
        required=True,
        readonly=True,
    )
    date = fields.Date(string="Ledger Date", required=True, readonly=True, index=True)
    time = fields.Datetime(readonly=True)
    booking_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Before fees; positive when it adds to what the provider owes.")
    fee = fields.Monetary(readonly=True, help="Deducted on this row.")
    fee_reported = fields.Monetary(
        readonly=True, string="Fee (Reported)", help="Told about here, deducted or invoiced elsewhere."
    )
    fee_report_data = fields.Json(readonly=True)
    fee_vat = fields.Monetary(
        string="VAT in the Fee", readonly=True, help="As the document states it. It is deducted as the fee type says."
    )
    fee_vat_issue = fields.Selection(
        [
            ("untaxed", "VAT on a fee without tax"),
            ("foreign", "Foreign VAT"),
            ("differs", "VAT differs from the rate"),
        ],
        string="VAT to Look At",
        readonly=True,
        index="btree_not_null",
        help="Why VAT that the document states was booked as cost.",
    )
    fee_owed = fields.Boolean(readonly=True, help="A fee that is invoiced afterwards, not deducted.")
    amount_original = fields.Monetary(readonly=True, currency_field="currency_original_id", string="Original Amount")
    currency_original_id = fields.Many2one("res.currency", readonly=True, string="Original Currency")
    rate = fields.Float(readonly=True, digits=(16, 8))
    order_reference = fields.Char(readonly=True, index="btree_not_null")
    provider_reference = fields.Char(readonly=True, index="btree_not_null", string="Provider's ID")
    provider_text = fields.Char(readonly=True, string="Provider's Text")
    fee_type = fields.Char(readonly=True)
    payment_method = fields.Char(readonly=True, help="What the provider calls how the customer paid.")
    sales_unit = fields.Char(readonly=True)
    raw = fields.Json(readonly=True)
    raw_text = fields.Text(compute="_compute_raw_text", string="Row As It Came")
    is_dispute = fields.Boolean(readonly=True, string="Disputed")
    is_late = fields.Boolean(readonly=True, string="Late", help="Its period was locked: booked in the next open one.")
    status = fields.Selection(
        [
            ("new", "To Book"),
            ("matched", "Placed"),
            ("on_account", "On Customer"),
            ("unknown", "Unknown"),
            ("resolved", "Resolved"),
            ("excluded", "Excluded"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    explanation_data = fields.Json(readonly=True)
    tried_data = fields.Json(readonly=True, help="What the rules looked for and did not find.")
    explanation = fields.Text(compute="_compute_explanation")
    explanation_summary = fields.Char(compute="_compute_explanation", string="Explanation in Short")
    rule_id = fields.Many2one(
        "account.settlement.rule", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    decided_rule = fields.Integer(
        readonly=True, help="The number of the rule that decided, among the rules as they read then."
    )
    rule_version_id = fields.Many2one(
        "account.settlement.rule.version",
        string="Rules As Booked",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="How the rules read when it was decided on.",
    )
    is_exclusion_proposed = fields.Boolean(
        readonly=True, string="Proposed to Leave Out", help="A rule proposes it; a person decides."
    )
    is_undone = fields.Boolean(
        readonly=True, help="A person took it back to unknown: it is not placed again by itself, but by a person."
    )
    is_kept = fields.Boolean(readonly=True, help="A rule proposed to leave it out; a person said that it is booked.")
    invoice_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    sale_order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    partner_id = fields.Many2one("res.partner", readonly=True, string="Customer", check_company=True)
    move_line_ids = fields.Many2many(
        "account.move.line",
        relation="account_settlement_line_move_line_rel",
        column1="settlement_line_id",
        column2="move_line_id",
        readonly=True,
        string="Journal Items",
    )
    difference = fields.Selection(
        [("open", "Invoice partly open"), ("excess", "Surplus on the customer")],
        readonly=True,
        help="What did not fit and is above the rounding limit.",
    )
    has_difference = fields.Boolean(
        compute="_compute_has_difference", search="_search_has_difference", string="Difference to Settle"
    )
    exclusion_reason = fields.Char(readonly=True)
    exclusion_move_line_id = fields.Many2one(
        "account.move.line", readonly=True, ondelete="restrict", string="Already Booked By", check_company=True
    )

    _external_uniq = models.UniqueIndex("(provider_id, external_id)", "This transaction is stored already.")
    _to_book_idx = models.Index("(settlement_id, date) WHERE status = 'new'")
    _unplaced_idx = models.Index("(company_id, order_reference) WHERE status IN ('unknown', 'on_account')")

    @api.depends("order_reference", "provider_reference", "kind")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            reference = line.order_reference or line.provider_reference or ""
            line.name = f"{kinds[line.kind]} {reference}".strip() if line.kind else ""

    @api.depends("explanation_data")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for line in self:
            said = line.explanation_data or []
            line.explanation = self.env["account.settlement"]._render_messages(said)
            # How the document was found matters less in a list than what became of the amount.
            summary = [message for message in said if message[0] != FOUND_BY_RULE] or said
            line.explanation_summary = (self.env["account.settlement"]._render_messages(summary) or "").replace(
                "\n", " "
            )

    @api.depends("raw")
    def _compute_raw_text(self):
        for line in self:
            line.raw_text = "\n".join(f"{name}: {value}" for name, value in (line.raw or {}).items())

    @api.depends("difference", "status", "invoice_id.amount_residual", "move_line_ids.amount_residual")
    def _compute_has_difference(self):
        found = self.filtered_domain([("difference", "!=", False)])
        found = found & self.search([("id", "in", found.ids), ("has_difference", "=", True)]) if found else found
        for line in self:
            line.has_difference = line in found

    def _search_has_difference(self, operator, value):
        if operator != "in":
            return NotImplemented
        still_open = Domain("difference", "=", "open") & Domain("invoice_id.amount_residual", "!=", 0)
        excess = Domain("difference", "=", "excess") & Domain(
            "move_line_ids", "any", [("settlement_role", "=", "customer"), ("amount_residual", "!=", 0)]
        )
        domain = Domain("status", "in", ("matched", "on_account")) & (still_open | excess)
        return domain if True in value else ~domain

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for line in self.filtered(lambda line: line.move_line_ids):
            raise UserError(self.env._("Transaction %s is booked, so it cannot be deleted.", line.name))

    # ---------------------------------------------------------------- fees told about

    def _add_fee_report(self, report):
        """Note a fee the provider tells about for this payment.

        :param report: :class:`~..providers.records.FeeReport`.
        :return: by how much the payment's known fee grew, ``Decimal``.
        """
        self.ensure_one()
        data = dict(self.fee_report_data or {})
        entries = dict(data.get("entries") or {})
        if report.is_total:
            data["total"] = str(report.fee)
        else:
            entries[report.external_id] = str(report.fee)
        data["entries"] = entries
        known = sum(map(Decimal, entries.values()), Decimal(0))
        total = max(known, Decimal(data.get("total", "0")), key=abs)
        increase = total - to_decimal(self.fee_reported, self.currency_id)
        self.write({"fee_report_data": data, "fee_reported": total})
        return increase

    # ---------------------------------------------------------------- actions

    def action_assign(self):
        """Let a person place the transactions: on a document, a customer or an account."""
        return self._open_assign("invoice")

    def action_undo(self):
        """Let a person take the transactions back to the unknown account."""
        return {**self._open_assign("undo"), "name": self.env._("Undo")}

    def action_exclude(self):
        """Let a person leave the transactions out."""
        return {**self._open_assign("exclude"), "name": self.env._("Leave Out")}

    def action_keep(self):
        """Let a person say that the transactions are booked, although a rule proposes to leave them out."""
        return {**self._open_assign("keep"), "name": self.env._("Book It")}

    def _open_assign(self, default_action):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_line_assign")
        action["context"] = {
            "default_line_ids": self.ids,
            "default_action": default_action,
            "dialog_size": "extra-large",
        }
        return action

    def action_retry(self):
        """Look again for the order or invoice, also of what a person has taken back."""
        self._retry()
        return True

    def action_open_move_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        action["domain"] = [("id", "in", self.move_line_ids.ids)]
        action["context"] = {}
        return action

    def action_open_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": self.invoice_id.id,
        }

    def action_open_document(self):
        self.ensure_one()
        return self.document_id.action_download()

    # ---------------------------------------------------------------- placing again

    def _get_open_move_lines(self):
        """Return the journal items on which this transaction's amount stands open."""
        return self.move_line_ids.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.settlement_role in OPEN_ROLES
                and (line.amount_residual_currency or line.amount_residual)
            )
        )

    def _get_source_item(self, move_line):
        """Return an open journal item as a plain :class:`~..matching.decisions.OpenItem`."""
        return OpenItem(
            id=move_line.id,
            type=None,
            case_id="",
            name=move_line.move_name or "",
            account_id=move_line.account_id.id,
            partner_id=move_line.partner_id.id or None,
            currency=move_line.currency_id.name,
            residual=to_decimal(move_line.amount_residual_currency, move_line.currency_id),
        )

    def _get_plain_open(self, move_line):
        """Return this transaction as a plain line over the amount that is still open on ``move_line``."""
        plain = self._to_plain()
        amount = -to_decimal(move_line.amount_residual_currency, move_line.currency_id)
        original = plain.amount_original if amount == plain.amount else None
        return replace(plain, amount=amount, amount_whole=plain.amount, fee=Decimal(0), amount_original=original)

    def _get_settings(self):
        settlement = self.settlement_id
        return settlement._get_match_settings(fields.Date.context_today(self))

    @api.model
    def _get_waiting_domain(self):
        """Transactions that may yet find their place, or the rest of it."""
        return Domain("status", "in", ("unknown", "on_account")) | Domain("difference", "=", "excess")

    @api.model
    def _get_awaiting_domain(self):
        """Those of them that are looked at again by themselves: not what a person has taken back."""
        return self._get_waiting_domain() & Domain("is_undone", "=", False)

    @api.model
    def _retry_awaiting(self, orders, references, companies):
        """Place what awaits these orders or shop references, without ever raising to the caller."""
        domain = Domain("company_id", "in", companies.ids) & self._get_awaiting_domain()
        domain &= Domain("sale_order_id", "in", orders.ids) | Domain(
            "order_reference", "in", references + orders.settlement_reference_ids.mapped("value")
        )
        lines = self.search(domain)
        if not lines:
            return
        try:
            with self.env.cr.savepoint():
                lines._retry()
        except UserError as error:
            _logger.info("Settlement transactions %s still wait: %s", lines.ids, error)
        except Exception:
            _logger.exception("Settlement transactions %s could not be placed", lines.ids)

    def _retry(self):
        """Match unknown and awaiting transactions again, and move what has found its place.

        :return: the transactions that were placed.
        """
        placed = self.sudo().browse()
        waiting = self._as_user().filtered_domain(self._get_waiting_domain())
        for settlement, lines in waiting._group_by_settlement():
            sources = lines._get_open_sources()
            provider = settlement.provider_id
            plain = [line._get_plain_open(move_line) for line, move_line in sources]
            settings = settlement._get_match_settings(fields.Date.context_today(self))
            rules = self.env["account.settlement.rule"]._get_rules(provider)
            ledger = provider._gather_ledger(collect_lookups(plain, rules, settings.prefixes))
            decisions = decide(plain, rules, ledger, settings)
            for (line, move_line), decision in zip(sources, decisions, strict=True):
                if decision.improves(move_line.settlement_role) and line._try_transfer(decision, move_line):
                    placed |= line
        placed._note_rule_version()
        return placed.with_env(self.env)

    def _try_transfer(self, decision, move_line):
        """Move what has found its place; return whether it could. What cannot, stays and says why."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._book_transfer(decision, move_line)
        except UserError as error:
            self._note_failed_transfer(error)
            return False
        self.tried_data = [message.to_json() for message in decision.tried]
        self.decided_rule = decision.rule_id or 0
        return True

    def _note_failed_transfer(self, error):
        """Say once why a transaction could not be moved to the place it has found."""
        cause = self.env["account.settlement"]._get_stored_error(error)
        said = Message(NOT_MOVED, {"error": Message.from_json(cause)}).to_json()
        _logger.info("Settlement transaction %s could not be moved: %s", self.id, error)
        if said not in (self.explanation_data or []):
            kept = [message for message in self.explanation_data or [] if message[0] != NOT_MOVED]
            self.explanation_data = [said, *kept]

    def _get_open_sources(self):
        """Return ``(transaction, journal item)`` for each journal item on which something stands open."""
        return [(line, move_line) for line in self for move_line in line._get_open_move_lines()]

    def _note_rule_version(self):
        """Keep the rules as they read now with these transactions."""
        for provider, lines in self.grouped("provider_id").items():
            lines.rule_version_id = self.env["account.settlement.rule.version"]._get_current(provider)

    def _book_transfer(self, decision, move_line, reason=None, status=None):
        """Move what stands open on ``move_line`` to where ``decision`` says, by a voucher of its own.

        :param str reason: of the person who decided, if one did.
        :param status: the transaction's status afterwards; by default the decision's.
        """
        self.ensure_one()
        settlement = self.settlement_id.with_company(self.company_id)
        split_tax = settlement._get_tax_split()
        fee = self._book_moved_fee(decision, split_tax)
        date = self._get_transfer_date(decision)
        source = self._get_source_item(move_line)
        rate = Decimal(1)
        if source.residual and move_line.currency_id != move_line.company_currency_id:
            rate = Decimal(repr(move_line.amount_residual)) / source.residual
        company_currency = move_line.company_currency_id

        def to_company(amount, _currency):
            return to_decimal(company_currency.round(float(amount * rate)), company_currency)

        try:
            voucher, pairs = plan_transfer(
                date,
                decision,
                source,
                settlement._get_accounts(),
                settlement._get_labels(self.date),
                to_company,
                company_currency.name,
                split_tax,
            )
        except SettlementError as error:
            raise UserError(settlement._render_message(error.message)) from error
        if voucher.lines:
            settlement._write_vouchers([voucher])
        AccountMoveLine = self.env["account.move.line"]
        settlement._reconcile_groups([AccountMoveLine.browse(pair) for pair in pairs])
        explanation = [message.to_json() for message in decision.explanation]
        if reason:
            said = Message(_("%(user)s: %(reason)s"), {"user": self.env.user.name, "reason": reason})
            explanation.insert(0, said.to_json())
        vals = {
            "status": status or str(decision.status),
            "explanation_data": explanation + (self.explanation_data or []),
            "rule_id": decision.rule_id or self.rule_id.id,
            "partner_id": decision.partner_id or self.partner_id.id,
            "difference": decision.difference or False,
            "is_dispute": self.is_dispute or decision.is_dispute,
            "is_undone": False,
        }
        if fee:
            vals["fee_vat_issue"] = self._get_fee_vat_issue(fee)
        if decision.case:
            vals["sale_order_id"] = decision.case.order_id or self.sale_order_id.id
            vals["invoice_id"] = decision.invoice_id or self.invoice_id.id
        elif status == "resolved":
            vals.update({"sale_order_id": False, "invoice_id": False})
        elif decision.line.amount == decision.line.amount_whole:
            # Nothing of it stands where it was: it has no more to do with that order and customer.
            vals.update({"sale_order_id": False, "invoice_id": False, "partner_id": decision.partner_id or False})
        self.write(vals)

    def _book_moved_fee(self, decision, split_tax):
        """Let a rule that has found out that this is a fee book it by its type; return its booking, or None."""
        provider = self.provider_id
        fee = book_fees([decision], provider._get_fee_types(), split_tax).get(self.id) if decision.rule_id else None
        if fee:
            move_fee(decision, fee, provider.fee_account_id.id)
        return fee

    def _get_transfer_date(self, decision):
        """A transfer from prepayments is dated as the invoice; everything else the day it is done; never in a lock."""
        today = fields.Date.context_today(self)
        invoice = self.env["account.move"].browse(decision.invoice_id)
        wanted = today
        if self.status == "on_account" and invoice.invoice_date:
            wanted = max(invoice.date, self.booking_date or invoice.date)
        has_tax = any(part.tax_id for part in decision.allocations)
        return self.settlement_id._get_booking_date(wanted, has_tax)

    # ---------------------------------------------------------------- by hand

    def _assign(self, target, reason):
        """Place the transaction by hand, by a correction voucher; its status is then *resolved*.

        :param target: ``account.move`` (a posted invoice or credit note), ``res.partner`` or ``account.account``.
        :param str reason: why, for the trail.
        :raises UserError: when the target cannot take it, or nothing of the transaction is open.
        """
        target = self._get_chosen(target)
        self = self._as_user()
        self.ensure_one()
        target.ensure_one()
        self._check_target_company(target)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why %s belongs there: the reason is kept with the voucher.", self.name))
        move_lines = self._get_open_move_lines()
        if not move_lines:
            raise UserError(
                self.env._(
                    "Nothing of %s stands open, so there is nothing to place. Undo it first if it was placed wrongly.",
                    self.name,
                )
            )
        for move_line in move_lines:
            decision = getattr(self, f"_decide_{target._table}")(target, move_line)
            self._book_transfer(decision, move_line, reason=reason.strip(), status="resolved")
        return True

    def _check_target_company(self, target):
        """Refuse what is another company's: with the rights of our methods, nothing else keeps it out.

        :param target: a record with a company, or companies, or with none: then it is everybody's.
        """
        companies = target.company_ids if "company_ids" in target._fields else target.company_id
        allowed = self.env[target._name]._check_company_domain(self.company_id)
        if companies and not target.filtered_domain(allowed):
            raise UserError(
                self.env._(
                    "%(target)s does not belong to %(company)s, whose transaction this is. Choose one that does.",
                    target=target.display_name,
                    company=self.company_id.name,
                )
            )

    def _await_order(self, order):
        """Let transactions that a person has placed on an order's customer meet its invoice when it comes.

        :param order: ``sale.order``, not invoiced yet.
        """
        order = self._get_chosen(order)
        lines = self._as_user()
        for line in lines:
            line._check_target_company(order)
        lines.write({"sale_order_id": order.id, "status": "on_account"})

    def _decide_account_move(self, move, move_line):
        settings = self._get_settings()
        plain = self._get_plain_open(move_line)
        if move.company_id != self.company_id or move.state != "posted" or not move.is_sale_document():
            raise UserError(
                self.env._(
                    "%s is not a posted invoice or credit note of this company. Choose one that is.", move.display_name
                )
            )
        ledger = self.provider_id._gather_ledger(Lookups(), moves=move)
        ledger.items = [item for item in ledger.items if item.invoice_id == move.id]
        case = ledger.cases[ledger.items[0].case_id] if ledger.items else None
        wanted = 1 if plain.amount > 0 else -1
        if not case or all(item.residual * wanted <= 0 for item in ledger.items):
            raise UserError(
                self.env._(
                    "%(move)s has nothing open that %(line)s of %(amount)s could meet. Choose another document, or the "
                    "customer.",
                    move=move.display_name,
                    line=self.name,
                    amount=plain.amount,
                )
            )
        case.is_invoiced, case.awaits_capture = True, False
        return decide_for_case(plain, case, ledger, settings)

    def _decide_res_partner(self, partner, move_line):
        partner = partner.commercial_partner_id.with_company(self.company_id)
        account = partner.property_account_receivable_id
        return self._decide_by_hand(move_line, Role.CUSTOMER, account, partner)

    def _decide_account_account(self, account, move_line):
        if account == move_line.account_id:
            raise UserError(self.env._("%s stands on that account already. Choose another.", self.name))
        if account == self.provider_id.clearing_account_id:
            raise UserError(
                self.env._(
                    "The clearing account %s holds what the provider owes; a transaction cannot be placed there.",
                    account.display_name,
                )
            )
        return self._decide_by_hand(move_line, Role.ACCOUNT, account, self.env["res.partner"])

    def _decide_by_hand(self, move_line, role, account, partner):
        plain = self._get_plain_open(move_line)
        decision = Decision(plain, Status.MATCHED)
        decision.allocations.append(
            Allocation(role, plain.amount, account_id=account.id, partner_id=partner.id or None)
        )
        decision.say(_("Placed by hand on %(target)s."), target=(partner or account).display_name)
        return decision

    def _get_learning_target(self, record):
        """Return where a person has placed this transaction as a :class:`~..matching.learning.Target`.

        :param record: as for :meth:`_assign`.
        """
        if record._name == "account.account":
            name = record.with_context(show_account_code=True).display_name
            return Target(Action.ACCOUNT, account_id=record.id, account_name=name)
        if record._name == "res.partner":
            partner = record.commercial_partner_id
            return Target(Action.CUSTOMER, partner_id=partner.id, partner_name=partner.display_name)
        references = record.line_ids.sale_line_ids.order_id.settlement_reference_ids.mapped("value")
        keys = [(key, record[name]) for name, key in KEY_OF_FIELD.items() if record[name]]
        return Target(Action.MATCH, (*keys, *((Key.ORDER_REFERENCE, value) for value in references)))

    def _undo(self, reason):
        """Take one transaction back to the unknown account, by one small voucher, so that it can be placed anew.

        :raises UserError: when somebody else has reconciled it since.
        """
        for line in self._as_user():
            if line.status == "excluded":
                line._include_again(reason)
                continue
            own = line.move_line_ids.filtered(
                lambda item: (
                    not item.move_id.reversed_entry_id
                    and item.move_id._count_in_ledger() > 0
                    and item.settlement_role not in ("clearing", "fee", "fee_tax", "fee_payable")
                )
            )
            if not own:
                raise UserError(
                    line.env._(
                        "%s has no journal item of its own: it is booked in one sum with others, or by the bank. Undo "
                        "its settlement instead.",
                        line.name,
                    )
                )
            foreign = own.move_id._get_reconciled_by_others() & own
            if foreign:
                raise UserError(
                    line.env._(
                        "%(line)s was reconciled by somebody else since (%(items)s). Undo that reconciliation first.",
                        line=line.name,
                        items=", ".join(foreign.mapped("move_name")),
                    )
                )
            partials = (own.matched_debit_ids | own.matched_credit_ids).filtered(
                lambda partial, own=own: (partial.debit_move_id | partial.credit_move_id) - own
            )
            partials.unlink()
            line._book_undo(own, reason)

    def _include_again(self, reason):
        """Take a transaction in again that was left out: it is to be booked."""
        self.ensure_one()
        as_own(self.exclusion_move_line_id).settlement_clearing_id = False
        said = Message(_("Undone by %(user)s: %(reason)s"), {"user": self.env.user.name, "reason": reason})
        self.write(
            {
                "status": "new",
                "exclusion_reason": False,
                "exclusion_move_line_id": False,
                "explanation_data": [said.to_json(), *(self.explanation_data or [])],
            }
        )

    def _book_undo(self, own, reason):
        """Turn what stands on the transaction's own journal items, and put it on the unknown account."""
        self.ensure_one()
        settlement = self.settlement_id.with_company(self.company_id)
        voucher, moved = settlement._plan_undo(self, own)
        if voucher.lines:
            settlement._write_vouchers([voucher])
        said = Message(_("Undone by %(user)s: %(reason)s"), {"user": self.env.user.name, "reason": reason})
        self.write(
            {
                "status": "unknown" if moved else self.status,
                "is_undone": True,
                "explanation_data": [said.to_json()] + (self.explanation_data or []),
                "rule_id": False,
                "invoice_id": False,
                "sale_order_id": False,
                "partner_id": False,
                "difference": False,
                "is_dispute": False,
            }
        )

    def _keep(self, reason):
        """Book transactions although a rule proposes to leave them out.

        :param str reason: why, for the trail.
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is to be booked: the reason is kept with the transaction."))
        self = self._as_user()
        for line in self.filtered("is_exclusion_proposed"):
            said = Message(KEPT_BY_PERSON, {"user": self.env.user.name, "reason": reason.strip()})
            line.write(
                {
                    "is_exclusion_proposed": False,
                    "is_kept": True,
                    "explanation_data": [said.to_json(), *(line.explanation_data or [])],
                }
            )
        self.settlement_id._process()

    def _get_kept_messages(self):
        """Return why a person had it booked although a rule proposes to leave it out, as stored messages."""
        return [said for said in self.explanation_data or [] if said[0] == KEPT_BY_PERSON] if self.is_kept else []

    @api.model
    def _reconsider(self, companies):
        """Let the scheduled actions look again at what waits, because the rules of these companies have changed."""
        of_companies = [("company_id", "in", companies.ids)]
        self.search([*of_companies, ("is_exclusion_proposed", "=", True)]).is_exclusion_proposed = False
        # Whether the rules still differ from those it was booked by is looked at when it comes to be booked.
        settlements = self.env["account.settlement"].search([*of_companies, ("needs_rule_agreement", "=", True)])
        settlements.needs_rule_agreement = False
        self.env.ref("settlement_bridge.ir_cron_settlement_retry")._trigger()
        self.env.ref("settlement_bridge.ir_cron_settlement_process")._trigger()

    def _exclude(self, reason, move_line=None):
        """Leave a transaction out, because its effect on the clearing account is zero or is in the ledger already.

        :param str reason: why. :param move_line: the ``account.move.line`` on the clearing account that has booked it.
        :raises UserError: when the transaction is booked, or the journal item is not exactly its effect.
        """
        move_line = self._get_chosen(move_line or self.env["account.move.line"])
        self = self._as_user()
        self.ensure_one()
        net = self.currency_id.round(self.amount - self.fee)
        if self.status != "new":
            raise UserError(self.env._("%s is booked already, so it cannot be left out. Undo it instead.", self.name))
        if not self.currency_id.is_zero(net) and (
            move_line.account_id != self.provider_id.clearing_account_id
            or move_line.parent_state != "posted"
            or move_line.company_id != self.company_id
            or move_line.settlement_clearing_id
            or self.currency_id.compare_amounts(move_line.amount_currency, net) != 0
        ):
            raise UserError(
                self.env._(
                    "%(line)s changes what the provider owes by %(net)s. It can be left out only if a posted journal "
                    "item "
                    "of exactly that amount on %(account)s has booked it already: choose that journal item.",
                    line=self.name,
                    net=net,
                    account=self.provider_id.clearing_account_id.display_name,
                )
            )
        as_own(move_line).settlement_clearing_id = self.settlement_id
        said = Message(_("Left out by %(user)s: %(reason)s"), {"user": self.env.user.name, "reason": reason})
        self.write(
            {
                "status": "excluded",
                "is_exclusion_proposed": False,
                "exclusion_reason": reason,
                "exclusion_move_line_id": move_line.id,
                "explanation_data": [said.to_json()],
            }
        )

    @api.model
    def _cron_retry(self):
        """Scheduled action: look again for what was unknown or awaits its invoice, a settlement at a time."""
        is_open = Domain("move_line_ids", "any", [("settlement_role", "in", OPEN_ROLES), ("amount_residual", "!=", 0)])
        domain = self._get_awaiting_domain() & Domain("provider_id.state", "=", "active") & is_open
        fault = self.env["settlement.fault"]
        settlements = (
            self.env["account.settlement"]
            .browse(settlement.id for settlement, _lines in self.search(domain)._group_by_settlement())
            .filtered_domain(fault._get_ready_domain("retry", self.env["account.settlement"]))
        )
        self.env["ir.cron"]._commit_progress(remaining=len(settlements))
        fault._work_through(
            "retry",
            settlements,
            lambda settlement: settlement.line_ids.filtered_domain(domain).with_company(settlement.company_id)._retry(),
        )
