"""Office documents as readable text: every word that is there, and none that was deleted."""

import io
import re
import zipfile
from datetime import datetime
from html import unescape

import openpyxl
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.files import check, know, rtf, sheets, show
from ...tools.files.archive import DAMAGED
from ...tools.files.kinds import Kind
from ...tools.files.pdf import LOCKED
from .samples import samples

OPEN_XML = {"[Content_Types].xml": "<Types/>"}
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table")
)


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def word(body, parts=None):
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return zipped({**OPEN_XML, "word/document.xml": document, **(parts or {})})


def open_document(body, parts=None):
    content = f"<office:document-content {ODF}>{body}</office:document-content>"
    return zipped({"mimetype": "application/x", "content.xml": content, **(parts or {})})


def shown(content, name=""):
    """Return a file's page as lines: cells and blocks each on one."""
    kind = know.kind(name, "", content)
    body = show.page(kind, name, "", content).body
    return unescape(re.sub(r"(?:<[^>]+>)+", "\n", body)).strip("\n").split("\n")


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    def test_word(self):
        paragraph = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>".format
        cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>".format
        for what, content, lines in (
            ("paragraphs", word(paragraph("One") + paragraph("5 µg")), ["One", "5 µg"]),
            (
                "breaks and tabs",
                word("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>"),
                ["a\tb", "c"],
            ),
            (
                "white space between elements is none of its words",
                word("<w:p>\n  <w:r>\n    <w:t>Stop </w:t>\n <w:t>it</w:t></w:r>\n</w:p>"),
                ["Stop it"],
            ),
            (
                "a table",
                word(f"<w:tbl><w:tr>{cell('K')}{cell('6.9')}</w:tr></w:tbl>"),
                ["K", "6.9"],
            ),
            (
                "what was deleted",
                word(
                    "<w:p><w:del><w:r><w:delText>Start</w:delText></w:r></w:del>"
                    "<w:ins><w:r><w:t>Stop</w:t></w:r></w:ins></w:p>"
                ),
                ["Stop"],
            ),
            (
                "controls and text boxes",
                word(
                    f"<w:sdt><w:sdtContent>{paragraph('In')}</w:sdtContent></w:sdt>"
                    f"<w:p><w:r><w:pict><w:txbxContent>{paragraph('Box')}</w:txbxContent></w:pict>"
                    "</w:r></w:p>"
                ),
                ["In", "Box"],
            ),
            (
                "headers and notes at the end",
                word(
                    paragraph("Body"),
                    {
                        "word/header1.xml": f"<w:hdr {W}>{paragraph('Head')}</w:hdr>",
                        "word/footnotes.xml": f"<w:footnotes {W}>{paragraph('Note')}</w:footnotes>",
                    },
                ),
                ["Body", "Head", "Note"],
            ),
            ("nothing", word("<w:p/>"), [show.NO_WORDS]),
            ("markup", word(paragraph("&lt;script&gt;")), ["<script>"]),
            ("damaged", zipped({**OPEN_XML, "word/styles.xml": "x"}), [DAMAGED]),
        ):
            with self.subTest(what):
                self.assertEqual(shown(content), lines)
        self.assertNotIn(
            "<script", show.page(Kind.WORD, "", "", word(paragraph("&lt;script>"))).body
        )

    def test_slides_in_their_order(self):
        slides = {
            f"ppt/slides/slide{n}.xml": f"<a:p {A}><a:r><a:t>Slide {n}</a:t></a:r></a:p>"
            for n in (10, 2, 1)
        }
        wrapped = {name: f"<a:x {A}>{slide}</a:x>" for name, slide in slides.items()}
        self.assertEqual(shown(zipped(OPEN_XML | wrapped)), ["Slide 1", "Slide 2", "Slide 10"])

    def test_open_document(self):
        for what, body, lines in (
            (
                "text",
                "<text:h>Plan</text:h><text:p>Stop <text:span>it</text:span> now</text:p>",
                ["Plan", "Stop it now"],
            ),
            ("spaces", "<text:p>a\n  b<text:s text:c='3'/>c<text:tab/>d</text:p>", ["a b   c\td"]),
            (
                "a table",
                "<table:table><table:table-row>"
                "<table:table-cell table:number-columns-repeated='2'><text:p>1</text:p>"
                "</table:table-cell><table:table-cell table:number-columns-repeated='16000'/>"
                "</table:table-row><table:table-row table:number-rows-repeated='1000000'>"
                "<table:table-cell/></table:table-row></table:table>",
                ["1", "1"],
            ),
            (
                "what was deleted",
                "<text:tracked-changes><text:p>Start</text:p></text:tracked-changes>"
                "<text:p>Stop</text:p>",
                ["Stop"],
            ),
        ):
            with self.subTest(what):
                self.assertEqual(shown(open_document(body)), lines)

    def test_pages_and_passwords(self):
        properties = "<Properties><Pages>12</Pages></Properties>"
        manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
        for what, content, pages, notice in (
            ("Word", word("", {"docProps/app.xml": properties}), 12, ""),
            ("Word says nothing", word(""), 0, ""),
            ("locked", open_document("", {"META-INF/manifest.xml": manifest}), 0, LOCKED),
            ("open", open_document(""), 0, ""),
        ):
            with self.subTest(what):
                found = check.look(know.kind("", "", content), content)
                self.assertEqual((found.pages, found.notice), (pages, notice))


@tagged("post_install", "-at_install")
class TestRichText(BaseCase):
    def test_words(self):
        for what, content, text in (
            ("paragraphs", rb"{\rtf1\ansi One\par Two\line Three}", "One\nTwo\nThree"),
            ("line ends of the file", b"{\\rtf1 On\r\ne}", "One"),
            ("bytes", rb"{\rtf1\ansi\ansicpg1252 38 \'b0C, 5 \'b5g}", "38 °C, 5 µg"),
            ("another charset", rb"{\rtf1\ansicpg932 \'83J\'83\'8a}", "カリ"),
            ("unicode", rb"{\rtf1\uc1 5 \u181?g \u-3913?}", "5 µg \uf0b7"),
            ("unicode, two bytes for old readers", rb"{\rtf1\uc2 \u956\'83\'ca.}", "μ."),
            ("beyond 16 bits", rb"{\rtf1 \u-10178?\u-8773?}", "🦻"),
            ("fonts and pictures", rb"{\rtf1{\fonttbl{\f0 Arial;}}{\pict 0102}Text}", "Text"),
            ("what readers may not know", rb"{\rtf1{\*\foo bar}Text}", "Text"),
            ("a link", rb'{\rtf1{\field{\*\fldinst HYPERLINK "x"}{\fldrslt here}}}', "here"),
            ("deleted", rb"{\rtf1 {\deleted Start}Stop}", "Stop"),
            ("bytes of a picture", b"{\\rtf1{\\pict\\bin3 }}}}Text}", "Text"),
            ("symbols", rb"{\rtf1 a\~b\_c \{d\} \\ \rquote s}", "a\u00a0b-c {d} \\ ’s"),
            ("a table", rb"{\rtf1 K\cell 6.9\cell\row}", "K\t6.9"),
            ("cut short", rb"{\rtf1{\b Stop warf", "Stop warf"),
        ):
            with self.subTest(what):
                self.assertEqual(rtf.words(content).rstrip("\t"), text)

    @given(st.binary())
    def test_anything(self, content):
        rtf.words(b"{\\rtf1 " + content).encode()


@tagged("post_install", "-at_install")
class TestSheets(BaseCase):
    ROWS = (("Test", "Value", "At"), ("K", 6.9, datetime(2026, 6, 1, 8, 30)), ("Hb", 12.0, True))
    LINES = ("Labs", "Test", "Value", "At", "K", "6.9", "2026-06-01 08:30", "Hb", "12", "TRUE")

    def test_new_and_old(self):
        book = openpyxl.Workbook()
        book.active.title = "Labs"
        for row in self.ROWS:
            book.active.append(row)
        book.create_sheet("Empty")
        hidden = book.create_sheet("Hidden")
        hidden.append(["secret"])
        hidden.sheet_state = "hidden"
        new = io.BytesIO()
        book.save(new)
        old_book, old = xlwt.Workbook(), io.BytesIO()
        sheet = old_book.add_sheet("Labs")
        style = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
        for y, row in enumerate(self.ROWS):
            for x, value in enumerate(row):
                sheet.write(y, x, value, *([style] if isinstance(value, datetime) else []))
        old_book.save(old)
        for what, content in (("new", new.getvalue()), ("old", old.getvalue())):
            with self.subTest(what):
                self.assertEqual(tuple(shown(content)), self.LINES)

    def test_many_rows_are_cut_and_it_says_so(self):
        book, buffer = openpyxl.Workbook(), io.BytesIO()
        for number in range(sheets.ROWS + 5):
            book.active.append([number])
        book.save(buffer)
        lines = shown(buffer.getvalue())
        self.assertEqual((lines[-1], lines[-2]), (show.CUT, str(sheets.ROWS - 1)))

    def test_damaged(self):
        for kind, content in (
            (Kind.EXCEL, zipped({**OPEN_XML, "xl/workbook.xml": "<x"})),
            (Kind.EXCEL_97, know.OLE + "Workbook".encode("utf-16-le")),
        ):
            with self.subTest(kind):
                self.assertIn(DAMAGED, show.page(kind, "", "", content).body)


@tagged("post_install", "-at_install")
class TestDamaged(BaseCase):
    @given(
        st.sampled_from([kind for kind in Kind if kind.traits.viewer in show.PAGES]),
        st.integers(0),
        st.binary(max_size=8),
        st.booleans(),
    )
    @settings(deadline=None, max_examples=200)
    def test_whatever_is_wrong_with_it_the_page_says_something(self, kind, place, new, is_cut):
        name, content = samples()[kind]
        place %= len(content)
        content = content[:place] + (b"" if is_cut else new + content[place + len(new) :])
        self.assertTrue(show.page(kind, name, "", content).body)
