from dataclasses import replace
from datetime import date
from unittest.mock import patch

from lxml import etree
from odoo.tests import tagged

from ...tools import matching
from ...tools.cda import parse
from ..common import DirectCommon
from ..tools import ccda_validation

ANA = {
    "name": "Ana Garcia Lopez",
    "direct_family_name": "Garcia Lopez",
    "direct_former_names": "Ana Ruiz; Ana Garcia",
    "direct_language": "es",
    "direct_ethnicity": "2135-2",
    "phone": "802-555-0111",
    "direct_mobile": "802-555-0112",
    "direct_guardian": "Eva Lopez",
    "direct_guardian_relation": "MTH",
    "direct_guardian_phone": "802-555-0113",
    "direct_emergency": "Leo Garcia",
    "direct_emergency_relation": "FTH",
    "direct_payer": "Blue Cross of Vermont",
    "direct_plan": "Gold",
    "direct_member_number": "XYZ123",
    "direct_group_number": "G-9",
}


@tagged("post_install", "-at_install")
class TestPerson(DirectCommon):
    """One hook says who the patient is, and everything that leaves says the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        races = cls.env["direct.race"].search([("code", "in", ["2106-3", "2028-9"])])
        doctor = cls.env["res.partner"].create({"name": "Dr. Pia Primary", "phone": "802-555-0114"})
        cls.ana = cls.make_patient(
            **ANA, direct_race_ids=races.ids, direct_primary_care_id=doctor.id
        )

    def setUp(self):
        super().setUp()
        self.referral = self.make_referral(note=self.make_note(patient_id=self.ana.id))

    def test_a_name_is_split_where_somebody_said_so(self):
        for name, family, expected in (
            ("Ana Garcia Lopez", "Garcia Lopez", (("Ana",), "Garcia Lopez", False)),
            ("Ana Garcia Lopez", False, (("Ana", "Garcia"), "Lopez", True)),
            # After a marriage: what was said of the older name counts no more
            ("Ana Smith", "Garcia Lopez", (("Ana",), "Smith", True)),
            ("Dr. Ana Garcia Lopez, MD", "Garcia Lopez", (("Ana",), "Garcia Lopez", False)),
        ):
            with self.subTest(name, family=family):
                self.ana.write({"name": name, "direct_family_name": family})
                person = self.ana._direct_person()
                said = (person.name.given, person.name.family, person.is_name_guessed)
                self.assertEqual(said, expected)
                self.assertTrue(self.ana._direct_known().full)

    def test_the_ccda_says_it_all_and_is_valid(self):
        content = self.referral._ccda()
        self.assertEqual(ccda_validation.problems(content), [])
        patient = parse.read(content).patient
        self.assertEqual((patient.given, patient.family), (("Ana",), "Garcia Lopez"))
        self.assertEqual([name.full for name in patient.names[1:]], ["Ana Ruiz", "Ana Garcia"])
        self.assertTrue(all(name.is_former for name in patient.names[1:]))
        self.assertEqual(patient.language, "es")
        self.assertEqual(patient.guardians, ("Eva Lopez",))
        self.assertEqual(len(patient.phones), 2)
        text = etree.tostring(etree.fromstring(content), encoding="unicode")
        for said in ("2106-3", "2028-9", "2135-2", "Leo", "Primary", "XYZ123", "G-9", "Blue Cross"):
            self.assertIn(said, text)

    def test_what_is_not_known_is_not_said(self):
        referral = self.make_referral(note=self.make_note())
        root = etree.fromstring(referral._ccda())
        for name in ("guardian", "languageCommunication", "serviceEvent"):
            self.assertFalse(root.findall(f".//{{*}}{name}"), name)
        [race] = root.iterfind(".//{*}raceCode")
        self.assertEqual(race.get("nullFlavor"), "UNK")
        self.ana.direct_race_ids = self.env.ref("direct_messaging.race_declined")
        [race] = etree.fromstring(self.referral._ccda()).iterfind(".//{*}raceCode")
        self.assertEqual(race.get("nullFlavor"), "ASKU", "asked, and no answer")

    def test_context_says_the_same_name(self):
        message = self.send(self.referral)
        patient = message._context_metadata()["patient"]
        self.assertEqual((patient["givenName"], patient["surname"]), ("Ana", "Garcia Lopez"))
        self.assertEqual(patient["gender"], "female")

    def test_a_foreign_patient_is_asked_by_all(self):
        """An addon with patients of its own says who they are by the one hook."""

        def elsewhere(partner):
            known = original(partner)
            return replace(known, name=replace(known.name, given=("Anastasia",)), sex="M")

        original = type(self.ana)._direct_person
        with patch.object(self.env.registry["res.partner"], "_direct_person", elsewhere):
            self.assertIn(b"Anastasia", self.referral._ccda())
            said = self.referral._xdm_submission(self.referral.recipient_ids, []).patient
            self.assertEqual((said.name.given, said.sex), (("Anastasia",), "M"))
            self.assertEqual(self.ana._direct_known().sex, "male")
            self.assertTrue(self.ana._direct_subject_problem("About Anastasia", self.company))
            message = self.send(self.referral)
            self.assertEqual(message._context_metadata()["patient"]["givenName"], "Anastasia")

    def test_a_former_name_finds_the_patient_and_never_decides_alone(self):
        known = self.ana._direct_known()
        claim = replace(known, given="Ana", family="Ruiz", full="", former=(), record_numbers=())
        match = matching.compare(claim, known)
        self.assertIn(("name", "former"), match.findings)
        self.assertEqual(match.level, "possible")
        self.assertFalse(matching.contradict(claim, known))
        other = replace(claim, given="Eva")
        self.assertTrue(matching.contradict(other, known), "another given name is another person")
        found = self.env["res.partner"]._direct_matches(claim, self.company)
        self.assertEqual(found[0][1], self.ana)

    def test_what_the_recipient_needs_is_said_and_does_not_block(self):
        for missing, words in (
            ({"direct_birthdate": False}, "date of birth"),
            ({"direct_sex": False}, "sex"),
            ({"name": "Ana", "direct_family_name": False}, "full name"),
        ):
            self.ana.write({**ANA, "direct_birthdate": "1980-02-29", "direct_sex": "female"})
            self.assertFalse(self.referral.patient_notice)
            with self.subTest(words):
                self.ana.write(missing)
                self.assertIn(words, self.referral.patient_notice)
        self.send(self.referral)
        self.assertEqual(self.referral.state, "sent")

    def test_both_sides_are_shown_with_what_differs(self):
        known = self.ana._direct_known()
        for change, differing in (
            ({}, []),
            ({"postal_code": "05499"}, ["ZIP code"]),
            ({"given": "Eva"}, ["Name"]),
            ({"birth_date": date(1980, 2, 28), "sex": "male"}, ["Date of birth", "Sex"]),
        ):
            with self.subTest(change):
                claim = replace(known, **change)
                match = matching.compare(claim, known)
                rows = self.env["res.partner"]._direct_comparison(claim, self.ana, match)
                self.assertEqual([row["item"] for row in rows if row["differs"]], differing)
                self.assertTrue(all(row["said"] and row["known"] for row in rows))
