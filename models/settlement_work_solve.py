from contextlib import nullcontext

from odoo import models
from odoo.exceptions import UserError

from .settlement_rights import USER

#: The causes of transactions of which something is open that can be matched.
MATCHED_BY_HAND = ("unknown", "reopened", "owed")

#: Asking a source commits what it gives step by step: it is in no savepoint.
SOURCES = ("sale.webshop", "account.settlement.connection")


class SettlementWork(models.Model):
    """The buttons of the work list: each does what the record's own button does, with the rights that needs."""

    _inherit = "settlement.work"

    def action_open(self):
        """Open the record itself."""
        record = self._get_record()
        if record._name == "settlement.fault":
            failed = self._get_failed_record(record.sudo())
            if not failed:
                raise UserError(self.env._("It does not exist any more. Reload the list."))
            record = failed.with_env(self.env)
        if record._name == "account.move.line":
            record = record.move_id
        return record.get_formview_action()

    def action_solve(self):
        """Do what ends it: open the dialog for it, or do it at once and say what became of it."""
        record = self._get_record()
        solution = self.solution
        if not solution:
            raise UserError(self.env._("It is done already. Reload the list."))
        opened = {
            "match": lambda: record.action_assign(),
            "accept": lambda: record.action_accept_proposal(),
            "exclude": lambda: record.action_exclude(),
            "vat": lambda: record.action_settle_fee_vat(),
            "difference": lambda: record.action_accept(),
            "bank": lambda: record.action_open_bank_match(),
            "activate": lambda: record.action_activate(),
            "upload": self._open_upload,
            "open": self.action_open,
        }
        if solution in opened:
            return opened[solution]()
        return self._do_at_once(self)

    def action_match(self):
        """Open the dialog that matches the chosen transactions."""
        return self._get_transactions().action_assign()

    def action_keep(self):
        """Open the dialog that has a transaction booked, although a rule proposes to exclude it."""
        record = self._get_record()
        if record._name != "account.settlement.line":
            raise UserError(self.env._("It is done already. Reload the list."))
        return record.action_keep()

    def action_accept_proposals(self):
        """Match each chosen transaction with its proposal, after a person has seen them."""
        return self._get_transactions().action_propose()

    def action_retry(self):
        """Retry what of the chosen can be retried, and say what became of it."""
        return self._do_at_once(self._get_listed())

    # ---------------------------------------------------------------- how

    def _get_transactions(self):
        """Return the chosen transactions of which something is open.

        :raises UserError: when there are none.
        """
        lines = self.env["account.settlement.line"]
        for rows, records in self._get_listed()._get_records().values():
            if records._name == lines._name:
                causes = dict(zip(records, rows.mapped("cause"), strict=True))
                lines = records.browse(line.id for line in records if causes[line] in MATCHED_BY_HAND)
        if not lines:
            raise UserError(
                self.env._("None of them is a transaction that can be matched. Choose some that are unknown or open.")
            )
        return lines

    def _open_upload(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_upload")
        action["context"] = {"default_provider_id": self.provider_id.id}
        return action

    def _do_at_once(self, rows):
        """Do what needs no dialog, and say how much of it is off the list.

        One that is refused does not stop the others.
        """
        self.env["account.settlement"]._as_user(USER)
        if len(rows) == 1:
            rows._do(rows._get_record(), rows.cause)
        refused = []
        for one in rows if len(rows) > 1 else ():
            try:
                with nullcontext() if one.res_model in SOURCES else self.env.cr.savepoint():
                    one._do(one._get_record(), one.cause)
            except UserError as error:
                refused.append(f"{one.name}: {error}")
        self.env.invalidate_all()
        left = self.search_count([("id", "in", rows.ids)])
        return self._tell(len(rows) - left, left, refused)

    def _do(self, record, cause):
        """Do what ends one record's wait, or try it again."""
        model = record._name
        if model == "account.settlement":
            method = {"altered": "action_mend", "unconfirmed": "action_confirm", "bank": "action_match_bank"}
            getattr(record, method.get(cause, "action_process"))()
        elif model == "account.settlement.line":
            record.action_retry()
        elif model == "account.settlement.document":
            if record.can_fetch_again:
                record.action_fetch_again()
            else:
                record.action_ingest()
        elif model == "sale.order":
            record.action_webshop_retry()
        elif model == "sale.webshop.event":
            record.action_read()
        elif model == "settlement.fault":
            record._retry_now()
        elif model == "sale.webshop":
            record.action_fetch()
        elif model == "account.settlement.connection":
            record.provider_ids[:1].action_fetch()
        else:
            raise UserError(self.env._("This is not retried: open it, and put it right there."))

    def _tell(self, done, left, refused):
        """Return the action that says how many are off the list, and how many still wait."""
        said = []
        if done:
            said.append(self.env._("Done: %s.", done))
        if left:
            said.append(self.env._("Still waiting: %s.", left))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "sticky": bool(refused),
                "message": "\n".join([" ".join(said), *refused]),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
