from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: The models of which records wait for a person, in an order that stays: the number is part of a row's id.
MODELS = (
    "account.settlement",
    "account.settlement.line",
    "account.settlement.document",
    "account.move.line",
    "sale.order",
    "sale.webshop.event",
    "settlement.fault",
    "account.settlement.connection",
    "sale.webshop",
    "account.settlement.provider",
)

#: A row's id is its record's id times this, plus the number of the model.
ID_STEP = 16

#: Why something waits, the most severe first: a record with several causes is listed by the first.
CAUSES = (
    "altered",
    "error",
    "unconfirmed",
    "undone",
    "bank",
    "reopened",
    "unknown",
    "proposed",
    "owed",
    "short",
    "dispute",
    "fee_vat",
    "refused",
    "waiting",
    "stray",
    "order",
    "event",
    "fault",
    "fetch",
    "setup",
)


class SettlementWork(models.Model):
    """Everything that waits for a person: settlements, transactions, documents, bank, web orders and what failed.

    Nothing is stored here: the rows are read from the records that wait, each once. Which they are, ``_rows``
    says; what ends it, ``_solve``.
    """

    _name = "settlement.work"
    _description = "Work List of Settlements"
    _auto = False
    _order = "date, id"
    _rec_name = "name"

    cause = fields.Selection(
        [
            ("altered", "Differs from the books"),
            ("error", "Could not be booked"),
            ("unconfirmed", "Payout to confirm"),
            ("undone", "Undone, to book again"),
            ("bank", "Bank to decide on"),
            ("reopened", "Opened again"),
            ("unknown", "Unknown"),
            ("proposed", "Proposed for exclusion"),
            ("owed", "Owed to the customer"),
            ("short", "Invoice partly open"),
            ("dispute", "Disputed"),
            ("fee_vat", "VAT of a fee"),
            ("refused", "Document refused"),
            ("waiting", "Document waits"),
            ("stray", "On clearing without payout"),
            ("order", "Web order waits"),
            ("event", "Message of a shop refused"),
            ("fault", "Fails again and again"),
            ("fetch", "Cannot be fetched"),
            ("setup", "Set-up incomplete"),
        ],
        readonly=True,
    )
    unknown_cause = fields.Selection(
        lambda self: self.env["account.settlement.line"]._fields["unknown_cause"]._description_selection(self.env),
        string="Why Unknown",
        readonly=True,
    )
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("account.settlement.provider", readonly=True)
    webshop_id = fields.Many2one("sale.webshop", readonly=True)
    reference = fields.Char(readonly=True, help="Order reference, number of the payout, or name of the file.")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True, help="Since when it waits, or the day it is of.")
    age = fields.Integer(string="Days", readonly=True, aggregator="max", help="How many days ago that was.")

    name = fields.Char(string="What", compute="_compute_texts")
    why = fields.Char(compute="_compute_texts")
    candidate_reason = fields.Char(compute="_compute_candidate")
    candidate_id = fields.Many2one(
        "account.move",
        compute="_compute_candidate",
        string="Proposal",
        help="The one open document that fits it: the amount, and one thing more.",
    )
    solution = fields.Selection(
        [
            ("match", "Match"),
            ("accept", "Accept the Proposal"),
            ("exclude", "Exclude"),
            ("vat", "VAT Reviewed"),
            ("process", "Match and Book"),
            ("difference", "Accept the Difference"),
            ("confirm", "Confirm"),
            ("mend", "Put Right"),
            ("bank", "Match Bank"),
            ("upload", "Upload"),
            ("activate", "Activate Provider"),
            ("retry", "Retry"),
            ("fetch", "Fetch Now"),
            ("open", "Open"),
        ],
        compute="_compute_solution",
        help="What ends it.",
    )

    @property
    def _table_query(self):
        """The rows, with their age in the user's time zone."""
        return SQL(
            """
            SELECT work.id, work.cause, work.unknown_cause, work.res_model, work.res_id, work.company_id,
                   work.provider_id, work.webshop_id, work.reference, work.amount, work.date, %s - work.date AS age,
                   COALESCE(work.currency_id, company.currency_id) AS currency_id
              FROM (%s) AS work
         LEFT JOIN res_company company ON company.id = work.company_id
            """,
            fields.Date.context_today(self),
            SQL(" UNION ALL ").join(self._get_rows()),
        )

    # ---------------------------------------------------------------- the records behind the rows

    def _get_records(self):
        """Return ``{model name: (rows, their records)}`` in an order that stays; a row's id says which record it is."""
        found = {}
        for number, model in enumerate(MODELS):
            rows = self.filtered(lambda row, number=number: row.id % ID_STEP == number)
            if rows:
                found[model] = rows, self.env[model].browse(row.id // ID_STEP for row in rows)
        return found

    def _get_record(self):
        """Return the record of one row.

        :raises UserError: when it is not one row, or does not exist any more.
        """
        if len(self) != 1:
            raise UserError(self.env._("Choose one row of the list."))
        found = [record for _rows, record in self._get_records().values()]
        if not found or not found[0].exists():
            raise UserError(self.env._("It does not exist any more. Reload the list."))
        if not self.exists():
            raise UserError(self.env._("It is done already. Reload the list."))
        self.check_access("read")
        return found[0]

    def _get_listed(self):
        """Return those of the rows that are still on the list.

        :raises UserError: when there are none.
        """
        listed = self.exists()
        if not listed:
            raise UserError(self.env._("None of the chosen rows is on the list any more. Reload the list."))
        return listed

    def _compute_texts(self):
        self.name = self.why = False
        for rows, records in self._get_records().values():
            for row, record in zip(rows, records.sudo(), strict=True):
                row.name = self._get_name(record)
                reason = row._get_proposal_text() or self._get_reason(record, row.cause) or ""
                row.why = self.env["settlement.message"]._join(reason.splitlines())

    @api.depends("cause")
    def _compute_candidate(self):
        self.candidate_id = self.candidate_reason = False
        rows = self.filtered(lambda row: row.cause in ("unknown", "reopened", "owed"))
        for of_model, lines in rows._get_records().values():
            proposals = lines.sudo()._get_proposals()
            for row, line in zip(of_model, lines, strict=True):
                if line.sudo() in proposals:
                    row.candidate_id, fit = proposals[line.sudo()]
                    row.candidate_reason = line._explain_fit(fit)

    def _compute_solution(self):
        self.solution = False
        for rows, records in self._get_records().values():
            for row, record in zip(rows, records.sudo(), strict=True):
                solution = self._get_solution(record, row.cause)
                row.solution = "accept" if solution == "match" and row.candidate_id else solution
