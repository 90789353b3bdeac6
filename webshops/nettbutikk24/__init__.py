"""24Nettbutikk: the shop's own JSON API, asked from time to time. There are no webhooks.

Sources: the orders page of the public wiki of the API (last edited 2021: addresses, parameters, answers, statuses) and
24Nettbutikk's help centre (deletion and credit). The lists of fields and the tables of codes could not be read: the
names of all fields but ``modified_on`` are in :mod:`.names`. Whether the API is still offered has not been confirmed.

Settings: ``url`` is the shop's address, ``token`` its access token. Times are in the shop's time zone.

A stored document is ``{"order": {…}}``, one order as ``/api/v1/orders`` gives it. Money is taken when an order is set
to "Sendt", all of it at once. Whether the time of that is reported is not known; without it, the last change counts.

What is credited comes in two ways: as an order of its own with negative amounts, also when an order was "deleted", or
as lines with a negative quantity in the order itself. The first is read as a :class:`~..records.Refund`; the second as
refunds of the order, one for each such line, at the time of the order's last change.
"""

from ...common.messages import _
from ...common.settings import Setting
from ..contract import Platform
from ..excluded_fields import USUAL_NAMES
from .client import Nettbutikk24Client
from .orders import parse

SETTINGS = (Setting("token", _("Access Token"), is_secret=True, is_required=True),)

PLATFORM = Platform(
    code="nettbutikk24",
    name="24Nettbutikk",
    parse=parse,
    client=Nettbutikk24Client,
    excluded_fields=USUAL_NAMES,
    has_refund_documents=True,
    settings=SETTINGS,
    address_example="https://www.example.com",
    has_local_times=True,
)
