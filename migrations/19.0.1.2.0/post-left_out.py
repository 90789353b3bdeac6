"""What booking never reads is left out of the web orders that are stored already; hints keep no order at all."""

import hashlib

from odoo.addons.settlement_bridge.webshops.excluded_fields import exclude_fields
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

BATCH = 500


def migrate(cr, version):
    """Empty the hints, and write the documents without what is left out today, with the digest of what is kept.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    cr.execute("UPDATE sale_webshop_event SET content = NULL WHERE kind = 'hint' AND content IS NOT NULL")
    last = 0
    while True:
        cr.execute(
            "SELECT event.id, event.content, shop.platform FROM sale_webshop_event event"
            " JOIN sale_webshop shop ON shop.id = event.webshop_id"
            " WHERE event.id > %s AND event.kind = 'document' AND event.content IS NOT NULL ORDER BY event.id LIMIT %s",
            [last, BATCH],
        )
        rows = cr.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        for event_id, content, platform in rows:
            whole = content.encode()
            kept = exclude_fields(whole, PLATFORMS[platform].excluded_fields if platform in PLATFORMS else ())
            if kept is not whole:
                cr.execute(
                    "UPDATE sale_webshop_event SET content = %s, sha256 = %s WHERE id = %s",
                    [kept.decode(), hashlib.sha256(kept).hexdigest(), event_id],
                )
