from odoo import fields, models

from odoo.addons.direct_messaging.models.core.audit import Subject
from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.ccda.tables import (
    ALLERGY_KINDS,
    CRITICALITIES,
    reaction_code,
)


class DirectClinicalAllergy(models.Model):
    """A substance the patient does not tolerate."""

    _name = "direct.clinical.allergy"
    _inherit = "direct.clinical.entry"
    _description = "Allergy"
    _writable = (
        Writable(
            "name rxnorm_code snomed_code reaction severity status kind criticality onset_date"
        ),
    )
    _audited = Subject("allergy", "note_id.patient_id", "note_id.author_id")
    _codes = {"rxnorm_code": ccda.RXNORM, "snomed_code": ccda.SNOMED_CT}

    name = fields.Char("Substance")
    rxnorm_code = fields.Char("RxNorm", help="Code for a drug. Example: 7980 for penicillin G.")
    snomed_code = fields.Char(
        "SNOMED CT", help="Code for any substance. Example: 762952008 for peanut."
    )
    kind = fields.Selection(list(ALLERGY_KINDS.items()))
    reaction = fields.Char(help="Example: Hives.")
    criticality = fields.Selection(
        list(CRITICALITIES.items()), help="How dangerous another exposure could be."
    )
    onset_date = fields.Date("Since")
    severity = fields.Selection([("mild", "Mild"), ("moderate", "Moderate"), ("severe", "Severe")])
    status = fields.Selection(
        [("active", "Active"), ("inactive", "Inactive"), ("resolved", "Resolved")],
        required=True,
        default="active",
    )

    def _values_of(self, entry):
        over = "resolved" if entry.status == "resolved" else "inactive"
        return {
            "rxnorm_code": self._code_of(entry, ccda.RXNORM),
            "snomed_code": self._code_of(entry, ccda.SNOMED_CT),
            "reaction": entry.reaction or False,
            "severity": entry.severity or False,
            "status": over if entry.is_over else "active",
        }

    def _ccda(self) -> ccda.Allergy:
        return ccda.Allergy(
            self.name,
            self._ccda_codes(),
            self.reaction or "",
            self.severity or "",
            self._ccda_id(),
            self.status,
            self.onset_date or None,
            None,
            self.kind or "",
            self.criticality or "",
            tuple(filter(None, [reaction_code(self.reaction or "")])),
        )
