"""What the tests of Magento share: documents, and how they are read."""

import datetime
import json

from odoo.addons.settlement_bridge.webshops.magento import PLATFORM
from odoo.addons.settlement_bridge.webshops.records import ShopSettings

from ...samples.webshop_orders import UTC

BEFORE = datetime.datetime(2026, 3, 1, tzinfo=UTC)


def parse(content, settings=None):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return PLATFORM.parse(content, settings or ShopSettings())


def fetch(client, since=BEFORE):
    return [parse(raw.content) for page in client.changes(since) for raw in page]
