"""What referral and letter share while they are written, and how they are sent."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestDraft(DirectCommon):
    def drafts(self):
        """A draft of each kind that can be sent."""
        referral = self.make_referral()
        received = self.env["direct.message"].create(
            {
                "direction": "in",
                "state": "received",
                "account_id": self.account.id,
                "from_address": "maya.chen@lakeview-cardiology.direct.sandbox.test",
                "to_address": self.account.address,
                "subject": "Question",
                "patient_id": self.patient.id,
            }
        )
        letter = self.env["direct.letter"].with_user(self.clinician)._begin(received, "reply")
        letter.body = "Thank you."
        return referral, letter

    def messages(self, draft):
        if draft._name == "direct.referral":
            return draft.sudo().direct_message_ids
        return draft.sudo().message_id.reply_ids

    def attach(self, draft, content, **values):
        document = {"name": "scan.txt", "raw": content, **values}
        draft.document_ids = [Command.create(document)]
        return draft.document_ids[-1:]

    def test_it_is_sent_once_and_is_final_then(self):
        for draft in self.drafts():
            with self.subTest(draft._name):
                action = draft.action_send_message()
                self.assertEqual(action["params"]["title"], "On Its Way")
                self.assertEqual(self.messages(draft).mapped("state"), ["queued"])
                for change in (
                    draft.action_send_message,
                    draft.unlink,
                    *(
                        lambda name=name, value=value, draft=draft: draft.write({name: value})
                        for name, value in (
                            ("subject", "Other"),
                            ("body", "Other"),
                            ("document_ids", [Command.clear()]),
                        )
                    ),
                ):
                    with self.assertRaisesRegex(UserError, "already sent"):
                        change()
                self.assertEqual(len(self.messages(draft)), 1)

    def test_a_document_of_something_else_is_copied_as_it_is_now(self):
        for draft in self.drafts():
            with self.subTest(draft._name):
                shared = (
                    self.env["ir.attachment"]
                    .with_user(self.clinician)
                    .create({"name": "shared.txt", "raw": b"as it was"})
                )
                draft.document_ids = [Command.link(shared.id)]
                own = draft.document_ids.filtered(lambda d: d.name == "shared.txt")
                self.assertEqual((own.res_model, own.res_id), (draft._name, draft.id))
                shared.raw = b"changed since"
                draft.action_send_message()
                [sent] = self.messages(draft).attachment_ids.filtered(
                    lambda document: document.name == "shared.txt"
                )
                self.assertEqual(sent.raw, b"as it was")

    def test_a_document_that_one_may_not_read_is_not_taken_in(self):
        private = self.env["ir.attachment"].create({"name": "private", "raw": b"secret"})
        for draft in self.drafts():
            with self.subTest(draft._name), self.assertRaises(AccessError):
                draft.document_ids = [Command.link(private.id)]

    def test_a_document_that_changed_on_the_disk_is_said_before_it_is_sent(self):
        for draft in self.drafts():
            with self.subTest(draft._name):
                document = self.attach(draft, b"x")
                document.sudo().direct_sha256 = "0" * 64
                with self.assertRaisesRegex(UserError, "attach the file again"):
                    draft.action_send_message()
                self.assertFalse(self.messages(draft))

    def test_the_size_of_what_is_sent_counts_to_the_byte(self):
        for draft in self.drafts():
            for is_too_large in (True, False):
                with self.subTest(draft._name, is_too_large=is_too_large), self.cr.savepoint():
                    message = self.sent_size(draft)
                    self.provider.max_message_bytes = message - is_too_large
                    draft.invalidate_recordset()
                    if is_too_large:
                        with self.assertRaisesRegex(UserError, "too large"):
                            draft.action_send_message()
                    else:
                        draft.action_send_message()
                        self.assertTrue(self.messages(draft))

    def sent_size(self, draft):
        """How many bytes the message of `draft` would have; sends nothing."""
        [values] = draft._message_values(self.account)
        return sum(len(content) for *_, content in values["attachments"]) + len(
            values["body"].encode()
        )

    def test_the_subject_that_is_proposed_is_never_refused(self):
        """A patient may be called as the practice is, or as the words around its name."""
        self.company.name = "Willow Creek Pediatrics"
        for name in ("Willow Smith", "Creek Referral", "From Message"):
            self.patient.name = name
            for draft in self.drafts():
                with self.subTest(name, model=draft._name):
                    draft.subject = draft._proposed_subject()
                    draft.action_send_message()
                    self.assertTrue(self.messages(draft))

    def test_who_begins_again_goes_on_with_the_draft(self):
        note = self.make_note()
        first = note.action_send_referral("direct")["res_id"]
        self.assertEqual(note.action_send_referral("direct")["res_id"], first)
        _referral, letter = self.drafts()
        again = (
            self.env["direct.letter"]
            .with_user(self.clinician)
            ._open(letter.message_id.with_user(self.clinician), "reply")
        )
        self.assertEqual(again["res_id"], letter.id)
