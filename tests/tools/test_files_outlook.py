"""Messages that Outlook saved: their text and their files come out to the byte."""

from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...hisp import arrival
from ...hisp.base import Attachment
from ...tools.files import mail, optional
from ...tools.files.archive import DAMAGED
from ...tools.files.budget import Budget
from ...tools.files.kinds import Kind
from ...tools.files.limited import Reader
from . import outlook

PDF = (Path(__file__).parent / "data/files/in-pdf-bom-before-header.pdf").read_bytes()[3:]


@tagged("post_install", "-at_install")
class TestOutlook(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.enterClassContext(Reader())

    def arrived(self, content):
        attachment = Attachment("letter.msg", "application/vnd.ms-outlook", content)
        return arrival.read(self.reader, [attachment]).documents

    def test_text_and_files(self):
        large = bytes(range(256)) * 1000
        first, *found = self.arrived(
            outlook.message(
                "Results",
                "Potassium 6.9, 5 µg",
                ("Befund Müller.pdf", "application/pdf", PDF),
                ("large.bin", "", large),
                ("inner.msg", "", outlook.message("Inner", "Stop warfarin")),
            )
        )
        self.assertEqual((first.kind, first.notices), (Kind.MSG, ()))
        self.assertEqual(
            [(one.kind, one.shown_name, one.inside) for one in found],
            [
                (Kind.TEXT, "Results.txt", 0),
                (Kind.PDF, "Befund Müller.pdf", 0),
                (Kind.OTHER, "large.bin", 0),
                (Kind.MSG, "inner.msg", 0),
                (Kind.TEXT, "Inner.txt", 4),
            ],
        )
        self.assertEqual(
            [one.content for one in found if one.kind is not Kind.MSG],
            ["Potassium 6.9, 5 µg".encode(), PDF, large, b"Stop warfarin"],
        )
        self.assertEqual((found[1].content_type, found[1].pages), ("application/pdf", 1))

    def test_html_only(self):
        _first, page = self.arrived(outlook.message("Results", "", html=b"<p>K 6.9"))
        self.assertEqual((page.kind, page.content), (Kind.HTML, b"<p>K 6.9"))

    def test_a_message_attached_to_it_is_named(self):
        first, _text, pdf = self.arrived(
            outlook.message("Fwd", "See below", ("Inner", "", None), ("a.pdf", "", PDF))
        )
        self.assertEqual(first.notices, (mail.ATTACHED_MESSAGE,))
        self.assertEqual(pdf.content, PDF)

    def test_without_the_library_it_says_so(self):
        content = outlook.message("Results", "x")
        with patch.dict("sys.modules", {"oxmsg": None}):
            [first] = arrival.opened(Attachment("a.msg", "", content), Budget()).documents
        self.assertEqual(first.notices, (optional.MISSING.format("python-oxmsg"),))

    @given(st.integers(0), st.binary(min_size=1, max_size=8))
    @settings(max_examples=100, deadline=None)
    def test_with_any_bytes_changed(self, place, new):
        content = outlook.message("Results", "x", ("a.pdf", "", PDF))
        place %= len(content)
        content = content[:place] + new + content[place + len(new) :]
        first, *_found = self.arrived(content)
        self.assertEqual(first.content, content)
        self.assertNotIn(arrival.NOT_READ, first.notices)

    def test_half_of_one(self):
        content = outlook.message("Results", "x", ("a.bin", "", bytes(20_000)))
        first, *_found = self.arrived(content[:12_000] + content[-4_000:])
        self.assertIn(DAMAGED, first.notices)
