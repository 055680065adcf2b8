from odoo import fields, models

from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalMedication(models.Model):
    """A medication the patient takes."""

    _name = "direct.clinical.medication"
    _inherit = "direct.clinical.entry"
    _description = "Medication"
    _codes = {"rxnorm_code": ccda.RXNORM}

    name = fields.Char("Medication")
    rxnorm_code = fields.Char("RxNorm", help="Example: 314076.")
    dosage = fields.Char(help="Example: 10 mg by mouth once a day.")

    def _values_of(self, entry):
        return {"dosage": entry.dosage or False}

    def _ccda(self) -> ccda.Medication:
        return ccda.Medication(self.name, self._ccda_codes(), self.dosage or "", self._ccda_id())
