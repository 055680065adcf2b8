from odoo import fields, models

from ...tools.discretion import names_patient
from ...tools.matching import Person
from ..core.groups import USER
from ..core.guarded import Writable


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (
        Writable("direct_is_patient direct_birthdate direct_sex direct_record_number", group=USER),
    )

    # Patient data: only for those who use Direct messaging
    direct_is_patient = fields.Boolean("Patient", groups=USER)
    direct_birthdate = fields.Date("Date of Birth", groups=USER)
    direct_sex = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
        string="Sex",
        groups=USER,
    )
    direct_record_number = fields.Char("Medical Record Number", groups=USER)

    def _direct_person(self):
        """Describe the patient for `tools.matching`; an empty recordset is nobody."""
        return Person(
            full=self.name or "",
            birth_date=self.direct_birthdate or None,
            sex=self.direct_sex or "",
            postal_code=self.zip or "",
            record_numbers=tuple(filter(None, [self.direct_record_number])),
        )

    def _direct_subject_problem(self, subject) -> str | None:
        """Say why a message about this patient, or about none yet, cannot have `subject`."""
        if not (subject or "").strip():
            return self.env._("Enter a subject.")
        patient_sudo = self.sudo()
        if names_patient(subject, patient_sudo.name, patient_sudo.direct_record_number):
            return self.env._(
                "The subject contains the patient's name or record number, and subject lines may "
                "travel unencrypted. Move it to the message."
            )
        return None
