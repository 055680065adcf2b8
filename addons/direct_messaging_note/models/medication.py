from odoo import fields, models

from odoo.addons.direct_messaging.models.core.audit import Subject
from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.ccda.tables import DOSE_UNITS, FREQUENCIES, ROUTES


class DirectClinicalMedication(models.Model):
    """A medication that the patient takes, or took."""

    _name = "direct.clinical.medication"
    _inherit = "direct.clinical.entry"
    _description = "Medication"
    _writable = (
        Writable("name rxnorm_code dosage status start_date end_date"),
        Writable("dose dose_unit route frequency as_needed as_needed_for indication"),
    )
    _audited = Subject("medication", "note_id.patient_id", "note_id.author_id")
    _codes = {"rxnorm_code": ccda.RXNORM}

    name = fields.Char("Medication")
    rxnorm_code = fields.Char("RxNorm", help="Example: 314076.")
    dose = fields.Char(help="A number. Example: 10.")
    dose_unit = fields.Selection(list(DOSE_UNITS.items()))
    route = fields.Selection(list(ROUTES.items()))
    frequency = fields.Selection([(key, row.words) for key, row in FREQUENCIES.items()])
    as_needed = fields.Boolean()
    as_needed_for = fields.Char(help="Example: knee pain.")
    indication = fields.Char("Taken For", help="Example: high blood pressure.")
    dosage = fields.Char("Instructions", help="What dose, route and frequency don't say.")
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
            self.dose or "",
            self.dose_unit or "",
            self.route or "",
            self.frequency or "",
            self.as_needed,
            self.as_needed_for or "",
            self.indication or "",
        )
