"""What an accountant does in the community's view of the bank, and how the settlements read afterwards.

Called by ``dev/test --oca``. Everybody and everything in it is invented.
"""

import base64
from decimal import Decimal

ACCOUNT = "15032080119"


def run(env):
    """Raise AssertionError where a payout does not meet its bank line, or does not say so."""
    from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files

    env = env(su=True)
    env["ir.config_parameter"].set_param("settlement_bridge.allow_local_addresses", "True")
    story = Story(env, vipps_files)
    for step in (story.camt, story.csv, story.by_hand, story.taken_back, story.two_days, story.before_the_report):
        step()
    balance = sum(env["account.move.line"].search([("account_id", "=", story.clearing.id)]).mapped("balance"))
    assert not story.company.currency_id.compare_amounts(balance, 0), f"{balance} is left on the clearing account"


class Story:
    """Payouts of 100, 200, … told by Vipps, each paid by one customer whom nobody knows."""

    def __init__(self, env, vipps):
        self.company = env["res.company"].search([("chart_template", "=", "no")], limit=1)
        self.env = env(context={**env.context, "allowed_company_ids": self.company.ids})
        self.vipps = vipps
        wizard = self.env["settlement.activate"].create(
            {"company_id": self.company.id, "code": "vipps", "merchant_id": vipps.MSN}
        )
        self.provider = self.env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])
        self.clearing = self.provider.clearing_account_id
        self.journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.journal.bank_acc_number = ACCOUNT
        self.movements = []

    def settle(self, number, day, amount):
        when = self.vipps.day(day)
        self.movements += [
            self.vipps.capture(str(number), when, f"WEB-{number}", f"{amount}.00"),
            self.vipps.payout(str(number), when),
        ]
        for name, content in self.vipps.as_api_bundles(self.movements):
            self.provider._ingest_file(name, content)
        self.provider.settlement_ids._process()
        return self.provider.settlement_ids.filtered(lambda one: one.external_id == str(number))

    def import_file(self, name, content, **values):
        wizard = self.env["account.statement.import"].with_context(journal_id=self.journal.id)
        wizard.create(
            {"statement_filename": name, "statement_file": base64.b64encode(content), **values}
        ).import_file_button()
        return self.env["account.bank.statement.line"].search([], order="id desc", limit=1)

    def run_bank(self):
        self.env["account.settlement"]._match_all_bank()

    def check(self, settlement, line):
        assert settlement.state == "paid", f"{settlement.name} is {settlement.state}: {settlement.bank_message}"
        assert settlement.bank_line_ids == line, f"{settlement.name} has {settlement.bank_line_ids}, not {line}"
        bodies = " ".join(settlement.message_ids.mapped("body"))
        assert line.move_id.name in bodies, f"{settlement.name} has no note of {line.move_id.name}"

    # ------------------------------------------------------------ the steps

    def camt(self):
        """The text is what Vipps writes: the community's view reconciles it by itself when it is imported."""
        settlement = self.settle(2000101, 2, 100)
        line = self.import_file("camt053.xml", camt("2026-03-03", "100.00", "Utb. 2000101 Vippsnr 123455"))
        assert line.is_reconciled, "the community's view did not find the payout by its text"
        self.check(settlement, line)

    def csv(self):
        """The bank's CSV names only the payer: the next run of the scheduled action matches it."""
        settlement = self.settle(2000102, 3, 200)
        mapping = self.env["account.statement.import.sheet.mapping"].create(
            {
                "name": "Nettbank",
                "timestamp_format": "%d.%m.%Y",
                "timestamp_column": "Dato",
                "amount_column": "Beløp",
                "description_column": "Tekst",
                "float_thousands_sep": "none",
                "float_decimal_sep": "comma",
                "delimiter": "semicolon",
                "file_encoding": "utf-8",
            }
        )
        texts = ("KREDITRENTER", "Innbetaling fra Ola Nordmann", "KLARNA BANK AB", "Giro 1234567 Vipps MobilePay AS")
        rows = "".join(f"04.03.2026;{text};200,00\r\n" for text in texts)
        self.import_file("nettbank.csv", f"Dato;Tekst;Beløp\r\n{rows}".encode(), sheet_mapping_id=mapping.id)
        self.run_bank()
        lines = self.env["account.bank.statement.line"].search([("amount", "=", 200)])
        assert len(lines) == len(texts), f"{len(lines)} of {len(texts)} rows were imported"
        self.check(settlement, lines.filtered(lambda line: "Vipps" in line.payment_ref))

    def two_days(self):
        """A payout of two ledger dates has two vouchers: the community's view leaves it, our own run matches it.

        Gathered in one item it is found there too.
        """
        first, last = self.vipps.day(8), self.vipps.day(9)
        self.movements += [self.vipps.capture("2000106a", first, "WEB-6a", "60.00")]
        settlement = self.settle(2000106, 9, 40)
        assert len(settlement.clearing_line_ids) == 2, settlement.clearing_line_ids
        line = self.line(100, "Utb. 2000106 Vippsnr 123455", f"{last}")
        self.run_bank()
        self.check(settlement, line)
        self.provider.gathers_payouts = True
        self.movements += [self.vipps.capture("2000107a", self.vipps.day(10), "WEB-7a", "90.00")]
        settlement = self.settle(2000107, 11, 70)
        self.check(settlement, self.line(160, "Utb. 2000107 Vippsnr 123455", "2026-03-12"))

    def by_hand(self):
        """The accountant picks the payout's item in the community's view."""
        settlement = self.settle(2000103, 4, 300)
        line = self.line(300, "?", "2026-03-05")
        line.add_account_move_line_id = settlement.clearing_line_ids
        line._onchange_add_account_move_line_id()
        line.reconcile_bank_line()
        self.check(settlement, line)

    def taken_back(self):
        """And takes it back: it stays taken back, and waits for another bank line."""
        settlement = self.settle(2000104, 5, 400)
        line = self.line(400, "Utb. 2000104 Vippsnr 123455", "2026-03-06")
        self.check(settlement, line)
        line.unreconcile_bank_line()
        self.run_bank()
        assert settlement.state == "booked", "it was matched again"
        assert settlement.bank_state == "in_transit", settlement.bank_state
        settlement.action_match_bank()
        self.check(settlement, line)

    def before_the_report(self):
        """The proposed model puts the bank line on the clearing account; the report comes the day after."""
        model = self.env["account.reconcile.model"].search([("name", "=", self.provider.name)])
        model.action_set_auto_reconcile()
        line = self.line(500, "Utb. 2000105 Vippsnr 123455", "2026-03-13")
        assert self.clearing in line.line_ids.account_id, "the model did not put it on the clearing account"
        settlement = self.settle(2000105, 12, 500)
        self.run_bank()
        self.check(settlement, line)

    def line(self, amount, text, date):
        return self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "amount": Decimal(amount), "payment_ref": text, "date": date}
        )


def camt(date, amount, text):
    """A camt.053 of one entry, as ISO 20022 has it and Norwegian banks send it."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>1</MsgId><CreDtTm>{date}T06:00:00</CreDtTm></GrpHdr>
    <Stmt>
      <Id>1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>{date}T06:00:00</CreDtTm>
      <Acct><Id><Othr><Id>{ACCOUNT}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id><Ccy>NOK</Ccy></Acct>
      <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
        <Dt><Dt>{date}</Dt></Dt></Bal>
      <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
        <Dt><Dt>{date}</Dt></Dt></Bal>
      <Ntry>
        <Amt Ccy="NOK">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
        <BookgDt><Dt>{date}</Dt></BookgDt><ValDt><Dt>{date}</Dt></ValDt>
        <AcctSvcrRef>4471234567</AcctSvcrRef>
        <NtryDtls><TxDtls>
          <Refs><AcctSvcrRef>4471234567</AcctSvcrRef></Refs>
          <AmtDtls><TxAmt><Amt Ccy="NOK">{amount}</Amt></TxAmt></AmtDtls>
          <RltdPties><Dbtr><Nm>VIPPS MOBILEPAY AS</Nm></Dbtr>
            <DbtrAcct><Id><Othr><Id>15062233445</Id></Othr></Id></DbtrAcct></RltdPties>
          <RmtInf><Ustrd>{text}</Ustrd></RmtInf>
        </TxDtls></NtryDtls>
      </Ntry>
    </Stmt>
  </BkToCstmrStmt>
</Document>""".encode()
