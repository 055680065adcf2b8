"""What every adapter has to do, whatever it speaks: run it against yours.

1. Inherit `HispContract` and `odoo.tests.BaseCase`.
2. Answer the hooks of its first part; start what your adapter talks to in `setUpClass`.
3. ``bin/test tests/hisp/contract.py``, or the file your class is in.

Nothing is skipped: of a capability that your adapter has not, its absence is checked. The classes
at the end are examples; docs/providers.md explains.
"""

import base64
import json
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from odoo.addons.direct_messaging_example.hisp import ExampleHisp
from odoo.tests import BaseCase, tagged

from ...hisp import errors, mime
from ...hisp.base import (
    DEFAULT_MAX_MESSAGE_BYTES,
    Attachment,
    Capability,
    EventType,
    Hisp,
    HispConfig,
    OutgoingMessage,
    Person,
    Practice,
)
from ...hisp.edge import EdgeHisp
from ...hisp.sandbox import SandboxHisp
from ...hisp.submission import MailServer
from ...hisp.updox import UpdoxConfig, UpdoxHisp
from ...sandbox import testing as sandbox_testing
from ...tools import signature
from ...updox_stand_in import testing as updox_testing
from . import mail_peer
from .scripted_smtp import Script

SECONDS = 10
SECRET_MARK = "Zebra-4711"
PDF = Attachment("Note.pdf", "application/pdf", SECRET_MARK.encode() + bytes(range(256)))
CALLBACK_SECRET = "callback secret"

# What belongs to a capability: name of the method, and arguments to call it with
METHODS = {
    Capability.REGISTRATION: {
        "create_domain": ("willow", Practice("practice-1", "Willow")),
        "create_address": ("willow.example.test", "zoe", Person("person-1", "Zoe")),
    },
    Capability.DIRECTORY: {"search_directory": ("chen",)},
    Capability.CALLBACKS: {
        "register_callback": ("http://127.0.0.1:9/callback", CALLBACK_SECRET),
        "read_callback": ({}, b"{}", 0.0),
    },
    Capability.RECEIVING: {"received": (), "fetch": ("id",), "acknowledge": ("id",)},
    Capability.ENROLLMENT: {
        "agreements": (),
        "start_enrollment": ("willow.example.test", "enrollment-1", ()),
        "enrollment_status": ("id",),
        "questions": ("id", None),
        "answer": ("id", "set", "question", "choice"),
        "call": ("id", "+16085550123"),
        "verify": ("id", None, None, "key"),
    },
    Capability.HOSTED_ENROLLMENT: {
        "hosted_enrollment_url": ("willow.example.test", Person("p", "P"), "https://x.example"),
    },
}


class HispContract:
    """Mixin of tests; what stands before the first test is answered for each adapter."""

    keeps_keys = True
    """Whether the provider recognises a message by its key; otherwise `find` cannot tell."""

    tells_authentication = True
    """Whether the provider can be asked if a practice may send; otherwise `CannotTell`."""
    tells_trust = True
    """Whether it can be asked about recipients; otherwise all are *not verified*."""

    def hisp(self) -> Hisp:
        """Return an adapter that is ready."""
        raise NotImplementedError

    def hisp_without_access(self) -> Hisp:
        """Return an adapter with wrong credentials."""
        raise NotImplementedError

    def hisp_on_old_tls(self) -> Hisp:
        """Return an adapter that is led to a server of TLS 1.1 at most."""
        raise NotImplementedError

    def sender(self) -> str:
        """Return an address of ours that may send."""
        raise NotImplementedError

    recipient = ""
    """An address that takes messages."""
    unknown_recipient = ""
    """One that the provider refuses."""

    def lose_next_answer(self) -> None:
        """Let the provider take the next message, and its answer get lost."""
        raise NotImplementedError

    def contents(self) -> list[bytes]:
        """Return the first attachment of each message that the provider has."""
        raise NotImplementedError

    def make_event(self, message_id: str) -> None:
        """Let something happen to a message that was sent. Only where events can be polled."""

    def genuine_callback(self, message_id: str) -> tuple[dict, bytes]:
        """With CALLBACKS: headers and body of a callback as the provider makes it."""
        raise NotImplementedError

    def forged_callbacks(self) -> list[tuple[dict, bytes]]:
        """With CALLBACKS: what must not be believed, as (headers, body)."""
        raise NotImplementedError

    def mailbox(self) -> tuple[str, str, str] | None:
        """Address, login and password, where mailboxes exist at the provider."""

    def deliver(self, text: str) -> None:
        """With RECEIVING: let a message with this text arrive for `sender`."""
        raise NotImplementedError

    # --- connection --------------------------------------------------------------------------

    def test_a_connection_is_checked(self):
        info = self.hisp().check()
        self.assertTrue(info.name)
        for limit in (info.max_message_bytes, info.confirmation_minutes):
            self.assertTrue(limit is None or limit > 0, "not told is None")

    def test_wrong_credentials_are_said_so(self):
        hisp = self.hisp_without_access()
        self.failure(errors.NotAuthorized, hisp.check)
        error = self.failure(errors.NotAuthorized, lambda: hisp.send(self.message(), self.key()))
        self.assert_waits(error)

    def test_nothing_is_sent_over_old_tls(self):
        hisp = self.hisp_on_old_tls()
        self.failure(errors.TlsTooOld, hisp.check)
        error = self.failure(errors.TlsTooOld, lambda: hisp.send(self.message(), self.key()))
        self.assert_waits(error)

    def test_what_it_cannot_do_is_not_there(self):
        missing = METHODS.keys() - self.hisp().capabilities
        for capability in missing:
            for name, arguments in METHODS[capability].items():
                with self.subTest(name), self.assertRaises(NotImplementedError):
                    getattr(self.hisp(), name)(*arguments)

    def test_what_it_can_do_is_there(self):
        for capability in self.hisp().capabilities:
            for name in METHODS[capability]:
                with self.subTest(name):
                    self.assertIsNot(getattr(type(self.hisp()), name), getattr(Hisp, name))

    def test_what_was_closed_can_be_used_again(self):
        hisp = self.hisp()
        for _again in range(2):
            self.assertTrue(hisp.check())
            hisp.close()

    # --- registration ------------------------------------------------------------------------

    def test_registering_again_makes_nothing_new(self):
        if Capability.REGISTRATION not in self.hisp().capabilities:
            return self.assert_missing(Capability.REGISTRATION)
        label = f"elm-{uuid.uuid4().hex[:8]}"
        practice = Practice(f"practice-{label}", "Elm Street Clinic", phone="802-555-0199")
        person = Person(f"person-{label}", "Dr. Jane Elm")
        domain = self.hisp().create_domain(label, practice)
        self.assertTrue(domain.startswith(f"{label}."))
        self.assertEqual(self.hisp().create_domain(label, practice), domain)
        other = Practice(f"other-{label}", "Elm Two")
        self.failure(errors.DomainTaken, lambda: self.hisp().create_domain(label, other))
        error = self.failure(
            errors.DomainExists, lambda: self.hisp().create_domain(f"{label}-2", practice)
        )
        self.assertEqual(error.suggestions, (domain,))
        address = self.hisp().create_address(domain, "jane", person)
        self.assertEqual(address, f"jane@{domain}")
        self.assertEqual(self.hisp().create_address(domain, "jane", person), address)
        stranger = Person(f"stranger-{label}", "Jane Other")
        self.failure(
            errors.AddressTaken, lambda: self.hisp().create_address(domain, "jane", stranger)
        )
        self.assertIs(self.hisp().is_authenticated(domain), False)
        return None

    def test_what_exists_at_the_provider_is_proven(self):
        if Capability.REGISTRATION in self.hisp().capabilities or not self.mailbox():
            with self.assertRaises(NotImplementedError):
                self.hisp().prove_mailbox(self.sender(), "login", "password", "reference")
            return
        address, login, password = self.mailbox()
        for _again in range(2):
            self.hisp().prove_mailbox(address, login, password, "reference")
        error = self.failure(
            errors.NotAuthorized,
            lambda: self.hisp().prove_mailbox(address, login, "wrong", "another"),
        )
        self.assertTrue(error.certain)

    # --- sending -----------------------------------------------------------------------------

    def test_whose_practice_is_authenticated_may_send(self):
        domain = self.sender().partition("@")[2]
        if self.tells_authentication:
            self.assertIs(self.hisp().is_authenticated(domain), True)
        else:
            self.failure(errors.CannotTell, lambda: self.hisp().is_authenticated(domain))

    def test_an_address_is_checked(self):
        domain = self.sender().partition("@")[2]
        good = self.hisp().check_address(self.recipient, domain)
        self.assertEqual((good.valid, good.trusted), (True, self.tells_trust))
        self.assertTrue(good.trusted or good.reason)
        bad = self.hisp().check_address(self.unknown_recipient, domain)
        self.assertFalse(bad.valid and bad.trusted)
        self.assertTrue(bad.reason)

    def test_a_message_arrives_whole(self):
        accepted = self.hisp().send(self.message(), self.key())
        self.assertTrue(accepted.external_id)
        self.assertIsInstance(accepted.external_id, str)
        if accepted.at:
            self.assertIsNotNone(accepted.at.tzinfo)
        self.assertIn(PDF.content, self.contents())

    def test_a_refusal_is_certain(self):
        before = len(self.contents())
        error = self.failure(
            errors.Refused,
            lambda: self.hisp().send(self.message(recipient=self.unknown_recipient), self.key()),
        )
        self.assertTrue(error.certain)
        self.assertFalse(error.temporary)
        self.assertEqual(len(self.contents()), before)

    def test_an_unknown_sender_is_refused(self):
        sender = f"nobody@{self.sender().partition('@')[2]}"
        error = self.failure(
            errors.SenderUnknown, lambda: self.hisp().send(self.message(sender=sender), self.key())
        )
        self.assertTrue(error.certain)

    def test_a_message_that_is_too_large_is_refused(self):
        told = self.hisp().check().max_message_bytes or DEFAULT_MAX_MESSAGE_BYTES
        # Not by a byte: a provider that counts what it is handed, encoded and with headers, tells
        # what it surely takes, and may take a little more
        large = Attachment("Large.bin", "application/octet-stream", b"x" * (told * 11 // 10))
        error = self.failure(
            errors.TooLarge,
            lambda: self.hisp().send(self.message(attachments=(large,)), self.key()),
        )
        self.assertTrue(error.certain)

    def test_a_lost_answer_is_uncertain_and_then_asked_about(self):
        before, key = len(self.contents()), self.key()
        self.lose_next_answer()
        error = self.failure(errors.Uncertain, lambda: self.hisp().send(self.message(), key))
        self.assertFalse(error.certain)
        self.assertEqual(len(self.contents()), before + 1)
        if self.keeps_keys:
            self.assertTrue(self.hisp().find(key).external_id)
            self.assertIsNone(self.hisp().find(self.key()))
        else:
            error = self.failure(errors.CannotTell, lambda: self.hisp().find(key))
            self.assertFalse(error.certain)
            self.assertFalse(error.temporary)

    def test_the_same_key_is_the_same_message(self):
        if not self.keeps_keys:
            # Then nothing may be sent again without a person's decision
            self.failure(errors.CannotTell, lambda: self.hisp().find(self.key()))
            return
        before, key = len(self.contents()), self.key()
        first = self.hisp().send(self.message(), key)
        again = self.hisp().send(self.message(), key)
        self.assertEqual(again.external_id, first.external_id)
        self.assertEqual(self.hisp().find(key).external_id, first.external_id)
        self.assertEqual(len(self.contents()), before + 1)

    # --- events ------------------------------------------------------------------------------

    def test_events_are_told_again_with_the_same_ids(self):
        accepted = self.hisp().send(self.message(), self.key())
        self.make_event(accepted.external_id)
        first, again = self.all_events(), self.all_events()
        known = {event.external_id: event for event in again}
        self.assertEqual(len(known), len(again), "an id names one event")
        for event in first:
            self.assertEqual(known[event.external_id], event)
            self.assertIsNotNone(event.at.tzinfo)
            self.assertIsInstance(event.type, EventType)

    def test_a_cursor_goes_on_where_it_was_left(self):
        self.make_event(self.hisp().send(self.message(), self.key()).external_id)
        page = self.hisp().events()
        told = {event.external_id for event in page.events}
        later = self.hisp().events(page.cursor)
        self.assertFalse(told & {event.external_id for event in later.events})
        self.assertIsInstance(later.cursor, str)

    def all_events(self):
        page = self.hisp().events()
        events = list(page.events)
        while page.more:
            page = self.hisp().events(page.cursor)
            events += page.events
        return events

    # --- callbacks ---------------------------------------------------------------------------

    def test_a_callback_is_read_and_repeated_with_the_same_id(self):
        if Capability.CALLBACKS not in self.hisp().capabilities:
            return self.assert_missing(Capability.CALLBACKS)
        self.hisp().register_callback("http://127.0.0.1:9/callback", CALLBACK_SECRET)
        headers, body = self.genuine_callback("4711")
        now = time.time()
        [event] = self.hisp().read_callback(headers, body, now)
        [again] = self.hisp().read_callback(headers, body, now + 1)
        self.assertEqual(event.message_id, "4711")
        self.assertEqual(event.external_id, again.external_id)
        self.assertIsNotNone(event.at.tzinfo)
        return None

    def test_what_is_not_verified_is_not_read(self):
        if Capability.CALLBACKS not in self.hisp().capabilities:
            return self.assert_missing(Capability.CALLBACKS)
        nonsense = (b"", b"[]", b"null", b"{}", b"\xff", b'{"id": 1}', b"[" * 100_000, b"1e999")
        forged = [*self.forged_callbacks(), *(({}, body) for body in nonsense)]
        for headers, body in forged:
            with self.subTest(body[:40]), self.assertRaises(errors.CallbackRejected):
                self.hisp().read_callback(headers, body, time.time())
        return None

    # --- receiving ---------------------------------------------------------------------------

    def test_a_message_is_received_until_it_is_acknowledged(self):
        if Capability.RECEIVING not in self.hisp().capabilities:
            return self.assert_missing(Capability.RECEIVING)
        self.deliver("She is well.")
        [waiting] = self.wait_for(self.hisp().received)
        for _again in range(2):
            received = self.hisp().fetch(waiting)
            self.assertEqual(received.text.strip(), "She is well.")
            self.assertEqual(received.recipient, self.sender())
            self.assertEqual(received.external_id, waiting)
        for _again in range(2):
            self.hisp().acknowledge(waiting)
        self.assertFalse(self.hisp().received())
        self.failure(errors.NotFound, lambda: self.hisp().fetch("unknown"))
        return None

    # --- nothing leaks -----------------------------------------------------------------------

    def test_what_is_sent_does_not_show(self):
        hisp = self.hisp()
        self.assertNotIn(SECRET_MARK, repr(self.message()))
        self.assertNotIn(CALLBACK_SECRET, repr(hisp.config))

    # --- helpers -----------------------------------------------------------------------------

    def message(self, **changes) -> OutgoingMessage:
        message = OutgoingMessage(
            self.sender(),
            self.recipient,
            f"Subject {SECRET_MARK}",
            f"Text {SECRET_MARK}",
            (PDF,),
            {"version": "1.1", "patient": {"surname": SECRET_MARK}},
        )
        return replace(message, **changes)

    def key(self) -> str:
        return str(uuid.uuid4())

    def failure(self, kind, step) -> errors.HispError:
        """Demand that `step` fails with `kind`, in words, and without anything private."""
        with self.assertRaises(kind) as caught:
            step()
        error = caught.exception
        self.assertIsInstance(error, errors.HispError)
        self.assertRegex(str(error), r"^\w.+ .+\.$")
        self.assertTrue(error.advice)
        while error:
            for shown in (str(error), repr(error), repr(error.args), repr(vars(error))):
                self.assertNotIn(SECRET_MARK, shown)
            self.assertTrue(error.__suppress_context__ or not error.__context__)
            error = error.__cause__
        return caught.exception

    def assert_waits(self, error: errors.HispError) -> None:
        """Demand that a message was not sent and waits until somebody mends what is wrong."""
        self.assertTrue(error.certain)
        self.assertTrue(error.temporary)

    def assert_missing(self, capability: Capability) -> None:
        for name, arguments in METHODS[capability].items():
            with self.assertRaises(NotImplementedError):
                getattr(self.hisp(), name)(*arguments)

    def wait_for(self, condition):
        deadline = time.monotonic() + SECONDS
        while not (found := condition()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        return found


# --- the adapters of this repository: add yours below ------------------------------------------


class OnSandbox:
    """Hooks for adapters that talk to the sandbox."""

    adapter: type[Hisp]
    recipient = "maya.chen@lakeview-cardiology.direct.sandbox.test"
    unknown_recipient = "nobody@lakeview-cardiology.direct.sandbox.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox_testing.running(with_tls=True))
        cls.sandbox.settings(processed_after=0, dispatched_after=0)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.clear_faults)
        self.customer = self.sandbox.customer()
        self.config = HispConfig(self.sandbox.url, self.customer.key, (CALLBACK_SECRET,))
        self._address = self.customer.practice(f"willow-{uuid.uuid4().hex[:8]}")

    def hisp(self):
        return self.adapter(self.config)

    def hisp_without_access(self):
        return self.adapter(replace(self.config, api_key="wrong"))

    def hisp_on_old_tls(self):
        url = f"https://127.0.0.1:{self.sandbox.ports['tls_old']}"
        ca = (self.sandbox.tls_folder / "ca.pem").read_text()
        return self.adapter(replace(self.config, base_url=url, ca_certificate=ca))

    def sender(self):
        return self._address

    def lose_next_answer(self):
        self.sandbox.fault("drop_after_accept", times=1, match={"path_prefix": "/v1/messages"})

    def contents(self):
        sent = [m for m in self.sandbox.messages() if m["from"] == self._address]
        return [self.sandbox.attachment(message["id"]) for message in sent]

    def make_event(self, message_id):
        self.wait_for(lambda: [e for e in self.all_events() if e.message_id == message_id])


@tagged("post_install", "-at_install")
class TestSandboxContract(OnSandbox, HispContract, BaseCase):
    adapter = SandboxHisp

    def genuine_callback(self, message_id):
        body = json.dumps(
            {
                "id": "evt-1",
                "type": "message.failed",
                "at": "2026-11-23T10:00:00.000Z",
                "message_id": message_id,
            }
        ).encode()
        return self._signed(body, CALLBACK_SECRET), body

    def forged_callbacks(self):
        headers, body = self.genuine_callback("4711")
        return [({}, body), (self._signed(body, "guess"), body), (headers, body + b" ")]

    def _signed(self, body, secret):
        timestamp = str(int(time.time()))
        return {
            "X-Direct-Timestamp": timestamp,
            "X-Direct-Signature": signature.sign(secret, timestamp, body),
        }

    def deliver(self, text):
        self.sandbox.write_to(self.sender(), **{"from": self.recipient, "text": text})


@tagged("post_install", "-at_install")
class TestExampleContract(OnSandbox, HispContract, BaseCase):
    """The adapter of docs/examples."""

    adapter = ExampleHisp


@tagged("post_install", "-at_install")
class TestUpdoxContract(HispContract, BaseCase):
    keeps_keys = False
    recipient = "maya.chen@lakeview.direct.example.test"
    unknown_recipient = "nobody@nowhere.example.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.updox = cls.enterClassContext(updox_testing.running(with_tls=True))

    def setUp(self):
        super().setUp()
        self.addCleanup(self.updox.clear_faults)
        self.application = self.updox.application()
        self.config = UpdoxConfig(
            self.updox.url,
            application_id=self.application.id,
            application_password=self.application.password,
        )
        label = f"willow-{uuid.uuid4().hex[:8]}"
        domain = self.hisp().create_domain(label, Practice("practice", "Willow"))
        self._address = self.hisp().create_address(domain, "zoe", Person("person", "Zoë Adler"))
        self.application.toggle_vetted(domain)

    def hisp(self):
        return UpdoxHisp(self.config)

    def hisp_without_access(self):
        return UpdoxHisp(replace(self.config, application_password="wrong"))

    def hisp_on_old_tls(self):
        url = f"https://127.0.0.1:{self.updox.ports['tls_old']}"
        ca = (self.updox.tls_folder / "ca.pem").read_text()
        return UpdoxHisp(replace(self.config, base_url=url, ca_certificate=ca))

    def sender(self):
        return self._address

    def lose_next_answer(self):
        self.updox.fault("DirectMessageSend", "lost")

    def contents(self):
        return [
            base64.b64decode(message["attachments"][0]["content"])
            for message in self.application.messages()
        ]

    def genuine_callback(self, message_id):
        return {}, json.dumps({"messageId": int(message_id), "mdnStatus": "failed"}).encode()

    def forged_callbacks(self):
        # There is no signature to forge: only what is not of a documented shape is refused
        notices = (
            {"messageId": 4711},
            {"messageId": 4711, "mdnStatus": "delivered"},
            {"messageId": True, "mdnStatus": "failed"},
            {"messageId": "x", "mdnStatus": "failed"},
            {"messageId": 4711, "mdnStatus": ["failed"]},
            {"messageId": 4711, "accountId": "a"},
        )
        return [({}, json.dumps(notice).encode()) for notice in notices]


@tagged("post_install", "-at_install")
class TestEdgeContract(HispContract, BaseCase):
    """By e-mail, on real Postfix and Dovecot."""

    keeps_keys = False
    tells_authentication = False
    tells_trust = False
    recipient = "bob@hisp-b.test"
    unknown_recipient = "unknown@hisp-b.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = cls.enterClassContext(mail_peer.running())
        cls.own = cls.peer.add("alice@hisp-a.test")
        cls.peer.add(cls.recipient)

    def setUp(self):
        super().setUp()
        self.config = self.peer.config(self.own)
        self._breaking_off = None

    def hisp(self):
        return self._adapter(self.config)

    def hisp_without_access(self):
        wrong = replace(self.own, password="wrong")
        return self._adapter(replace(self.config, mailboxes=(wrong,)))

    def hisp_on_old_tls(self):
        return self._adapter(replace(self.config, smtp=self.peer.smtp("smtp_old")))

    def _adapter(self, config):
        hisp = EdgeHisp(config)
        self.addCleanup(hisp.close)
        return hisp

    def sender(self):
        return self.own.login

    def mailbox(self):
        return self.own.login, self.own.login, self.own.password

    def lose_next_answer(self):
        # Postfix cannot be told to: it takes the message and breaks off instead of the answer
        script = {"CONTENT": ("cut",)}
        self._breaking_off = self.enterContext(Script(self.peer.folder / "tls", script))
        server = MailServer("127.0.0.1", self._breaking_off.port, "tls")
        self.config = replace(self.config, smtp=server)

    def contents(self):
        taken = self._breaking_off.taken if self._breaking_off else []
        messages = [*self.peer.delivered(self.recipient), *taken]
        return [mime.read(raw, "", (self.recipient,)).attachments[0].content for raw in messages]

    def make_event(self, message_id):
        notice = mail_peer.notice(message_id, "dispatched", self.recipient, self.sender())
        self.peer.deliver(self.recipient, self.sender(), notice)
        self.wait_for(lambda: [e for e in self.all_events() if e.message_id == message_id])

    def deliver(self, text):
        content = mime.build(
            OutgoingMessage(self.recipient, self.sender(), "Answer", text),
            self.key(),
            final_delivery=False,
            now=datetime.now(UTC),
        )
        self.peer.deliver(self.recipient, self.sender(), content)
