from odoo import models

MODULE = "settlement_bridge"

#: Odoo's own fields by which a new record would become part of a voucher or document, or be mistaken for one.
WITHOUT_DEFAULT = {
    "account.move": {"reversed_entry_id"},
    "account.move.line": {"move_id"},
    "ir.attachment": {"res_id", "res_model"},
}


class IrDefault(models.Model):
    """Default values of people, which never apply to what only our methods write.

    Everybody may set their own defaults, which are added to a new record after its values were checked.
    """

    _inherit = "ir.default"

    def _get_model_defaults(self, model_name, condition=False):
        defaults = super()._get_model_defaults(model_name, condition)
        model = self.env.get(model_name)
        if not defaults or model is None:
            return defaults
        return {name: value for name, value in defaults.items() if not self._is_written_by_program(model, name)}

    @staticmethod
    def _is_written_by_program(model, name):
        """Whether the field is written only by our methods, or would make a record part of ours."""
        is_ours = model._original_module == MODULE or MODULE in model._fields[name]._modules
        return is_ours or name in WITHOUT_DEFAULT.get(model._name, ())
