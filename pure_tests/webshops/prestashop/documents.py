"""What the tests of PrestaShop share: documents, and how they are read."""

import datetime
import json
from zoneinfo import ZoneInfo

from odoo.addons.settlement_bridge.webshops.prestashop import PLATFORM
from odoo.addons.settlement_bridge.webshops.records import ShopSettings

from ...samples.webshop_orders import UTC

OSLO = ZoneInfo("Europe/Oslo")
BEFORE = datetime.datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime.datetime(2026, 3, 12, 7, 0, 0, tzinfo=UTC)


def parse(content):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return PLATFORM.parse(content, ShopSettings(time_zone=OSLO))


def fetch(client, since=BEFORE):
    return [parse(raw.content) for page in client.changes(since) for raw in page]
