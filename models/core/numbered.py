from odoo import fields, models


class DirectNumbered(models.AbstractModel):
    """Has a number from the sequence whose code is the model's name.

    The number is what a record is called. No patient is in it: it appears in the subjects of
    e-mails and in the browser's titles.
    """

    _name = "direct.numbered"
    _description = "Has a Number"

    name = fields.Char("Number", readonly=True, copy=False, default="New")

    def _prepare_create_values(self, vals_list):
        # OVERRIDE base: called once what the caller gives was checked
        prepared = super()._prepare_create_values(vals_list)
        for values in prepared:
            values["name"] = self.env["ir.sequence"].next_by_code(self._name)
        return prepared
