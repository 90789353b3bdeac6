"""What tests of the bank share: payouts told by Vipps, and what the bank says."""

from odoo.tests import Form

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


class BankCase(SettlementCase):
    """One payout of 98.00 of an invoice paid by Vipps, told by the provider, and what the bank says."""

    def settle_one(self, amount="100.00", number="2000777", date=4, reference="A", provider=None):
        return self.settle([capture(number, day(date), reference, amount), payout(number, day(date))], provider).sorted(
            "id"
        )[-1]

    def settle_two(self):
        return self.settle(
            [
                capture("1", day(2), "A", "100.00"),
                payout("2000001", day(2)),
                capture("2", day(3), "B", "250.00"),
                payout("2000002", day(3)),
            ]
        ).sorted("external_id")

    def run_bank(self):
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_bank")

    def on_clearing(self, line):
        return line.sudo().line_ids.filtered(lambda item: item.account_id == self.provider.clearing_account_id)

    def put_on_clearing(self, amount, text="?", date="2026-03-05"):
        """What an accountant or a rule of the bank does: the counterpart is 1522 at once."""
        return self.bank_line(amount, text, date, counterpart_account_id=self.provider.clearing_account_id.id)

    def dialog(self, settlements, **values):
        action = settlements.action_open_bank_match()
        form = Form(self.env["settlement.bank.match"].with_context(**action["context"]))
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()
