import logging
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..common.messages import ProviderError
from ..common.settings import check_settings
from ..webshops.records import ShopSettings
from ..webshops.registry import PLATFORMS

_logger = logging.getLogger(__name__)

#: A shop's clock may differ from ours, and an order may be written a while after the time it carries.
OVERLAP = timedelta(minutes=15)

#: How many orders that are not finished a shop is asked for in a day, one by one.
OPEN_ORDERS_A_DAY = 100


class SaleWebshop(models.Model):
    """Asking a shop for its orders; each is stored as it came."""

    _inherit = "sale.webshop"

    def action_check_connection(self):
        """Ask the shop for its name with the keys entered."""
        self.ensure_one()
        with self.env["settlement.message"]._as_user_error():
            name = self._as_user()._get_client().check()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("The shop answers: %s", name)},
        }

    def action_fetch(self):
        """Fetch now; reading and invoicing follow at once, by the scheduled actions."""
        # A user may fetch, but neither see the keys nor change the set-up. The scheduled actions do the rest.
        for webshop in self._as_user():
            webshop._fetch()
        return True

    def _get_settings(self):
        """Return the shop's :class:`~..webshops.records.ShopSettings`, keys included."""
        webshop = self.sudo()
        return ShopSettings.with_entered(
            webshop._get_entered_settings(),
            url=webshop.api_url or "",
            time_zone=ZoneInfo(webshop.time_zone),
            may_be_local=webshop._may_be_local(),
        )

    def _get_client(self):
        self.ensure_one()
        platform = PLATFORMS.get(self.platform)
        if not platform or not platform.client:
            raise ProviderError("shop_cannot_be_asked", is_permanent=True)
        check_settings(platform.name, platform.settings, self._get_entered_settings())
        return platform.client(self._get_settings())

    def _fetch_new(self):
        """Ask the shop for the orders changed since the last time, and store each as it came."""
        self.ensure_one()
        started = datetime.now(timezone.utc)
        cursor = (self.fetch_cursor or {}).get("changed_to")
        since = datetime.fromisoformat(cursor) - OVERLAP if cursor else self._get_first_moment(started)
        count = 0
        seen = datetime.fromisoformat(cursor) if cursor else since
        client = self._get_client()
        for page in client.changes(since):
            events = self.env["sale.webshop.event"]._store_raw(self, page, "poll")
            count += len(events.filtered(lambda event: event.state == "new"))
            # a time in the future would let the next fetch begin there
            seen = min(max([seen, *(raw.changed_at for raw in page if raw.changed_at)]), started)
            self.fetch_cursor = {**(self.fetch_cursor or {}), "changed_to": seen.isoformat()}
            self._commit_step()
        return count + self._ask_for_open_orders(client)

    def _ask_for_open_orders(self, client):
        """Once a day, ask for orders that are not finished: a shop does not report one that it has deleted.

        :return: how many have changed, or are gone.
        """
        today = fields.Date.today().isoformat()
        if (self.fetch_cursor or {}).get("asked_on") == today:
            return 0
        orders = self.env["sale.order"].search(
            [("webshop_id", "=", self.id), ("webshop_state", "in", ("open", "waiting"))],
            order="webshop_asked_at NULLS FIRST, id",
            limit=OPEN_ORDERS_A_DAY,
        )
        events = self.env["sale.webshop.event"]
        for order in orders:
            order.webshop_asked_at = fields.Datetime.now()
            try:
                events |= self._fetch_order(client, order.webshop_external_id)
            except ProviderError as error:
                # one order that the shop cannot give must not keep the others from being fetched
                _logger.info("Web order %s could not be asked for: %s", order.id, error)
        self.fetch_cursor = {**(self.fetch_cursor or {}), "asked_on": today}
        self._commit_step()
        return len(events.filtered(lambda event: event.state == "new"))

    def _get_first_moment(self, started):
        """From when the first fetch asks: the start date, else thirty days back."""
        if self.start_date:
            moment = datetime.combine(self.start_date, datetime.min.time(), ZoneInfo(self.time_zone))
            return moment.astimezone(timezone.utc)
        return started - timedelta(days=30)

    def _fetch_order(self, client, external_id):
        """Ask for one order, and store it as it came; one that is gone is stored as deleted.

        :param client: see :meth:`_get_client`; one serves for many orders.
        :return: the stored event.
        """
        Event = self.env["sale.webshop.event"]
        raw = client.order(external_id)
        return Event._store_raw(self, [raw], "asked") if raw else Event._store_deleted(self, external_id)

    def _wake_after_fetch(self):
        self.env.ref("settlement_bridge.ir_cron_webshop_events").sudo()._trigger()
