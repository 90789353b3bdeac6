import logging

from odoo import models
from odoo.exceptions import UserError

from ..common.addresses import check_address
from ..providers.contract import Agreement
from ..providers.registry import PROVIDERS
from .times import get_norwegian_today

_logger = logging.getLogger(__name__)


class AccountSettlementConnection(models.Model):
    """Fetching documents from a provider's API."""

    _inherit = "account.settlement.connection"

    def _get_client(self):
        """Return the client of the provider's API (:class:`~..providers.contract.Client`), with the keys.

        :raises ProviderError: when keys are missing.
        """
        self.ensure_one()
        connection = self.sudo()  # for the keys
        may_be_local = connection._may_be_local()
        if connection.api_url:
            check_address(connection.api_url, may_be_local=may_be_local)
        return PROVIDERS[connection.code].client(
            connection._get_entered_settings(),
            tuple(
                Agreement(provider.merchant_id or "", provider.currency_id.name, provider.start_date or None)
                for provider in connection._get_active_agreements()
            ),
            base_url=connection.api_url or "",
            may_be_local=may_be_local,
        )

    def _fetch_new(self):
        client = self._get_client()
        return self._fetch_refused_again(client) + self._fetch_documents(client)

    def _fetch_documents(self, client):
        """Store what is new, document by document.

        :param client: of :meth:`_get_client`.
        :return: how many documents were stored.
        :raises ProviderError: when the provider could not be asked.
        """
        count = 0
        today = get_norwegian_today(self)
        for document in client.documents(self.fetch_cursor or {}, today):
            self._store_fetched(document.name, document.content, document.cursor)
            count += 1
        return count

    def _fetch_refused_again(self, client):
        """Fetch one document again: the first that was refused, for which later ones wait, or whose rows do not add up.

        :return: how many were read.
        """
        refused = [("connection_id", "=", self.id), ("source", "=", "fetch"), ("state", "=", "error")]
        document = self.env["account.settlement.document"].search(refused, order="id", limit=1)
        document = document or self._get_disproved_documents()[:1]
        if not document:
            return 0
        try:
            self._fetch_document_again(document, client)
        except UserError as error:
            _logger.info("%s could not be read yet: %s", document, error)
            return 0
        self._commit_step()
        return 1

    def _get_disproved_documents(self):
        """Return the fetched documents whose rows do not add up, the earliest first: nothing of them is booked."""
        settlements = self.env["account.settlement"].search(
            [("provider_id.connection_id", "=", self.id), ("state", "=", "error")]
        )
        return settlements._get_disproved_documents()

    def _fetch_document_again(self, document, client=None):
        """Fetch again a document that was refused or does not add up, and read what comes in its place.

        :raises UserError: when it cannot be fetched or read.
        """
        self.ensure_one()
        with self.env["settlement.message"]._as_user_error():
            content = (client or self._get_client()).document_again(document._read_file() or b"")
        if content is None:
            raise UserError(
                self.env._(
                    "%s cannot be fetched separately. Download the report of these days from the provider and "
                    "upload it, then exclude this document.",
                    document.name,
                )
            )
        return document._take_again(content)

    def _wake_after_fetch(self):
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()

    def _store_fetched(self, filename, content, cursor):
        """Store one fetched document and move the cursor on, in one committed step.

        :param dict cursor: where to go on, for ``fetch_cursor``.
        :return: the document.
        """
        document = self.env["account.settlement.document"]._store(self, filename, content, source="fetch")
        self.fetch_cursor = cursor
        self._commit_step()
        return document
