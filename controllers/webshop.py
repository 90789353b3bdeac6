import logging
import urllib.parse

from odoo import http
from odoo.http import request

from ..common.messages import DocumentError
from ..webshops.registry import PLATFORMS

_logger = logging.getLogger(__name__)

#: The largest orders of the platforms are far below this.
MAX_BYTES = 2 * 1024 * 1024


class WebshopController(http.Controller):
    """Where shops send what happened. It is verified, stored and answered at once; acted on later."""

    @http.route(
        "/webshop/<int:webshop_id>/event",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        # larger ones, forms too, are not even read
        max_content_length=MAX_BYTES,
    )
    def event(self, webshop_id, **_parameters):
        webshop = request.env["sale.webshop"].sudo().search([("id", "=", webshop_id), ("state", "!=", "draft")])
        platform = PLATFORMS.get(webshop.platform)
        length = request.httprequest.content_length
        if length is None:
            return self._answer(411, "The length of the body must be given.")
        if length > MAX_BYTES:
            return self._answer(413, f"The body is larger than {MAX_BYTES} bytes.")
        headers = {name.lower(): value for name, value in request.httprequest.headers.items()}
        body = self._read_body()
        # One that does not exist is answered like one whose secret is another, and a ping like any other platform's:
        # nobody learns which there are.
        if any(other.is_ping(headers, body) for other in PLATFORMS.values() if other.verify):
            return self._answer(200, "ok")
        known = platform if platform and platform.verify else None
        if not known or not known.verify(headers, body, webshop.webhook_secret or ""):
            _logger.info("A webhook for webshop %s was not signed with its secret", webshop.id)
            return self._answer(401, "The signature is missing or wrong.")
        try:
            events = request.env["sale.webshop.event"].sudo()._store_delivery(webshop, headers, body)
        except DocumentError as error:
            return self._answer(400, str(error))
        if events:
            request.env.ref("settlement_bridge.ir_cron_webshop_events").sudo()._trigger()
        return self._answer(200, "ok")

    @staticmethod
    def _read_body():
        """The body as it came; Odoo has taken a form apart before we see it."""
        form = request.httprequest.form
        return urllib.parse.urlencode(form).encode() if form else request.httprequest.get_data()

    @staticmethod
    def _answer(status, text):
        return request.make_response(text, headers=[("Content-Type", "text/plain; charset=utf-8")], status=status)
