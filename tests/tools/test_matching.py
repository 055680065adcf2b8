"""Whom a message is about: a proposal with its reasons."""

from datetime import date
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools import incoming, matching, nicknames
from ...tools.matching import Person

MARY = Person(
    full="Mary Quill",
    birth_date=date(1980, 2, 29),
    sex="female",
    postal_code="05401",
    record_numbers=("MRN-778",),
)

# Names of children who could share a birth date, among them all that sound or look alike
NAMES = [
    "Emma",
    "Ella",
    "Anna",
    "Hannah",
    "Jayden",
    "Kayden",
    "Aiden",
    "Hayden",
    "Mia",
    "Maya",
    "Lily",
    "Milly",
    "Sofia",
    "Sophie",
    "Noah",
    "Noel",
    "Liam",
    "Lian",
    "Jack",
    "Zack",
    "Olivia",
    "Oliver",
    "Ava",
    "Eva",
    "José",
    "Josef",
    "Zoë",
    "Chloë",
    "Ann",
    "Anne",
    "Jo",
    "Joe",
]
DIFFERENT = [
    pair
    for pair in combinations(NAMES, 2)
    if not nicknames.same(*(matching.words(name)[0] for name in pair))
]
FAMILIES = ("Clark", "García López", "Smith-Jones", "O’Brien", "Li")


def said(given="Mary", family="Quill", born="1980-02-29", **values):
    return Person(
        given=given, family=family, birth_date=born and date.fromisoformat(born), **values
    )


@tagged("post_install", "-at_install")
class TestMatching(BaseCase):
    def test_levels(self):
        for claim, level, findings in (
            (said(), "strong", ["name same", "birth_date same"]),
            (said(postal_code="99999"), "strong", ["postal_code different"]),
            (said(given="Mary Ann"), "strong", ["name similar"]),
            (said(given="M."), "possible", ["name initial"]),
            (said(family="Quyll"), "strong", ["name similar"]),
            # A name alone, or a birth date alone, is nothing to rely on
            (said(born=""), "possible", ["name same"]),
            (said(given="", family=""), "possible", ["birth_date same"]),
            (said(given="", family="", born="", record_numbers=("MRN-778",)), "weak", []),
            # Twins, siblings, a namesake, another family name since a marriage
            (said(given="Anna", postal_code="05401"), "possible", ["name family"]),
            (said(given="Marie", record_numbers=("MRN-778",)), "possible", ["name family"]),
            (said(family="Okonjo"), "possible", ["name given"]),
            (said(born="1979-01-13"), "none", ["birth_date different"]),
            (said(given="Ruth", family="Okonjo", born="1979-01-13"), "none", []),
            (said(given="Ruth", family="Okonjo"), "none", ["name different"]),
            # All but one agrees: said, and no strong match
            (said(sex="male", postal_code="05401"), "possible", ["sex different"]),
            (said(born="1980-02-28", postal_code="05401"), "possible", ["birth_date similar"]),
        ):
            with self.subTest(claim=vars(claim)):
                match = matching.compare(claim, MARY)
                self.assertEqual(match.level, level, match)
                found = {" ".join(finding) for finding in match.findings}
                self.assertLessEqual(set(findings), found)

    def test_names_are_compared_by_their_words(self):
        for one, other, finding in (
            ("Zoë Müller", "zoe muller", "same"),
            ("Quill, Mary", "Mary Quill", "same"),
            ("Ana Smith-Jones", "Ana Smith Jones", "same"),
            ("Ana Smith-Jones", "Ana Smithjones", "same"),
            ("Sean O’Brien", "Sean OBrien", "same"),
            ("Dr. Ann Lee MD", "Ann Lee", "same"),
            ("Søren Łęcki", "Soren Lecki", "same"),
            ("Ana Smith-Jones", "Ana Smith", "similar"),
            ("José García López", "Jose Garcia", "similar"),
            ("Ann Lee", "Ann Li", "given"),
            ("Ann Lee", "Bob Lee", "family"),
            ("Ann Lee", "Bob Ray", "different"),
            ("", "Bob Ray", ""),
            ("Bill Lee", "William Lee", "similar"),
            ("Clark, Emma Rose", "Emma Clark", "similar"),
            ("Mary Ann Lee", "Maryann Lee", "same"),
            # Twins and siblings: rhymes, a shared second name, a second name alone
            ("Jayden Clark", "Kayden Clark", "family"),
            ("Emma Clark", "Ella Clark", "family"),
            ("Emma Rose Clark", "Ella Rose Clark", "family"),
            ("Emma Rose Clark", "Rose Clark", "family"),
            ("李 明", "李 明", "same"),
        ):
            with self.subTest(one=one, other=other):
                match = matching.compare(Person(full=one), Person(full=other))
                self.assertEqual(dict(match.findings).get("name", ""), finding)

    @given(pair=st.sampled_from(DIFFERENT), family=st.sampled_from(FAMILIES), data=st.data())
    def test_another_given_name_is_another_person(self, pair, family, data):
        middle = data.draw(st.sampled_from(("", " Rose", " James", " Q.")))
        as_pieces = data.draw(st.booleans())
        rest = {
            "birth_date": date(2019, 5, 4),
            "postal_code": "05401",
            "record_numbers": ("MRN-778",),
        }
        one, other = (
            Person(given=name + middle, family=family, **rest)
            if as_pieces or side
            else Person(full=f"{name}{middle} {family}", **rest)
            for side, name in enumerate(pair)
        )
        for claimed, known in ((one, other), (other, one)):
            match = matching.compare(claimed, known)
            self.assertNotEqual(match.level, "strong")
            self.assertTrue(match.conflicts)
            self.assertTrue(matching.contradict(claimed, known))

    def test_what_one_side_does_not_say_counts_nothing(self):
        self.assertEqual(matching.compare(Person(), MARY).findings, ())
        self.assertEqual(matching.compare(said(sex="unknown"), MARY).findings[2:], ())

    def test_statements_that_cannot_be_about_one_person(self):
        self.assertTrue(matching.contradict(said(born="1979-01-13"), MARY))
        self.assertTrue(matching.contradict(said(given="Ruth", family="Okonjo"), MARY))
        self.assertFalse(matching.contradict(said(postal_code="99999"), MARY))
        self.assertFalse(matching.contradict(Person(), MARY))

    def test_context_from_outside_is_taken_as_far_as_it_makes_sense(self):
        for context, expected in (
            (None, Person()),
            ({"patient": "Mary"}, Person()),
            ({"patient": {"surname": ["Quill"], "dateOfBirth": 1980}}, Person()),
            ({"patient": {"surname": "Qu\x00ill", "dateOfBirth": "soon"}}, Person(family="Quill")),
            (
                {
                    "patient": {
                        "givenName": "Mary",
                        "surname": "Quill",
                        "dateOfBirth": "19800229",
                        "gender": "F",
                        "postalCode": "05401-1234",
                    }
                },
                said(sex="female", postal_code="05401-1234"),
            ),
        ):
            with self.subTest(context=context):
                self.assertEqual(incoming.of_context(context), expected)

    def test_nothing_of_a_person_is_printed(self):
        self.assertNotIn("Quill", repr(MARY))
