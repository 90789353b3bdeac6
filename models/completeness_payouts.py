"""What of payouts, bank lines and a provider's days lacks its counterpart, as SQL: see account.settlement.completeness.

Every query gives the columns of :mod:`.completeness_orders`.
"""

from odoo.tools import SQL

from ..providers.registry import PROVIDERS
from .completeness_orders import columns


def payouts():
    """Return the SQL of booked payouts without a bank line, and of settlements that are not booked.

    What of a payout has not come is what is open of it on the clearing account, whoever reconciled it.
    """
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement settlement
          JOIN res_company company ON company.id = settlement.company_id
     LEFT JOIN LATERAL (
            SELECT sum(item.amount_residual_currency) AS amount,
                   sum(item.amount_residual) AS amount_company
              FROM account_move_line item
             WHERE item.settlement_clearing_id = settlement.id AND item.parent_state = 'posted'
          ) AS clearing ON TRUE
         WHERE settlement.state IN ('new', 'error')
            OR settlement.state = 'booked'
               AND settlement.payout_amount != 0
               AND settlement.carried_to_id IS NULL
               AND (clearing.amount != 0
                    OR clearing.amount_company != 0
                    OR clearing.amount IS NULL
                       AND NOT EXISTS (
                           SELECT FROM account_move_line bank_item
                            WHERE bank_item.settlement_payout_id = settlement.id
                       ))
        """,
        columns=columns(
            4,
            "settlement.id",
            "account.settlement",
            cause="CASE WHEN settlement.state = 'booked' THEN 'payout_without_bank' ELSE 'settlement_not_booked' END",
            company_id="settlement.company_id",
            provider_id="settlement.provider_id",
            date="COALESCE(settlement.payout_date, settlement.date, settlement.date_to)",
            reference="COALESCE(settlement.payout_reference, settlement.external_id)",
            amount="CASE WHEN settlement.state = 'booked' THEN COALESCE(clearing.amount, settlement.payout_amount) "
            "ELSE settlement.amount_net END",
            currency_id="settlement.currency_id",
            amount_company="CASE WHEN clearing.amount_company IS NOT NULL AND settlement.state = 'booked' "
            "THEN clearing.amount_company "
            "WHEN settlement.state = 'booked' AND settlement.currency_id = company.currency_id "
            "THEN settlement.payout_amount "
            "WHEN settlement.currency_id = company.currency_id THEN settlement.amount_net END",
            res_id="settlement.id",
        ),
    )


def clearing_items():
    """Return the SQL of what is open on clearing accounts and belongs to no payout: bank lines, payments that Odoo has
    registered and no settlement has told of, and entries made by hand that nobody has accepted as opening items."""
    return SQL(
        """
        SELECT %(columns)s
          FROM (
            SELECT DISTINCT ON (company_id, clearing_account_id) id, company_id, clearing_account_id
              FROM account_settlement_provider
             WHERE clearing_account_id IS NOT NULL
          ORDER BY company_id, clearing_account_id, active DESC, id
          ) AS provider
          JOIN account_move_line item
            ON item.account_id = provider.clearing_account_id AND item.company_id = provider.company_id
          JOIN account_move move ON move.id = item.move_id
         WHERE item.reconciled IS NOT TRUE
           AND item.parent_state = 'posted'
           AND item.settlement_clearing_id IS NULL
           AND item.settlement_opening_id IS NULL
           AND move.settlement_id IS NULL
           AND (item.amount_residual != 0 OR item.amount_residual_currency != 0)
        """,
        columns=columns(
            5,
            "item.id",
            "account.move",
            cause="CASE WHEN move.statement_line_id IS NOT NULL THEN 'bank_without_payout' "
            "WHEN move.origin_payment_id IS NOT NULL THEN 'payment_not_settled' ELSE 'entry_without_payout' END",
            company_id="item.company_id",
            provider_id="provider.id",
            partner_id="item.partner_id",
            date="item.date",
            reference="concat_ws(' ', item.move_name, COALESCE(item.name, item.ref))",
            amount="item.amount_residual_currency",
            currency_id="item.currency_id",
            amount_company="item.amount_residual",
            res_id="item.move_id",
        ),
    )


def bank_lines():
    """Return the SQL of bank lines that wait on a suspense account and look like a provider's: by its name in the
    bank's text, or by its partner. Of several agreements it is the one whose number the text names."""
    words = [
        SQL(
            "(%s, %s)",
            code,
            r"(^|[^[:alpha:]])(" + "|".join(declared.bank_texts) + ")",
        )
        for code, declared in PROVIDERS.items()
        if declared.bank_texts
    ]
    return SQL(
        """
        SELECT %(columns)s
          FROM account_bank_statement_line bank_line
          JOIN account_move move ON move.id = bank_line.move_id
          JOIN account_journal journal ON journal.id = move.journal_id
          JOIN LATERAL (
            SELECT -sum(item.balance) AS amount_company
              FROM account_move_line item
             WHERE item.move_id = move.id AND item.account_id = journal.suspense_account_id
            HAVING sum(item.balance) != 0
          ) AS waiting ON TRUE
          JOIN LATERAL (
            SELECT agreement.id
              FROM account_settlement_provider agreement
         LEFT JOIN res_partner payer ON payer.id = agreement.partner_id
         LEFT JOIN (VALUES %(words)s) AS bank (code, pattern) ON bank.code = agreement.code
             WHERE agreement.company_id = bank_line.company_id
               AND agreement.clearing_account_id IS NOT NULL
               AND (
                   payer.commercial_partner_id = bank_line.partner_id
                   OR concat_ws(' ', bank_line.payment_ref, move.ref, bank_line.partner_name) ~* bank.pattern
               )
          ORDER BY position(NULLIF(agreement.merchant_id, '') IN concat_ws(' ', bank_line.payment_ref, move.ref)) > 0
                       DESC NULLS LAST,
                   agreement.active DESC,
                   agreement.id
             LIMIT 1
          ) AS provider ON TRUE
         WHERE bank_line.is_reconciled IS NOT TRUE AND move.state = 'posted'
        """,
        columns=columns(
            6,
            "bank_line.id",
            "account.move",
            cause="'bank_without_payout'",
            company_id="bank_line.company_id",
            provider_id="provider.id",
            partner_id="bank_line.partner_id",
            date="move.date",
            reference="concat_ws(' ', move.name, bank_line.payment_ref)",
            amount="COALESCE(NULLIF(bank_line.amount_currency, 0), bank_line.amount)",
            currency_id="COALESCE(bank_line.foreign_currency_id, bank_line.currency_id)",
            amount_company="waiting.amount_company",
            res_id="move.id",
        ),
        words=SQL(", ").join(words) if words else SQL("(NULL, NULL)"),
    )


def missing_days(last_day):
    """Return the SQL of the days of which a provider's ledger has told nothing, one row a provider and month.

    They begin where a document waits for the days before it, whatever is known of later ones.

    Providers whose payouts name their rows have no such days: what is missing of them shows in the bank.

    :param last_day: the last day that could be there.
    """
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement_provider provider
     LEFT JOIN (
            SELECT settlement.provider_id,
                   max(LEAST(settlement.complete_to, waiting.first - 1))
                       FILTER (WHERE settlement.by_position
                                 AND (waiting.first IS NULL OR settlement.date_from < waiting.first)) AS complete_to
              FROM account_settlement settlement
         LEFT JOIN (
                SELECT provider_id, min(date_from) AS first
                  FROM account_settlement_document
                 WHERE state = 'waiting' AND (missing_agreements IS NULL OR missing_agreements = 'null'::jsonb)
              GROUP BY provider_id
              ) AS waiting ON waiting.provider_id = settlement.provider_id
          GROUP BY settlement.provider_id
          ) AS told ON told.provider_id = provider.id
          JOIN LATERAL (
            SELECT GREATEST(COALESCE(told.complete_to + 1, provider.start_date), provider.start_date) AS day
          ) AS first ON TRUE
          JOIN LATERAL (
            SELECT GREATEST(start::date, first.day) AS first,
                   LEAST((start + INTERVAL '1 month - 1 day')::date, %(last_day)s::date) AS last
              FROM generate_series(date_trunc('month', first.day), %(last_day)s::date, INTERVAL '1 month') AS start
          ) AS month ON month.first <= month.last
         WHERE provider.active
           AND provider.state = 'active'
           AND (told.complete_to IS NOT NULL OR told.provider_id IS NULL)
        """,
        columns=columns(
            7,
            "provider.id::bigint * 100000 + (month.first - DATE '2000-01-01')",
            "account.settlement.provider",
            cause="'days_missing'",
            company_id="provider.company_id",
            provider_id="provider.id",
            date="month.first",
            date_to="month.last",
            currency_id="provider.currency_id",
            res_id="provider.id",
        ),
        last_day=last_day,
    )


def balances():
    """Return the SQL of settlements whose opening balance is not the closing balance of the one before."""
    return SQL(
        """
        SELECT %(columns)s
          FROM (
            SELECT settlement.id, settlement.company_id, settlement.provider_id, settlement.date_from,
                   settlement.external_id, settlement.currency_id,
                   settlement.opening_balance - lag(settlement.closing_balance) OVER stretch AS difference,
                   lag(settlement.external_id) OVER stretch AS number_before
              FROM account_settlement settlement
             WHERE settlement.by_position
               AND settlement.has_closing_balance
               AND settlement.date_from IS NOT NULL
            WINDOW stretch AS (PARTITION BY settlement.provider_id, settlement.currency_id
                                   ORDER BY settlement.date_from, settlement.date_to, settlement.is_open, settlement.id)
          ) AS pair
          JOIN res_company company ON company.id = pair.company_id
         WHERE abs(pair.difference) >= 0.005
        """,
        columns=columns(
            8,
            "pair.id",
            "account.settlement",
            cause="'balances_differ'",
            company_id="pair.company_id",
            provider_id="pair.provider_id",
            date="pair.date_from",
            reference="concat_ws(' – ', pair.number_before, pair.external_id)",
            amount="pair.difference",
            currency_id="pair.currency_id",
            amount_company="CASE WHEN pair.currency_id = company.currency_id THEN pair.difference END",
            res_id="pair.id",
        ),
    )


def unread_documents():
    """Return the SQL of a provider's documents that were refused, or wait for another agreement or for days before."""
    return SQL(
        """
        SELECT %(columns)s
          FROM account_settlement_document document
          JOIN res_company company ON company.id = document.company_id
         WHERE document.state IN ('new', 'waiting', 'error')
        """,
        columns=columns(
            9,
            "document.id",
            "account.settlement.document",
            cause="'document_not_read'",
            company_id="document.company_id",
            provider_id="document.provider_id",
            date="COALESCE(document.date_from, document.create_date::date)",
            date_to="document.date_to",
            reference="document.name",
            currency_id="company.currency_id",
            res_id="document.id",
        ),
    )
