from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.amounts import tax_within
from ..common.messages import Message
from ..invoicing.checks import line_problems
from ..invoicing.draft import Draft
from ..invoicing.parts import total_amount
from ..invoicing.records import Plan
from ..invoicing.tenders import plan_tenders
from ..webshops.records import ZERO
from .money import to_rate
from .sale_order_booked import BY_HAND_KEY, REFUND
from .sale_order_waits import BY_HAND


class SaleOrder(models.Model):
    """An invoice that a person writes for a web order that waits: when it is posted, the order goes on by itself."""

    _inherit = "sale.order"

    def action_webshop_draft_invoice(self):
        """Make a draft of the order's invoice with what is known of its lines, and open it; of one that is invoiced, a
        draft of what is missing of its invoices and credit notes.
        """
        self.ensure_one()
        order = self._may_decide()
        drafts = order.webshop_move_ids.filtered(lambda move: move.state == "draft")
        if not drafts and any(move.state == "posted" for move in order._get_webshop_moves()):
            move = order._create_draft_of_difference()
        else:
            move = drafts[:1] or order._create_draft_by_hand()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": move.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _create_draft_by_hand(self):
        order = self.with_company(self.company_id)
        shop_order = order._get_webshop_order()
        journal = order.webshop_id._get_sale_journal()
        moment = (shop_order.shipments[-1].time if shop_order.shipments else None) or shop_order.changed_at
        place = order.webshop_id._get_place(shop_order)
        lines = [order._prepare_line_by_hand(line, place) for line in shop_order.lines]
        values = {
            **order._prepare_invoice(),
            "move_type": "out_invoice",
            "invoice_date": order._get_document_date(order._get_local_date(moment), journal),
            "journal_id": journal.id,
            "webshop_id": order.webshop_id.id,
            "webshop_order_id": order.id,
            "webshop_document_key": BY_HAND_KEY,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }
        order.webshop_is_by_hand = True
        return order.env["account.move"].create(values)

    def _create_draft_of_difference(self):
        """Return the draft of an invoice or a credit note by which what is posted comes to what the shop has.

        What the shop refunded is credited by itself, one refund at a time.
        """
        order = self.with_company(self.company_id)
        shop_order = order._get_webshop_order()
        booked = order._get_booked()
        difference = _get_difference(shop_order, booked)
        if not difference:
            raise UserError(
                order.env._("%s comes to what the shop has: nothing is missing.", order.webshop_reference or order.name)
            )
        refund = _get_missing_refund(shop_order, booked) if difference < 0 else None
        if refund:
            difference = max(difference, -refund.amount)
        credited = order._get_latest_invoice() if difference < 0 else order.env["account.move"]
        model = (credited or order._get_latest_invoice())._get_webshop_lines().sorted("price_total")[-1:]
        journal = order.webshop_id._get_sale_journal()
        moment = refund.time if refund else shop_order.changed_at
        values = {
            **order._prepare_invoice(),
            "move_type": "out_refund" if credited else "out_invoice",
            "reversed_entry_id": credited.id,
            "invoice_date": order._get_document_date(order._get_local_date(moment), journal, credited),
            "journal_id": journal.id,
            "webshop_id": order.webshop_id.id,
            "webshop_order_id": order.id,
            "webshop_document_key": f"{REFUND}{refund.external_id}" if refund else BY_HAND_KEY,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create(order._prepare_line_of_difference(model, abs(difference), refund))],
        }
        order.webshop_is_by_hand = True
        return order.env["account.move"].create(values)

    def _get_latest_invoice(self):
        invoices = self._get_webshop_moves().filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        return invoices.sorted("id")[-1:]

    def _prepare_line_of_difference(self, model, amount, refund):
        """Return the values of one line of this amount, with the account and VAT of an invoice line: a proposal."""
        tax = tax_within(amount, to_rate(model.tax_ids), self.currency_id.name) if model.tax_ids else ZERO
        name = self.env._("Refund") if refund else self.env._("Difference")
        values, quantity = self.env["sale.order.line"]._prepare_exact_amounts(
            name, model.tax_ids, 1.0, amount, tax, self.currency_id
        )
        return {**values, "quantity": quantity, "account_id": model.account_id.id}

    def _say_difference(self, problems, shop_order, booked):
        """Return the problems of a plan with, in place of those of an invoice to be written, what is missing of an
        order that is invoiced: it cannot be invoiced as a whole any more.
        """
        difference = ZERO if booked.is_empty else _get_difference(shop_order, booked)
        of_invoice = [problem for problem in problems if BY_HAND.get(problem.code) == "invoice"]
        if not difference or not of_invoice:
            return list(problems)
        values = {"booked": total_amount(booked.left), "difference": abs(difference)}
        if refund := _get_missing_refund(shop_order, booked) if difference < 0 else None:
            code = "refund_not_credited"
            values |= {"refund": refund.external_id, "amount": refund.amount}
        else:
            code = "documents_differ"
            values["wanted"] = total_amount(booked.left) + difference
        return [*(problem for problem in problems if problem not in of_invoice), Message(code, values)]

    def _prepare_line_by_hand(self, line, place):
        """Return the values of a line with the shop's amount; without a tax where it is not known, and with VAT by its
        rate where the shop's own cannot be right: what is posted as it stands must hold.
        """
        webshop = self.webshop_id
        model = self.order_line.filtered(lambda own: own.webshop_line_id == line.external_id)[:1]
        product = model.product_id or webshop.fallback_product_id
        taxes = model.tax_ids if line.rate is not None and to_rate(model.tax_ids) == line.rate else model.tax_ids[:0]
        if line.rate is None and line.tax:
            taxes = self._find_tax_by_hand(line, place)
        values, quantity = self.env["sale.order.line"]._prepare_exact_amounts(
            line.name or product.display_name,
            taxes,
            abs(float(line.quantity)),
            line.amount,
            self._get_tax_by_hand(line) if taxes else ZERO,
            self.currency_id,
        )
        account = self._get_webshop_account(model, taxes) if model else webshop.fallback_account_id
        return {
            **values,
            "quantity": quantity,
            "product_id": product.id,
            "sale_line_ids": [Command.set(model.ids)],
            **({"account_id": account.id} if account else {}),
        }

    def _get_tax_by_hand(self, line):
        currency = self.currency_id.name
        return tax_within(line.amount, line.rate, currency) if self._is_vat_wrong(line) else line.tax

    def _is_vat_wrong(self, line):
        problems = line_problems(line, self.currency_id.name)
        return any(problem.code == "line_vat_differs" for problem in problems)

    def _find_tax_by_hand(self, line, place):
        """Return the shop's tax that gives the VAT of a line whose rate is not told, where there is just one."""
        rules = self.webshop_id.tax_rule_ids
        rates = {to_rate(rule.tax_id) for rule in rules if rule.rate and to_rate(rule.tax_id)}
        fitting = [rate for rate in rates if not self._is_vat_wrong(replace(line, rate=rate))]
        if len(fitting) != 1:
            return rules.tax_id[:0]
        return rules._get_first(fitting[0], place, False, line.tax_class).tax_id

    def _settled_by_hand(self, plan, shop_order, booked):
        """Return the plan, finished where documents that a person wrote or counted come to what the buyer owes: what
        the shop's lines say is then no question any more.

        :param plan: :class:`~..invoicing.records.Plan`. :param shop_order: :class:`~..webshops.records.Order`.
        :param booked: :class:`~..invoicing.records.Booked`.
        """
        if not plan.problems or not self.webshop_is_by_hand:
            return plan
        if booked.is_empty or _get_difference(shop_order, booked):
            return plan
        tenders = plan_tenders(Draft(shop_order, booked)) if shop_order.tendered <= shop_order.total else ()
        return Plan(tenders=tenders, is_finished=True)


def _get_difference(shop_order, booked):
    """Return what is missing of an order's documents to come to what the buyer owes; negative, what is too much."""
    refunded = sum((refund.amount for refund in shop_order.refunds), ZERO)
    kept = ZERO if shop_order.is_called_off else shop_order.total - refunded
    return kept - total_amount(booked.left)


def _get_missing_refund(shop_order, booked):
    """Return the first refund of the shop's that is not credited, or none."""
    return next((refund for refund in shop_order.refunds if refund.external_id not in booked.refunds), None)
