import logging
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.messages import Message, SettlementError, _
from ..invoicing.plan import Booked, document_date, plan_documents
from ..webshops.records import TenderKind
from .money import to_decimal, to_rate
from .settlement_fault import CONCURRENCY

_logger = logging.getLogger(__name__)

#: How a document says what it was made for: see :class:`~..webshops.documents.PlannedDocument`.
REFUND, WITHDRAWN, TENDER = "refund:", "withdrawn:", "tender:"


class SaleOrder(models.Model):
    """The invoices and credit notes a web order calls for: planned in plain Python, made and checked here."""

    _inherit = "sale.order"

    webshop_has_foreign_moves = fields.Boolean(
        compute="_compute_webshop_has_foreign_moves", compute_sudo=True, groups="account.group_account_invoice"
    )

    def _compute_webshop_has_foreign_moves(self):
        for order in self:
            order.webshop_has_foreign_moves = bool(order.webshop_id and order._get_foreign_moves())

    def _get_webshop_moves(self, with_tenders=False):
        """Return the invoices and credit notes of this order that count, and if wanted the entries for gift cards."""
        self.ensure_one()
        moves = (self.invoice_ids | self.webshop_move_ids).filtered(lambda move: move.state != "cancel")
        return moves if with_tenders else moves.filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))

    # ---------------------------------------------------------------- what is booked

    def _get_booked(self):
        """Return the :class:`~..webshops.documents.Booked` of this order, read from the ledger."""
        sold, refunds = [], defaultdict(list)
        for move in self._get_webshop_moves().filtered(lambda move: move.state == "posted"):
            parts = with_document_sums(move._get_webshop_parts(), move)
            if move.move_type == "out_refund":
                if (move.webshop_document_key or "").startswith(REFUND):
                    refunds[move.webshop_document_key.removeprefix(REFUND)] += parts
                else:
                    sold += [part.negated() for part in parts]
            elif (move.webshop_document_key or "").startswith(WITHDRAWN):
                refunds[move.webshop_document_key.removeprefix(WITHDRAWN)] += [part.negated() for part in parts]
            else:
                sold += parts
        standing = {name: tuple(parts) for name, parts in refunds.items() if sum(part.amount for part in parts)}
        return Booked(tuple(sold), standing, self._get_booked_tenders())

    def _get_booked_tenders(self):
        booked = defaultdict(Decimal)
        for move in self.webshop_move_ids.filtered(
            lambda move: move.state == "posted" and (move.webshop_document_key or "").startswith(TENDER)
        ):
            receivable = move._get_webshop_receivables()
            kind = TenderKind(move.webshop_document_key.removeprefix(TENDER))
            booked[kind] -= to_decimal(sum(receivable.mapped("amount_currency")), self.currency_id)
        return dict(booked)

    # ---------------------------------------------------------------- the step

    def _make_webshop_documents(self):
        """Make what these orders call for now; called again, it makes nothing.

        One that cannot be booked waits with its reason, and the rest go through.
        """
        fault = self.env["settlement.fault"]
        for order in self._as_user():
            order = order.with_company(order.company_id).with_context(
                lang=order.partner_invoice_id.lang or order.company_id.partner_id.lang or self.env.lang
            )
            if not order.try_lock_for_update(allow_referencing=True):
                continue
            try:
                with self.env.cr.savepoint():
                    problems = order._make_documents()
            except SettlementError as error:
                problems = [error.message]
            except UserError as error:
                problems = [Message("%(error)s", {"error": str(error)})]
            except CONCURRENCY:
                # somebody else is at the same order: the caller tries again
                raise
            except Exception as error:
                _logger.exception("Web order %s could not be booked", order.id)
                problems = [
                    Message(
                        _("Booking stopped on an unexpected fault; see the server log. It is tried again by itself.")
                    )
                ]
                fault._note_safely("invoice", order, error)
            else:
                fault._forget("invoice", order)
            if problems:
                order._let_wait(problems)

    def _let_wait(self, problems):
        self.write(
            {
                "webshop_state": "waiting",
                "webshop_check": False,
                "webshop_problem_data": [problem.to_json() for problem in problems],
            }
        )

    def _make_documents(self):
        """Make what this order calls for; return the problems that keep it from being made."""
        self.ensure_one()
        if self.webshop_state == "left_out":
            self.webshop_check = False
            return []
        shop_order = self._get_webshop_order()
        if self.webshop_line_problem_data:
            self._sync_webshop_lines(shop_order)
            self._follow_webshop_state(shop_order)
        booked = self._get_booked()
        plan = plan_documents(shop_order, self._get_invoice_on(), booked)
        is_needed = not plan.is_finished or plan.documents
        problems = list(plan.problems)
        if is_needed and self.webshop_line_problem_data:
            problems += [Message.from_json(problem) for problem in self.webshop_line_problem_data]
        problems += self._get_problems_by_hand()
        if plan.documents and (foreign := self._get_foreign_moves()):
            reason = _(
                "%(documents)s was made by hand, so what the shop calls for is not added to it. Count it as the shop's "
                "own, or leave the order out."
            )
            problems.append(Message(reason, {"documents": ", ".join(foreign.mapped("display_name"))}))
        if problems:
            return problems
        if plan.is_finished and booked.is_empty and not plan.documents and self.state == "sale":
            self._action_cancel()
            self.message_post(body=self.env._("The payment was voided, so nothing is invoiced."))
        moves = self.env["account.move"]
        for document in plan.documents:
            moves |= self._make_document(document, shop_order)
        for tender in plan.tenders:
            self._make_tender_entry(tender)
        self._reconcile_webshop_documents(moves, shop_order)
        if self._is_own_web_order():
            self._reconcile_own_payments(plan.is_finished)
        self.write(
            {
                "webshop_state": "done" if plan.is_finished else "open",
                "webshop_check": False,
                "webshop_problem_data": False,
            }
        )
        moves._send_to_buyer()
        return []

    def _get_problems_by_hand(self):
        """Say which documents a person has taken back: nothing more is made before it is clear why."""
        reasons = {
            "draft": _("%(documents)s was set back to draft. Post or cancel it, then try again."),
            "cancel": _("%(documents)s was cancelled by hand. Try again to have it made anew, or leave the order out."),
        }
        for state, moves in self.webshop_move_ids.grouped("state").items():
            if state in reasons:
                yield Message(reasons[state], {"documents": ", ".join(moves.mapped("display_name"))})

    def _get_foreign_moves(self):
        """Documents of this order that somebody made by hand: Odoo's own invoices of its own shop are none."""
        moves = self._get_webshop_moves().filtered(lambda move: not move.webshop_document_key)
        if self._is_own_web_order():
            moves = moves.filtered(lambda move: move.move_type == "out_refund" or move.state == "draft")
        return moves

    def action_webshop_adopt(self):
        """A person has decided that documents made by hand count as the shop's own.

        A credit note of just a refund's amount is that refund's; others count as a change.
        """
        for order in self._may_decide():
            booked = order._get_booked()
            missing = [
                refund for refund in order._get_webshop_order().refunds if refund.external_id not in booked.refunds
            ]
            for move in order._get_foreign_moves():
                refund = next(
                    (
                        refund
                        for refund in missing
                        if move.move_type == "out_refund"
                        and refund.amount == to_decimal(move.amount_total, move.currency_id)
                    ),
                    None,
                )
                if refund:
                    missing.remove(refund)
                move.write(
                    {
                        "webshop_order_id": order.id,
                        "webshop_document_key": f"{REFUND}{refund.external_id}" if refund else "change",
                    }
                )
        self.action_webshop_retry()

    # ---------------------------------------------------------------- one document

    def _make_document(self, document, shop_order):
        """Create, check and post one planned document."""
        values = self._prepare_webshop_document(document)
        if self._is_made_by_odoo(document):
            move = self._make_own_invoice()
            names = ("invoice_date", "webshop_id", "webshop_order_id", "webshop_document_key", "webshop_date")
            move.write({name: values[name] for name in names})
        else:
            move = self._create_account_invoices([values], False)
        self._check_document(move, document, shop_order.currency)
        move._post(soft=False)
        move.message_post(body=self.env["account.settlement"]._render_messages([document.reason.to_json()]))
        return move

    def _is_made_by_odoo(self, document):
        """Whether this is the plain invoice of a whole order of Odoo's own shop."""
        is_whole = document.key == "sale" and document.total == to_decimal(self.amount_total, self.currency_id)
        return self._is_own_web_order() and is_whole and not self._get_webshop_moves()

    def _prepare_webshop_document(self, document):
        webshop = self.webshop_id
        event_date = self._get_local_date(document.time)
        values = self._prepare_invoice()
        journal = webshop._get_sale_journal()
        values.update(
            {
                "move_type": "out_refund" if document.is_credit_note else "out_invoice",
                "invoice_date": self._get_document_date(event_date, journal),
                "journal_id": journal.id,
                "webshop_id": webshop.id,
                "webshop_order_id": self.id,
                "webshop_document_key": document.key,
                "webshop_date": event_date,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [Command.create(vals) for vals in self._prepare_webshop_parts(document)],
            }
        )
        if document.is_credit_note:
            values["reversed_entry_id"] = self._get_credited_invoice(document).id
            values["transaction_ids"] = []
        else:
            values["delivery_date"] = event_date
        return values

    def _get_time_zone(self):
        return self.company_id.partner_id.tz or self.webshop_id.time_zone

    def _get_local_date(self, moment):
        """The day something happened, where the company is: late in the evening in UTC is the next day in Norway."""
        return moment.astimezone(ZoneInfo(self._get_time_zone())).date()

    def _get_document_date(self, event_date, journal):
        """Return the date of a document for what happened on ``event_date``.

        :raises SettlementError: when today itself is locked.
        """
        company = self.company_id
        today = fields.Date.context_today(self.with_context(tz=self._get_time_zone()))
        date = document_date(event_date, today, int(company.vat_term_months), company.tax_lock_date or None)
        if date != today and company._get_violated_lock_dates(date, True, journal):
            date = today
        if locks := company._get_violated_lock_dates(date, True, journal):
            raise SettlementError(
                _("The books are locked up to %(date)s, and today lies in it. Open the period to go on."),
                date=max(lock[0] for lock in locks),
            )
        return date

    def _get_credited_invoice(self, document):
        """The invoice a credit note belongs to: the latest that holds what is credited."""
        invoices = self._get_webshop_moves().filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        line_ids = {part.line_id for part in document.parts if part.line_id}
        holding = invoices.filtered(lambda move: line_ids & {part.line_id for part in move._get_webshop_parts()})
        return (holding or invoices).sorted("id")[-1:]

    def _prepare_webshop_parts(self, document):
        """Return the values of the invoice lines, each with exactly the planned amounts."""
        by_id = {line.webshop_line_id: line for line in self.order_line if line.webshop_line_id}
        invoiced = self._get_invoiced_lines()
        vals_list = []
        for sequence, part in enumerate(document.parts):
            line = by_id.get(part.line_id)
            earlier = invoiced.get((part.line_id, part.rate))
            model = line or self._get_line_of_rate(part.rate)
            if not model and not earlier:
                raise SettlementError(
                    _("No line of the order has %(rate)s %%, so it is not known what %(amount)s is to be booked on."),
                    rate=f"{part.rate.normalize():f}",
                    amount=part.amount,
                )
            taxes = earlier.tax_ids if earlier else model.tax_ids
            name = line.name if line else self.env._("Refund")
            values, quantity = self.env["sale.order.line"]._prepare_exact_amounts(
                name, taxes, abs(float(part.quantity)), part.amount, part.tax, self.currency_id
            )
            values = {
                **(model or earlier.sale_line_ids[:1])._prepare_invoice_line(),
                **values,
                "quantity": quantity,
                "sequence": sequence,
                "sale_line_ids": [Command.set(line.ids if line else [])],
            }
            if account := earlier.account_id if earlier else self._get_webshop_account(model, taxes):
                values["account_id"] = account.id
            vals_list.append(values)
        return vals_list

    def _get_invoiced_lines(self):
        """Return the latest invoice line of each order line and rate."""
        result = {}
        for move in self._get_webshop_moves().filtered(lambda move: move.move_type == "out_invoice").sorted("id"):
            for line in move._get_webshop_lines():
                result[line.sale_line_ids[:1].webshop_line_id or "", to_rate(line.tax_ids)] = line
        return result

    def _get_line_of_rate(self, rate):
        """The largest line of the order with this VAT: an amount without lines is booked like it."""
        lines = self.order_line.filtered(
            lambda line: line.webshop_kind in ("product", "shipping", "fee") and to_rate(line.tax_ids) == rate
        )
        if len(lines.tax_ids) > 1:
            raise SettlementError(
                _("%(rate)s %% was refunded without lines, and several taxes of the order have it: %(taxes)s."),
                rate=f"{rate.normalize():f}",
                taxes=", ".join(lines.tax_ids.mapped("display_name")),
            )
        return lines.sorted(lambda line: (-line.price_total, line.id))[:1]

    def _get_webshop_account(self, line, taxes):
        """The account of a line, where its product does not say: a debt, or the income account of its VAT.

        :raises SettlementError: when it is not set.
        """
        webshop = self.webshop_id
        names = {
            "gift_card": "gift_card_account_id",
            "tip": "tip_account_id",
            "rounding": "rounding_account_id",
        }
        if line.webshop_kind in names:
            return webshop._get_account(names[line.webshop_kind])
        if line.product_id == webshop.fallback_product_id and webshop.fallback_account_id:
            return webshop.fallback_account_id
        if line.product_id.product_tmpl_id.property_account_income_id:
            return self.env["account.account"]
        return webshop.tax_rule_ids.filtered(lambda rule: rule.account_id and rule.tax_id == taxes)[:1].account_id

    def _check_document(self, move, document, currency):
        """Compare what Odoo made with the plan, to the øre.

        :raises SettlementError: when they differ; nothing is posted then.
        """
        if move.currency_id.name != currency:
            raise SettlementError(
                _("The document would be in %(made)s, but the order is in %(wanted)s. It was not made."),
                made=move.currency_id.name,
                wanted=currency,
            )
        wanted = (document.total, sum(part.tax for part in document.parts))
        made = (to_decimal(move.amount_total, move.currency_id), to_decimal(move.amount_tax, move.currency_id))
        if made != wanted:
            raise SettlementError(
                _(
                    "The document would come to %(made)s with %(made_tax)s VAT, but the shop has %(wanted)s with "
                    "%(wanted_tax)s. It was not made."
                ),
                made=made[0],
                made_tax=made[1],
                wanted=wanted[0],
                wanted_tax=wanted[1],
            )

    # ---------------------------------------------------------------- gift cards and store credit

    def _make_tender_entry(self, tender):
        """Book what a gift card or store credit paid, or what was given back to it."""
        webshop = self.webshop_id
        is_gift_card = tender.kind is TenderKind.GIFT_CARD
        account = webshop._get_account("gift_card_account_id" if is_gift_card else "store_credit_account_id")
        partner = self.partner_invoice_id.commercial_partner_id
        journal = webshop._get_tender_journal()
        local = self._get_local_date(tender.time)
        date = self._get_document_date(local, journal)
        amount = float(tender.amount)
        balance = self.currency_id._convert(amount, self.company_id.currency_id, self.company_id, date)
        what = self.env._("gift card") if is_gift_card else self.env._("store credit")
        name = f"{self.webshop_reference or self.name} {what}"
        move = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "date": date,
                    "ref": name,
                    "webshop_id": webshop.id,
                    "webshop_order_id": self.id,
                    "webshop_document_key": f"{TENDER}{tender.kind}",
                    "webshop_reference": self.webshop_reference,
                    "webshop_date": local,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": line_account.id,
                                "partner_id": partner.id,
                                "name": name,
                                "currency_id": self.currency_id.id,
                                "amount_currency": sign * amount,
                                "balance": sign * balance,
                            }
                        )
                        for line_account, sign in (
                            (account, 1),
                            (partner.with_company(self.company_id).property_account_receivable_id, -1),
                        )
                    ],
                }
            )
        )
        move._post(soft=False)
        return move

    # ---------------------------------------------------------------- reconciliation

    def _reconcile_webshop_documents(self, moves, shop_order):
        """Reconcile within the order what needs no provider: gift cards with the invoice, corrections with it too.

        What the buyer is to get back stays open: the refund in the settlement meets it.
        """
        of_order = self._get_webshop_moves(with_tenders=True)
        invoices = of_order.filtered(lambda move: move.move_type == "out_invoice")
        credit_notes = of_order.filtered(lambda move: move.move_type == "out_refund")
        corrections = credit_notes.filtered(lambda note: note.webshop_document_key == "change")
        for move in moves:
            key = move.webshop_document_key
            if move in corrections and not is_money_back(shop_order):
                (move | invoices)._reconcile_receivables()
            elif key.startswith(WITHDRAWN):
                refund_key = key.replace(WITHDRAWN, REFUND)
                taken_back = credit_notes.filtered(lambda note, key=refund_key: note.webshop_document_key == key)
                (move | taken_back)._reconcile_receivables()
            elif move in invoices:
                # what was credited and is invoiced again is not paid back
                (move | corrections)._reconcile_receivables()
        for entry in of_order - invoices - credit_notes:
            is_payment = sum(entry._get_open_receivables().mapped("balance")) < 0
            (entry | (invoices if is_payment else credit_notes))._reconcile_receivables()

    # ---------------------------------------------------------------- scheduled

    @api.model
    def _cron_webshop_documents(self, batch_size=100):
        """Scheduled action: make what web orders call for."""
        fault = self.env["settlement.fault"]
        domain = [
            ("webshop_id.state", "=", "active"),
            *fault._get_ready_domain("invoices", self),
            "|",
            ("webshop_check", "=", True),
            ("id", "in", fault._get_due("invoice", self)),
        ]
        orders = self.search(domain, order="id", limit=batch_size)
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        fault._work_through("invoices", orders, lambda order: order._make_webshop_documents())


def with_document_sums(lines, document):
    """Return lines (with ``amount`` and ``tax``) that add up to the document's own sums.

    What Odoo rounds over a whole order or invoice stands in no line of it; it goes to the largest one.

    :param document: a ``sale.order`` or ``account.move``.
    """
    lines = list(lines)
    amount = to_decimal(document.amount_total, document.currency_id) - sum(line.amount for line in lines)
    tax = to_decimal(document.amount_tax, document.currency_id) - sum(line.tax for line in lines)
    if lines and (amount or tax):
        largest = max(range(len(lines)), key=lambda index: lines[index].amount)
        line = lines[largest]
        lines[largest] = replace(line, amount=line.amount + amount, tax=line.tax + tax)
    return tuple(lines)


def is_money_back(order):
    """Whether the buyer gets money back for what is credited: it was taken, as far as the shop tells."""
    if order.captures is None:
        return True
    is_called_off = bool(order.cancelled_at or order.is_deleted)
    return order.captured > 0 and (is_called_off or order.captured + order.tendered > order.total)
