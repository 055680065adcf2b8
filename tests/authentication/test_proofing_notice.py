"""Whoever was authenticated learns of it, and can stop all sending."""

import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...models.authentication.proofing_notice import NOT_ME
from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestProofingNotice(DirectCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.practice.legal_representative_ids = self.representative
        self.other_manager = self.make_user("Mo Manager", "direct_messaging.group_manager")
        self.practice._set_authenticated(self.representative)

    def link(self):
        """The link of the notice that was sent last."""
        mail = self.env["mail.mail"].search([("body_html", "like", NOT_ME)], limit=1)
        return re.search(f'{NOT_ME}[^"]+', mail.body_html)[0]

    def press(self, link):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.url_open(link).text)[1]
        page = self.url_open(link, data={"csrf_token": token})
        self.env.invalidate_all()
        return page

    def test_who_is_told(self):
        [mail] = self.env["mail.mail"].search([("body_html", "like", NOT_ME)])
        self.assertEqual(mail.recipient_ids, self.representative.partner_id)
        self.assertIn("your identity was used", mail.body_html)
        told = self.env["mail.message"].search([("subject", "=", mail.subject)])
        told = told.notified_partner_ids - self.representative.partner_id
        self.assertLessEqual((self.manager | self.other_manager).partner_id, told)
        self.assertNotIn(NOT_ME, str(self.practice.message_ids.mapped("body")))

    def test_opening_the_link_changes_nothing(self):
        page = self.url_open(self.link())
        self.assertIn("Stop Sending", page.text)
        self.assertIn("frame-ancestors 'none'", page.headers["Content-Security-Policy"])
        self.env.invalidate_all()
        self.assertFalse(self.practice.frozen_at)

    def test_pressing_it_stops_all_sending(self):
        message = self.send(self.make_referral())
        page = self.press(self.link())
        self.assertIn("Sending has been stopped", page.text)
        self.assertTrue(self.practice.frozen_at)
        self.assertEqual(self.practice.authentication_state, "not_authenticated")
        self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "queued")
        self.assertEqual(self.send(self.make_referral()).state, "held")
        told = self.env["mail.message"].search([("subject", "like", "Sending has been stopped")])
        self.assertLessEqual(
            (self.manager | self.other_manager).partner_id, told.notified_partner_ids
        )
        self.assertIn("already been stopped", self.url_open(self.link()).text)

    def test_without_the_token_of_the_page_nothing_happens(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(self.link(), data={"x": "y"}).status_code, 400)
        self.env.invalidate_all()
        self.assertFalse(self.practice.frozen_at)

    def test_a_link_that_is_not_ours_or_of_before_stops_nothing(self):
        link = self.link()
        for url in (f"{NOT_ME}x", link[:-2], link + "A"):
            with self.subTest(url):
                self.assertIn("no longer valid", self.url_open(url).text)
        self.practice.authenticated_at = "2099-01-01 00:00:00"
        self.assertIn("no longer valid", self.url_open(link).text)

    def test_only_an_administrator_and_the_provider_clear_it(self):
        message = self.send(self.make_referral())
        self.practice.with_user(self.representative).action_freeze()
        self.practice._set_authenticated()
        self.assertEqual(self.practice.authentication_state, "not_authenticated")
        for user in (self.clinician, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.practice.with_user(user).action_unfreeze()
        self.sandbox.authenticate(self.practice.domain, False)
        with self.assertRaisesRegex(UserError, "doesn't allow"):
            self.practice.with_user(self.manager).action_unfreeze()
        self.sandbox.authenticate(self.practice.domain, True)
        self.practice.with_user(self.manager).action_unfreeze()
        self.assertEqual(self.practice.authentication_state, "authenticated")
        self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "accepted")

    def test_who_may_stop_sending(self):
        for user, may in ((self.clinician, False), (self.outsider, False), (self.manager, True)):
            with self.subTest(user.name):
                if may:
                    self.practice.with_user(user).action_freeze()
                else:
                    with self.assertRaises(AccessError):
                        self.practice.with_user(user).action_freeze()
                self.assertIs(bool(self.practice.frozen_at), may)
