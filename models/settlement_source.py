import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext

from ..common.addresses import check_form
from ..common.limits import MAX_SENTENCE, quoted
from ..common.messages import ProviderError, SettlementError, _
from .settlement_fault import CONCURRENCY, get_pause
from .settlement_rights import MANAGER

_logger = logging.getLogger(__name__)

#: What an activity on a source is about when the source could not be asked.
FETCHING = "fetch"


class SettlementSource(models.AbstractModel):
    """Somebody on the network who is asked for what is new, now and then: a payment provider or a shop.

    What is stored is committed before more is asked for; one that is down is asked again with growing pauses, and never
    stops another.
    """

    _name = "settlement.source"
    _description = "Source of Documents"
    _inherit = ["mail.thread", "mail.activity.mixin", "settlement.rights"]

    fetch_enabled = fields.Boolean(string="Fetch Automatically", tracking=True)
    fetch_cursor = fields.Json(copy=False)
    fetch_next_at = fields.Datetime(string="Next Fetch", copy=False)
    fetch_last_at = fields.Datetime(string="Last Fetched", copy=False, readonly=True)
    fetch_failures = fields.Integer(copy=False, readonly=True)
    fetch_error_data = fields.Json(copy=False)
    fetch_error = fields.Text(compute="_compute_fetch_error")

    #: What people may set; the rest (state, cursor, failures) our methods write. Each source adds its own.
    _set_by_managers = frozenset(
        {"name", "sequence", "active", "color", "company_id", "fetch_enabled", "fetch_next_at"}
    )

    #: What a system administrator may set who is no manager: the keys, and where they go.
    _set_by_administrators = frozenset()

    #: Where the keys go, and for whom. Whoever changes it without the right to enter keys leaves none behind.
    _where_keys_go = frozenset({"company_id"})

    #: The keys, which are emptied then.
    _keys = frozenset()

    #: How long after a fetch that went well the next one is due.
    _fetch_pause = timedelta(hours=1)

    @api.model_create_multi
    def create(self, vals_list):
        """Set up by a manager: what only our methods write has its default."""
        for vals in vals_list:
            names = self._add_context_defaults(vals)
            if vals.get("state") == "draft":
                names -= {"state"}
            self._check_written(names, self._get_settable())
        return super().create(vals_list)

    def write(self, vals):
        """Write what the user may set; keys go nowhere but where they were entered for."""
        self._check_written(vals, self._get_settable())
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            self._empty_keys_sent_elsewhere(vals)
        return super().write(vals)

    def _add_context_defaults(self, vals):
        """Return the names of the values, those that a caller sends as defaults among them."""
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
            held = [name for name in sorted(self._keys) if own[name]]
            if held:
                own.write(dict.fromkeys(held, False))
                own.message_post(
                    body=self.env._(
                        "The keys were emptied, because where they go was changed by somebody who may not read them. "
                        "A system administrator enters them again."
                    )
                )

    def _is_changed_by(self, vals, name):
        self.ensure_one()
        field = self._fields[name]
        current = self[name].id if field.type == "many2one" else self[name]
        return (current or False) != (vals[name] or False)

    @api.depends("fetch_error_data")
    @api.depends_context("lang")
    def _compute_fetch_error(self):
        for source in self:
            source.fetch_error = self.env["account.settlement"]._render_messages(source.fetch_error_data)

    def _may_be_local(self):
        """Whether a source may stand in this server's own network, or on it: only where a system parameter says so."""
        value = self.env["ir.config_parameter"].sudo().get_param("settlement_bridge.allow_local_addresses")
        return str(value).casefold() in ("true", "1")

    def _check_address_form(self, name):
        """Refuse an address that holds a password before it can stand in the chatter.

        :param str name: the field.
        """
        for source in self.sudo():
            try:
                check_form(source[name] or "")
            except ProviderError as error:
                raise ValidationError(
                    self.env["account.settlement"]._render_messages([error.message.to_json()])
                ) from error

    def _fetch_new(self):
        """Ask for what is new, store it step by step, and return how many documents were stored."""
        raise NotImplementedError

    def _wake_after_fetch(self):
        """Wake the scheduled action that reads what was stored."""

    def _fetch(self):
        """Ask the source for what is new and store it as raw documents, each committed before the next is asked for.

        Nothing is read or booked here: the scheduled actions for that are woken.

        :raises UserError: outside the scheduled action, when the source could not be asked.
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
            raise UserError(self.env["account.settlement"]._render_messages([error.message.to_json()])) from error
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
        """The source answers: what failed before is over, also for the person who was asked to look."""
        self.write({**(vals or {}), "fetch_failures": 0, "fetch_error_data": False})
        self._close_attention(FETCHING)

    def _note_fetch_failure(self, error):
        """Write down why fetching failed and when to try again: growing pauses, or the pause the source asks for."""
        failures = self.fetch_failures + 1
        pause = max(get_pause(failures), timedelta(seconds=getattr(error, "retry_after", None) or 0))
        self.write(
            {
                "fetch_failures": failures,
                "fetch_error_data": [error.message.to_json()],
                "fetch_next_at": fields.Datetime.now() + pause,
            }
        )
        if getattr(error, "is_permanent", False) or failures >= 3:
            self._ask_for_attention(
                self.env["account.settlement"]._render_messages([error.message.to_json()]), key=FETCHING
            )

    def _get_attention(self, key):
        """Return the open activities of ours on the source that are about ``key``."""
        activity_type = self.env.ref("settlement_bridge.mail_activity_settlement", raise_if_not_found=False)
        return self.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type and (activity.settlement_reason or "") == key
        )

    def _ask_for_attention(self, note, key=""):
        """Put an activity on the source, unless one that says the same is still open.

        :param str note: plain text.
        :param str key: what it is about. There is one activity for each key, and it says what is the matter now;
            without a key each new reason is an activity of its own.
        """
        self.ensure_one()
        source = self.sudo()
        if not self.env.ref("settlement_bridge.mail_activity_settlement", raise_if_not_found=False):
            return
        note = quoted(note, MAX_SENTENCE)
        # escaped, and addresses in it are no links: part of it may be quoted from outside
        shown = Markup("<p>%s</p>") % Markup("<br>").join(note.split("\n"))
        known = self._get_attention(key)
        if any(html2plaintext(activity.note or "").split() == note.split() for activity in known):
            return
        if known and key:
            known[0].note = shown
            return
        source.activity_schedule(
            "settlement_bridge.mail_activity_settlement",
            note=shown,
            user_id=source._get_responsible_user().id,
            settlement_reason=key,
        )

    def _close_attention(self, key):
        """What ``key`` names works again: nobody has to look."""
        self._get_attention(key).action_feedback(feedback=self.env._("It works again."))

    def _get_responsible_user(self):
        """The person to ask: who last set the source up, if still there, else the administrator."""
        user = self.create_uid if self.create_uid.active and self.create_uid.id != api.SUPERUSER_ID else None
        return user or self.env.ref("base.user_admin")

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
        """Fetch; an unexpected fault is written down on the source as every other, and is tried again."""
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
            self._note_fetch_failure(
                SettlementError(
                    _("Fetching stopped on an unexpected fault; see the server log. It is tried again by itself.")
                )
            )
