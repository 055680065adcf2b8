from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.direct_messaging.tests.common import DirectCommon


@tagged("post_install", "-at_install")
class TestClinicalNote(DirectCommon):
    authenticated = False

    def test_a_signed_note_cannot_be_changed_by_anyone(self):
        note = self.make_note(
            problem_ids=[Command.create({"name": "Cough", "icd10_code": "R05.9"})]
        )
        for name, change in {
            "text": lambda note: note.write({"plan": "Something else"}),
            "patient": lambda note: note.write({"patient_id": self.make_patient("Other").id}),
            "a line": lambda note: note.problem_ids.write({"name": "Cold"}),
            "a new line": lambda note: note.write({"problem_ids": [Command.create({"name": "X"})]}),
            "a line less": lambda note: note.problem_ids.unlink(),
            "delete": lambda note: note.unlink(),
        }.items():
            for user in (self.clinician, self.env.user):
                with (
                    self.subTest(name, user=user.name),
                    self.assertRaisesRegex(UserError, "Write an amendment"),
                ):
                    change(note.with_user(user))

    def test_only_its_author_signs_and_only_what_says_something(self):
        note = self.make_note(signed=False)
        with self.assertRaises(AccessError):
            note.with_user(self.colleague).action_sign()
        empty = self.make_note(signed=False, subjective=False, plan=False)
        with self.assertRaisesRegex(UserError, "Write something"):
            empty.action_sign()
        note.action_sign()
        self.assertEqual(note.state, "signed")
        self.assertTrue(note.signed_at)

    def test_an_amendment_is_a_new_note_with_the_same_lines(self):
        note = self.make_note(problem_ids=[Command.create({"name": "Cough"})])
        amendment = note.browse(note.action_amend()["res_id"])
        self.assertEqual((amendment.amends_id, amendment.state), (note, "draft"))
        self.assertEqual(amendment.problem_ids.mapped("name"), ["Cough"])
        amendment.plan = "Refer to allergology."
        self.assertEqual(note.plan, "Refer to pulmonology.")
        with self.assertRaisesRegex(UserError, "isn't signed yet"):
            amendment.action_amend()

    def test_codes_have_the_form_of_icd_10_cm(self):
        for code, is_fine in (
            ("I10", True),
            ("E11.9", True),
            ("S72.001A", True),
            ("C7A.00", True),
            ("10", False),
            ("E119", False),
            ("e11.9", False),
            ("E11.", False),
            ("E11.12345", False),
        ):
            values = {"problem_ids": [Command.create({"name": "Problem", "icd10_code": code})]}
            with self.subTest(code):
                if is_fine:
                    self.make_note(signed=False, **values)
                else:
                    with self.assertRaisesRegex(ValidationError, "ICD-10-CM"):
                        self.make_note(signed=False, **values)

    def test_a_name_never_tells_the_patient(self):
        note = self.make_note()
        self.assertNotIn("Quill", note.display_name)

    def test_the_practice_reads_and_only_the_author_writes(self):
        note = self.make_note(signed=False)
        self.assertEqual(note.with_user(self.colleague).plan, "Refer to pulmonology.")
        with self.assertRaises(AccessError):
            note.with_user(self.colleague).plan = "Other"
        for user in (self.outsider, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                note.with_user(user).read(["plan"])

    def test_chatter_mails_say_nothing_about_the_patient(self):
        note = self.make_note()
        self.colleague.notification_type = "email"
        note.message_subscribe(self.colleague.partner_id.ids)
        note.message_post(  # pylint: disable=translation-required
            body="Mary Quill has asthma",
            subject="Mary Quill",
            subtype_xmlid="mail.mt_comment",
            attachments=[("quill.txt", b"asthma")],
        )
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.colleague.partner_id.ids)], limit=1
        )
        self.assertTrue(mail)
        self.assertIn(note.name, mail.subject)
        said = f"{mail.subject} {mail.body_html} {mail.attachment_ids.mapped('name')}"
        self.assertNotIn("Quill", said)
        self.assertNotIn("asthma", said)
        self.assertFalse(mail.attachment_ids)
        pushed = note._notify_by_web_push_prepare_payload(note.message_ids[0])
        self.assertNotIn("asthma", str(pushed["options"]["body"]))
        self.assertNotIn("Quill", str(pushed))
