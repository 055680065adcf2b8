from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...hisp import errors
from ...hisp.base import Accepted, Event, EventType
from ...hisp.sandbox import SandboxHisp
from ..common import DirectCommon

WRONG = "nobody@lakeview-cardiology.direct.sandbox.test"
RIGHT = "maya.chen@lakeview-cardiology.direct.sandbox.test"


@tagged("post_install", "-at_install")
class TestRepair(DirectCommon):
    """What a person does about a message that did not arrive, and how he learns of it."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.clear_faults)
        self.message = self.send(self.make_referral())
        self.referral = self.message.referral_id

    def break_it(self):
        self.message._set_failed("The mailbox of Mary Quill is full.", "Check the address.")

    def become(self, state):
        self.message.state = "sending"
        if state == "failed":
            self.break_it()
        elif state == "uncertain":
            self.message._set_uncertain(errors.Uncertain())
        else:
            self.message._set_accepted({self.message.id: Accepted("msg-1")})
            self.message._update_state("unconfirmed")
        return self.message.with_user(self.clinician)

    def resend(self, message, to_address=RIGHT):
        window = self.env["direct.resend"].browse(message.action_send_again()["res_id"])
        window = window.with_user(message.env.user)
        window.to_address = to_address
        window.action_send()
        return self.message.resend_ids[:1]

    def activities(self):
        return self.referral.activity_search(["direct_messaging.activity_type_attention"])

    # --- send again --------------------------------------------------------------------------

    def test_sent_again_it_is_another_message_and_the_first_stays_as_it_was(self):
        for state in ("failed", "uncertain", "unconfirmed"):
            with self.subTest(state):
                self.message = self.send(self.make_referral())
                self.referral = self.message.referral_id
                message = self.become(state)
                self.assertEqual(self.referral.state, "attention")
                again = self.resend(message)
                self.assertNotEqual(again.idempotency_key, message.idempotency_key)
                self.assertEqual(
                    again.attachment_ids.mapped("checksum"),
                    self.message.attachment_ids.mapped("checksum"),
                )
                self.assertEqual((self.message.state, self.referral.state), (state, "sent"))
                self.run_cron("ir_cron_send")
                self.run_cron("ir_cron_poll")
                self.assertEqual((again.state, self.referral.state), ("delivered", "delivered"))

    def test_it_can_be_sent_again_once(self):
        message = self.become("failed")
        self.resend(message)
        with self.assertRaisesRegex(UserError, "no longer needs attention"):
            self.resend(message)
        self.assertEqual(len(self.referral.direct_message_ids), 2)

    def test_when_the_first_arrived_after_all_the_referral_did(self):
        again = self.resend(self.become("unconfirmed"))
        self.message._update_state("delivered")
        self.assertEqual(self.referral.state, "delivered")
        again.state = "sending"
        again._set_failed("The mailbox is full.")
        self.assertEqual(self.referral.state, "delivered")

    def test_the_window_warns_where_it_may_arrive_twice(self):
        for state, warned in (("failed", False), ("uncertain", True), ("unconfirmed", True)):
            with self.subTest(state):
                message = self.become(state)
                window = self.env["direct.resend"].browse(message.action_send_again()["res_id"])
                self.assertEqual(window.may_arrive_twice, warned)

    def test_the_address_is_checked_again_and_may_be_corrected(self):
        self.message.to_address = WRONG
        message = self.become("failed")
        for to_address in (WRONG, "no address"):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.resend(message, to_address)
        self.assertFalse(self.message.resend_ids)
        again = self.resend(message, RIGHT.upper())
        self.assertEqual(again.to_address, RIGHT)
        self.assertEqual(again.partner_id.direct_address, RIGHT)

    def test_an_address_that_cannot_be_checked_now_stops_nothing(self):
        message = self.become("failed")
        with patch.object(SandboxHisp, "check_address", side_effect=errors.Unreachable):
            self.assertEqual(self.resend(message).state, "queued")

    def test_only_the_sender_and_administrators_may(self):
        message = self.become("failed")
        for method in ("action_send_again", "action_sent_another_way", "action_ask_again"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(message.with_user(self.colleague), method)()
        self.assertTrue(self.resend(message.with_user(self.manager)))

    def test_the_window_of_another_user_is_not_readable(self):
        window = self.env["direct.resend"].browse(
            self.become("failed").action_send_again()["res_id"]
        )
        self.assertFalse(self.env["direct.resend"].with_user(self.manager).search([]))
        with self.assertRaises(AccessError):
            window.with_user(self.manager).read(["to_address"])

    # --- ask again ---------------------------------------------------------------------------

    def test_an_uncertain_message_is_asked_about_when_a_person_says_so(self):
        for answer, state in ((Accepted("msg-7"), "accepted"), (None, "failed")):
            with self.subTest(state):
                message = self.become("uncertain")
                with patch.object(SandboxHisp, "find", return_value=answer):
                    message.action_ask_again()
                self.assertEqual(self.message.state, state)

    def test_a_provider_that_cannot_be_asked_says_so(self):
        message = self.become("uncertain")
        with (
            patch.object(SandboxHisp, "find", side_effect=errors.CannotTell),
            self.assertRaisesRegex(UserError, "can't tell us"),
        ):
            message.action_ask_again()

    # --- another way -------------------------------------------------------------------------

    def test_sent_another_way_it_needs_no_attention_any_more_and_is_not_called_delivered(self):
        message = self.become("failed")
        message.action_sent_another_way()
        self.assertEqual(
            (self.message.state, self.referral.state, self.message.needs_attention),
            ("failed", "another_way", False),
        )
        event = self.message.event_ids[-1]
        self.assertEqual(event.type, "another_way")
        self.assertIn(self.clinician.name, event.detail)

    def test_other_channels_of_the_note_are_offered(self):
        message = self.become("failed")
        [row] = self.referral.with_user(self.clinician).direct_delivery()
        offered = {action["label"]: action for action in row["actions"]}
        self.assertEqual(offered["Print"]["arguments"], ["print"])
        self.assertEqual(message.action_send_by("print")["type"], "ir.actions.report")
        with self.assertRaisesRegex(UserError, "isn't available"):
            message.action_send_by("direct")
        self.assertTrue(self.message.needs_attention, "printed is not sent")

    # --- the sender is told ------------------------------------------------------------------

    def test_the_sender_has_an_activity_until_it_is_settled(self):
        def deliver():
            event = Event("e1", EventType.DISPATCHED, fields.Datetime.now(), message_id="msg-1")
            self.env["direct.message.event"]._store(self.provider, [event])._handle()

        for state, settle in (
            ("failed", lambda: self.resend(self.message.with_user(self.clinician))),
            ("failed", lambda: self.message.with_user(self.clinician).action_sent_another_way()),
            ("unconfirmed", deliver),
        ):
            with self.subTest(state):
                self.message = self.send(self.make_referral())
                self.referral = self.message.referral_id
                self.become(state)
                activity = self.activities()
                self.assertEqual(activity.user_id, self.clinician)
                self.assertTrue(activity.summary)
                self.assertNotIn("Quill", f"{activity.summary} {activity.note}")
                settle()
                self.assertFalse(self.activities())

    def test_two_failures_of_one_referral_are_one_activity(self):
        referral = self.make_referral(
            recipients=("maya.chen@lakeview-cardiology", "theo.marsh@lakeview-cardiology")
        )
        messages = self.send(referral)
        self.referral = referral.sudo()
        for message in messages:
            message.state = "sending"
            message._set_failed("Refused.")
        self.assertEqual(len(self.activities()), 1)
        messages[0].is_sent_another_way = True
        messages._on_attention_changed()
        self.assertEqual(len(self.activities()), 1)
        messages[1].with_user(self.clinician).action_sent_another_way()
        self.assertFalse(self.activities())

    def test_the_daily_summary_has_counts_and_nothing_else(self):
        self.become("failed")
        self.clinician.with_user(self.clinician).direct_daily_summary = True
        self.colleague.direct_daily_summary = True
        mails = self.env["mail.mail"].search([])
        self.run_cron("ir_cron_summary")
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.recipient_ids, self.clinician.partner_id, "nothing to tell the other")
        self.assertIn("Failed: 1", mail.body_html)
        self.assertIn("/odoo/direct-attention", mail.body_html)
        for private in ("Quill", "mailbox", RIGHT, self.message.recipient_name):
            self.assertNotIn(private, f"{mail.subject} {mail.body_html}")

    def test_the_list_of_what_needs_attention_is_the_practice_s_for_its_administrator(self):
        self.become("failed")
        action = self.env.ref("direct_messaging.direct_message_action_attention")
        domain = [("needs_attention", "=", True)]
        self.assertEqual(action.domain.replace('"', "'"), str(domain))
        for user, sees in ((self.clinician, 1), (self.manager, 1), (self.colleague, 0)):
            with self.subTest(user.name):
                self.assertEqual(
                    self.env["direct.message"].with_user(user).search_count(domain), sees
                )

    # --- callback secret ---------------------------------------------------------------------

    def rotate(self):
        """Press the button: its transaction ends as that of a request; return whether it worked."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            provider = self.provider.with_env(self.env(cr=cr, user=self.manager))
            try:
                provider.action_rotate_callback_secret()
                works = True
            except UserError:
                cr.rollback()
                works = False
        self.env.invalidate_all()
        return works

    def test_a_rotated_secret_leaves_the_one_before_valid_for_a_day(self):
        first = self.provider._callback_secret()
        self.assertTrue(self.rotate())
        second = self.provider._callback_secret()
        self.assertEqual(self.provider._callback_secrets(), (second, first))
        self.assertNotIn(second, " ".join(self.provider.message_ids.mapped("body")))
        with freeze_time(fields.Datetime.now() + timedelta(days=1, minutes=1)):
            self.assertEqual(self.provider._callback_secrets(), (second,))

    def test_a_rotation_that_the_provider_did_not_answer_goes_on_with_the_same_secret(self):
        first = self.provider._callback_secret()
        with patch.object(SandboxHisp, "register_callback", side_effect=errors.Unreachable):
            self.assertFalse(self.rotate())
        tried, current = self.provider._callback_secrets()
        self.assertEqual(current, first)
        self.assertTrue(self.rotate())
        self.assertEqual(self.provider._callback_secrets(), (tried, first))

    def test_only_an_administrator_rotates_it(self):
        for user in (self.clinician, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.provider.with_user(user).action_rotate_callback_secret()
