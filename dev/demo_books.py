"""What an accountant reads off the demo's books, printed."""

import sys

from demo_vipps import SHOP, day
from lxml import html

#: At most so many lines of a voucher are shown.
SHOWN_LINES = 6


def money(amount):
    """Return an amount as a person writes it; nothing for zero."""
    return f"{round(amount, 2):,.2f}".replace(",", " ")


def heading(text):
    """Print the heading of a part."""
    print(f"\n{text}\n{'-' * len(text)}")


def table(rows, formats):
    """Print rows as columns; ``formats`` gives each column's width, negative for text set to the left."""
    for row in rows:
        cells = []
        for cell, width in zip(row, formats, strict=True):
            text = money(cell) if isinstance(cell, float) else str(cell or "")
            text = text if len(text) <= abs(width) else text[: abs(width) - 1] + "…"
            cells.append(text.ljust(-width) if width < 0 else text.rjust(width))
        print("  " + " ".join(cells).rstrip())


class Books:
    """What an accountant reads off of one agreement.

    :param demo: the story. :param provider: the agreement. :param created_accounts: what its activation made.
    """

    def __init__(self, demo, provider, created_accounts):
        self.env = demo.env
        self.provider = provider
        self.company = demo.company
        self.bank_account = demo.bank_journal.default_account_id
        self.created_accounts = created_accounts
        self.settlements = self.env["account.settlement"].search(
            [("provider_id", "=", self.provider.id)], order="date, id"
        )
        self.lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider.id)], order="date, row, id"
        )

    def show(self):
        """Print all parts, in a fixed order."""
        print(f"{SHOP}, March 2026, in NOK")
        self.show_accounts()
        self.show_orders()
        self.show_files()
        self.show_settlements()
        self.show_vouchers()
        self.show_unknown()
        self.show_attention()
        self.show_trail()
        self.show_tryout()
        self.show_open_customers()
        self.show_balances()
        self.show_check()

    def show_accounts(self):
        heading("Accounts that were created")
        table([(account.code, account.name) for account in self.created_accounts.sorted("code")], (-6, -50))

    def show_orders(self):
        """Each web order with its documents; what waits says why."""
        heading("Web orders")
        orders = self.env["sale.order"].search([("webshop_id", "!=", False)], order="webshop_reference")
        states = dict(orders._fields["webshop_state"]._description_selection(self.env))
        rows = []
        for order in orders:
            documents = order._get_webshop_moves().sorted("id")
            signs = {"out_invoice": "", "out_refund": "-"}
            text = ", ".join(f"{move.name} {signs[move.move_type]}{money(move.amount_total)}" for move in documents)
            rows.append(
                (order.webshop_reference, order.partner_id.name, order.webshop_total, states[order.webshop_state], text)
            )
        table(rows, (-9, -21, 10, -20, -56))
        for order in orders.filtered("webshop_problem"):
            print(f"\n  {order.webshop_reference} waits: {order.webshop_problem}")

    def show_files(self):
        """The files overlap, and one has a row twice: each transaction is stored once."""
        heading("Files")
        rows = [("file", "rows", "stored")]
        for document in self.env["account.settlement.document"].search([], order="id"):
            in_file = document._get_content().decode().count("\n") - 1
            stored = len(self.lines.filtered(lambda line, document=document: line.document_id == document))
            rows.append((document.name, str(in_file), str(stored)))
        table(rows, (-42, 6, 8))

    def show_settlements(self):
        heading("Settlements")
        states = dict(self.env["account.settlement"]._fields["state"]._description_selection(self.env))
        rows = [("number", "from", "to", "pays + refunds", "fees", "payout", "state")]
        for settlement in self.settlements:
            state = states[settlement.state]
            if settlement.carried_to_id:
                state += f", aborted: came with {settlement.carried_to_id.external_id}"
            elif settlement.state == "booked":
                state += ", payout in transit"
            rows.append(
                (
                    settlement.external_id or "(open)", settlement.date_from, settlement.date_to,
                    settlement.amount_gross, settlement.amount_fee, settlement.payout_amount, state,
                )
            )  # fmt: skip
        table(rows, (-10, -10, -10, 14, 10, 12, -40))

    # ------------------------------------------------------------ vouchers

    def show_vouchers(self):
        heading("Vouchers")
        for move in self.settlements.move_ids.sorted(lambda move: (move.date, move.id)):
            print(f"  {move.name}  {move.date}  {move.ref}")
            lines = move.line_ids.sorted("id")
            shown = lines if len(lines) <= SHOWN_LINES else lines[: SHOWN_LINES - 1]
            table([self.voucher_row(line) for line in shown], (6, -28, -24, 11, 11, -34))
            rest = lines - shown
            if rest:
                debit, credit = sum(rest.mapped("debit")), sum(rest.mapped("credit"))
                total = (f"and {len(rest)} more", "", debit or "", credit or "", "")
                table([("", *total)], (6, -28, -24, 11, 11, -34))

    def voucher_row(self, line):
        return (
            line.account_id.code, line.account_id.name, line.partner_id.name, line.debit or "", line.credit or "",
            self.meets(line),
        )  # fmt: skip

    @staticmethod
    def meets(line):
        """What a journal item is reconciled with."""
        others = line.matched_debit_ids.debit_move_id | line.matched_credit_ids.credit_move_id
        names = sorted(set((others - line).mapped("move_name")))
        rest = " (partly)" if names and line.amount_residual else ""
        return f"meets {', '.join(names)}{rest}" if names else ""

    # ------------------------------------------------------------ what asks for attention

    def explain(self, line):
        """Print a transaction and why it stands where it does."""
        name = line.order_reference or line.provider_reference
        print(f"  {line.date}  {name:<12} {money(line.amount):>10}  {line.partner_id.name or ''}".rstrip())
        for sentence in (line.explanation or "").splitlines():
            print(f"      {sentence}")

    def show_unknown(self):
        heading("What was unknown, and why")
        for line in self.lines.filtered(lambda line: line.status in ("unknown", "resolved")):
            self.explain(line)

    def show_attention(self):
        for title, wanted in self.attention():
            heading(title)
            for line in self.lines.filtered(wanted):
                self.explain(line)

    @staticmethod
    def attention():
        """Return (title, whether a transaction belongs there) of what asks for a person, beside what is unknown."""
        return (
            ("Late: booked after its period was locked", lambda line: line.is_late),
            ("Differs from what was open", lambda line: line.has_difference),
            ("Disputed", lambda line: line.is_dispute),
            ("On the customer: awaits an invoice or a credit note",
             lambda line: line.status == "on_account" and not line.has_difference),
            ("Not booked yet: the ledger date may not be complete", lambda line: line.status == "new"),
        )  # fmt: skip

    # ------------------------------------------------------------ rules

    def show_trail(self):
        """One transaction from the row in the file to its voucher, as its page tells it."""
        [line] = self.lines.filtered(lambda line: line.provider_reference and line.order_reference == "WEB-1014")
        heading(f"From row to voucher: {line.order_reference}")
        for element in html.fromstring(line.trail).iter("h4", "p", "li"):
            text = " ".join(element.text_content().split())
            print(f"  {text}" if element.tag == "h4" else f"      {text}")

    def show_tryout(self):
        """What the month would be with the changed rule; nothing is booked."""
        tryout = self.env["settlement.rule.tryout"].create(
            {"provider_id": self.provider.id, "date_from": day(2, 27), "date_to": day(3, 31)}
        )
        tryout.action_try()
        draft = tryout.draft_ids
        heading(f"Tried, not used: a change of the rule “{draft.name}”")
        print("\n".join(f"  {words}" for words in draft.description.splitlines()))
        counts = tryout.tried_count, tryout.changed_count, tryout.posted_count
        print("  {} transactions tried, {} would go elsewhere, {} of them posted".format(*counts))
        for line in tryout.line_ids:
            print(f"  {line.date}  {line.order_reference:<12} {money(line.amount):>10}  {line.now} → {line.then}")

    # ------------------------------------------------------------ balances

    def items(self, account):
        """The posted journal items of an account."""
        return self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            order="date, id",
        )

    def show_open_customers(self):
        heading("Open on 1500")
        account = self.env["account.account"].search([("code", "=", "1500")])
        items = self.items(account).filtered("amount_residual")
        table(
            [(item.date, item.partner_id.name, item.amount_residual, item.move_name, item.name) for item in items],
            (-10, -20, 10, -18, -44),
        )

    def show_balances(self):
        heading("Balances")
        codes = ["1500"] + [
            account.code
            for account in (
                self.provider.clearing_account_id,
                self.provider.unknown_account_id,
                self.provider.fee_account_id,
                self.provider.rounding_account_id,
            )
        ]
        accounts = self.env["account.account"].search([("code", "in", codes)]) | self.bank_account
        table(
            [
                (account.code, account.name, float(sum(self.items(account).mapped("balance"))))
                for account in accounts.sorted("code")
            ],
            (-6, -34, 14),
        )

    def show_check(self):
        """What stands open on the clearing account must be explained by payouts to come, to the øre."""
        heading("Check")
        clearing, transit, open_run, difference = self.check()
        account = self.provider.clearing_account_id
        numbers = ", ".join(self.in_transit().mapped("external_id")) or "none"
        rows = [
            (f"open on {account.code} {account.name}", clearing),
            (f"payouts in transit: {numbers}", transit),
            ("booked and not paid out yet", open_run),
            ("difference", difference),
        ]
        table(rows, (-41, 14))
        if difference:
            sys.exit("demo: the clearing account is not explained.")

    def in_transit(self):
        """The payouts that the bank is still to bring."""
        return self.settlements.filtered(
            lambda settlement: settlement.state == "booked" and not settlement.carried_to_id
        )

    def check(self):
        """Return what is open on the clearing account, payouts in transit, what is not paid out yet, the difference."""
        clearing = sum(self.items(self.provider.clearing_account_id).mapped("amount_residual"))
        booked = self.settlements.filtered("is_open").line_ids.filtered(lambda line: line.status != "new")
        transit = sum(self.in_transit().mapped("payout_amount"))
        open_run = sum(line.amount - line.fee for line in booked)
        return float(clearing), float(transit), float(open_run), float(round(clearing - transit - open_run, 2))
