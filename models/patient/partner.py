from odoo import fields, models

from ...tools import ccda
from ...tools.discretion import names_patient
from ..core import relations
from ..core.groups import USER
from ..core.guarded import Writable

RELATIONS = list(ccda.RELATIONS.items())
# RFC 5646 -> what is spoken most in the United States (Census Bureau), and sign language
LANGUAGES = [
    ("en", "English"),
    ("es", "Spanish"),
    ("zh", "Chinese"),
    ("tl", "Tagalog"),
    ("vi", "Vietnamese"),
    ("ar", "Arabic"),
    ("fr", "French"),
    ("ko", "Korean"),
    ("ru", "Russian"),
    ("pt", "Portuguese"),
    ("ht", "Haitian Creole"),
    ("hi", "Hindi"),
    ("de", "German"),
    ("pl", "Polish"),
    ("it", "Italian"),
    ("ur", "Urdu"),
    ("fa", "Persian"),
    ("ja", "Japanese"),
    ("gu", "Gujarati"),
    ("te", "Telugu"),
    ("bn", "Bengali"),
    ("ta", "Tamil"),
    ("pa", "Punjabi"),
    ("ne", "Nepali"),
    ("so", "Somali"),
    ("sw", "Swahili"),
    ("am", "Amharic"),
    ("my", "Burmese"),
    ("uk", "Ukrainian"),
    ("ase", "American Sign Language"),
]


class ResPartner(models.Model):
    """A patient as a contact. Who keeps patients elsewhere extends `_direct_person`."""

    _name = "res.partner"
    _inherit = ["res.partner", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (
        Writable("direct_is_patient direct_birthdate direct_sex direct_record_number", group=USER),
        Writable("direct_family_name direct_former_names direct_mobile", group=USER),
        Writable("direct_race_ids direct_ethnicity direct_language", group=USER),
        Writable("direct_guardian direct_guardian_relation direct_guardian_phone", group=USER),
        Writable("direct_emergency direct_emergency_relation direct_emergency_phone", group=USER),
        Writable("direct_payer direct_plan direct_member_number direct_group_number", group=USER),
        Writable("direct_primary_care_id", group=USER),
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
    direct_family_name = fields.Char(
        "Last Name",
        groups=USER,
        help="Which part of the name is the last name, if it isn't just the last word. "
        "Example: Garcia Lopez for Ana Garcia Lopez.",
    )
    direct_former_names = fields.Char(
        "Former Names",
        groups=USER,
        help="Names on older records, separated by semicolons. Example: Ana Ruiz; Ana Garcia.",
    )
    direct_mobile = fields.Char("Mobile Phone", groups=USER)
    direct_race_ids = relations.Many2many(
        "direct.race", string="Race", groups=USER, help="All races the patient identifies with."
    )
    direct_ethnicity = fields.Selection(
        [
            ("2135-2", "Hispanic or Latino"),
            ("2186-5", "Not Hispanic or Latino"),
            (ccda.DECLINED, "Declined to answer"),
        ],
        "Ethnicity",
        groups=USER,
    )
    direct_language = fields.Selection(LANGUAGES, "Preferred Language", groups=USER)
    direct_guardian = fields.Char(
        "Guardian", groups=USER, help="The person who makes decisions for the patient."
    )
    direct_guardian_relation = fields.Selection(RELATIONS, "Guardian's Relationship", groups=USER)
    direct_guardian_phone = fields.Char("Guardian's Phone", groups=USER)
    direct_emergency = fields.Char("Emergency Contact", groups=USER)
    direct_emergency_relation = fields.Selection(
        RELATIONS, "Emergency Contact's Relationship", groups=USER
    )
    direct_emergency_phone = fields.Char("Emergency Contact's Phone", groups=USER)
    direct_payer = fields.Char("Insurance", groups=USER, help="Example: Blue Cross of Vermont.")
    direct_plan = fields.Char("Plan", groups=USER)
    direct_member_number = fields.Char("Member Number", groups=USER)
    direct_group_number = fields.Char("Group Number", groups=USER)
    direct_primary_care_id = fields.Many2one(
        "res.partner", "Primary Care Provider", groups=USER, index="btree_not_null"
    )

    def _direct_is_named_in(self, subject, company) -> bool:
        """Whether `subject` names this patient; the name of `company`, the practice, does not."""
        person = self.sudo()._direct_person()
        names = f"{self.sudo().name or ''} {person.name.full}"
        return names_patient(subject, names, person.id.extension, company.sudo().name)

    def _direct_subject_problem(self, subject, company) -> str | None:
        """Say why a message of `company` about this patient cannot have `subject`."""
        if not (subject or "").strip():
            return self.env._("Enter a subject.")
        if self._direct_is_named_in(subject, company):
            return self.env._(
                "The subject contains the patient's name or record number, and subject lines may "
                "travel unencrypted. Move it to the message."
            )
        return None
