from odoo import fields, models


class DirectRace(models.Model):
    """A category of race, as the Office of Management and Budget has them; people name several."""

    _name = "direct.race"
    _inherit = "direct.guarded"
    _description = "Race"
    _order = "sequence, id"

    sequence = fields.Integer(readonly=True)
    name = fields.Char(required=True, readonly=True, translate=True)
    code = fields.Char(required=True, readonly=True, help="The code in clinical documents.")

    _code_unique = models.UniqueIndex("(code)")
