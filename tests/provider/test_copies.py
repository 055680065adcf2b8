"""A copy of the database does not speak. With a real dump: bin/lib/checks/copies.py."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ...models.provider import copies
from ..common import DirectCommon
from ..kit import expect_log


@tagged("post_install", "-at_install")
class TestCopies(DirectCommon):
    def become_a_copy(self, other="another database"):
        self.env["ir.config_parameter"].set_param(copies.SPEAKS_AS, other)
        self.env.invalidate_all()

    def send_due(self):
        with expect_log("odoo.addons.direct_messaging", "Paused: this database is a copy", "ERROR"):
            self.run_cron("ir_cron_send")

    def test_the_first_provider_that_is_enabled_says_who_speaks(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(copies.SPEAKS_AS, False)
        provider = self.make_provider(state="disabled")
        self.assertFalse(parameters.get_param(copies.SPEAKS_AS))
        provider.state = "test"
        known = parameters.get_param(copies.SPEAKS_AS)
        self.assertEqual(known, self.env["direct.installation"]._identity())
        self.become_a_copy()
        provider.write({"state": "disabled"})
        provider.write({"state": "test"})
        self.assertEqual(parameters.get_param(copies.SPEAKS_AS), "another database")

    def test_another_database_or_another_server_is_a_copy(self):
        installation = self.env["direct.installation"]
        self.assertTrue(installation._may_speak())
        with patch.object(copies, "_server_id", lambda: "another server"):
            self.assertFalse(installation._may_speak())
        query = type(self.env).execute_query
        with patch.object(
            type(self.env),
            "execute_query",
            lambda env, sql: [(1, 2)] if "oid" in sql.code else query(env, sql),
        ):
            self.assertFalse(installation._may_speak())

    def test_a_copy_neither_sends_nor_fetches_nor_asks(self):
        message = self.send(self.make_referral())
        self.become_a_copy()
        self.assertTrue(self.provider.is_paused)
        self.send_due()
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "queued")
        for call in (
            lambda: self.provider.action_test_connection(),
            lambda: self.provider._address_status("a@b.direct.sandbox.test", ""),
        ):
            call()
        self.assertIn("Paused", self.provider.check_result)
        with self.assertRaisesRegex(UserError, "Paused: this database is a copy"):
            self.env["direct.account"]._create_address(self.colleague, self.practice, "ben")
        activity = self.practice.activity_ids
        self.assertIn("on hold", activity[:1].summary)

    def test_every_adapter_is_made_of_what_a_copy_refuses(self):
        for code, _label in self.provider._fields["code"]._description_selection(self.env):
            with self.subTest(code):
                provider = self.env["direct.provider"].create({"name": code, "code": code})
                self.become_a_copy()
                with self.assertRaisesRegex(UserError, "Paused"):
                    provider._hisp()

    def test_an_administrator_says_that_it_is_production_now(self):
        message = self.send(self.make_referral())
        self.become_a_copy()
        self.provider.with_user(self.manager).action_take_over()
        self.assertFalse(self.provider.is_paused)
        self.assertEqual(message.state, "sending", "the other one may have sent it")
        self.run_cron("ir_cron_send")
        self.assertIn("asking", message.event_ids.mapped("type"))
        self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "accepted")
        self.assertIn("is production now", str(self.provider.message_ids.mapped("body")))

    def test_what_the_other_one_sent_is_not_sent_again(self):
        message = self.send(self.make_referral())
        self.run_cron("ir_cron_send")
        external_id = message.external_id
        message.write(
            {"state": "queued", "external_id": False, "next_attempt_at": message.queued_at}
        )
        self.become_a_copy()
        self.provider.with_user(self.manager).action_take_over()
        self.run_cron("ir_cron_send")
        self.assertEqual((message.state, message.external_id), ("accepted", external_id))

    def test_only_who_administers_all_says_so(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        shared = self.make_provider(name="Another", company_id=elsewhere.id)
        self.become_a_copy()
        for user in (self.clinician, self.manager):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.provider.with_user(user).action_take_over()
        self.assertTrue(shared.is_paused)

    def test_a_neutralized_copy_is_connected_anew(self):
        self.become_a_copy()
        with file_open("direct_messaging/data/neutralize.sql") as statements:
            self.env.cr.execute(statements.read())
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.assertFalse(self.provider.is_paused)
