from odoo import models
from odoo.exceptions import AccessError

USER = "settlement_bridge.group_settlement_user"
MANAGER = "settlement_bridge.group_settlement_manager"


class SettlementRights(models.AbstractModel):
    """Access rights: people read, our methods write.

    The access lists give nobody the right to write evidence (settlements, transactions, documents, what a shop sent).
    Each method that writes it checks the caller's right and company, and goes on with the rights it needs.
    """

    _name = "settlement.rights"
    _description = "Rights of Settlements"

    def _as_user(self, group=USER):
        """Return the records with the rights to write them, after checking that the caller may do so.

        The user stays the same, so that it is known who acted.

        :param str group: whose members may do it.
        :raises AccessError: when the user is not a member, or cannot see the records, as those of another company.
        """
        if self.env.su:
            return self
        if not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "%(user)s may not do this: the right %(right)s is needed. Ask an administrator for it.",
                    user=self.env.user.name,
                    right=self.env.ref(group).sudo().full_name,
                )
            )
        self.check_access("read")
        return self.sudo()

    def _as_manager(self):
        """As :meth:`_as_user`, for what only a manager may do."""
        return self._as_user(MANAGER)

    def _get_chosen(self, records):
        """Return records that the caller has chosen with the rights to use them, after checking that the caller may see
        them.

        :raises AccessError: when they may not, as those of another company.
        """
        records = records.with_env(self.env)
        records.check_access("read")
        return records.sudo()

    #: The fields that only our methods write, on a model whose other fields people write.
    _written_by_program = frozenset()

    def _check_not_written_by_hand(self, vals_list):
        """Refuse values of fields that only our methods write, also those that a caller sends as defaults.

        :raises AccessError: naming the fields.
        """
        if self.env.su:
            return
        context = self.env.context
        defaults = {name for name in self._written_by_program if context.get(f"default_{name}")}
        for vals in vals_list:
            refused = (self._written_by_program & vals.keys()) | defaults
            # A new record may say that they are empty.
            refused = {name for name in refused if self or name in defaults or vals[name]}
            if refused:
                self._refuse_written(refused)

    def _refuse_written(self, names):
        labels = [self._fields[name]._description_string(self.env) or name for name in sorted(names)]
        raise AccessError(
            self.env._(
                "%(what)s of %(model)s is set only by the program, never by hand. Use the buttons instead.",
                what=", ".join(labels),
                model=self.env["ir.model"]._get(self._name).sudo().name,
            )
        )

    def _check_written(self, vals, allowed):
        """Refuse to write fields other than those that people may set.

        :param dict vals: the values, or any collection of names of fields.
        :raises AccessError: naming the fields.
        """
        if self.env.su:
            return
        chatter = self.env["mail.activity.mixin"]._fields.keys() | self.env["mail.thread"]._fields.keys()
        refused = (set(vals) - allowed - chatter) & self._fields.keys()
        if refused:
            self._refuse_written(refused)
