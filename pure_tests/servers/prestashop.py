"""A PrestaShop: Webservice lists with filters, sorting and limits as they are documented; state ids of its own."""

import base64
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo.addons.settlement_bridge.common.amounts import divide
from odoo.addons.settlement_bridge.webshops.records import LineKind, ReferenceKind, ShopSettings

from .shop import Feature, ShopServer, clock_time, number

ZONE = ZoneInfo("Europe/Oslo")
KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
KINDS = (LineKind.PRODUCT, LineKind.SHIPPING, LineKind.FEE)
OF_AN_ORDER = ("order_details", "order_slip", "order_histories", "order_cart_rules")
#: What a list is called in the answer, where it is not called as the resource.
NAMES = {"order_slip": "order_slips"}


class PrestaShopServer(ShopServer):
    """A shop in Oslo with the Webservice key :data:`KEY`.

    :ivar orders_move: False: an order's ``date_upd`` stays when it is refunded, only the credit slip's is new.
    :ivar stuck: every page of a list is its first.
    """

    platform = "prestashop"
    cannot = {
        Feature.EXCHANGE: "An exchange is a credit slip and an order of its own.",
        Feature.RELEASED: "A slip does not tell whether its money had been taken.",
        Feature.PART_SHIPMENT: "The whole order is shipped; one that is sent in parts is split in several orders.",
        Feature.VOID: "Core knows what was paid, not that the rest of a reservation was given up.",
        Feature.GIFT_CARD_SOLD: "Core has no gift cards; a module's is a product like others.",
        Feature.GIFT_CARD_REDEEMED: "Core has no gift cards; a module's is a discount like others.",
        Feature.STORE_CREDIT: "It has vouchers for returns alone, which name the order they were given for.",
        Feature.TIP: "There are no tips in core.",
        Feature.FEE: "Gift wrapping is the only one, and it has no name of its own.",
        Feature.REFUND_TO_GIFT_CARD: "Core has no gift cards.",
        Feature.REFUND_WITHDRAWN: "A credit slip is not deleted.",
        Feature.DELETION: "No list tells of an order that is gone; only asking for it does.",
        Feature.TEST_ORDER: "An order has no mark for it; it is a setting of the payment module.",
    }

    def __init__(self):
        super().__init__()
        names = ("orders", "order_payments", *OF_AN_ORDER, "customers", "addresses")
        tables = ("order_states", "taxes", "countries", "currencies", "carriers", "shops")
        self.records = {name: {} for name in (*names, *tables)}
        self.records["shops"]["1"] = {"id": 1, "name": "Eksempelbutikken"}
        self.orders_move = True
        self.stuck = False

    @property
    def settings(self):
        """The Webservice key."""
        return ShopSettings(url=self.base_url, token=KEY, time_zone=ZONE)

    # --- orders

    def put(self, order):
        """Let the order read as given from now on."""
        if not all(line.kind in KINDS for line in order.lines):
            raise ValueError("PrestaShop has no such line")
        order_id = number(order.external_id)
        before = self.records["orders"].get(str(order_id))
        old_slips = {key for key, slip in self.records["order_slip"].items() if slip["id_order"] == order_id}
        self._forget(order_id)
        histories = self._histories(order)
        self._add("orders", self._order(order, histories[-1]["id_order_state"]))
        for name, made in (
            ("order_payments", _payments(order)),
            ("order_details", [self._detail(line, order) for line in order.lines if line.kind is LineKind.PRODUCT]),
            ("order_slip", [_slip(refund, order) for refund in order.refunds]),
            ("order_histories", histories),
            ("order_cart_rules", _cart_rules(order)),
            ("addresses", self._addresses(order)),
            ("customers", [_customer(order)]),
        ):
            for record in made:
                self._add(name, record)
        if before and not self.orders_move and len(order.refunds) > len(old_slips):
            self.records["orders"][str(order_id)]["date_upd"] = before["date_upd"]
            for key, slip in self.records["order_slip"].items():
                if slip["id_order"] == order_id and key not in old_slips:
                    slip["date_upd"] = text(order.changed_at)

    def delete(self, external_id, at):
        """Let the shop not have the order any more."""
        self._forget(number(external_id))

    def _forget(self, order_id):
        order = self.records["orders"].pop(str(order_id), None)
        for name in OF_AN_ORDER:
            kept = {key: record for key, record in self.records[name].items() if record["id_order"] != order_id}
            self.records[name] = kept
        payments = self.records["order_payments"]
        if order and order["reference"] not in {other["reference"] for other in self.records["orders"].values()}:
            kept = {
                key: payment for key, payment in payments.items() if payment["order_reference"] != order["reference"]
            }
            self.records["order_payments"] = kept

    def _add(self, resource, record):
        self.records[resource][str(record["id"])] = record
        return record["id"]

    def _named(self, resource, name, **values):
        """The id of a row of a small table, made where it is not there."""
        for record in self.records[resource].values():
            if record == {"id": record["id"], "name": name, **values}:
                return record["id"]
        return self._add(resource, {"id": len(self.records[resource]) + 1, "name": name, **values})

    def _order(self, order, state):
        shipping = _sum(order, LineKind.SHIPPING)
        wrapping = _sum(order, LineKind.FEE)
        discount = _discount(order) + shipping[2]
        rates = [line.rate for line in order.lines if line.kind is LineKind.SHIPPING]
        order_id = number(order.external_id)
        name = next((line.name for line in order.lines if line.kind is LineKind.SHIPPING), "")
        return {
            "id": order_id,
            "reference": order.number,
            "id_customer": number(order.buyer.external_id) if order.buyer.external_id else order_id,
            "id_address_invoice": order_id * 10 + 1,
            "id_address_delivery": order_id * 10 + 2,
            "id_currency": self._named("currencies", order.currency, iso_code=order.currency),
            "id_carrier": self._named("carriers", order.delivery_method or name),
            "id_shop": 1,
            "current_state": state,
            "module": order.payment_method,
            "payment": order.payment_name,
            "date_add": text(order.created_at),
            "date_upd": text(order.changed_at),
            "total_paid": money(order.total),
            "total_paid_tax_incl": money(order.total),
            "total_paid_tax_excl": money(order.total - sum(line.tax for line in order.lines)),
            "total_paid_real": money(order.captured),
            "total_products_wt": money(
                sum(_gross(line, order) for line in order.lines if line.kind is LineKind.PRODUCT)
            ),
            "total_discounts_tax_incl": money(discount),
            "total_shipping_tax_incl": money(shipping[0] + shipping[2]),
            "total_shipping_tax_excl": money(shipping[0] - shipping[1] + shipping[2] * 100 / (100 + (rates or [0])[0])),
            "carrier_tax_rate": f"{(rates or [0])[0]:.3f}",
            "total_wrapping_tax_incl": money(wrapping[0]),
            "total_wrapping_tax_excl": money(wrapping[0] - wrapping[1]),
            "round_mode": "2",
            "round_type": "2",
            "conversion_rate": "1.000000",
            "associations": {"order_rows": []},
        }

    def _detail(self, line, order):
        gross = _gross(line, order)
        net = line.amount - line.tax if gross == line.amount else gross * 100 / (100 + (line.rate or 0))
        taxes = []
        if line.rate is None:
            taxes = [{"id": "999"}]
        elif line.rate or line.tax_class:
            name = line.tax_class or f"MVA {line.rate.normalize():f} %"
            taxes = [{"id": str(self._named("taxes", name, rate=f"{line.rate:.3f}"))}]
        return {
            "id": number(line.external_id),
            "id_order": number(order.external_id),
            "product_name": line.name,
            "product_reference": line.sku,
            "product_quantity": str(line.quantity),
            "total_price_tax_incl": money(gross),
            "total_price_tax_excl": money(net),
            "unit_price_tax_incl": money(gross / line.quantity),
            **({"associations": {"taxes": taxes}} if taxes else {}),
        }

    def _histories(self, order):
        events = [(order.created_at, set())]
        events += [(moment, {"logable"}) for moment in [order.accepted_at] if moment]
        events += [(capture.time or order.changed_at, {"logable", "paid"}) for capture in order.captures or ()]
        events += [(shipment.time, {"shipped"}) for shipment in order.shipments]
        events += [(moment, {"shipped", "paid"}) for moment in [order.completed_at] if moment]
        events.sort(key=lambda event: event[0])
        so_far, states = set(), []
        for moment, flags in events:
            so_far = so_far | flags
            states.append((moment, frozenset(so_far), ""))
        if order.cancelled_at:
            states.append((order.cancelled_at, frozenset(), "order_canceled"))
        result = []
        for place, (moment, flags, template) in enumerate(states):
            name = order.status if place == len(states) - 1 else f"Tilstand {'/'.join(sorted(flags)) or 'ny'}"
            values = {flag: str(int(flag in flags)) for flag in ("logable", "paid", "shipped")}
            result.append(
                {
                    "id": number(order.external_id) * 100 + place,
                    "id_order": number(order.external_id),
                    "id_order_state": self._named("order_states", name, template=template, deleted="0", **values),
                    "date_add": text(moment),
                }
            )
        return result

    def _addresses(self, order):
        for place, address in enumerate((order.billing, order.shipping), 1):
            first, _space, last = address.name.partition(" ")
            yield {
                "id": number(order.external_id) * 10 + place,
                "firstname": first,
                "lastname": last,
                "company": address.company or (order.buyer.company if place == 1 else ""),
                "address1": address.street,
                "address2": address.street2,
                "postcode": address.postcode,
                "city": address.city,
                "id_country": str(self._named("countries", address.country, iso_code=address.country)),
                "phone": "",
                "phone_mobile": order.buyer.phone,
                "vat_number": order.buyer.vat,
            }

    # --- answers

    def answer(self, method, path, query, headers, body):
        """Return what the Webservice answers."""
        if headers.get("authorization") != "Basic " + base64.b64encode(f"{KEY}:".encode()).decode():
            return 401, {}, b""
        match = re.fullmatch(r"/api/(\w+)", path)
        if not match or match[1] not in self.records:
            return _error(400, f'Resource of type "{path}" does not exists.')
        if query.get("output_format") != "JSON":
            return 200, {"Content-Type": "text/xml"}, b'<?xml version="1.0"?><prestashop/>'
        resource, records = match[1], list(self.records[match[1]].values())
        for name, value in query.items():
            field = re.fullmatch(r"filter\[(\w+)\]", name)
            if field and field[1].startswith("date_") and query.get("date") != "1":
                return _error(400, f'Unable to filter by "{field[1]}".')
            if field:
                records = [record for record in records if _is_met(str(record[field[1]]), value)]
        for part in reversed(re.findall(r"(\w+)_(ASC|DESC)", query.get("sort", ""))):
            records.sort(key=lambda record, name=part[0]: record[name], reverse=part[1] == "DESC")
        limit = [int(part) for part in query["limit"].split(",")] if "limit" in query else [0, len(records)]
        start, count = limit if len(limit) == 2 else (0, limit[0])
        start = 0 if self.stuck else start
        records = records[start : start + count]
        if query.get("display") != "full":
            names = query.get("display", "[id]").strip("[]").split(",")
            records = [{name: record[name] for name in names} for record in records]
        # PHP writes an empty list without its name
        return 200, {}, {NAMES.get(resource, resource): records} if records else []


def _error(status, message):
    return status, {}, {"errors": [{"code": 1, "message": message}]}


def _is_met(value, wanted):
    if wanted.startswith(">"):
        return value > wanted[2:-1]
    return value in wanted.strip("[]").split("|")


def text(moment):
    """A time as PrestaShop writes it: the shop's own, without saying so."""
    return clock_time(moment, ZONE)


def money(amount):
    """Six decimals, as text."""
    return f"{amount:.6f}"


def _sum(order, kind):
    lines = [line for line in order.lines if line.kind is kind]
    return tuple(sum((getattr(line, name) for line in lines), Decimal(0)) for name in ("amount", "tax", "discount"))


def _discount(order):
    """The discount of the whole order: what its rows have in proportion. Any other is in the rows' prices already."""
    rows = [line for line in order.lines if line.kind is LineKind.PRODUCT]
    discounts = [line.discount for line in rows]
    if not sum(discounts) or divide(sum(discounts), [line.amount + line.discount for line in rows], "NOK") != discounts:
        return Decimal(0)
    return sum(discounts)


def _gross(line, order):
    return line.amount + (line.discount if _discount(order) else 0)


def _cart_rules(order):
    order_id, values = number(order.external_id), {"deleted": "0"}
    rows, freight = _discount(order), _sum(order, LineKind.SHIPPING)[2]
    rules = [(1, rows, "0"), (2, freight, "1")]
    return [
        {"id": order_id * 10 + place, "id_order": order_id, "value": money(value), "free_shipping": is_free, **values}
        for place, value, is_free in rules
        if value
    ]


def _customer(order):
    first, _space, last = order.buyer.name.partition(" ")
    external_id = order.buyer.external_id
    return {
        "id": number(external_id or order.external_id),
        "is_guest": "0" if external_id else "1",
        "firstname": first,
        "lastname": last,
        "email": order.buyer.email,
        "company": order.buyer.company,
    }


def _payments(order):
    """Modules write a payment down when it is reserved; core then leaves it when a state says that it is paid."""
    kinds = (ReferenceKind.PROVIDER_REFERENCE, ReferenceKind.PROVIDER_ID)
    names = [reference.value for reference in order.references if reference.kind in kinds]
    if order.captures:
        taken = [(c.external_id, c.amount, c.time or order.changed_at) for c in order.captures]
    else:
        taken = [(order.external_id, order.total, order.accepted_at)] if order.accepted_at else []
    return [
        {
            "id": number(external_id),
            "order_reference": order.number,
            "amount": f"{amount:.2f}",
            "payment_method": order.payment_name,
            "transaction_id": names[min(place, len(names) - 1)] if names else "",
            "date_add": text(moment),
        }
        for place, (external_id, amount, moment) in enumerate(taken)
    ]


def _slip(refund, order):
    goods = [line for line in refund.lines if line.kind is not LineKind.SHIPPING]
    shipping = [line for line in refund.lines if line.kind is LineKind.SHIPPING]
    credited = sum((line.amount for line in goods), Decimal(0))
    freight = sum((line.amount for line in shipping), Decimal(0))
    return {
        "id": number(refund.external_id),
        "id_order": number(order.external_id),
        "total_products_tax_incl": money(credited),
        "total_products_tax_excl": money(credited - sum(line.tax for line in goods)),
        "total_shipping_tax_incl": money(freight),
        "total_shipping_tax_excl": money(freight - sum(line.tax for line in shipping)),
        "amount": money(refund.amount - freight),
        "shipping_cost_amount": money(freight),
        "partial": "1",
        "date_add": text(refund.time),
        "date_upd": text(refund.time),
        "associations": {
            "order_slip_details": [
                {
                    "id_order_detail": str(number(line.external_id)),
                    "product_quantity": str(line.quantity),
                    "amount_tax_incl": money(line.amount),
                    "amount_tax_excl": money(line.amount - line.tax),
                }
                for line in goods
            ]
        },
    }
