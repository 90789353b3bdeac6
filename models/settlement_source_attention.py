from markupsafe import Markup

from odoo import api, models
from odoo.tools import html2plaintext

from ..common.limits import MAX_SENTENCE, quoted


class SettlementSource(models.AbstractModel):
    """Activities that ask a person to look at a source, one for each subject."""

    _inherit = "settlement.source"

    #: The type of these activities, by the source's model; it has to be in our data.
    _attention_type = "settlement_bridge.mail_activity_settlement"

    def _get_attention(self, key):
        """Return the open activities of ours on the source that are about ``key``."""
        activity_type = self.env.ref(self._attention_type, raise_if_not_found=False)
        return self.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type and (activity.settlement_reason or "") == key
        )

    def _ask_for_attention(self, note, key="", user=None):
        """Create an activity on the source, unless one that says the same is still open.

        :param str note: plain text.
        :param str key: the subject. There is one activity for each key, and it says the current reason; without a key,
            each new reason is an activity of its own.
        :param user: whom to ask; the one responsible for the source by default.
        """
        self.ensure_one()
        source = self.sudo()
        if not self.env.ref(self._attention_type, raise_if_not_found=False):
            return
        note = quoted(note, MAX_SENTENCE)
        # Escaped, and without links: part of it may be quoted from outside.
        shown = Markup("<p>%s</p>") % Markup("<br>").join(note.split("\n"))
        known = self._get_attention(key)
        if any(html2plaintext(activity.note or "").split() == note.split() for activity in known):
            return
        if known and key:
            known[0].note = shown
            return
        source.activity_schedule(
            self._attention_type,
            note=shown,
            user_id=(user or source._get_responsible_user()).id,
            settlement_reason=key,
        )

    def _close_attention(self, key, feedback=None):
        """Close the activities about ``key``, which works again.

        :param str feedback: what is said of it.
        """
        self._get_attention(key).action_feedback(feedback=feedback or self.env._("It works again."))

    def _get_responsible_user(self):
        """Return the user to ask: who is responsible, else who created the source, if still active, else the
        administrator."""
        if self.user_id.active:
            return self.user_id
        user = self.create_uid if self.create_uid.active and self.create_uid.id != api.SUPERUSER_ID else None
        return user or self.env.ref("base.user_admin")
