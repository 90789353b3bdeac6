import logging

from odoo import api, models
from odoo.exceptions import UserError

from ..common.messages import Message, SettlementError
from ..invoicing.plan import plan_documents
from ..invoicing.records import InvoiceOn
from .money import to_decimal
from .settlement_fault import CONCURRENCY

_logger = logging.getLogger(__name__)


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
                problems = [Message("text_only", {"error": str(error)})]
            except CONCURRENCY:
                # somebody else is at the same order: the caller tries again
                raise
            except Exception as error:
                _logger.exception("Web order %s could not be booked", order.id)
                problems = [Message("booking_failed")]
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
        self._follow_webshop_order(shop_order)
        booked = self._get_booked()
        plan = plan_documents(shop_order, self._get_invoice_on(), booked)
        is_needed = not plan.is_finished or plan.documents
        problems = list(plan.problems)
        if is_needed and self.webshop_line_problem_data:
            problems += [Message.from_json(problem) for problem in self.webshop_line_problem_data]
        problems += self._get_problems_by_hand()
        if plan.documents and (foreign := self._get_foreign_moves()):
            reason = "document_made_by_hand"
            problems.append(Message(reason, {"documents": ", ".join(foreign.mapped("display_name"))}))
        if problems:
            return problems
        if plan.is_finished and booked.is_empty and not plan.documents and self.state == "sale":
            self._action_cancel()
            self.message_post(body=self.env["settlement.message"]._render(plan.nothing_because))
        moves = self.env["account.move"]
        for document in plan.documents:
            moves |= self._make_document(document, shop_order)
        for tender in plan.tenders:
            self._make_tender_entry(tender)
        self._reconcile_webshop_documents(moves, shop_order)
        self._reconcile_registered_payments(plan.is_finished)
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
            "draft": "document_set_to_draft",
            "cancel": "document_cancelled",
        }
        for state, moves in self.webshop_move_ids.grouped("state").items():
            if state in reasons:
                yield Message(reasons[state], {"documents": ", ".join(moves.mapped("display_name"))})

    # ---------------------------------------------------------------- one document

    def _make_document(self, document, shop_order):
        """Create, check and post one planned document."""
        values = self._prepare_webshop_document(document)
        move = self._create_webshop_document(document, values)
        self._check_document(move, document, shop_order.currency)
        move._post(soft=False)
        move.message_post(body=self.env["settlement.message"]._render(document.reason))
        return move

    def _create_webshop_document(self, document, values):
        """Create the draft of a planned document.

        :param document: :class:`~..invoicing.records.PlannedDocument`. :param dict values: of the ``account.move``.
        """
        return self._create_account_invoices([values], False)

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
