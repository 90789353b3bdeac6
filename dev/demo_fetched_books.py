"""What an accountant reads off of an agreement whose settlements are fetched, printed; and the end of all of them."""

import sys

from demo_books import Books, heading, table


def title(text):
    """Print the title of an agreement's part."""
    print(f"\n\n{text}\n{'=' * len(text)}")


class FetchedBooks(Books):
    """The short form: what was created, fetched and booked, and what asks for attention."""

    def show(self):
        """Print all parts, in a fixed order."""
        name = self.provider.name
        title(f"{name}, fetched from its API")
        self.show_accounts()
        self.show_fetched()
        self.show_payouts()
        self.show_vouchers()
        self.show_attention()
        self.show_balances()
        self.show_check()

    def show_fetched(self):
        heading("Documents")
        documents = self.settlements.document_ids.sorted("id")
        rows = [("document", "transactions")]
        for document in documents:
            rows.append(
                (document.name, str(len(self.lines.filtered(lambda line, of=document: line.document_id == of))))
            )
        table(rows, (-42, 14))

    def show_payouts(self):
        """Each payout, with what it started from and what it left."""
        heading("Payouts")
        states = dict(self.env["account.settlement"]._fields["state"]._description_selection(self.env))
        rows = [("number", "date", "carried in", "pays + refunds", "fees", "payout", "carried on", "state")]
        rows += [
            (
                settlement.external_id, settlement.date, settlement.opening_balance or "", settlement.amount_gross,
                settlement.amount_fee, settlement.payout_amount, settlement.closing_balance or "",
                states[settlement.state],
            )
            for settlement in self.settlements
        ]  # fmt: skip
        table(rows, (-13, -10, 11, 14, 9, 11, 11, -10))

    def show_attention(self):
        """A part that has nothing is left out."""
        for name, wanted in self.attention():
            if lines := self.lines.filtered(wanted):
                heading(name)
                for line in lines:
                    self.explain(line)

    @staticmethod
    def attention():
        """Return (title, whether a transaction belongs there)."""
        return (
            ("What is unknown, and why", lambda line: line.status == "unknown"),
            ("Differs from what was open", lambda line: line.has_difference),
            ("Disputed", lambda line: line.is_dispute),
            ("VAT on fees to review", lambda line: line.fee_vat_issue),
        )


def show_total(parts):
    """Print what is open on each clearing account, and how much of it payouts to come explain.

    :param parts: the :class:`~demo_books.Books` of each agreement.
    """
    title("All providers")
    rows = [("account", "open", "to be paid out", "difference")]
    checks = [books.check() for books in parts]
    for books, (clearing, transit, open_run, difference) in zip(parts, checks, strict=True):
        account = books.provider.clearing_account_id
        rows.append((f"{account.code} {account.name}", clearing, transit + open_run, difference))
    table([*rows, ("in all", *total(checks))], (-30, 12, 15, 12))
    if any(difference for *_rest, difference in checks):
        sys.exit("demo: a clearing account is not explained.")


def total(checks):
    """Return what is open, what is to be paid out, and the difference, of all agreements."""
    return (
        sum(clearing for clearing, *_rest in checks),
        sum(transit + open_run for _clearing, transit, open_run, _difference in checks),
        sum(difference for *_rest, difference in checks),
    )
