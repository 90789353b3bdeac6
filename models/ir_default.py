from odoo import models

MODULE = "settlement_bridge"

#: Odoo's own fields by which a new record would become part of a voucher or a document, or look like one.
WITHOUT_DEFAULT = {
    "account.move": {"reversed_entry_id"},
    "account.move.line": {"move_id"},
    "ir.attachment": {"res_id", "res_model"},
}


class IrDefault(models.Model):
    """What only our methods write gets no default of a person's.

    Everybody may set defaults for himself, and they are added to a new record after its values were looked at.
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
        """Whether the field is ours, or one that puts a record in the place of ours."""
        is_ours = model._original_module == MODULE or MODULE in model._fields[name]._modules
        return is_ours or name in WITHOUT_DEFAULT.get(model._name, ())
