"""A practice on Updox, against its stand-in: set-up, authentication, sending, notices."""

import uuid

import requests
from lxml import etree
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from ...updox_stand_in.testing import running
from ..common import DirectCommon

RECIPIENT = "maya.chen@lakeview.direct.example.test"


@tagged("post_install", "-at_install")
class TestProviderUpdox(DirectCommon, HttpCase):
    authenticated = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.updox = cls.enterClassContext(running())

    def setUp(self):
        super().setUp()
        self.addCleanup(self.updox.clear_faults)
        self.application = self.updox.application()
        self.provider = self.env["direct.provider"].create(
            {
                "name": "Updox",
                "code": "updox",
                "state": "test",
                "base_url": self.updox.url,
                "private_network": True,
                "updox_application_id": self.application.id,
                "updox_password": self.application.password,
            }
        )
        self.company.direct_provider_id = self.provider
        self.practice = self.env["direct.practice"]._of_company(self.company)
        self.practice.legal_representative_ids = self.representative

    def set_up_practice(self, vetted=True):
        label = f"willow-{uuid.uuid4().hex[:8]}"  # the stand-in remembers what was rolled back
        self.env["direct.practice"]._create_domain(self.company, label)
        self.env["direct.account"]._create_address(self.clinician, self.practice, "dr.zoe")
        if vetted:
            self.application.toggle_vetted(self.practice.domain)
            self.practice.action_refresh_authentication()

    def refer(self):
        """Send a referral and let the outbox run; return the message."""
        message = self.send(self.make_referral(recipients=(RECIPIENT,)))
        self.run_cron("ir_cron_send")
        return message

    # --- settings ----------------------------------------------------------------------------

    def test_the_connection_is_tested_and_keeps_the_limits_of_the_agreement(self):
        self.provider.write({"max_message_bytes": 5_000_000, "confirmation_minutes": 90})
        self.provider.with_user(self.manager).action_test_connection()
        self.assertTrue(self.provider.check_ok, self.provider.check_result)
        self.assertEqual(self.provider.max_message_bytes, 5_000_000)
        self.assertEqual(self.provider.confirmation_minutes, 90)
        webhooks = self.application.look()["webhooks"]
        self.assertEqual(
            webhooks,
            dict.fromkeys(("inbound_mdn", "inbound_direct"), self.provider._callback_url()),
        )

    def test_a_wrong_password_is_said_in_words(self):
        self.provider.updox_password = "wrong"
        self.provider.with_user(self.manager).action_test_connection()
        self.assertFalse(self.provider.check_ok)
        self.assertIn("didn't accept the application ID", self.provider.check_result)

    def test_it_is_not_enabled_before_everything_is_entered(self):
        with self.assertRaisesRegex(
            UserError, "enter: Address, Application ID, Application Password"
        ):
            self.env["direct.provider"].create({"name": "U", "code": "updox", "state": "test"})

    def test_the_password_is_sealed_and_never_read_back(self):
        self.provider.with_user(self.manager).updox_password = "  very-secret  "
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM direct_provider WHERE id = %s", [self.provider.id])
        self.assertNotIn("very-secret", str(self.env.cr.fetchall()))
        self.assertEqual(self.provider._hisp_config().application_password, "very-secret")
        self.assertFalse(self.provider.with_user(self.manager).updox_password)
        with self.assertRaises(AccessError):
            self.provider.with_user(self.manager).read(["updox_password_sealed"])

    def test_a_neutralized_copy_has_no_password_and_is_disabled(self):
        self.env.flush_all()
        with file_open("direct_messaging/data/neutralize.sql") as statements:
            self.env.cr.execute(statements.read())
        self.env.invalidate_all()
        self.assertFalse(self.provider.updox_password_is_set)
        self.assertEqual(self.provider.state, "disabled")

    def test_the_form_explains_and_shows_what_applies(self):
        form = etree.fromstring(self.env["direct.provider"].get_view(view_type="form")["arch"])
        [notice] = form.xpath("//div[@invisible=\"code != 'updox'\"][contains(@class, 'alert')]")
        for words in ("partner agreement", "Receiving is off", "aren't signed"):
            self.assertIn(words, " ".join(notice.itertext()))
        for name, hidden_when in (
            ("api_key", "code == 'updox'"),
            ("proofing", "code == 'updox'"),
            ("updox_application_id", "code != 'updox'"),
            ("updox_password", "code != 'updox'"),
        ):
            with self.subTest(name):
                [field] = form.xpath(f"//field[@name='{name}']")
                around = [field, *field.iterancestors("div")]
                self.assertTrue(any(hidden_when in e.get("invisible", "") for e in around))

    # --- set-up and authentication -----------------------------------------------------------

    def test_domain_and_address_are_created_once(self):
        self.set_up_practice(vetted=False)
        self.assertRegex(self.practice.domain, r"^willow-\w+\.direct\.updox\.test$")
        account = self.env["direct.account"]._of_user(self.clinician, self.company)
        self.assertEqual(account.address, f"dr.zoe@{self.practice.domain}")
        looked = self.application.look()
        self.assertEqual((len(looked["practices"]), len(looked["users"])), (1, 1))

    def test_authentication_goes_to_the_page_of_updox_and_is_asked_about(self):
        self.set_up_practice(vetted=False)
        message = self.refer()
        self.assertEqual(message.state, "held")
        practice = self.practice.with_user(self.representative)
        hisp = self.provider._hisp()
        action = (
            self.env["direct.enrollment"]
            .with_user(self.representative)
            ._open_hosted_page(practice, hisp)
        )
        self.assertEqual((action["type"], action["target"]), ("ir.actions.act_url", "new"))
        self.assertEqual(self.practice.authentication_state, "not_authenticated")
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.practice.authentication_state, "not_authenticated")
        self.assertIn("color: green", requests.get(action["url"], timeout=10).text)
        requests.post(action["url"], timeout=10).raise_for_status()
        practice.action_refresh_authentication()
        self.assertEqual(self.practice.authentication_state, "authenticated")
        self.assertEqual(message.state, "queued")

    # --- sending -----------------------------------------------------------------------------

    def test_a_referral_arrives_whole_and_its_notices_are_believed(self):
        self.set_up_practice()
        self.provider.action_test_connection()
        message = self.refer()
        self.assertEqual(message.state, "accepted")
        [there] = self.application.messages()
        self.assertEqual(there["from"], f"dr.zoe@{self.practice.domain}")
        self.assertIn("Please evaluate.", there["textMessage"])
        self.assertEqual(len(there["attachments"]), len(message.attachment_ids))
        self.assertEqual(message.external_id, str(there["messageId"]))

    def test_a_lost_answer_is_uncertain_at_once_and_never_sent_again(self):
        self.set_up_practice()
        self.updox.fault("DirectMessageSend", "lost")
        message = self.refer()
        self.assertEqual(message.state, "sending")
        message.next_attempt_at = message.queued_at
        self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "uncertain")
        self.assertEqual(len(self.application.messages()), 1)

    def test_a_refused_recipient_fails_with_what_to_do(self):
        self.set_up_practice()
        self.updox.fault("DirectMessageSend", "code", 4651)
        message = self.refer()
        self.assertEqual(message.state, "failed")
        self.assertIn("doesn't exist", message.problem)
        self.assertEqual(message.provider_reference, "Updox 4651")

    # --- notices -----------------------------------------------------------------------------

    def post(self, payload, path=None):
        path = path or self.provider._callback_url().removeprefix(self.provider.get_base_url())
        return self.url_open(path, json=payload).status_code

    def test_a_notice_is_acted_upon_once(self):
        self.set_up_practice()
        message = self.refer()
        number = int(message.external_id)
        for _repeat in range(2):
            self.assertEqual(self.post({"messageId": number, "mdnStatus": "dispatched"}), 200)
        self.env.invalidate_all()
        self.run_cron("ir_cron_events")
        self.assertEqual(message.state, "delivered")
        [event] = message.event_ids.filtered(lambda event: event.type == "dispatched")
        self.assertIn("unsigned notice", event.detail)

    def test_a_failure_is_shown_as_one(self):
        self.set_up_practice()
        message = self.refer()
        self.post({"messageId": int(message.external_id), "mdnStatus": "failed"})
        self.env.invalidate_all()
        self.run_cron("ir_cron_events")
        self.assertEqual(message.state, "failed")
        self.assertIn("Not delivered", message.problem)

    def test_what_names_no_message_of_ours_or_is_not_documented_changes_nothing(self):
        self.set_up_practice()
        message = self.refer()
        number = int(message.external_id)
        elsewhere = self.make_provider(name="Other")
        other_path = elsewhere._callback_url().removeprefix(elsewhere.get_base_url())
        for name, status, payload, path in (
            ("unknown message", 200, {"messageId": number + 1, "mdnStatus": "dispatched"}, None),
            ("unknown status", 404, {"messageId": number, "mdnStatus": "delivered"}, None),
            ("no number", 404, {"messageId": None, "mdnStatus": "dispatched"}, None),
            ("inbound", 200, {"messageId": number, "accountId": "a", "userId": "u"}, None),
            ("guess", 404, {"messageId": number, "mdnStatus": "dispatched"}, "/x"),
            ("other", 404, {"messageId": number, "mdnStatus": "dispatched"}, other_path),
        ):
            path = f"/direct_messaging/callback{path}" if path == "/x" else path
            with self.subTest(name):
                self.assertEqual(self.post(payload, path), status)
                self.env.invalidate_all()
                self.assertEqual(message.state, "accepted")

    def test_another_providers_notice_does_not_touch_the_message(self):
        self.set_up_practice()
        message = self.refer()
        other = self.provider.copy(
            {"name": "Other Updox", "state": "test", "updox_password": "other"}
        )
        path = other._callback_url().removeprefix(other.get_base_url())
        notice = {"messageId": int(message.external_id), "mdnStatus": "dispatched"}
        self.assertEqual(self.post(notice, path), 200)
        self.env.invalidate_all()
        self.assertEqual(message.state, "accepted")

    def test_without_a_notice_it_ends_unconfirmed(self):
        self.set_up_practice()
        message = self.refer()
        message.accepted_at = "2020-01-01 00:00:00"
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "unconfirmed")
