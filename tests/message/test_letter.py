"""Answers: to us, matched with what we sent; and by us, through the same outbox."""

import io
import zipfile
from base64 import b64encode
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DirectCommon

CONTEXT = {
    "version": "1.1",
    "type": "referral/report",
    "patient": {"givenName": "Mary", "surname": "Quill", "dateOfBirth": "1980-02-29"},
}
OTHER = {"patient": {"givenName": "Ruth", "surname": "Okonjo", "dateOfBirth": "1979-01-13"}}


@tagged("post_install", "-at_install")
class TestReply(DirectCommon):
    def receive(self, id_):
        """Fetch a message that was written in the sandbox; return its record."""
        self.wait_for(id_, "dispatched")
        self.run_cron("ir_cron_poll")
        return self.env["direct.message"].search(
            [("external_id", "=", id_), ("direction", "=", "in")]
        )

    def sent(self):
        """A referral's message that the other practice has."""
        message = self.send(self.make_referral())
        self.run_cron("ir_cron_send")
        self.wait_for(message.external_id, "dispatched")
        return message

    def written(self, **letter):
        letter = {"subject": "Question", "text": "Dear colleague", "context": CONTEXT, **letter}
        return self.receive(self.sandbox.write_to(self.account.address, **letter))

    def filed(self, **letter):
        message = self.written(**letter).with_user(self.clinician)
        message.action_file(self.patient.id)
        return message

    def letter(self, message, kind="reply", **values):
        action = getattr(message, f"action_{kind}")()
        letter = self.env[action["res_model"]].with_user(message.env.user).browse(action["res_id"])
        letter.write({"body": "Thank you.", **values})
        return letter

    # --- answers to us -----------------------------------------------------------------------

    def test_an_answer_belongs_to_what_it_answers(self):
        sent = self.sent()
        answer = self.receive(self.sandbox.reply(sent.external_id, text="Seen.", context=CONTEXT))
        self.assertEqual(answer.in_reply_to_id, sent)
        self.assertEqual(answer.referral_id, sent.referral_id)
        self.assertEqual(answer.patient_id, self.patient)
        notes = sent.referral_id.message_ids.mapped("body")
        self.assertTrue([note for note in notes if answer.name in note])
        self.assertFalse([note for note in notes if "Seen." in note])
        self.assertEqual(
            [row["is_incoming"] for row in answer.inbox_read()["thread"]], [False, True]
        )
        row = sent.referral_id.with_user(self.colleague).direct_delivery()[0]
        self.assertEqual((row["label"], row["address"]), ("Received", answer.from_address))
        self.assertNotIn("Seen.", str(row))

    def test_an_answer_about_somebody_else_is_not_filed_by_itself(self):
        sent = self.sent()
        answer = self.receive(self.sandbox.reply(sent.external_id, text="Seen.", context=OTHER))
        self.assertEqual((answer.in_reply_to_id, answer.patient_id.id), (sent, False))
        answer = answer.with_user(self.clinician)
        answer.action_file(self.patient.id)
        self.assertTrue(answer.inbox_read()["contradicts"], "filed so all the same: it is said")

    def test_who_names_a_message_of_another_account_answers_nothing(self):
        _practice, other = self.set_up(self.colleague, "ben", label=self.practice.domain)
        sent = self.sent()
        answer = self.receive(
            self.sandbox.write_to(other.address, text="x", in_reply_to=sent.external_id)
        )
        self.assertFalse(answer.in_reply_to_id)
        self.assertFalse(answer.referral_id)

    # --- file --------------------------------------------------------------------------------

    def test_filing_is_confirmed_by_a_person_and_recorded(self):
        message = self.written().with_user(self.clinician)
        self.assertFalse(message.patient_id, "filed by itself")
        [proposal] = message.inbox_read()["proposals"]
        self.assertEqual(proposal["level"], "strong")
        self.assertEqual(proposal["reasons"], "same name, same birth date")
        message.action_file(proposal["patient_id"])
        self.assertEqual(self.patient.with_user(self.clinician).direct_received_count, 1)
        message.action_unfile()
        self.assertFalse(message.patient_id)
        events = message.sudo().event_ids
        self.assertEqual(events.mapped("type"), ["received", "filed", "unfiled"])
        self.assertIn(self.clinician.name, events[1].detail)
        self.assertNotIn("Quill", events[1].detail)

    def test_candidates_are_all_shown_and_of_two_alike_neither_is_the_one(self):
        self.make_patient("Mary Quill", zip="99999", direct_record_number="MRN-1")
        self.make_patient("Anna Quill")
        self.make_patient("Mary Quill", direct_birthdate="1950-01-01")
        context = {"patient": {**CONTEXT["patient"], "postalCode": "05401"}}
        proposals = (
            self.written(context=context).with_user(self.clinician).inbox_read()["proposals"]
        )
        self.assertEqual([p["level"] for p in proposals], ["possible", "possible", "possible"])
        self.assertEqual(proposals[0]["patient_id"], self.patient.id)
        self.assertIn("different ZIP code", proposals[1]["reasons"])

    def test_patients_of_another_practice_are_not_proposed_nor_filed_under(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_patient("Mary Quill", company_id=company.id)
        message = self.written().with_user(self.clinician)
        self.assertEqual(
            [p["patient_id"] for p in message.inbox_read()["proposals"]], [self.patient.id]
        )
        with self.assertRaises(UserError):
            message.action_file(stranger.id)
        with self.assertRaisesRegex(UserError, "patient"):
            message.action_file(self.colleague.partner_id.id)

    # --- answer ------------------------------------------------------------------------------

    def test_a_reply_goes_out_as_an_answer_with_its_documents(self):
        message = self.filed()
        letter = self.letter(message)
        letter.document_ids = (
            self.env["ir.attachment"]
            .with_user(self.clinician)
            .create(
                {
                    "name": "a.pdf",
                    "raw": b"%PDF-1.4",
                    "res_model": letter._name,
                    "res_id": letter.id,
                }
            )
        )
        letter.action_send_message()
        reply = message.reply_ids.sudo()
        self.assertEqual((reply.state, reply.patient_id), ("queued", self.patient))
        self.run_cron("ir_cron_send")
        arrived = self.sandbox.message(reply.external_id)
        self.assertEqual(arrived["in_reply_to"], message.external_id)
        self.assertEqual(arrived["to"], message.from_address)
        self.assertEqual(arrived["subject"], "Re: Question")
        self.assertEqual([file["name"] for file in arrived["attachments"]], ["a.pdf"])
        self.assertNotIn("type", arrived["context"])
        thread = message.inbox_read()["thread"]
        self.assertEqual([row["label"] for row in thread], ["Received", "Accepted"])
        with self.assertRaisesRegex(UserError, "already sent"):
            letter.action_send_message()
        self.assertEqual(len(message.reply_ids), 1)

    def test_the_report_on_a_referral_is_called_so(self):
        message = self.filed(context={**CONTEXT, "type": "referral/order"})
        self.letter(message).action_send_message()
        self.run_cron("ir_cron_send")
        arrived = self.sandbox.message(message.reply_ids.sudo().external_id)
        self.assertEqual(arrived["context"]["type"], "referral/report")

    def test_the_draft_is_kept_and_gone_on_with(self):
        message = self.filed()
        letter = self.letter(message, body="Half a")
        self.assertEqual(message.action_reply()["res_id"], letter.id)
        self.assertEqual(letter.body, "Half a")

    def test_a_message_that_is_not_filed_is_filed_first(self):
        message = self.written().with_user(self.clinician)
        with self.assertRaisesRegex(UserError, "File the message"):
            message.action_reply()

    def test_all_that_is_wrong_is_named_at_once_and_nothing_is_lost(self):
        letter = self.letter(self.filed(), "forward", subject="About Mary", body=" ")
        letter.to_address = "nobody@example"
        with (
            patch.object(type(self.provider), "max_message_bytes", 0),
            self.assertRaises(UserError) as refused,
        ):
            letter.action_send_message()
        for words in ("Enter a message", "patient's name or record number"):
            self.assertIn(words, str(refused.exception))
        self.assertEqual(letter.state, "draft")

    def test_a_subject_that_named_the_patient_is_not_sent_back(self):
        letter = self.letter(self.filed(subject="Report on Mary Quill"))
        self.assertNotIn("Quill", letter.subject)

    def test_a_forward_takes_the_documents_that_are_left(self):
        html = b"<html><script>alert(1)</script></html>"
        message = self.filed(
            attachments=[
                {"name": name, "content": b64encode(content).decode()}
                for name, content in (("a.pdf", b"%PDF-1.4"), ("b.html", html))
            ]
        )
        letter = self.letter(message, "forward")
        self.assertEqual(letter.document_ids.mapped("name")[0], "a.pdf")
        self.assertEqual(letter.document_ids[1].mimetype, "application/octet-stream")
        letter.document_ids = letter.document_ids[0]
        letter.to_address = " Maya.Chen@lakeview-cardiology.direct.sandbox.test"
        letter.action_send_message()
        self.run_cron("ir_cron_send")
        forward = self.env["direct.message"].search(
            [("direction", "=", "out"), ("subject", "=like", "Fwd:%")], limit=1
        )
        arrived = self.sandbox.message(forward.external_id)
        self.assertEqual(arrived["to"], "maya.chen@lakeview-cardiology.direct.sandbox.test")
        self.assertEqual([file["name"] for file in arrived["attachments"]], ["a.pdf"])
        self.assertFalse(arrived["in_reply_to"])
        self.assertIn("forward", message.sudo().event_ids.mapped("type"))

    def test_a_reply_is_offered_all_that_came_once(self):
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as packed:
            packed.writestr("inner.txt", "K 6.9")
        contents = {"a.pdf": b"%PDF-1.4", "records.zip": package.getvalue()}
        message = self.filed(
            attachments=[
                {"name": name, "content": b64encode(content).decode()}
                for name, content in contents.items()
            ]
        )
        self.assertEqual(len(message.attachment_ids), 3)
        letter = self.letter(message)
        self.assertEqual((letter.document_ids.ids, letter.has_more), ([], True))
        letter.action_attach_received()
        self.assertEqual({one.name: one.raw for one in letter.document_ids}, contents)
        self.assertFalse(letter.has_more)
        letter.action_attach_received()
        self.assertEqual(len(letter.document_ids), 2)
        letter.document_ids -= letter.document_ids[0]
        self.assertTrue(letter.has_more)
        with self.assertRaises(AccessError):
            letter.with_user(self.colleague).action_attach_received()

    def test_not_authenticated_it_is_held(self):
        letter = self.letter(self.filed())
        self.practice._set_not_authenticated()
        letter.action_send_message()
        self.assertEqual(letter.sudo().message_id.reply_ids.state, "held")

    def test_a_letter_is_its_author_s_alone(self):
        letter = self.letter(self.filed())
        for user in (self.colleague, self.manager):
            for act in (letter.with_user(user).read, letter.with_user(user).action_send_message):
                with self.assertRaises(AccessError):
                    act()
        for values in ({"author_id": self.colleague.id}, {"state": "sent"}, {"to_address": "x"}):
            with self.assertRaises(UserError):
                letter.write(values)
