from odoo import fields, models

from odoo.addons.direct_messaging.models.core.audit import Subject
from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalProblem(models.Model):
    """A problem or diagnosis, with its codes where the clinician gave any."""

    _name = "direct.clinical.problem"
    _inherit = "direct.clinical.entry"
    _description = "Problem"
    _writable = (Writable("name icd10_code snomed_code onset_date status end_date is_diagnosis"),)
    _audited = Subject("problem", "note_id.patient_id", "note_id.author_id")
    _codes = {"snomed_code": ccda.SNOMED_CT, "icd10_code": ccda.ICD10_CM}

    name = fields.Char("Problem")
    icd10_code = fields.Char("ICD-10-CM", help="Example: I10 or E11.9.")
    snomed_code = fields.Char("SNOMED CT", help="Example: 38341003.")
    onset_date = fields.Date()
    status = fields.Selection(
        [("active", "Active"), ("inactive", "Inactive"), ("resolved", "Resolved")],
        required=True,
        default="active",
    )
    is_diagnosis = fields.Boolean(
        "Diagnosed Now", help="A diagnosis of this visit, not only of the problem list."
    )
    end_date = fields.Date("Ended", help="When the problem was resolved or became inactive.")

    def _carried(self):
        # A diagnosis of the visit that it was made in
        return {**super()._carried(), "is_diagnosis": False}

    def _values_of(self, entry):
        over = "inactive" if entry.status == "inactive" else "resolved"
        return {
            "icd10_code": entry.icd10_code or False,
            "snomed_code": self._code_of(entry, ccda.SNOMED_CT),
            "onset_date": entry.started,
            "status": over if entry.is_over else "active",
            "end_date": entry.ended,
        }

    def _ccda(self) -> ccda.Problem:
        return ccda.Problem(
            self.name,
            self._ccda_codes(),
            self.onset_date or None,
            self._ccda_id(),
            self.status,
            self.end_date or None,
        )
