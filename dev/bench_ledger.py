"""A ledger with very many open invoices: a few that Odoo made and posted itself, and their copies, made by SQL.

A copy is a customer with an invoice, an order with its invoice, or an order not invoiced yet, as its original is. It
has names, numbers, references, dates and amounts of its own. All rows of a table are as far in id from their originals,
so that what belongs together there belongs together in the copy too.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from stdnum import luhn

from odoo.fields import Command
from odoo.tools import SQL

#: The copies are dated on this many days, up to the last one.
DAYS = 60
#: One in this many invoices is that of an order; as many orders again are not invoiced yet.
ORDER_INTERVAL = 20
#: How the columns begin that hold amounts. The originals' prices are 1.00, a copy's are so many times as high.
MONEY = (
    "amount_",
    "balance",
    "credit",
    "debit",
    "price_",
    "tax_base_amount",
    "technical_price_unit",
    "untaxed_amount_",
)
#: The copied tables and which of their columns hold the id of a copied row. Without an ``id``, a table of links.
TABLES = {
    "res_partner": {"id": "res_partner", "commercial_partner_id": "res_partner"},
    "sale_order": {
        "id": "sale_order",
        "partner_id": "res_partner",
        "partner_invoice_id": "res_partner",
        "partner_shipping_id": "res_partner",
    },
    "sale_order_line": {"id": "sale_order_line", "order_id": "sale_order", "order_partner_id": "res_partner"},
    "sale_order_reference": {"id": "sale_order_reference", "order_id": "sale_order"},
    "account_tax_sale_order_line_rel": {"sale_order_line_id": "sale_order_line"},
    "account_move": {
        "id": "account_move",
        "partner_id": "res_partner",
        "commercial_partner_id": "res_partner",
        "partner_shipping_id": "res_partner",
    },
    "account_move_line": {"id": "account_move_line", "move_id": "account_move", "partner_id": "res_partner"},
    "account_move_line_account_tax_rel": {"account_move_line_id": "account_move_line"},
    "account_account_tag_account_move_line_rel": {"account_move_line_id": "account_move_line"},
    "sale_order_line_invoice_rel": {"invoice_line_id": "account_move_line", "order_line_id": "sale_order_line"},
}
REFERENCE = """
    CASE original.kind
    WHEN 'order_number' THEN copy.order_name
    WHEN 'shop_number' THEN copy.webshop_reference
    ELSE copy.provider_reference END
"""
#: What a copy has of its own, as SQL on ``original`` and on ``copy``, its :class:`Document`.
OWN_VALUES = {
    "res_partner": {"name": "copy.customer", "complete_name": "copy.customer"},
    "sale_order": {"name": "copy.order_name", "webshop_reference": "copy.webshop_reference", "date_order": "copy.date"},
    "sale_order_reference": {"value": REFERENCE, "value_normalised": f"lower({REFERENCE})"},
    "account_move": {
        "name": "copy.name",
        "sequence_number": "copy.sequence_number",
        "payment_reference": "copy.payment_reference",
        "webshop_reference": "copy.webshop_reference",
        "ref": "CASE WHEN original.ref IS NOT NULL THEN copy.order_name END",
        "invoice_origin": "CASE WHEN original.invoice_origin IS NOT NULL THEN copy.order_name END",
        "invoice_partner_display_name": "copy.customer",
        "date": "copy.date",
        "invoice_date": "copy.date",
        "invoice_date_due": "copy.date",
    },
    "account_move_line": {
        "move_name": "copy.name",
        "ref": "CASE WHEN original.ref IS NOT NULL THEN copy.order_name END",
        "name": "CASE WHEN original.display_type = 'payment_term' THEN copy.payment_reference ELSE original.name END",
        "date": "copy.date",
        "invoice_date": "copy.date",
        "date_maturity": "CASE WHEN original.date_maturity IS NOT NULL THEN copy.date END",
    },
}


@dataclass(frozen=True)
class Document:
    """One copy: an invoice, or an order that is not invoiced yet.

    :ivar family: the place of its original in the list of originals. :ivar factor: how many times the original's prices
        its own are. :ivar amount: the total, in company currency.
    :ivar provider_reference: the payment provider's id, which its order is known by; invoices without order are not.
    """

    number: int
    family: int
    factor: int
    amount: Decimal
    date: datetime.date
    customer: str
    name: str
    sequence_number: int
    payment_reference: str
    order_name: str
    webshop_reference: str
    provider_reference: str
    is_order: bool
    is_invoiced: bool


def make_ledger(env, count, last_day):
    """Make ``count`` open invoices and the orders that go with them; return a :class:`Document` of each.

    :param last_day: the last invoice date.
    """
    stop_housekeeping(env)
    families = make_originals(env, last_day)
    env.flush_all()
    distances = {table: get_distance(env, table, families) for table, columns in TABLES.items() if "id" in columns}
    documents = compose_documents(families, count, last_day, distances["res_partner"])
    store_plan(env, families, documents)
    for table, columns in TABLES.items():
        copy_rows(env, table, columns, distances)
    for table in distances:
        sequence = SQL("pg_get_serial_sequence(%s, 'id')", table)
        env.cr.execute(SQL("SELECT setval(%s, max(id)) FROM %s", sequence, SQL.identifier(table)))
    env.invalidate_all()
    # Odoo's databases are analysed in the background; without that PostgreSQL plans for empty tables.
    env.cr.execute("ANALYZE")
    return documents


def stop_housekeeping(env):
    """Keep PostgreSQL from vacuuming beside what is measured; until it is done, the database cannot be deleted."""
    env.cr.execute(
        """
        DO $$
        DECLARE name regclass;
        BEGIN
            FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
            END LOOP;
        END $$
        """
    )


def make_originals(env, day):
    """Return ``(order, invoice)`` pairs: three invoices, an order with its invoice, and an order without."""
    product = env["product.product"].create(
        {"name": "Vare", "type": "service", "list_price": 1, "invoice_policy": "order"}
    )
    partners = env["res.partner"].create([{"name": f"Original {number}"} for number in range(5)])
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": day,
                "webshop_reference": f"ORIGINAL-{partner.id}",
                "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": 1})] * lines,
            }
            for lines, partner in enumerate(partners[:3], start=1)
        ]
    )
    # What a shop says of an order is written by programs alone.
    orders = (
        env["sale.order"]
        .sudo()
        .create(
            [
                {
                    "partner_id": partner.id,
                    "webshop_reference": f"ORIGINAL-{partner.id}",
                    "order_line": [Command.create({"product_id": product.id, "price_unit": 1})] * 2,
                    "settlement_reference_ids": [
                        Command.create({"kind": "provider_id", "value": f"ORIGINAL-{partner.id}"})
                    ],
                }
                for partner in partners[3:]
            ]
        )
    )
    orders.action_confirm()
    ordered = orders[0]._create_invoices()
    ordered.invoice_date = day
    (invoices | ordered).action_post()
    no_order, no_invoice = env["sale.order"], env["account.move"]
    return [*((no_order, invoice) for invoice in invoices), (orders[0], ordered), (orders[1], no_invoice)]


def get_rows(family):
    """Return the ids of a family's rows, by table."""
    order, invoice = family
    return {
        "res_partner": (order.partner_id | invoice.partner_id).ids,
        "sale_order": order.ids,
        "sale_order_line": order.order_line.ids,
        "sale_order_reference": order.settlement_reference_ids.ids,
        "account_move": invoice.ids,
        "account_move_line": invoice.line_ids.ids,
    }


def get_distance(env, table, families):
    """Return how far apart in id a row and its next copy are: so far that no copy takes an id in use."""
    first = min(row_id for family in families for row_id in get_rows(family)[table])
    [(last,)] = env.execute_query(SQL("SELECT max(id) FROM %s", SQL.identifier(table)))
    return last - first + 1


def compose_documents(families, count, last_day, partner_distance):
    """Return the plan: ``count`` invoices, and the orders that are not invoiced."""
    last_number = max(invoice.sequence_number for _order, invoice in families)
    documents = []
    for number in range(1, count + count // ORDER_INTERVAL + 1):
        family = 4 if number > count else 3 if number % ORDER_INTERVAL == 0 else number % 3
        order, invoice = families[family]
        partner_id = (order.partner_id | invoice.partner_id).id + number * partner_distance
        sequence_number = last_number + number
        digits = f"{partner_id:07}"[-7:] + f"{last_day.year}{sequence_number:05}"[-7:]
        factor = 100 + number % 900
        documents.append(
            Document(
                number=number,
                family=family,
                factor=factor,
                amount=Decimal(str(invoice.amount_total or order.amount_total)) * factor,
                date=last_day - datetime.timedelta(days=number % DAYS),
                customer=f"Kunde {number:06}",
                name=f"{invoice.sequence_prefix}{sequence_number:05}",
                sequence_number=sequence_number,
                payment_reference=digits + luhn.calc_check_digit(digits),
                order_name=f"SO{number:06}",
                webshop_reference=f"NETT-{number:06}",
                provider_reference=f"88{number:08}",
                is_order=bool(order),
                is_invoiced=bool(invoice),
            )
        )
    return documents


def store_plan(env, families, documents):
    """Store for the time of the transaction which rows are copied, and what each copy has of its own."""
    env.cr.execute("CREATE TEMPORARY TABLE bench_original (family int, name varchar, id int) ON COMMIT DROP")
    env.cr.execute(
        """
        CREATE TEMPORARY TABLE bench_copy (
            number int, family int, factor int, date date, customer varchar, name varchar, sequence_number int,
            payment_reference varchar, order_name varchar, webshop_reference varchar, provider_reference varchar
        ) ON COMMIT DROP
        """
    )
    env.cr.execute_values(
        "INSERT INTO bench_original VALUES %s",
        [
            (number, table, row_id)
            for number, family in enumerate(families)
            for table, row_ids in get_rows(family).items()
            for row_id in row_ids
        ],
    )
    env.cr.execute_values(
        "INSERT INTO bench_copy VALUES %s",
        [
            (
                document.number,
                document.family,
                document.factor,
                document.date,
                document.customer,
                document.name,
                document.sequence_number,
                document.payment_reference,
                document.order_name,
                document.webshop_reference,
                document.provider_reference,
            )
            for document in documents
        ],
    )


def copy_rows(env, table, links, distances):
    """Copy the rows of one table.

    :param links: the columns that hold the id of a copied row, to that row's table; the first tells whose row it is.
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT column_name, data_type
              FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = %s
            """,
            table,
        )
    )

    def value(column, data_type):
        if column in OWN_VALUES.get(table, {}):
            return SQL(OWN_VALUES[table][column])
        original = SQL.identifier("original", column)
        if column in links:
            return SQL("%s + copy.number * %s", original, distances[links[column]])
        if data_type == "numeric" and column.startswith(MONEY):
            return SQL("%s * copy.factor", original)
        return original

    owner, owner_table = next(iter(links.items()))
    env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (%(columns)s)
            SELECT %(values)s
              FROM bench_copy copy
              JOIN bench_original member ON member.family = copy.family AND member.name = %(owner_table)s
              JOIN %(table)s original ON %(owner)s = member.id
          ORDER BY copy.number, member.id
            """,
            table=SQL.identifier(table),
            columns=SQL(", ").join(SQL.identifier(column) for column, _data_type in rows),
            values=SQL(", ").join(value(*row) for row in rows),
            owner=SQL.identifier("original", owner),
            owner_table=owner_table,
        )
    )
