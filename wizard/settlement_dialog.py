from odoo import api, models


class SettlementDialog(models.AbstractModel):
    """A dialog shows only what its user may see himself, whichever way he names it to the dialog.

    Odoo reads related and stored computed fields with all rights. So whoever names another company's record, when the
    dialog is created, written or still being filled in, would be told of it: the caller's own rights are asked for
    first.
    """

    _name = "settlement.dialog"
    _description = "Dialog of Settlements"

    @api.model
    def _get_named_fields(self):
        """Return the names of the fields in which a person names records."""
        return [
            name
            for name, field in self._fields.items()
            if field.type in ("many2one", "many2many") and field.store and name not in models.MAGIC_COLUMNS
        ]

    @api.constrains(lambda self: self._get_named_fields())
    def _check_may_read(self):
        """Nobody reads through the dialog what they may not read themselves."""
        self._check_named(self._get_named_fields())

    def _check_named(self, names):
        """:raises AccessError: when the caller may not read what one of these fields names."""
        for name in names:
            # Odoo checks with all rights, so the caller's are asked for.
            if named := self[name]._origin.sudo(False):
                named.check_access("read")

    @api.model
    def default_get(self, fields):
        """Propose nothing that the caller may not read, as the context may name anything."""
        values = super().default_get(fields)
        self._check_values(values)
        return values

    def onchange(self, values, field_names, fields_spec):
        """Go on filling in, with what the caller may read."""
        self._check_values(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_values(self, values):
        named = {name: values[name] for name in self._get_named_fields() if values.get(name)}
        if named:
            self.new(named)._check_named(named)
        for name, field in self._fields.items():
            if field.type == "one2many" and hasattr(self.env[field.comodel_name], "_check_values"):
                for command in values.get(name) or ():
                    if isinstance(command[-1], dict):
                        self.env[field.comodel_name]._check_values(command[-1])
