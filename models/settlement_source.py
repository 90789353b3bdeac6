import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.addresses import check_form
from ..common.messages import ProviderError, SettlementError
from .settlement_fault import CONCURRENCY, FAILURES_TO_TELL, get_pause
from .settlement_rights import MANAGER

_logger = logging.getLogger(__name__)

#: The key of the activity on a source from which nothing could be fetched.
FETCHING = "fetch"


class SettlementSource(models.AbstractModel):
    """A remote source of documents that is asked regularly for what is new: a payment provider or a shop.

    What was fetched is committed before more is fetched. A source that is down is retried with growing pauses, and
    never stops another.
    """

    _name = "settlement.source"
    _description = "Source of Documents"
    _inherit = ["mail.thread", "mail.activity.mixin", "settlement.rights"]

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("paused", "Paused")], default="draft", required=True, tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    fetch_enabled = fields.Boolean(string="Fetch Automatically", tracking=True)
    fetch_cursor = fields.Json(copy=False)
    fetch_next_at = fields.Datetime(string="Next Fetch", copy=False)
    fetch_last_at = fields.Datetime(string="Last Fetched", copy=False, readonly=True)
    fetch_failures = fields.Integer(copy=False, readonly=True)
    fetch_error_data = fields.Json(copy=False)
    fetch_error = fields.Text(compute="_compute_fetch_error")

    #: The fields that managers may set; the rest (state, cursor, failures) our methods write. Each source adds its own.
    _set_by_managers = frozenset(
        {"name", "sequence", "active", "color", "company_id", "fetch_enabled", "fetch_next_at", "user_id"}
    )

    #: The fields that a system administrator may set without being a manager: the keys, and where they are sent.
    _set_by_administrators = frozenset()

    #: The fields that say where the keys are sent, and for whom: whoever changes one without the right to enter keys
    #: empties them.
    _where_keys_go = frozenset({"company_id"})

    #: The fields with the keys, where they are not settings of their own: see settlement.source.settings.
    _keys = frozenset()

    #: How long after a successful fetch the next one is due.
    _fetch_pause = timedelta(hours=1)

    @api.model_create_multi
    def create(self, vals_list):
        """Create sources as a manager; the fields that only our methods write have their defaults."""
        for vals in vals_list:
            names = self._add_context_defaults(vals)
            if vals.get("state") == "draft":
                names -= {"state"}
            self._check_written(names, self._get_settable())
        return super().create(vals_list)

    def write(self, vals):
        """Write what the user may set; keys are never sent anywhere but where they were entered for."""
        self._check_written(vals, self._get_settable())
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            self._empty_keys_sent_elsewhere(vals)
        return super().write(vals)

    def _add_context_defaults(self, vals):
        """Return the names of the values, including those that the caller sends as defaults."""
        defaults = {key.removeprefix("default_") for key in self.env.context if key.startswith("default_")}
        return vals.keys() | (defaults & self._fields.keys())

    def _get_settable(self):
        user = self.env.user
        settable = frozenset()
        if user.has_group(MANAGER):
            settable |= self._set_by_managers
        if user.has_group("base.group_system"):
            settable |= self._set_by_administrators
        return settable

    def _empty_keys_sent_elsewhere(self, vals):
        """Empty the keys of sources whose address or agreement changes, and say so."""
        for source in self:
            if not any(source.sudo()._is_changed_by(vals, name) for name in self._where_keys_go & vals.keys()):
                continue
            own = source.sudo()
            if own._empty_keys():
                own.message_post(
                    body=self.env._(
                        "The keys were emptied, because the address they go to was changed by somebody who may not "
                        "read them. A system administrator enters them again."
                    )
                )

    def _empty_keys(self):
        """Empty every key of the source; return whether there was one."""
        self.ensure_one()
        held = [name for name in self._keys if self[name]]
        self.write(dict.fromkeys(held, False))
        return bool(held)

    def _is_changed_by(self, vals, name):
        self.ensure_one()
        field = self._fields[name]
        current = self[name].id if field.type == "many2one" else self[name]
        return (current or False) != (vals[name] or False)

    def action_pause(self):
        self._as_manager().write({"state": "paused"})

    @api.depends("fetch_error_data")
    @api.depends_context("lang")
    def _compute_fetch_error(self):
        for source in self:
            source.fetch_error = self.env["settlement.message"]._render_stored(source.fetch_error_data)

    def _may_be_local(self):
        """Whether a source may be on this server or in its own network: only where a system parameter says so."""
        value = self.env["ir.config_parameter"].sudo().get_param("settlement_bridge.allow_local_addresses")
        return str(value).casefold() in ("true", "1")

    def _check_address_form(self, name):
        """Refuse an address that holds a password before it is logged in the chatter.

        :param str name: the field.
        """
        for source in self.sudo():
            try:
                check_form(source[name] or "")
            except ProviderError as error:
                raise ValidationError(self.env["settlement.message"]._render(error.message)) from error

    def _fetch_new(self):
        """Fetch what is new, store it step by step, and return how many documents were stored."""
        raise NotImplementedError

    def _wake_after_fetch(self):
        """Trigger the scheduled action that reads what was stored."""

    def _fetch(self):
        """Fetch what is new and store it as raw documents, each committed before the next is fetched.

        Nothing is read or booked here: the scheduled actions for that are triggered.

        :raises UserError: when the source could not be asked; the scheduled action logs it.
        """
        self = self._as_user()
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("%s is being fetched right now. Try again in a minute.", self.name))
        try:
            count = self._fetch_new()
        except SettlementError as error:
            self._commit_step()
            self._note_fetch_failure(error)
            self._commit_step()
            said = self.env["settlement.message"]._render(error.message)
            # Several may be fetched at once.
            raise UserError(said if self.name in said else f"{self.name}: {said}") from error
        self._note_fetch_success(
            {"fetch_last_at": fields.Datetime.now(), "fetch_next_at": fields.Datetime.now() + self._fetch_pause}
        )
        if count:
            self._wake_after_fetch()
        return count

    def _commit_step(self):
        """Commit what was fetched, so that no later fault can lose it."""
        self.env["ir.cron"]._commit_progress()

    def _note_fetch_success(self, vals=None):
        """Clear earlier failures, and close the activity about them, as the source answers again."""
        self.write({**(vals or {}), "fetch_failures": 0, "fetch_error_data": False})
        self._close_attention(FETCHING)

    def _note_fetch_failure(self, error):
        """Store why fetching failed and when to retry: after growing pauses, or the pause the source asks for."""
        failures = self.fetch_failures + 1
        pause = max(get_pause(failures), timedelta(seconds=getattr(error, "retry_after", None) or 0))
        self.write(
            {
                "fetch_failures": failures,
                "fetch_error_data": [error.message.to_json()],
                "fetch_next_at": fields.Datetime.now() + pause,
            }
        )
        if getattr(error, "is_permanent", False) or failures >= FAILURES_TO_TELL:
            self._ask_for_attention(self.env["settlement.message"]._render(error.message), key=FETCHING)

    @api.model
    def _cron_fetch(self):
        """Scheduled action: fetch every source that is due. One that fails never stops the others."""
        domain = [
            ("state", "=", "active"),
            ("fetch_enabled", "=", True),
            "|",
            ("fetch_next_at", "=", False),
            ("fetch_next_at", "<=", fields.Datetime.now()),
        ]
        due = self.search(domain)
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        self.env["settlement.fault"]._work_through(
            FETCHING, due, lambda source: source.with_company(source.company_id)._fetch_safely()
        )

    def _fetch_safely(self):
        """Fetch; an unexpected fault is stored on the source like any other failure, and retried."""
        try:
            self._fetch()
            self.env.flush_all()
        except UserError as error:
            _logger.info("Fetching from %s failed: %s", self, error)
        except CONCURRENCY:
            raise
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Fetching from %s failed", self)
            self._note_fetch_failure(SettlementError("fetching_failed"))
