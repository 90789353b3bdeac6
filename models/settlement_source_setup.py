from datetime import timedelta

from odoo import api, fields, models

#: How long after its time a scheduled action that has not run says that nothing runs them.
LATE = timedelta(hours=3)


class SettlementSource(models.AbstractModel):
    """What a provider or a shop still needs before everything works by itself; each with what mends it."""

    _inherit = "settlement.source"

    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the activities about what waits here. Empty: whoever set it up.",
    )
    lacks_keys = fields.Boolean(compute="_compute_missing", help="It is to be fetched, and keys are missing.")
    lacks_user = fields.Boolean(compute="_compute_missing", help="Nobody who may act gets its activities.")
    lacks_cron = fields.Boolean(compute="_compute_missing", help="The scheduled actions do not run.")
    missing_message = fields.Char(compute="_compute_missing", help="What is still needed, in one sentence each.")

    @api.depends_context("lang", "uid")
    def _compute_missing(self):
        """Find what is missing; a source that is archived or new needs nothing yet."""
        facts = self._gather_setup_facts()
        for source in self:
            found = source._find_missing(facts) if source._origin and source.active else {}
            for name in self._get_missing_names():
                source[name] = name in found
            source.missing_message = " ".join(found.values())

    def _get_missing_names(self):
        """Return the fields that say what is missing, in order."""
        return [name for name in self._fields if name.startswith("lacks_")]

    def _gather_setup_facts(self):
        """Return what is the same for many sources, read once: ``{"is_late": bool}``, and what a kind of them adds."""
        return {"is_late": self._has_late_actions()}

    def _find_missing(self, facts):
        """Return ``{field: sentence}`` of what this source still needs.

        :param dict facts: of :meth:`_gather_setup_facts`.
        """
        found = {}
        user = self.sudo()._get_responsible_user()
        if not user.active or not user.has_group("settlement_bridge.group_settlement_user"):
            found["lacks_user"] = self.env._(
                "%s may not work with settlements, and gets the activities: choose a responsible user.", user.name
            )
        if facts["is_late"] and self.state != "draft":
            found["lacks_cron"] = self.env._(
                "The scheduled actions do not run, so nothing is fetched or booked by itself: see that Odoo is started "
                "with cron workers (--max-cron-threads), and that the actions are active."
            )
        return found

    @api.model
    def _get_actions(self):
        """Return the scheduled actions of the addon, inactive ones too."""
        data = self.env["ir.model.data"].sudo()
        ids = data.search([("module", "=", "settlement_bridge"), ("model", "=", "ir.cron")]).mapped("res_id")
        return self.env["ir.cron"].sudo().with_context(active_test=False).browse(ids).exists()

    @api.model
    def _has_late_actions(self):
        """Whether one of the scheduled actions is switched off, or is hours late."""
        limit = fields.Datetime.now() - LATE
        return any(not action.active or action.nextcall < limit for action in self._get_actions())

    def action_open_scheduled_actions(self):
        """Open the scheduled actions of the addon."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scheduled Actions"),
            "res_model": "ir.cron",
            "view_mode": "list,form",
            "domain": [("id", "in", self._get_actions().ids)],
            "context": {"active_test": False},
        }
