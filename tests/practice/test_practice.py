from unittest.mock import patch

from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestPractice(DirectCommon):
    authenticated = False

    @property
    def practice(self):
        return self.env["direct.practice"]._of_company(self.company)

    def test_choosing_a_provider_makes_the_practice(self):
        self.assertEqual(self.practice.provider_id, self.provider)
        self.assertFalse(self.practice.domain)

    def test_a_practice_without_a_domain_follows_its_company_to_another_provider(self):
        other = self.make_provider(name="Other")
        self.company.direct_provider_id = other
        self.assertEqual(self.practice.provider_id, other)

    def test_a_practice_with_a_domain_stays_with_its_provider(self):
        practice, _account = self.set_up(self.clinician)
        with self.assertRaisesRegex(UserError, "can't move to another provider"):
            self.company.direct_provider_id = self.make_provider(name="Other")
        with self.assertRaisesRegex(UserError, "permanent"):
            practice.domain = "other.direct.sandbox.test"

    def test_a_domain_that_a_crash_kept_us_from_noting_is_taken_over(self):
        practice, _account = self.set_up(self.clinician, label="willow-creek")
        self.env.cr.execute("UPDATE direct_practice SET domain = NULL")
        self.env.invalidate_all()
        self.env["direct.practice"]._create_domain(self.company, "another-name")
        self.assertEqual(practice.domain.partition(".")[0][:6], "willow")

    def test_who_comes_second_is_asked_to_wait(self):
        with (
            patch.object(type(self.company), "lock_for_update", side_effect=LockError("locked")),
            self.assertRaisesRegex(UserError, "already in progress"),
        ):
            self.env["direct.practice"]._create_domain(self.company, "second")

    def test_addresses_are_permanent(self):
        _practice, account = self.set_up(self.clinician)
        with self.assertRaisesRegex(AccessError, "can't be changed"):
            account.with_user(self.manager).write({"address": "x@y.example"})

    def test_appointing_gives_and_dismissing_takes_the_right_to_authenticate(self):
        group = self.env.ref("direct_messaging.group_legal_representative")
        practice = self.practice.with_user(self.manager).sudo(False)
        practice.legal_representative_ids = self.representative
        self.assertIn(group, self.representative.group_ids)
        practice.legal_representative_ids = [Command.clear()]
        self.assertNotIn(group, self.representative.group_ids)

    def test_administrators_are_no_legal_representatives(self):
        for group in ("direct_messaging.group_manager", "base.group_system"):
            user = self.make_user("Ana Admin", group)
            with self.subTest(group):
                self.assertFalse(user.has_group("direct_messaging.group_legal_representative"))

    def test_users_do_not_appoint(self):
        for user in (self.clinician, self.outsider, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.practice.sudo(False).with_user(user).legal_representative_ids = user

    def test_each_legal_representative_is_asked_once(self):
        practice = self.practice.sudo(False).with_user(self.clinician)
        with self.assertRaisesRegex(UserError, "no legal representative yet"):
            practice.action_ask_legal_representative()
        self.practice.legal_representative_ids = self.representative
        practice.action_ask_legal_representative()
        practice.action_ask_legal_representative()
        [activity] = self.practice.activity_ids
        self.assertEqual(activity.user_id, self.representative)
        self.assertIn(self.clinician.name, activity.note)

    def test_authentication_is_noticed_without_a_callback(self):
        practice, _account = self.set_up(self.clinician)
        practice._set_not_authenticated()
        self.run_cron("ir_cron_poll")
        self.assertEqual(practice.authentication_state, "authenticated")
        self.assertTrue(practice.authenticated_at)
