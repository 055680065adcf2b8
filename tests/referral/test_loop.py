from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DirectCommon

CONSULTATION = b"""<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.4" extension="2015-08-01"/>
  <code code="34099-2" codeSystem="2.16.840.1.113883.6.1"/>
</ClinicalDocument>"""
CARE_PLAN = CONSULTATION.replace(b"22.1.4", b"22.1.15")
APPOINTMENT = datetime(2027, 3, 5, 14, 30)


@tagged("post_install", "-at_install")
class TestReferralLoop(DirectCommon):
    """What those who were referred to answer, and who may note it."""

    def setUp(self):
        super().setUp()
        self.referral = self.make_delivered()

    def steps(self):
        """What the chatter says, oldest first."""
        return "\n".join(self.referral.sudo().message_ids.sorted("id").mapped("body"))

    def note(self, *args, **kwargs):
        self.referral.sudo()._on_answered(self.make_answer(self.referral, *args, **kwargs))

    def by(self, user):
        return self.referral.with_user(user)

    def answer(self, answer, user=None, **values):
        """Press a button that asks for more, fill its window in and confirm."""
        buttons = {
            "scheduled": "action_scheduled",
            "declined": "action_declined",
            "closed": "action_close_loop",
        }
        action = getattr(self.referral.with_user(user or self.clinician), buttons[answer])()
        window = self.env[action["res_model"]].with_user(user or self.clinician)
        window = window.browse(action["res_id"])
        window.write(values)
        window.action_confirm()
        return window

    # --- what is waited for ------------------------------------------------------------------

    def test_it_waits_from_the_moment_it_may_have_arrived_and_not_after_a_failure(self):
        referral = self.make_referral()
        self.assertFalse(referral.loop_state)
        message = self.send(referral)
        for state, expected in (
            ("held", False),
            ("queued", False),
            ("accepted", "waiting"),
            ("unconfirmed", "waiting"),
            ("failed", False),
            ("delivered", "waiting"),
            ("cancelled", False),
        ):
            with self.subTest(state):
                message.state = state
                self.assertEqual(referral.loop_state, expected)

    def test_one_of_two_that_arrived_is_enough_to_wait(self):
        messages = self.send(
            self.make_referral(
                recipients=("maya.chen@lakeview-cardiology", "omar.haddad@lakeview-cardiology")
            )
        )
        messages[0].state = "failed"
        messages[1].state = "delivered"
        self.assertEqual(messages.referral_id.loop_state, "waiting")

    # --- answers -----------------------------------------------------------------------------

    def test_a_consult_report_is_noted_by_itself(self):
        for title, values in (
            ("Context", {"context_type": "referral/report"}),
            ("C-CDA", {"attachments": [("note.xml", "text/xml", CONSULTATION)]}),
        ):
            with self.subTest(title):
                self.referral = self.make_delivered()
                self.note(**values)
                self.assertEqual(self.referral.loop_state, "received")
                self.assertTrue(self.referral.reported_at)
                self.assertFalse(self.referral.has_answer)
                self.assertIn("Consult Report", self.steps())

    def test_anything_else_waits_for_a_person(self):
        for title, values in (
            ("text alone", {}),
            ("another Context", {"context_type": "referral/order"}),
            ("another document", {"attachments": [("plan.xml", "text/xml", CARE_PLAN)]}),
            ("no XML", {"attachments": [("x.pdf", "application/pdf", b"%PDF-1.4 \0")]}),
            ("broken", {"attachments": [("x.xml", "text/xml", CONSULTATION[:60])]}),
            (
                "another practice",
                {"context_type": "referral/report", "from_address": "x@other.direct.sandbox.test"},
            ),
        ):
            with self.subTest(title):
                self.referral = self.make_delivered()
                self.note(**values)
                self.assertEqual(
                    (self.referral.loop_state, self.referral.has_answer), ("waiting", True)
                )

    def test_repeats_and_disorder_change_nothing(self):
        report = self.make_answer(self.referral, context_type="referral/report")
        self.referral.sudo()._on_answered(report)
        self.note()
        self.assertTrue(self.referral.has_answer)
        steps = self.steps()
        self.referral.sudo()._on_answered(report)
        self.assertEqual((self.referral.loop_state, self.steps()), ("received", steps))
        for late in ("accepted", "scheduled", "declined"):
            with self.subTest(late):
                self.assertFalse(self.referral.sudo()._set_answer(late))
                self.assertEqual(self.referral.loop_state, "received")

    def test_an_answer_that_overtakes_the_delivery_counts(self):
        referral = self.referral = self.make_referral()
        self.send(referral).write({"state": "accepted"})
        self.note(context_type="referral/report")
        referral.sudo().direct_message_ids[-1].write({"state": "failed"})
        self.assertEqual(referral.loop_state, "received")

    def test_a_person_marks_what_the_other_side_says(self):
        self.note()
        self.by(self.clinician).action_accepted()
        self.assertEqual((self.referral.loop_state, self.referral.has_answer), ("accepted", False))
        self.answer("scheduled", appointment_at=APPOINTMENT)
        self.assertEqual(self.referral.appointment_at, APPOINTMENT)
        self.by(self.clinician).action_report_received()
        self.assertEqual(self.referral.loop_state, "received")
        with self.assertRaisesRegex(UserError, "marked Report Received.*Reopen"):
            self.by(self.clinician).action_accepted()
        for step in ("Accepted: Dr. Zoë Adler", "Scheduled: ", "Report Received: Dr. Zoë Adler"):
            self.assertIn(step, self.steps())

    def test_what_belongs_to_an_answer_is_asked_for(self):
        for answer, words in (("scheduled", "appointment"), ("declined", "why")):
            with self.subTest(answer), self.assertRaisesRegex(UserError, words):
                self.answer(answer)
        self.assertEqual(self.referral.loop_state, "waiting")

    def test_declined_gives_the_author_something_to_do(self):
        self.answer("declined", self.manager, note="Mary is outside our area.")
        self.assertEqual(self.referral.decline_reason, "Mary is outside our area.")
        activity = self.referral.sudo().activity_ids
        self.assertEqual(activity.user_id, self.clinician)
        self.assertIn("declined", activity.summary)
        self.assertNotIn("Mary", f"{activity.summary} {activity.note} {self.steps()}")
        self.by(self.clinician).action_accepted()
        self.assertFalse(self.referral.sudo().activity_ids)

    # --- closing -----------------------------------------------------------------------------

    def test_a_person_closes_it_and_may_reopen_it(self):
        self.by(self.clinician).action_report_received()
        self.answer("closed", note="Murmur is innocent.")
        self.assertEqual(self.referral.loop_state, "closed")
        self.assertEqual(self.referral.closed_by_id, self.clinician)
        self.assertTrue(self.referral.closed_at)
        self.assertEqual(self.referral.outcome, "Murmur is innocent.")
        self.assertNotIn("Murmur", self.steps())
        with self.assertRaisesRegex(UserError, "already closed"):
            self.answer("closed")

        self.by(self.clinician).action_reopen_loop()
        self.assertEqual(self.referral.loop_state, "received")
        self.by(self.clinician).action_reopen_loop()
        self.assertEqual(self.referral.loop_state, "waiting")
        with self.assertRaisesRegex(UserError, "already open"):
            self.by(self.clinician).action_reopen_loop()
        self.assertEqual(self.steps().count("Reopened: Dr. Zoë Adler"), 2)

    def test_a_report_after_closing_is_shown_and_opens_nothing(self):
        self.answer("closed")
        self.note(context_type="referral/report")
        self.assertEqual((self.referral.loop_state, self.referral.has_answer), ("closed", True))

    # --- rights ------------------------------------------------------------------------------

    def test_who_has_nothing_to_do_with_it_notes_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_manager", company=company)
        for user in (self.colleague, self.outsider, stranger):
            for method in (
                "action_accepted",
                "action_scheduled",
                "action_declined",
                "action_report_received",
                "action_close_loop",
                "action_reopen_loop",
            ):
                with self.subTest(user.name, method=method), self.assertRaises(AccessError):
                    getattr(self.by(user), method)()
            with self.subTest(user.name, answer="closed"), self.assertRaises(AccessError):
                self.answer("closed", user)
        self.assertEqual(self.referral.loop_state, "waiting")

    def test_what_decides_is_not_written_by_rpc(self):
        for values in (
            {"loop_state": "closed"},
            {"answer": "received"},
            {"closed_at": fields.Datetime.now()},
            {"report_due_on": fields.Date.today() + timedelta(days=99)},
            {"outcome": "x"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.by(self.clinician).write(values)

    def test_what_was_typed_into_the_window_is_its_users_alone(self):
        window = self.answer("declined", note="Mary is outside our area.")
        self.assertFalse(window.note)
        with self.assertRaises(AccessError):
            window.with_user(self.manager).read(["answer"])

    def test_what_was_not_sent_has_no_answer(self):
        self.referral = self.make_referral()
        with self.assertRaisesRegex(UserError, "hasn't been sent"):
            self.by(self.clinician).action_report_received()
