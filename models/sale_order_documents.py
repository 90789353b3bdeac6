import logging
from decimal import Decimal
from itertools import zip_longest

from odoo import api, models
from odoo.exceptions import UserError

from ..common.messages import Message, SettlementError
from ..invoicing.parts import sums_by_rate
from ..invoicing.plan import plan_documents
from ..invoicing.records import InvoiceOn
from ..webshops.records import ZERO
from .money import to_decimal
from .settlement_fault import CONCURRENCY
from .written_language import company_language, in_written_language

_logger = logging.getLogger(__name__)

#: Orders whose documents are made and stored together: more are little faster, and hold their rows longer.
TOGETHER = 50


class SaleOrder(models.Model):
    """The invoices and credit notes a web order calls for: planned in plain Python, made and checked here."""

    _inherit = "sale.order"

    def _get_invoice_on(self):
        """Return which event makes the invoice (:class:`~..invoicing.records.InvoiceOn`)."""
        return InvoiceOn(self.webshop_id.invoice_on)

    # ---------------------------------------------------------------- the step

    def _make_webshop_documents(self):
        """Make what these orders call for now; called again, it makes nothing.

        One that cannot be booked waits with its reason, and the rest go through.
        """
        orders = self._as_user().try_lock_for_update(allow_referencing=True)
        for (company, lang), alike in orders.grouped(lambda order: (order.company_id, order._get_buyer_lang())).items():
            alike.with_company(company).with_context(lang=lang)._make_documents_safely()

    def _get_buyer_lang(self):
        return self.partner_invoice_id.lang or company_language(self.company_id)

    def _make_documents_safely(self):
        """Make what these orders call for, together; where that fails, one by one, and what fails waits."""
        fault = self.env["settlement.fault"]
        try:
            with self.env.cr.savepoint():
                self._make_documents()
        except CONCURRENCY:
            # somebody else is at the same order: the caller tries again
            raise
        except Exception as error:
            if len(self) > 1:
                for order in self:
                    order._make_documents_safely()
            elif isinstance(error, SettlementError):
                self._let_wait([error.message])
            elif isinstance(error, UserError):
                self._let_wait([Message("text_only", {"error": str(error)})])
            else:
                _logger.exception("Web order %s could not be booked", self.id)
                is_noted = fault._note_safely("invoice", self, error)
                self._let_wait([Message("booking_failed" if is_noted else "booking_stopped")])
        else:
            fault._forget("invoice", self)

    def _let_wait(self, problems):
        self.write(
            {
                "webshop_state": "waiting",
                "webshop_check": False,
                "webshop_problem_data": [problem.to_json() for problem in self._with_way(problems)],
            }
        )

    def _make_documents(self):
        """Make what these orders call for; those of which something keeps them from being made wait."""
        planned = {}
        for order in self:
            if order.webshop_state == "left_out":
                order.webshop_check = False
                continue
            shop_order, plan, problems = order._plan_documents()
            if problems:
                order._let_wait(problems)
            else:
                planned[order] = (shop_order, plan)
        self._make_planned(planned)

    def _plan_documents(self):
        """Return ``(the order as the shop told it, the plan, problems that keep it from being made)``."""
        shop_order = self._get_webshop_order()
        self._follow_webshop_order(shop_order)
        shop_order = self._without_vat_not_owed(shop_order)
        booked = self._get_booked()
        plan = plan_documents(shop_order, self._get_invoice_on(), booked)
        plan = self._settled_by_hand(plan, shop_order, booked)
        is_needed = not plan.is_finished or plan.documents
        problems = self._say_difference(plan.problems, shop_order, booked)
        if is_needed and self.webshop_line_problem_data:
            problems += [Message.from_json(problem) for problem in self.webshop_line_problem_data]
            problems += self._get_account_problems(shop_order)
        problems += self._get_problems_by_hand()
        if plan.documents and (foreign := self._get_foreign_moves()):
            drafts = foreign.filtered(lambda move: move.state == "draft")
            reason = "draft_made_by_hand" if drafts else "document_made_by_hand"
            problems.append(Message(reason, {"documents": ", ".join((drafts or foreign).mapped("display_name"))}))
        is_invoiced = any(not document.is_credit_note for document in plan.documents)
        if not problems and is_invoiced and self.state == "cancel" and self.webshop_is_reported:
            # cancelled here by hand, but sold in the shop
            self._follow_webshop_state(shop_order)
        if not problems and plan.is_finished and plan.nothing_because and booked.is_empty and self.state == "sale":
            self._action_cancel()
            said = in_written_language(self)
            said.message_post(body=said.env["settlement.message"]._render(plan.nothing_because))
        return shop_order, plan, problems

    def _make_planned(self, planned):
        """Make the planned documents, reconcile what needs no provider, and note how far each order is.

        :param dict planned: each order's ``(order as the shop told it, plan)``.
        """
        moves = dict.fromkeys(planned, self.env["account.move"])
        # A credit note names the invoice it credits, so an order's second document is made after its first.
        for documents in zip_longest(*(plan.documents for _shop_order, plan in planned.values())):
            due = [(*entry, document) for entry, document in zip(planned.items(), documents, strict=True) if document]
            made = self._make_together(
                [(order, document, shop_order.currency) for order, (shop_order, _plan), document in due]
            )
            for (order, *_rest), move in zip(due, made, strict=True):
                moves[order] |= move
        for order, (shop_order, plan) in planned.items():
            for tender in plan.tenders:
                order._make_tender_entry(tender)
            order._reconcile_webshop_documents(moves[order], shop_order)
            if plan.is_finished:
                order._reconcile_offsets(shop_order)
            order._pay_used_vouchers()
            order._note_vat_outside_area(moves[order], shop_order)
            order._reconcile_registered_payments(plan.is_finished)
        for is_finished, orders in (
            self.browse(order.id for order in planned).grouped(lambda order: planned[order][1].is_finished).items()
        ):
            orders.write(
                {
                    "webshop_state": "done" if is_finished else "open",
                    "webshop_check": False,
                    "webshop_problem_data": False,
                }
            )
        self.env["account.move"].concat(*moves.values())._send_to_buyer()

    def _get_problems_by_hand(self):
        """Say which documents a person has taken back: nothing more is made before it is clear why."""
        reasons = {
            "draft": "document_set_to_draft",
            "cancel": "document_cancelled",
        }
        for state, moves in self.webshop_move_ids.grouped("state").items():
            if state in reasons:
                yield Message(reasons[state], {"documents": ", ".join(moves.mapped("display_name"))})

    # ---------------------------------------------------------------- documents

    def _make_together(self, planned):
        """Create, check and post planned documents, and note in each why it was made.

        :param planned: ``(order, PlannedDocument, currency code)`` of each, at most one an order.
        :return: the documents, in that order.
        """
        Move = self.env["account.move"].sudo()
        made = [order._invoice_by_odoo(document) for order, document, _currency in planned]
        left = [entry for entry, move in zip(planned, made, strict=True) if not move]
        vals_list = [order._prepare_webshop_document(document) for order, document, _currency in left]
        # Odoo's own notes of a new document would say no more than ours.
        quiet = self.with_context(tracking_disable=True)
        created = iter(quiet._create_account_invoices(vals_list, False) if vals_list else ())
        moves = Move.concat(*(move or next(created) for move in made))
        for move, of_odoo, (order, document, currency) in zip(moves, made, planned, strict=True):
            order._check_document(move, document, currency)
            if not of_odoo:
                order._check_rates(move, document)
        moves.with_context(tracking_disable=True)._post(soft=False)
        # the order's own language is its buyer's
        render = in_written_language(moves).env["settlement.message"]._render
        moves._message_log_batch(
            {
                move.id: render(document.reason)
                for move, (_order, document, _currency) in zip(moves, planned, strict=True)
            }
        )
        return moves

    def _invoice_by_odoo(self, document):
        """Return the invoice that Odoo itself makes of a whole order, or none where it is made as planned.

        :param document: :class:`~..invoicing.records.PlannedDocument`.
        """
        return self.env["account.move"]

    def _check_document(self, move, document, currency):
        """Compare what Odoo made with the plan, to the øre.

        :raises SettlementError: when they differ; nothing is posted then.
        """
        if move.currency_id.name != currency:
            raise SettlementError(
                "document_currency_differs",
                made=move.currency_id.name,
                wanted=currency,
            )
        wanted = (document.total, sum(part.tax for part in document.parts))
        made = (to_decimal(move.amount_total, move.currency_id), to_decimal(move.amount_tax, move.currency_id))
        if made != wanted:
            raise SettlementError(
                "document_total_differs",
                made=made[0],
                made_tax=made[1],
                wanted=wanted[0],
                wanted_tax=wanted[1],
            )

    def _check_rates(self, move, document):
        """Compare what is sold at each rate of VAT with the plan: the sums may agree on a wrong tax.

        :raises SettlementError: when they differ; nothing is posted then.
        """
        made = sums_by_rate(move._get_webshop_parts())
        wanted = sums_by_rate(document.parts)
        # what Odoo rounds over a whole document stands in no line of it
        allowed = Decimal(1).scaleb(-move.currency_id.decimal_places) * len(document.parts)
        for rate in sorted(made.keys() | wanted.keys()):
            if abs(made.get(rate, ZERO) - wanted.get(rate, ZERO)) > allowed:
                raise SettlementError(
                    "document_rate_differs",
                    rate=f"{rate.normalize():f}",
                    made=made.get(rate, ZERO),
                    wanted=wanted.get(rate, ZERO),
                )

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
        fault._work_through("invoices", orders, lambda some: some._make_webshop_documents(), together=TOGETHER)
