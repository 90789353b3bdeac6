"""What a client gives of the orders changed since a time, all pages together."""

import datetime

from ..samples.webshop_orders import ORDERED

MINUTE = datetime.timedelta(minutes=1)


def fetched(client, since=ORDERED - MINUTE):
    return [raw for page in client.changes(since) for raw in page]
