"""What every adapter has to do, whatever it speaks: run it against yours.

1. Inherit `HispContract` and `odoo.tests.BaseCase`.
2. Answer the hooks of its first part; start what your adapter talks to in `setUpClass`.
3. ``bin/test`` with the file your class is in.

Nothing is skipped: of a capability that your adapter has not, its absence is checked. The classes
of ``test_contract.py`` are examples; docs/providers.md explains.
"""

import time
import uuid
from contextlib import suppress
from dataclasses import replace

from ...hisp import errors
from ...hisp.base import (
    DEFAULT_MAX_MESSAGE_BYTES,
    Attachment,
    Capability,
    EventType,
    Hisp,
    Item,
    Nature,
    OutgoingMessage,
    Page,
    Person,
    Practice,
    Reading,
)
from .nasty import assert_storable, spoil

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
        """Let something happen to a message that was sent. Only where there is a feed."""

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
            for name in METHODS.get(capability, ()):
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

    # --- the feed ----------------------------------------------------------------------------

    def test_reports_are_told_again_with_the_same_ids(self):
        if not self.hisp().queues():
            return self.assert_no_feed()
        accepted = self.hisp().send(self.message(), self.key())
        self.make_event(accepted.external_id)
        first, again = self.all_events(), self.all_events()
        known = {event.external_id: event for event in again}
        self.assertEqual(len(known), len(again), "an id names one event")
        for event in first:
            self.assertEqual(known[event.external_id], event)
            self.assertTrue(event.at is None or event.at.tzinfo)
            self.assertIsInstance(event.type, EventType)
        return None

    def test_a_queue_goes_on_where_it_was_left(self):
        if not self.hisp().queues():
            return self.assert_no_feed()
        self.make_event(self.hisp().send(self.message(), self.key()).external_id)
        seen, states = self.drain(self.hisp(), acknowledge=True)
        self.assertTrue(seen)
        again, _states = self.drain(self.hisp(), states)
        before = {(item.queue, item.key) for item in seen}
        self.assertFalse(before & {(item.queue, item.key) for item in again})
        for state in states.values():
            self.assertIsInstance(state, str)
        return None

    def test_a_state_that_is_none_begins_anew(self):
        for queue in self.hisp().queues():
            for state in ("nonsense", "[]", '{"a": 1}', "\x00", "[1, 2, 3, 4]"):
                with self.subTest(queue, state=state):
                    try:
                        self.assertIsInstance(self.hisp().feed(queue, state), Page)
                    except errors.HispError as error:
                        self.assertTrue(str(error))

    def test_items_are_whole_and_read_alike_each_time(self):
        """What is kept is all that reading needs: no connection, no memory of another item."""
        if not self.hisp().queues():
            return self.assert_no_feed()
        self.make_event(self.hisp().send(self.message(), self.key()).external_id)
        items, _states = self.drain(self.hisp())
        for item in items:
            with self.subTest(item.key):
                self.assertIn(item.queue, self.hisp().queues())
                self.assertTrue(item.key)
                self.assertTrue(item.content)
                kept = Item(
                    item.queue, item.key, item.content_type, item.content, item.addresses, item.at
                )
                reading = type(self.hisp()).read_item(kept)
                self.assertEqual(reading, type(self.hisp()).read_item(item))
                self.assertIsInstance(reading, Reading)
        return None

    def test_whatever_an_item_says_can_be_stored(self):
        """Every text of it spoiled: reading it either fails, or gives what a database takes."""
        if not self.hisp().queues():
            return self.assert_no_feed()
        self.make_event(self.hisp().send(self.message(), self.key()).external_id)
        items, _states = self.drain(self.hisp(), acknowledge=True)
        if Capability.RECEIVING in self.hisp().capabilities:
            self.deliver("She is well.")
            items += [item for item, _message in self.wait_for(self.letters)]
        spoiled = [replace(item, content=c) for item in items for c in spoil(item.content)]
        self.assertGreater(len(spoiled), len(items))
        for item in spoiled:
            with self.subTest(item.content[:60]):
                reading = None
                # What it raises is noted with the original, which is kept
                with suppress(Exception):
                    reading = type(self.hisp()).read_item(item)
                assert_storable(self, reading)
        return None

    def drain(self, hisp, states=None, acknowledge=False):
        """Read all queues to their end as the addon does; the items, and where they ended."""
        items, states = [], dict(states or {})
        for queue in hisp.queues():
            more, seen = True, set()
            while more:
                page = hisp.feed(queue, states.get(queue, ""))
                new = [item for item in page.items if item.key not in seen]
                seen.update(item.key for item in new)
                for item in map(hisp.fetch, new):
                    items.append(item)
                    if acknowledge:
                        hisp.acknowledge(item)
                more = page.more and (new or page.state != states.get(queue))
                states[queue] = page.state
        return items, states

    def all_events(self):
        hisp = self.hisp()
        items, _states = self.drain(hisp)
        return [event for item in items for event in hisp.read_item(item).events]

    def letters(self):
        """The letters that wait, as (item, message)."""
        hisp = self.hisp()
        read = [(item, hisp.read_item(item).message) for item in self.drain(hisp)[0]]
        return [
            (item, message)
            for item, message in read
            if message and message.nature is not Nature.NOTICE
        ]

    def assert_no_feed(self):
        self.assertNotIn(Capability.RECEIVING, self.hisp().capabilities)
        with self.assertRaises(NotImplementedError):
            self.hisp().feed("queue")

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
            return
        self.deliver("She is well.")
        [(waiting, received)] = self.wait_for(self.letters)
        self.assertEqual(received.text.strip(), "She is well.")
        self.assertEqual(received.recipient, self.sender())
        self.assertFalse(waiting.is_cut)
        [(again, _message)] = self.letters()
        self.assertEqual(again, waiting, "it is the same as long as it is not acknowledged")
        self.assertEqual(self.hisp().fetch(waiting), waiting)
        _items, states = self.drain(self.hisp())
        for _again in range(2):
            self.hisp().acknowledge(waiting)
        left, _states = self.drain(self.hisp(), states)
        self.assertNotIn(waiting.key, [item.key for item in left])
        gone = Item(waiting.queue, "unknown", waiting.content_type)
        self.failure(errors.NotFound, lambda: self.hisp().fetch(gone))
        return

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
