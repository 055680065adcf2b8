"""The sandbox adapter against a real sandbox process: HTTP, TLS, faults."""

import base64
import time
import uuid
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ...hisp import errors
from ...hisp.base import (
    Attachment,
    EventType,
    HispConfig,
    OutgoingMessage,
    Person,
    Practice,
)
from ...hisp.sandbox import SandboxHisp
from ...sandbox.testing import running
from ...tools import signature

RECIPIENT = "maya.chen@lakeview-cardiology.direct.sandbox.test"
PDF = Attachment("Clinical Note.pdf", "application/pdf", bytes(range(256)) * 4)


@tagged("post_install", "-at_install")
class TestSandboxHisp(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(running(with_tls=True))
        cls.sandbox.settings(processed_after=0, dispatched_after=0)
        cls.customer = cls.sandbox.customer()
        cls.config = HispConfig(
            cls.sandbox.url, cls.customer.key, ("callback secret",), private_network=True
        )
        cls.hisp = SandboxHisp(cls.config)
        cls.sender = cls.customer.practice("willow", username="dr.zoe")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.clear_faults)
        self.key = str(uuid.uuid4())

    def message(self, **changes):
        message = OutgoingMessage(
            self.sender, RECIPIENT, "Referral", "Dear colleague", (PDF,), {"version": "1.1"}
        )
        return replace(message, **changes)

    def test_check_tells_what_the_provider_is(self):
        info = self.hisp.check()
        self.assertEqual(info.domain_suffix, "direct.sandbox.test")
        self.assertIn("not for patients", info.notice)
        self.assertEqual(info.max_message_bytes, 10 * 1024 * 1024)

    def test_a_wrong_key_is_said_so(self):
        with self.assertRaises(errors.NotAuthorized) as caught:
            SandboxHisp(replace(self.config, api_key="wrong")).check()
        self.assertIn("API key", str(caught.exception))

    def test_a_message_is_received_until_it_is_acknowledged(self):
        sent = self.hisp.send(self.message(), self.key)
        content = base64.b64encode(b"report").decode()
        file = {"name": "Report.pdf", "content_type": "application/pdf", "content": content}
        self.sandbox.reply(sent.external_id, text="She is well.", attachments=[file])
        self.wait_for(lambda: self.hisp.feed("inbox").items)
        [waiting] = self.hisp.feed("inbox").items
        received = self.hisp.read_item(self.hisp.fetch(waiting)).message
        self.assertEqual((received.sender, received.recipient), (RECIPIENT, self.sender))
        self.assertEqual((received.text, received.in_reply_to), ("She is well.", sent.external_id))
        self.assertEqual(received.attachments[0].content, b"report")
        answer = self.message(in_reply_to=received.message_id)
        self.hisp.send(answer, str(uuid.uuid4()))
        self.hisp.acknowledge(waiting)
        self.hisp.acknowledge(waiting)
        self.assertFalse(self.hisp.feed("inbox").items)
        with self.assertRaises(errors.NotFound):
            self.hisp.fetch(replace(waiting, key="inb-unknown"))

    def wait_for(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_a_practice_gets_its_domain_once(self):
        practice = Practice("ref-1", "Elm Street Clinic")
        domain = self.hisp.create_domain("elm-street", practice)
        self.assertEqual(domain, "elm-street.direct.sandbox.test")
        self.assertEqual(self.hisp.create_domain("elm-street", practice), domain)
        self.assertFalse(self.hisp.is_authenticated(domain))
        self.sandbox.authenticate(domain)
        self.assertTrue(self.hisp.is_authenticated(domain))

    def test_names_that_are_taken_come_with_suggestions(self):
        self.hisp.create_domain("oak", Practice("ref-oak", "Oak"))
        with self.assertRaises(errors.DomainTaken) as caught:
            self.hisp.create_domain("oak", Practice("ref-other", "Oak Two"))
        self.assertTrue(caught.exception.suggestions)
        domain = "oak.direct.sandbox.test"
        person = Person("ref-jane", "Jane")
        address = self.hisp.create_address(domain, "jane", person)
        self.assertEqual(address, "jane@oak.direct.sandbox.test")
        self.assertEqual(self.hisp.create_address(domain, "jane", person), address)
        with self.assertRaises(errors.AddressTaken) as caught:
            self.hisp.create_address(domain, "jane", Person("ref-other", "Jane"))
        self.assertTrue(caught.exception.suggestions)

    def test_a_practice_that_has_a_domain_is_told_which(self):
        practice = Practice("ref-pine", "Pine")
        self.hisp.create_domain("pine", practice)
        with self.assertRaises(errors.DomainExists) as caught:
            self.hisp.create_domain("pine-two", practice)
        self.assertEqual(caught.exception.suggestions, ("pine.direct.sandbox.test",))

    def test_addresses_are_checked_with_the_reason(self):
        for address, valid, trusted in (
            (RECIPIENT, True, True),
            ("nobody@lakeview-cardiology.direct.sandbox.test", False, False),
            ("jane@clinic.direct.untrusted.test", True, False),
            ("jane@gmail.com", False, False),
        ):
            with self.subTest(address):
                check = self.hisp.check_address(address)
                self.assertEqual((check.valid, check.trusted), (valid, trusted))
                self.assertTrue(check.reason or check.trusted)

    def test_the_directory_is_searched_in_all_that_describes_a_provider(self):
        for query in ("maya", "1037749193", "cardiology chen", "lakeview", RECIPIENT):
            with self.subTest(query):
                addresses = {entry.address for entry in self.hisp.search_directory(query)}
                self.assertIn(RECIPIENT, addresses)

    def test_a_message_is_handed_over_once_per_key(self):
        accepted = self.hisp.send(self.message(), self.key)
        again = self.hisp.send(self.message(), self.key)
        self.assertEqual(again.external_id, accepted.external_id)
        self.assertEqual(self.hisp.find(self.key), accepted)
        self.assertIsNone(self.hisp.find("must start with https://"))
        arrived = self.sandbox.attachment(accepted.external_id, 0)
        self.assertEqual(arrived, PDF.content)

    def test_refusals_are_typed(self):
        unauthenticated = self.customer.practice("cedar", username="a", authenticated=False)
        for name, changes, expected in (
            (
                "mailbox doesn't exist",
                {"recipient": "x@willow.direct.sandbox.test"},
                errors.InvalidAddress,
            ),
            ("untrusted", {"recipient": "x@c.direct.untrusted.test"}, errors.Untrusted),
            ("isn't authenticated", {"sender": unauthenticated}, errors.NotAuthenticated),
            ("unknown sender", {"sender": "x@willow.direct.sandbox.test"}, errors.SenderUnknown),
            (
                "too large",
                {"attachments": (Attachment("a.bin", "text/plain", b"x" * 11 * 1024 * 1024),)},
                errors.TooLarge,
            ),
        ):
            with self.subTest(name), self.assertRaises(expected) as caught:
                self.hisp.send(self.message(**changes), str(uuid.uuid4()))
            self.assertTrue(caught.exception.certain)
            self.assertFalse(caught.exception.temporary)

    def test_faults_while_sending_tell_whether_the_message_may_have_gone_out(self):
        for fault, details, expected, is_there in (
            ("error_500", {}, errors.Uncertain, False),
            ("rate_limited", {"retry_after": 7}, errors.Busy, False),
            ("malformed_json", {}, errors.Uncertain, True),
            ("drop_before_accept", {}, errors.Uncertain, False),
            ("drop_after_accept", {}, errors.Uncertain, True),
        ):
            with self.subTest(fault):
                key = str(uuid.uuid4())
                self.sandbox.fault(fault, times=1, match={"path_prefix": "/v1/messages"}, **details)
                with self.assertRaises(expected) as caught:
                    self.hisp.send(self.message(), key)
                self.assertEqual(caught.exception.certain, expected is errors.Busy)
                self.assertEqual(caught.exception.retry_after, details.get("retry_after"))
                self.sandbox.clear_faults()
                self.assertEqual(self.hisp.find(key) is not None, is_there)

    def test_a_reading_request_that_fails_can_simply_be_repeated(self):
        for fault in ("error_500", "malformed_json", "drop_before_accept", "rate_limited"):
            with self.subTest(fault):
                self.sandbox.fault(fault, times=1, match={"path_prefix": "/v1/ping"})
                with self.assertRaises(errors.Busy):
                    self.hisp.check()

    def test_a_server_that_is_down_cannot_be_reached(self):
        with self.assertRaises(errors.Unreachable):
            SandboxHisp(replace(self.config, base_url="http://127.0.0.1:9")).check()

    def test_events_are_fetched_since_a_cursor(self):
        _events, cursor = self._events()
        accepted = self.hisp.send(self.message(), self.key)
        types = []
        while EventType.DISPATCHED not in types:
            events, cursor = self._events(cursor)
            types += [event.type for event in events if event.message_id == accepted.external_id]
        self.assertEqual(types, [EventType.PROCESSED, EventType.DISPATCHED])
        self.assertEqual(self.hisp.feed("events", cursor).items, ())

    def _events(self, cursor=""):
        """All events since `cursor`, and where they end."""
        events, more = [], True
        while more:
            page = self.hisp.feed("events", cursor)
            cursor, more = page.state, page.more
            events += [event for item in page.items for event in self.hisp.read_item(item).events]
        return events, cursor

    def test_callbacks_are_read_only_when_verified_and_well_formed(self):
        body = (
            b'{"id": "evt-1", "type": "message.failed", "at": "2026-11-23T10:00:00.000Z",'
            b' "message_id": "msg-1", "idempotency_key": "key-1", "reason": "mailbox full"}'
        )
        now = 1_800_000_000
        headers = {
            "X-Direct-Timestamp": str(now),
            "X-Direct-Signature": signature.sign("callback secret", str(now), body),
        }
        [event] = self.hisp.read_callback(headers, body, now)
        self.assertEqual((event.type, event.reason), (EventType.FAILED, "mailbox full"))
        for bad_body in (b"", b"[]", b"null", b"{}", b"\xff", b'{"id": 1}', b"[" * 9000):
            signed = {
                **headers,
                "X-Direct-Signature": signature.sign("callback secret", str(now), bad_body),
            }
            with self.subTest(bad_body[:10]), self.assertRaises(errors.CallbackRejected):
                self.hisp.read_callback(signed, bad_body, now)
        for name, bad_headers in {
            "unsigned": {},
            "wrong": {**headers, "X-Direct-Signature": "v1=00"},
        }.items():
            with self.subTest(name), self.assertRaises(errors.CallbackRejected):
                self.hisp.read_callback(bad_headers, body, now)

    # --- TLS ---------------------------------------------------------------------------------

    def over_tls(self, flavour, host="127.0.0.1", pinned=True, **changes):
        ca = (self.sandbox.tls_folder / "ca.pem").read_text() if pinned else None
        url = f"https://{host}:{self.sandbox.ports[flavour]}"
        return SandboxHisp(replace(self.config, base_url=url, ca_certificate=ca, **changes))

    def test_a_pinned_authority_is_trusted(self):
        self.assertTrue(self.over_tls("tls").check().name)

    def test_bad_tls_is_refused_with_what_is_wrong(self):
        for flavour, pinned, expected, words in (
            ("tls_old", True, errors.TlsTooOld, "outdated security protocol"),
            ("tls_expired", True, errors.CertificateInvalid, "expired"),
            ("tls_self_signed", True, errors.CertificateInvalid, "unknown authority"),
            ("tls_wrong_host", True, errors.CertificateInvalid, "different host name"),
            ("tls", False, errors.CertificateInvalid, "unknown authority"),
        ):
            with self.subTest(flavour, pinned=pinned), self.assertRaises(expected) as caught:
                self.over_tls(flavour, pinned=pinned).check()
            self.assertIn(words, str(caught.exception))
            self.assertIn("Nothing was sent", caught.exception.advice)

    def test_the_authority_has_to_be_a_certificate(self):
        with self.assertRaisesRegex(errors.CertificateInvalid, "PEM"):
            SandboxHisp(replace(self.config, ca_certificate="not a certificate")).check()

    def test_secrets_do_not_show(self):
        for text in (repr(self.config), repr(self.message())):
            self.assertNotIn(self.customer.key, text)
            self.assertNotIn("callback secret", text)
            self.assertNotIn("Dear colleague", text)
