"""Documents that arrive are graded in words: sound, readable with problems, damaged."""

from odoo.tests import BaseCase, tagged

from ...tools import ccda, safe_xml
from ...tools.cda import grade, html, parse
from . import clinical_documents as clinical
from .statements import EVERYTHING
from .test_ccda import make_note

AUTHOR = (
    "<author><assignedAuthor><assignedPerson><name><family>Chen</family></name></assignedPerson>"
    "</assignedAuthor></author>"
)
HEADER = clinical.PATIENT + AUTHOR
NAMELESS = (
    '<entry><observation classCode="OBS" moodCode="EVN">'
    '<templateId root="2.16.840.1.113883.10.20.22.4.4"/><value/></observation></entry>'
)


def graded(content):
    return grade.grade(parse.read(content if isinstance(content, bytes) else content.encode()))


@tagged("post_install", "-at_install")
class TestGrade(BaseCase):
    def test_our_own_are_sound(self):
        for sections in ((), EVERYTHING):
            self.assertEqual(graded(ccda.write(make_note(*sections))), grade.Grade("sound", ()))

    def test_each_problem_is_said(self):
        for content, level, words in (
            (clinical.document(clinical.section("x"), HEADER), "sound", None),
            (clinical.document(clinical.section("x"), clinical.PATIENT), "problems", "who wrote"),
            (clinical.document(clinical.section("x"), AUTHOR), "problems", "name a patient"),
            (
                clinical.document(
                    clinical.section("x"), HEADER.replace('<birthTime value="19700304"/>', "")
                ),
                "problems",
                "was born",
            ),
            (
                clinical.document(clinical.section("x"), HEADER).replace(
                    '<effectiveTime value="20260102093000-0500"/>', ""
                ),
                "problems",
                "when it was written",
            ),
            (
                clinical.document(clinical.section("x").replace("<text>x</text>", ""), HEADER),
                "problems",
                "1 section has no text",
            ),
            (
                clinical.document(
                    clinical.section("x", code="11450-4", entries=NAMELESS * 2), HEADER
                ),
                "problems",
                "2 entries have no name",
            ),
            (
                clinical.document(
                    clinical.section(
                        "x",
                        entries='<entry><act><text><reference value="#a"/></text></act></entry>',
                    ),
                    HEADER,
                ),
                "problems",
                "1 entry refers to text",
            ),
            (
                clinical.document(clinical.section("x"), HEADER)[:-60],
                "damaged",
                safe_xml.CUT_SHORT,
            ),
        ):
            with self.subTest(words):
                found = graded(content)
                self.assertEqual(found.level, level, found)
                self.assertTrue(not words or any(words in reason for reason in found.reasons))

    def test_it_is_shown(self):
        shown = html.render(parse.read(ccda.write(make_note())))
        self.assertIn("No problems found.", shown)

    def test_any_document_of_others_is_graded(self):
        for name, content in clinical.corpus():
            with self.subTest(name):
                self.assertIn(graded(content).level, grade.SENTENCES)
