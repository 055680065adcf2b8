"""A provider that is disabled or archived: each message says what is true, and somebody is told."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DirectCommon

WAYS = {"archived": {"active": False}, "disabled": {"state": "disabled"}}
BACK = {"active": True, "state": "test"}


@tagged("post_install", "-at_install")
class TestResting(DirectCommon):
    def setUp(self):
        super().setUp()
        self.message = self.send(self.make_referral())
        # Whatever commits in between would end the test's transaction
        self.commit = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_, **__: 60.0
        )

    @contextmanager
    def undone(self):
        with self.env.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()

    def turn_off(self, way):
        self.provider.with_user(self.manager).write(WAYS[way])

    def late(self, message, days=2):
        message.next_attempt_at = fields.Datetime.now() - timedelta(days=days)

    def sent(self):
        keys = [row["idempotency_key"] for row in self.sandbox.messages(100)]
        return keys.count(self.message.idempotency_key)

    def test_what_waits_says_why_and_an_administrator_is_told(self):
        for way in WAYS:
            with self.subTest(way), self.undone():
                self.turn_off(way)
                self.assertEqual(self.message.state, "queued")
                self.assertIn("isn't sent", self.message.problem)
                self.assertIn("administrator", self.message.advice)
                self.assertEqual(len(self.practice.activity_ids), 1, "nobody was told")
                self.env["direct.message"]._settle_resting()
                self.assertEqual(len(self.practice.activity_ids), 1, "told once")

    def test_new_referrals_do_not_join_the_queue(self):
        for way in WAYS:
            with self.subTest(way), self.undone():
                referral = self.make_referral()
                self.turn_off(way)
                with self.assertRaisesRegex(UserError, "No Direct provider"):
                    referral.with_user(self.clinician).action_send_message()
                self.assertFalse(referral.sudo().direct_message_ids)

    def test_what_is_in_the_air_becomes_what_is_known(self):
        for way in WAYS:
            with self.subTest(way), self.undone():
                self.message._update_state("sending", next_attempt_at=fields.Datetime.now())
                self.turn_off(way)
                self.assertIn("whether it has the message", self.message.problem)
                self.late(self.message)
                self.env["direct.message"]._settle_resting()
                self.assertEqual(self.message.state, "uncertain")

    def test_what_was_accepted_becomes_unconfirmed(self):
        for way in WAYS:
            with self.subTest(way), self.undone():
                self.message.write(
                    {
                        "state": "accepted",
                        "accepted_at": fields.Datetime.now() - timedelta(days=2),
                        "next_attempt_at": False,
                    }
                )
                self.turn_off(way)
                with self.commit:
                    self.env["direct.message"]._mark_unconfirmed()
                self.assertEqual(self.message.state, "unconfirmed")

    def test_after_a_day_it_is_left_to_a_person(self):
        for way in WAYS:
            with self.subTest(way), self.undone():
                self.turn_off(way)
                self.late(self.message)
                self.env["direct.message"]._settle_resting()
                self.assertEqual(self.message.state, "failed")
                self.assertTrue(self.message.needs_attention)
                self.assertIn("send it again", self.message.advice)

    def test_in_use_again_within_a_day_it_goes_out(self):
        self.provider.write(WAYS["disabled"])
        self.provider.write(BACK)
        self.run_cron("ir_cron_send")
        self.assertEqual(self.sent(), 1)
        self.assertFalse(self.message.problem)

    def test_in_use_again_after_two_months_a_person_is_asked_first(self):
        self.provider.write(WAYS["disabled"])
        self.message.problem = False
        self.late(self.message, 60)
        self.env.cr.execute("UPDATE direct_provider SET state = 'test'")
        self.env.invalidate_all()
        self.run_cron("ir_cron_send")
        self.assertEqual(self.sent(), 0)
        self.assertEqual(self.message.state, "failed")
        self.assertIn("waited for more than a day", self.message.problem)

    def test_the_time_to_give_up_counts_from_the_release(self):
        """Held for two days, then released, and the provider is busy once."""
        self.message._update_state("sending")
        self.message._set_held()
        self.assertFalse(self.message.queued_at, "it looks sent")
        self.message._set_queued()
        self.sandbox.fault("unavailable", match={"path_prefix": "/v1/messages"}, times=1)
        self.addCleanup(self.sandbox.clear_faults)
        self.run_cron("ir_cron_send")
        self.assertIn(self.message.state, ("queued", "accepted", "delivered"))
