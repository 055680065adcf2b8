"""The edge adapter against real Postfix and Dovecot, and against servers that break off."""

import json
import os
import socket
import threading
import time
import unittest
import uuid
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from zipfile import ZipFile

from odoo.tests import BaseCase, tagged

from ...hisp import edge, errors, mime, submission, tls
from ...hisp.base import Attachment, Capability, EventType, Item, Nature, OutgoingMessage
from ...hisp.edge import EdgeConfig, EdgeHisp
from ...hisp.submission import Mailbox, MailServer
from . import mail_peer
from .mail_peer import notice
from .scripted_smtp import Script
from .test_mime import CDA, CONTEXT, PDF

ALICE, BOB, DEAD = "alice@hisp-a.test", "bob@hisp-b.test", "nobody@hisp-dead.test"
WAIT_SECONDS = 30


class EdgeCase(BaseCase):
    """A peer for the class; adapters are closed after each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = cls.enterClassContext(mail_peer.running())
        cls.alice = cls.peer.add(ALICE)
        cls.bob = cls.peer.add(BOB)

    def hisp(self, *mailboxes, **changes):
        hisp = EdgeHisp(self.peer.config(*(mailboxes or (self.alice,)), **changes))
        self.addCleanup(hisp.close)
        return hisp

    def message(self, recipient=BOB, sender=ALICE, **changes):
        message = OutgoingMessage(sender, recipient, "Referral", "Dear colleague", (PDF,), CONTEXT)
        return replace(message, **changes)

    def send(self, hisp, **changes):
        """Send a message; its key."""
        key = str(uuid.uuid4())
        hisp.send(self.message(**changes), key)
        return key

    def wait_for(self, ask):
        """The first answer of `ask` that is not empty."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (answer := ask()):
            self.assertLess(time.monotonic(), deadline, self.peer.log())
            time.sleep(0.1)
        return answer

    def arrived(self, hisp, key):
        """The message that was sent under `key`, once it is there."""
        return self.item(hisp, key)[1]

    def item(self, hisp, key):
        """The message that was sent under `key` as (item, message), once it is there."""

        def look():
            for item, message in letters(hisp):
                if mime.key_of(message.message_id) == key:
                    return item, message
            return None

        return self.wait_for(look)

    def events(self, hisp, key, kind):
        """The events about `key`, once one of this kind is among them."""

        def look():
            found = [event for event in all_events(hisp)[0] if event.idempotency_key == key]
            return kind in {event.type for event in found} and found

        return self.wait_for(look)


def drained(hisp, states=None):
    """All items of all mailboxes, fetched, and where they end."""
    items, states = [], dict(states or {})
    for queue in hisp.queues():
        more = True
        while more:
            page = hisp.feed(queue, states.get(queue, ""))
            items += [hisp.fetch(item) for item in page.items]
            states[queue], more = page.state, page.more
    return items, states


def letters(hisp, states=None):
    """The messages that are no notices, as (item, message)."""
    read = [(item, hisp.read_item(item).message) for item in drained(hisp, states)[0]]
    return [(item, each) for item, each in read if each and each.nature is not Nature.NOTICE]


def all_events(hisp, states=None):
    """All events since `states`, and where they end."""
    items, states = drained(hisp, states)
    return [event for item in items for event in hisp.read_item(item).events], states


@tagged("post_install", "-at_install")
class TestEdge(EdgeCase):
    # --- what it is --------------------------------------------------------------------------

    def test_it_can_receive_and_nothing_else_of_what_is_optional(self):
        self.assertEqual(EdgeHisp.capabilities, {Capability.RECEIVING})
        hisp = self.hisp()
        for ask in (lambda: hisp.find("key"), lambda: hisp.is_authenticated("x.test")):
            with self.assertRaises(errors.CannotTell):
                ask()

    def test_only_the_form_of_an_address_can_be_checked(self):
        for address, valid in ((BOB, True), ("bob", False), ("b b@c.test", False)):
            with self.subTest(address):
                check = self.hisp().check_address(address)
                self.assertEqual((check.valid, check.trusted), (valid, False))
                self.assertTrue(check.reason)

    def test_secrets_do_not_show(self):
        config = self.peer.config(self.alice, client_key="very secret", api_key="very secret")
        for text in (repr(config), repr(self.alice), repr(self.message())):
            for secret in (mail_peer.PASSWORD, "very secret", "Dear colleague"):
                self.assertNotIn(secret, text)

    # --- the connection is tested ------------------------------------------------------------

    def test_check_logs_in_on_both_sides_and_takes_over_the_size(self):
        info = self.hisp(self.alice, self.bob).check()
        # Postfix says 20,480,000 as it is sent
        self.assertEqual(info.max_message_bytes, int((20_480_000 - edge.ENVELOPE_BYTES) * 57 / 78))
        self.assertFalse(info.notice)
        self.assertIsNone(info.confirmation_minutes)

    def test_a_message_of_the_size_that_check_told_is_taken(self):
        size = self.hisp().check().max_message_bytes
        file = Attachment("a.bin", "application/octet-stream", b"\xa5" * size)
        self.send(self.hisp(), attachments=(file,))
        with self.assertRaises(errors.TooLarge):
            self.send(self.hisp(), attachments=(file, PDF, replace(PDF, content=b"x" * 99_999)))

    def test_without_a_mailbox_check_says_that_no_login_was_tested(self):
        hisp = EdgeHisp(self.peer.config())
        self.assertIn("No login was tested", hisp.check().notice)

    def test_both_ways_of_tls(self):
        for smtp, imap in (
            (
                self.peer.smtp("smtps", "tls"),
                MailServer("localhost", self.peer.ports["imaps"], "tls"),
            ),
            (
                self.peer.smtp("submission"),
                MailServer("127.0.0.1", self.peer.ports["imap"], "starttls"),
            ),
        ):
            with self.subTest(smtp.security):
                self.assertTrue(self.hisp(smtp=smtp, imap=imap).check())

    def test_a_client_certificate_is_shown_to_a_server_that_asks_for_one(self):
        smtp = self.peer.smtp("smtp_client_certificate")
        certificate = (self.peer.folder / "tls/client.pem").read_text()
        key = (self.peer.folder / "tls/client.key").read_text()
        hisp = self.hisp(smtp=smtp, client_certificate=certificate, client_key=key)
        self.assertTrue(hisp.check())
        with self.assertRaises(errors.HispError):
            self.hisp(smtp=smtp).check()
        for wrong in ("", "no sealing key", (self.peer.folder / "tls/good.pem").read_text()):
            with (
                self.subTest(wrong[:10]),
                self.assertRaisesRegex(errors.CertificateInvalid, "client"),
            ):
                self.hisp(smtp=smtp, client_certificate=certificate, client_key=wrong).check()

    def test_what_is_wrong_is_said_in_words_and_on_which_side(self):
        def imaps(host):
            return MailServer(host, self.peer.ports["imaps"], "tls")

        open_imap = MailServer("127.0.0.5", self.peer.ports["imap"], "starttls")
        bad = replace(self.alice, password="wrong horse")
        nobody = MailServer("127.0.0.1", 9, "tls")
        old = self.enterContext(tls_server(mail_peer.old_tls_context(self.peer.folder)))
        for name, mailbox, changes, expected, words in (
            ("password", bad, {}, errors.MailboxLoginRefused, "SMTP.*login or password"),
            (
                "no STARTTLS",
                self.alice,
                {"smtp": self.peer.smtp("smtp_plain")},
                errors.TlsNotOffered,
                "SMTP.*doesn't offer encryption",
            ),
            (
                "old TLS",
                self.alice,
                {"smtp": self.peer.smtp("smtp_old")},
                errors.TlsTooOld,
                "SMTP.*outdated",
            ),
            (
                "expired",
                self.alice,
                {"smtp": self.peer.smtp("smtp_expired")},
                errors.CertificateInvalid,
                "SMTP.*expired",
            ),
            (
                "host",
                self.alice,
                {"smtp": self.peer.smtp("smtp_wrong_host")},
                errors.CertificateInvalid,
                "SMTP.*different host name",
            ),
            (
                "authority",
                self.alice,
                {"smtp": self.peer.smtp("smtp_other_ca")},
                errors.CertificateInvalid,
                "SMTP.*unknown authority",
            ),
            (
                "no pinned authority",
                self.alice,
                {"ca_certificate": None},
                errors.CertificateInvalid,
                "SMTP.*unknown authority",
            ),
            (
                "nobody there",
                self.alice,
                {"smtp": nobody},
                errors.Unreachable,
                "SMTP.*can't be reached",
            ),
            (
                "TLS to STARTTLS",
                self.alice,
                {"smtp": self.peer.smtp("submission", "tls")},
                errors.Unreachable,
                "SMTP",
            ),
            (
                "no STARTTLS",
                self.alice,
                {"imap": open_imap},
                errors.TlsNotOffered,
                "IMAP.*doesn't offer encryption",
            ),
            ("old TLS", self.alice, {"imap": old}, errors.TlsTooOld, "IMAP.*outdated"),
            (
                "expired",
                self.alice,
                {"imap": imaps("127.0.0.2")},
                errors.CertificateInvalid,
                "IMAP.*expired",
            ),
            (
                "host",
                self.alice,
                {"imap": imaps("127.0.0.3")},
                errors.CertificateInvalid,
                "IMAP.*different host name",
            ),
            (
                "authority",
                self.alice,
                {"imap": imaps("127.0.0.4")},
                errors.CertificateInvalid,
                "IMAP.*unknown authority",
            ),
            (
                "nobody there",
                self.alice,
                {"imap": nobody},
                errors.Unreachable,
                "IMAP.*can't be reached",
            ),
        ):
            with self.subTest(name, words=words), self.assertRaisesRegex(expected, words) as caught:
                self.hisp(mailbox, **changes).check()
            self.assertTrue(caught.exception.certain)
            self.assertNotIn(mail_peer.PASSWORD, str(caught.exception))

    def test_a_wrong_password_is_noticed_where_it_is_used(self):
        hisp = self.hisp(replace(self.alice, password="wrong horse"))
        for name, use in (
            ("send", lambda: self.send(hisp)),
            ("feed", lambda: hisp.feed(ALICE)),
        ):
            with self.subTest(name), self.assertRaises(errors.MailboxLoginRefused):
                use()

    def test_a_mailbox_that_cannot_be_opened_does_not_stop_the_others(self):
        key = self.send(self.hisp())
        self.arrived(self.hisp(self.bob), key)
        hisp = self.hisp(replace(self.alice, password="wrong horse"), self.bob)
        self.assertEqual(hisp.queues(), (ALICE, BOB))
        with self.assertRaises(errors.MailboxLoginRefused):
            hisp.feed(ALICE)
        self.assertTrue(hisp.feed(BOB).items)

    def test_a_password_may_have_any_letters(self):
        strange = self.peer.add("strange@hisp-a.test", password='pä"ss wörd\\☃')
        self.assertTrue(self.hisp(strange).check())

    # --- sending -----------------------------------------------------------------------------

    def test_what_is_sent_arrives_and_is_received_until_it_is_acknowledged(self):
        text = "Dear Máya,\n.\n..dots\nFrom here on\n" + "x" * 3000
        sent = self.message(text=text, attachments=(PDF, CDA))
        key = str(uuid.uuid4())
        accepted = self.hisp().send(sent, key)
        self.assertEqual(accepted.external_id, f"<{key}@hisp-a.test>")
        bob = self.hisp(self.bob)
        item, received = self.item(bob, key)
        self.assertEqual((received.sender, received.recipient), (ALICE, BOB))
        self.assertEqual((received.subject, received.text), (sent.subject, sent.text))
        self.assertEqual(received.attachments, sent.attachments)
        self.assertEqual(received.context, CONTEXT)
        self.assertEqual(received.message_id, accepted.external_id)

        answer_key = str(uuid.uuid4())
        answer = self.message(sender=BOB, recipient=ALICE, in_reply_to=received.message_id)
        bob.send(answer, answer_key)
        self.assertEqual(self.arrived(self.hisp(), answer_key).in_reply_to, accepted.external_id)

        _items, states = drained(bob)
        bob.acknowledge(item)
        bob.acknowledge(item)
        self.assertNotIn(item.key, [each.key for each in drained(bob, states)[0]])
        self.assertEqual(bob.fetch(item), item)

    def test_refusals_are_typed(self):
        for recipient, expected, temporary, reference in (
            ("unknown@hisp-b.test", errors.InvalidAddress, False, "550 5.1.1"),
            ("stranger@hisp-b.test", errors.Untrusted, False, "550 5.7.1"),
            ("grey@hisp-b.test", errors.Busy, True, "450 4.7.1"),
            ("someone@elsewhere.test", errors.InvalidAddress, False, "550 5.1.1"),
            ("böb@hisp-b.test", errors.InvalidAddress, False, None),
            ("bob@hisp-b.test>\r\nRCPT TO:<x@hisp-b.test", errors.InvalidAddress, False, None),
        ):
            with self.subTest(recipient), self.assertRaises(expected) as caught:
                self.send(self.hisp(), recipient=recipient)
            self.assertTrue(caught.exception.certain)
            self.assertEqual(caught.exception.temporary, temporary)
            self.assertEqual(caught.exception.reference, reference)

    def test_nobody_sends_for_another(self):
        with self.assertRaises(errors.SenderUnknown):
            self.send(self.hisp(), sender="unknown@hisp-a.test")
        thief = replace(self.alice, addresses=("bob@hisp-b.test",))
        with self.assertRaises(errors.SenderUnknown):
            self.send(self.hisp(thief), sender=BOB, recipient=ALICE)

    def test_one_connection_serves_many_messages(self):
        hisp = self.hisp()
        before = self.peer.connections()
        for _number in range(5):
            self.send(hisp)
        with self.assertRaises(errors.InvalidAddress):
            self.send(hisp, recipient="unknown@hisp-b.test")
        self.send(hisp)
        self.assertEqual(self.peer.connections() - before, 1)

    def test_an_idle_connection_that_the_server_ended_is_made_again(self):
        hisp = self.hisp()
        self.send(hisp)
        hisp.feed(ALICE)
        time.sleep(5)  # the peer's patience is 4 seconds
        self.send(hisp)

    def test_servers_that_were_restarted_are_found_again(self):
        hisp = self.hisp()
        self.send(hisp)
        hisp.feed(ALICE)
        self.peer.stop()
        stopped = ExitStack()
        stopped.callback(self.peer.start)
        self.addCleanup(stopped.close)
        for use in (lambda: self.send(self.hisp()), lambda: self.hisp().feed(ALICE)):
            with self.assertRaises(errors.Unreachable):
                use()
        stopped.close()
        key = self.send(hisp)
        self.arrived(self.hisp(self.bob), key)
        self.assertTrue(hisp.feed(ALICE).state)

    def test_a_server_that_ends_while_it_is_given_the_content(self):
        hisp = self.hisp()
        self.send(hisp)
        connection = hisp._submission._connections[self.alice]
        go_on = connection.send

        def crash(data):
            if isinstance(data, bytes) and b"Dear colleague" in data:
                self.peer.crash_postfix()
            go_on(data)

        connection.send = crash
        with self.assertRaises(errors.Uncertain) as caught:
            self.send(hisp)
        self.assertFalse(caught.exception.certain)
        self.peer.start_postfix()
        self.arrived(self.hisp(self.bob), self.send(hisp))

    # --- notices -----------------------------------------------------------------------------

    def test_a_bounce_of_a_message_that_was_accepted(self):
        hisp = self.hisp()
        key = self.send(hisp, recipient="ghost@hisp-b.test")
        [event] = self.events(hisp, key, EventType.FAILED)
        self.assertEqual(event.message_id, f"<{key}@hisp-a.test>")
        self.assertIn("address doesn't exist. (550 5.1.1", event.reason)

    def test_a_server_that_does_not_answer_is_delayed_then_failed(self):
        hisp = self.hisp()
        key = self.send(hisp, recipient=DEAD)
        events = self.events(hisp, key, EventType.FAILED)
        self.assertEqual([event.type for event in events], [EventType.DELAYED, EventType.FAILED])
        self.assertIn("didn't respond. (4.4.1", events[-1].reason)

    def test_a_full_mailbox(self):
        self.peer.add("full@hisp-b.test", quota="10K")
        hisp = self.hisp()
        key = self.send(hisp, recipient="full@hisp-b.test", text="x" * 30_000)
        [event] = self.events(hisp, key, EventType.FAILED)
        self.assertIn("mailbox is full. (552 5.2.2", event.reason)

    def test_relayed_is_evidence_of_nothing(self):
        key = str(uuid.uuid4())
        content = mime.build(self.message(), key, final_delivery=True, now=datetime.now(UTC))
        self.peer.deliver(ALICE, BOB, content, options=["NOTIFY=SUCCESS"])
        [event] = self.events(self.hisp(), key, EventType.RELAYED)
        self.assertEqual(event.message_id, f"<{key}@hisp-a.test>")

    def test_a_bounce_brings_no_documents_back(self):
        hisp = self.hisp()
        key = self.send(hisp, recipient="ghost@hisp-b.test", text="Mary Quill coughs")
        self.events(hisp, key, EventType.FAILED)
        for path in self.peer.maildir(ALICE).rglob("*"):
            if path.is_file() and key.encode() in (content := path.read_bytes()):
                self.assertNotIn(b"Mary Quill", content)
                self.assertNotIn(b"application/pdf", content)

    def test_notices_are_read_since_a_cursor_and_are_no_messages(self):
        hisp = self.hisp()
        _events, before = all_events(hisp)
        key = str(uuid.uuid4())
        for disposition in ("processed", "dispatched"):
            self.peer.deliver(BOB, ALICE, notice(f"<{key}@hisp-a.test>", disposition))
        both = {EventType.PROCESSED, EventType.DISPATCHED}
        self.wait_for(lambda: {e.type for e in all_events(hisp, before)[0]} == both)
        events, after = all_events(hisp, before)
        self.assertEqual({event.idempotency_key for event in events}, {key})
        self.assertEqual({event.sender for event in events}, {ALICE})
        self.assertEqual(all_events(hisp, after)[0], [])
        self.assertEqual(all_events(self.hisp(), before)[0], events)
        self.assertEqual(letters(hisp, before), [])

    def test_what_was_read_by_somebody_else_arrives_all_the_same(self):
        zoe = self.peer.add("zoe@hisp-a.test")
        hisp = self.hisp(zoe)
        _items, states = drained(hisp)
        key = self.send(self.hisp(), recipient=zoe.login)
        self.arrived(hisp, key)
        with self.open_mailbox(zoe) as (search, read_all):
            read_all()
            self.assertEqual(search("UNSEEN"), [])
        self.assertEqual(len(letters(hisp, states)), 1)

    def test_only_what_came_since_the_day_is_taken_and_later_all_that_comes(self):
        ada = self.peer.add("ada@hisp-a.test")
        self.peer.fill(ada.login, b"From: x@y.test\r\nSubject: Old\r\n\r\nOld", 3)
        today = datetime.now(UTC).date()
        hisp = self.hisp(ada, since=today - timedelta(days=30))
        items, states = drained(hisp)
        self.assertEqual(items, [])
        key = self.send(self.hisp(), recipient=ada.login)
        self.arrived(hisp, key)
        # Moved into the mailbox later: its date is old, and it is new here
        self.peer.put(ada.login, b"From: x@y.test\r\nSubject: Moved\r\n\r\nMoved", days_ago=365)
        self.wait_for(lambda: len(letters(hisp, states)) == 2)
        # An earlier day in the settings brings the older ones as well
        earlier = self.hisp(ada, since=today - timedelta(days=400))
        self.assertEqual(len(drained(earlier, states)[0]), 5)

    def test_what_is_stored_is_marked_for_others_notices_too(self):
        zoe = self.peer.add("zoe.marks@hisp-a.test")
        hisp = self.hisp(zoe)
        self.peer.deliver(BOB, zoe.login, notice("<x@hisp-a.test>", recipient=zoe.login))
        [item] = self.wait_for(lambda: drained(hisp)[0])
        with self.open_mailbox(zoe) as (search, _read_all):
            self.assertEqual(len(search("UNSEEN")), 1)
            hisp.acknowledge(item)
            self.assertEqual(search("UNSEEN"), [])

    @contextmanager
    def open_mailbox(self, mailbox):
        """Search the mailbox as somebody else, or read all of it."""
        config = self.peer.config(mailbox)
        mailboxes = EdgeHisp(config)._mailboxes

        def search(*what):
            return mailboxes.search(mailbox, mailboxes.open(mailbox).validity, *what)

        def read_all():
            mailboxes.mark_seen(mailbox, mailboxes.open(mailbox).validity, search("ALL"))

        yield search, read_all
        mailboxes.close()

    def test_a_mailbox_numbered_anew_loses_nothing_and_is_recognized(self):
        zoe = self.peer.add("zoe.new@hisp-a.test")
        hisp = self.hisp(zoe)
        for number in range(3):
            self.peer.deliver(BOB, zoe.login, notice(f"<{number}@hisp-a.test>", number=number))
        self.wait_for(lambda: len(all_events(hisp)[0]) == 3)
        key = self.send(self.hisp(), recipient=zoe.login)
        item, message = self.item(hisp, key)
        events, states = all_events(hisp)
        hisp.close()
        self.peer.renumber(zoe.login)
        self.peer.deliver(BOB, zoe.login, notice("<4@hisp-a.test>", number=4))
        self.wait_for(lambda: len(all_events(hisp, states)[0]) == 4)
        again, after = all_events(hisp, states)
        ids = {event.external_id for event in events}
        self.assertLess(ids, {event.external_id for event in again})
        self.assertNotEqual(json.loads(after[zoe.login])[0], json.loads(states[zoe.login])[0])
        for use in (hisp.fetch, hisp.acknowledge):
            with self.assertRaises(errors.NotFound):
                use(item)
        item_again, message_again = self.item(hisp, key)
        self.assertNotEqual(item_again.key, item.key)
        self.assertEqual(message_again.identity, message.identity)

    def test_who_moves_a_message_changes_headers_and_not_what_it_is(self):
        raw = b"From: a@b.test\r\nTo: alice@hisp-a.test\r\nMessage-ID: <1@b.test>\r\n\r\nDear"
        item = Item(ALICE, "1/1", "message/rfc822", raw, (ALICE,))

        def identity(content):
            return EdgeHisp.read_item(replace(item, key="2/9", content=content)).message.identity

        same = identity(raw)
        for moved in (raw.replace(b"\r\n", b"\n"), b"X-Moved: yes\r\nStatus: RO\r\n" + raw):
            self.assertEqual(identity(moved), same)
        for other in (
            raw.replace(b"Dear", b"Dear all"),
            raw.replace(b"<1@", b"<2@"),
            raw.replace(b"a@b", b"c@b"),
        ):
            self.assertNotEqual(identity(other), same)

    def test_a_mailbox_of_fifty_thousand_does_not_hurt(self):
        big = self.peer.add("big@hisp-a.test")
        self.peer.fill(big.login, b"From: x@y.test\r\nSubject: Old\r\n\r\nOld", 50_000)
        hisp = self.hisp(big, since=datetime.now(UTC).date() - timedelta(days=30))
        page = hisp.feed(big.login)
        self.assertEqual((page.items, page.more), ((), False))
        states = {big.login: page.state}
        self.peer.deliver(BOB, big.login, notice("<1@hisp-a.test>", recipient=big.login))
        self.wait_for(lambda: all_events(hisp, states)[0])
        key = self.send(self.hisp(), recipient=big.login)
        self.wait_for(lambda: [m for _i, m in letters(hisp, states) if key in m.message_id])

    # --- receiving ---------------------------------------------------------------------------

    def test_ids_of_nothing(self):
        for queue, key in (
            (ALICE, ""),
            (ALICE, "x"),
            ("nobody", "1/2"),
            (ALICE, "x/y"),
            (ALICE, "1/1"),
        ):
            for use in (self.hisp().fetch, self.hisp().acknowledge):
                with self.subTest(queue, key=key), self.assertRaises(errors.NotFound):
                    use(Item(queue, key))

    def test_nothing_is_deleted_unless_the_provider_is_set_to(self):
        dan = self.peer.add("dan@hisp-b.test")
        for deletes, left in ((False, 1), (True, 1)):
            with self.subTest(deletes):
                hisp = self.hisp(dan, delete_after_storing=deletes)
                key = self.send(self.hisp(), recipient=dan.login)
                item, _message = self.item(hisp, key)
                hisp.acknowledge(item)
                with self.open_mailbox(dan) as (search, _read_all):
                    self.assertEqual(len(search("ALL")), left)

    def test_notices_are_deleted_too(self):
        dan = self.peer.add("dan.notices@hisp-b.test")
        hisp = self.hisp(dan, delete_after_storing=True)
        self.peer.deliver(ALICE, dan.login, notice("<x@hisp-b.test>", recipient=dan.login))
        [item] = self.wait_for(lambda: drained(hisp)[0])
        hisp.acknowledge(item)
        self.assertEqual(drained(hisp)[0], [])

    def test_what_is_too_large_stays_at_the_provider_and_says_so(self):
        dan = self.peer.add("dan.large@hisp-b.test")
        hisp = self.hisp(dan, delete_after_storing=True)
        key = self.send(self.hisp(), recipient=dan.login)
        self.enterContext(patch.object(edge, "MAX_INCOMING_BYTES", 1000))
        item, message = self.item(hisp, key)
        self.assertTrue(item.is_cut)
        self.assertEqual((message.sender, message.attachments), (ALICE, ()))
        self.assertIn("too large", message.text)
        hisp.acknowledge(item)
        with self.open_mailbox(dan) as (search, _read_all):
            self.assertEqual(len(search("ALL")), 1)

    # --- what ONC's Edge Testing Tool looks at -----------------------------------------------

    def test_every_message_has_an_id_of_its_own_and_asks_for_final_delivery(self):
        hisp, bob = self.hisp(), self.hisp(self.bob)
        ids = {self.arrived(bob, self.send(hisp)).message_id for _number in range(3)}
        self.assertEqual(len(ids), 3)
        asking = f"Disposition-Notification-Options: {mime.FINAL_DELIVERY}".encode()
        for asks in (True, False):
            key = self.send(self.hisp(final_delivery=asks))
            item, _message = self.item(bob, key)
            self.assertEqual(asking in item.content, asks)

    def test_one_bad_recipient_among_good_ones_fails_alone(self):
        hisp = self.hisp()
        good, bad = self.send(hisp), self.send(hisp, recipient="ghost@hisp-b.test")
        self.arrived(self.hisp(self.bob), good)
        self.events(hisp, bad, EventType.FAILED)
        keys = {event.idempotency_key for event in all_events(hisp)[0]}
        self.assertNotIn(good, keys)

    def test_documents_arrive_in_any_order_and_of_any_declared_type(self):
        package = BytesIO()
        with ZipFile(package, "w") as xdm:
            xdm.writestr("INDEX.HTM", "<html/>")
            xdm.writestr("IHE_XDM/SUBSET01/DOC0001.XML", CDA.content)
        text = Attachment("Notes.txt", "text/plain", "Grüße\nline\r\n".encode())
        pdf = replace(PDF, name="Report.pdf")
        xdm = Attachment("xdm.zip", "application/zip", package.getvalue())
        untyped = replace(xdm, content_type="application/octet-stream")
        styled = Attachment(
            "CCDA.xml",
            "text/xml",
            b'<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="nowhere.xsl"?>\n<a/>',
        )
        hisp, bob = self.hisp(), self.hisp(self.bob)
        for name, files in {
            "text, C-CDA, PDF, XDM": (text, CDA, pdf, xdm),
            "XDM, PDF, C-CDA, text": (xdm, pdf, CDA, text),
            "XDM as octet-stream": (untyped,),
            "a stylesheet that is not there": (styled,),
            "C-CDA as XDM and by itself": (CDA, untyped),
            "nothing": (),
        }.items():
            with self.subTest(name):
                received = self.arrived(bob, self.send(hisp, attachments=files))
                self.assertEqual(received.attachments, files)

    # Bad credentials, STARTTLS, TLS versions and certificates: above. Time-outs: below.

    def test_one_login_may_serve_many_addresses(self):
        shared = replace(self.bob, addresses=("other@hisp-b.test", BOB))
        key = self.send(self.hisp())
        self.assertEqual(self.arrived(self.hisp(shared), key).recipient, BOB)


@tagged("post_install", "-at_install")
class TestMailPeer(BaseCase):
    def test_without_the_servers_tests_are_skipped_and_in_ci_they_fail(self):
        for ci, expected in (("", unittest.SkipTest), ("true", AssertionError)):
            with (
                self.subTest(ci),
                patch.object(mail_peer, "missing", return_value="not installed"),
                patch.dict(os.environ, CI=ci),
                self.assertRaisesRegex(expected, "not installed"),
                mail_peer.running(),
            ):
                pass


@contextmanager
def tls_server(context):
    """A server that does no more than the handshake."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True):
                    pass
            except OSError:
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield MailServer("127.0.0.1", listener.getsockname()[1], "tls")
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@tagged("post_install", "-at_install")
class TestEdgeScripted(BaseCase):
    """What a real server cannot be brought to do. Needs no Postfix."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(TemporaryDirectory()))
        cls.ca = mail_peer.make_certificates(cls.folder)

    @contextmanager
    def scripted(self, **script):
        with Script(self.folder, script) as server:
            config = EdgeConfig(
                smtp=MailServer("127.0.0.1", server.port, "tls"),
                mailboxes=(Mailbox(ALICE, "x", (ALICE,)),),
                ca_certificate=self.ca,
                private_network=True,
            )
            with closing(EdgeHisp(config)) as hisp:
                yield hisp, server

    def send(self, hisp):
        message = OutgoingMessage(ALICE, BOB, "Referral", "Dear colleague")
        return hisp.send(message, str(uuid.uuid4()))

    def test_a_connection_that_is_cut_at_each_step(self):
        for step, what, expected in (
            ("EHLO", "cut", errors.Unreachable),
            ("AUTH", "cut", errors.Busy),
            ("MAIL", "cut", errors.Busy),
            ("RCPT", "cut", errors.Busy),
            ("DATA", "cut", errors.Busy),
            ("DATA", "354 go on", errors.Uncertain),
            ("CONTENT", "cut", errors.Uncertain),
        ):
            with self.subTest(step, what=what), self.scripted() as (hisp, server):
                server.script[step] = (what,) if what == "cut" else (what, "cut")
                with self.assertRaises(expected) as caught:
                    self.send(hisp)
                self.assertEqual(caught.exception.certain, expected is not errors.Uncertain)
                self.assertTrue(caught.exception.temporary)
                del server.script[step]
                self.assertTrue(self.send(hisp))

    def test_what_is_no_answer_to_the_content_leaves_it_uncertain(self):
        for answer in ("hello", "220 mail.hisp.test ESMTP", "354 more"):
            with (
                self.subTest(answer),
                self.scripted(CONTENT=(answer,)) as (hisp, _server),
                self.assertRaises(errors.BadAnswer),
            ):
                self.send(hisp)

    def test_a_server_that_says_nothing_is_not_waited_for_for_ever(self):
        self.enterContext(patch.object(tls, "SILENCE_SECONDS", 0.5))
        self.enterContext(patch.object(submission, "CONTENT_SECONDS", 0.5))
        for step, expected in (("MAIL", errors.Busy), ("CONTENT", errors.Uncertain)):
            with (
                self.subTest(step),
                self.scripted(**{step: ()}) as (hisp, _server),
                self.assertRaises(expected),
            ):
                self.send(hisp)

    def test_login_where_plain_is_not_offered(self):
        with self.scripted(without=["PLAIN"]) as (hisp, server):
            self.send(hisp)
            self.assertEqual(len(server.taken), 1)
        with (
            self.scripted(without=["PLAIN", "LOGIN"]) as (hisp, _server),
            self.assertRaisesRegex(errors.NeedsAdministrator, "doesn't accept this type of login"),
        ):
            self.send(hisp)

    def test_messages_are_not_mixed_up_after_a_refusal(self):
        with self.scripted() as (hisp, server):
            server.script["RCPT"] = ("550 5.1.1 no",)
            with self.assertRaises(errors.InvalidAddress):
                self.send(hisp)
            del server.script["RCPT"]
            self.send(hisp)
            self.send(hisp)
            self.assertEqual(len(server.taken), 2)
