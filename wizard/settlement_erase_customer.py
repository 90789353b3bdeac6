import json
import re

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..models.account_settlement_line import NOT_MATCHED_FOR_GOOD

#: The fields of a customer that bookkeeping never needs, and those it does not need where nothing is booked.
CONTACT_FIELDS = ("email", "phone")
ADDRESS_FIELDS = ("street", "street2", "zip", "city", "vat", "website", "comment")


def _read_texts(content):
    """Return every text in a document, in lower case; none where it is not JSON."""
    try:
        found, left = set(), [json.loads(content or "null")]
    except ValueError:
        return set()
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str):
            found.add(value.strip().casefold())
    return found


class SettlementEraseCustomer(models.TransientModel):
    """Erase the personal data of one customer, except what bookkeeping law requires to keep."""

    _name = "settlement.erase.customer"
    _description = "Erase a Customer's Data"
    _inherit = ["settlement.dialog"]

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True, help="Such as who asked for it, and when.")
    summary = fields.Text(string="What Was Done", readonly=True)

    def action_erase(self):
        """Erase, and report what was erased, what was kept and why: here and in the customer's log."""
        self.ensure_one()
        if not self.env.user.has_group("settlement_bridge.group_settlement_manager"):
            raise AccessError(self.env._("Only managers of Settlements erase a customer's data."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Enter why the data are erased: it is kept with the note on the customer."))
        self.partner_id.check_access("read")
        if self.summary:
            raise UserError(self.env._("The data of %s were erased already.", self.partner_id.display_name))
        self._check_is_customer()
        said = self._erase()
        self.summary = "\n".join(said)
        customer = self.partner_id.commercial_partner_id.sudo()
        note = [self.env._("Data erased by %(user)s: %(reason)s", user=self.env.user.name, reason=self.reason), *said]
        customer.message_post(body=Markup("<br/>").join(note))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Data Erased"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_is_customer(self):
        """Refuse contacts that are not a customer's: our own companies, suppliers, and those that stand for many.

        :raises UserError: nothing is erased then.
        """
        family = self._get_family()
        is_elsewhere = any(
            self.env[model].sudo().with_context(active_test=False).search_count([(name, "in", family.ids)], limit=1)
            for model, name in (
                ("res.company", "partner_id"),
                ("sale.webshop", "collective_partner_id"),
                ("account.settlement.fee.type", "partner_id"),
            )
        )
        if is_elsewhere or family.filtered("supplier_rank"):
            raise UserError(
                self.env._(
                    "%s is not a customer alone: a company of yours, a supplier, or the customer of all orders. Change "
                    "the contact by hand.",
                    self.partner_id.display_name,
                )
            )

    def _get_family(self):
        customer = self.partner_id.commercial_partner_id.sudo()
        return customer.with_context(active_test=False).search([("id", "child_of", customer.id)])

    def _erase(self):
        """Erase; return what was done and what was kept, as sentences."""
        family = self._get_family()
        # Only in the companies that the user works in.
        companies = self.env.companies
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("webshop_id", "!=", False),
                    ("company_id", "in", companies.ids),
                    "|",
                    "|",
                    ("partner_id", "in", family.ids),
                    ("partner_invoice_id", "in", family.ids),
                    ("partner_shipping_id", "in", family.ids),
                ]
            )
        )
        needed = orders._get_reasons_to_keep()
        said = self._erase_orders(orders, needed)
        said += self._erase_events_without_order(family)
        said += self._erase_rows(family, orders)
        said += self._erase_contact(family, needed)
        return said + self._describe_kept(family)

    def _erase_orders(self, orders, needed):
        free = orders.filtered(lambda order: order not in needed)
        told = orders.webshop_event_ids.filtered(lambda event: event.kind == "document")
        removed = free.webshop_event_ids._remove_content("erasure")
        free.write({"webshop_buyer_id": False})
        said = [
            self.env._(
                "Removed: %(removed)s of %(all)s original documents of web orders.",
                removed=len(removed),
                all=len(told.filtered(lambda event: not event.content_removed_on) | removed),
            )
        ]
        if needed:
            said.append(self.env._("Kept until they are finished, and their period is locked. Erase again then:"))
            reasons = [message.to_json() for message in needed.values()]
            said.append(self.env["settlement.message"]._render_stored(reasons))
        return said

    def _erase_events_without_order(self, family):
        """Erase events of orders that were not imported, found by the customer's e-mail addresses."""
        said = []
        for email in {partner.email_normalized for partner in family} - {False}:
            # The address may be escaped in the document: its first part is searched for, then the whole.
            local_part = re.sub(r"([\\\\%_])", r"\\\1", email.partition("@")[0])
            events = (
                self.env["sale.webshop.event"]
                .sudo()
                .search(
                    [
                        ("company_id", "in", self.env.companies.ids),
                        ("kind", "=", "document"),
                        ("order_id", "=", False),
                        ("content", "ilike", local_part),
                    ]
                )
                .filtered(lambda event, email=email: email in _read_texts(event.content))
            )
            waiting = events.filtered(lambda event: event.state in ("new", "error"))
            removed = (events - waiting)._remove_content("erasure")
            if removed:
                said.append(self.env._("Removed: %s documents of orders that were not imported.", len(removed)))
            if waiting:
                said.append(
                    self.env._(
                        "Kept: %s documents that are not read yet or were refused. Read or exclude them, then erase"
                        " again.",
                        len(waiting),
                    )
                )
        return said

    def _erase_rows(self, family, orders):
        moves = orders.invoice_ids | orders.webshop_move_ids
        lines = (
            self.env["account.settlement.line"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.env.companies.ids),
                    ("content_removed_on", "=", False),
                    "|",
                    "|",
                    ("partner_id", "in", family.ids),
                    ("sale_order_id", "in", orders.ids),
                    ("invoice_id", "in", moves.ids),
                ]
            )
        )
        settled = lines.filtered(lambda line: line._is_settled())
        settled._remove_content()
        said = [self.env._("Removed: the original row and texts of %s transactions.", len(settled))]
        if lines - settled:
            said.append(
                self.env._(
                    "Kept: the rows of %s transactions that are not finally matched, or not in a locked period yet.",
                    len(lines - settled),
                )
            )
        return said

    def _erase_contact(self, family, needed):
        """Erase the customer's contact data unless it is needed, and the name where nothing is booked."""
        customer = family.filtered(lambda partner: partner == partner.commercial_partner_id)[:1]
        if family.with_context(active_test=False).user_ids:
            return [self.env._("Kept: the contact, because somebody logs in with it. It is erased with the user.")]
        if needed or self._has_open_business(family):
            return [self.env._("Kept: the contact, because something is still open.")]
        quiet = family.with_context(tracking_disable=True, mail_notrack=True)
        quiet.write(dict.fromkeys(CONTACT_FIELDS, False))
        # the e-mail addresses and customer numbers by which they would be known again
        self.env["sale.webshop.buyer"].sudo().search([("partner_id", "in", family.ids)]).unlink()
        if self._is_booked_on(family):
            return [
                self.env._(
                    "Removed: e-mail and phone. Kept: name and address, which documentation of a sale names for five "
                    "years after the financial year (bokføringsloven § 13)."
                )
            ]
        if self._get_orders_of(family).filtered(lambda order: not order.webshop_id):
            return [
                self.env._("Removed: e-mail and phone. Kept: name and address, because the customer has other orders.")
            ]
        for partner in quiet:
            partner.write(
                {"name": self.env._("Erased customer %s", partner.id), **dict.fromkeys(ADDRESS_FIELDS, False)}
            )
        return [self.env._("Removed: name, address, e-mail and phone of %s, because nothing is booked.", customer.name)]

    def _get_orders_of(self, family):
        """Return every order of the customer, in every company, that is not cancelled."""
        names = ("partner_id", "partner_invoice_id", "partner_shipping_id")
        domain = Domain.OR([(name, "in", family.ids)] for name in names)
        return self.env["sale.order"].sudo().search(domain & Domain("state", "!=", "cancel"))

    def _has_open_business(self, family):
        """Whether any company still has open business with the customer."""
        orders = self._get_orders_of(family).filtered(
            lambda order: (
                order.webshop_state in ("open", "waiting") if order.webshop_id else order.invoice_status != "invoiced"
            )
        )
        items = (
            self.env["account.move.line"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "in", family.ids),
                    ("account_type", "in", ("asset_receivable", "liability_payable")),
                    ("amount_residual", "!=", 0),
                    ("parent_state", "in", ("draft", "posted")),
                ],
                limit=1,
            )
        )
        lines = (
            self.env["account.settlement.line"]
            .sudo()
            .search_count([("partner_id", "in", family.ids), ("status", "in", NOT_MATCHED_FOR_GOOD)], limit=1)
        )
        return bool(orders or items or lines)

    def _is_booked_on(self, family):
        return bool(
            self.env["account.move"]
            .sudo()
            .search_count(
                [
                    "|",
                    "|",
                    ("partner_id", "in", family.ids),
                    ("partner_shipping_id", "in", family.ids),
                    ("line_ids.partner_id", "in", family.ids),
                ],
                limit=1,
            )
        )

    def _describe_kept(self, family):
        """Describe which bookkeeping documentation is kept, and until when."""
        said = []
        moves = self.env["account.move"].sudo()
        for company in self.env.companies:
            found = moves.search(
                [("company_id", "=", company.id), ("partner_id", "in", family.ids), ("state", "=", "posted")]
            ) | moves.search(
                [
                    ("company_id", "=", company.id),
                    ("line_ids.partner_id", "in", family.ids),
                    ("settlement_id", "!=", False),
                ]
            )
            if found:
                last = company.sudo().compute_fiscalyear_dates(max(found.mapped("date")))["date_to"]
                years = company.sudo().settlement_document_years
                said.append(
                    self.env._(
                        "Kept in %(company)s: %(count)s invoices, credit notes and vouchers, and the settlement "
                        "documents behind them, until %(date)s (%(years)s years after the financial year, "
                        "bokføringsloven § 13).",
                        company=company.name,
                        count=len(found),
                        years=years,
                        date=format_date(self.env, last.replace(year=last.year + years)),
                    )
                )
        return said
