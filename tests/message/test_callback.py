"""The callback route over HTTP, signed and forged, and a whole delivery by callbacks alone."""

import json
import logging
import time

from odoo.tests import HttpCase, tagged

from ...models.provider.provider import CALLBACK_PATH
from ...tools import signature
from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestCallback(DirectCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.path = self.provider._callback_url().removeprefix(self.provider.get_base_url())
        self.secret = self.provider._callback_secret()
        self.message = self.send(self.make_referral())
        self.run_cron("ir_cron_send")

    def body(self, **values):
        return json.dumps(
            {
                "id": "evt-test",
                "type": "message.dispatched",
                "at": "2026-11-23T10:00:00.000Z",
                "message_id": self.message.external_id,
                "idempotency_key": self.message.idempotency_key,
                **values,
            }
        ).encode()

    def post(self, body, *, path=None, secret=None, timestamp=None, signed=None, **headers):
        signed = body if signed is None else signed
        timestamp = timestamp or str(int(time.time()))
        return self.url_open(
            path or self.path,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-Direct-Timestamp": timestamp,
                "X-Direct-Signature": signature.sign(secret or self.secret, timestamp, signed),
                **headers,
            },
        )

    def events(self):
        return self.env["direct.message.event"].search([("external_id", "=like", "evt-test%")])

    def test_a_signed_callback_is_acted_upon_once(self):
        for _repeat in range(2):
            answer = self.post(self.body())
            self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.run_cron("ir_cron_events")
        self.assertEqual(self.message.state, "delivered")
        self.assertEqual(len(self.events()), 1)

    def test_of_many_callbacks_one_wakes_the_scheduled_action(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        for number in range(3):
            self.assertEqual(self.post(self.body(id=f"evt-test-{number}")).status_code, 200)
        self.assertEqual(len(self.events()), 3)
        triggers = self.env["ir.cron.trigger"].search([])
        self.assertEqual(triggers.cron_id, self.env.ref("direct_messaging.ir_cron_events"))
        self.assertEqual(len(triggers), 1)

    def test_whatever_is_wrong_gets_the_same_answer_and_changes_nothing(self):
        body = self.body()
        old = str(int(time.time()) - 301)
        answers = {
            "unknown path": self.post(body, path="/direct_messaging/callback/guess"),
            "unsigned": self.post(body, **{"X-Direct-Signature": ""}),
            "wrong secret": self.post(body, secret="guess"),
            "stale": self.post(body, timestamp=old),
            "another body": self.post(
                body, **{"X-Direct-Signature": signature.sign(self.secret, old, b"{}")}
            ),
            "10 MB in chunks": self.post(iter([b"x" * 1024 * 1024] * 10), signed=b""),
            "not JSON": self.post(b"not json"),
            "empty": self.post(b"{}"),
        }
        self.provider.state = "disabled"
        answers["disabled"] = self.post(body)
        said = {name: (answer.status_code, answer.content) for name, answer in answers.items()}
        self.assertEqual(len(set(said.values())), 1, said)
        self.assertEqual(answers["unsigned"].status_code, 404)
        self.env.invalidate_all()
        self.assertEqual(self.message.state, "accepted")
        self.assertFalse(self.events())

    def test_a_body_that_is_too_large_is_not_read_wherever_it_is_posted_to(self):
        body = b"x" * 10 * 1024 * 1024
        for path in (self.path, "/direct_messaging/callback/guess"):
            self.assertEqual(self.post(body, path=path).status_code, 413)
        self.assertFalse(self.events())

    def test_a_signed_callback_may_come_in_chunks(self):
        body = self.body()
        self.assertEqual(self.post(iter([body[:20], body[20:]]), signed=body).status_code, 200)
        self.run_cron("ir_cron_events")
        self.assertEqual(self.message.state, "delivered")

    def test_an_event_of_an_unknown_message_is_taken_and_kept(self):
        answer = self.post(self.body(message_id="msg-unknown", idempotency_key="unknown"))
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.events().message_id)

    def test_a_report_about_an_enrollment_reaches_that_of_its_provider_only(self):
        self.practice.legal_representative_ids = self.representative
        enrollment = self.env["direct.enrollment"].create(
            {
                "practice_id": self.practice.id,
                "user_id": self.representative.id,
                "external_id": "enr-1",
                "state": "open",
            }
        )
        other = self.make_provider(name="Other")
        body = self.body(type="enrollment.verified", enrollment_id="enr-1", message_id=None)
        path = other._callback_url().removeprefix(other.get_base_url())
        for name, posted in {
            "forged": lambda: self.post(body, secret="guess"),
            "of another provider": lambda: self.post(
                body, path=path, secret=other._callback_secret()
            ),
            "replayed, without the provider confirming it": lambda: [self.post(body)] * 2,
        }.items():
            with self.subTest(name):
                posted()
                self.run_cron("ir_cron_poll")
                self.assertEqual(enrollment.state, "open")

    def test_the_token_of_the_address_is_not_logged(self):
        for path in (self.path, f"{self.path}?x=1", f"{self.path}/more"):
            with self.subTest(path), self.assertLogs("werkzeug", logging.INFO) as log:
                # As Odoo's server logs a request
                logging.getLogger("werkzeug").info('"%s" %s', f"POST {path} HTTP/1.1", 200)
            [logged] = log.output
            self.assertIn(f"POST {CALLBACK_PATH}...", logged)
            self.assertNotIn(self.provider.callback_token, logged)

    def test_get_is_not_served(self):
        self.assertEqual(self.url_open(self.path).status_code, 405)
