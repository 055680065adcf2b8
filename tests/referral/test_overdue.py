from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from psycopg2 import IntegrityError

from ..common import DirectCommon

TODAY = fields.Date.today()


@tagged("post_install", "-at_install")
class TestOverdue(DirectCommon):
    """Delivered, and no report came in time."""

    def make_overdue(self, **values):
        referral = self.make_delivered(**values).sudo()
        referral.direct_message_ids.delivered_at -= timedelta(days=referral.report_days + 1)
        return referral

    def reminders(self, referral):
        referral.invalidate_recordset()
        return referral.activity_ids.filtered(
            lambda activity: "No consult report" in activity.summary
        )

    def test_how_long_a_report_may_take_is_set_for_each_urgency(self):
        delivered = datetime(2027, 3, 1, 10)
        for urgency, days in (("routine", 14), ("urgent", 7), ("stat", 2)):
            with self.subTest(urgency):
                referral = self.make_delivered(urgency=urgency).sudo()
                referral.direct_message_ids.delivered_at = delivered
                self.assertEqual(referral.report_due_on, date(2027, 3, 1) + timedelta(days=days))

    def test_the_administrator_changes_it_for_what_is_sent_from_then_on(self):
        before = self.make_delivered()
        settings = self.env["res.config.settings"].with_company(self.company)
        with Form(settings.create({"company_id": self.company.id})) as form:
            form.direct_report_days_routine = 30
        form.save().execute()
        self.assertEqual(self.make_delivered().report_due_on, TODAY + timedelta(days=30))
        self.make_answer(before)
        self.assertEqual(before.report_due_on, TODAY + timedelta(days=14))
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.company.direct_report_days_stat = 0
            self.env.flush_all()

    def test_an_appointment_moves_it(self):
        referral = self.make_delivered().with_user(self.clinician)
        appointment = fields.Datetime.now() + timedelta(days=40)
        referral._mark_scheduled(appointment)
        self.assertEqual(referral.report_due_on, appointment.date() + timedelta(days=14))

    def test_overdue_is_what_was_delivered_and_has_no_report(self):
        overdue = self.make_overdue()
        today = self.make_delivered().sudo()
        today.direct_message_ids.delivered_at -= timedelta(days=today.report_days)
        answered = self.make_overdue()
        answered._set_answer("received")
        closed = self.make_overdue()
        closed._close_loop()
        failed = self.make_overdue()
        failed.direct_message_ids.state = "failed"
        all_of_them = overdue | today | answered | closed | failed
        self.assertEqual(all_of_them.filtered("is_overdue"), overdue)
        found = self.env["direct.referral"].search(
            [("is_overdue", "=", True), ("id", "in", all_of_them.ids)]
        )
        self.assertEqual(found, overdue)

    def test_the_oldest_comes_first(self):
        action = self.env["ir.actions.actions"]._for_xml_id("direct_messaging.overdue_action")
        view_id = next(id_ for id_, mode in action["views"] if mode == "list")
        arch = self.env["direct.referral"].get_view(view_id, "list")["arch"]
        self.assertIn('default_order="report_due_on, id"', arch)

    # --- reminders ---------------------------------------------------------------------------

    def test_the_author_is_reminded_once(self):
        referral = self.make_overdue()
        for _run in range(3):
            self.run_cron("ir_cron_overdue")
        [reminder] = self.reminders(referral)
        self.assertEqual(reminder.user_id, self.clinician)
        self.assertNotIn("Quill", f"{reminder.summary} {reminder.note} {reminder.res_name}")

    def test_and_again_after_another_period(self):
        referral = self.make_overdue()
        self.run_cron("ir_cron_overdue")
        self.reminders(referral).action_done()
        for days, expected in ((13, 0), (14, 1), (15, 1)):
            with self.subTest(days=days), freeze_time(datetime.now() + timedelta(days=days)):
                self.run_cron("ir_cron_overdue")
                self.assertEqual(len(self.reminders(referral)), expected)

    def test_a_reminder_that_is_still_open_is_not_doubled(self):
        referral = self.make_overdue()
        self.run_cron("ir_cron_overdue")
        with freeze_time(datetime.now() + timedelta(days=20)):
            self.run_cron("ir_cron_overdue")
        self.assertEqual(len(self.reminders(referral)), 1)

    def test_it_is_settled_by_the_report_and_by_closing(self):
        for title, settle in (
            (
                "report",
                lambda referral: referral._on_answered(
                    self.make_answer(referral, context_type="referral/report")
                ),
            ),
            ("closed", lambda referral: referral._close_loop()),
            ("declined", lambda referral: referral._mark_declined("Full.")),
        ):
            with self.subTest(title):
                referral = self.make_overdue()
                self.run_cron("ir_cron_overdue")
                self.assertTrue(self.reminders(referral))
                settle(referral)
                self.assertFalse(self.reminders(referral))

    def test_no_e_mail_says_anything_about_the_patient(self):
        self.clinician.notification_type = "email"
        known = self.env["mail.mail"].search([])
        self.make_overdue()
        self.run_cron("ir_cron_overdue")
        mails = self.env["mail.mail"].search([]) - known
        self.assertTrue(mails)
        for mail in mails:
            self.assertNotIn("Quill", f"{mail.subject} {mail.body_html}")

    def test_when_the_author_has_left_somebody_else_is_reminded(self):
        referral = self.make_overdue()
        self.clinician.active = False
        self.run_cron("ir_cron_overdue")
        self.assertEqual(self.reminders(referral).user_id, self.manager)
        self.account.delegate_ids = self.colleague
        self.reminders(referral).unlink()
        referral.remind_on = False
        self.run_cron("ir_cron_overdue")
        self.assertEqual(self.reminders(referral).user_id, self.colleague)

    def test_one_that_breaks_does_not_stop_the_others(self):
        broken, other = self.make_overdue(), self.make_overdue()
        remind = type(broken)._remind

        def break_one(referral, today):
            if referral == broken:
                raise ValueError("Mary Quill")
            return remind(referral, today)

        with (
            patch.object(type(broken), "_remind", break_one),
            self.assertLogs("odoo.addons.direct_messaging", "ERROR") as logs,
        ):
            self.run_cron("ir_cron_overdue")
        self.assertTrue(self.reminders(other))
        self.assertNotIn("Quill", "\n".join(logs.output))

    def test_another_company_sees_nothing_of_it(self):
        referral = self.make_overdue()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_user", company=company)
        referrals = self.env["direct.referral"]
        self.assertFalse(referrals.with_user(stranger).search([("is_overdue", "=", True)]))
        self.assertIn(
            referral, referrals.with_user(self.colleague).search([("is_overdue", "=", True)])
        )
        with self.assertRaises(AccessError):
            referrals.with_user(self.outsider).search([("is_overdue", "=", True)])
