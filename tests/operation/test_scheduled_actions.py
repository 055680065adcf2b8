"""Scheduled actions run for months where nothing is set up yet, or something was taken away."""

import os
from datetime import datetime, timedelta
from unittest.mock import patch

from cryptography.fernet import Fernet
from freezegun import freeze_time
from odoo.tests import tagged

from ..common import DirectCommon
from ..kit import expect_log

NOBODY_LISTENS = "http://127.0.0.1:9"
EVERY_DAY = os.environ.get("DIRECT_MESSAGING_FULL") == "1"
DAYS = range(31) if EVERY_DAY else (0, 2, 30)


@tagged("post_install", "-at_install")
class TestEmptyStates(DirectCommon):
    """Empty and half-configured are normal: nothing raises, and Odoo switches nothing off."""

    authenticated = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ids = cls.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "=like", "direct\\_messaging%")]
        )
        actions = cls.env["ir.cron"].browse(ids.mapped("res_id"))
        # Those that help another do the same
        cls.actions = [same[0] for same in actions.grouped("code").values()]

    def run_a_month(self):
        start = datetime.now()
        for day in DAYS:
            with freeze_time(start + timedelta(days=day), tick=True):
                for action in self.actions:
                    with self.enter_registry_test_mode():
                        problem = action.method_direct_trigger()
                    self.env.invalidate_all()
                    told = problem is not True and problem["params"]["data"]["message"]
                    self.assertEqual((action.failure_count, told), (0, False), action.name)
                    self.assertTrue(action.active, action.name)

    def remove_all(self):
        self.env["direct.practice"].search([]).unlink()
        self.env["res.company"].search([]).direct_provider_id = False
        self.env["direct.provider"].with_context(active_test=False).search([]).unlink()

    def make_practice(self, **values):
        practice = self.env["direct.practice"]._of_company(self.company).sudo()
        practice.write(values)
        return practice

    def make_account(self):
        practice = self.make_practice(
            domain="willow.direct.sandbox.test", authentication_state="authenticated"
        )
        self.account = (
            self.env["direct.account"]
            .sudo()
            .create(
                {
                    "user_id": self.clinician.id,
                    "practice_id": practice.id,
                    "address": "zoe@willow.direct.sandbox.test",
                }
            )
        )

    def make_messages(self):
        """One in each state that waits for something."""
        self.make_account()
        for state in ("draft", "held", "queued", "sending", "accepted", "uncertain"):
            self.env["direct.message"].sudo().create(
                {
                    "account_id": self.account.id,
                    "patient_id": self.patient.id,
                    "from_address": self.account.address,
                    "to_address": "maya@lake.direct.sandbox.test",
                    "subject": "Referral",
                    "body": "Please evaluate.",
                    "state": state,
                    "queued_at": datetime.now(),
                    "next_attempt_at": datetime.now(),
                    "accepted_at": datetime.now(),
                }
            )

    def test_nothing_is_set_up(self):
        self.remove_all()
        self.run_a_month()

    def test_a_provider_that_no_practice_uses(self):
        for state in ("disabled", "test", "enabled"):
            with self.subTest(state):
                self.company.direct_provider_id = False
                self.env["direct.practice"].search([]).unlink()
                self.provider.state = state
                self.run_a_month()

    def test_a_provider_of_each_kind_that_misses_its_settings(self):
        """No window lets it be enabled so, but an upgrade may ask for more than there is."""
        self.make_messages()
        for code, _label in self.provider._fields["code"]._description_selection(self.env):
            with self.subTest(code):
                self.provider.write({"state": "disabled", "code": code})
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE direct_provider SET state = 'test', base_url = NULL,"
                    " api_key_sealed = NULL WHERE id = %s",
                    [self.provider.id],
                )
                self.env.invalidate_all()
                self.run_a_month()

    def test_a_practice_without_domain(self):
        self.run_a_month()

    def test_a_practice_that_is_not_authenticated(self):
        self.make_practice(domain="willow.direct.sandbox.test")
        self.run_a_month()

    def test_a_practice_without_account(self):
        self.make_practice(
            domain="willow.direct.sandbox.test", authentication_state="authenticated"
        )
        self.run_a_month()

    def test_an_account_without_message(self):
        self.make_account()
        self.run_a_month()

    def test_messages_and_a_provider_that_is_away(self):
        self.make_messages()
        self.move_provider(NOBODY_LISTENS)
        self.run_a_month()

    def test_messages_and_a_provider_that_was_taken_away(self):
        self.make_messages()
        for name, values in {
            "disabled": {"state": "disabled"},
            "archived": {"state": "test", "active": False},
        }.items():
            with self.subTest(name):
                self.provider.write(values)
                self.run_a_month()

    def test_messages_of_somebody_who_has_left(self):
        self.make_messages()
        self.move_provider(NOBODY_LISTENS)
        self.account.active = False
        self.clinician.active = False
        self.run_a_month()

    def test_the_sealing_key_is_missing_or_another_one(self):
        self.make_messages()
        queued = self.env["direct.message"].search(
            [("account_id", "=", self.account.id), ("state", "=", "queued")]
        )
        for key in ("", Fernet.generate_key().decode()):
            practice = self.account.practice_id
            practice.activity_ids.unlink()
            with (
                self.subTest(key=bool(key)),
                patch.dict(os.environ, DIRECT_MESSAGING_KEY=key),
                expect_log("odoo.addons.direct_messaging", "key", level="ERROR"),
            ):
                self.run_a_month()
            self.assertEqual(queued.state, "queued")
            self.assertIn("on hold", practice.activity_ids.summary)


@tagged("post_install", "-at_install")
class TestSwitchedOff(DirectCommon):
    authenticated = False

    def setUp(self):
        super().setUp()
        self.action = self.env.ref("direct_messaging.ir_cron_send")
        self.administrator = self.make_user("Root Admin", "base.group_system")

    def activities(self, action=None):
        return (action or self.action).activity_ids.filtered(
            lambda activity: activity.user_id == self.administrator
        )

    def test_administrators_are_told_when_odoo_switches_one_off_and_it_closes_by_itself(self):
        self.action.code = "1 / 0"
        # A week of failures, but for the last
        self.action.write(
            {"failure_count": 4, "first_failure_date": datetime.now() - timedelta(days=8)}
        )
        with expect_log("odoo.addons.base.models.ir_cron", "failed", level="ERROR"):
            self.run_cron("ir_cron_send")
        self.assertFalse(self.action.active)
        self.assertIn("switched off", self.activities().summary)
        self.action.with_user(self.administrator).active = True
        self.assertFalse(self.activities())

    def test_and_when_a_person_does(self):
        self.action.with_user(self.administrator).active = False
        self.assertIn("switched off", self.activities().summary)

    def test_other_addons_are_left_alone(self):
        other = self.env.ref("base.autovacuum_job")
        other.active = False
        self.assertFalse(self.activities(other))

    def test_failing_to_tell_fails_nothing_else(self):
        self.action.code = "1 / 0"
        self.action.write(
            {"failure_count": 4, "first_failure_date": datetime.now() - timedelta(days=8)}
        )
        with (
            patch.object(self.env.registry["ir.cron"], "activity_schedule", side_effect=KeyError),
            expect_log("odoo.addons.base.models.ir_cron", "failed", level="ERROR"),
            expect_log("odoo.addons.direct_messaging", "Nobody was told", level="ERROR"),
        ):
            self.run_cron("ir_cron_send")
        self.assertFalse(self.action.active)
