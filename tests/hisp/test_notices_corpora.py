"""Real bounces: whether they are taken for notices, what they say, and which message they mean."""

import re
from collections import Counter
from datetime import UTC, datetime

from odoo.tests import BaseCase, tagged

from ...hisp import mime, notices
from ...hisp.base import EventType
from ...hisp.mime_parts import take_apart
from ..kit import show_table
from . import corpora

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KEY = "2f1c7a52-0f2b-4f7e-9d0e-4b7f3c9a1e11"
DOMAINS = frozenset({"hisp-a.test"})
OURS = f"<{KEY}@hisp-a.test>"
_MESSAGE_ID = re.compile(rb"(?im)^[ \t]*message-id[ \t]*:[ \t]*(<[^<>\s]+@[^<>\s]+>)")
# Not in English, or about something else
SAYS_NOTHING = {"sina_01", "bounce-auto-respond"}
# At least so many of a hundred
GOALS = {
    ("structured", "recognized"): 100,
    ("structured", "type right"): 98,
    ("structured", "correlated"): 99,
    ("free text", "recognized"): 90,
    ("free text", "type right"): 98,
    ("free text", "correlated"): 100,
}


def ours_in(raw: bytes) -> bytes:
    """The notice as if it were about a message of ours: with our id for its own, else below."""
    mail = take_apart(raw)
    itself = mail.header("Message-ID").encode()
    named = {found[1] for found in _MESSAGE_ID.finditer(raw)} - {itself}
    for identifier in named:
        raw = raw.replace(identifier, OURS.encode())
    if OURS.encode() in raw:
        return raw
    end = raw.rstrip().rfind(b"\n--") if mail.parts else len(raw)
    return raw[:end] + f"\n<{KEY}@hisp-a.test>\n".encode() + raw[end:]


@tagged("post_install", "-at_install")
class TestCorpora(BaseCase):
    def test_goals(self):
        counts, wrong = Counter(), []
        for bounce in corpora.bounces():
            mail = take_apart(bounce.raw)
            types = {part.content_type for part in mail.walk()}
            is_structured = types.intersection(notices.STATUSES + notices.DISPOSITIONS)
            form = "structured" if is_structured else "free text"
            kinds = {event.type for event in notices.read(bounce.raw, NOW, DOMAINS)}
            about = {event.message_id for event in notices.read(ours_in(bounce.raw), NOW, DOMAINS)}
            expected = bounce.kinds or corpora.FAILED | corpora.DELAYED
            for question, answer in (
                ("recognized", notices.is_notice(mail)),
                ("type right", kinds <= expected or bounce.name in SAYS_NOTHING),
                ("correlated", about == {OURS}),
            ):
                counts[form, question, answer] += 1
                if not answer:
                    wrong.append(f"{bounce.name}: not {question}")
            if bounce.kinds == corpora.DELAYED:
                with self.subTest(bounce.name):
                    self.assertEqual(kinds, {EventType.DELAYED}, "late is not failed")
        rows = []
        for (form, question), goal in GOALS.items():
            good, bad = counts[form, question, True], counts[form, question, False]
            rows.append((form, question, good, f"of {good + bad}", f"goal {goal} %"))
            with self.subTest(form, question=question):
                self.assertGreaterEqual(100 * good, goal * (good + bad), wrong)
        show_table("Real bounces", rows)

    def test_our_id_is_found_wherever_it_stands(self):
        for bounce in corpora.bounces():
            lines = bounce.raw.split(b"\n")
            for tenth in range(10):
                place = len(lines) * tenth // 10
                line = b"Your message " + OURS.encode() + b" came back."
                raw = b"\n".join((*lines[:place], line, *lines[place:]))
                with self.subTest(bounce.name, place=place):
                    about = {event.message_id for event in notices.read(raw, NOW, DOMAINS)}
                    self.assertEqual(about, {OURS})

    def test_letters_stay_letters(self):
        for raw in corpora.letters():
            with self.subTest(raw[:80]):
                self.assertFalse(notices.is_notice(take_apart(raw)))
                self.assertTrue(mime.read(raw, "1", ()).text)
