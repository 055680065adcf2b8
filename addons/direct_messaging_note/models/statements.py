from odoo import fields, models

from odoo.addons.direct_messaging.models.core import relations
from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.ccda import SEX_WORDS
from odoo.addons.direct_messaging.tools.ccda.tables import SMOKING

LISTED = ("problems", "medications", "allergies")
"""Sections that the printed note has in words of its own."""


class DirectClinicalNote(models.Model):
    """What a note says beside problems, medications and allergies."""

    # One idea a file
    _inherit = "direct.clinical.note"  # pylint: disable=consider-merging-classes-inherited

    _writable = (
        Writable("vital_ids result_ids immunization_ids procedure_ids smoking social_ids"),
        Writable("care_team_ids goal_ids concern_ids"),
    )

    vital_ids = relations.One2many("direct.clinical.vital", "note_id", copy=True)
    result_ids = relations.One2many("direct.clinical.result", "note_id", copy=True)
    immunization_ids = relations.One2many("direct.clinical.immunization", "note_id", copy=True)
    procedure_ids = relations.One2many("direct.clinical.procedure", "note_id", copy=True)
    smoking = fields.Selection(
        list(SMOKING.items()), help="Empty means that nobody asked. Example: Never smoked."
    )
    social_ids = relations.One2many("direct.clinical.social", "note_id", copy=True)
    care_team_ids = relations.One2many("direct.clinical.care.team", "note_id", copy=True)
    goal_ids = relations.One2many("direct.clinical.goal", "note_id", copy=True)
    concern_ids = relations.One2many("direct.clinical.concern", "note_id", copy=True)

    # --- direct.referral.mixin ---------------------------------------------------------------

    def _direct_vital_signs(self):
        # What was measured twice makes a second set
        sets = []
        for vital in self.vital_ids:
            measured = next((one for one in sets if vital.kind not in one), None)
            if measured is None:
                sets.append(measured := {})
            measured[vital.kind] = vital._ccda()
        at = self._direct_local(self.date)
        return [ccda.VitalSigns(at, tuple(measured.values())) for measured in sets]

    def _direct_results(self):
        return [result._ccda() for result in self.result_ids]

    def _direct_immunizations(self):
        return [immunization._ccda() for immunization in self.immunization_ids]

    def _direct_procedures(self):
        return [procedure._ccda() for procedure in self.procedure_ids]

    def _direct_social_history(self):
        asked_on = self._direct_local(self.date).date()
        smoking = [ccda.SmokingStatus(self.smoking, asked_on)] if self.smoking else []
        return [*smoking, *(social._ccda() for social in self.social_ids)]

    def _direct_visits(self):
        diagnoses = self.problem_ids.filtered("is_diagnosis")
        if not diagnoses:
            return []
        at = self._direct_local(self.date)
        said = tuple(problem._ccda() for problem in diagnoses)
        return [ccda.Visit(self.env._("Office visit"), at, said)]

    def _direct_care_team(self):
        return [member._ccda() for member in self.care_team_ids]

    def _direct_goals(self):
        return [goal._ccda() for goal in self.goal_ids]

    def _direct_health_concerns(self):
        return [concern._ccda() for concern in self.concern_ids]

    def _direct_sex_word(self) -> str:
        """Return the patient's sex in words, empty when it is not known."""
        return SEX_WORDS.get(self.patient_id._direct_person().sex, "").capitalize()

    def _direct_shown(self) -> list[dict]:
        """Return what is said here as tables, as the C-CDA shows them: for the printed note."""
        return [
            {
                "title": section.kind.title,
                "heads": [head for _key, head, _text in section.kind.columns],
                "rows": [
                    [text(item) for _key, _head, text in section.kind.columns]
                    for item in section.items
                ],
            }
            for section in self._direct_ccda_sections()
            if section.items and section.kind.key not in LISTED
        ]

    def _direct_local(self, at):
        """Return Odoo's naive UTC in the time zone of the author."""
        return fields.Datetime.context_timestamp(self.with_context(tz=self.author_id.tz), at)
