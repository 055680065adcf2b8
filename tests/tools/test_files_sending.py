"""What is said of a file before it goes, and the copies that are made of it when asked."""

import io
from pathlib import Path

from odoo.tests import BaseCase, tagged
from PIL import Image

from ...tools.files import check, optional, pdf, picture, sending
from ...tools.files.archive import DAMAGED
from ...tools.files.budget import Unopened
from ...tools.files.kinds import Kind
from .test_files_unpack import locked_pdf, zipped

DATA = Path(__file__).parent / "data/files"
FAX = (DATA / "out-fax-3-pages-g4.tif").read_bytes()


def photo(width=3000, height=2000, form="JPEG", **options):
    """A picture with many details, which is large as a file."""
    noise = Image.effect_noise((width, height), 80)
    buffer = io.BytesIO()
    Image.merge("RGB", [noise] * 3).save(buffer, form, **options)
    return buffer.getvalue()


def said(content, name=""):
    looked = sending.look(name, "", content)
    return sending.warning(looked.kind, looked.notice)


@tagged("post_install", "-at_install")
class TestWarnings(BaseCase):
    def test_what_is_said(self):
        locked = bytearray(zipped(("a.txt", "secret")))
        locked[locked.index(b"PK\1\2") + 8] |= 1
        word = zipped(("[Content_Types].xml", "x"), ("word/document.xml", "x"))
        macros = zipped(("[Content_Types].xml", "x"), ("word/vbaProject.bin", "x"))
        for what, content, sentence in (
            ("a PDF", (DATA / "in-pdf-bom-before-header.pdf").read_bytes(), ""),
            ("a text", b"Dear Ana", ""),
            ("a photo", photo(20, 20), ""),
            ("a fax", FAX, sending.PDF_TOO),
            ("a photo of a phone", b"\0\0\0\x18ftypheic\0\0\0\0", sending.PDF_TOO),
            ("DICOM", bytes(128) + b"DICM", sending.VIEWER),
            ("Word", word, sending.OFFICE),
            ("RTF", b"{\\rtf1 x}", sending.OFFICE),
            ("RAR", b"Rar!\x1a\x07\1\0", sending.AS_ZIP),
            ("a zip", zipped(("a.txt", "x")), ""),
            ("nothing", b"", sending.FOUND[check.EMPTY]),
            ("half a PDF", (DATA / "in-pdf-truncated.pdf").read_bytes(), sending.FOUND[DAMAGED]),
            ("half a photo", photo(20, 20)[:-30], sending.FOUND[DAMAGED]),
            ("a locked PDF", locked_pdf(), sending.FOUND[pdf.LOCKED]),
            ("a locked zip", bytes(locked), sending.FOUND[pdf.LOCKED]),
            ("macros", macros, sending.FOUND[check.MACROS]),
            ("a program", b"MZ\x90\0", sending.FOUND[check.PROGRAM]),
            ("a shortcut", b"[InternetShortcut]", sending.FOUND[check.SHORTCUT]),
            ("a disk", bytes(0x8001) + b"CD001\1", sending.FOUND[check.DISK]),
        ):
            with self.subTest(what):
                self.assertEqual(said(content), sentence)

    def test_what_is_offered(self):
        for kind, size, offer in (
            (Kind.TIFF, 10, "pdf"),
            (Kind.HEIC, 10, "pdf"),
            (Kind.DICOM, 10, "pdf"),
            (Kind.JPEG, sending.LARGE, "smaller"),
            (Kind.JPEG, sending.LARGE - 1, ""),
            (Kind.PDF, sending.LARGE, ""),
            (Kind.WORD, 10, ""),
        ):
            with self.subTest(kind, size=size):
                self.assertEqual(sending.offer(kind, size), offer)

    def test_a_sentence_about_a_copy_stands_where_one_is_offered(self):
        for kind in Kind:
            with self.subTest(kind):
                sentence = sending.BY_KIND.get(kind, "")
                self.assertEqual("PDF copy" in sentence, sending.offer(kind, 0) == "pdf")


@tagged("post_install", "-at_install")
class TestCopies(BaseCase):
    def pages(self, content):
        with optional.load("pikepdf").open(io.BytesIO(content)) as document:
            return [
                (page.mediabox[2] - page.mediabox[0], page.mediabox[3] - page.mediabox[1])
                for page in document.pages
            ]

    def test_a_pdf_has_all_pages_in_their_size(self):
        self.assertEqual(
            [round(width) for width, _height in self.pages(picture.as_pdf(Kind.TIFF, FAX))],
            [612] * 3,
        )
        for what, width, options, size in (
            ("a resolution", 200, {"dpi": (200, 200)}, (72, 36)),
            ("none, so as wide as a letter", 1700, {}, (612, 306)),
            ("none, and small", 200, {}, (200, 100)),
        ):
            with self.subTest(what):
                content = photo(width, width // 2, "TIFF", **options)
                [found] = self.pages(picture.as_pdf(Kind.TIFF, content))
                self.assertEqual(tuple(map(round, found)), size)

    def test_a_photo_is_turned_as_its_camera_says(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        content = photo(2400, 1200, exif=exif)
        with Image.open(io.BytesIO(picture.smaller(Kind.JPEG, content))) as small:
            self.assertEqual(small.size, (1000, 2000))
            self.assertFalse(small.getexif())

    def test_a_smaller_copy_is_smaller(self):
        content = photo()
        self.assertLess(len(picture.smaller(Kind.JPEG, content)), len(content) / 2)

    def test_what_is_damaged(self):
        for make, kind in ((picture.as_pdf, Kind.TIFF), (picture.smaller, Kind.PNG)):
            with self.subTest(kind), self.assertRaises(Unopened):
                make(kind, b"II*\0\x08\0\0\0")
