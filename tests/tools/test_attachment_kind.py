import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.attachment_kind import NAME_MAX, Kind, kind, safe_name
from .clinical_documents import corpus, document

STREAM = "application/octet-stream"


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
            (b"<Bundle xmlns='http://hl7.org/fhir'/>", "", STREAM, Kind.XML),
            (b"<!DOCTYPE html><HTML><body>", "note.txt", "text/plain", Kind.HTML),
            (b"<html><ClinicalDocument/>", "ccd.xml", "text/xml", Kind.HTML),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "a.png", "image/png", Kind.HTML),
            (b"  <script>alert(1)</script>", "", "", Kind.HTML),
            (b"Dear <b>Ana</b>", "letter", "text/html; charset=utf-8", Kind.HTML),
            (b"Dear Ana", "letter.txt", STREAM, Kind.TEXT),
            ("Señora Núñez".encode("latin-1"), "letter.txt", "text/plain", Kind.TEXT),
            (b"alert(1)", "scan.pdf.JS", "application/pdf", Kind.EXECUTABLE),
            (b"MZ\x90\0", "scan.pdf", "application/pdf", Kind.EXECUTABLE),
            (b"\x7fELF", "", "", Kind.EXECUTABLE),
            (b"#!/bin/sh\n", "x.txt", "text/plain", Kind.EXECUTABLE),
            (zipped("IHE_XDM/SUBSET01/METADATA.XML"), "a.bin", STREAM, Kind.XDM),
            (zipped("a/b/metadata.xml", "a/x.xml"), "", "", Kind.XDM),
            (zipped("x\\ihe_xdm\\subset01\\a.xml"), "", "", Kind.XDM),
            (zipped("a.pdf"), "a.xdm", "application/pdf", Kind.ZIP),
            (zipped(), "", "", Kind.ZIP),
            (zipped("[Content_Types].xml", "word/document.xml"), "a.docx", "", Kind.OTHER),
            (zipped("META-INF/MANIFEST.MF", "A.class"), "a.zip", "", Kind.EXECUTABLE),
            (b"PK\x03\x04 and no more", "", "application/zip", Kind.ZIP),
            (b"", "", "", Kind.OTHER),
            (b"", "a.pdf", "application/pdf", Kind.OTHER),
            (bytes(range(256)) * 4, "a.txt", "text/plain", Kind.OTHER),
        ):
            with self.subTest(content[:40], name=name):
                self.assertEqual(kind(name, label, content), expected)

    def test_documents_of_other_systems(self):
        for name, content in corpus():
            with self.subTest(name):
                self.assertEqual(kind("attachment", STREAM, content), Kind.CDA)

    def test_what_a_browser_would_run_is_never_named_so(self):
        for what in Kind:
            with self.subTest(what):
                for word in ("html", "xml", "svg", "script"):
                    self.assertNotIn(word, what.content_type)
        self.assertFalse(Kind.HTML.opens_inline or Kind.CDA.opens_inline or Kind.OTHER.opens_inline)

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
            (".hidden", "hidden"),
            ("\ud800.pdf", "pdf"),
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

    def test_an_extension_that_says_what_it_is(self):
        for name, what, expected in (
            ("attachment", Kind.CDA, "attachment.xml"),
            ("ccd.cda", Kind.CDA, "ccd.cda"),
            ("scan.exe", Kind.PDF, "scan.exe.pdf"),
            ("scan.JPEG", Kind.JPEG, "scan.JPEG"),
            ("", Kind.XDM, "document.zip"),
            ("setup.pdf", Kind.EXECUTABLE, "setup.pdf"),
        ):
            with self.subTest(name, what=what):
                self.assertEqual(safe_name(name, what), expected)

    @given(st.text(), st.sampled_from([None, *Kind]))
    def test_any_name(self, name, what):
        safe = safe_name(name, what)
        self.assertTrue(safe)
        self.assertTrue(safe.isprintable())
        self.assertFalse(set(safe) & set('/\\<>:"|?*'))
        self.assertNotIn(safe[0], ". ")
        self.assertNotIn(safe[-1], ". ")
        self.assertLessEqual(len(safe.encode()), NAME_MAX)
        self.assertEqual(safe_name(safe, what), safe)
