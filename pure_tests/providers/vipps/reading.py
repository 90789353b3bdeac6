"""How the tests read Vipps' files."""

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import vipps

from ...samples import vipps_files

STORY = vipps_files.story()

SHAPES = vipps_files.SHAPES


def documents(shape, movements=None):
    return [vipps.parse(name, content) for name, content in SHAPES[shape](movements or STORY)]


def settlements(shape, movements=None):
    return [settlement for document in documents(shape, movements) for settlement in document.settlements]


def transactions(shape, movements=None):
    return [row for settlement in settlements(shape, movements) for row in settlement.transactions]


def refused(name, content) -> str:
    with pytest.raises(DocumentError) as caught:
        vipps.parse(name, content)
    assert name in str(caught.value)
    return str(caught.value)
