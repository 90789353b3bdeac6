import logging

from odoo import models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class AccountSettlementProvider(models.Model):
    """Fetching documents from a provider's API."""

    _inherit = "account.settlement.provider"

    def action_fetch(self):
        """Fetch now; the scheduled actions then read and book."""
        # A user may fetch, but neither see the keys nor change the setup.
        for provider in self._as_user():
            provider._fetch()
        return True

    def _get_client(self):
        """Return the client of this provider's API, with its credentials.

        Like :meth:`_fetch_documents` and :meth:`_fetch_content`, each provider's own file extends it for its ``code``.
        """
        raise NotImplementedError

    def _fetch_documents(self, client):
        """Store what is new, document by document, with :meth:`_store_fetched`.

        :param client: of :meth:`_get_client`.
        :return: how many documents were stored.
        :raises ProviderError: when the provider could not be asked.
        """
        raise NotImplementedError

    def _fetch_content(self, client, document):
        """Return the content of a stored document as the provider gives it now: bytes; None if it cannot be asked for.

        :param document: ``account.settlement.document``.
        :raises ProviderError: when the provider could not be asked, or does not have it yet.
        """
        raise NotImplementedError

    def _fetch_new(self):
        client = self._get_client()
        return self._fetch_refused_again(client) + self._fetch_documents(client)

    def _fetch_refused_again(self, client):
        """Fetch one document again: the first that was refused, for which later ones wait, or whose rows do not add up.

        :return: how many were read.
        """
        document = self.env["account.settlement.document"].search(
            [("provider_id", "=", self.id), ("source", "=", "fetch"), ("state", "=", "error")], order="id", limit=1
        )
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
        settlements = self.env["account.settlement"].search([("provider_id", "=", self.id), ("state", "=", "error")])
        return settlements._get_disproved_documents()

    def _fetch_document_again(self, document, client=None):
        """Fetch again a document that was refused or does not add up, and read what comes in its place.

        :raises UserError: when it cannot be fetched or read.
        """
        self.ensure_one()
        with self.env["settlement.message"]._as_user_error():
            content = self._fetch_content(client or self._get_client(), document)
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
