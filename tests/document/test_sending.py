"""What is said of a document when it is attached, and the copies that are made when asked."""

from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.files import check, sending
from ...tools.files.kinds import Kind
from ..common import DirectCommon
from ..tools.test_files_sending import photo
from ..tools.test_files_unpack import locked_pdf

DATA = Path(__file__).parents[1] / "tools/data/files"
FAX = (DATA / "out-fax-3-pages-g4.tif").read_bytes()


@tagged("post_install", "-at_install")
class TestSending(DirectCommon):
    def setUp(self):
        super().setUp()
        self.referral = self.make_referral()

    def attach(self, name, content, **values):
        document = (
            self.env["ir.attachment"]
            .with_user(self.clinician)
            .create(
                {
                    "name": name,
                    "raw": content,
                    "res_model": self.referral._name,
                    "res_id": self.referral.id,
                    **values,
                }
            )
        )
        self.referral.document_ids += document
        return document

    def test_what_is_said_when_it_is_attached(self):
        for name, content, warning, offer in (
            ("letter.txt", b"Dear Ana", "", ""),
            ("fax.tif", FAX, sending.PDF_TOO, "pdf"),
            ("locked.pdf", locked_pdf(), sending.FOUND[sending.pdf.LOCKED], ""),
            ("empty.pdf", b"", sending.FOUND[check.EMPTY], ""),
            ("scan.pdf", b"MZ\x90\0", sending.FOUND[check.PROGRAM], ""),
            ("photo.jpg", photo(), "", "smaller"),
        ):
            with self.subTest(name):
                document = self.attach(name, content, description="Open me")
                self.assertEqual(document.direct_warning or "", warning)
                self.assertEqual(document.direct_offer or "", offer)

    def test_pages_are_counted(self):
        self.assertEqual(self.attach("fax.tif", FAX).direct_pages, 3)

    def test_what_was_sent_and_what_came_carry_no_warning(self):
        self.attach("fax.tif", FAX)
        sent = self.send(self.referral).attachment_ids.filtered(lambda one: one.name == "fax.tif")
        self.assertEqual(sent.raw, FAX)
        self.assertFalse(sent.direct_warning)

    def test_a_pdf_copy_stands_beside_its_picture(self):
        fax = self.attach("fax.tif", FAX)
        id_ = self.referral.document_as_pdf(fax.id)
        copy = self.env["ir.attachment"].browse(id_)
        self.assertEqual((copy.name, copy.direct_kind), ("fax.tif.pdf", Kind.PDF))
        self.assertEqual((copy.direct_pages, copy.res_id), (3, self.referral.id))
        self.assertEqual((fax.raw, fax.direct_sha256), (FAX, fax.direct_sha256))

    def test_a_smaller_copy_says_both_sizes_and_leaves_the_original(self):
        large = photo()
        document = self.attach("photo.png", large)
        made = self.referral.document_smaller(document.id)
        copy = self.env["ir.attachment"].browse(made["id"])
        self.assertEqual(copy.name, "photo.jpg")
        self.assertEqual((made["before"], made["after"]), (len(large), len(copy.raw)))
        self.assertLess(made["after"], made["before"])
        self.assertEqual(document.raw, large)
        self.assertNotIn(copy, self.referral.document_ids)

    def test_what_cannot_be_made(self):
        text = self.attach("letter.txt", b"Dear Ana")
        damaged = self.attach("fax.tif", b"II*\0\x08\0\0\0")
        small = self.attach("small.jpg", photo(20, 20, quality=5))
        elsewhere = self.make_referral().document_ids[:1]
        for method, document, said in (
            ("document_as_pdf", text, "isn't there anymore"),
            ("document_as_pdf", damaged, "can't be turned into a PDF"),
            ("document_smaller", small, "can't be made smaller"),
            ("document_smaller", elsewhere, "isn't there anymore"),
        ):
            with self.subTest(method, name=document.name), self.assertRaisesRegex(UserError, said):
                getattr(self.referral, method)(document.id)

    def test_only_for_whoever_may_change_the_draft(self):
        fax = self.attach("fax.tif", FAX)
        with self.assertRaises(AccessError):
            self.referral.with_user(self.colleague).document_as_pdf(fax.id)
        self.send(self.referral)
        with self.assertRaises(UserError):
            self.referral.document_as_pdf(fax.id)
