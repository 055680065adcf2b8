import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestReferral(DirectCommon):
    # --- begin -------------------------------------------------------------------------------

    def test_a_referral_starts_from_a_signed_note(self):
        note = self.make_note(signed=False)
        with self.assertRaisesRegex(UserError, "Sign the note first"):
            note.action_send_referral("direct")
        note.action_sign()
        action = note.action_send_referral("direct")
        self.assertEqual((action["name"], action["target"]), ("Send Referral", "new"))

    def test_the_draft_that_was_begun_is_continued(self):
        note = self.make_note()
        first = note.action_send_referral("direct")["res_id"]
        self.assertEqual(note.action_send_referral("direct")["res_id"], first)
        colleagues = note.with_user(self.colleague).action_send_referral("direct")["res_id"]
        self.assertNotEqual(colleagues, first)

    def test_channels_are_those_of_the_hook(self):
        note = self.make_note()
        self.assertEqual(
            [channel["label"] for channel in note.direct_referral_channels()],
            ["Direct Message", "Print"],
        )
        self.assertEqual(note.action_send_referral("print")["type"], "ir.actions.report")
        for channel in ("fax", "__class__", "", None):
            with self.subTest(channel), self.assertRaisesRegex(UserError, "isn't available"):
                note.action_send_referral(channel)

    def test_it_is_prefilled_without_patient_data_in_the_subject(self):
        referral = self.make_referral()
        self.assertEqual(referral.subject, "Referral from Willow Creek Pediatrics, LLC")
        self.assertEqual(referral.patient_id, self.patient)
        self.assertEqual(referral.document_ids.mapped("name"), ["Clinical Note.pdf"])
        self.assertNotIn("Quill", referral.display_name)

    # --- recipients --------------------------------------------------------------------------

    def test_contacts_come_first_then_the_directory_then_what_was_typed(self):
        maya = "maya.chen@lakeview-cardiology.direct.sandbox.test"
        self.env["res.partner"].create({"name": "Maya C.", "direct_address": maya.upper()})
        found = self.make_referral(recipients=()).search_recipients("lakeview-cardiology")
        sources = [entry["source"] for entry in found["entries"]]
        self.assertEqual(sources, sorted(sources))
        self.assertEqual(found["entries"][0]["name"], "Maya C.")
        self.assertEqual([entry["address"] for entry in found["entries"]].count(maya), 1)
        self.assertFalse(found["notice"])

    def test_recipients_are_found_by_whatever_describes_them(self):
        self.env["res.partner"].create(
            {
                "name": "Ines Falk",
                "direct_npi": "1234567893",
                "direct_specialty": "Pulmonology",
                "direct_address": "ines@falk.direct.sandbox.test",
                "parent_id": self.env["res.partner"].create({"name": "Falk Lung Center"}).id,
            }
        )
        referral = self.make_referral(recipients=())
        for query in ("ines", "1234567893", "pulmo falk", "Lung Center", "ines@falk"):
            with self.subTest(query):
                names = [e["name"] for e in referral.search_recipients(query)["entries"]]
                self.assertIn("Ines Falk", names)

    def test_a_directory_that_is_down_does_not_hide_the_contacts(self):
        self.env["res.partner"].create(
            {"name": "Known Colleague", "direct_address": "k@known.direct.sandbox.test"}
        )
        self.move_provider("http://127.0.0.1:9")
        found = self.make_referral(recipients=()).search_recipients("known")
        self.assertEqual([entry["name"] for entry in found["entries"]], ["Known Colleague"])
        self.assertIn("can't be reached", found["notice"])

    def test_each_recipient_is_verified_with_the_reason(self):
        referral = self.make_referral(recipients=())
        for address, status, reason in (
            ("maya.chen@lakeview-cardiology.direct.sandbox.test", "verified", "has verified"),
            ("nobody@lakeview-cardiology.direct.sandbox.test", "invalid", "mailbox"),
            ("jane@gmail.com", "invalid", ""),
            ("not an address", "invalid", "name@practice"),
            ("dr@c.direct.untrusted.test", "unverified", ""),
        ):
            with self.subTest(address):
                id_ = referral.add_recipient({"address": address, "name": "X"})
                recipient = referral.recipient_ids.browse(id_)
                self.assertEqual(recipient.status, status)
                self.assertIn(reason, recipient.status_reason)
                self.assertTrue(recipient.status_reason)

    def test_an_unreachable_provider_leaves_a_recipient_not_verified(self):
        referral = self.make_referral(recipients=())
        self.move_provider("http://127.0.0.1:9")
        referral.add_recipient({"address": "a@b.direct.sandbox.test"})
        self.assertEqual(referral.recipient_ids.status, "unverified")
        self.assertIn("couldn't be checked", referral.recipient_ids.status_reason)

    def test_a_recipient_is_there_once_and_can_be_removed(self):
        referral = self.make_referral()
        with self.assertRaisesRegex(UserError, "already a recipient"):
            referral.add_recipient({"address": referral.recipient_ids.address.upper()})
        referral.remove_recipient(referral.recipient_ids.id)
        self.assertFalse(referral.recipient_ids)

    # --- send --------------------------------------------------------------------------------

    def test_all_that_is_missing_is_named_at_once_and_nothing_is_lost(self):
        referral = self.make_referral(recipients=("jane@gmail.direct.com",), reason=" ", subject="")
        with self.assertRaises(UserError) as caught:
            referral.action_send_message()
        for words in ("jane: This domain", "reason for the referral", "Enter a subject"):
            self.assertIn(words, str(caught.exception))
        self.assertEqual(referral.state, "draft")
        with self.assertRaisesRegex(UserError, "at least one recipient"):
            self.make_referral(recipients=()).action_send_message()

    def test_the_subject_must_not_tell_the_patient(self):
        for subject in ("Referral of Mary", "QUILL, follow-up", "about MRN-778"):
            with (
                self.subTest(subject),
                self.assertRaisesRegex(UserError, "subject contains the patient"),
            ):
                self.make_referral(subject=subject).action_send_message()

    def test_documents_that_are_too_large_are_refused_with_the_sizes(self):
        referral = self.make_referral()
        referral.document_ids = [
            Command.create(
                {
                    "name": "scan.bin",
                    "raw": b"\0" * 60 * 1024 * 1024,
                    "res_model": referral._name,
                    "res_id": referral.id,
                }
            )
        ]
        with self.assertRaisesRegex(UserError, "50.* too large.*10.00 Mb"):
            referral.action_send_message()
        self.assertEqual(len(referral.document_ids), 2)

    def test_nobody_sends_a_document_that_he_may_not_read(self):
        private = self.env["ir.attachment"].create({"name": "private", "raw": b"secret"})
        referral = self.make_referral()
        with self.assertRaises(AccessError):
            referral.document_ids = [Command.link(private.id)]
            referral.action_send_message()

    def test_two_recipients_make_two_messages(self):
        referral = self.make_referral(
            recipients=("maya.chen@lakeview-cardiology", "omar.haddad@lakeview-cardiology")
        )
        messages = self.send(referral)
        self.assertEqual(len(messages), 2)
        self.assertEqual(len(set(messages.mapped("idempotency_key"))), 2)
        for message in messages:
            self.assertEqual(
                message.attachment_ids.sorted("id").mapped("name"),
                ["Referral Note.xml", "Clinical Note.pdf"],
            )

    def test_sending_twice_sends_once(self):
        referral = self.make_referral()
        self.send(referral)
        with self.assertRaisesRegex(UserError, "already sent"):
            referral.action_send_message()
        self.assertEqual(len(referral.sudo().direct_message_ids), 1)

    def test_what_was_sent_cannot_be_changed_or_deleted(self):
        referral = self.make_referral()
        message = self.send(referral)
        for change in (
            lambda: referral.write({"reason": "Other"}),
            lambda: referral.add_recipient({"address": "a@b.example"}),
            lambda: referral.remove_recipient(referral.recipient_ids.id),
            referral.unlink,
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(UserError):
            message.unlink()

    def test_whoever_was_referred_to_becomes_a_contact(self):
        message = self.send(self.make_referral())
        self.assertEqual(message.partner_id.direct_address, message.to_address)
        self.assertTrue(message.partner_id.direct_verified_at)

    def test_without_a_provider_the_user_is_told_whom_to_ask(self):
        referral = self.make_referral()
        self.provider.state = "disabled"
        with self.assertRaisesRegex(UserError, "Ask an administrator.*kept as a draft"):
            referral.action_send_message()

    def test_not_authenticated_it_is_held_and_says_why(self):
        self.practice._set_not_authenticated()
        self.practice.legal_representative_ids = self.representative
        referral = self.make_referral()
        action = referral.action_send_message()
        self.assertIn("Lee Legal can authenticate it", action["params"]["message"])
        self.assertEqual(referral.state, "held")
        [row] = referral.direct_delivery()
        self.assertEqual((row["label"], row["tone"]), ("Held", "warning"))
        self.assertIn("Lee Legal", row["advice"])
        self.assertIn("Ask Them", [action["label"] for action in row["actions"]])

        self.practice._set_authenticated()
        self.assertEqual(referral.sudo().direct_message_ids.state, "queued")

    # --- rights ------------------------------------------------------------------------------

    def test_others_of_the_practice_see_where_it_stands_but_do_not_act(self):
        referral = self.make_referral()
        self.send(referral)
        theirs = referral.with_user(self.colleague)
        [row] = theirs.direct_delivery()
        self.assertEqual((row["state"], row["actions"]), ("queued", []))
        with self.assertRaises(AccessError):
            theirs.write({"reason": "Other"})
        with self.assertRaises(AccessError):
            theirs.action_send_message()
        with self.assertRaises(AccessError):
            referral.sudo().direct_message_ids.with_user(self.colleague).read(["body"])

    def test_users_without_rights_and_of_other_companies_see_nothing(self):
        referral = self.make_referral()
        message = self.send(referral).sudo(False)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_manager", company=company)
        for user in (self.outsider, self.representative, stranger):
            for method in ("direct_delivery", "action_send_message", "action_open_window"):
                with self.subTest(user.name, method=method), self.assertRaises(AccessError):
                    getattr(referral.with_user(user), method)()
            for record in (referral, message, message.event_ids, referral.recipient_ids):
                with self.subTest(user.name, model=record._name), self.assertRaises(AccessError):
                    record.with_user(user).read(["create_date"])

    def test_fields_that_decide_are_not_written_by_rpc(self):
        referral = self.make_referral()
        for values in (
            {"state": "delivered"},
            {"author_id": self.colleague.id},
            {"patient_id": self.make_patient("Other").id},
            {"recipient_ids": [Command.create({"name": "x", "address": "x@y.example"})]},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                referral.with_user(self.clinician).write(values)
        with self.assertRaises(AccessError):
            referral.recipient_ids.with_user(self.clinician).write({"status": "verified"})
        with self.assertRaises(AccessError):
            self.env["direct.message"].with_user(self.clinician).create({"to_address": "a@b.c"})

    def test_a_delivered_document_is_the_one_that_was_sent(self):
        referral = self.make_referral()
        sent = referral.document_ids.raw
        message = self.send(referral)
        self.run_cron("ir_cron_send")
        arrived = self.sandbox.attachment(message.external_id)
        self.assertEqual(base64.b64encode(arrived), base64.b64encode(sent))
