from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.files.text import decode

DATA = Path(__file__).parent / "data/files"
LAB = "Potassium 6.9 mmol/L — temperature 38 °C, 5 µg, “quoted”, Müller, François"
POTASSIUM = "カリウム 6.9 mmol/L 至急"


@tagged("post_install", "-at_install")
class TestDecode(BaseCase):
    def test_files_of_practices(self):
        for name, said in (
            ("in-text-windows-1252.txt", LAB),
            ("in-text-utf16-no-bom.txt", LAB),
            ("in-text-shift-jis.txt", POTASSIUM),
            ("in-text-form-feed.txt", "\fPAGE 2 OF 2"),
            ("in-csv-windows-1252.csv", "Körpertemperatur;38;°C"),
        ):
            with self.subTest(name):
                self.assertIn(said, decode((DATA / name).read_bytes()).text)

    def test_texts(self):
        for said, encoding, content_type in (
            ("", "utf-8", ""),
            (LAB, "utf-8", ""),
            (LAB, "utf-8", "text/plain; charset=us-ascii"),
            (LAB, "utf-8", "text/plain; charset=iso-8859-1"),
            (LAB, "utf-8", "text/plain; charset=windows-1252"),
            (LAB, "utf-8-sig", ""),
            (LAB, "utf-16", ""),
            (LAB, "utf-16-be", ""),
            (LAB, "utf-32", ""),
            ("Potassium 6.9", "utf-16-le", "text/plain; charset=utf-8"),
            (LAB, "cp1252", "text/plain; charset=utf-8"),
            (LAB, "cp1252", "text/plain; charset=iso-8859-1"),
            (LAB, "cp1252", "text/plain; charset=us-ascii"),
            (LAB, "cp1252", "text/plain; charset=x-unknown"),
            (LAB, "cp1252", "text/plain; charset=unicode_escape"),
            (LAB, "cp1252", 'text/plain; charset="zip"'),
            # Two bytes are as well one Chinese character
            ("38 °C, 5 µg", "cp1252", ""),
            ("5 µg", "cp1252", ""),
            ("¿Fiebre? No. Señor Muñoz, dolor torácico; alergia a la penicilina", "cp1252", ""),
            ("38 °C, 5 µg, Müller", "cp850", ""),
            ("38 °C, 5 µg, Müller", "mac_roman", "text/plain; charset=macintosh"),
            ("Zażółć gęślą jaźń", "cp1250", "text/plain; charset=windows-1250"),
            ("Пациент жалуется на боль в груди, температура 38", "cp1251", ""),
            ("Пациент жалуется на боль в груди, температура 38", "koi8_r", ""),
            (POTASSIUM, "euc_jp", ""),
            ("患者主诉胸痛", "gb18030", 'TEXT/PLAIN; format=flowed; Charset="GB2312"'),
            (POTASSIUM, "iso2022_jp", "text/plain; charset=iso-2022-jp"),
        ):
            with self.subTest(said, encoding=encoding, content_type=content_type):
                self.assertEqual(decode(said.encode(encoding), content_type).text, said)

    def test_what_is_not_quite_utf_8(self):
        """A pasted character does not make the rest unreadable."""
        content = ("é" * 200).encode() + b"\x93quoted\x94 \x81"
        self.assertIn("é" * 200, decode(content).text)

    @given(st.binary(), st.text())
    def test_anything(self, content, content_type):
        for label in (content_type, f"text/plain; charset={content_type}"):
            found = decode(content, label)
            self.assertIsInstance(found.text, str)
            "".encode(found.charset)
