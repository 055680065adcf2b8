from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.direct_messaging.exceptions import Problems
from odoo.addons.direct_messaging.models.core import relations
from odoo.addons.direct_messaging.models.core.audit import Subject
from odoo.addons.direct_messaging.models.core.guarded import Writable, decides
from odoo.addons.direct_messaging.tools import ccda

_lt = LazyTranslate(__name__)

# Kind of an entry of a clinical document -> field with the lines of that kind
LINES = {"problem": "problem_ids", "medication": "medication_ids", "allergy": "allergy_ids"}


# That there are none -> the lines that would say otherwise
NONE_KNOWN = {
    "no_known_problems": "problem_ids",
    "no_current_medications": "medication_ids",
    "no_known_allergies": "allergy_ids",
}
ALLERGIES = {"drug": ccda.NO_KNOWN_DRUG_ALLERGIES, "all": ccda.NO_KNOWN_ALLERGIES}


class DirectClinicalNote(models.Model):
    """A plain clinical note, for practices without an EHR module of their own.

    Draft until its author signs it; from then on unchangeable. An amendment is a new note.
    """

    _name = "direct.clinical.note"
    _inherit = ["direct.draft", "direct.numbered", "direct.thread", "direct.referral.mixin"]
    _description = "Clinical Note"
    _order = "date desc, id desc"
    _direct_takes_entries = True

    _writable = (
        Writable("patient_id date subjective objective assessment plan"),
        Writable("problem_ids medication_ids allergy_ids"),
        Writable("no_known_problems no_current_medications no_known_allergies"),
    )
    _audited = Subject("note", "patient_id", "author_id", "subjective objective assessment plan")
    _drafts = ("draft",)
    _final = _lt("A signed note can't be changed or deleted. Write an amendment instead.")
    _server_changes = ""

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    patient_id = fields.Many2one(
        "res.partner", required=True, index=True, domain="[('direct_is_patient', '=', True)]"
    )
    author_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, default=lambda self: self.env.user
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    subjective = fields.Text(help="What the patient tells you. Example: cough for three weeks.")
    objective = fields.Text(help="Exam findings and measurements. Example: BP 148/92, lungs clear.")
    assessment = fields.Text()
    plan = fields.Text()
    problem_ids = relations.One2many("direct.clinical.problem", "note_id", copy=True)
    medication_ids = relations.One2many("direct.clinical.medication", "note_id", copy=True)
    allergy_ids = relations.One2many("direct.clinical.allergy", "note_id", copy=True)
    # "None" is a decision of its own: an empty list only says that nobody wrote anything down
    no_known_problems = fields.Boolean(help="You asked, and the patient has no known problems.")
    no_current_medications = fields.Boolean(help="You asked, and the patient takes no medications.")
    no_known_allergies = fields.Selection(
        [("drug", "No known drug allergies"), ("all", "No known allergies")],
        help="You asked, and the patient has no known allergies of this kind.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("signed", "Signed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    signed_at = fields.Datetime("Signed On", readonly=True, copy=False)
    amends_id = fields.Many2one("direct.clinical.note", readonly=True, copy=False, index=True)
    amendment_ids = relations.One2many("direct.clinical.note", "amends_id")

    @api.constrains(*NONE_KNOWN, *NONE_KNOWN.values())
    def _check_none_known(self):
        for note in self:
            for none_known, lines in NONE_KNOWN.items():
                if note[none_known] and note[lines].filtered(lambda line: line.status == "active"):
                    raise ValidationError(
                        self.env._(
                            "“%s” is selected, but the note lists some. Remove one or the other.",
                            self._fields[none_known]._description_string(self.env),
                        )
                    )

    @decides()
    def action_sign(self):
        """Sign the note: only its author can, and only once it says something."""
        self.check_access("write")
        for note in self:
            note._check_not_final()
            if note.author_id != self.env.user:
                raise UserError(self.env._("Only %s can sign this note.", note.author_id.name))
            note._check_shown()
            if not any((note.subjective, note.objective, note.assessment, note.plan)):
                raise Problems(
                    [
                        (
                            "subjective",
                            self.env._("The note is empty. Write something before you sign it."),
                        )
                    ]
                )
            note._check_reviewed()
            note._new_version()
            note.sudo().write({"state": "signed", "signed_at": fields.Datetime.now()})

    @decides()
    def action_amend(self):
        """Open a new draft that amends this signed note."""
        self.ensure_one()
        if self.state != "signed":
            raise UserError(self.env._("This note isn't signed yet. You can edit it directly."))
        self.check_access("read")
        amendment = self._as_server().copy({"amends_id": self.id, "author_id": self.env.uid})
        return amendment._get_records_action(context={})

    # --- direct.referral.mixin ---------------------------------------------------------------

    def _direct_patient(self):
        return self.patient_id

    def _direct_is_signed(self):
        return self.state == "signed"

    def _direct_reason(self):
        return self.plan or self.assessment or ""

    def _direct_author(self):
        return self.author_id

    def _direct_authored_at(self):
        return self.signed_at or self.date

    def _direct_signed_at(self):
        return self.signed_at or None

    def _direct_encounter(self):
        return self.date, None

    def _direct_problems(self):
        return [problem._ccda() for problem in self.problem_ids]

    def _direct_medications(self):
        return [medication._ccda() for medication in self.medication_ids]

    def _direct_allergies(self):
        return [allergy._ccda() for allergy in self.allergy_ids]

    def _direct_none_known(self):
        return {
            "problems": ccda.NO_KNOWN_PROBLEMS if self.no_known_problems else None,
            "medications": ccda.NO_CURRENT_MEDICATIONS if self.no_current_medications else None,
            "allergies": ALLERGIES.get(self.no_known_allergies),
        }

    def _direct_assessment(self):
        return self.assessment or ""

    def _direct_plan(self):
        return self.plan or ""

    def _direct_ccda_sections(self):
        return [
            *super()._direct_ccda_sections(),
            *(
                ccda.Section(kind, text)
                for kind, text in (
                    (ccda.SUBJECTIVE, self.subjective),
                    (ccda.OBJECTIVE, self.objective),
                )
                if text
            ),
        ]

    def _direct_begin_with(self, message, entries):
        self.check_access("create")
        values = {
            "patient_id": message.patient_id.id,
            "company_id": message.company_id.id,
            "author_id": self.env.uid,
        }
        for entry, source in entries:
            field = LINES[entry.kind]
            details = self[field]._values_of(entry)
            line = fields.Command.create({"name": entry.name, "source": source, **details})
            values.setdefault(field, []).append(line)
        return self._as_server().create(values)

    def _direct_report(self):
        return "direct_messaging_note.report_clinical_note"
