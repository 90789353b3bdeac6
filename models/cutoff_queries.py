"""What crossed the end of a month, as SQL: see account.settlement.cutoff.

Months are compared by the expressions of :func:`month`, which indexes of the transactions use too.
"""

from odoo.tools import SQL

#: When a transaction happened, where its shop is; its ledger date where the document tells no time.
HAPPENED = "COALESCE(line.time AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Oslo', line.date::timestamp)"

#: Row ids are made of the id of what the row is about and the number of the query.
QUERIES = 8


def month(moment):
    """Return the SQL of the month of a date or time without zone, itself given as SQL."""
    return f"date_trunc('month', {moment}::timestamp)"


#: Indexes of the transactions, as the queries below ask for them; by the name of the attribute.
CROSSED = f"{month('line.booking_date')} != date_trunc('month', {HAPPENED})"
CROSSED_INDEX = f"(date) WHERE {CROSSED.replace('line.', '')}"

_COLUMNS = (
    "id",
    "cause",
    "company_id",
    "provider_id",
    "line_id",
    "settlement_id",
    "move_id",
    "partner_id",
    "date",
    "date_real",
    "date_booked",
    "reference",
    "amount",
    "currency_id",
    "amount_company",
)


def _columns(number, row_id, **given):
    """Return the columns of one query as SQL; what is not given is empty."""
    empty = {"line_id": "NULL::integer", "settlement_id": "NULL::integer", "partner_id": "NULL::integer"}
    values = {**empty, **given, "id": f"{row_id}::bigint * {QUERIES} + {number}"}
    values["cause"] = f"({values['cause']})::varchar"
    return SQL(", ").join(SQL("%s AS %s", SQL(values[name]), SQL.identifier(name)) for name in _COLUMNS)


def _of_line(number, **given):
    """Return the columns of a query of transactions, each with the journal item ``item`` that has its rate."""
    return _columns(
        number,
        "line.id",
        company_id="line.company_id",
        provider_id="line.provider_id",
        line_id="line.id",
        settlement_id="line.settlement_id",
        partner_id="line.partner_id",
        date="line.date",
        reference="COALESCE(line.order_reference, line.provider_reference, line.external_id)",
        currency_id="line.currency_id",
        amount_company="round(line.amount * COALESCE(item.rate, 1), 2)",
        **{"amount": "line.amount", **given},
    )


#: The first voucher of a transaction, with what one unit of its currency was booked at.
_VOUCHER = """
     LEFT JOIN LATERAL (
            SELECT booked.move_id, booked.balance / NULLIF(booked.amount_currency, 0) AS rate
              FROM account_settlement_line_move_line_rel rel
              JOIN account_move_line booked ON booked.id = rel.move_line_id
             WHERE rel.settlement_line_id = line.id AND booked.parent_state = 'posted'
          ORDER BY booked.id
             LIMIT 1
          ) AS item ON TRUE
"""


def _told_as_moved(first, second):
    """Return the SQL condition that a transaction which crossed a month end between two dates is listed as moved over
    the same month end already: see :func:`moved`."""
    own = month(f"LEAST(({HAPPENED})::date, line.booking_date)")
    return f"({CROSSED} AND {own} = {month(f'LEAST({first}, {second})')})"


def moved():
    """Return the SQL of transactions that are booked in another month than they happened in: the provider's ledger has
    them in the next month, or their own was locked."""
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement_line line
          %(voucher)s
         WHERE %(crossed)s
           AND line.status != 'excluded'
        """,
        columns=_of_line(
            0,
            cause="CASE WHEN line.is_late THEN 'late' ELSE 'ledger' END",
            move_id="item.move_id",
            date_real=f"({HAPPENED})::date",
            date_booked="line.booking_date",
        ),
        voucher=SQL(_VOUCHER),
        crossed=SQL(CROSSED),
    )


def placed_later():
    """Return the SQL of transactions that a person has matched in a later month than they are booked in."""
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement_line line
          JOIN LATERAL (
            SELECT booked.move_id, booked.date, booked.balance / NULLIF(booked.amount_currency, 0) AS rate
              FROM account_settlement_line_move_line_rel rel
              JOIN account_move_line booked ON booked.id = rel.move_line_id
             WHERE rel.settlement_line_id = line.id AND booked.parent_state = 'posted'
          ORDER BY booked.date DESC, booked.id DESC
             LIMIT 1
          ) AS item ON TRUE
         WHERE line.status = 'resolved'
           AND %(matched)s != %(booked)s
        """,
        columns=_of_line(
            1,
            cause="'placed'",
            move_id="item.move_id",
            date_real="line.booking_date",
            date_booked="item.date",
        ),
        matched=SQL(month("item.date")),
        booked=SQL(month("line.booking_date")),
    )


def payouts(today):
    """Return the SQL of payouts that were on their way at the end of a month: the bank has them later, or not yet.

    :param today: payouts without a bank line are on their way over the end of the months before.
    """
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement settlement
          JOIN LATERAL (
            SELECT COALESCE(settlement.payout_date, settlement.date) AS date
          ) AS payout ON TRUE
          JOIN LATERAL (
            SELECT sum(item.balance) AS balance
              FROM account_move_line item
             WHERE item.settlement_clearing_id = settlement.id AND item.parent_state = 'posted'
          ) AS own ON own.balance IS NOT NULL
     LEFT JOIN LATERAL (
            SELECT other.move_id, other.date
              FROM account_move_line item
              JOIN account_partial_reconcile partial
                ON item.id IN (partial.debit_move_id, partial.credit_move_id)
              JOIN account_move_line other
                ON other.id IN (partial.debit_move_id, partial.credit_move_id) AND other.id != item.id
             WHERE item.settlement_clearing_id = settlement.id
               AND other.settlement_clearing_id IS NULL
               AND other.parent_state = 'posted'
          ORDER BY other.date, other.id
             LIMIT 1
          ) AS bank ON TRUE
         WHERE settlement.state IN ('booked', 'paid')
           AND settlement.payout_amount != 0
           AND settlement.carried_to_id IS NULL
           AND %(sent)s != date_trunc('month', COALESCE(bank.date, %(today)s::date)::timestamp)
        """,
        columns=_columns(
            2,
            "settlement.id",
            cause="'payout'",
            company_id="settlement.company_id",
            provider_id="settlement.provider_id",
            settlement_id="settlement.id",
            move_id="bank.move_id",
            date="payout.date",
            date_real="payout.date",
            date_booked="bank.date",
            reference="COALESCE(settlement.payout_reference, settlement.external_id)",
            amount="settlement.payout_amount",
            currency_id="settlement.currency_id",
            amount_company="own.balance",
        ),
        sent=SQL(month("payout.date")),
        today=today,
    )


def refunds():
    """Return the SQL of refunds of a sale of an earlier month."""
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement_line line
     LEFT JOIN account_move document ON document.id = line.invoice_id
     LEFT JOIN account_move credited ON credited.id = document.reversed_entry_id
     LEFT JOIN sale_order ON sale_order.id = line.sale_order_id
          JOIN LATERAL (
            SELECT COALESCE(
                       credited.invoice_date,
                       CASE WHEN document.move_type = 'out_invoice' THEN document.invoice_date END,
                       (sale_order.date_order AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Oslo')::date
                   ) AS date
          ) AS sale ON sale.date IS NOT NULL
          %(voucher)s
         WHERE line.kind = 'refund'
           AND line.status NOT IN ('new', 'excluded')
           AND %(sold)s < %(refunded)s
           AND NOT %(told)s
        """,
        columns=_of_line(
            3,
            cause="'refund'",
            move_id="COALESCE(document.id, item.move_id)",
            date_real="sale.date",
            date_booked="line.date",
        ),
        voucher=SQL(_VOUCHER),
        sold=SQL(month("sale.date")),
        refunded=SQL(month("line.date")),
        told=SQL(_told_as_moved("sale.date", "line.date")),
    )


def invoices():
    """Return the SQL of payments of an invoice that is dated in another month."""
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement_line line
          JOIN account_move document ON document.id = line.invoice_id
          %(voucher)s
         WHERE line.kind = 'payment'
           AND line.status NOT IN ('new', 'excluded')
           AND document.move_type = 'out_invoice'
           AND document.state = 'posted'
           AND %(invoiced)s != %(paid)s
           AND NOT %(told)s
        """,
        columns=_of_line(
            4,
            cause="'invoice'",
            move_id="document.id",
            date_real="line.date",
            date_booked="document.invoice_date",
        ),
        voucher=SQL(_VOUCHER),
        invoiced=SQL(month("document.invoice_date")),
        paid=SQL(month("line.date")),
        told=SQL(_told_as_moved("document.invoice_date", "line.date")),
    )
