"""Who buys: one person stays one customer, and a company is never taken for another, whatever platform tells it."""

from dataclasses import replace

import pytest

from odoo.addons.settlement_bridge.webshops.buyers import Identity, company_of, identity_of, normal_vat
from odoo.addons.settlement_bridge.webshops.records import Buyer
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..samples.webshop_orders import new_order
from ..servers.inbox import InboxServer
from ..servers.shops import SERVERS

every_platform = pytest.mark.parametrize("code", PLATFORMS)


def told(code, order):
    """The order as the platform tells it."""
    platform = PLATFORMS[code]
    with SERVERS[code]() as server:
        server.put(order)
        if platform.client:
            content = platform.client(server.settings).order(order.external_id).content
        else:
            [(_headers, content)] = server.webhooks(order.external_id)
        return platform.parse(content, server.settings)


def bought_for(company="", vat="", number="", email="innkjop@example.com"):
    order = new_order()
    return replace(
        order,
        buyer=replace(order.buyer, external_id=number, email=email, company=company, vat=vat),
        billing=replace(order.billing, company=company),
    )


@every_platform
def test_two_companies_with_one_e_mail_are_two(code):
    first, second = (identity_of(told(code, bought_for(name))) for name in ("Firma A AS", "Firma B AS"))
    assert first.keys == second.keys == (("email", "innkjop@example.com"),)
    assert not second.is_known_as("email", first.company, first.vat)
    assert first.is_known_as("email", first.company, first.vat)


@every_platform
def test_a_person_who_buys_for_a_company_is_not_the_company(code):
    private, firm = (identity_of(told(code, bought_for(name, number="77"))) for name in ("", "Karis Firma AS"))
    assert private.number == firm.number == ("" if code == "nettbutikk24" else "77")
    assert not private.is_company
    assert firm.company == "karisfirmaas"
    for kind, _value in firm.keys:
        assert not firm.is_known_as(kind, private.company, private.vat)
        assert not private.is_known_as(kind, firm.company, firm.vat)


@every_platform
def test_a_guest_has_no_number(code):
    assert not told(code, new_order()).buyer.external_id


@pytest.mark.parametrize("value", [0, "0", "00", "", None, "guest", "Guest", "null", "-1"])
def test_a_number_that_stands_for_a_guest_is_none(value):
    with InboxServer() as server:
        server.put(new_order())
        [(_headers, body)] = server.webhooks("10512")
    sent = body.replace(b'"buyer": {', b'"buyer": {"id": %s, ' % repr(value).replace("'", '"').encode(), 1)
    if value is None:
        sent = sent.replace(b'"id": None', b'"id": null')
    assert sent != body
    assert PLATFORMS["inbox"].parse(sent, server.settings).buyer.external_id == ""


@pytest.mark.parametrize("value", ["1", "10", "7a3f", "gid-0-1"])
def test_a_number_that_stands_for_a_buyer_stays(value):
    assert Buyer(external_id=value).external_id == value


def test_a_dash_or_the_persons_own_name_is_no_company():
    assert not company_of(bought_for("-"))
    assert not company_of(bought_for("kari  eksempel"))
    assert company_of(bought_for("Kari Eksempel", vat="987654325")) == "Kari Eksempel"


def test_a_norwegian_number_is_read_in_every_form():
    assert {normal_vat(form) for form in ("987 654 325", "NO987654325MVA", "no 987654325 mva", "987654325")} == {
        "987654325"
    }
    assert normal_vat("SE556677889901") == "SE556677889901"
    assert normal_vat("") == ""


@pytest.mark.parametrize(
    ("now", "kind", "company", "vat", "is_same"),
    [
        # the number decides, whatever the name
        (Identity(company="luftspeilkontoras", vat="987654325"), "email", "luftspeil", "987654325", True),
        (Identity(company="luftspeil", vat="987654325"), "number", "luftspeil", "999888777", False),
        # the number left out this time
        (Identity(company="luftspeil"), "email", "luftspeil", "987654325", True),
        # a number not known before: of a registered customer alone
        (Identity(company="luftspeil", vat="987654325"), "number", "luftspeil", "", True),
        (Identity(company="luftspeil", vat="987654325"), "email", "luftspeil", "", False),
        # a number without a name
        (Identity(vat="987654325"), "number", "", "", False),
        (Identity(vat="987654325"), "number", "luftspeil", "", False),
        (Identity(), "email", "", "987654325", False),
    ],
)
def test_when_a_company_is_known_again(now, kind, company, vat, is_same):
    assert now.is_known_as(kind, company, vat) is is_same


def test_a_guest_without_an_address_is_known_by_the_order():
    assert identity_of(bought_for(email="ingen")).keys == (("order", "10512"),)
