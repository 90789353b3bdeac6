from dateutil.relativedelta import relativedelta
from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.fields import Command

from ..matching.learning import PROPOSED, propose_rule

#: A proposed rule is counted on transactions from so many months before the one it was learned from.
MONTHS = 3

#: How many other transactions of its kind a proposal is compared with.
COMPARED = 200


class SettlementRuleLearn(models.TransientModel):
    """Offer the rule that would have matched a transaction as a person has just done by hand. Nothing is kept unless
    the person says so."""

    _name = "settlement.rule.learn"
    _description = "Make It a Rule"
    _inherit = ["settlement.rights"]

    line_id = fields.Many2one("account.settlement.line", required=True, ondelete="cascade")
    rule_data = fields.Json(required=True, help="The values of the rule.")
    name = fields.Char(required=True)
    description = fields.Text(readonly=True, string="The Rule")
    date_from = fields.Date(required=True)
    done_text = fields.Html(readonly=True, help="What was done by hand, with a link to the voucher.")
    done_line_ids = fields.Many2many("account.settlement.line", readonly=True, help="With which that was done.")
    waiting_count = fields.Integer(readonly=True, string="Other Waiting Transactions It Would Match")
    past_count = fields.Integer(readonly=True, string="Other Booked Transactions It Would Decide")

    def write(self, vals):
        """Let a person name the rule, and change nothing else of what was offered."""
        self._check_written(vals, {"name"})
        return super().write(vals)

    @api.model
    def _offer(self, line, target, done=None, done_lines=None):
        """Return the action that offers a rule for ``line``, which a person has placed, or False without one.

        :param target: :class:`~..matching.learning.Target`.
        :param done: what was done, to be told in the same dialog: a text with ``%s`` for each link, and the links.
        :param done_lines: the transactions with which it was done: *Undo* takes them back.
        """
        others = line.search(
            [("provider_id", "=", line.provider_id.id), ("kind", "=", line.kind), ("id", "!=", line.id)], limit=COMPARED
        )
        proposal = propose_rule(line._to_plain(), target, [other._to_plain() for other in others])
        if not proposal:
            return False
        date_from = line.date - relativedelta(months=MONTHS)
        waiting, past = self._count_caught(proposal, line, date_from)
        offer = self.sudo().create(
            {
                "line_id": line.id,
                "rule_data": self.env["account.settlement.rule"]._prepare_vals(proposal),
                "name": self.env["settlement.message"]._render_value(proposal.name),
                "description": self.env["account.settlement.rule"]._render_rule(proposal),
                "date_from": date_from,
                "done_text": self._render_done(*done) if done else False,
                "done_line_ids": [Command.set((done_lines or line).ids)],
                "waiting_count": waiting,
                "past_count": past,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make It a Rule?"),
            "res_model": self._name,
            "view_mode": "form",
            "res_id": offer.id,
            "target": "new",
        }

    @staticmethod
    def _render_done(text, links):
        shown = escape(text)
        for link in links:
            anchor = Markup("<a href='%s' target='_blank'>%s</a>") % (link["url"], link["label"])
            shown = shown.replace("%s", anchor, 1)
        return shown

    @api.model
    def _count_caught(self, proposal, line, date_from):
        """Return how many other transactions the rule would decide on, as the try-out of that period counts them: of
        those that wait, and of the others, were they booked again."""
        provider = line.provider_id
        lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", provider.id), ("date", ">=", date_from), ("date", "<=", self._get_date_to(line))]
        )
        used = self.env["account.settlement.rule"]._search_used(provider)
        place = self.env["account.settlement.rule"].default_get(["sequence"])["sequence"]
        rules = used.filtered(lambda rule: rule.sequence <= place)._to_plain_rules()
        rules += [proposal, *used.filtered(lambda rule: rule.sequence > place)._to_plain_rules()]
        waiting, all_of_them = (
            {
                tried
                for tried, _now, then in provider._try_rules(rules, lines, anew=anew)
                if then and then.rule_id == PROPOSED and tried != line
            }
            for anew in (False, True)
        )
        return len(waiting), len(all_of_them - waiting)

    @api.model
    def _get_date_to(self, line):
        """Return the last day of the period that is counted, and then tried."""
        return max(fields.Date.context_today(self), line.date)

    def action_undo(self):
        """Open the dialog that takes back what was just done."""
        self.ensure_one()
        return self.done_line_ids.action_undo()

    def action_keep(self):
        """Keep the rule as a draft and open it; it is not used yet."""
        return self._create_draft()._get_form_action()

    def action_try(self):
        """Keep the rule as a draft, and try it alone over the period that was counted."""
        return self._create_draft()._open_tryout(
            self.line_id.provider_id, self.date_from, self._get_date_to(self.line_id)
        )

    def _create_draft(self):
        """Create the draft. Whoever places transactions may propose a rule; a manager puts it into use."""
        self.ensure_one()
        rules = self.env["account.settlement.rule"].sudo()
        draft = rules.create(
            {
                **self.rule_data,
                "state": "draft",
                "name": self.name,
                "company_id": self.line_id.company_id.id,
                "provider_ids": [Command.set(self.line_id.provider_id.ids)],
            }
        )
        draft.message_post(
            body=self.env._("Proposed after %(line)s was matched by hand.", line=self.line_id.name),
            author_id=self.env.user.partner_id.id,
        )
        return draft.sudo(False)
