from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..common.messages import Message
from ..matching.descriptions import describe_condition
from ..matching.outcomes import Attempt
from ..providers.records import BANK_KINDS, Kind
from .money import to_decimal

#: Sentences on what stands open on the customer. Once nothing does, they are said of the past.
STANDS_ON_CUSTOMER = frozenset(
    {"awaits_invoice", "awaits_credit_note", "surplus_on_customer", "already_paid_by", "nothing_open"}
)


class AccountSettlementLine(models.Model):
    """A transaction explained: in short, in full, and from the row as it came to its vouchers (``trail``)."""

    _inherit = "account.settlement.line"

    explanation = fields.Text(compute="_compute_explanation")
    explanation_summary = fields.Char(compute="_compute_explanation", string="Explanation in Short")
    trail = fields.Html(compute="_compute_trail", string="From Row to Voucher", sanitize=False)

    def _get_explanation_after(self, *messages):
        """Return this transaction's explanation, as stored, with messages in front of it, the latest first.

        :param messages: :class:`~..common.messages.Message`.
        """
        return [*(message.to_json() for message in messages), *(self.explanation_data or [])]

    def _render(self, stored):
        """Return stored messages as sentences in the reader's language: a list of ``str``."""
        render = self.env["settlement.message"]._render
        return [render(Message.from_json(message)) for message in stored or []]

    @api.depends("explanation_data", "open_as", "is_reopened", "status", "move_line_ids")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for line in self:
            stored = line._get_explanation_now()
            # How the document was found matters less in a list than what became of the amount.
            summary = [message for message in stored if message[0] != "rule_found"] or stored
            line.explanation = self.env["settlement.message"]._render_stored(stored)
            line.explanation_summary = self.env["settlement.message"]._join(line._render(summary))

    def _get_explanation_now(self):
        """Return what is stored with what the ledger says by now, as stored messages."""
        stored = self.explanation_data or []
        if self.open_as == "reopened" and not self.is_reopened:
            code = "reconciled_and_undone" if self.status == "new" else "opened_outside"
            return [Message(code).to_json(), *stored]
        if self.open_as == "short":
            return self._say_open_today(stored)
        if self.open_as == "owed":
            # The order was cancelled, invoiced or credited since.
            return self._said_instead(stored, "awaits_no_invoice", {"awaits_invoice"})
        if not self.open_as and self.move_line_ids:
            return self._said_instead(stored, "stood_on_customer", STANDS_ON_CUSTOMER)
        return stored

    def _say_open_today(self, stored):
        """Return stored messages of which the one on the invoice says what is open of it today."""
        invoice = self.invoice_id
        left = to_decimal(abs(invoice.amount_residual), invoice.currency_id)
        said = []
        for kept, message in zip(stored, map(Message.from_json, stored), strict=True):
            is_of_invoice = message.code == "item_stays_open" and message.values.get("name") == invoice.name
            said.append(Message(message.code, {**message.values, "open": left}).to_json() if is_of_invoice else kept)
        return said

    @staticmethod
    def _said_instead(stored, code, of_codes):
        """Return stored messages with another sentence in the place of those of these codes."""
        return [
            Message(code, message.values).to_json() if message.code in of_codes else kept
            for kept, message in zip(stored, map(Message.from_json, stored), strict=True)
        ]

    @api.depends("explanation_data", "tried_data", "decided_rule", "move_line_ids", "raw")
    @api.depends_context("lang")
    def _compute_trail(self):
        for line in self:
            sections = (
                (self.env._("The original row"), line._get_trail_of_row()),
                (self.env._("How It Was Read"), line._get_trail_of_reading()),
                (self.env._("The rules, in the order they were tried"), line._get_trail_of_rules()),
                (self.env._("What was decided, and why"), line._get_trail_of_decision()),
                (self.env._("What was booked"), line._get_trail_of_vouchers()),
            )
            line.trail = Markup().join(
                Markup("<h4 class='mt-3'>%s</h4>%s") % (title, content) for title, content in sections if content
            )

    @staticmethod
    def _render_list(items, tag="ul"):
        rows = Markup().join(Markup("<li>%s</li>") % item for item in items)
        return rows and Markup("<%s class='mb-0'>%s</%s>") % (Markup(tag), rows, Markup(tag))

    @staticmethod
    def _render_link(record, text):
        return Markup("<a href='/odoo/%s/%s'>%s</a>") % (record._name, record.id, text)

    def _get_trail_of_row(self):
        place = self.document_id.name or self.settlement_id.name
        if self.document_id:
            place = self._render_link(self.document_id, place)
        where = Markup(self._get_place_text()) % place
        return Markup("<p class='mb-1'>%s</p>") % where + self._render_list((self.raw_text or "").splitlines())

    def _get_place_text(self):
        """Return where in its document the row stands, with ``%s`` for the document."""
        if not self.row:
            return "%s"
        if (self.document_id.name or "").lower().endswith((".csv", ".xlsx")):
            return self.env._("Row %(row)s of %(document)s", row=self.row, document="%s")
        return self.env._("No. %(row)s in %(document)s", row=self.row, document="%s")

    def _get_trail_of_reading(self):
        names = (
            "kind",
            "date",
            "amount",
            "fee",
            "fee_vat",
            "fee_reported",
            "fee_type",
            "amount_original",
            "order_reference",
            "provider_reference",
            "provider_text",
            "payment_method",
            "sales_unit",
        )
        labels = self.fields_get(names, ["string"])
        return self._render_list(
            Markup("%s: <b>%s</b>") % (labels[name]["string"], self._get_field_text(name))
            for name in names
            if self[name]
        )

    def _get_field_text(self, name):
        """Return a field's value as its view shows it."""
        field, value = self._fields[name], self[name]
        if field.type == "monetary":
            return formatLang(self.env, value, currency_obj=self[field.get_currency_field(self)])
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        return value

    def _get_trail_of_rules(self):
        """Return what became of each rule that was in use: passed over, tried without success, or decisive."""
        render = self.env["settlement.message"]._render
        attempts = [Attempt.from_json(stored) for stored in self.tried_data or []]
        rules = self._get_rules_as_then()
        if self.decided_rule not in {0, *rules.ids}:
            return self._render_list(render(attempt.message) for attempt in attempts)
        plain = self._to_plain()
        rows = []
        is_decided = False
        for rule in rules._to_plain_rules():
            name = self.env["settlement.message"]._render_value(rule.name)
            outcome = [render(attempt.message) for attempt in attempts if attempt.rule_id == rule.id]
            if is_decided:
                rows.append(self.env._("%s – not reached", name))
            elif rule.id == self.decided_rule:
                is_decided = True
                rows.append(Markup("<b>%s</b>") % self.env._("%s – decided", name))
            elif outcome:
                rows.append(" ".join(outcome))
            elif unmet := rule.get_unmet(plain):
                rows.append(
                    self.env._(
                        "%(rule)s – passed over: %(condition)s",
                        rule=name,
                        condition=render(describe_condition(rule, unmet)),
                    )
                )
            else:
                rows.append(self.env._("%s – found candidates, but not exactly one that fits", name))
        closing = [render(attempt.message) for attempt in attempts if attempt.rule_id not in rules.ids]
        if self.status == "resolved" or self.is_undone:
            closing.append(self.env._("Later changed by a person, see below."))
        return self._render_list(rows, "ol") + self._render_list(closing)

    def _get_rules_as_then(self):
        """Return the rules in use that nobody has touched since the transaction was first booked.

        What was moved, archived or put into use since is not among them: whether it was passed over then is not known.
        """
        rules = self.env["account.settlement.rule"]
        if not self.move_line_ids or Kind(self.kind) in BANK_KINDS:
            return rules
        booked_on = min(self.sudo().move_line_ids.mapped("create_date"))
        return rules._search_used(self.provider_id).filtered(lambda rule: rule.write_date <= booked_on)

    def _get_trail_of_decision(self):
        return self._render_list(self._render(self.explanation_data))

    def _get_trail_of_vouchers(self):
        rows = []
        items = self.with_context(show_account_code=True).move_line_ids
        for item in items.sorted(lambda item: (item.date, item.move_id.id, item.id)):
            shared = len(item.settlement_line_ids)
            note = self.env._("one sum with %s other transactions", shared - 1) if shared > 1 else ""
            met = item.matched_debit_ids.debit_move_id | item.matched_credit_ids.credit_move_id
            if met and not note:
                note = self.env._("reconciled with %s", ", ".join(met.mapped("move_name")))
            balance = formatLang(self.env, item.balance, currency_obj=item.company_currency_id)
            text = f"{item.account_id.display_name}: {balance}"
            rows.append(
                Markup("%s, %s – %s%s")
                % (
                    self._render_link(item.move_id, item.move_name),
                    format_date(self.env, item.date),
                    text,
                    f" ({note})" if note else "",
                )
            )
        return self._render_list(rows)
