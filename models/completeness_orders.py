"""What of web orders, invoices and transactions lacks its counterpart, as SQL: see account.settlement.completeness."""

from odoo.tools import SQL

#: The columns of the list beside ``id``, and what a query gives that does not name one.
COLUMNS = {
    "cause": None,
    "company_id": None,
    "provider_id": "NULL::integer",
    "webshop_id": "NULL::integer",
    "partner_id": "NULL::integer",
    "date": None,
    "date_to": "NULL::date",
    "date_due": "NULL::date",
    "reference": "NULL::varchar",
    "amount": "NULL::numeric",
    "currency_id": None,
    "amount_company": "NULL::numeric",
    "res_model": None,
    "res_id": None,
}

#: Row ids are made of the id of what the row is about and the number of the query, so that a row keeps its id.
QUERIES = 32


def columns(number, row_id, model, **given):
    """Return the columns of one query as SQL.

    :param int number: of the query, below :data:`QUERIES`. :param str row_id: SQL of what makes the row's id.
    :param str model: of the record that a row opens. :param given: SQL of each column that the query gives.
    """
    values = {**COLUMNS, **given, "res_model": f"'{model}'::varchar"}
    values["cause"] = f"({values['cause']})::varchar"
    parts = [SQL("(%s)::bigint * %s + %s AS id", SQL(row_id), QUERIES, number)]
    parts += [SQL("%s AS %s", SQL(values[name]), SQL.identifier(name)) for name in COLUMNS]
    return SQL(", ").join(parts)


def orders(opened):
    """Return the SQL of web orders without an invoice, and of those that wait for another document.

    A captured order is not among them: its payment is on the list.

    :param opened: SQL of the transactions of which something is open, with ``id, open_as, amount``.
    """
    return SQL(
        """
        SELECT %(columns)s
          FROM (
            SELECT sale_order.*,
                   COALESCE(NULLIF(sale_order.webshop_total, 0), sale_order.amount_total) AS total,
                   EXISTS (
                       SELECT 1
                         FROM account_move document
                        WHERE document.webshop_order_id = sale_order.id
                          AND document.state = 'posted' AND document.move_type = 'out_invoice'
                   ) OR EXISTS (
                       SELECT 1
                         FROM sale_order_line order_line
                         JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = order_line.id
                         JOIN account_move_line invoiced ON invoiced.id = rel.invoice_line_id
                         JOIN account_move document ON document.id = invoiced.move_id
                        WHERE order_line.order_id = sale_order.id
                          AND document.state = 'posted' AND document.move_type = 'out_invoice'
                   ) AS has_invoice
              FROM sale_order
             WHERE sale_order.webshop_state IN ('open', 'waiting')
               AND sale_order.webshop_id IS NOT NULL
               AND (sale_order.state != 'cancel' OR sale_order.webshop_state = 'waiting')
          ) AS web_order
         WHERE (NOT web_order.has_invoice OR web_order.webshop_state = 'waiting')
           AND NOT EXISTS (
               SELECT 1
                 FROM account_settlement_line captured
                WHERE captured.sale_order_id = web_order.id
                  AND captured.id IN (SELECT id FROM (%(opened)s) AS listed WHERE open_as = 'awaits_invoice')
           )
        """,
        columns=columns(
            0,
            "web_order.id",
            "sale.order",
            cause="CASE WHEN web_order.has_invoice THEN 'order_waits' ELSE 'order_not_invoiced' END",
            company_id="web_order.company_id",
            webshop_id="web_order.webshop_id",
            partner_id="web_order.partner_id",
            date="(web_order.date_order AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Oslo')::date",
            reference="COALESCE(web_order.webshop_reference, web_order.name)",
            amount="web_order.total",
            currency_id="web_order.currency_id",
            amount_company="round(web_order.total / COALESCE(NULLIF(web_order.currency_rate, 0), 1)::numeric, 2)",
            res_id="web_order.id",
        ),
        opened=opened,
    )


def documents():
    """Return the SQL of invoices of web orders without payment, and of credit notes without refund."""
    return SQL(
        """
        SELECT %(columns)s
          FROM account_account account
          JOIN account_move_line item ON item.account_id = account.id
          JOIN account_move document ON document.id = item.move_id
         WHERE account.account_type = 'asset_receivable'
           AND item.reconciled IS NOT TRUE
           AND item.parent_state = 'posted'
           AND document.move_type IN ('out_invoice', 'out_refund')
           AND (
               document.webshop_id IS NOT NULL
               OR document.webshop_reference IS NOT NULL
               OR EXISTS (SELECT 1 FROM account_settlement_line settled WHERE settled.invoice_id = document.id)
           )
      GROUP BY document.id
        HAVING sum(item.amount_residual_currency) != 0
        """,
        columns=columns(
            1,
            "document.id",
            "account.move",
            cause="CASE document.move_type WHEN 'out_invoice' THEN 'invoice_not_paid' "
            "ELSE 'credit_note_not_refunded' END",
            company_id="document.company_id",
            webshop_id="document.webshop_id",
            partner_id="document.commercial_partner_id",
            date="document.invoice_date",
            date_due="document.invoice_date_due",
            reference="concat_ws(' ', document.name, document.webshop_reference)",
            amount="sum(item.amount_residual_currency)",
            currency_id="document.currency_id",
            amount_company="sum(item.amount_residual)",
            res_id="document.id",
        ),
    )


def transactions(opened):
    """Return the SQL of payments that no invoice uses, and of refunds that no credit note meets.

    Disputed amounts are cases of their own; an invoice that stays partly open is on the list itself.

    :param opened: SQL of the transactions of which something is open, with ``id, open_as, amount``.
    """
    return SQL(
        """
        SELECT %(columns)s
          FROM (%(opened)s) AS listed
          JOIN account_settlement_line line ON line.id = listed.id
          JOIN res_company company ON company.id = line.company_id
     LEFT JOIN sale_order ON sale_order.id = line.sale_order_id
         WHERE listed.open_as IN ('unknown', 'awaits_invoice', 'awaits_credit_note', 'owed', 'reopened')
        """,
        columns=columns(
            2,
            "line.id",
            "account.settlement.line",
            cause="CASE WHEN line.kind NOT IN ('payment', 'refund') THEN 'transaction_not_matched' "
            "WHEN listed.open_as = 'awaits_invoice' THEN 'captured_not_invoiced' "
            "WHEN listed.open_as = 'awaits_credit_note' OR line.amount < 0 THEN 'refund_not_credited' "
            "ELSE 'payment_not_invoiced' END",
            company_id="line.company_id",
            provider_id="line.provider_id",
            webshop_id="sale_order.webshop_id",
            partner_id="line.partner_id",
            date="line.date",
            reference="COALESCE(line.order_reference, line.provider_reference)",
            amount="CASE WHEN line.currency_id = company.currency_id THEN listed.amount ELSE line.amount END",
            currency_id="line.currency_id",
            amount_company="listed.amount",
            res_id="line.id",
        ),
        opened=opened,
    )


def messages():
    """Return the SQL of a shop's messages that could not be read: the order may be missing."""
    return SQL(
        """
        SELECT %(columns)s
          FROM sale_webshop_event event
          JOIN sale_webshop shop ON shop.id = event.webshop_id
          JOIN res_company company ON company.id = shop.company_id
         WHERE event.state = 'error'
        """,
        columns=columns(
            3,
            "event.id",
            "sale.webshop.event",
            cause="'message_not_read'",
            company_id="shop.company_id",
            webshop_id="event.webshop_id",
            date="event.create_date::date",
            reference="event.external_id",
            currency_id="company.currency_id",
            res_id="event.id",
        ),
    )
