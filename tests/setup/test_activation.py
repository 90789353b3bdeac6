from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class ActivationCommon(AccountTestInvoicingCommon):
    """Helpers to propose, change and approve."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env.user.group_ids += cls.env.ref("settlement_bridge.group_settlement_manager")

    @classmethod
    def _create_account(cls, code, name="Taken", account_type="asset_current", company=None, **vals):
        company = company or cls.company
        return (
            cls.env["account.account"]
            .with_company(company)
            .create({"code": code, "name": name, "account_type": account_type, "company_ids": company.ids, **vals})
        )

    @classmethod
    def _get_account(cls, code, company=None):
        company = company or cls.company
        return (
            cls.env["account.account"]
            .with_company(company)
            .search([("code", "=", code), ("company_ids", "parent_of", company.ids)])
        )

    @classmethod
    def _pad_codes(cls, length):
        """Give the whole chart longer numbers, as a company that came from another system has."""
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                """
                UPDATE account_account
                   SET code_store = jsonb_set(
                           code_store, %(path)s, to_jsonb(rpad(code_store->>%(key)s, %(length)s, '0'))
                       )
                 WHERE code_store->>%(key)s IS NOT NULL
                """,
                path=[str(cls.company.id)],
                key=str(cls.company.id),
                length=length,
            )
        )
        cls.env.invalidate_all()

    def _propose(self, **vals):
        return self.env["settlement.activate"].create({"company_id": self.company.id, "code": "vipps", **vals})

    def _activate(self, **vals):
        return self._approve(self._propose(**vals))

    def _approve(self, activation):
        action = activation.action_activate()
        self.assertEqual(action["res_model"], "account.settlement.provider")
        return self.env["account.settlement.provider"].browse(action["res_id"])

    def _get_line(self, activation, role):
        return activation.line_ids.filtered(lambda line: line.role == role)

    def _get_codes(self, activation, *roles):
        return [self._get_line(activation, role).account_code for role in roles or ("clearing", "unknown", "fee")]

    def _assert_refused(self, activation, *sentences):
        """Activating says each of the sentences, and leaves nothing behind."""
        before = self.env["account.account"].search_count([]), self.env["account.journal"].search_count([])
        with self.assertRaises(UserError) as caught:
            activation.action_activate()
        for sentence in sentences:
            self.assertIn(sentence, str(caught.exception))
        after = self.env["account.account"].search_count([]), self.env["account.journal"].search_count([])
        self.assertEqual(before, after)
        self.assertFalse(self.env["account.settlement.provider"].search([("company_id", "=", self.company.id)]))


@tagged("post_install", "-at_install")
class TestActivationNorwegian(ActivationCommon):
    """Activation on the Norwegian chart of accounts."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("no")
    @AccountTestInvoicingCommon.setup_chart_template("no")
    def setUpClass(cls):
        super().setUpClass()

    # ---------------------------------------------------------------- numbers

    def test_free_numbers(self):
        activation = self._propose()
        self.assertEqual(
            [(line.role, line.account_code, line.account_name) for line in activation.line_ids.filtered("selected")],
            [
                ("clearing", "1522", "Vipps oppgjør"),
                ("unknown", "1523", "Vipps ukjente transaksjoner"),
                ("fee", "7772", "Vipps gebyr"),
                ("rounding", "7740", self._get_account("7740").name),
            ],
        )
        provider = self._approve(activation)
        self.assertRecordValues(
            provider,
            [
                {
                    "name": "Vipps",
                    "code": "vipps",
                    "state": "active",
                    "fee_mode": "net",
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "merchant_id": False,
                    "rounding_account_id": self._get_account("7740").id,
                    "prepayment_account_id": False,
                    "reserve_account_id": False,
                    "fee_payable_account_id": False,
                }
            ],
        )
        self.assertRecordValues(
            provider.clearing_account_id | provider.unknown_account_id | provider.fee_account_id,
            [
                {"code": "1522", "name": "Vipps oppgjør", "account_type": "asset_current", "reconcile": True},
                {
                    "code": "1523",
                    "name": "Vipps ukjente transaksjoner",
                    "account_type": "asset_current",
                    "reconcile": True,
                },
                {"code": "7772", "name": "Vipps gebyr", "account_type": "expense", "reconcile": False},
            ],
        )
        self.assertRecordValues(
            provider.journal_id,
            [{"name": "Vipps", "code": "VIPPS", "type": "general", "company_id": self.company.id}],
        )

    def test_rounding_account_keeps_its_name(self):
        account = self._get_account("7740")
        name = account.name
        self.assertNotEqual(name, "Øredifferanser")
        activation = self._propose()
        self.assertEqual(self._get_line(activation, "rounding").account_id, account)
        self.assertIn(f"7740 {name}", self._get_line(activation, "rounding").note)
        self.assertEqual(self._approve(activation).rounding_account_id, account)
        self.assertEqual(account.name, name)

    def test_taken_numbers(self):
        for code in ("1522", "1523"):
            self._create_account(code)
        self._create_account("7772", account_type="expense")
        self.assertEqual(self._get_codes(self._propose()), ["1524", "1525", "7773"])

    def test_a_gap_is_used(self):
        self._create_account("1523")
        self.assertEqual(self._get_codes(self._propose()), ["1522", "1524", "7772"])

    def test_archived_account_keeps_its_number(self):
        self._create_account("1522", name="Gammel").active = False
        activation = self._propose()
        self.assertEqual(self._get_codes(activation), ["1523", "1524", "7772"])
        self._get_line(activation, "clearing").account_code = "1522"
        self._assert_refused(activation, "Number 1522 is taken by the archived account 1522 Gammel.")

    def test_series_goes_on_elsewhere(self):
        for number in range(1522, 1530):
            self._create_account(str(number))
        for number in (7772, 7773, 7774, 7776, 7777, 7778, 7779):
            self._create_account(str(number), account_type="expense")
        self.assertEqual(self._get_codes(self._propose()), ["1510", "1511", "7790"])

    def test_full_series_asks(self):
        taken = {account.code for account in self.env["account.account"].search([])}
        for first, last in ((1501, 1529), (1540, 1549)):
            for number in range(first, last + 1):
                if str(number) not in taken:
                    self._create_account(str(number))
        for number in (*range(7772, 7780), *range(7790, 7798)):
            if str(number) not in taken:
                self._create_account(str(number), account_type="expense")
        activation = self._propose()
        self.assertEqual(self._get_codes(activation), [False, False, False])
        line = self._get_line(activation, "clearing")
        self.assertTrue(line.has_problem)
        self.assertIn("No number is free in 1522–1529, 1510–1519, 1501–1509, 1520–1521, 1540–1549", line.note)
        self.assertIn("No number is free in 7772–7779, 7790–7797", self._get_line(activation, "fee").note)
        self._assert_refused(activation, "No number is free in 1522–1529", "No number is free in 7772–7779")
        line.account_code = "1531"
        self._get_line(activation, "unknown").account_code = "1532"
        self._get_line(activation, "fee").account_code = "7760"
        self.assertEqual(self._approve(activation).clearing_account_id.code, "1531")

    def test_five_and_six_digits(self):
        for length, expected in ((5, ["15220", "15230", "77720"]), (6, ["152200", "152300", "777200"])):
            with self.subTest(length=length):
                self._pad_codes(length)
                self.assertEqual(self._get_codes(self._propose()), expected)
        self._create_account("152200")
        activation = self._propose()
        self.assertEqual(self._get_codes(activation), ["152300", "152400", "777200"])
        rounding = self._get_account("774000")
        self.assertEqual(self._get_line(activation, "rounding").account_id, rounding)
        self._get_line(activation, "clearing").account_code = "152210"
        provider = self._approve(activation)
        self.assertEqual(provider.rounding_account_id, rounding)
        self.assertEqual(provider.clearing_account_id.code, "152210")
        self._get_line(activation, "fee").account_code = "300000"
        self.assertIn("770000–779900", self._get_line(activation, "fee").note)

    def test_single_longer_codes_do_not_change_the_style(self):
        self._create_account("15001")
        self._create_account("192001")
        self.assertEqual(self._get_codes(self._propose()), ["1522", "1523", "7772"])

    def test_without_rounding_account(self):
        self._get_account("7740").unlink()
        activation = self._propose()
        self.assertEqual(self._get_codes(activation, "rounding"), ["7740"])
        self.assertEqual(self._get_line(activation, "rounding").note, "New account, code 7700 in SAF-T")
        provider = self._approve(activation)
        self.assertRecordValues(
            provider.rounding_account_id,
            [{"code": "7740", "name": "Øredifferanser", "account_type": "expense", "reconcile": False}],
        )
        self.assertEqual(self._activate(merchant_id="2").rounding_account_id, provider.rounding_account_id)

    def test_rounding_account_of_another_type(self):
        self._get_account("7740").account_type = "asset_current"
        self.assertEqual(self._get_codes(self._propose(), "rounding"), ["7741"])

    # ---------------------------------------------------------------- again, and more than one

    def test_twice_in_a_row(self):
        provider = self._activate(merchant_id="123456")
        accounts = self.env["account.account"].search_count([])
        journals = self.env["account.journal"].search_count([])
        provider.name = "Vår Vipps"
        provider.action_pause()
        again = self._propose(merchant_id=" 123456 ", fee_mode="gross")
        self.assertEqual(again.provider_id, provider)
        self.assertEqual(self._approve(again), provider)
        self.assertEqual(self.env["account.account"].search_count([]), accounts)
        self.assertEqual(self.env["account.journal"].search_count([]), journals)
        self.assertRecordValues(provider, [{"name": "Vår Vipps", "state": "paused", "fee_mode": "net"}])

    def test_same_window_twice(self):
        activation = self._propose()
        self.assertEqual(self._approve(activation), self._approve(activation))

    def test_archived_agreement_is_opened(self):
        provider = self._activate()
        provider.active = False
        self.assertEqual(self._activate(), provider)

    def test_two_providers(self):
        first = self._activate(merchant_id="123456")
        activation = self._propose(merchant_id="654321")
        self.assertFalse(activation.provider_id)
        second = self._approve(activation)
        self.assertNotEqual(first, second)
        self.assertEqual(first.clearing_account_id.name, "Vipps oppgjør")
        self.assertRecordValues(
            second.clearing_account_id | second.unknown_account_id | second.fee_account_id,
            [
                {"code": "1524", "name": "Vipps 654321 oppgjør"},
                {"code": "1525", "name": "Vipps 654321 ukjente transaksjoner"},
                {"code": "7773", "name": "Vipps 654321 gebyr"},
            ],
        )
        self.assertEqual(first.rounding_account_id, second.rounding_account_id)
        self.assertEqual((first.journal_id.code, second.journal_id.code), ("VIPPS", "VIPP2"))
        self.assertEqual(second.journal_id.name, "Vipps 654321")
        self.assertEqual(self._activate(merchant_id="777").journal_id.code, "VIPP3")

    def test_rounding_account_of_the_first_provider_is_shared(self):
        activation = self._propose()
        line = self._get_line(activation, "rounding")
        line.account_id = False
        line.write({"account_code": "7741", "account_name": "Differanser"})
        first = self._approve(activation)
        self.assertEqual(first.rounding_account_id.name, "Differanser")
        self.assertEqual(self._activate(merchant_id="2").rounding_account_id, first.rounding_account_id)

    def test_currency_of_its_own(self):
        self._activate()
        provider = self._activate(currency_id=self.env.ref("base.EUR").id)
        self.assertEqual(provider.name, "Vipps EUR")
        self.assertEqual(provider.currency_id, self.env.ref("base.EUR"))
        self.assertRecordValues(
            provider.clearing_account_id | provider.unknown_account_id,
            [
                {"code": "1524", "name": "Vipps EUR oppgjør", "currency_id": False},
                {"code": "1525", "name": "Vipps EUR ukjente transaksjoner", "currency_id": False},
            ],
        )

    def test_vouchers_have_a_number_series_of_their_own(self):
        provider = self._activate()
        other = self._activate(merchant_id="2")
        numbers = []
        for journal in (provider.journal_id, provider.journal_id, other.journal_id):
            move = self.env["account.move"].create(
                {
                    "journal_id": journal.id,
                    "date": "2025-03-01",
                    "line_ids": [
                        Command.create({"account_id": provider.clearing_account_id.id, "debit": 10}),
                        Command.create({"account_id": provider.unknown_account_id.id, "credit": 10}),
                    ],
                }
            )
            move.action_post()
            numbers.append(move.name)
        self.assertEqual(numbers, ["VIPPS/2025/03/0001", "VIPPS/2025/03/0002", "VIPP2/2025/03/0001"])

    # ---------------------------------------------------------------- companies

    def test_second_company(self):
        first = self._activate(merchant_id="1")
        other = self.setup_other_company(name="Annen AS")["company"]
        second = self._activate(merchant_id="1", company_id=other.id)
        self.assertNotEqual(first, second)
        self.assertEqual(second.company_id, other)
        self.assertEqual(second.name, "Vipps")
        accounts = second.clearing_account_id | second.unknown_account_id | second.fee_account_id
        self.assertEqual(accounts.with_company(other).mapped("code"), ["1522", "1523", "7772"])
        self.assertEqual(accounts.company_ids, other)
        self.assertEqual(second.rounding_account_id, self._get_account("7740", other))
        self.assertNotEqual(second.rounding_account_id, first.rounding_account_id)
        self.assertRecordValues(second.journal_id, [{"code": "VIPPS", "company_id": other.id}])

    def test_branch(self):
        self.company.child_ids = [Command.create({"name": "Bergen"}), Command.create({"name": "Oslo"})]
        self.env.cr.precommit.run()
        bergen, oslo = self.company.child_ids
        self.env.user.company_ids += bergen + oslo
        self._create_account("1524", company=oslo)
        head = self._activate()
        branch = self._activate(company_id=bergen.id)
        self.assertRecordValues(branch, [{"name": "Vipps Bergen", "company_id": bergen.id}])
        accounts = branch.clearing_account_id | branch.unknown_account_id | branch.fee_account_id
        self.assertEqual(accounts.with_company(bergen).mapped("code"), ["1525", "1526", "7773"])
        self.assertEqual(accounts.with_company(self.company).mapped("code"), ["1525", "1526", "7773"])
        self.assertEqual(accounts.company_ids, self.company)
        self.assertEqual(branch.rounding_account_id, head.rounding_account_id)
        self.assertRecordValues(branch.journal_id, [{"code": "VIPP2", "company_id": bergen.id}])
        self.assertEqual(self._activate(company_id=bergen.id), branch)

    def test_user_of_a_branch_alone(self):
        self.company.child_ids = [Command.create({"name": "Bergen"})]
        self.env.cr.precommit.run()
        branch = self.company.child_ids
        user = new_test_user(
            self.env,
            login="bergen",
            groups="account.group_account_manager,settlement_bridge.group_settlement_manager",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        activation = self.env["settlement.activate"].with_user(user).create({"code": "vipps"})
        self.assertEqual(activation.company_id, branch)
        provider = self._approve(activation)
        self.assertEqual(provider.company_id, branch)
        self.assertEqual(provider.clearing_account_id.code, "1522")
        move = (
            self.env["account.move"]
            .with_user(user)
            .create(
                {
                    "journal_id": provider.journal_id.id,
                    "line_ids": [
                        Command.create({"account_id": provider.clearing_account_id.id, "debit": 10}),
                        Command.create({"account_id": provider.fee_account_id.id, "credit": 10}),
                    ],
                }
            )
        )
        move.action_post()
        self.assertEqual(move.company_id, branch)

    def test_company_without_chart(self):
        company = self.env["res.company"].create({"name": "Tom AS", "country_id": self.env.ref("base.aq").id})
        company.chart_template = False
        self.env["account.account"].search([("company_ids", "=", company.ids)]).unlink()
        activation = self._propose(company_id=company.id)
        with self.assertRaisesRegex(UserError, "Tom AS has no chart of accounts yet"):
            activation.action_activate()

    # ---------------------------------------------------------------- what people change

    def test_edited_numbers_and_names(self):
        activation = self._propose()
        self._get_line(activation, "clearing").write({"account_code": "1540", "account_name": "Til gode hos Vipps"})
        self._get_line(activation, "fee").write({"account_code": "7776"})
        provider = self._approve(activation)
        self.assertRecordValues(
            provider.clearing_account_id | provider.unknown_account_id | provider.fee_account_id,
            [
                {"code": "1540", "name": "Til gode hos Vipps"},
                {"code": "1523", "name": "Vipps ukjente transaksjoner"},
                {"code": "7776", "name": "Vipps gebyr"},
            ],
        )

    def test_edits_outlive_a_new_proposal(self):
        self._activate()
        with Form(self.env["settlement.activate"]) as form:
            self.assertEqual(form.provider_id.name, "Vipps")
            form.merchant_id = "111"
            self.assertFalse(form.provider_id)
            self.assertEqual(form.name, "Vipps 111")
            with form.line_ids.edit(0) as line:
                self.assertEqual((line.account_code, line.account_name), ("1524", "Vipps 111 oppgjør"))
                line.account_code = "1528"
            with form.line_ids.edit(1) as line:
                line.account_name = "Uavklart"
            form.merchant_id = "222"
            form.fee_mode = "gross"
        activation = form.record
        self.assertEqual(
            [(line.account_code, line.account_name) for line in activation.line_ids[:3]],
            [("1528", "Vipps 222 oppgjør"), ("1525", "Uavklart"), ("7773", "Vipps 222 gebyr")],
        )
        self.assertTrue(self._get_line(activation, "fee_payable").selected)
        provider = self._approve(activation)
        self.assertEqual(provider.name, "Vipps 222")
        self.assertEqual(provider.clearing_account_id.code, "1528")

    def test_edited_provider_name_names_the_accounts(self):
        with Form(self.env["settlement.activate"]) as form:
            form.name = "Vipps nettbutikk"
            form.merchant_id = "99"
        provider = self._approve(form.record)
        self.assertEqual(provider.name, "Vipps nettbutikk")
        self.assertEqual(provider.clearing_account_id.name, "Vipps nettbutikk oppgjør")

    def test_another_company_gets_another_proposal(self):
        other = self.setup_other_company(name="Annen AS")["company"]
        self._create_account("1522", company=other)
        activation = self._propose()
        self._get_line(activation, "clearing").account_code = "1541"
        activation.company_id = other
        self.assertEqual(self._get_codes(activation), ["1523", "1524", "7772"])

    def test_existing_account_instead(self):
        account = self._create_account("1945", name="Vipps på vei", reconcile=False)
        activation = self._propose()
        line = self._get_line(activation, "clearing")
        line.account_id = account
        self.assertEqual((line.account_code, line.account_name), ("1945", "Vipps på vei"))
        self.assertEqual(line.note, "Existing account 1945 Vipps på vei is used, and made reconcilable")
        fee = self._get_line(activation, "fee")
        fee.account_id = self._get_account("7770")
        provider = self._approve(activation)
        self.assertEqual(provider.clearing_account_id, account)
        self.assertTrue(account.reconcile)
        self.assertEqual(account.name, "Vipps på vei")
        self.assertEqual(provider.fee_account_id, self._get_account("7770"))
        self.assertEqual(provider.unknown_account_id.code, "1523")

    def test_letting_go_of_an_existing_account(self):
        with Form(self.env["settlement.activate"]) as form:
            form.merchant_id = "123455"
            with form.line_ids.edit(0) as line:
                line.account_id = self._get_account("1579")
                self.assertEqual(line.account_code, "1579")
                line.account_id = self.env["account.account"]
                self.assertEqual((line.account_code, line.account_name), ("1522", "Vipps oppgjør"))

    def test_optional_accounts(self):
        prepayment, payable = self._get_account("2900"), self._get_account("2960")
        self.assertFalse(prepayment.reconcile)
        activation = self._propose()
        optional = activation.line_ids.filtered(lambda line: not line.selected)
        self.assertEqual(optional.mapped("role"), ["prepayment", "fee_payable", "reserve"])
        self.assertEqual(self._get_codes(activation, "prepayment", "fee_payable", "reserve"), ["2900", "2960", "1524"])
        optional.selected = True
        self.assertIn("made reconcilable", self._get_line(activation, "prepayment").note)
        provider = self._approve(activation)
        self.assertRecordValues(
            provider,
            [
                {
                    "prepayment_account_id": prepayment.id,
                    "fee_payable_account_id": payable.id,
                    "reserve_account_id": self._get_account("1524").id,
                }
            ],
        )
        self.assertTrue(prepayment.reconcile)
        self.assertFalse(payable.reconcile)
        self.assertRecordValues(
            provider.reserve_account_id,
            [{"name": "Vipps tilbakeholdt reserve", "account_type": "asset_current", "reconcile": True}],
        )

    def test_gross_contract_needs_an_account_for_fees_owed(self):
        activation = self._propose(fee_mode="gross")
        self.assertTrue(self._get_line(activation, "fee_payable").is_required)
        provider = self._approve(activation)
        self.assertEqual(provider.fee_mode, "gross")
        self.assertEqual(provider.fee_payable_account_id, self._get_account("2960"))

    # ---------------------------------------------------------------- what is refused

    def test_refused_numbers(self):
        cases = [
            ("clearing", "1530", "Number 1530 is taken by 1530 "),
            (
                "clearing",
                "1500",
                "Number 1500 is outside the series for “What the provider owes”. Use one from 1501–",
            ),
            ("clearing", "3000", "Number 3000 is outside the series"),
            ("clearing", "1930", "Number 1930 is outside the series"),
            ("clearing", "152", "Number 152 is outside the series"),
            ("clearing", "15AB", "Number 15AB is outside the series"),
            (
                "unknown",
                "7773",
                "Number 7773 is outside the series for “Unknown transactions”. Use one from 1501–1599.",
            ),
            ("fee", "7800", "Number 7800 is outside the series for “Fees”. Use one from 7700–7799."),
            ("fee", "7785", "Number 7785 is among the bases of value added tax, 7780–7789."),
            ("clearing", "15 24", "15 24 cannot be an account number"),
            ("fee", "7773-1", "7773-1 cannot be an account number"),
            (
                "clearing",
                "1523",
                "Number 1523 is given twice: for “What the provider owes” and for “Unknown transactions”.",
            ),
            (
                "clearing",
                False,
                "Enter a number for “What the provider owes”, or choose an existing account. 1522 is free.",
            ),
        ]
        for role, code, sentence in cases:
            with self.subTest(role=role, code=code):
                activation = self._propose()
                line = self._get_line(activation, role)
                line.account_code = code
                self.assertTrue(line.has_problem)
                self.assertIn(sentence, line.note)
                self._assert_refused(activation, sentence)

    def test_refused_without_a_name(self):
        activation = self._propose()
        self._get_line(activation, "fee").account_name = " "
        self._assert_refused(activation, "Account 7772 needs a name.")

    def test_refused_accounts(self):
        archived = self._create_account("1541", name="Gammel")
        archived.active = False
        euro = self._create_account("1542", name="Dollar", currency_id=self.env.ref("base.USD").id)
        cases = [
            (
                "clearing",
                self._get_account("1500"),
                "is of the type Receivable. For “What the provider owes” it must be",
            ),
            ("clearing", self._get_account("1920"), "is of the type Bank and Cash."),
            (
                "fee",
                self._get_account("1579"),
                "is of the type Current Assets. For “Fees” it must be of the type Expenses.",
            ),
            ("fee", self._get_account("7786"), "is among the bases of value added tax"),
            ("clearing", archived, "Account 1541 Gammel is archived"),
            ("clearing", euro, "Account 1542 Dollar takes only USD."),
        ]
        for role, account, sentence in cases:
            with self.subTest(role=role, code=account.code):
                activation = self._propose()
                self._get_line(activation, role).account_id = account
                self._assert_refused(activation, sentence)
        activation = self._propose()
        lines = self._get_line(activation, "clearing") | self._get_line(activation, "unknown")
        lines.account_id = self._get_account("1579")
        self._assert_refused(
            activation, "is chosen twice: for “What the provider owes” and for “Unknown transactions”."
        )

    def test_all_problems_are_said_at_once(self):
        activation = self._propose()
        self._get_line(activation, "clearing").account_code = "3000"
        self._get_line(activation, "fee").account_code = "7770"
        self._assert_refused(activation, "Number 3000 is outside", "Number 7770 is taken by 7770 ")

    def test_unused_lines_are_not_checked(self):
        activation = self._propose()
        self._get_line(activation, "reserve").account_code = "3000"
        self.assertTrue(self._approve(activation))

    def test_account_of_another_provider(self):
        first = self._activate()
        activation = self._propose(merchant_id="2", code="stripe")
        self._get_line(activation, "clearing").account_id = first.clearing_account_id
        with self.assertRaisesRegex(UserError, "Account 1522 Vipps oppgjør is already used by Vipps. Only agreements"):
            activation.action_activate()
        activation = self._propose(merchant_id="2")
        self._get_line(activation, "unknown").account_id = first.clearing_account_id
        with self.assertRaisesRegex(UserError, "Account 1522 Vipps oppgjør is already used by Vipps"):
            activation.action_activate()

    def test_number_taken_since_the_proposal(self):
        activation = self._propose()
        self.assertEqual(self._get_codes(activation), ["1522", "1523", "7772"])
        self._create_account("1522", name="Kom først")
        self._assert_refused(activation, "Number 1522 is taken by 1522 Kom først.")

    # ---------------------------------------------------------------- languages

    def test_names_in_both_languages(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        for lang, merchant_id, name in (("en_US", "1", "Vipps"), ("nb_NO", "2", "Vipps 2")):
            with self.subTest(lang=lang):
                self.env.user.lang = lang
                activation = (
                    self.env["settlement.activate"].with_context(lang=lang).create({"merchant_id": merchant_id})
                )
                provider = self._approve(activation)
                for read_in in ("en_US", "nb_NO"):
                    accounts = provider.with_context(lang=read_in)
                    self.assertEqual(accounts.clearing_account_id.name, f"{name} oppgjør")
                    self.assertEqual(accounts.unknown_account_id.name, f"{name} ukjente transaksjoner")
                    self.assertEqual(accounts.fee_account_id.name, f"{name} gebyr")

    # ---------------------------------------------------------------- Odoo's own payment providers

    def _create_payment_provider(self):
        provider = self.env["payment.provider"].create(
            {
                "name": "Dummy",
                "code": "none",
                "state": "test",
                "company_id": self.company.id,
                "payment_method_ids": [Command.set(self.env.ref("payment.payment_method_unknown").ids)],
            }
        )
        self._create_dummy_payment_method_for_provider(provider, self.company_data["default_journal_bank"])
        line = self.env["account.payment.method.line"].search([("payment_provider_id", "=", provider.id)])
        self.assertEqual(len(line), 1)
        return provider, line

    def test_payment_provider_without_account(self):
        payment_provider, line = self._create_payment_provider()
        line.payment_account_id = False
        activation = self._propose(payment_provider_ids=[Command.set(payment_provider.ids)])
        self.assertFalse(activation.payment_account_note)
        provider = self._approve(activation)
        self.assertEqual(provider.payment_provider_ids, payment_provider)
        self.assertEqual(line.payment_account_id, provider.clearing_account_id)

    def test_payment_provider_with_account(self):
        payment_provider, line = self._create_payment_provider()
        before = self._create_account("1946", name="Utestående")
        line.payment_account_id = before
        activation = self._propose(payment_provider_ids=[Command.set(payment_provider.ids)])
        self.assertEqual(activation.payment_account_note, "Payments through Dummy are now booked on 1946 Utestående.")
        self._approve(activation)
        self.assertEqual(line.payment_account_id, before)
        agreed = self._propose(
            merchant_id="2",
            payment_provider_ids=[Command.set(payment_provider.ids)],
            replace_payment_accounts=True,
        )
        self.assertEqual(line.payment_account_id, before)
        self.assertEqual(self._approve(agreed).clearing_account_id, line.payment_account_id)

    def test_payment_providers_are_only_asked_for_where_there_are_any(self):
        self.env["payment.provider"].search([("company_id", "=", self.company.id)]).state = "disabled"
        self.assertFalse(self._propose().has_payment_providers)
        self._create_payment_provider()
        activation = self._propose()
        self.assertTrue(activation.has_payment_providers)
        self.assertFalse(activation.payment_provider_ids, "it is not known to carry the same agreement")

    def test_payment_providers_not_chosen_are_left_alone(self):
        _payment_provider, line = self._create_payment_provider()
        before = line.payment_account_id
        provider = self._activate(replace_payment_accounts=True)
        self.assertFalse(provider.payment_provider_ids)
        self.assertEqual(line.payment_account_id, before)

    # ---------------------------------------------------------------- access and places

    def test_manager_who_is_no_administrator(self):
        user = new_test_user(
            self.env,
            login="accountant",
            groups="account.group_account_manager,settlement_bridge.group_settlement_manager",
            company_id=self.company.id,
        )
        with Form(self.env["settlement.activate"].with_user(user)) as form:
            form.merchant_id = "123456"
        self.assertEqual(self._approve(form.record).clearing_account_id.code, "1522")

    def test_second_agreement_needs_its_number(self):
        """Two cards called Vipps, and a second set of accounts, were made by one click too many."""
        self._activate(merchant_id="123455")
        with self.assertRaisesRegex(UserError, "Vipps is active already. Enter the merchant id"):
            self._activate()
        other = self._activate(merchant_id="654321")
        self.assertNotEqual(other.merchant_id, "123455")
        self.assertEqual(self._activate(currency_id=self.env.ref("base.EUR").id).currency_id.name, "EUR")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_others_cannot_activate(self):
        user = new_test_user(self.env, login="seller", groups="base.group_user", company_id=self.company.id)
        with self.assertRaises(UserError):
            self.env["settlement.activate"].with_user(user).create({"code": "vipps"})

    def test_settings_lead_here(self):
        view = self.env["res.config.settings"].get_view(view_type="form")
        action = self.env.ref("settlement_bridge.action_settlement_activate")
        self.assertIn(f'name="{action.id}"', view["arch"])


@tagged("post_install", "-at_install")
class TestActivationGeneric(ActivationCommon):
    """Activation on a chart that is not Norwegian."""

    @classmethod
    @AccountTestInvoicingCommon.setup_chart_template("generic_coa")
    def setUpClass(cls):
        super().setUpClass()

    def test_next_to_kindred_accounts(self):
        activation = self._propose()
        # Account Receivable is 121000 and Bank Fees 620000; 121001 is taken by Odoo's own test data.
        self.assertEqual(self._get_codes(activation), ["121002", "121003", "620001"])
        self.assertEqual(self._get_codes(activation, "rounding"), ["620002"])
        provider = self._approve(activation)
        self.assertRecordValues(
            provider.clearing_account_id
            | provider.unknown_account_id
            | provider.fee_account_id
            | provider.rounding_account_id,
            [
                {"name": "Vipps settlement clearing", "account_type": "asset_current", "reconcile": True},
                {"name": "Vipps unknown transactions", "account_type": "asset_current", "reconcile": True},
                {"name": "Vipps fees", "account_type": "expense", "reconcile": False},
                {"name": "Rounding differences", "account_type": "expense", "reconcile": False},
            ],
        )
        second = self._activate(merchant_id="2")
        self.assertEqual(second.rounding_account_id, provider.rounding_account_id)
        self.assertEqual(second.clearing_account_id.code, "121004")

    def test_existing_rounding_account_is_found_by_name(self):
        account = self._create_account("699000", name="Rounding", account_type="expense")
        self.assertEqual(self._get_line(self._propose(), "rounding").account_id, account)

    def test_numbers_are_free_and_bounded(self):
        self._create_account("121002")
        self.assertEqual(self._get_codes(self._propose()), ["121003", "121004", "620001"])
        for number in range(121003, 121100):
            self._create_account(str(number))
        activation = self._propose()
        self.assertEqual(self._get_codes(activation, "clearing"), [False])
        self._assert_refused(activation, "No free number was found for “What the provider owes”.")

    def test_type_is_fixed(self):
        activation = self._propose()
        self._get_line(activation, "clearing").account_code = "101500"
        self.assertEqual(self._approve(activation).clearing_account_id.account_type, "asset_current")

    def test_norwegian_country_with_this_chart(self):
        self.change_company_country(self.company, self.env.ref("base.no"))
        activation = self._propose()
        self.assertEqual(self._get_codes(activation), ["121002", "121003", "620001"])
        self.assertEqual(self._get_line(activation, "clearing").account_name, "Vipps settlement clearing")

    def test_norwegian_reader(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        activation = self.env["settlement.activate"].with_context(lang="nb_NO").create({"code": "vipps"})
        self.assertEqual(self._get_line(activation, "clearing").account_name, "Vipps oppgjør")
        self._get_line(activation, "fee").account_name = "Egne gebyrer"
        provider = self._approve(activation)
        self.assertEqual(provider.with_context(lang="nb_NO").clearing_account_id.name, "Vipps oppgjør")
        self.assertEqual(provider.with_context(lang="en_US").clearing_account_id.name, "Vipps settlement clearing")
        for lang in ("nb_NO", "en_US"):
            self.assertEqual(provider.with_context(lang=lang).fee_account_id.name, "Egne gebyrer")
