from odoo import fields, models


class DirectClinicalMedication(models.Model):
    """A medication the patient takes."""

    _name = "direct.clinical.medication"
    _inherit = "direct.clinical.entry"
    _description = "Medication"

    name = fields.Char("Medication")
    dosage = fields.Char(help="Such as 10 mg by mouth once a day.")
