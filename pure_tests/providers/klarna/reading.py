"""How the tests read reports of Klarna and Kustom."""

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import klarna

from ...samples import klarna_files

SETTINGS = klarna.PROVIDER.complete({})

#: Every shape, as a function from payouts to a list of (name, content).
SHAPES = {
    "api": klarna_files.as_api_bundles,
    **{
        name: lambda payouts, shape=shape: [klarna_files.as_csv(payout, shape) for payout in payouts]
        for name, shape in klarna_files.SHAPES.items()
    },
    "csv bundle": lambda payouts: [klarna_files.as_csv_bundle(payouts)],
    "csv list": lambda payouts: [klarna_files.as_csv_list(payouts)],
}

#: Shapes whose rows have the column with the VAT on fees.
WITH_VAT = sorted(SHAPES.keys() - {"default"})


def parse(name, content, **entered):
    return klarna.parse(name, content, klarna.PROVIDER.complete(entered))


def settlements(shape, payouts):
    return [each for name, content in SHAPES[shape](payouts) for each in parse(name, content).settlements]


def one(file, **entered):
    """Return the only settlement of a (name, content)."""
    (settlement,) = parse(*file, **entered).settlements
    return settlement


def refused(name, content) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(name, content)
    assert name in str(caught.value)
    return str(caught.value)


def text_of(file, shape=klarna_files.FULL) -> str:
    return file[1].decode(shape.encoding)
