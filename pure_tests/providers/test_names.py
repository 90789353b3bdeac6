"""Which provider a shop's word for a method of payment means."""

import pytest

from odoo.addons.settlement_bridge.providers.names import named_provider


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Vipps MobilePay", "vipps"),
        ("klarna_payments", "klarna"),
        ("Kustom Checkout", "klarna"),
        ("Kort (Stripe)", "stripe"),
        ("Faktura", None),
        ("", None),
        # Of two it is not known which; and a word may end like another.
        ("Vipps eller Klarna", None),
        ("Pinstripe", None),
    ],
)
def test_method_of_payment(text, code):
    assert named_provider(text) == code
