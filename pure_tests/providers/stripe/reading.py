"""How the tests read Stripe's documents."""

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import stripe

from ...samples import stripe_files

STORY = stripe_files.story()
SHAPES = stripe_files.SHAPES
FILES = tuple(shape for shape in SHAPES if "csv" in shape)


def documents(shape, movements=None):
    return [stripe.parse(name, content) for name, content in SHAPES[shape](movements or STORY)]


def settlements(shape, movements=None):
    return [settlement for document in documents(shape, movements) for settlement in document.settlements]


def transactions(shape, movements=None):
    """Return the rows by what their ids end with."""
    return {
        row.external_id.removeprefix("txn_"): row
        for settlement in settlements(shape, movements)
        for row in settlement.transactions
    }


def refused(name, content) -> str:
    with pytest.raises(DocumentError) as caught:
        stripe.parse(name, content)
    assert name in str(caught.value)
    return str(caught.value)
