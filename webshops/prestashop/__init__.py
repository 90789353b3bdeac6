"""PrestaShop: orders over the Webservice, by polling (core sends no webhooks). Times are the shop's, without a zone.

Stored document: ``{"order": {}, "siblings": [], "payments": [], "details": [], "slips": [], "histories": [],
"cart_rules": [], "customers": {}, "carriers": {}, "currencies": {}, "addresses": {}, "states": {}, "taxes": {},
"countries": {}}``, each record as the Webservice gave it, those in braces by their id. Siblings are the orders with the
same reference.

Settings: ``url`` is the shop's address; ``token`` is the Webservice key, which needs leave to view the resources of
:data:`~.client.NEEDED`; ``store`` is the ``id_shop`` of a multishop, or empty; ``time_zone`` is the shop's.

Source: devdocs.prestashop-project.org/9/webservice, and the classes ``Order``, ``OrderSlip`` and ``PaymentModule`` of
github.com/PrestaShop/PrestaShop. Core has no gift cards, no tips, and no mark of a test;
its store credit is the voucher for a return, see :mod:`.vouchers`.
"""

from ...common.messages import _
from ...common.settings import Setting
from ..contract import Platform
from ..excluded_fields import TRACES
from .client import PrestaShopClient
from .orders import parse

#: The customer's record has the digest of his password; a payment, his card. Notes and messages are for people.
EXCLUDED_FIELDS = (
    *TRACES,
    "secure_key",
    "last_passwd_gen",
    "reset_password_*",
    "ip_registration_newsletter",
    "newsletter*",
    "optin",
    "birthday",
    "id_gender",
    "note",
    "other",
    "alias",
    "dni",
    "website",
    "id_cart",
    "gift_message",
    "card_*",
)

SETTINGS = (
    Setting(
        "token",
        _("Webservice Key"),
        help=_("Created in PrestaShop under Advanced Parameters › Webservice, with permission to view."),
        is_secret=True,
        is_required=True,
    ),
    Setting("store", _("Shop Id"), help=_("If one installation holds several shops. Empty: all shops.")),
)

PLATFORM = Platform(
    code="prestashop",
    name="PrestaShop",
    parse=parse,
    client=PrestaShopClient,
    excluded_fields=EXCLUDED_FIELDS,
    settings=SETTINGS,
    address_example="https://www.example.com",
    has_local_times=True,
)
