from datetime import date, timedelta

from odoo import fields, models

from ..common.addresses import check_address
from ..common.json_reading import load_json
from ..common.messages import ProviderError
from ..providers.vipps import VippsClient, VippsCredentials
from ..providers.vipps.ledger import bare_handle

#: How many complete ledger dates one run fetches, so that a long history is taken in steps.
DATES_PER_RUN = 60

#: How far back the first fetch goes when the provider has no start date.
FIRST_FETCH_DAYS = 30


class AccountSettlementProvider(models.Model):
    """Vipps MobilePay: keys and the walk through the Report API's ledger dates."""

    _inherit = "account.settlement.provider"

    vipps_key_type = fields.Selection(
        [("merchant", "Merchant keys"), ("partner", "Accounting partner keys")],
        string="Vipps Keys",
        default="merchant",
        required=True,
    )
    vipps_client_id = fields.Char(string="Client ID", groups="base.group_system", copy=False)
    vipps_client_secret = fields.Char(string="Client Secret", groups="base.group_system", copy=False)
    vipps_subscription_key = fields.Char(string="Subscription Key", groups="base.group_system", copy=False)
    vipps_fetch_mode = fields.Selection(
        [("dates", "Day by day, when the day is closed"), ("feed", "Continuously")],
        string="Vipps Fetching",
        default="dates",
        required=True,
        help="Day by day suits daily payouts. With weekly or monthly payouts Vipps closes the days late; "
        "continuous fetching then gives each transaction as it comes.",
    )
    has_credentials = fields.Boolean(compute="_compute_has_credentials", compute_sudo=True)

    def _compute_has_credentials(self):
        for provider in self:
            provider.has_credentials = bool(provider.vipps_client_id and provider.vipps_client_secret)

    def _get_client(self):
        """Return a client of the Report API for Vipps' providers.

        :raises ProviderError: when the keys are missing.
        """
        self.ensure_one()
        if self.code != "vipps":
            return super()._get_client()
        provider = self.sudo()  # for the keys
        is_partner = provider.vipps_key_type == "partner"
        credentials = VippsCredentials(
            client_id=provider.vipps_client_id or "",
            client_secret=provider.vipps_client_secret or "",
            subscription_key="" if is_partner else provider.vipps_subscription_key or "",
            merchant_serial_number="" if is_partner else provider.merchant_id or "",
        )
        if not (credentials.client_id and credentials.client_secret):
            raise ProviderError(
                "vipps_keys_missing",
                is_permanent=True,
            )
        may_be_local = provider._may_be_local()
        if not provider.api_url:
            return VippsClient(credentials, may_be_local=may_be_local)
        check_address(provider.api_url, may_be_local=may_be_local)
        return VippsClient(credentials, base_url=provider.api_url, may_be_local=may_be_local)

    def _fetch_documents(self, client):
        """Store what is new in the ledger of a Vipps agreement."""
        if self.code != "vipps":
            return super()._fetch_documents(client)
        fetch = self._vipps_fetch_feed if self.vipps_fetch_mode == "feed" else self._vipps_fetch_dates
        return fetch(client, self._vipps_get_ledger(client))

    def _vipps_get_ledger(self, client):
        """Return the one ledger that settles for this agreement's sales unit, in its currency."""
        ledgers = [ledger for ledger in client.ledgers() if ledger.get("currency") == self.currency_id.name]
        if self.merchant_id:
            ledgers = [ledger for ledger in ledgers if self.merchant_id in self._vipps_get_handles(ledger)]
        if len(ledgers) > 1:
            raise ProviderError(
                "vipps_several_ledgers",
                is_permanent=True,
                count=len(ledgers),
                currency=self.currency_id.name,
            )
        if not ledgers:
            raise ProviderError(
                "vipps_no_ledger",
                is_permanent=True,
                currency=self.currency_id.name,
                merchant=self.merchant_id or "–",
            )
        return ledgers[0]

    @staticmethod
    def _vipps_get_handles(ledger):
        """The sales units a ledger settles for, without the scheme before the number (``api:123455``)."""
        return {bare_handle(handle) for handle in ledger.get("settlesForRecipientHandles") or []}

    def _vipps_fetch_dates(self, client, ledger):
        ledger_id = ledger["ledgerId"]
        cursor = (self.fetch_cursor or {}).get(ledger_id, {})
        today = fields.Date.context_today(self.with_context(tz="Europe/Oslo"))
        if cursor.get("date"):
            day = date.fromisoformat(cursor["date"]) + timedelta(days=1)
        else:
            day = self.start_date or today - timedelta(days=FIRST_FETCH_DAYS)
        count = 0
        while day < today and count < DATES_PER_RUN:
            content = client.fetch_date(ledger, day)
            if content is None:
                break
            cursors = {**(self.fetch_cursor or {}), ledger_id: {**cursor, "date": day.isoformat()}}
            self._store_fetched(f"vipps-{ledger_id}-{day.isoformat()}.json", content, cursors)
            count += 1
            day += timedelta(days=1)
        return count

    def _fetch_content(self, client, document):
        """Return a Vipps ledger date as it is now; None for a document that is not one whole date.

        :raises ProviderError: when it cannot be fetched, or is still open.
        """
        if self.code != "vipps":
            return super()._fetch_content(client, document)
        try:
            bundle = load_json(document.attachment_id.sudo().raw or b"")
            ledger, day = bundle["ledger"], date.fromisoformat(bundle["date"])
        except (ValueError, LookupError, TypeError):
            return None
        content = client.fetch_date(ledger, day)
        if content is None:
            raise ProviderError("vipps_day_not_closed", date=day.isoformat())
        return content

    def _vipps_fetch_feed(self, client, ledger):
        ledger_id = ledger["ledgerId"]
        cursor = (self.fetch_cursor or {}).get(ledger_id, {})
        content, feed = client.fetch_feed(ledger, cursor.get("feed") or {})
        if content is None:
            return 0
        moment = fields.Datetime.now().strftime("%Y-%m-%dT%H%M%S")
        cursors = {**(self.fetch_cursor or {}), ledger_id: {**cursor, "feed": feed}}
        self._store_fetched(f"vipps-{ledger_id}-feed-{moment}.json", content, cursors)
        return 1
