"""A person at work in Odoo beside the settlements: what they do to documents, reconciliations and transactions.

Each deed is a function ``(case, pick)``; ``pick(records)`` gives one of them, or ends the deed where there is none. To
add one, write the function and put it into :data:`DEEDS`. What Odoo or the program refuses is not done.
"""

import random

from odoo.exceptions import UserError


class NothingThere(Exception):
    """There is nothing the deed could be done to."""


class Person:
    """Does one deed after the other, chosen by a seed.

    :ivar done: the names of the deeds that were done, for the message of a failing test.
    """

    def __init__(self, case, seed):
        self.case = case
        case.person = self
        self.chance = random.Random(seed)
        self.done = []

    def act(self):
        """Do something, as far as there is something to do it to; return whether it was done."""
        name = self.chance.choice(sorted(DEEDS))
        try:
            with self.case.env.cr.savepoint():
                DEEDS[name](self.case, self._pick)
                self.case.env.flush_all()
        except (NothingThere, UserError):
            self.case.env.invalidate_all()
            return False
        self.done.append(name)
        return True

    def _pick(self, records):
        if not records:
            raise NothingThere
        return self.chance.choice(records.sorted("id"))


# ---------------------------------------------------------------- what there is


def documents(case, *domain):
    domain = [("move_type", "in", ("out_invoice", "out_refund")), ("company_id", "=", case.company.id), *domain]
    return case.env["account.move"].search(domain)


def posted(case):
    return documents(case, ("state", "=", "posted"))


def transactions(case, *domain):
    return case.env["account.settlement.line"].search([("move_line_ids", "!=", False), *domain])


def open_receivables(moves):
    return moves.line_ids.filtered(
        lambda item: item.account_id.account_type == "asset_receivable" and item.amount_residual
    )


# ---------------------------------------------------------------- documents


def reset(case, pick):
    pick(posted(case)).button_draft()


def change_amount(case, pick):
    draft = pick(documents(case, ("state", "=", "draft"), ("invoice_line_ids", "!=", False)))
    draft.invoice_line_ids[:1].price_unit += 25


def change_customer(case, pick):
    draft = pick(documents(case, ("state", "=", "draft")))
    draft.partner_id = case.env["res.partner"].create({"name": "Ola Nordmann"})


def post(case, pick):
    pick(documents(case, ("state", "=", "draft"))).action_post()


def reset_change_and_post(case, pick):
    move = pick(posted(case))
    move.button_draft()
    move.invoice_line_ids[:1].price_unit += 25
    move.action_post()


def change_customer_of_posted(case, pick):
    move = pick(posted(case))
    move.button_draft()
    move.partner_id = case.env["res.partner"].create({"name": "Ola Nordmann"})
    move.action_post()


def cancel(case, pick):
    move = pick(posted(case))
    move.button_draft()
    move.button_cancel()


def reverse(case, pick):
    """Credit it, reconciled with what it credits."""
    pick(posted(case))._reverse_moves(cancel=True)


def reverse_and_create(case, pick):
    move = pick(posted(case).filtered(lambda move: move.move_type == "out_invoice"))
    wizard = (
        case.env["account.move.reversal"]
        .with_context(active_model="account.move", active_ids=move.ids)
        .create({"journal_id": move.journal_id.id, "reason": "Feil"})
    )
    case.env["account.move"].browse(wizard.modify_moves()["res_id"]).action_post()


def invoice_order(case, pick):
    order = pick(case.env["sale.order"].search([("invoice_status", "=", "to invoice")]))
    order._create_invoices().action_post()


def cancel_order(case, pick):
    pick(case.env["sale.order"].search([("state", "=", "sale")])).action_cancel()


# ---------------------------------------------------------------- reconciliations


def unreconcile(case, pick):
    """Take a document's reconciliation apart."""
    pick(posted(case)).line_ids.remove_move_reconcile()


def unreconcile_transaction(case, pick):
    """Take apart what one of a transaction's journal items is reconciled with, whichever it is."""
    items = transactions(case).move_line_ids.filtered(
        lambda item: item.settlement_role not in ("clearing", "fee") and item.matching_number
    )
    pick(items).remove_move_reconcile()


def reconcile_elsewhere(case, pick):
    """Reconcile what is open of a transaction with any document of the same customer and the other side."""
    item = pick(open_receivables(transactions(case).move_line_ids.move_id))
    others = open_receivables(posted(case)).filtered(
        lambda other: other.partner_id == item.partner_id and other.amount_residual * item.amount_residual < 0
    )
    (item | pick(others)).reconcile()


def reconcile_two_transactions(case, pick):
    """A payment with a refund of the same customer."""
    items = open_receivables(transactions(case).move_line_ids.move_id)
    item = pick(items.filtered(lambda item: item.amount_residual < 0))
    others = items.filtered(lambda other: other.partner_id == item.partner_id and other.amount_residual > 0)
    (item | pick(others)).reconcile()


# ---------------------------------------------------------------- transactions


def place_on_customer(case, pick):
    pick(transactions(case))._assign(case.customer, "Kjent kunde")


def place_on_document(case, pick):
    line = pick(transactions(case, ("open_as", "!=", False)))
    line._assign(pick(posted(case)), "Kunden har bekreftet")


def place_on_account(case, pick):
    line = pick(transactions(case, ("open_as", "=", "unknown")))
    line._assign(case.account("7770"), "Småbeløp")


def take_back(case, pick):
    pick(transactions(case))._undo("Feil")


def retry(case, pick):
    pick(transactions(case)).action_retry()


def undo_settlement(case, pick):
    pick(case.env["account.settlement"].search([("move_ids", "!=", False)]))._reverse("Feil")


def book_again(case, pick):
    pick(case.env["account.settlement"].search([]))._process()


# ---------------------------------------------------------------- the bank


def bank_lines(case):
    return case.env["account.bank.statement.line"].sudo().search([("company_id", "=", case.company.id)])


def on_clearing(case):
    """The open items of the clearing account, on both sides."""
    return (
        case.env["account.move.line"]
        .sudo()
        .search(
            [
                ("account_id", "=", case.provider.clearing_account_id.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ]
        )
    )


def bank_line_comes(case, pick):
    """A payout comes, named or not, or a krone short."""
    settlement = pick(case.env["account.settlement"].search([("payout_amount", ">", 1)]))
    name = f"Utb. {settlement.payout_reference} Vippsnr {case.provider.merchant_id}"
    text, less = case.person.chance.choice([(name, 0), ("Vipps MobilePay AS", 0), (name, 1)])
    case.bank_line(settlement.payout_amount - less, text, settlement.date)


def put_bank_line_on_clearing(case, pick):
    settlement = pick(case.env["account.settlement"].search([("payout_amount", ">", 1)]))
    account_id = case.provider.clearing_account_id.id
    case.bank_line(settlement.payout_amount, "?", settlement.date, counterpart_account_id=account_id)


def match_bank(case, pick):
    case.env["account.settlement"]._match_all_bank()


def match_bank_by_hand(case, pick):
    items = on_clearing(case)
    debit = pick(items.filtered(lambda item: item.amount_residual > 0))
    (debit | pick(items.filtered(lambda item: item.amount_residual < 0))).reconcile()


def take_bank_line_back(case, pick):
    pick(bank_lines(case)).action_undo_reconciliation()


def unreconcile_on_clearing(case, pick):
    items = case.env["account.settlement"].search([]).clearing_line_ids.filtered("matching_number")
    pick(items.sudo()).remove_move_reconcile()


def delete_bank_line(case, pick):
    pick(bank_lines(case)).unlink()


DEEDS = {
    deed.__name__: deed
    for deed in (
        reset,
        change_amount,
        change_customer,
        post,
        reset_change_and_post,
        change_customer_of_posted,
        cancel,
        reverse,
        reverse_and_create,
        invoice_order,
        cancel_order,
        unreconcile,
        unreconcile_transaction,
        reconcile_elsewhere,
        reconcile_two_transactions,
        place_on_customer,
        place_on_document,
        place_on_account,
        take_back,
        retry,
        undo_settlement,
        book_again,
        bank_line_comes,
        put_bank_line_on_clearing,
        match_bank,
        match_bank_by_hand,
        take_bank_line_back,
        unreconcile_on_clearing,
        delete_bank_line,
    )
}
