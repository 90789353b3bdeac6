"""Who reads a shop's document sees no code of a gift card, and everything else."""

import json

import pytest

from odoo.addons.settlement_bridge.webshops.gift_card_codes import cut_gift_card_codes

CODE = "ABCD-1234-EFGH-5678"


@pytest.mark.parametrize(
    "document",
    [
        {"lines": [{"name": "Gavekort", "amount": "1000.0000", "gift_cards": [CODE]}]},
        {"tenders": [{"kind": "gift_card", "amount": "150.00", "reference": CODE}]},
        {"gift_cards": [{"code": CODE, "amount": "150.00"}]},
        {"pw_gift_cards_redeemed": [{"number": CODE, "amount": 150}]},
        {"line_items": [{"meta_data": [{"id": 7, "key": "pw_gift_card_number", "value": CODE}]}]},
        {"meta_data": [{"key": "wc_gc_giftcards", "value": json.dumps([{"code": CODE}])}]},
        {"extension_attributes": {"gift_cards": json.dumps([{"code": CODE, "amount": "150.00"}])}},
        {"extra": json.dumps({"gift_card": {"code": CODE}})},
    ],
)
def test_the_code_is_cut_and_the_rest_is_not(document):
    shown = cut_gift_card_codes(json.dumps({**document, "number": "WEB-1234", "sku": "GAVEKORT-1000"}))
    assert "EFGH" not in shown
    assert "1234-" not in shown
    assert "…5678" in shown
    for kept in ("WEB-1234", "GAVEKORT-1000"):
        assert kept in shown
    for amount in ("1000.0000", "150.00"):
        assert (amount in shown) == (amount in json.dumps(document))


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="Expecting"):
        cut_gift_card_codes("<xml/>")
