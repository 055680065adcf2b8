"""Small messages as real systems send them, each for a kind that once was read wrong."""

from datetime import UTC, datetime
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...hisp import mime, notices
from ...hisp.base import EventType
from ...hisp.mime_parts import take_apart

FOLDER = Path(__file__).parent / "data" / "messages"
RECIPIENT = "zed@hisp-b.test"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OURS = "<k@hisp-b.test>"

LETTERS = {
    # file: text, documents, and what else has to be so
    "01_html_then_footer": ("INR 8.2. Stop warfarin today.\n\nScanned by the gateway.", [], {}),
    "02_plain_then_html_not_alternative": ("Please see below.\n\nStop warfarin.", [], {}),
    "03_two_html_parts": ("One\n\nTwo: stop warfarin", ["r.pdf"], {}),
    "04_html_256_deep": ("Stop warfarin", [], {}),
    "06_boundary_unquoted": ("Stop warfarin.", ["ccda.xml"], {}),
    "13_bom_first": ("Hello", [], {"subject": "s", "sender": "bob@x.test"}),
    "14_empty_text_part": ("", ["r.pdf"], {}),
    "15_filename_unquoted_space": ("Hi", ["My Report.pdf"], {}),
    "18_context_folded_value": (
        "Hi",
        [],
        {
            "context": {
                "version": "1.0",
                "patient": {
                    "givenName": "Mary",
                    "surname": "Quill",
                    "dateOfBirth": "1961-12-31",
                    "gender": "female",
                },
            }
        },
    ),
    "19_references_only": ("Answer", [], {"in_reply_to": OURS}),
    "20_same_boundary_nested": ("Hi", ["r.pdf"], {}),
}
NOTICES = {
    "07_mdn_boundary_unquoted": EventType.DISPATCHED,
    "09_text_bounce_qmail": EventType.FAILED,
    "11_report_without_status_part": EventType.FAILED,
    "25_mdn_denied": EventType.DENIED,
}


@tagged("post_install", "-at_install")
class TestMessageFiles(BaseCase):
    def test_each_file_has_a_row(self):
        files = {path.stem for path in FOLDER.glob("*.eml")}
        self.assertEqual(files, LETTERS.keys() | NOTICES.keys())

    def test_letters(self):
        for name, (text, documents, others) in LETTERS.items():
            with self.subTest(name):
                raw = (FOLDER / f"{name}.eml").read_bytes()
                message = mime.read(raw, "1/2/login", (RECIPIENT,))
                self.assertEqual(message.text, text)
                self.assertEqual([file.name for file in message.attachments], documents)
                for field, value in others.items():
                    self.assertEqual(getattr(message, field), value)
                self.assertFalse(notices.is_notice(take_apart(raw)))
                self.assertFalse(message.is_automatic)

    def test_notices(self):
        for name, kind in NOTICES.items():
            with self.subTest(name):
                raw = (FOLDER / f"{name}.eml").read_bytes()
                self.assertTrue(notices.is_notice(take_apart(raw)))
                [event] = notices.read(raw, NOW, frozenset({"hisp-b.test"}))
                self.assertEqual((event.type, event.message_id), (kind, OURS))
                self.assertEqual(event.idempotency_key, "k")
