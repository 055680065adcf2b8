"""Documents from outside: told apart by content, saved but not run, shown only where harmless."""

import zlib
from base64 import b64encode
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..common import DirectCommon

NOTE = "direct.clinical.note"

DATA = Path(__file__).parents[1] / "tools/data/files"
PDF = (DATA / "in-pdf-bom-before-header.pdf").read_bytes()
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
CDA = b"""<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="https://evil.example/x.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Consult</title><recordTarget><patientRole>
<addr><postalCode>05401</postalCode></addr><patient><name><given>Mary</given><family>Quill</family>
</name><administrativeGenderCode code="F"/><birthTime value="19800229"/></patient></patientRole>
</recordTarget><component><structuredBody><component><section><title>Plan</title>
<text>Rest<script>alert(1)</script></text></section></component></structuredBody></component>
</ClinicalDocument>"""


def _chunk(name, data):
    body = name + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


# A picture larger than Odoo would keep it
WIDE = 2500
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", WIDE.to_bytes(4, "big") + (1).to_bytes(4, "big") + b"\x08\x00\x00\x00\x00")
    + _chunk(b"IDAT", zlib.compress(b"\0" * (WIDE + 1)))
    + _chunk(b"IEND", b"")
)


@tagged("post_install", "-at_install")
class TestInboxFiles(DirectCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        files = {
            "letter.pdf": (PDF, "text/html"),
            "page.pdf": (HTML, "application/pdf"),
            "picture.png": (SVG, "image/png"),
            "wide.png": (PNG, "image/png"),
            "note.txt": (b"Take <b>two</b> a day.", "text/plain"),
            "../../etc/ccda.xml": (CDA, "text/xml"),
            "run.bat": (b"echo hello", "text/plain"),
        }
        id_ = cls.sandbox.write_to(
            cls.account.address,
            text="<script>alert(1)</script>",
            attachments=[
                {"name": name, "content_type": label, "content": b64encode(content).decode()}
                for name, (content, label) in files.items()
            ],
        )
        cls.wait_for(id_, "dispatched")
        hisp = cls.provider._hisp()
        [item] = hisp.feed("inbox").items
        cls.env["direct.original"]._keep(cls.provider, [hisp.fetch(item)])
        original = cls.env["direct.original"].search([("key", "=", item.key)])
        original._read_one()
        cls.message = original.message_id
        cls.files = dict(zip(files, cls.message.attachment_ids.sorted("id"), strict=True))

    def open(self, path, user=None):
        user = user or self.clinician
        self.authenticate(user.login, user.login)
        return self.url_open(path, allow_redirects=False)

    def rows(self):
        message = self.message.with_user(self.clinician).inbox_read()
        return dict(zip(self.files, message["documents"], strict=True))

    def test_each_is_told_apart_by_its_content(self):
        shown = {name: row["shown_as"] for name, row in self.rows().items()}
        self.assertEqual(
            shown,
            {
                "letter.pdf": "pdf",
                "page.pdf": "text",
                "picture.png": "text",
                "wide.png": "image",
                "note.txt": "text",
                "../../etc/ccda.xml": "cda",
                "run.bat": "",
            },
        )
        for name in ("page.pdf", "picture.png", "run.bat", "../../etc/ccda.xml"):
            self.assertEqual(self.files[name].mimetype, "application/octet-stream", name)

    def test_what_arrived_is_kept_to_the_byte(self):
        self.assertEqual(self.files["wide.png"].raw, PNG)
        self.assertEqual(self.files["page.pdf"].raw, HTML)

    def test_names_are_harmless(self):
        self.assertNotIn("/", "".join(self.message.attachment_ids.mapped("name")))

    def test_no_route_shows_what_a_browser_would_run(self):
        for name in ("page.pdf", "picture.png", "run.bat"):
            id_ = self.files[name].id
            for path in (
                f"/direct_messaging/document/{id_}",
                f"/web/content/{id_}",
                f"/web/content/{id_}?download=false&mimetype=text/html",
                f"/web/content/ir.attachment/{id_}/raw?mimetype=image/svg%2Bxml",
                f"/web/image/{id_}",
                f"/web/image/ir.attachment/{id_}/raw?mimetype=text/html",
            ):
                with self.subTest(name=name, path=path):
                    answer = self.open(path)
                    if answer.status_code != 200:
                        continue
                    kind = answer.headers["Content-Type"].partition(";")[0]
                    if kind == "image/png":
                        self.assertNotIn(b"script", answer.content, "not Odoo's placeholder")
                        continue
                    self.assertEqual(kind, "application/octet-stream")
                    self.assertIn("attachment", answer.headers["Content-Disposition"])
                    self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_what_is_shown_can_do_nothing(self):
        for name, kind in (
            ("letter.pdf", "application/pdf"),
            ("wide.png", "image/png"),
            ("note.txt", "text/html"),
            ("page.pdf", "text/html"),
            ("picture.png", "text/html"),
            ("../../etc/ccda.xml", "text/html"),
        ):
            with self.subTest(name):
                answer = self.open(self.rows()[name]["view_url"])
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.headers["Content-Type"].partition(";")[0], kind)
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                policy = answer.headers["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertIn("sandbox", policy)
                self.assertIn("no-store", answer.headers["Cache-Control"])

    def test_what_a_browser_would_run_is_shown_as_text(self):
        for name in ("page.pdf", "picture.png"):
            with self.subTest(name):
                page = self.open(self.rows()[name]["view_url"]).text
                self.assertIn("&lt;script&gt;alert(1)", page)
                self.assertNotIn("<script", page)

    def test_a_clinical_document_is_shown_as_a_page_without_script(self):
        page = self.open(self.rows()["../../etc/ccda.xml"]["view_url"]).text
        self.assertIn("Consult", page)
        self.assertNotIn("<script", page)
        self.assertNotIn("evil.example", page)

    def test_it_says_whom_it_is_about(self):
        message = self.message.with_user(self.clinician).inbox_read()
        self.assertEqual(
            (message["claim"]["name"], message["claim"]["zip"]), ("Mary Quill", "05401")
        )
        [proposal] = message["proposals"]
        self.assertEqual((proposal["patient_id"], proposal["level"]), (self.patient.id, "strong"))

    def test_nobody_else_gets_it_by_any_route(self):
        id_ = self.files["letter.pdf"].id
        for user in (self.colleague, self.representative, self.outsider):
            for path in (
                f"/direct_messaging/document/{id_}",
                f"/direct_messaging/document/{id_}/view",
                f"/web/content/{id_}",
            ):
                with self.subTest(user=user.name, path=path):
                    answer = self.open(path, user)
                    self.assertEqual(answer.status_code, 404)
                    self.assertNotIn(b"%PDF", answer.content)
        self.assertEqual(self.open("/direct_messaging/document/2147483647").status_code, 404)
        self.assertEqual(self.open(f"/direct_messaging/document/{id_}", self.manager).content, PDF)

    def test_only_documents_of_messages_are_served(self):
        own = self.env["ir.attachment"].create(
            {"name": "x.pdf", "raw": PDF, "res_model": "res.users", "res_id": self.clinician.id}
        )
        self.assertEqual(self.open(f"/direct_messaging/document/{own.id}").status_code, 404)


@tagged("post_install", "-at_install")
class TestImport(DirectCommon):
    def setUp(self):
        super().setUp()
        context = {"patient": {"givenName": "Mary", "surname": "Quill"}}
        id_ = self.sandbox.write_to(
            self.account.address, text="x", context=context, examples=["ccda"]
        )
        self.wait_for(id_, "dispatched")
        self.run_cron("ir_cron_poll")
        message = self.env["direct.message"].search([("external_id", "=", id_)])
        self.message = message.with_user(self.clinician)
        self.document = message.attachment_ids

    def entries(self):
        offer = self.message.inbox_entries(self.document.id)
        rows = offer["entries"]
        self.assertEqual(offer["nameless"], 0)
        return {row["kind"]: row for row in rows}

    def test_only_what_was_chosen_goes_into_a_draft_with_its_source(self):
        entries = self.entries()
        self.assertEqual(set(entries), {"problem", "medication", "allergy"})
        self.message.action_file(self.patient.id)
        keys = [entries["problem"]["key"], "forged"]
        action = self.message.action_import_entries(self.document.id, keys, NOTE)
        note = self.env[NOTE].browse(action["res_id"])
        self.assertEqual((note.state, note.patient_id), ("draft", self.patient))
        self.assertEqual(note.author_id, self.clinician)
        self.assertEqual(note.problem_ids.icd10_code, "I10")
        self.assertIn("Cardiology Consultation, Maya Chen", note.problem_ids.source)
        self.assertIn(self.message.name, note.problem_ids.source)
        self.assertFalse(note.medication_ids)
        self.assertFalse(note.allergy_ids)

    def test_nothing_without_a_patient_a_choice_or_the_right(self):
        keys = [row["key"] for row in self.entries().values()]
        other = self.document.copy({"res_model": "res.users", "res_id": self.clinician.id})
        for act in (
            lambda: self.message.action_import_entries(self.document.id, keys, NOTE),
            lambda: self.message.inbox_entries(other.id),
        ):
            with self.assertRaises(UserError):
                act()
        self.message.action_file(self.patient.id)
        with self.assertRaises(UserError):
            self.message.action_import_entries(self.document.id, [], NOTE)
        for user in (self.colleague, self.outsider):
            with self.assertRaises(AccessError):
                self.message.with_user(user).inbox_entries(self.document.id)
            with self.assertRaises(AccessError):
                self.message.with_user(user).action_import_entries(self.document.id, keys, NOTE)
