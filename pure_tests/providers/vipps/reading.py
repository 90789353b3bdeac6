"""How the tests read Vipps' files."""

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import vipps

from ...samples import vipps_files

STORY = vipps_files.story()

#: Every shape, as a function from movements to a list of (name, content).
SHAPES = {
    "api": vipps_files.as_api_bundles,
    "api feed": lambda movements: [vipps_files.as_api_feed(movements)],
    "portal csv": lambda movements: [vipps_files.as_portal_csv(movements)],
    "portal xlsx": lambda movements: [vipps_files.as_portal_xlsx(movements)],
    "old xml": lambda movements: [vipps_files.as_old_xml(movements)],
    "old csv": lambda movements: [vipps_files.as_old_csv(movements)],
    "old xlsx": vipps_files.as_old_xlsx,
    "old table": lambda movements: [vipps_files.as_old_table(movements)],
}


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
