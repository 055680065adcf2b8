from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalMedication(models.Model):
    """A medication that the patient takes, or took."""

    _name = "direct.clinical.medication"
    _inherit = "direct.clinical.entry"
    _description = "Medication"
    _writable = (Writable("rxnorm_code dosage status start_date end_date"),)
    _codes = {"rxnorm_code": ccda.RXNORM}

    name = fields.Char("Medication")
    rxnorm_code = fields.Char("RxNorm", help="Example: 314076.")
    dosage = fields.Char(help="Example: 10 mg by mouth once a day.")
    status = fields.Selection(
        [("active", "Active"), ("completed", "Stopped")], required=True, default="active"
    )
    start_date = fields.Date("Started")
    end_date = fields.Date("Stopped On")

    def _values_of(self, entry):
        return {
            "rxnorm_code": self._code_of(entry, ccda.RXNORM),
            "dosage": entry.dosage or False,
            "status": "completed" if entry.is_over else "active",
            "start_date": entry.started,
            "end_date": entry.ended,
        }

    def _ccda(self) -> ccda.Medication:
        return ccda.Medication(
            self.name,
            self._ccda_codes(),
            self.dosage or "",
            self._ccda_id(),
            self.status,
            self.start_date or None,
            self.end_date or None,
        )
