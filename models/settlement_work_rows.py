from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .account_settlement_provider_overview import DOCUMENT_LISTS, WORK_LISTS
from .settlement_fault import FAILURES_TO_TELL
from .settlement_work import CAUSES, ID_STEP, MODELS

#: The settlements that wait, by cause. What the overview counts is counted by the same condition.
SETTLEMENTS = {
    "altered": WORK_LISTS["altered_count"][1],
    "error": WORK_LISTS["error_count"][1],
    "unconfirmed": WORK_LISTS["unconfirmed_count"][1],
    "undone": ("is_undone", "=", True),
    "bank": WORK_LISTS["bank_count"][1],
}

#: The transactions that wait for what has been decided on them, beside those of which something is open.
TRANSACTIONS = {
    "proposed": WORK_LISTS["proposed_count"][1],
    "fee_vat": WORK_LISTS["fee_vat_count"][1],
}

#: How what is open of a transaction waits for a person. What awaits its invoice or credit note waits for the shop.
OPEN_AS = ("reopened", "unknown", "owed", "short", "dispute")

#: What a provider that is in use must have.
NEEDED = ("clearing_account_id", "unknown_account_id", "fee_account_id", "rounding_account_id", "journal_id")


class SettlementWork(models.Model):
    """Which records wait, in SQL: one statement a model, each by conditions that have an index."""

    _inherit = "settlement.work"

    def _get_rows(self):
        """Return the statements whose rows are the work list, all with the same columns."""
        self.env.flush_all()
        return [
            self._get_settlement_rows(),
            self._get_transaction_rows(),
            self._get_document_rows(),
            self._get_stray_rows(),
            self._get_order_rows(),
            self._get_event_rows(),
            self._get_fault_rows(),
            *(self._get_source_rows(model) for model in ("account.settlement.connection", "sale.webshop")),
            self._get_set_up_rows(),
        ]

    def _get_found(self, model, domain):
        """Return the SQL condition that a record is one of those that the user may read and that fit a domain.

        :param model: the name of a model whose table is called ``record`` in the statement.
        """
        if not self.env[model].has_access("read"):
            return SQL("FALSE")
        return SQL("record.id IN %s", self.env[model]._search(Domain(domain)).subselect())

    def _get_causes(self, model, causes):
        """Return the statement of ``id, cause``: records by every cause for which they wait.

        :param dict causes: conditions by cause.
        """
        table = SQL.identifier(self.env[model]._table)
        return SQL(" UNION ALL ").join(
            SQL("SELECT record.id, %s AS cause FROM %s record WHERE %s", cause, table, self._get_found(model, [found]))
            for cause, found in causes.items()
        )

    @staticmethod
    def _get_most_severe(statement):
        """Return the statement with one row for each ``id``: that of the most severe cause."""
        return SQL(
            "SELECT DISTINCT ON (listed.id) listed.* FROM (%s) AS listed ORDER BY listed.id, array_position(%s, cause)",
            statement,
            list(CAUSES),
        )

    @staticmethod
    def _get_row(model, cause, source, condition, **columns):
        """Return the statement of the rows of one model.

        :param cause: SQL of the cause. :param source: SQL of what it is selected from, the table called ``record``.
        :param columns: SQL of the columns that it has, by name.
        """
        missing = {
            "company_id": SQL("NULL::integer"),
            "provider_id": SQL("NULL::integer"),
            "webshop_id": SQL("NULL::integer"),
            "reference": SQL("NULL::varchar"),
            "amount": SQL("NULL::numeric"),
            "currency_id": SQL("NULL::integer"),
            "date": SQL("record.create_date::date"),
            "unknown_cause": SQL("NULL::varchar"),
        }
        columns = {name: columns.get(name, empty) for name, empty in missing.items()}
        return SQL(
            "SELECT record.id::bigint * %s + %s AS id, %s::varchar AS cause, %s::varchar AS res_model, "
            "record.id AS res_id, %s FROM %s WHERE %s",
            ID_STEP,
            MODELS.index(model),
            cause,
            model,
            SQL(", ").join(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items()),
            source,
            condition,
        )

    def _get_settlement_rows(self):
        listed = self._get_most_severe(self._get_causes("account.settlement", SETTLEMENTS))
        return self._get_row(
            "account.settlement",
            SQL("listed.cause"),
            SQL("account_settlement record JOIN (%s) AS listed ON listed.id = record.id", listed),
            SQL("TRUE"),
            company_id=SQL("record.company_id"),
            provider_id=SQL("record.provider_id"),
            reference=SQL("record.external_id"),
            amount=SQL("COALESCE(NULLIF(record.payout_amount, 0), record.amount_net)"),
            currency_id=SQL("record.currency_id"),
            date=SQL("COALESCE(record.date, record.create_date::date)"),
        )

    def _get_transaction_rows(self):
        model = "account.settlement.line"
        opened = SQL(
            "SELECT open.id, open.open_as AS cause, open.amount FROM (%s) AS open WHERE open.open_as IN %s",
            self.env[model].sudo()._get_open_query(),
            OPEN_AS,
        )
        decided = SQL(
            "SELECT by_cause.id, by_cause.cause, NULL::numeric FROM (%s) AS by_cause",
            self._get_causes(model, TRANSACTIONS),
        )
        listed = self._get_most_severe(SQL("%s UNION ALL %s", opened, decided))
        return self._get_row(
            model,
            SQL("listed.cause"),
            SQL(
                """
                account_settlement_line record
                JOIN (%s) AS listed ON listed.id = record.id
                JOIN res_company company ON company.id = record.company_id
                LEFT JOIN account_move invoice ON invoice.id = record.invoice_id
                LEFT JOIN sale_order ON sale_order.id = record.sale_order_id
                """,
                listed,
            ),
            SQL("record.company_id IN %s", tuple(self.env.companies.ids)),
            company_id=SQL("record.company_id"),
            provider_id=SQL("record.provider_id"),
            webshop_id=SQL("COALESCE(sale_order.webshop_id, invoice.webshop_id)"),
            reference=SQL("COALESCE(record.order_reference, record.provider_reference)"),
            amount=SQL(
                """
                CASE WHEN listed.cause = 'short' THEN invoice.amount_residual
                     WHEN listed.cause = 'fee_vat' THEN record.fee_vat
                     WHEN listed.cause = 'proposed' THEN record.amount
                     ELSE listed.amount
                 END
                """
            ),
            currency_id=SQL(
                """
                CASE WHEN listed.cause = 'short' THEN invoice.currency_id
                     WHEN listed.cause IN ('fee_vat', 'proposed') THEN record.currency_id
                     ELSE company.currency_id
                 END
                """
            ),
            date=SQL("record.date"),
            unknown_cause=SQL("CASE WHEN listed.cause = 'unknown' THEN record.unknown_cause END"),
        )

    def _get_document_rows(self):
        model = "account.settlement.document"
        states = {condition[2]: counter.removesuffix("_count") for counter, condition in DOCUMENT_LISTS.items()}
        condition = self._get_found(model, [("state", "in", list(states))])
        return self._get_row(
            model,
            SQL("CASE record.state %s END", SQL(" ").join(SQL("WHEN %s THEN %s", *pair) for pair in states.items())),
            SQL("account_settlement_document record"),
            condition,
            company_id=SQL("record.company_id"),
            provider_id=SQL("record.provider_id"),
            reference=SQL("record.name"),
        )

    def _get_stray_rows(self):
        """The open items on clearing accounts that belong to no payout; several agreements may share an account."""
        companies = [("company_id", "in", self.env.companies.ids)]
        providers = self.env["account.settlement.provider"].search(companies)
        return self._get_row(
            "account.move.line",
            SQL("'stray'"),
            SQL("account_move_line record"),
            self._get_found("account.move.line", providers._get_stray_domain()),
            company_id=SQL("record.company_id"),
            provider_id=SQL(
                """
                (SELECT min(provider.id)
                   FROM account_settlement_provider provider
                  WHERE provider.clearing_account_id = record.account_id
                    AND provider.company_id = record.company_id)
                """
            ),
            reference=SQL("COALESCE(NULLIF(record.ref, ''), record.name)"),
            amount=SQL("record.amount_residual_currency"),
            currency_id=SQL("record.currency_id"),
            date=SQL("record.date"),
        )

    def _get_order_rows(self):
        return self._get_row(
            "sale.order",
            SQL("'order'"),
            SQL("sale_order record"),
            self._get_found("sale.order", [("webshop_state", "=", "waiting")]),
            company_id=SQL("record.company_id"),
            webshop_id=SQL("record.webshop_id"),
            reference=SQL("COALESCE(record.webshop_reference, record.name)"),
            amount=SQL("COALESCE(NULLIF(record.webshop_total, 0), record.amount_total)"),
            currency_id=SQL("record.currency_id"),
            date=SQL("record.date_order::date"),
        )

    def _get_event_rows(self):
        return self._get_row(
            "sale.webshop.event",
            SQL("'event'"),
            SQL("sale_webshop_event record"),
            self._get_found("sale.webshop.event", [("state", "=", "error")]),
            company_id=SQL("record.company_id"),
            webshop_id=SQL("record.webshop_id"),
            reference=SQL("record.external_id"),
        )

    def _get_fault_rows(self):
        """What scheduled actions failed on so often that a person is to look; those of no company are everybody's.

        One that is on the list by itself is not listed for its fault too.
        """
        return self._get_row(
            "settlement.fault",
            SQL("'fault'"),
            SQL(
                """
                settlement_fault record
                LEFT JOIN account_settlement settlement
                       ON record.res_model = 'account.settlement' AND settlement.id = record.res_id
                LEFT JOIN account_settlement_document document
                       ON record.res_model = 'account.settlement.document' AND document.id = record.res_id
                LEFT JOIN account_settlement_connection connection
                       ON record.res_model = 'account.settlement.connection' AND connection.id = record.res_id
                LEFT JOIN sale_webshop webshop ON record.res_model = 'sale.webshop' AND webshop.id = record.res_id
                LEFT JOIN sale_webshop_event event
                       ON record.res_model = 'sale.webshop.event' AND event.id = record.res_id
                LEFT JOIN sale_order ON record.res_model = 'sale.order' AND sale_order.id = record.res_id
                """
            ),
            SQL(
                """
                record.id IN (
                    SELECT min(id) FROM settlement_fault WHERE failures >= %s GROUP BY res_model, res_id
                )
                AND settlement.state IS DISTINCT FROM 'error'
                AND document.state IS DISTINCT FROM 'error'
                AND event.state IS DISTINCT FROM 'error'
                AND sale_order.webshop_state IS DISTINCT FROM 'waiting'
                """,
                FAILURES_TO_TELL,
            ),
            company_id=SQL(
                "COALESCE(settlement.company_id, document.company_id, connection.company_id, webshop.company_id, "
                "event.company_id, sale_order.company_id)"
            ),
            provider_id=SQL("COALESCE(settlement.provider_id, document.provider_id)"),
            webshop_id=SQL("COALESCE(webshop.id, event.webshop_id, sale_order.webshop_id)"),
            reference=SQL("record.task"),
        )

    def _get_source_rows(self, model):
        """Connections and shops from which nothing could be fetched several times in a row."""
        failing = [("state", "=", "active"), ("fetch_enabled", "=", True), ("fetch_failures", ">=", FAILURES_TO_TELL)]
        is_shop = model == "sale.webshop"
        of_provider = SQL(
            "(SELECT min(other.id) FROM account_settlement_provider other WHERE other.connection_id = record.id)"
        )
        return self._get_row(
            model,
            SQL("'fetch'"),
            SQL("%s record", SQL.identifier(self.env[model]._table)),
            self._get_found(model, failing),
            company_id=SQL("record.company_id"),
            provider_id=SQL("NULL::integer") if is_shop else of_provider,
            webshop_id=SQL("record.id") if is_shop else SQL("NULL::integer"),
            reference=SQL("record.name"),
            date=SQL("COALESCE(record.fetch_last_at, record.create_date)::date"),
        )

    def _get_set_up_rows(self):
        """Providers in use that lack an account or their journal, or whose account is archived."""
        lacking = Domain.OR([(name, "=", False)] for name in NEEDED)
        lacking |= Domain.OR([(f"{name}.active", "=", False)] for name in NEEDED)
        lacking |= Domain("fee_mode", "=", "gross") & Domain("fee_payable_account_id", "=", False)
        model = "account.settlement.provider"
        return self._get_row(
            model,
            SQL("'setup'"),
            SQL("account_settlement_provider record"),
            self._get_found(model, Domain("state", "=", "active") & lacking),
            company_id=SQL("record.company_id"),
            provider_id=SQL("record.id"),
            reference=SQL("record.name"),
        )
