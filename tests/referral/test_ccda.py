"""Every referral carries a C-CDA: made for its recipient, seen before it is sent."""

import io
import zipfile
from unittest.mock import patch

from lxml import etree
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import DirectCommon
from ..tools import ccda_validation

CDA = {"c": "urn:hl7-org:v3"}
MAYA = "maya.chen@lakeview-cardiology"
OMAR = "omar.haddad@lakeview-cardiology"


def find(content, path):
    return etree.fromstring(content).xpath(path, namespaces=CDA)


class CcdaCommon(DirectCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What makes a PDF is slow and another test's matter
        cls.startClassPatcher(
            patch.object(
                cls.env.registry["direct.clinical.note"],
                "_direct_documents",
                lambda note: [("Clinical Note.pdf", "application/pdf", b"%PDF-1.4 note")],
            )
        )

    def make_note(self, author=None, signed=True, **values):
        return super().make_note(
            author,
            signed,
            **{
                "problem_ids": [
                    Command.create(
                        {"name": "Hypertension", "icd10_code": "I10", "snomed_code": "38341003"}
                    ),
                    Command.create({"name": "Snores", "onset_date": "2020-01-02"}),
                ],
                "medication_ids": [
                    Command.create(
                        {"name": "Lisinopril", "rxnorm_code": "314076", "dosage": "daily"}
                    )
                ],
                "allergy_ids": [
                    Command.create(
                        {"name": "Penicillin", "reaction": "Hives", "severity": "severe"}
                    )
                ],
                "objective": "BP 150/95\nHR 72",
                "assessment": "Resistant hypertension.",
                **values,
            },
        )


@tagged("post_install", "-at_install")
class TestReferralCcda(CcdaCommon):
    def test_every_message_carries_one_that_is_valid_and_names_its_recipient(self):
        referral = self.make_referral(recipients=(MAYA, OMAR))
        messages = self.send(referral)
        seen = set()
        for message in messages:
            ccda, pdf = message.attachment_ids.sorted("id")
            self.assertEqual((ccda.name, pdf.name), ("Referral Note.xml", "Clinical Note.pdf"))
            self.assertEqual(ccda_validation.problems(ccda.raw), [])
            [mail] = find(ccda.raw, "//c:intendedRecipient/c:telecom/@value")
            self.assertEqual(mail, f"mailto:{message.to_address}")
            seen.update(find(ccda.raw, "/c:ClinicalDocument/c:id/@root"))
        self.assertEqual(len(seen), 2, "two documents have two ids")

    def test_it_leaves_as_xml(self):
        message = self.send(self.make_referral())
        leaving = message._outgoing().attachments
        self.assertCountEqual(
            [(one.name, one.content_type) for one in leaving],
            [("Referral Note.xml", "text/xml"), ("Clinical Note.pdf", "application/pdf")],
        )
        self.run_cron("ir_cron_send")
        for position, document in enumerate(leaving):
            arrived = self.sandbox.attachment(message.external_id, position)
            self.assertEqual(arrived, document.content)

    def test_it_says_what_note_and_referral_say(self):
        self.company.partner_id.write({"city": "Burlington", "direct_npi": "1234567893"})
        referral = self.make_referral()
        content = referral._ccda(referral.recipient_ids)
        for path, value in (
            ("//c:patient/c:name/c:family/text()", "Quill"),
            ("//c:patient/c:birthTime/@value", "19800229"),
            ("//c:patientRole/c:id/@extension", "MRN-778"),
            ("//c:patientRole/c:addr/c:postalCode/text()", "05401"),
            ("//c:assignedAuthor//c:given/text()", "Zoë"),
            ("//c:assignedAuthor/c:telecom/@value", "tel:+1-802-555-0199"),
            ("//c:custodian//c:name/text()", "Willow Creek Pediatrics, LLC"),
            ("//c:custodian//c:city/text()", "Burlington"),
            ("//c:custodian//c:id/@extension", "1234567893"),
            ("//c:section[c:code/@code='42349-1']/c:text//text()", "Please evaluate."),
            ("//c:section[c:code/@code='51848-0']/c:text//text()", "Resistant hypertension."),
            ("//c:section[c:code/@code='18776-5']/c:text//text()", "Refer to pulmonology."),
            ("//c:section[c:code/@code='61149-1']/c:text//text()", "BP 150/95HR 72"),
            ("//c:observation/c:value/@code", "38341003"),
            ("//c:translation[@codeSystem='2.16.840.1.113883.6.90']/@code", "I10"),
            ("//c:manufacturedMaterial/c:code/@code", "314076"),
            ("//c:observation/c:effectiveTime/c:low/@value", "20200102"),
        ):
            with self.subTest(path):
                found = find(content, path)
                self.assertIn(value, "".join(found))
        self.assertTrue(find(content, "//c:legalAuthenticator"))

    def test_times_are_those_of_the_author(self):
        self.clinician.tz = "America/New_York"
        note = self.make_note(signed=False, date="2026-07-01 16:00:00")
        note.action_sign()
        referral = note.env["direct.referral"]._begin(note)
        [start] = find(referral._ccda(), "//c:encompassingEncounter//c:low/@value")
        self.assertEqual(start, "20260701120000-0400")

    def test_an_unwritten_note_is_valid_as_well(self):
        for kept in ("problem_ids", "medication_ids", "allergy_ids"):
            self.patient.write({"zip": False, "direct_birthdate": False, "direct_sex": False})
            note = self.make_note(**{kept: False, "objective": False, "assessment": False})
            referral = note.env["direct.referral"]._begin(note)
            self.assertEqual(ccda_validation.problems(referral._ccda()), [])

    def test_the_summary_is_printed_as_it_is_sent(self):
        referral = self.make_referral(urgency="urgent")
        report = self.env["ir.actions.report"].with_user(self.clinician)
        name = "direct_messaging.report_referral_summary"
        html = report._render_qweb_html(name, referral.ids)[0].decode()
        for words in ("Mary Quill", "Urgent", "Please evaluate.", "Hypertension", "802-555-0199"):
            self.assertIn(words, html)
            if words != "Mary Quill":
                self.assertIn(words, referral._ccda(referral.recipient_ids).decode())

    def test_it_can_be_left_out_but_not_by_accident(self):
        referral = self.make_referral()
        self.assertTrue(referral.include_ccda)
        self.assertNotIn("Referral Note.xml", referral.document_ids.mapped("name"))
        referral.write({"include_ccda": False})
        message = self.send(referral)
        self.assertEqual(message.attachment_ids.mapped("name"), ["Clinical Note.pdf"])
        with self.assertRaisesRegex(UserError, "can't be changed"):
            referral.write({"include_ccda": True})

    def test_it_counts(self):
        referral = self.make_referral()
        self.assertGreater(referral.ccda_size, 5000)
        self.assertEqual(
            referral.documents_size, referral.ccda_size + referral.document_ids.file_size
        )
        self.provider.max_message_bytes = referral.ccda_size - 1000
        with self.assertRaisesRegex(UserError, "too large"):
            referral.action_send_message()
        referral.include_ccda = False
        self.assertEqual(referral.ccda_size, 0)
        referral.action_send_message()

    def test_it_counts_when_sent_too(self):
        for as_xdm in (False, True):
            with self.subTest(as_xdm=as_xdm):
                self.provider.package_as_xdm = as_xdm
                referral = self.make_referral()
                self.send(referral)
                # As a form reads it
                [row] = referral.with_context(bin_size=True).web_read({"ccda_size": {}})
                self.assertGreater(row["ccda_size"], 5000)

    def test_a_note_that_is_gone_is_said_and_the_letter_can_still_go(self):
        note = self.make_note(signed=False)
        referral = note.env["direct.referral"]._begin(note)
        referral.add_recipient({"address": f"{MAYA}.direct.sandbox.test"})
        referral.reason = "Please evaluate."
        note.unlink()
        with self.assertRaisesRegex(UserError, "without a C-CDA"):
            referral.action_send_message()
        self.assertEqual(referral.ccda_size, 0)
        referral.include_ccda = False
        referral.action_send_message()
        self.assertEqual(referral.state, "sent")

    # --- another addon's note ----------------------------------------------------------------

    def test_a_foreign_note_adds_a_section_of_its_own(self):
        visit = (
            self.env["example.visit"]
            .with_user(self.clinician)
            .create(
                {
                    "client_id": self.patient.id,
                    "findings": "Rash on both arms.",
                    "living": "Lives alone.",
                    "is_closed": True,
                }
            )
        )
        content = visit.env["direct.referral"]._begin(visit)._ccda()
        self.assertEqual(ccda_validation.problems(content), [])
        for code, text in (("29762-2", "Lives alone."), ("51848-0", "Rash on both arms.")):
            found = find(content, f"//c:section[c:code/@code='{code}']/c:text//text()")
            self.assertEqual(found, [text])
        self.assertFalse(find(content, "//c:legalAuthenticator"), "nobody said who signed")

    # --- XDM ---------------------------------------------------------------------------------

    def test_documents_are_packaged_where_provider_or_recipient_wants_it(self):
        for wants in ("provider", "recipient"):
            with self.subTest(wants):
                referral = self.make_referral()
                if wants == "provider":
                    self.provider.package_as_xdm = True
                else:
                    self.provider.package_as_xdm = False
                    contact = referral.recipient_ids._contact()
                    contact.sudo().direct_wants_xdm = True
                message = self.send(referral)
                self.assertEqual(message.attachment_ids.name, "Referral.zip")
                self.assertEqual(message.attachment_ids.mimetype, "application/zip")
                with zipfile.ZipFile(io.BytesIO(message.attachment_ids.raw)) as archive:
                    self.assertIn("IHE_XDM/SUBSET01/METADATA.XML", archive.namelist())
                    ccda = archive.read("IHE_XDM/SUBSET01/DOC00001.XML")
                self.assertEqual(ccda_validation.problems(ccda), [])
                self.assertIn(b"Hypertension", referral._ccda_to_view())

    # --- codes -------------------------------------------------------------------------------

    def test_codes_have_the_form_of_their_terminology(self):
        for lines, field, code, words in (
            ("problem_ids", "snomed_code", "38341003", None),
            ("problem_ids", "snomed_code", "38341004", "Check the digits"),
            ("problem_ids", "snomed_code", "I10", "SNOMED"),
            ("problem_ids", "icd10_code", "U07.1", None),
            ("problem_ids", "icd10_code", "38341003", "ICD-10-CM"),
            ("medication_ids", "rxnorm_code", "314076", None),
            ("medication_ids", "rxnorm_code", "lisinopril", "RxNorm"),
            ("allergy_ids", "rxnorm_code", "7980", None),
            ("allergy_ids", "rxnorm_code", "0", "RxNorm"),
            ("allergy_ids", "snomed_code", "762952008", None),
            ("allergy_ids", "snomed_code", "1", "SNOMED"),
        ):
            with self.subTest(field, code=code):
                values = {lines: [Command.create({"name": "x", field: code})]}
                if words:
                    with self.assertRaisesRegex(ValidationError, words):
                        self.make_note(**values)
                else:
                    self.make_note(**values)


@tagged("post_install", "-at_install")
class TestReferralCcdaView(CcdaCommon, HttpCase):
    """The page is for whoever may read referral and note, and nothing in it can act."""

    def open(self, referral, user):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/direct_messaging/referral/{referral.id}/ccda")

    def test_the_author_sees_what_will_be_sent(self):
        referral = self.make_referral()
        answer = self.open(referral, self.clinician)
        self.assertEqual(answer.status_code, 200)
        for words in ("Please evaluate.", "Hypertension", "Lisinopril", "Penicillin", "Hives"):
            self.assertIn(words, answer.text)
        policy = answer.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertTrue(policy.endswith("sandbox"))
        self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_what_was_sent_is_shown_as_it_was_sent(self):
        referral = self.make_referral()
        self.send(referral)
        self.patient.name = "Somebody Else"
        self.assertIn("Please evaluate.", self.open(referral, self.colleague).text)
        self.assertIn(b"Quill", referral._ccda_to_view())

    def test_a_document_that_took_its_name_is_not_shown_for_it(self):
        bomb = b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;'
        for include_ccda in (True, False):
            with self.subTest(include_ccda=include_ccda):
                referral = self.make_referral(include_ccda=include_ccda)
                referral.document_ids = [
                    Command.create(
                        {
                            "name": "Referral Note.xml",
                            "raw": bomb,
                            "res_model": referral._name,
                            "res_id": referral.id,
                        }
                    )
                ]
                self.send(referral)
                answer = self.open(referral, self.clinician)
                self.assertEqual(answer.status_code, 200)
                words = "Hypertension" if include_ccda else "has no C-CDA"
                self.assertIn(words, answer.text)

    def test_markup_in_a_note_is_text(self):
        referral = self.make_referral(reason="<script>alert(1)</script><img src=x>")
        text = self.open(referral, self.clinician).text
        self.assertNotIn("<script", text)
        self.assertNotIn("<img", text)
        self.assertIn("&lt;script&gt;", text)

    def test_nobody_else_learns_that_it_exists(self):
        referral = self.make_referral()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_user", company=company)
        for user in (self.outsider, self.representative, stranger):
            with self.subTest(user.name):
                self.assertEqual(self.open(referral, user).status_code, 404)
        self.authenticate(None, None)
        self.assertNotIn(
            "Hypertension", self.url_open(f"/direct_messaging/referral/{referral.id}/ccda").text
        )
        self.assertEqual(self.open(referral.browse(0), self.clinician).status_code, 404)

    def test_who_may_not_read_the_note_does_not_read_it_here(self):
        referral = self.make_referral()
        with (
            patch.object(
                self.env.registry["direct.clinical.note"],
                "check_access",
                side_effect=AccessError("no"),
            ),
        ):
            self.assertEqual(self.open(referral, self.clinician).status_code, 404)
