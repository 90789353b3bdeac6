from odoo import api, models

from ..common.settings import complete_settings


class SettlementSourceSettings(models.AbstractModel):
    """A source whose platform declares what it is reached with: there is a row for each setting, made by the source.

    A model inherits it before ``settlement.source``, and has a field ``setting_ids``, of ``settlement.setting``.
    """

    _name = "settlement.source.settings"
    _description = "Source with Declared Settings"

    #: The field that says which settings there are; another value has other ones, and what was entered goes.
    _settings_depend_on = None

    def _get_declared_settings(self):
        """Return the declared :class:`~..common.settings.Setting`, in order; None where the platform is not known."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        """Create sources, each with a row for every setting it has."""
        sources = super().create(vals_list)
        sources._update_settings()
        return sources

    def write(self, vals):
        """Write sources; another platform has other settings."""
        name = self._settings_depend_on
        others = self.filtered(lambda source: name in vals and source.sudo()._is_changed_by(vals, name))
        result = super().write(vals)
        if others:
            others.sudo().setting_ids.unlink()
            others._update_settings()
        return result

    @api.model
    def _update_all_settings(self):
        """Upgrading: let every source have the settings that are declared now."""
        domain = [(self._settings_depend_on, "!=", False)]
        self.sudo().with_context(active_test=False).search(domain)._update_settings()

    def _update_settings(self):
        """Let there be a row for each declared setting, and for no other. What was entered stays."""
        rows = self.env["settlement.setting"].sudo()
        for source in self.sudo():
            declared = source._get_declared_settings()
            if declared is None:
                # it may be known again tomorrow
                continue
            known = {row.name: row for row in source.setting_ids}
            for sequence, setting in enumerate(declared):
                vals = {"sequence": sequence, "is_secret": setting.is_secret}
                row = known.pop(setting.name, None)
                if row:
                    row.write(vals)
                else:
                    rows.create({**vals, "name": setting.name, source._fields["setting_ids"].inverse_name: source.id})
            for row in known.values():
                row.unlink()

    def _get_entered_settings(self):
        """Return the value of every declared setting: what was entered, or its default.

        Secrets are among them: it is for whoever asks the source, with rights of its own.
        """
        self.ensure_one()
        entered = {row.name: row.value for row in self.sudo().setting_ids}
        return complete_settings(self._get_declared_settings() or (), entered)

    def _set_settings(self, values):
        """Enter settings, with the rights of the caller.

        :param dict values: the text of each, by name; empty to remove it.
        :raises ValueError: when one is not declared.
        """
        self.ensure_one()
        rows = {row.name: row for row in self.setting_ids}
        if unknown := values.keys() - rows.keys():
            raise ValueError(f"{self._name} {self.id} has no setting {', '.join(sorted(unknown))}")
        for name, value in values.items():
            rows[name].value = value

    def _empty_keys(self):
        """Empty the secrets among the settings too."""
        held = self.setting_ids.filtered(lambda row: row.is_secret and row.value)
        held.write({"value": False})
        return super()._empty_keys() or bool(held)
