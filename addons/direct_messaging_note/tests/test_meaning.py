from datetime import date
from pathlib import Path

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.direct_messaging import tests
from odoo.addons.direct_messaging.tests.common import DirectCommon
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.cda import entries, parse

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
