import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.messages import DocumentError, Message, WaitsForDocument
from ..common.values import ZERO
from ..providers.records import BANK_KINDS
from .settlement_fault import CONCURRENCY
from .written_language import company_language

_logger = logging.getLogger(__name__)


class AccountSettlementDocument(models.Model):
    """The route stage: each settlement of a document goes to the agreement that its own merchant id and currency name.

    A document may speak of several agreements. What belongs to none waits with the document, and is taken in when the
    agreement is activated; so does what follows days that have not been received yet.
    """

    _inherit = "account.settlement.document"

    missing_agreements = fields.Json(readonly=True, help="The agreements that parts of the document wait for.")
    can_activate = fields.Boolean(compute="_compute_can_activate")

    @api.depends("state", "missing_agreements")
    def _compute_can_activate(self):
        for document in self:
            document.can_activate = document.state == "waiting" and bool(document.missing_agreements)

    def action_activate(self):
        """Open the dialog that activates the first agreement the document waits for."""
        self.ensure_one()
        if not self.can_activate:
            raise UserError(self.env._("%s waits for no agreement.", self.name))
        missing = self.missing_agreements[0]
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", missing["currency"])], limit=1)
        if not currency.active:
            raise UserError(
                self.env._(
                    "%s is not among the active currencies of Odoo. Activate it first, under Invoicing, Configuration, "
                    "Currencies.",
                    missing["currency"],
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_activate")
        action["context"] = {
            "default_company_id": self.company_id.id,
            "default_code": missing["code"],
            "default_merchant_id": missing["merchant_id"],
            "default_connection_id": self.connection_id.id,
            "default_currency_id": currency.id,
        }
        return action

    # ---------------------------------------------------------------- taking in

    @api.model
    def _receive(self, company, provider, filename, content, parsed=None):
        """Store an uploaded file, and take in what is new in it.

        :param company: whose it is. :param provider: the agreement for what it does not say whose it is, or none.
        :param bytes content: the file.
        :param parsed: :class:`~..providers.records.Document` of that file, where the caller has read it already.
        :return: the document.
        :raises UserError: when the file cannot be read; nothing of it is kept then.
        """
        (provider or company).check_access("read")
        documents = self._as_user()
        document = documents._store((provider or company).sudo(), filename, content, source="upload")
        document._move_to(provider.sudo(), parsed)
        is_wrong = document.settlement_ids.filtered(lambda settlement: settlement.problem_data or settlement.is_undone)
        if document.state != "done" or document.content_removed_on or is_wrong:
            document._ingest(parsed)
        return document.with_env(self.env)

    def _move_to(self, provider, parsed=None):
        """Let a document that names no merchant be of another agreement: the one it is uploaded for now.

        :param parsed: :class:`~..providers.records.Document`, where it has been read already.
        :raises UserError: while it is booked with the other one.
        """
        if not provider or self.provider_id in (provider, self.env["account.settlement.provider"]):
            return
        with self.env["settlement.message"]._as_user_error():
            parsed = parsed or self._parse()
        if parsed.merchant_ids or any(settlement.merchant_ids for settlement in parsed.settlements):
            return
        if not all(settlement._is_replaceable() for settlement in self.settlement_ids):
            raise UserError(
                self.env._(
                    "%(document)s was taken in for %(provider)s, and does not say whose it is. Undo %(settlements)s "
                    "first, then upload it again.",
                    document=self.name,
                    provider=self.provider_id.name,
                    settlements=", ".join(self.settlement_ids.mapped("name")),
                )
            )
        for settlement in self.settlement_ids:
            settlement._leave_to(self)
        self.write({"provider_id": provider.id, "state": "new", "settlement_ids": [(5, 0, 0)]})

    @api.model
    def _get_settings_of(self, company, code):
        """Return what was entered for the settings of a company's first agreement with a kind of provider."""
        connections = self.env["account.settlement.connection"].sudo()
        connection = connections.search([("company_id", "=", company.id), ("code", "=", code)], limit=1)
        return connection._get_entered_settings() if connection else {}

    def _take_in(self, parsed):
        """Store the settlements of a document, each with its own agreement. One that is refused stops no other.

        :param parsed: :class:`~..providers.records.Document`.
        :return: the stored settlements, and the values that say what became of the document.
        :raises DocumentError: when nothing of it can be taken in, and nothing waits.
        """
        parts, waiting, missing = self._route(parsed)
        settlements = self.env["account.settlement"]
        refused, refused_by = [], self.env["account.settlement.provider"]
        for provider, own in parts.items():
            try:
                with self.env.cr.savepoint():
                    settlements |= provider._store_settlements(replace(parsed, settlements=tuple(own)), self)
            except WaitsForDocument as error:
                waiting.append(error.message)
            except DocumentError as error:
                refused.append(error)
                refused_by |= provider
        if refused and not settlements:
            raise refused[0]
        said = [*(error.message for error in refused), *waiting]
        return settlements, {
            "state": "error" if refused else "waiting" if waiting else "done",
            "error_data": [message.to_json() for message in said] or False,
            "missing_agreements": missing or False,
            "refused_by": refused_by,
            **_get_days(parsed),
        }

    def _route(self, parsed):
        """Return which settlement goes to which agreement.

        :return: ``{agreement: [settlement]}``; a :class:`~..common.messages.Message` for each that belongs to no one
            agreement; and the agreements that are missing, as ``missing_agreements`` stores them.
        :raises UserError: when the document does not say whose it is, and several agreements would fit.
        """
        providers = self._get_agreements(parsed.code)
        parts, waiting, missing = {}, [], []
        for settlement in parsed.settlements:
            names = settlement.merchant_ids or parsed.merchant_ids
            found = self._find_agreements(providers, settlement, names)
            if len(found) == 1:
                found._adopt_merchant_id(settlement)
                parts.setdefault(found, []).append(settlement)
            elif found and not names:
                raise UserError(self._say_choose(found))
            elif found:
                values = self._describe_part(settlement, names)
                waiting.append(
                    Message("settlement_fits_several", {**values, "providers": ", ".join(found.mapped("name"))})
                )
            else:
                values = self._describe_part(settlement, names)
                waiting.append(Message("settlement_without_agreement", values))
                agreement = {"code": parsed.code, "merchant_id": values["merchant"], "currency": settlement.currency}
                missing += [agreement] if agreement not in missing else []
        return parts, waiting, missing

    def _get_agreements(self, code):
        """Return the agreements of the company that documents of a kind may belong to."""
        return self.env["account.settlement.provider"].search(
            [("company_id", "=", self.company_id.id), ("code", "=", code), ("state", "!=", "draft")]
        )

    def _find_agreements(self, providers, settlement, names):
        """Return the agreements a settlement may belong to: those it names, else those that have no number.

        A document that names no merchant belongs to the agreement it was fetched or uploaded for, else to any.

        :param names: every form in which it names its merchant.
        """
        fitting = providers.filtered(lambda provider: provider.currency_id.name == settlement.currency)
        if not names:
            if self.provider_id.state == "draft":
                return fitting.browse()  # It waits for that one, which was started over.
            return fitting & self.provider_id or fitting
        named = fitting.filtered(lambda provider: provider.merchant_id in names)
        return named or fitting.filtered(lambda provider: not provider.merchant_id and provider._may_adopt(names))

    def _describe_part(self, settlement, names):
        numbers = sorted(name for name in names if ":" not in name)
        return {
            "document": self.name,
            "number": settlement.external_id or settlement.date,
            "amount": sum((row.net for row in settlement.transactions if row.kind not in BANK_KINDS), ZERO),
            "currency": settlement.currency,
            "merchant": settlement.merchant_id or next(iter(numbers), ""),
        }

    def _say_choose(self, providers):
        return self.env._(
            "%(filename)s does not say which agreement it belongs to, and it fits several: %(names)s. Choose one in "
            "the dialog.",
            filename=self.name,
            names=", ".join(providers.mapped("name")),
        )

    # ---------------------------------------------------------------- what waits

    @api.model
    def _take_in_waiting(self, company, code):
        """Read again the documents that wait for an agreement or for other documents, as long as that helps."""
        waiting = self.search([("company_id", "=", company.id), ("state", "=", "waiting"), ("code", "=", code)])
        helped = True
        while helped:
            helped = False
            for document in waiting.sorted("id").filtered(lambda document: document.state == "waiting"):
                before = document.error_data
                try:
                    with self.env.cr.savepoint():
                        document._read()
                except UserError as error:
                    document._refuse(error.__cause__ or error)
                except CONCURRENCY:
                    raise
                except Exception:
                    # Somebody else's document must not stop what is being done for this one.
                    _logger.exception("%s could not be read", document)
                    continue
                helped = helped or document.error_data != before

    @api.model
    def _take_in_all_waiting(self):
        """Read again what waits: an agreement may have been activated, restored or resumed since."""
        groups = self._read_group([("state", "=", "waiting")], ["company_id", "code"])
        for company, code in groups:
            ours = self.with_company(company).with_context(lang=company_language(company))
            ours._take_in_waiting(company, code)
            self.env["ir.cron"]._commit_progress()


def _get_days(parsed):
    """Return the values of the first and last day that a document tells of; nothing where it has no transaction."""
    dates = [row.date for settlement in parsed.settlements for row in settlement.transactions]
    return {"date_from": min(dates), "date_to": max(dates)} if dates else {}
