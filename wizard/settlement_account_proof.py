from dataclasses import replace
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..balances.pages import into_pages
from ..balances.workbook import write_workbook

#: What a row of the page is.
ACCOUNT, GROUP, ITEM, DIFFERENCE, HELD = "account", "group", "item", "difference", "held"

#: Before it there are no books.
FIRST_YEAR = 1990


class SettlementAccountProof(models.TransientModel):
    """The page on which the balance accounts of payment providers are proven for a day: each balance, and its parts."""

    _name = "settlement.account.proof"
    _description = "Proof of Accounts"
    _inherit = ["settlement.dialog"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    provider_ids = fields.Many2many(
        "account.settlement.provider",
        string="Payment Providers",
        required=True,
        default=lambda self: self._get_default_providers(),
    )
    date = fields.Date(
        string="At the End of",
        required=True,
        default=lambda self: fields.Date.context_today(self) - timedelta(days=1),
        help="The ledger as it was at the end of this day, as far as it is known now.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Only This Account",
        domain="[('id', 'in', offered_account_ids)]",
        context={"show_account_code": True},
    )
    offered_account_ids = fields.Many2many("account.account", compute="_compute_offered_account_ids")
    is_proven = fields.Boolean(readonly=True)
    is_empty = fields.Boolean(readonly=True, help="There is no account to prove.")
    is_shown = fields.Boolean(compute="_compute_is_shown")
    shown_key = fields.Char(readonly=True)
    line_ids = fields.One2many("settlement.account.proof.line", "proof_id", readonly=True)

    @api.model
    def _get_default_providers(self):
        return self.env["account.settlement.provider"].search([("company_id", "=", self.env.company.id)])

    @api.depends("provider_ids", "date")
    def _compute_display_name(self):
        for proof in self:
            proof.display_name = self.env._("Proof of accounts, %s", format_date(self.env, proof.date))

    @api.depends("provider_ids")
    def _compute_offered_account_ids(self):
        for proof in self:
            providers = proof.provider_ids._origin
            proof.offered_account_ids = (
                providers.clearing_account_id
                | providers.unknown_account_id
                | providers.prepayment_account_id
                | providers.fee_payable_account_id
                | providers.reserve_account_id
            )

    @api.depends("provider_ids", "date", "account_id", "shown_key")
    def _compute_is_shown(self):
        for proof in self:
            proof.is_shown = proof.shown_key == proof._get_key()

    def _get_key(self):
        """Return what the rows depend on; after a change of it, they are another day's or another account's."""
        return f"{self.date} {sorted(self.provider_ids._origin.ids)} {self.account_id._origin.id}"

    @api.model
    def _open(self, providers=None, date=None):
        """Return the action that opens the page, worked out.

        :param providers: ``account.settlement.provider``; all of the company by default. :param date: yesterday by
            default.
        """
        vals = {}
        if providers:
            vals = {"provider_ids": [(6, 0, providers.ids)], "company_id": providers.company_id[:1].id}
        if date:
            vals["date"] = date
        if not providers and not self._get_default_providers():
            raise UserError(
                self.env._("No payment provider is activated yet: there is no account to prove. Activate one first.")
            )
        proof = self.create(vals)
        proof._show()
        return proof._get_action()

    def _get_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_account_proof")
        return {**action, "res_id": self.id}

    # ---------------------------------------------------------------- what is shown

    def _get_statements(self):
        """Return the :class:`~..balances.statement.Statement` that this page shows, with the reader's own rights."""
        self.ensure_one()
        statements = self.provider_ids.filtered(lambda one: one.company_id == self.company_id)._get_statements(
            self.date
        )
        return [
            replace(one, items=tuple(replace(item, name=self._say_item(item)) for item in one.items))
            for one in statements
            if not self.account_id or one.account.id == self.account_id.id
        ]

    def _say_item(self, item):
        """Return the sentence of a part; with what the ledger has of it, where that is something else."""
        if not item.difference:
            return item.name
        stands = self._format(item.ledger)
        return self.env._("%(said)s The ledger has %(amount)s of it.", said=item.name, amount=stands)

    def _show(self):
        """Work the rows out anew."""
        for proof in self:
            proof._check_date()
            statements = proof._get_statements()
            proof.sudo().line_ids.unlink()
            self.env["settlement.account.proof.line"].sudo().create(
                [
                    {**vals, "proof_id": proof.id, "sequence": number}
                    for number, vals in enumerate(proof._prepare_lines(statements))
                ]
            )
            is_proven = bool(statements) and all(statement.is_proven for statement in statements)
            proof.sudo().write({"is_proven": is_proven, "is_empty": not statements, "shown_key": proof._get_key()})

    def _check_date(self):
        """:raises UserError: when the day is not over or begun yet, or so long ago that there are no books."""
        self.ensure_one()
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._("%s has not come yet: what stands on the accounts then is not known.", self._format_day())
            )
        if self.date.year < FIRST_YEAR:
            raise UserError(self.env._("%s is too long ago: there are no accounts of it here.", self._format_day()))

    def _format_day(self):
        return format_date(self.env, self.date)

    def _prepare_lines(self, statements):
        kinds = self._get_kind_names()
        for statement in statements:
            account = statement.account
            yield {
                "level": ACCOUNT,
                "name": f"{account.code} {account.name}",
                "amount": float(statement.ledger),
                "model": "account.account",
                "res_id": account.id,
            }
            for kind, items, total in statement.groups:
                is_in_ledger = items[0].is_in_ledger
                yield {
                    "level": GROUP,
                    "name": kinds[kind],
                    "kind": str(kind),
                    "amount": float(total) if is_in_ledger else 0.0,
                    "hides_amount": not is_in_ledger,
                }
                for item in items:
                    yield self._prepare_item(item, statement)
            yield {
                "level": DIFFERENCE,
                "name": self.env._("Not explained"),
                "amount": float(statement.difference),
                "is_wrong": bool(statement.difference),
            }
            for held in statement.held:
                yield self._prepare_held(held, statement)

    def _prepare_item(self, item, statement):
        return {
            "level": ITEM,
            "kind": str(item.kind),
            "name": item.name,
            "date": item.date,
            "age": item.get_age(statement.date),
            "reference": item.reference,
            "owner": item.owner,
            "amount": float(item.amount),
            "hides_amount": not item.is_in_ledger,
            "amount_currency": float(item.amount_currency or 0),
            "item_currency": item.currency,
            "model": item.model,
            "res_id": item.res_id or 0,
            "item_ids": [(6, 0, item.entry_ids)],
            "document_ids": [(6, 0, [document.id for document in item.documents])],
            "sha256": ", ".join(document.sha256 for document in item.documents),
            "is_wrong": item.is_wrong,
        }

    def _prepare_held(self, held, statement):
        return {
            "level": HELD,
            "name": self._say_held(held),
            "date": held.known_to,
            "owner": held.owner,
            "amount": float(held.stated) if held.currency == statement.currency else 0.0,
            "hides_amount": held.currency != statement.currency,
            "is_wrong": bool(held.difference),
        }

    def _say_held(self, held):
        """Return the sentence that compares the provider's own balance with the ledger."""
        parts = [self.env._("%s booked and not paid out", self._format(held.booked, held.currency))]
        if held.not_booked:
            parts.append(self.env._("%s not booked yet", self._format(held.not_booked, held.currency)))
        if held.before:
            parts.append(self.env._("%s from before the first transaction", self._format(held.before, held.currency)))
        values = {
            "owner": held.owner,
            "date": format_date(self.env, held.known_to),
            "stated": self._format(held.stated, held.currency),
            "parts": " + ".join(parts),
        }
        if held.difference:
            return self.env._(
                "%(owner)s states that it holds %(stated)s on %(date)s. In the books: %(parts)s. Not explained: "
                "%(difference)s.",
                difference=self._format(held.difference, held.currency),
                **values,
            )
        return self.env._("%(owner)s states that it holds %(stated)s on %(date)s, which is %(parts)s.", **values)

    def _format(self, amount, currency=None):
        currencies = self.env["res.currency"].with_context(active_test=False)
        record = currencies.search([("name", "=", currency)], limit=1) if currency else self.currency_id
        return formatLang(self.env, float(amount), currency_obj=record)

    @api.model
    def _format_amount(self, amount):
        """Return an amount without its currency, in the reader's style."""
        return formatLang(self.env, float(amount), digits=2)

    @api.model
    def _format_moment(self, moment):
        """Return a day, or a local time, in the reader's style."""
        day = format_date(self.env, moment)
        return f"{day} {moment:%H:%M}" if isinstance(moment, datetime) else day

    def _get_kind_names(self):
        """Return ``{kind: what it is called}`` in the reader's language."""
        return dict(self.env["settlement.account.proof.line"]._fields["kind"]._description_selection(self.env))

    # ---------------------------------------------------------------- buttons

    def action_show(self):
        """Show the day and the accounts that were chosen."""
        self._show()
        return True

    def action_previous_month_end(self):
        """Show the last day of the month before."""
        self._check_date()
        return self._go_to(self.date.replace(day=1) - timedelta(days=1))

    def action_next_month_end(self):
        """Show the last day of the month; of the next one, if that is shown."""
        self._check_date()
        following = self.date + timedelta(days=1)
        return self._go_to(fields.Date.end_of(following, "month"))

    def _go_to(self, date):
        self.ensure_one()
        self.date = date
        return self.action_show()

    def action_print(self):
        """Download it as PDF."""
        return self._download("pdf")

    def action_export(self):
        """Download it as XLSX."""
        return self._download("xlsx")

    def _download(self, extension):
        self.ensure_one()
        self.check_access("read")
        if extension == "pdf":
            self.env["settlement.account.proof.pdf"]._check_can_print()
        return {
            "type": "ir.actions.act_url",
            "url": f"/settlement/proof/{self.id}.{extension}",
            "target": "download",
        }

    # ---------------------------------------------------------------- files

    def _get_file_name(self, extension):
        self.ensure_one()
        title = self.env._("Proof of Accounts")
        return f"{title} {self.company_id.name} {self.date}.{extension}"

    def _get_facts(self):
        """Return what stands above each account: pairs of a word and its value."""
        self.ensure_one()
        company = self.company_id
        facts = [
            (self.env._("Company"), company.name),
            (self.env._("Organisation number"), company.company_registry or company.vat or ""),
            (self.env._("At the end of"), self.date),
            (self.env._("Currency"), company.currency_id.name),
            (self.env._("Made by"), self.env.user.name),
            (self.env._("Made on"), self._get_made_on()),
            (self.env._("Sources"), self._get_sources_text()),
        ]
        return [(word, value) for word, value in facts if value]

    @api.model
    def _get_printed_pages(self, statement):
        """Return the rows of each page of a printed statement, see :func:`~..balances.pages.into_pages`."""
        return into_pages(
            statement,
            lambda count: self.env._("%s more parts, which are not printed one by one: export it to Excel.", count),
        )

    def _get_printed_facts(self):
        """Return :meth:`_get_facts` with the days in the reader's style."""
        return [
            (word, value if isinstance(value, str) else self._format_moment(value)) for word, value in self._get_facts()
        ]

    def _get_made_on(self):
        return fields.Datetime.context_timestamp(self, fields.Datetime.now()).replace(tzinfo=None, microsecond=0)

    def _get_sources_text(self):
        return self.env._(
            "The ledger (journal items and their reconciliations up to the day); the payment providers' documents, "
            "each named with its SHA-256; the bank's lines."
        )

    def _get_headings(self):
        """Return the words of the workbook, and of the printed proof, by key."""
        return {
            "account": self.env._("Account"),
            "kind": self.env._("What"),
            "date": self.env._("Since"),
            "reference": self.env._("Reference"),
            "name": self.env._("Why it stands there"),
            "amount": self.env._("Amount"),
            "amount_currency": self.env._("In currency"),
            "currency": self.env._("Currency"),
            "owner": self.env._("Agreement"),
            "document": self.env._("Document"),
            "sha256": self.env._("SHA-256"),
            "balance": self.env._("Balance in the ledger"),
            "explained": self.env._("Explained"),
            "difference": self.env._("Not explained"),
            "held": self.env._("The provider's own balance"),
            "stated": self.env._("By its documents"),
            "before": self.env._("From before the first transaction"),
            "booked": self.env._("Booked and not paid out"),
            "not_booked": self.env._("Not booked yet"),
            "comment": self.env._("Comment:"),
            "signature": self.env._("Date and signature:"),
        }

    def _get_xlsx(self):
        """Return the file as bytes."""
        return write_workbook(self._get_statements(), self._get_headings(), self._get_kind_names(), self._get_facts())

    def _get_pdf(self):
        """Return the file as bytes.

        :raises UserError: when no program that writes PDF is there, saying what to install.
        """
        return self.env["settlement.account.proof.pdf"]._write(self)
