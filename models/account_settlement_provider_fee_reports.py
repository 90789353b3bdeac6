from decimal import Decimal

from odoo import models

from ..matching.rules import FEE_KINDS


class AccountSettlementProvider(models.Model):
    """The fee reports of the ingest stage: fees the provider reports, but does not deduct on the payment's own row."""

    _inherit = "account.settlement.provider"

    def _apply_fee_reports(self, settlement, stored):
        """Show reported fees on their payments; under a gross contract they are owed, and become rows.

        A payment's fee may be reported as a sum or as single entries, by several documents: the larger of the two
        counts, and only what is new is owed in addition.

        :param settlement: :class:`~..providers.records.Settlement`. :param stored: its ``account.settlement``.
        :return: ``stored``.
        """
        reports = settlement.fee_reports
        if not reports:
            return stored
        lines = self.env["account.settlement.line"].search(
            [
                ("provider_id", "=", self.id),
                ("provider_reference", "in", list({report.provider_reference for report in reports})),
                ("kind", "in", ["payment", "refund"]),
            ]
        )
        by_reference = {}
        for line in lines.sorted(lambda line: line.kind == "payment"):
            by_reference[line.provider_reference] = line
        # Fees reported before their payment was are owed already: reported again with it, they are the same.
        reported_before = lines.filtered("fee_reported")
        # What the rows deduct is not owed as well, whatever the agreement says.
        is_owed = self.fee_mode == "gross" and not any(
            row.fee or row.kind in FEE_KINDS for row in settlement.transactions
        )
        owed = {}
        for report in reports:
            line = by_reference.get(report.provider_reference)
            if line:
                increase = line._add_fee_report(report)
            elif is_owed:
                increase = report.fee
            else:
                continue
            if increase and is_owed:
                was_reported = bool(line) and line in reported_before
                key = (report.provider_reference, report.date, report.fee_type, was_reported)
                known, _increase = owed.get(key, (report, Decimal(0)))
                owed[key] = (known, _increase + increase)
        self._add_fees_owed(stored, owed)
        return stored

    def _add_fees_owed(self, stored, owed):
        """Add a row for each fee owed.

        :param owed: ``{(provider's reference, date, fee type, whether one was reported before): (report, increase)}``.
        """
        vals_list = []
        external_ids = set(
            self.env["account.settlement.line"]
            .search([("provider_id", "=", self.id), ("fee_owed", "=", True)])
            .mapped("external_id")
        )
        for (reference, date, fee_type, is_increase), (report, increase) in owed.items():
            external_id = f"fee-owed:{reference}:{date.isoformat()}:{fee_type}"
            if not is_increase and external_id in external_ids:
                continue  # reported again; there was no payment to show how much of it is new
            number = 1
            while external_id in external_ids:
                number += 1
                external_id = f"fee-owed:{reference}:{date.isoformat()}:{fee_type}#{number}"
            external_ids.add(external_id)
            vals_list.append(
                {
                    "settlement_id": stored.id,
                    "external_id": external_id,
                    "kind": "fee" if increase > 0 else "fee_refund",
                    "date": date,
                    "amount": -increase,
                    "fee_owed": True,
                    "currency_id": stored.currency_id.id,
                    "order_reference": report.order_reference,
                    "provider_reference": reference,
                    "fee_type": fee_type,
                    "row": report.row,
                }
            )
        self.env["account.settlement.line"].create(vals_list)
