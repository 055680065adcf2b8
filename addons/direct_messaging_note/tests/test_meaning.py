from datetime import date
from pathlib import Path

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.direct_messaging import tests
from odoo.addons.direct_messaging.tests.common import DirectCommon
from odoo.addons.direct_messaging.tests.tools import ccda_validation
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.cda import entries, parse, statements

from ..models.note import LINES

STOPPED = Path(tests.__file__).parent / "tools/data/documents/27-import-stopped-and-resolved.xml"


@tagged("post_install", "-at_install")
class TestMeaning(DirectCommon):
    """What is said in a note is what leaves, and what comes in keeps its meaning."""

    authenticated = False

    def stated(self, note):
        """What a note's C-CDA says, by kind: (name, status, codes) of each."""
        sections = {section.kind.key: section for section in note._direct_ccda_sections()}
        return {
            key: [
                (getattr(item, "name", "") or item.substance, item.status, item.codes)
                for item in sections[key].items
            ]
            for key in ("problems", "medications", "allergies")
        }

    def test_what_is_over_comes_in_as_over_with_all_its_codes(self):
        offered = entries.offered(parse.read(STOPPED.read_bytes()))
        message = self.env["direct.message"].new(
            {"patient_id": self.patient.id, "company_id": self.company.id}
        )
        note_model = self.env["direct.clinical.note"].with_user(self.clinician)
        note = note_model._direct_begin_with(message, [(entry, "x") for entry in offered])
        for entry in offered:
            with self.subTest(entry.name):
                line = note[LINES[entry.kind]].filtered(
                    lambda line, name=entry.name: line.name == name
                )
                self.assertEqual(line.status != "active", entry.is_over)
                if "end_date" in line:
                    self.assertEqual(line.end_date or None, entry.ended)
                codes = {code.code for code in entry.codes}
                kept = {line[field] for field in line._codes if line[field]}
                self.assertTrue(kept and kept <= codes, (kept, codes))
        self.assertTrue(any(entry.is_over for entry in offered))
        said = self.stated(note)
        self.assertTrue(all(status != "active" for _n, status, _c in said["problems"]))

    def test_none_known_is_a_decision_of_its_own(self):
        for values, expected in (
            ({}, {}),
            ({"no_known_problems": True}, {"problems": ccda.NO_KNOWN_PROBLEMS}),
            ({"no_current_medications": True}, {"medications": ccda.NO_CURRENT_MEDICATIONS}),
            ({"no_known_allergies": "drug"}, {"allergies": ccda.NO_KNOWN_DRUG_ALLERGIES}),
            ({"no_known_allergies": "all"}, {"allergies": ccda.NO_KNOWN_ALLERGIES}),
        ):
            with self.subTest(values):
                note = self.make_note(**values)
                said = {
                    section.kind.key: section.none_known
                    for section in note._direct_ccda_sections()
                    if section.none_known
                }
                self.assertEqual(said, expected)

    def test_a_note_does_not_contradict_itself(self):
        for field, lines in (
            ({"no_known_problems": True}, "problem_ids"),
            ({"no_current_medications": True}, "medication_ids"),
            ({"no_known_allergies": "all"}, "allergy_ids"),
        ):
            with self.subTest(lines), self.assertRaises(ValidationError):
                self.make_note(**field, **{lines: [Command.create({"name": "Something"})]})
        # What is over contradicts nothing
        over = {"name": "Sprain", "status": "resolved", "end_date": date(2020, 1, 2)}
        note = self.make_note(no_known_problems=True, problem_ids=[Command.create(over)])
        self.assertEqual(self.stated(note)["problems"], [("Sprain", "resolved", ())])

    def test_all_that_a_note_says_leaves_and_is_valid(self):
        note = self.make_note(
            signed=False,
            smoking="266919005",
            problem_ids=[
                Command.create({"name": "Asthma", "icd10_code": "J45.909", "is_diagnosis": True}),
                Command.create({"name": "Eczema", "status": "inactive"}),
            ],
            medication_ids=[
                Command.create(
                    {
                        "name": "Albuterol",
                        "dose": "2",
                        "dose_unit": "{puff}",
                        "route": "C38216",
                        "frequency": "every4h",
                        "as_needed_for": "wheezing",
                        "indication": "Asthma",
                    }
                )
            ],
            allergy_ids=[
                Command.create(
                    {
                        "name": "Penicillin",
                        "kind": "416098002",
                        "reaction": "hives",
                        "criticality": "CRITH",
                    }
                )
            ],
            vital_ids=[
                Command.create({"kind": kind, "value": value})
                for kind, value in (
                    ("systolic", 148),
                    ("diastolic", 92),
                    ("systolic", 140),
                    ("temperature", 98.6),
                )
            ],
            result_ids=[
                Command.create(
                    {"name": "Hemoglobin A1c", "value": "7.2", "unit": "%", "loinc_code": "4548-4"}
                )
            ],
            immunization_ids=[Command.create({"name": "Influenza", "cvx_code": "141"})],
            procedure_ids=[Command.create({"name": "Appendectomy", "date": "2001-02-03"})],
            social_ids=[Command.create({"name": "Occupation", "answer": "Teacher"})],
            care_team_ids=[Command.create({"name": "Pia Primary", "role": "Primary care"})],
            goal_ids=[Command.create({"name": "Sleep through the night"})],
            concern_ids=[Command.create({"name": "Afraid of side effects"})],
        )
        note.action_sign()
        referral = self.env["direct.referral"].with_user(self.clinician)._begin(note)
        content = referral._ccda()
        self.assertEqual(ccda_validation.problems(content), [])
        document = parse.read(content)
        said = statements.read(document)
        everything = "vitals results immunizations procedures smoking social visits careteam goals"
        self.assertEqual(set(said), {*everything.split(), "concerns"})
        measured = [[(m.kind, m.value) for m in one.measurements] for one in said["vitals"]]
        first = [("systolic", "148"), ("diastolic", "92"), ("temperature", "98.6")]
        self.assertEqual(measured, [first, [("systolic", "140")]])
        self.assertEqual([one.name for one in said["visits"][0].diagnoses], ["Asthma"])
        [albuterol] = [one for one in entries.offered(document) if one.kind == "medication"]
        self.assertEqual(albuterol.dosage, "2 puffs inhaled every 4 hours as needed for wheezing")
        html = self.env["ir.actions.report"]._render_qweb_html(note._direct_report(), note.ids)[0]
        for words in (albuterol.dosage, "Hemoglobin A1c", "Never smoked", "Pia Primary"):
            self.assertIn(words, html.decode())

    def test_a_measurement_is_what_was_measured(self):
        for values, words in (
            ({"kind": "weight", "value": 0}, "what was measured"),
            ({"kind": "weight", "value": 80, "unit": "%"}, "Choose lb, kg"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words):
                self.make_note(signed=False, vital_ids=[Command.create(values)])

    def test_lists_go_on_from_note_to_note_and_are_reviewed(self):
        self.make_note(
            problem_ids=[Command.create({"name": "Asthma", "is_diagnosis": True})],
            medication_ids=[
                Command.create({"name": "Albuterol", "dose": "2"}),
                Command.create({"name": "Warfarin", "status": "completed"}),
            ],
            allergy_ids=[Command.create({"name": "Latex"})],
            no_known_problems=False,
        )
        with Form(self.env["direct.clinical.note"].with_user(self.clinician)) as form:
            form.patient_id = self.patient
            form.subjective = "Back again."
        note = form.record
        self.assertEqual(note.problem_ids.mapped("name"), ["Asthma"])
        self.assertFalse(note.problem_ids.is_diagnosis, "that was another visit")
        self.assertEqual(note.medication_ids.mapped("name"), ["Albuterol"])
        self.assertEqual(note.medication_ids.dose, "2")
        self.assertEqual(note.allergy_ids.mapped("name"), ["Latex"])
        with self.assertRaisesRegex(UserError, "Review them"):
            note.action_sign()
        note.is_reviewed = True
        note.action_sign()
        self.assertEqual(note.state, "signed")

    def test_lists_of_one_patient_never_stay_with_another(self):
        self.make_note(problem_ids=[Command.create({"name": "Asthma"})])
        form = Form(self.env["direct.clinical.note"].with_user(self.clinician))
        form.patient_id = self.patient
        self.assertEqual(len(form.problem_ids), 1)
        form.patient_id = self.make_patient("Tom Other")
        self.assertEqual(len(form.problem_ids), 0)
        self.assertFalse(form.carried_from_id)
        other = self.make_note(patient_id=self.make_patient("Ann Else").id)
        note = self.make_note(signed=False)
        with self.assertRaisesRegex(ValidationError, "another patient"):
            note.carried_from_id = other
