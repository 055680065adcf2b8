from odoo import fields, models


class DirectClinicalAllergy(models.Model):
    """A substance the patient does not tolerate."""

    _name = "direct.clinical.allergy"
    _inherit = "direct.clinical.entry"
    _description = "Allergy"

    name = fields.Char("Substance")
    reaction = fields.Char()
    severity = fields.Selection([("mild", "Mild"), ("moderate", "Moderate"), ("severe", "Severe")])
