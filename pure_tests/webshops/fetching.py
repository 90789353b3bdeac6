"""What a client gives of the orders changed since a time, all pages together; and what it says when it cannot."""

import datetime

import pytest

from odoo.addons.settlement_bridge.common.messages import ProviderError

from ..samples.webshop_orders import ORDERED
from ..servers.shops import SERVERS

MINUTE = datetime.timedelta(minutes=1)

#: Settings that nothing may show.
SECRET_NAMES = ("secret", "token", "token_secret")


def fetched(client, since=ORDERED - MINUTE):
    return [raw for page in client.changes(since) for raw in page]


def refused(call, *secrets):
    """The ProviderError of a call. Neither ``secrets`` nor any shop's keys are in it."""
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert not [secret for secret in (*secrets, *_keys()) if secret in text]
    return caught.value


def _keys():
    for server in SERVERS.values():
        shop = server()
        shop.base_url = ""
        yield from filter(None, (getattr(shop.settings, name) for name in SECRET_NAMES))
