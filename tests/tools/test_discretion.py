import string

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.discretion import names_patient

PRACTICE = "Willow Creek Pediatrics, LLC"


@tagged("post_install", "-at_install")
class TestDiscretion(BaseCase):
    def test_a_name_is_found_in_any_spelling(self):
        for name, text in (
            ("Mary Quill", "Referral of Mary"),
            ("Mary Quill", "QUILL, follow-up"),
            ("Mary Quill", "report_quill_2026"),
            ("Mary Quill", "maryquill.pdf"),
            ("Zoë Müller", "Zoe"),
            ("Zoë Müller", "Mueller, back pain"),
            ("Zoe Mueller", "about Müller"),
            ("Seán O'Brien", "O Brien"),
            ("Seán O'Brien", "OBRIEN"),
            ("Sean O Brien", "O’Brien"),
            ("Ann Smith-Jones", "smithjones"),
            ("Ann Smith Jones", "Smith-Jones"),
            ("Łukasz Wójcik", "Lukasz"),
            ("D'Arcy de la Cruz", "delacruz"),
            ("Willow Smith", "Referral for Willow"),
            ("Willow Smith", "Willow Creek Pediatrics: Willow"),
        ):
            with self.subTest(name=name, text=text):
                self.assertTrue(names_patient(text, name, None, PRACTICE))

    def test_a_record_number_is_found_however_it_is_set_apart(self):
        for number, text in (
            ("MRN-778", "about MRN-778"),
            ("MRN-778", "mrn 778"),
            ("MRN-778", "No. 778"),
            ("12-34-56", "123456"),
            ("123456", "12 34 56"),
            ("123456", "12.34/56"),
            ("00012345", "12345"),
        ):
            with self.subTest(number=number, text=text):
                self.assertTrue(names_patient(text, "Mary Quill", number, PRACTICE))

    def test_what_names_nobody_is_left_alone(self):
        for name, number, text in (
            ("Willow Smith", "MRN-778", "Referral from Willow Creek Pediatrics, LLC"),
            ("Willow Smith", "MRN-778", "willow creek pediatrics"),
            ("Willow Smith", "MRN-778", "Consult, Willow Creek"),
            ("Mary Quill", "MRN-778", "MRN follow-up, 12 pages"),
            ("Mary Quill", "12-34-56", "12 pages"),
            ("Dr. Mary Quill Jr.", None, "Letter of Dr. Chen"),
            ("A Quill", None, "A letter"),
            ("", None, "Referral"),
            ("Mary Quill", None, ""),
        ):
            with self.subTest(name=name, text=text):
                self.assertFalse(names_patient(text, name, number, PRACTICE))

    @given(
        st.text(string.ascii_letters, min_size=2, max_size=12),
        st.text(max_size=30),
        st.sampled_from([" ", "-", "_", ", ", "/"]),
    )
    def test_a_name_is_found_in_any_text(self, name, text, separator):
        if name.casefold() in {"mr", "mrs", "ms", "mx", "dr", "md", "do", "jr", "sr", "rn"}:
            return
        if name.casefold() in {"miss", "ii", "iii", "iv", "phd"}:
            return
        self.assertTrue(names_patient(f"{text}{separator}{name.upper()}", name, None))

    def test_a_practice_of_one_word_is_its_name(self):
        self.assertFalse(names_patient("Referral from Willow", "Willow Smith", None, "Willow"))
