"""Files as programs really write them: known, opened, shown, and none of them ends a worker."""

import io
import os
import re
from html import unescape

import psutil
from odoo.tests import BaseCase, tagged
from PIL import Image

from ...hisp import arrival
from ...hisp.base import Attachment
from ...tools.files import picture, show
from ...tools.files.kinds import Kind, Viewer
from ...tools.files.limited import Failed, Reader
from ...tools.files.pdf import LOCKED
from . import real_files

# Of the others every fifth will do, unless all is tested
EACH = 1 if os.environ.get("DIRECT_MESSAGING_FULL") == "1" else 5
GROWTH = 100 * 1024 * 1024  # bytes; a worker of Odoo has 200 MB, and is to stay below 300
KINDS = {
    **dict.fromkeys(("tif", "tiff"), frozenset({Kind.TIFF})),
    **dict.fromkeys(("jpg", "jpeg"), frozenset({Kind.JPEG})),
    # AVIF is HEIC with another compression; one of Pillow's broken files is no longer one
    **dict.fromkeys(("heic", "heif", "avif"), frozenset({Kind.HEIC, Kind.OTHER})),
    **dict.fromkeys(("odt", "ods", "odp"), frozenset({Kind.OPEN_DOCUMENT})),
    "bmp": {Kind.BMP, Kind.OTHER},
    "dcm": {Kind.DICOM, Kind.OTHER},  # some have no header
    "docx": {Kind.WORD},
    "gif": {Kind.GIF},
    "pdf": {Kind.PDF},
    "png": {Kind.PNG, Kind.OTHER, Kind.EMPTY},
    "tnef": {Kind.TNEF},
    "webp": {Kind.WEBP},
}


@tagged("post_install", "-at_install")
class TestRealFiles(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.enterClassContext(Reader())
        cls.addClassCleanup(real_files.named.cache_clear)

    def arrived(self, name):
        attachment = Attachment(name.rpartition("/")[2], "", real_files.content(name))
        return arrival.read(self.reader, [attachment]).documents

    def shown(self, name, page=1):
        """Return what a reader sees: a picture, or a page in words as one text."""
        [document, *_] = self.arrived(name)
        if document.kind.traits.viewer is Viewer.PAGES:
            shown = self.reader.call(picture.page, document.kind, document.content, page)
            return Image.open(io.BytesIO(shown))
        page = self.reader.call(show.page, document.kind, document.name, "", document.content)
        return unescape(re.sub(r"(?:<[^>]+>)+", "|", page.body))

    def test_pages_and_pixels(self):
        for name, page, pages, size, pixel in (
            ("images/multipage.tiff", 1, 3, (10, 10), (0, 128, 0)),
            ("images/multipage.tiff", 2, 3, (10, 10), (255, 0, 0)),
            ("images/multipage.tiff", 3, 3, (20, 20), (0, 0, 255)),
            ("images/hopper_g4.tif", 1, 1, (128, 128), None),
            ("images/16bit.cropped.tif", 1, 1, (64, 64), None),
            ("images/12bit.cropped.tif", 1, 1, (100, 100), None),
            ("images/g4_orientation_6.tif", 1, 1, (590, 88), None),
            ("images/heif/RGB_8__128x128.heif", 1, 0, (128, 128), None),
            ("test_files/CT_small.dcm", 1, 1, (128, 128), None),
            ("test_files/MR_small_RLE.dcm", 1, 1, (64, 64), None),
            ("test_files/JPEG2000.dcm", 1, 1, (256, 1024), None),
            ("test_files/image_dfl.dcm", 1, 1, (512, 512), None),
            ("test_files/SC_rgb_rle_2frame.dcm", 2, 2, (100, 100), None),
        ):
            with self.subTest(name, page=page):
                self.assertEqual(self.arrived(name)[0].pages, pages)
                with self.shown(name, page) as image:
                    self.assertEqual(image.size, size)
                    if pixel:
                        found = image.convert("RGB").getpixel((5, 5))
                        self.assertLess(
                            max(abs(a - b) for a, b in zip(found, pixel, strict=True)), 9
                        )
                    else:
                        low, high = image.convert("L").getextrema()
                        self.assertLess(low, high, "it is blank")

    def test_words(self):
        for name, words in (
            ("test_files/test.docx", "|python-docx was here!|"),
            ("test_files/blk-paras-and-tables.docx", "Lorem ipsum dolor sit amet"),
            ("hdr-header-footer.docx", "|Header for section-1|"),
            ("serious_poem.odt", "The boy stood    on the burning deck,"),
            ("simpletable.odt", "|Cell 3 (bold)|Cell 4 (italic)|"),
            ("pythagoras.ods", "|3|4|5|"),
            ("emb_spreadsheet.odp", "|Embedded Spreadsheet|"),
            ("odoo/test_mimetypes/tests/testfiles/case.xlsx", "|name|Some Value|Counter|foo|1|2|"),
            ("odoo/test_mimetypes/tests/testfiles/case.xls", "|name|Some Value|Counter|foo|1|2|"),
            ("odoo/test_mimetypes/tests/testfiles/case.csv", "|a|b|c|1|2|3|"),
        ):
            with self.subTest(name):
                self.assertIn(words, self.shown(name))

    def test_pdfs(self):
        for name, pages, notices in (
            ("resources/graph.pdf", 1, ()),
            ("resources/fourpages.pdf", 4, ()),
            ("resources/outlines.pdf", 2, ()),
            ("resources/sandwich.pdf", 1, ()),
            ("resources/graph-encrypted.pdf", 0, (LOCKED,)),
        ):
            with self.subTest(name):
                document = self.arrived(name)[0]
                self.assertEqual((document.kind, document.pages), (Kind.PDF, pages))
                self.assertEqual(document.notices, notices)

    def test_what_outlook_packed(self):
        for name, inner in (
            ("examples/one-file.tnef", ["AUTHORS"]),
            ("examples/two-files.tnef", ["AUTHORS", "README"]),
            ("examples/long-filename.tnef", ["allproductsmar2000.dat"]),
            ("examples/triples.tnef", ["Message.txt"]),
            ("examples/bad_checksum.tnef", ["Message.txt", "image001.png"]),
        ):
            with self.subTest(name):
                _first, *found = self.arrived(name)
                self.assertEqual([one.name for one in found], inner)
                self.assertTrue(all(one.content for one in found))

    def test_what_was_made_to_break_readers(self):
        for name, notices in (
            ("images/libtiff_segfault.tif", ()),
            ("images/crash-338516dbd2f0e83caddb8ce256c22db3bd6dc40f.tif", ()),
            ("heif_corrupted/corrupted.heic", ()),
            ("heif_special/200MP.heic", ()),
            ("test_files/MR_truncated.dcm", None),
        ):
            with self.subTest(name):
                document = self.arrived(name)[0]
                if notices is not None:
                    self.assertEqual(document.notices, notices)
                with self.assertRaises(Failed) as failed:
                    self.shown(name)
                self.assertEqual(str(failed.exception), "Unopened")

    def test_all_of_them_arrive_whole_and_end_neither_worker_nor_reader(self):
        process, found = psutil.Process(), []
        before = process.memory_info().rss
        for number, (name, content) in enumerate(real_files.all_files()):
            if number % EACH:
                continue
            with self.subTest(name):
                attachment = Attachment(name.rpartition("/")[2], "", content)
                document = arrival.read(self.reader, [attachment]).documents[0]
                self.assertEqual(document.content, content)
                self.assertNotIn(arrival.NOT_READ, document.notices)
                suffix = name.rpartition(".")[2].lower()
                self.assertIn(document.kind, KINDS[suffix])
                self.try_to_show(document)
                found.append(document.kind)
            self.assertLess(process.memory_info().rss - before, GROWTH)
        self.assertGreater(len(found), 1000 // EACH)

    def try_to_show(self, document):
        """It is shown, or the reader says that it cannot be; nothing is ended for it."""
        viewer = document.kind.traits.viewer
        try:
            if viewer is Viewer.PAGES and not document.is_shut:
                shown = self.reader.call(picture.page, document.kind, document.content, 1)
                with Image.open(io.BytesIO(shown)) as image:
                    self.assertLessEqual(image.width, picture.WIDTH)
            elif viewer in show.PAGES and not document.is_shut:
                self.reader.call(show.page, document.kind, document.name, "", document.content)
        except Failed as failed:
            self.assertEqual(str(failed), "Unopened")
