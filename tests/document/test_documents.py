"""What was chosen is what arrives, to the byte; what comes in is shown, or says why not."""

import io
from base64 import b64encode
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from PIL import Image

from ...hisp import errors
from ...tools.files.archive import DAMAGED
from ...tools.files.kinds import Kind
from ..common import DirectCommon
from .attaching import Attaching, digest, digests

DATA = Path(__file__).parents[1] / "tools/data/files"
FILES = {path.name: path.read_bytes() for path in sorted(DATA.iterdir())}


@tagged("post_install", "-at_install")
class TestToTheByte(Attaching):
    def test_uploaded_to_a_referral(self):
        referral = self.make_referral(include_ccda=False)
        referral.document_ids = self.upload(referral, FILES)
        self.assertEqual(
            digests(document.raw for document in referral.document_ids), digests(FILES.values())
        )
        message = self.send(referral)
        self.assertEqual(self.arrived(message), digests(FILES.values()))

    def test_forwarded(self):
        """Everything that came goes along, the packages too, and nothing goes twice."""
        id_ = self.sandbox.write_to(
            self.account.address,
            text="x",
            attachments=[
                {"name": name, "content": b64encode(content).decode()}
                for name, content in FILES.items()
            ],
        )
        self.wait_for(id_, "dispatched")
        self.run_cron("ir_cron_poll")
        received = self.env["direct.message"].search([("external_id", "=", id_)])
        received = received.with_user(self.clinician)
        self.assertGreater(len(received.attachment_ids), len(FILES))
        received.action_file(self.patient.id)
        action = received.action_forward()
        letter = self.env["direct.letter"].with_user(self.clinician).browse(action["res_id"])
        self.assertEqual(set(letter.document_ids.mapped("name")), set(FILES))
        letter.to_address = "maya.chen@lakeview-cardiology.direct.sandbox.test"
        letter.action_send_message()
        forward = self.env["direct.message"].search(
            [("direction", "=", "out"), ("to_address", "=", letter.to_address)]
        )
        self.assertEqual(self.arrived(forward), digests(FILES.values()))

    def test_by_any_other_way_in(self):
        referral = self.make_referral()
        fax = FILES["out-fax-3-pages-g4.tif"]
        attachments = self.env["ir.attachment"].with_user(self.clinician)
        for values in ({"raw": fax}, {"datas": b64encode(fax)}):
            document = attachments.create(
                {"name": "fax.tif", "res_model": referral._name, "res_id": referral.id, **values}
            )
            for one in (document, document.copy(), document.copy({"name": "again.tif"})):
                self.assertEqual(one.raw, fax)
                self.assertEqual(one.direct_sha256, digest(fax))
                self.assertEqual(one.direct_kind, Kind.TIFF)

    def test_nobody_says_what_a_document_is_but_the_server(self):
        referral = self.make_referral()
        program = (
            self.env["ir.attachment"]
            .with_user(self.clinician)
            .create(
                {
                    "name": "scan.pdf",
                    "raw": b"MZ\x90\0",
                    "mimetype": "text/html",
                    "direct_kind": "pdf",
                    "direct_sha256": "0" * 64,
                    "direct_pages": 3,
                    "res_model": referral._name,
                    "res_id": referral.id,
                }
            )
        )
        self.assertEqual(program.direct_kind, Kind.PROGRAM)
        self.assertEqual(program.direct_sha256, digest(b"MZ\x90\0"))
        self.assertEqual((program.direct_pages, program.mimetype), (0, "application/octet-stream"))
        for values in ({"raw": b"x"}, {"datas": b64encode(b"x")}, {"direct_kind": "pdf"}):
            with self.subTest(values), self.assertRaises(AccessError):
                program.write(values)
        program.name = "Renamed.exe"

    def test_a_document_that_changed_on_the_disk_does_not_leave(self):
        message = self.send(self.make_referral())
        document = message.attachment_ids[0]
        self.assertTrue(document._direct_is_intact())
        document.sudo().direct_sha256 = digest(b"something else")
        with self.assertRaises(errors.Refused):
            message._outgoing()

    def test_true_types_leave(self):
        referral = self.make_referral(include_ccda=False)
        names = (
            "01-nonxmlbody-pdf.xml",
            "out-xdm-docx-becomes-doc.docx",
            "in-csv-windows-1252.csv",
        )
        referral.document_ids = self.upload(referral, {name: FILES[name] for name in names})
        sent = self.send(referral)._outgoing().attachments
        self.assertEqual(
            {one.name: one.content_type for one in sent},
            {
                "01-nonxmlbody-pdf.xml": "text/xml",
                "out-xdm-docx-becomes-doc.docx": "application/vnd.openxmlformats-officedocument"
                ".wordprocessingml.document",
                "in-csv-windows-1252.csv": "text/csv",
            },
        )


@tagged("post_install", "-at_install")
class TestShown(DirectCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        id_ = cls.sandbox.write_to(
            cls.account.address,
            text="x",
            attachments=[
                {"name": name, "content": b64encode(content).decode()}
                for name, content in {**FILES, "program.exe": b"MZ\x90\0"}.items()
            ],
        )
        cls.wait_for(id_, "dispatched")
        hisp = cls.provider._hisp()
        [item] = hisp.feed("inbox").items
        cls.env["direct.original"]._keep(cls.provider, [hisp.fetch(item)])
        original = cls.env["direct.original"].search([("key", "=", item.key)])
        original._read_one()
        cls.message = original.message_id

    def rows(self):
        documents = self.message.with_user(self.clinician).inbox_read()["documents"]
        return {row["name"]: row for row in documents}

    def open(self, path):
        self.authenticate(self.clinician.login, self.clinician.login)
        return self.url_open(path, allow_redirects=False)

    def test_pages_in_words(self):
        rows = self.rows()
        for name, words in (
            ("in-text-windows-1252.txt", "38 °C, 5 µg"),
            ("in-text-shift-jis.txt", "カリウム 6.9"),
            ("in-text-utf16-no-bom.txt", "5 µg"),
            ("in-text-form-feed.txt", "PAGE 2 OF 2"),
            ("in-csv-windows-1252.csv", "<td>°C</td>"),
            ("in-hl7-mdm-pdf-in-obx5.hl7", "Testcase"),
            ("in-fhir-bundle-pdf-inside.json", "1961-04-17"),
            ("02-nonxmlbody-text-latin1.xml", "Café 38°C"),
        ):
            with self.subTest(name):
                answer = self.open(rows[name]["view_url"])
                self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
                self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
                self.assertIn(words, answer.text)

    def test_pages_as_pictures(self):
        rows = self.rows()
        fax, image = rows["out-fax-3-pages-g4.tif"], rows["in-dicom-with-tiff-preamble.dcm"]
        self.assertEqual((fax["shown_as"], fax["pages"]), ("pages", 3))
        self.assertEqual(fax["kind"], "Fax or scan (TIFF)")
        for path, size, tones in (
            *((f"{fax['view_url']}?page={n}", (1600, None), (0, 255)) for n in (1, 2, 3)),
            (image["view_url"], (8, 8), (0, 0)),  # it is black
        ):
            with self.subTest(path):
                answer = self.open(path)
                self.assertEqual(answer.headers["Content-Type"], "image/png")
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                with Image.open(io.BytesIO(answer.content)) as shown:
                    self.assertEqual(shown.width, size[0])
                    self.assertEqual(shown.height, size[1] or shown.height)
                    self.assertEqual(shown.convert("L").getextrema(), tones)
        for page in ("0", "4", "-1", "x", "²", "99999999999999999999"):
            with self.subTest(page):
                self.assertEqual(self.open(f"{fax['view_url']}?page={page}").status_code, 404)

    def test_what_cannot_be_shown_says_so(self):
        rows = self.rows()
        for name in ("in-pdf-truncated.pdf", "in-pdf-zero-pages.pdf"):
            self.assertEqual((rows[name]["shown_as"], rows[name]["notice"]), ("", DAMAGED))
        self.assertTrue(rows["program.exe"]["is_dangerous"])
        self.assertTrue(rows["program.exe"]["declared"], "the sender's word stands beside it")
        self.assertIn("This is a program", rows["program.exe"]["notice"])
        self.assertIn("This is a program", rows["invoice.exe"]["notice"])
        self.assertIn("From in-pdf-with-program-inside.pdf.", rows["invoice.exe"]["notice"])
        self.assertEqual(rows["Echocardiogram 2026-06-01.PDF"]["shown_as"], "pdf")

    def test_the_patient_is_read_from_all_of_them(self):
        said = {(one["family"], one.get("birth_date")) for one in self.message.said_of_patient}
        self.assertLessEqual({("Testcase", "1961-04-17"), ("Reyes", "1958-06-12")}, said)
