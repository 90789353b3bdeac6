from odoo import api, fields, models

from ..common.settings import Setting


class SettlementSetting(models.Model):
    """One key or other setting of one source, as its platform declares it.

    The source itself makes the rows; a system administrator enters the values, and nobody else reads them. What a
    setting is called, and where it is found, is not stored: it is read from the platform, in the reader's language.
    """

    _name = "settlement.setting"
    _description = "Setting of a Source"
    _inherit = ["settlement.rights"]
    _rec_name = "name"
    _order = "sequence, id"

    #: The fields of which exactly one says whose setting it is.
    _owners = ("webshop_id", "connection_id")

    webshop_id = fields.Many2one("sale.webshop", readonly=True, index=True, ondelete="cascade")
    connection_id = fields.Many2one("account.settlement.connection", readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True)
    name = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    # stored, so that a copy of the database can be neutralised without the platform
    is_secret = fields.Boolean(readonly=True)
    value = fields.Char(groups="base.group_system", copy=False, exportable=False)

    label = fields.Char("Setting", compute="_compute_declared")
    help = fields.Char("Where It Is Found", compute="_compute_declared")
    is_required = fields.Boolean("Required", compute="_compute_declared")
    default_value = fields.Char("Default", compute="_compute_declared")
    # [[value, label], …]; empty where it is typed
    choices = fields.Json(compute="_compute_declared")
    # [name, value] of another setting of the source, if this one counts only beside it
    needed_if = fields.Json(compute="_compute_declared")

    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(webshop_id, connection_id) = 1)", "A setting belongs to exactly one source."
    )
    _connection_name_uniq = models.UniqueIndex(
        "(connection_id, name)", "This setting of the connection exists already."
    )
    _webshop_name_uniq = models.UniqueIndex("(webshop_id, name)", "This setting of the webshop exists already.")

    def write(self, vals):
        """Write a value as a system administrator; all else is the program's."""
        # The form of an agreement, where the rows are those of its connection, sends whose they are along.
        vals = {name: value for name, value in vals.items() if not self._is_owner_already(name, value)}
        allowed = {"value"} if self.env.user.has_group("base.group_system") else set()
        self._check_written(vals, allowed)
        return super().write(vals)

    def _is_owner_already(self, name, value):
        return name in self._owners and all(row[name].id == value for row in self)

    def _get_source(self):
        """Return the source whose setting it is."""
        self.ensure_one()
        return next((self[owner] for owner in self._owners if self[owner]), self[self._owners[0]])

    @api.depends(lambda self: [f"{owner}.company_id" for owner in self._owners])
    def _compute_company_id(self):
        for row in self:
            row.company_id = row._get_source().company_id

    @api.depends(lambda self: ["name", *self._owners])
    @api.depends_context("lang")
    def _compute_declared(self):
        for row in self:
            declared = row._get_declared()
            row.label = row._translate(declared.label)
            row.help = row._translate(declared.help)
            row.is_required = declared.is_required
            row.default_value = declared.default
            row.choices = [[value, row._translate(label)] for value, label in declared.choices]
            row.needed_if = list(declared.needed_if)

    def _get_declared(self):
        """Return what the platform declares of it; one that it declares no longer is called by its name."""
        known = {setting.name: setting for setting in self._get_source()._get_declared_settings() or ()}
        return known.get(self.name) or Setting(self.name, self.name)

    def _translate(self, text):
        """Return a declared text in the reader's language; it is marked where it is declared."""
        return self.env._(text) if text else ""  # pylint: disable=gettext-variable
