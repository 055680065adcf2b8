"""Reports about a message of which no id was ever learned: a person decides."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...hisp.base import Event, EventType
from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestProbable(DirectCommon):
    def setUp(self):
        super().setUp()
        self.message = self.send(self.make_referral())
        self.lose_answer(self.message)

    def lose_answer(self, message):
        message.write(
            {"state": "uncertain", "problem": "x", "advice": "y", "next_attempt_at": False}
        )

    def report(self, id_="1", type_=EventType.DISPATCHED, **values):
        values = {"sender": self.message.from_address.upper(), **values}
        event = Event(id_, type_, message_id=f"unknown-{id_}", **values)
        stored = self.env["direct.message.event"]._store(self.provider, [event])
        stored._handle()
        return stored

    def row(self):
        return self.message._delivery_row(self.clinician)

    def test_it_is_shown_at_the_message_and_a_person_settles_it(self):
        report = self.report(recipient=self.message.to_address)
        self.assertIn("probably about this message: Delivered", self.row()["advice"])
        [action] = [a for a in self.row()["actions"] if a["method"] == "action_use_report"]
        self.assertEqual(self.message.state, "uncertain", "nobody decided yet")
        self.message.with_user(self.clinician).action_use_report(*action["arguments"])
        self.assertEqual((self.message.state, report.message_id), ("delivered", self.message))
        self.assertFalse(report.is_unmatched)
        self.assertEqual(self.message.external_id, "unknown-1", "later ones name the same")
        self.assertIn("report_used", self.message.event_ids.mapped("type"))
        with self.assertRaisesRegex(UserError, "already matched"):
            self.message.with_user(self.clinician).action_use_report(report.id)

    def test_which_reports_are_probably_about_it(self):
        mine, theirs = self.message.from_address, "other@elsewhere.test"
        for number, (sender, recipient, is_probable) in enumerate(
            (
                (mine, self.message.to_address, True),
                (mine, "", True),
                ("", self.message.to_address, True),
                (mine, theirs, False),
                (theirs, self.message.to_address, False),
                ("", "", False),
            )
        ):
            with self.subTest(sender=sender, recipient=recipient):
                report = self.report(f"r{number}", sender=sender, recipient=recipient)
                self.assertEqual(report in self.message._probable_reports(), is_probable)

    def test_not_of_a_message_that_was_sent_later_or_has_an_id(self):
        self.report()
        for values in (
            {"queued_at": fields.Datetime.now() + timedelta(hours=1)},
            {"external_id": "known"},
            {"state": "failed"},
        ):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                self.message.write(values)
                self.assertFalse(self.message._probable_reports())
                savepoint.rollback()

    def test_only_whose_message_it_is_settles_it(self):
        report = self.report()
        with self.assertRaises(AccessError):
            self.message.with_user(self.colleague).action_use_report(report.id)
        self.assertNotIn(
            "action_use_report",
            [action["method"] for action in self.message._delivery_row(self.colleague)["actions"]],
        )

    def test_what_stays_unmatched_is_listed_after_a_day(self):
        report = self.report(sender="")
        action = self.env.ref("direct_messaging.report_action")
        listed = self.env[action.res_model].with_user(self.manager).search
        domain = [("is_unmatched", "=", True)]
        self.assertIn(report, listed(domain))
        self.assertNotIn(report, listed([*domain, ("create_date", "<", "-1d")]))
        self.env.cr.execute(
            "UPDATE direct_message_event SET create_date = create_date - interval '25 hours'"
            " WHERE id = %s",
            [report.id],
        )
        self.assertIn(report, listed([*domain, ("create_date", "<", "-1d")]))
