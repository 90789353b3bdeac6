"""How the tests read reports of Klarna and Kustom."""

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import klarna

from ...samples import klarna_files

SETTINGS = klarna.PROVIDER.complete({})

SHAPES = klarna_files.SHAPES

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
