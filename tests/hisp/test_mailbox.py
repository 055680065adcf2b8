"""Whatever a mailbox server answers about one message, all others arrive."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...hisp import edge, errors, mailbox, tls
from ...hisp.edge import EdgeConfig, EdgeHisp
from ...hisp.submission import Mailbox, MailServer
from . import mail_peer
from .nasty import assert_storable
from .scripted_imap import CUT, ScriptedImap, fetched

ALICE = "alice@hisp-a.test"
LETTER = b"From: bob@hisp-b.test\r\nTo: alice@hisp-a.test\r\nMessage-ID: <%d@b.test>\r\n\r\nDear %d"
BAD = 2
BROKEN = {
    "NO": lambda tag: tag + b" NO not this one\r\n",
    "BAD": lambda tag: tag + b" BAD what\r\n",
    "the connection ends": lambda tag: CUT,
    "nothing": lambda tag: tag + b" OK done\r\n",
    "another message": lambda tag: fetched(tag, 99, b"other"),
    "no items": lambda tag: b"* 1 FETCH (UID 2)\r\n" + tag + b" OK done\r\n",
    "a number of items that is odd": lambda tag: (
        b"* 1 FETCH (UID 2 FLAGS)\r\n" + tag + b" OK done\r\n"
    ),
    "no list": lambda tag: b"* 1 FETCH 7\r\n" + tag + b" OK done\r\n",
    "a list that does not end": lambda tag: b"* 1 FETCH (UID 2 (\r\n" + tag + b" OK done\r\n",
    "parentheses without end": lambda tag: (
        b"* 1 FETCH " + b"(" * 5000 + b"\r\n" + tag + b" OK done\r\n"
    ),
    "body NIL": lambda tag: fetched(tag, BAD, b"x", body=b"NIL"),
    "body empty": lambda tag: fetched(tag, BAD, b"x", body=b'""'),
    "body a list": lambda tag: fetched(tag, BAD, b"x", body=b"(1 2)"),
    "a literal that is too short": lambda tag: fetched(tag, BAD, b"x", body=b"{99}\r\nx"),
    "a literal that is too long": lambda tag: fetched(tag, BAD, b"x", body=b"{1}\r\nxxxxxxx"),
    "a literal that fills the memory": lambda tag: fetched(
        tag, BAD, b"", body=b"{99999999999}\r\n"
    ),
    "no UID": lambda tag: b"* 1 FETCH (BODY[]<0> NIL)\r\n" + tag + b" OK done\r\n",
    "a UID that is none": lambda tag: b"* 1 FETCH (UID x)\r\n" + tag + b" OK done\r\n",
    "a sequence number that is none": lambda tag: b"* x FETCH (UID 2)\r\n" + tag + b" OK done\r\n",
}
# What is odd about a message that can be had all the same
ODD = {
    "size NIL": {"size": b"NIL"},
    "size a word": {"size": b"many"},
    "size a list": {"size": b"(1 2)"},
    "size too large": {"size": b"99999999999999999999"},
    "date NIL": {"date": b"NIL"},
    "date of another form": {"date": b'"yesterday"'},
    "date a number": {"date": b"7"},
    "date a list": {"date": b"(1 2)"},
    "date far away": {"date": b'"01-Jan-9999 00:00:00 +0000"'},
    "date of long ago": {"date": b'"01-Jan-0001 00:00:00 +1400"'},
    "digits alone": {"body": b"4711"},
    "a quoted text": {"body": b'"From: b@b.test"'},
}


@tagged("post_install", "-at_install")
class TestMailbox(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(cls.enterClassContext(TemporaryDirectory()))
        cls.ca = mail_peer.make_certificates(folder)
        cls.imap = cls.enterClassContext(ScriptedImap(folder))

    def setUp(self):
        super().setUp()
        self.imap.script.clear()
        self.imap.seen.clear()
        self.imap.is_read_only = False
        self.imap.messages = {uid: LETTER % (uid, uid) for uid in (1, BAD, 3)}
        self.enterContext(patch.object(tls, "SILENCE_SECONDS", 2))

    def hisp(self, **changes):
        config = EdgeConfig(
            imap=MailServer("127.0.0.1", self.imap.port, "tls"),
            mailboxes=(Mailbox(ALICE, "x", (ALICE,)),),
            ca_certificate=self.ca,
            private_network=True,
            **changes,
        )
        hisp = EdgeHisp(config)
        self.addCleanup(hisp.close)
        return hisp

    def outcome(self, hisp):
        """What becomes of each message: its item, or the error."""
        outcome = {}
        for item in hisp.feed(ALICE).items:
            try:
                outcome[int(item.key.partition("/")[2])] = hisp.fetch(item)
            except errors.HispError as error:
                outcome[int(item.key.partition("/")[2])] = error
        return outcome

    def assert_others_arrive(self, outcome):
        self.assertEqual(set(outcome), set(self.imap.messages))
        for uid in (1, 3):
            self.assertEqual(outcome[uid].content, self.imap.messages[uid])
            self.assertFalse(outcome[uid].is_cut)

    def test_what_cannot_be_had_is_trouble_of_this_message_alone(self):
        hisp = self.hisp()
        for name, answer in BROKEN.items():
            with self.subTest(name):
                self.imap.script[BAD] = answer
                outcome = self.outcome(hisp)
                self.assert_others_arrive(outcome)
                self.assertIsInstance(outcome[BAD], errors.NotReadable)
                self.assertRegex(str(outcome[BAD]), r"^\w.+\.$")
                self.assertFalse(outcome[BAD].temporary, "it would count for the provider")

    def odd(self, content, values, tag):
        # As servers do: nothing that was not asked for
        is_whole = b"INTERNALDATE" in self.imap.asked or "body" in values
        return fetched(tag, BAD, content, **values if is_whole else {})

    def test_what_is_odd_arrives(self):
        hisp = self.hisp()
        for name, values in ODD.items():
            with self.subTest(name):
                content = self.imap.messages[BAD]
                self.imap.script[BAD] = partial(self.odd, content, values)
                outcome = self.outcome(hisp)
                self.assert_others_arrive(outcome)
                if "body" not in values:
                    self.assertEqual(outcome[BAD].content, content)
                self.assertTrue(outcome[BAD].content)
                assert_storable(self, outcome[BAD])
                assert_storable(self, hisp.read_item(outcome[BAD]))

    def test_where_only_the_size_or_date_breaks_it_the_message_is_fetched_alone(self):
        hisp = self.hisp()
        asked = []

        def answer(tag):
            asked.append(tag)
            if len(asked) == 1:
                return tag + b" NO server bug\r\n"
            return b"* 1 FETCH (UID 2 BODY[]<0> {4}\r\nDear)\r\n" + tag + b" OK done\r\n"

        self.imap.script[BAD] = answer
        outcome = self.outcome(hisp)
        self.assert_others_arrive(outcome)
        self.assertEqual((outcome[BAD].content, outcome[BAD].at), (b"Dear", None))

    def test_a_server_that_is_silent_about_one_message(self):
        self.enterContext(patch.object(tls, "SILENCE_SECONDS", 0.3))
        self.imap.script[BAD] = lambda tag: b""
        outcome = self.outcome(self.hisp())
        self.assert_others_arrive(outcome)
        self.assertIsInstance(outcome[BAD], errors.NotReadable)

    def test_what_was_deleted_meanwhile_is_gone(self):
        hisp = self.hisp()
        items = hisp.feed(ALICE).items
        del self.imap.messages[BAD]
        with self.assertRaises(errors.NotFound):
            hisp.fetch(items[1])

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.sampled_from([b"(", b")", b"NIL", b'"', b'""', b" ", b"[", b"]", b"<0>", b"\\"]),
                st.sampled_from(
                    [b"UID 2", b"BODY[]<0>", b"INTERNALDATE", b"RFC822.SIZE", b"FLAGS"]
                ),
                st.integers(-1, 2**70).map(lambda number: b"%d" % number),
                st.binary(max_size=12).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b"")),
                st.binary(max_size=40).map(lambda raw: b"{%d}\r\n%s" % (len(raw), raw)),
            ),
            max_size=12,
        )
    )
    def test_whatever_is_answered_about_one_message_the_others_arrive(self, pieces):
        line = b"* 1 FETCH (" + b" ".join(pieces) + b")\r\n"
        self.imap.script[BAD] = lambda tag: line + tag + b" OK done\r\n"
        hisp = self.hisp()
        try:
            outcome = self.outcome(hisp)
            self.assert_others_arrive(outcome)
            if not isinstance(outcome[BAD], errors.HispError):
                assert_storable(self, hisp.read_item(outcome[BAD]))
        finally:
            hisp.close()

    def test_a_mailbox_for_reading_only_is_read_and_said_so(self):
        self.imap.is_read_only = True
        hisp = self.hisp()
        outcome = self.outcome(hisp)
        self.assert_others_arrive(outcome)
        hisp.acknowledge(outcome[1])
        self.assertEqual(self.imap.seen, set(), "it was marked all the same")
        with patch.object(hisp._submission, "check", return_value=0):
            self.assertIn("for reading only", hisp.check().notice)
        with self.assertRaisesRegex(errors.Refused, "Nothing can be deleted"):
            self.hisp(delete_after_storing=True).acknowledge(outcome[1])

    def test_a_server_that_cannot_mark_loses_nothing(self):
        hisp = self.hisp()
        outcome = self.outcome(hisp)
        self.imap.script["UID STORE"] = lambda tag: tag + b" NO never\r\n"
        hisp.acknowledge(outcome[1])

    def test_one_login_serves_a_whole_page(self):
        self.imap.logins = 0
        hisp = self.hisp()
        for item in self.outcome(hisp).values():
            hisp.acknowledge(item)
        self.assertEqual(self.imap.logins, 1)

    def test_a_page_is_bounded_and_the_next_goes_on(self):
        self.imap.messages = {uid: LETTER % (uid, uid) for uid in range(1, 8)}
        hisp = self.hisp()
        with patch.object(edge, "STEP", 3):
            keys, state, more = [], "", True
            while more:
                page = hisp.feed(ALICE, state)
                keys += [item.key for item in page.items]
                state, more = page.state, page.more
        self.assertEqual(keys, [f"7/{uid}" for uid in range(1, 8)])

    def test_what_is_too_large_is_cut_and_known_to_be(self):
        hisp = self.hisp()
        content = self.imap.messages[BAD]
        limit = len(content)
        for size, told, expected in (
            (limit, None, False),
            (limit - 1, None, True),
            (limit, b"NIL", True),
            (limit + 1, b"NIL", False),
        ):
            with self.subTest(size, told=told), patch.object(edge, "MAX_INCOMING_BYTES", size):
                self.imap.script[BAD] = lambda tag, t=told: fetched(tag, BAD, content, size=t)
                self.assertEqual(self.outcome(hisp)[BAD].is_cut, expected)

    def test_times_are_in_utc(self):
        local = datetime.fromisoformat("2026-11-27T23:30:00-05:00")
        arrived = mailbox._fetched({b"BODY[]<0>": b"x", b"INTERNALDATE": local}, 9).arrived
        self.assertEqual(arrived, datetime(2026, 11, 28, 4, 30, tzinfo=UTC))
