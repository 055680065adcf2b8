import io
import zipfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.files import optional
from ...tools.files.kinds import KINDS, Kind, Viewer
from ...tools.files.know import HEAD, OLE, by_library, kind
from ...tools.files.name import NAME_MAX, safe_name
from .clinical_documents import corpus, document

DATA = Path(__file__).parent / "data/files"
STREAM = "application/octet-stream"

# What the files of `DATA` are, by how their names begin
FOUND = (
    ("01-", Kind.CDA),
    ("02-", Kind.CDA),
    ("22-", Kind.ZIP),
    ("23-", Kind.XDM),
    ("forward-zip", Kind.ZIP),
    ("in-csv", Kind.TEXT),
    ("in-dicom", Kind.DICOM),
    ("in-eml", Kind.EML),
    ("in-fhir", Kind.FHIR),
    ("in-hl7", Kind.HL7),
    ("in-pdf", Kind.PDF),
    ("in-smime", Kind.SIGNED),
    ("in-text", Kind.TEXT),
    ("in-tnef", Kind.TNEF),
    ("in-xdm", Kind.XDM),
    ("out-and-forward", Kind.PNG),
    ("out-fax", Kind.TIFF),
    ("out-photo", Kind.JPEG),
    ("out-xdm-docx", Kind.WORD),
)


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestKind(BaseCase):
    def test_by_content(self):
        cda = document().encode()
        for content, name, label, expected in (
            (b"%PDF-1.7\n", "report.xml", STREAM, Kind.PDF),
            (b"\x89PNG\r\n\x1a\n\0", "", STREAM, Kind.PNG),
            (b"\xff\xd8\xff\xe0", "scan.png", "image/png", Kind.JPEG),
            (b"GIF89a", "", "", Kind.GIF),
            (b"II*\0", "fax", "", Kind.TIFF),
            (b"{\\rtf1", "letter.doc", "application/msword", Kind.RTF),
            (cda, "ccd", STREAM, Kind.CDA),
            (cda, "ccd.xml", "text/plain", Kind.CDA),
            (b"\xef\xbb\xbf" + cda, "", "", Kind.CDA),
            (document().encode("utf-16"), "", "", Kind.CDA),
            (
                b"<?xml version='1.0'?><!-- <html> --><?x y?>\n<n1:ClinicalDocument xmlns:n1='a'>",
                "",
                "",
                Kind.CDA,
            ),
            (b"<ClinicalDocument/>", "", "", Kind.CDA),
            (
                b"<?xml version='1.0'?><xsl:stylesheet xmlns:xsl='a'><html/>",
                "",
                "text/xml",
                Kind.XML,
            ),
            (b"<Bundle xmlns='http://hl7.org/fhir'/>", "", STREAM, Kind.FHIR),
            (b'{"id": "1", "resourceType": "Patient"}', "", STREAM, Kind.FHIR),
            (b'{"id": "1"}', "a.fhir", "application/json", Kind.JSON),
            (b"<ContinuityOfCareRecord xmlns='urn:astm-org:CCR'>", "", "", Kind.CCR),
            (b"MSH|^~\\&|LAB|", "a.txt", "text/plain", Kind.HL7),
            (b"\x0bMSH|^~\\&|LAB|\r\x1c\r", "", STREAM, Kind.HL7),
            (b"\xef\xbb\xbfMSH$%~\\&$LAB$", "", STREAM, Kind.HL7),
            (b"FHS|^~\\&|\rBHS|^~\\&|\rMSH|^~\\&|", "", STREAM, Kind.HL7),
            (b"MSH means Mount Sinai Hospital", "", STREAM, Kind.TEXT),
            (b"From: a\nTo: b\nSubject: memo\n\nText", "memo.txt", "text/plain", Kind.TEXT),
            (b"From: a\nSubject: memo\n\nText", "memo.eml", STREAM, Kind.EML),
            (b"Subject: x\r\nMIME-Version: 1.0\r\n\r\nText", "", STREAM, Kind.EML),
            (b"From: x\nContent-Type: multipart/related\n\nText", "a.mht", STREAM, Kind.EML),
            (b"\x1b%-12345X@PJL\r\n%PDF-1.4\n1 0 obj", "", STREAM, Kind.PDF),
            (b"A PDF begins with %PDF-1.4.", "", "text/plain", Kind.TEXT),
            (b"x" * 2000 + b"%PDF-1.4\n1 0 obj", "", "", Kind.TEXT),
            (b"II*\0".ljust(128, b"\0") + b"DICM\2\0", "scan.tif", "image/tiff", Kind.DICOM),
            (bytes(128) + b"DICM", "", "", Kind.DICOM),
            (b"RIFF\0\0\0\0WEBPVP8 ", "", "", Kind.WEBP),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "IMG_1.JPG", "image/jpeg", Kind.HEIC),
            (b"BM\x36\0\0\0\0\0\0\0\x36", "", "", Kind.BMP),
            (b"\x78\x9f\x3e\x22\1", "winmail.dat", STREAM, Kind.TNEF),
            (OLE + "WordDocument".encode("utf-16-le"), "", "", Kind.WORD_97),
            (OLE + "Workbook".encode("utf-16-le"), "", "", Kind.EXCEL_97),
            (OLE + "__properties_version1.0".encode("utf-16-le"), "", "", Kind.MSG),
            (OLE, "", "", Kind.OFFICE),
            (bytes.fromhex("308006092a864886f70d010702a080"), "smime.p7m", "", Kind.SIGNED),
            (bytes.fromhex("308006092a864886f70d010703a080"), "smime.p7m", "", Kind.ENCRYPTED),
            (b"Rar!\x1a\x07\1\0", "", "", Kind.RAR),
            (b"7z\xbc\xaf\x27\x1c", "", "", Kind.SEVEN_ZIP),
            (b"\x1f\x8b\x08\0", "", "", Kind.GZIP),
            (bytes(257) + b"ustar\0", "", "", Kind.TAR),
            (bytes(0x8001) + b"CD001\1", "study.iso", "", Kind.DISK_IMAGE),
            (b"[InternetShortcut]\r\nURL=https://evil.example", "a.txt", "", Kind.SHORTCUT),
            (b"L\0\0\0\x01\x14\x02\0", "", "", Kind.SHORTCUT),
            (b"a;b", "results.csv", "text/plain", Kind.CSV),
            (b"a,b", "results", "text/csv; charset=utf-8", Kind.CSV),
            (b"<!DOCTYPE html><HTML><body>", "note.txt", "text/plain", Kind.HTML),
            (b"<html><ClinicalDocument/>", "ccd.xml", "text/xml", Kind.HTML),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "a.png", "image/png", Kind.HTML),
            (b"  <script>alert(1)</script>", "", "", Kind.HTML),
            (b"Dear <b>Ana</b>", "letter", "text/html; charset=utf-8", Kind.HTML),
            (b"Dear Ana", "letter.txt", STREAM, Kind.TEXT),
            ("Señora Núñez".encode("latin-1"), "letter.txt", "text/plain", Kind.TEXT),
            (b"alert(1)", "scan.pdf.JS", "application/pdf", Kind.SCRIPT),
            (b"MZ\x90\0", "scan.pdf", "application/pdf", Kind.PROGRAM),
            (b"\x7fELF", "", "", Kind.PROGRAM),
            (b"#!/bin/sh\n", "x.txt", "text/plain", Kind.SCRIPT),
            (zipped("IHE_XDM/SUBSET01/METADATA.XML"), "a.bin", STREAM, Kind.XDM),
            (zipped("a/b/metadata.xml", "a/x.xml"), "", "", Kind.XDM),
            (zipped("x\\ihe_xdm\\subset01\\a.xml"), "", "", Kind.XDM),
            (zipped("a.pdf"), "a.xdm", "application/pdf", Kind.ZIP),
            (zipped(), "", "", Kind.ZIP),
            (zipped("[Content_Types].xml", "word/document.xml"), "a.docx", "", Kind.WORD),
            (zipped("[Content_Types].xml", "xl/workbook.xml"), "a.docx", "", Kind.EXCEL),
            (zipped("mimetype", "META-INF/manifest.xml"), "", "", Kind.OPEN_DOCUMENT),
            (zipped("META-INF/MANIFEST.MF", "A.class"), "a.zip", "", Kind.PROGRAM),
            (b"PK\x03\x04 and no more", "", "application/zip", Kind.ZIP),
            (b"", "", "", Kind.EMPTY),
            (b"", "a.pdf", "application/pdf", Kind.EMPTY),
            (bytes(range(256)) * 4, "a.txt", "text/plain", Kind.OTHER),
        ):
            with self.subTest(content[:40], name=name):
                self.assertEqual(kind(name, label, content), expected)

    def test_documents_of_other_systems(self):
        for name, content in corpus():
            with self.subTest(name):
                self.assertEqual(kind("attachment", STREAM, content), Kind.CDA)

    def test_files_of_practices(self):
        for path in sorted(DATA.iterdir()):
            expected = next(what for start, what in FOUND if path.name.startswith(start))
            with self.subTest(path.name):
                self.assertEqual(kind("attachment", STREAM, path.read_bytes()), expected)

    def test_only_the_beginning_and_the_names_count(self):
        self.assertEqual(kind("", "", b"a" * HEAD + bytes(1000)), Kind.TEXT)
        # A letter of two bytes is cut in two
        self.assertEqual(kind("", "", b"a" + "é".encode() * HEAD), Kind.TEXT)

    def test_the_table(self):
        self.assertEqual(set(KINDS), set(Kind))
        labels = [traits.label for traits in KINDS.values()]
        self.assertEqual(len(set(labels)), len(labels))
        for what, traits in KINDS.items():
            with self.subTest(what):
                # What a browser would run is never named so
                for word in ("html", "xml", "svg", "script"):
                    self.assertNotIn(word, traits.content_type)
                if traits.is_dangerous or traits.shut:
                    self.assertEqual((traits.viewer, traits.content_type), (Viewer.NONE, STREAM))
                if traits.viewer is Viewer.IMAGE:
                    self.assertTrue(traits.content_type.startswith("image/"))
                self.assertEqual(safe_name("", traits.extension), f"document{traits.extension}")

    def test_the_library_that_knows_what_the_rules_do_not(self):
        """It is optional: without it such a file has no kind, and nothing else changes."""
        sound = b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 100
        self.assertEqual(kind("", "", sound), Kind.OTHER)
        expected = Kind.AUDIO if optional.magic(sound) else Kind.OTHER
        self.assertEqual(by_library(sound), expected)
        with patch.object(optional, "magic", return_value=""):
            self.assertEqual(by_library(sound), Kind.OTHER)

    @given(st.text(), st.text(), st.binary())
    def test_anything_has_a_kind(self, name, label, content):
        self.assertIn(kind(name, label, content), Kind)
        self.assertIn(kind(name, label, b"PK\x03\x04" + content), Kind)
        self.assertIn(kind(name, label, b"<" + content), Kind)


@tagged("post_install", "-at_install")
class TestSafeName(BaseCase):
    def test_names(self):
        for name, expected in (
            ("Referral Note.pdf", "Referral Note.pdf"),
            ("Überweisung Núñez 日本.pdf", "Überweisung Núñez 日本.pdf"),
            ("U\u0308berweisung.pdf", "Überweisung.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\calc.exe", "calc.exe"),
            ("/absolute.xml", "absolute.xml"),
            ("folder/", "folder"),
            ("..", "document"),
            ("scan\u202efdp.exe", "scanfdp.exe"),
            ("a\u2066b\u200b\ufeffc.pdf", "abc.pdf"),
            ("a\0b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"),
            ('<a href="x">.pdf', "_a href=_x__.pdf"),
            ("a\u2028b.pdf", "a b.pdf"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Lpt1.tar.gz", "_Lpt1.tar.gz"),
            ("contact.txt", "contact.txt"),
            ("name. . .", "name"),
            ("  spaces   inside .pdf ", "spaces inside.pdf"),
            (".hidden", "document.hidden"),
            ("\ud800.pdf", "document.pdf"),
            ("Röntgen 🩻.pdf", "Röntgen 🩻.pdf"),
            ("", "document"),
            (None, "document"),
            ("   ", "document"),
        ):
            with self.subTest(repr(name)):
                self.assertEqual(safe_name(name), expected)

    def test_too_long_names_keep_their_extension(self):
        for name in ("x" * 5000 + ".pdf", "é" * 5000 + ".pdf", "日" * 5000 + ".pdf"):
            with self.subTest(name[:1]):
                self.assertTrue(safe_name(name).endswith(".pdf"))
                self.assertLessEqual(len(safe_name(name).encode()), NAME_MAX)

    def test_a_file_without_a_name_has_the_extension_of_its_kind(self):
        for name, expected in (
            ("", "document.zip"),
            ("..", "document.zip"),
            (".pdf", "document.pdf"),
            ("scan.exe", "scan.exe"),
            ("report", "report"),
        ):
            with self.subTest(name):
                self.assertEqual(safe_name(name, ".zip"), expected)

    @given(st.text())
    def test_any_name(self, name):
        safe = safe_name(name)
        self.assertTrue(safe)
        self.assertTrue(safe.isprintable())
        self.assertFalse(set(safe) & set('/\\<>:"|?*'))
        self.assertNotIn(safe[0], ". ")
        self.assertNotIn(safe[-1], ". ")
        self.assertLessEqual(len(safe.encode()), NAME_MAX)
        self.assertEqual(safe_name(safe), safe)
