"""Who may do what: every role tries every field and every public method of every model, as a remote caller would.

A method that anybody can call from outside must stand in the table here: a new one without a row fails.
"""

from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import sent_order

from ..webshops.web_order_case import NOON, WebOrderCase

ROLES = {
    "portal": "base.group_portal",
    "internal": "base.group_user",
    "salesman": "sales_team.group_sale_salesman_all_leads",
    "invoicing": "account.group_account_invoice",
    "user": "settlement_bridge.group_settlement_user",
    "manager": "settlement_bridge.group_settlement_manager",
    "system": "base.group_system",
}
NOBODY = frozenset()
MANAGER = frozenset({"manager"})
USER = MANAGER | {"user"}
INVOICING = USER | {"invoicing"}
SALES = INVOICING | {"salesman"}
SYSTEM = frozenset({"system"})

READ = {
    "account.settlement": INVOICING,
    "account.settlement.line": INVOICING,
    "account.settlement.document": INVOICING,
    "account.settlement.voucher": INVOICING,
    "account.settlement.closing": INVOICING,
    "account.settlement.closing.change": INVOICING,
    "account.settlement.closing.check": INVOICING,
    "account.settlement.closing.signature": INVOICING,
    "account.settlement.completeness": USER,
    "account.settlement.cutoff": USER,
    "settlement.fault": SYSTEM,
    "settlement.work": USER,
    "settlement.setting": SYSTEM,
    "account.settlement.provider": INVOICING | SYSTEM,
    "account.settlement.rule": INVOICING,
    "account.settlement.fee.type": INVOICING,
    "account.settlement.vat.item": INVOICING,
    "account.settlement.fee.rate": INVOICING,
    "account.settlement.fee.report": INVOICING,
    "account.settlement.fee.month": INVOICING,
    "account.settlement.fee.owed": INVOICING,
    "account.settlement.rounding.report": INVOICING,
    "sale.webshop": SALES | SYSTEM,
    "sale.webshop.event": INVOICING,
    "sale.webshop.buyer": INVOICING,
    "sale.webshop.tax": USER,
    "sale.webshop.product": USER,
    "sale.order.reference": SALES,
    "account.settlement.dispute": INVOICING,
    "settlement.customer.debt": USER,
    "settlement.gift.card": USER,
    "sale.webshop.gift.card": INVOICING,
}

#: Models whose records people write, with who creates and deletes them. All others are written by methods alone.
SET_UP = {
    "account.settlement.provider": MANAGER,
    "account.settlement.rule": MANAGER,
    "account.settlement.fee.type": MANAGER,
    "account.settlement.fee.rate": MANAGER,
    "sale.webshop": MANAGER,
    "sale.webshop.tax": MANAGER,
    "sale.webshop.product": MANAGER,
}

#: What may be written by hand, and by whom. A value ``None`` stands for another account.
WRITE = {
    "account.settlement": {"payout_amount": NOBODY, "problem_data": NOBODY, "external_id": NOBODY},
    "account.settlement.line": {"amount": NOBODY, "status": NOBODY, "raw": NOBODY, "explanation_data": NOBODY},
    "account.settlement.document": {"name": NOBODY, "sha256": NOBODY, "state": NOBODY, "attachment_id": NOBODY},
    "account.settlement.closing": {"comment": USER, "state": NOBODY, "month": NOBODY, "signature_ids": NOBODY},
    "account.settlement.closing.check": {"state": NOBODY, "target_data": NOBODY},
    "account.settlement.closing.signature": {"comment": NOBODY, "signed_by": NOBODY},
    "sale.webshop.event": {"content": NOBODY, "state": NOBODY},
    "sale.order.reference": {"value": NOBODY},
    "sale.webshop.buyer": {"value": NOBODY, "partner_id": NOBODY},
    "account.settlement.provider": {
        "name": MANAGER,
        "rounding_limit": MANAGER,
        "reference_prefixes": MANAGER,
        # Settlements were read with it.
        "merchant_id": NOBODY,
        "state": NOBODY,
        "fetch_cursor": NOBODY,
        "fetch_failures": NOBODY,
        "api_url": SYSTEM,
        "connection_id": NOBODY,
    },
    "account.settlement.connection": {
        "fetch_enabled": MANAGER,
        "api_url": SYSTEM,
        "state": NOBODY,
        "fetch_cursor": NOBODY,
    },
    "sale.webshop": {
        "name": MANAGER,
        "sending": MANAGER,
        "delivery": MANAGER,
        "state": NOBODY,
        "fetch_cursor": NOBODY,
        "api_url": MANAGER | SYSTEM,
        "webhook_secret": SYSTEM,
    },
    "settlement.setting": {"value": SYSTEM, "name": NOBODY, "is_secret": NOBODY, "webshop_id": NOBODY},
    "account.settlement.rule": {
        "name": MANAGER,
        "sequence": MANAGER,
        "amount_to": NOBODY,
        "state": NOBODY,
        "default_code": NOBODY,
    },
    "account.settlement.fee.type": {"name": MANAGER},
    "account.settlement.dispute": {"deadline": USER, "cause": USER, "outcome": NOBODY, "reference": NOBODY},
    "account.settlement.fee.rate": {"note": MANAGER},
    "sale.order": {
        "webshop_id": NOBODY,
        "webshop_state": NOBODY,
        "webshop_check": NOBODY,
        "webshop_event_id": NOBODY,
        "webshop_external_id": NOBODY,
        "webshop_reference": NOBODY,
        "webshop_is_called_off": NOBODY,
        "webshop_similar_partner_id": NOBODY,
        "webshop_is_customer_by_hand": NOBODY,
        "webshop_delivery": NOBODY,
    },
    "sale.order.line": {"webshop_line_id": NOBODY, "webshop_kind": NOBODY},
    "account.move": {"webshop_id": NOBODY, "webshop_order_id": NOBODY, "webshop_document_key": NOBODY},
}
VALUES = {
    "month": "2026-01-01",
    "signature_ids": [Command.clear()],
    "target_data": False,
    "sending": "email",
    "delivery": "odoo",
    "webshop_delivery": "odoo",
    "rounding_limit": 0.5,
    "sequence": 77,
    "payout_amount": 1.0,
    "amount": 1.0,
    "amount_to": 1.0,
    "problem_data": False,
    "fetch_cursor": False,
    "fetch_failures": 0,
    "status": "excluded",
    "state": "paused",
    "raw": {"Amount": "1.00"},
    "api_url": "https://shop.example.com",
    "explanation_data": [],
    "content": "{}",
    "webshop_check": False,
    "webshop_is_called_off": True,
    "webshop_state": "left_out",
    "webshop_id": False,
    "webshop_event_id": False,
    "webshop_order_id": False,
    "webshop_similar_partner_id": False,
    "webshop_is_customer_by_hand": False,
    "partner_id": False,
    "deadline": "2026-04-01",
    "outcome": "loss",
}

#: Who may call what. What only opens a view stands in :meth:`TestRoles.opens`.
METHODS = {
    ("account.settlement", "action_confirm"): USER,
    ("account.settlement", "action_match_bank"): USER,
    ("account.settlement", "action_open_bank_match"): USER,
    ("account.settlement", "action_take_back_bank_line"): USER,
    ("account.settlement", "action_mend"): MANAGER,
    ("account.settlement", "action_process"): USER,
    ("account.settlement", "action_prove"): USER,
    ("account.settlement", "action_reverse"): MANAGER,
    ("account.settlement.closing", "action_check"): USER,
    ("account.settlement.closing", "action_sign"): MANAGER,
    ("account.settlement.connection", "action_pause"): MANAGER,
    ("account.settlement", "action_accept"): MANAGER,
    ("account.settlement.document", "action_activate"): INVOICING,
    ("account.settlement.document", "action_download"): INVOICING,
    ("account.settlement", "action_fetch_again"): USER,
    ("account.settlement.document", "action_fetch_again"): USER,
    ("account.settlement.document", "action_ingest"): USER,
    ("account.settlement.document", "action_leave_out"): MANAGER,
    ("account.settlement.dispute", "action_match_together"): USER,
    ("account.settlement.line", "action_propose"): USER,
    ("account.settlement.line", "action_accept_proposal"): USER,
    ("account.settlement.line", "action_retry"): USER,
    ("account.settlement.provider", "action_fetch"): USER,
    ("account.settlement.provider", "action_check_connection"): USER,
    ("account.settlement.provider", "action_fetch_errors_again"): USER,
    ("account.settlement.provider", "action_mend_altered"): MANAGER,
    ("account.settlement.provider", "action_pause"): MANAGER,
    ("sale.webshop", "action_propose_taxes"): MANAGER,
    ("account.settlement.provider", "action_resume"): MANAGER,
    ("account.settlement.provider", "action_retry_errors"): USER,
    ("account.settlement.rule", "action_change"): MANAGER,
    ("account.settlement.rule", "action_put_into_use"): MANAGER,
    ("account.settlement.rule", "action_try"): USER,
    ("sale.webshop", "action_activate"): MANAGER,
    ("sale.webshop", "action_check_connection"): USER,
    ("sale.webshop", "action_fetch"): USER,
    ("sale.webshop", "action_pause"): MANAGER,
    ("sale.webshop", "action_propose_gift_card_accounts"): MANAGER,
    ("sale.webshop.event", "action_read"): USER,
    ("sale.webshop.event", "action_leave_out"): USER,
    ("sale.order", "action_webshop_adopt"): USER,
    ("sale.order", "action_webshop_call_off"): USER,
    ("sale.order", "action_webshop_draft_invoice"): USER,
    ("sale.order", "action_webshop_leave_out"): USER,
    ("sale.order", "action_webshop_keep_buyer"): USER,
    ("sale.order", "action_webshop_retry"): USER,
    ("sale.order", "action_webshop_use_similar"): USER,
    ("sale.order", "action_place_settlement_lines"): USER,
    ("account.move", "action_place_settlement_lines"): USER,
    ("account.settlement.fee.owed", "action_make_bill"): USER,
    ("res.partner", "action_place_settlement_lines"): USER,
    ("settlement.work", "action_open"): USER,
    ("settlement.work", "action_solve"): USER,
    ("settlement.work", "action_match"): USER,
    ("settlement.work", "action_accept_proposals"): USER,
    ("settlement.work", "action_retry"): USER,
    ("settlement.work", "action_keep"): USER,
}

#: Methods of Odoo's own that the addon extends; what they may do is Odoo's own affair, or said in WRITE above.
VOUCHER_BUTTONS = ("button_draft", "button_cancel", "action_reverse")
EXTENDED = {"create", "write", "unlink", "onchange", "copy_data", "action_undo_reconciliation", *VOUCHER_BUTTONS}


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestRoles(WebOrderCase):
    """The table of the README, and every cell of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env(su=True),
                f"role_{role}",
                groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, groups in ROLES.items()
        }
        cls.invoice(100, "WEB-1")
        cls.settlement = cls.settle(
            [capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "X", "50.00"), payout("7", day(3))]
        )
        cls.line = cls.settlement.line_ids.filtered(lambda line: line.status == "unknown")[:1]
        cls.settle([Movement("retained-disputed-capture", "1", day(5), "WEB-1", Decimal("-100.00"))])
        cls.dispute = cls.env["account.settlement.dispute"].search([])

    def setUp(self):
        super().setUp()
        for model in ("account.settlement.connection", "sale.webshop"):
            self.patch(self.registry[model], "_commit_step", lambda source: None)
        order = self.told(sent_order())
        closing = self.env["account.settlement.closing"].sudo()
        closing = closing.create({"provider_id": self.provider.id, "month": "2026-02-01", "comment": "Prøve"})
        closing.with_user(self.accountant).action_sign()
        self.records = {
            "account.settlement.closing": closing.with_env(self.env),
            "account.settlement.closing.check": closing.check_ids[:1].with_env(self.env),
            "account.settlement.closing.signature": closing.signature_ids.with_env(self.env),
            "account.settlement": self.settlement,
            "account.settlement.line": self.line,
            "account.settlement.document": self.settlement.document_ids[:1],
            "account.settlement.provider": self.provider,
            "account.settlement.connection": self.provider.connection_id,
            "account.settlement.rule": self.env["account.settlement.rule"]._search_used(self.provider)[:1],
            "account.settlement.fee.type": self.provider.fee_type_ids[:1],
            "account.settlement.dispute": self.dispute,
            "account.settlement.fee.rate": self.provider.fee_rate_ids.create({"provider_id": self.provider.id}),
            "account.settlement.fee.owed": self.owed_fees(),
            "sale.webshop": self.shop,
            "sale.webshop.event": self.shop.event_ids[:1],
            "sale.webshop.tax": self.shop.tax_rule_ids[:1],
            "settlement.setting": self.make_shop("woocommerce").sudo().setting_ids[:1],
            "sale.order": order,
            "sale.order.line": order.order_line[:1],
            "sale.order.reference": order.settlement_reference_ids[:1],
            "sale.webshop.buyer": self.env["sale.webshop.buyer"].search([("partner_id", "=", order.partner_id.id)]),
            "account.move": order._get_webshop_moves()[:1],
            "account.move.line": self.settlement.move_ids.line_ids[:1],
            "res.partner": order.partner_id,
            "settlement.work": self.env["settlement.work"].search([("cause", "=", "unknown")], limit=1),
        }

    def owed_fees(self):
        """A month in which something stands on the account for fees owed."""
        owed, cost = self.account("2960"), self.account("7770")
        self.provider.fee_payable_account_id = owed
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": owed.id, "credit": 5}),
                    Command.create({"account_id": cost.id, "debit": 5}),
                ],
            }
        )
        entry.action_post()
        self.env.flush_all()
        return self.env["account.settlement.fee.owed"].search([("account_id", "=", owed.id)], limit=1)

    def call(self, role, model, method, *args, **kwargs):
        """Call a method as a remote caller with this role; return whether the role was let in, and the answer."""
        self.env.flush_all()
        self.env.invalidate_all()
        context = {"allowed_company_ids": self.company.ids, **kwargs.pop("context", {})}
        records = self.env(user=self.users[role], su=False, context={})[model]
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            answer = call_kw(records, method, list(args), {**kwargs, "context": context})
            self.env.flush_all()
            return True, answer
        except AccessError:
            return False, None
        except UserError:
            # Whoever presses a button is let in, and told why not now; a value that is refused is refused.
            return method not in ("create", "write", "unlink", *VOUCHER_BUTTONS), None
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    def try_all(self, expected, model, method, *args, **kwargs):
        for role in ROLES:
            with self.subTest(role=role, model=model, method=method, args=str(args)[:80]):
                is_let_in, _answer = self.call(role, model, method, *args, **kwargs)
                self.assertEqual(is_let_in, role in expected)

    def test_read(self):
        for model, expected in READ.items():
            records = self.records.get(model)
            if records:
                self.try_all(expected, model, "read", records.ids, ["display_name"])
            else:
                self.try_all(expected, model, "search_count", [])

    def test_write(self):
        for model, names in WRITE.items():
            for name, expected in names.items():
                value = VALUES.get(name, f"forged {name}")
                if name == "attachment_id":
                    value = self.env["ir.attachment"].sudo().search([], limit=1).id
                if name == "webshop_id":
                    value = self.shop.id
                self.try_all(expected, model, "write", self.records[model].ids, {name: value})

    def test_rows_of_keys_are_made_by_the_shop(self):
        """Nobody makes, deletes or moves one, also not through the shop that it hangs on."""
        row = self.records["settlement.setting"]
        shop = row.webshop_id
        enter = [Command.update(row.id, {"value": "entered"})]
        self.try_all(SYSTEM, "sale.webshop", "write", shop.ids, {"setting_ids": enter})
        for command in (
            Command.create({"name": "token", "value": "forged"}),
            Command.delete(row.id),
            Command.unlink(row.id),
            Command.update(row.id, {"name": "token"}),
            Command.clear(),
        ):
            self.try_all(NOBODY, "sale.webshop", "write", shop.ids, {"setting_ids": [command]})
        self.try_all(NOBODY, "sale.webshop", "write", self.shop.ids, {"setting_ids": [Command.link(row.id)]})

    def test_every_model_is_written_by_somebody_named(self):
        """Every model of ours has a row, and no access list gives more than the table says."""
        own = {
            model._name
            for model in self.env.values()
            if model._original_module == "settlement_bridge" and not model._transient and not model._abstract
        }
        self.assertLessEqual(own, set(READ) | self.later_models())
        for model in own & set(READ) - set(SET_UP):
            self.try_all(NOBODY, model, "create", [{}])
            if records := self.records.get(model):
                self.try_all(NOBODY, model, "unlink", records.ids)

    @staticmethod
    def later_models():
        """Models whose table stands in their own tests."""
        return {"account.settlement.voucher", "account.settlement.connection", "account.settlement.erasure"}

    def test_posted_vouchers(self):
        """Odoo's own buttons on a settlement's voucher: nobody's; Reverse Entry opens Undo for managers."""
        for method in ("button_draft", "button_cancel", "unlink"):
            self.try_all(NOBODY, "account.move", method, self.settlement.move_ids.ids)
        self.try_all(NOBODY, "account.move", "write", self.settlement.move_ids.ids, {"date": "2026-03-30"})
        self.try_all(NOBODY, "account.move.line", "write", self.settlement.move_ids.line_ids.ids, {"balance": 7})
        self.try_all(NOBODY, "account.move.line", "write", self.settlement.move_ids.line_ids.ids, {"partner_id": 1})
        self.try_all(MANAGER, "account.move", "action_reverse", self.settlement.move_ids.ids)

    def test_what_customers_and_salesmen_do_not_read(self):
        """What a shop's order is called inside, and why it waits, is for those who book it."""
        internal = [
            "webshop_problem",
            "webshop_problem_data",
            "webshop_line_problem_data",
            "webshop_event_id",
            "webshop_external_id",
            "webshop_buyer_id",
            "webshop_similar_partner_id",
            "webshop_is_customer_by_hand",
            "webshop_check",
            "settlement_line_ids",
        ]
        for model, names in {"sale.order": internal, "account.move": ["webshop_document_key"]}.items():
            for role in ROLES:
                if not self.env(user=self.users[role], su=False)[model].has_access("read"):
                    continue
                _is_let_in, seen = self.call(role, model, "fields_get", internal + names)
                with self.subTest(role=role, model=model):
                    self.assertEqual(set(seen) & set(names), set(names) if role in INVOICING else set())

    def test_keys_are_read_by_administrators_alone(self):
        keys = {
            "account.settlement.provider": ["setting_ids", "api_url"],
            "account.settlement.connection": ["setting_ids", "api_url"],
            "sale.webshop": ["setting_ids", "webhook_secret"],
            "settlement.setting": ["value"],
        }
        for model, names in keys.items():
            for name in names:
                self.try_all(SYSTEM, model, "read", self.records[model].ids, [name])

    def test_salesman_makes_no_web_order(self):
        """Nor by values of a new order, nor by what a form would fill in, nor by its lines."""
        event = self.shop.event_ids[:1].id
        customer = self.customer.id
        values = [
            {"webshop_id": self.shop.id, "webshop_external_id": "forged-1", "webshop_event_id": event},
            {"webshop_check": True, "webshop_state": "open"},
            {"order_line": [Command.create({"product_id": self.socks.id, "webshop_line_id": "1"})]},
        ]
        for forged in values:
            self.try_all(NOBODY, "sale.order", "create", [{"partner_id": customer, **forged}])
        context = {"default_webshop_event_id": event, "default_webshop_check": True}
        self.try_all(NOBODY, "sale.order", "create", [{"partner_id": customer}], context=context)
        is_let_in, _answer = self.call("salesman", "sale.order", "create", [{"partner_id": customer}])
        self.assertTrue(is_let_in)
        copy = self.records["sale.order"].sudo().copy()
        self.assertFalse(copy.webshop_event_id or copy.webshop_id or copy.webshop_state)

    def test_rule_is_born_a_draft(self):
        """One in use is made of a draft, which can be tried before it counts."""
        rule = {"name": "Prøve", "action": "unknown", "provider_ids": self.provider.ids}
        self.try_all(MANAGER, "account.settlement.rule", "create", [rule])
        self.try_all(NOBODY, "account.settlement.rule", "create", [{**rule, "state": "used"}])
        other = self.records["account.settlement.rule"].id
        self.try_all(NOBODY, "account.settlement.rule", "create", [{**rule, "replaces_id": other}])
        self.try_all(NOBODY, "account.settlement.rule", "create", [rule], context={"default_state": "used"})

    def test_set_up(self):
        for model, expected in SET_UP.items():
            for role in ROLES:
                with self.subTest(role=role, model=model):
                    records = self.env(user=self.users[role], su=False)[model]
                    self.assertEqual(records.has_access("create"), role in expected)
                    self.assertEqual(records.has_access("unlink"), role in expected)

    def get_methods(self):
        """Return ``{(model, method)}`` of what anybody can call from outside and the addon brings."""
        found = set()
        for model in self.env.values():
            for cls in type(model).mro():
                if not cls.__module__.startswith("odoo.addons.settlement_bridge.") or model._abstract:
                    continue
                found |= {
                    (model._name, name)
                    for name, value in vars(cls).items()
                    if not name.startswith("_")
                    and callable(value)
                    and not getattr(value, "_api_private", False)
                    and name not in EXTENDED
                }
        return found

    def test_every_public_method_has_a_row(self):
        known = set(METHODS)
        unknown = {
            (model, method)
            for model, method in self.get_methods() - known
            if not self.env[model]._transient and not self.opens(model, method)
        }
        self.assertFalse(unknown, "give each a row in the table of this file")

    @staticmethod
    def opens(model, method):
        return method.startswith("action_open_") or (model, method) in {
            ("account.settlement.line", "action_assign"),
            ("account.settlement.line", "action_undo"),
            ("account.settlement.line", "action_exclude"),
            ("account.settlement.line", "action_keep"),
            ("account.settlement.line", "action_settle_fee_vat"),
            ("account.settlement", "action_upload"),
            ("account.settlement.provider", "action_upload"),
            ("account.settlement.provider", "action_go_live"),
            ("account.settlement.provider", "action_try_rules"),
        }

    @mute_logger("odoo.addons.settlement_bridge.models.settlement_source")
    def test_methods(self):
        for (model, method), expected in METHODS.items():
            context = {}
            if method == "action_place_settlement_lines":
                continue  # needs a dialog of the user's own: see the dialogs below
            self.try_all(expected, model, method, self.records[model].ids, context=context)

    def test_what_opens_tells_nothing(self):
        """What only opens a view names no record's values: what the view shows, the reader's own rights decide."""
        for model, method in self.get_methods():
            if self.env[model]._transient or not self.opens(model, method) or model not in self.records:
                continue
            for role in ROLES:
                with self.subTest(role=role, model=model, method=method):
                    _is_let_in, answer = self.call(role, model, method, self.records[model].ids)
                    self.assertLessEqual(
                        set(answer or ()) & {"res_model", "type", "values", "records"}, {"res_model", "type"}
                    )

    # ------------------------------------------------------------ dialogs

    def dialogs(self):
        """``{dialog: (who, its values, its methods)}``"""
        lines = {"line_ids": self.line.ids, "reason": "Prøve"}
        return {
            "settlement.upload": (USER, {"company_id": self.company.id}, ["action_upload"]),
            "settlement.line.assign": (USER, {**lines, "action": "undo"}, ["action_confirm"]),
            "settlement.line.propose": (
                USER,
                {"row_ids": [Command.create({"line_id": self.line.id, "move_id": self.invoice(50).id})]},
                ["action_confirm"],
            ),
            "settlement.fee.vat.seen": (USER, lines, ["action_confirm"]),
            "settlement.reverse": (
                MANAGER,
                {"settlement_ids": self.settlement.ids, "reason": "Prøve"},
                ["action_confirm"],
            ),
            "settlement.dispute.lost": (
                USER,
                {"dispute_id": self.dispute.id, "outcome": "credited", "reason": "Prøve"},
                ["action_confirm"],
            ),
            "settlement.accept": (
                MANAGER,
                {"settlement_id": self.settlement.id, "reason": "Prøve"},
                ["action_confirm"],
            ),
            "settlement.foreign.vat": (
                MANAGER,
                {"order_id": self.records["sale.order"].id, "choice": "owed"},
                ["action_confirm"],
            ),
            "settlement.vat.term": (
                USER,
                {"months": "2", "date_from": "2026-03-01"},
                ["action_open_previous", "action_open_next", "action_open_again"],
            ),
            "settlement.bank.match": (USER, {"settlement_ids": self.settlement.ids}, ["action_confirm"]),
            "settlement.account.proof": (
                USER,
                {"provider_ids": self.provider.ids},
                ["action_show", "action_previous_month_end", "action_next_month_end", "action_export"],
            ),
            "settlement.activate": (MANAGER, {"company_id": self.company.id, "code": "vipps"}, []),
            "settlement.go.live": (
                USER,
                {"provider_id": self.provider.id, "company_id": self.company.id},
                [],
            ),
            "settlement.rule.tryout": (
                USER,
                {"provider_id": self.provider.id, "company_id": self.company.id},
                [],
            ),
        }

    def as_manager(self):
        context = {"allowed_company_ids": self.company.ids}
        return self.env(user=self.users["manager"], su=False, context=context)

    def test_dialogs(self):
        for model, (expected, values, methods) in self.dialogs().items():
            self.try_all(expected, model, "create", [values])
            for method in methods:
                for role in ROLES:
                    dialog = self.as_manager()[model].create(values)
                    with self.subTest(role=role, model=model, method=method):
                        # Somebody else's dialog is nobody's to confirm.
                        is_let_in, _answer = self.call(role, model, method, dialog.ids)
                        self.assertEqual(is_let_in, role == "manager")

    def test_placing_from_a_dialog(self):
        """The buttons on what a dialog has found act on the user's own dialog alone."""
        values = {"line_ids": self.line.ids, "reason": "Prøve"}
        dialog = self.as_manager()["settlement.line.assign"].create(values)
        order = self.order(50, "S-1")
        invoice = self.invoice(50)
        context = {"settlement_assign_id": dialog.id}
        for record in (order, invoice):
            self.try_all(MANAGER, record._name, "action_place_settlement_lines", record.ids, context=context)

    def test_parts_and_rows_of_somebody_elses_dialog(self):
        """Whoever slips a part into another's dialog changes nothing there, and does not write its parts."""
        account = self.account("2900").id
        part = {"target_type": "account", "account_id": account, "amount": self.line.amount}
        values = {"line_ids": self.line.ids, "reason": "Prøve", "action": "divide"}
        dialog = self.as_manager()["settlement.line.assign"].create({**values, "part_ids": [Command.create(part)]})
        row = {"line_id": self.line.id, "move_id": self.invoice(50).id}
        proposed = self.as_manager()["settlement.line.propose"].create({"row_ids": [Command.create(row)]})
        self.try_all(MANAGER, dialog.part_ids._name, "write", dialog.part_ids.ids, {"amount": 1})
        self.try_all(MANAGER, proposed.row_ids._name, "write", proposed.row_ids.ids, {"is_chosen": False})
        self.try_all(MANAGER, proposed._name, "action_confirm", proposed.ids)
        self.try_all(MANAGER, dialog._name, "action_match_proposal", dialog.ids)
        self.try_all(MANAGER, dialog._name, "action_confirm", dialog.ids)
        self.try_all(MANAGER, dialog.part_ids._name, "create", [{**part, "assign_id": dialog.id}])
        self.try_all(MANAGER, proposed.row_ids._name, "create", [{**row, "propose_id": proposed.id}])

    def test_buttons_without_a_dialog(self):
        """Called from outside without the dialog they belong to, they say what to do first."""
        manager = self.as_manager()
        for record in (self.invoice(50), self.order(50, "S-1")):
            with self.subTest(record._name), self.assertRaisesRegex(UserError, "Open Match"):
                record.with_env(manager).action_place_settlement_lines()

    def test_dialogs_are_seen_by_who_opened_them(self):
        dialogs = {
            model._name
            for model in self.env.values()
            if model._transient and model._original_module == "settlement_bridge"
        }
        for model in dialogs:
            rules = self.env["ir.rule"].sudo().search([("model_id.model", "=", model)])
            with self.subTest(model=model):
                self.assertEqual(rules.mapped("domain_force"), ["[('create_uid', '=', user.id)]"])
        values = {"line_ids": self.line.ids, "reason": "hemmelig"}
        dialog = self.as_manager()["settlement.line.assign"].create(values)
        self.try_all(MANAGER, dialog._name, "read", dialog.ids, ["reason"])
        self.try_all(MANAGER, dialog._name, "write", dialog.ids, {"reason": "forged"})
        self.try_all(MANAGER, dialog._name, "unlink", dialog.ids)
