"""From a provider's queues into the inbox: each once, and nothing waits behind anything."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...hisp import errors
from ..common import DirectCommon
from .scripted_hisp import QUEUE, ScriptedHisp, scripted

LOGGER = "odoo.addons.direct_messaging"
CRON = "odoo.addons.base.models.ir_cron"
WAYS = ("head", "list", "place")


class Killed(BaseException):
    """The process ends here: no handler of ours runs."""


@tagged("post_install", "-at_install")
class TestFeed(DirectCommon):
    def connect(self, way="list"):
        return self.enterContext(scripted(self.provider, ScriptedHisp(way)))

    def poll(self):
        self.run_cron("ir_cron_poll")

    def poll_and_be_killed(self):
        # Not assertRaises: Odoo's undoes what was committed
        try:
            self.poll()
        except Killed:
            return
        self.fail("not killed")

    def letters(self):
        """The texts of what is in the inbox."""
        messages = self.env["direct.message"].search([("direction", "=", "in")], order="id")
        return messages.mapped("body")

    def originals(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["direct.original"].search(domain, order="id")

    def feeds(self):
        return self.env["direct.feed"].search([], order="queue")

    def make_due(self):
        for model in ("direct.original", "direct.feed"):
            self.env[model].search([("next_attempt_at", "!=", False)]).next_attempt_at = (
                fields.Datetime.now() - timedelta(seconds=1)
            )

    # --- each once ---------------------------------------------------------------------------

    def test_a_thousand_alternating_items_arrive_in_one_poll(self):
        """Of a queue of which only the head is seen, killed again and again on the way."""
        message = self.send(self.make_referral())
        message.write({"state": "accepted", "external_id": "sent-1"})
        hisp = self.connect("head")
        for number in range(500):
            hisp.letter(number, to=self.account.address)
            hisp.status(number, message_id="sent-1", kind="relayed")
        self.enterContext(patch(f"{CRON}.MIN_TIME_PER_JOB", 600))
        killers = {item.key: Killed() for item in hisp.waiting[QUEUE][::200]}
        for key, killed in killers.items():
            hisp.trouble["acknowledge", key] = killed
            self.poll_and_be_killed()
            del hisp.trouble["acknowledge", key]
        self.assertEqual(len(killers), 5)
        self.poll()
        self.assertEqual(hisp.waiting[QUEUE], [])
        self.assertEqual(self.letters(), [f"Letter {number}" for number in range(500)])
        events = self.env["direct.message.event"].search([("type", "=", "relayed")])
        self.assertEqual((len(events), events.message_id), (500, message))
        self.assertEqual(len(set(hisp.acknowledged)), 1000)

    def test_a_process_that_ends_anywhere_neither_loses_nor_doubles(self):
        for way in WAYS:
            for method in ("feed", "fetch", "acknowledge"):
                with self.subTest(way, method=method):
                    self.env["direct.feed"].search([]).unlink()
                    before = len(self.letters())
                    hisp = self.connect(way)
                    names = [f"{way}-{method}-{number}" for number in range(3)]
                    for name in names:
                        hisp.letter(name)
                    key = QUEUE if method == "feed" else f"letter-{names[1]}"
                    hisp.trouble[method, key] = Killed()
                    self.poll_and_be_killed()
                    hisp.trouble.clear()
                    self.poll()
                    self.poll()
                    self.assertEqual(self.letters()[before:], [f"Letter {name}" for name in names])

    def test_it_is_committed_before_it_is_acknowledged_and_acknowledged_before_it_is_read(self):
        hisp = self.connect()
        hisp.letter(1)
        seen = []
        hisp.trouble["acknowledge", "letter-1"] = lambda: seen.append(True)
        read = type(self.env["direct.original"])._read_one

        def look(original):
            seen.append(original.is_acknowledged)
            return read(original)

        with patch.object(type(self.env["direct.original"]), "_read_one", look):
            self.poll()
        self.assertEqual(seen, [True, True])

    def test_the_same_under_another_name_is_the_same(self):
        """As after a provider restored its mailbox, or with another reader's copy of it."""
        hisp = self.connect("place")
        hisp.letter(1)
        self.poll()
        [item] = hisp.waiting[QUEUE]
        message = self.originals().message_id
        message.with_user(self.manager).action_done()
        hisp._arrive(QUEUE, "new-number", json.loads(item.content))
        self.poll()
        self.assertEqual(self.letters(), ["Letter 1"])
        self.assertEqual(self.originals().message_id, message)
        self.assertTrue(message.is_done)

    # --- nothing waits behind anything -------------------------------------------------------

    def test_what_cannot_be_read_is_stuck_here_and_nothing_behind_it_waits(self):
        for way in WAYS:
            with self.subTest(way):
                self.env["direct.feed"].search([]).unlink()
                before = len(self.letters())
                hisp = self.connect(way)
                hisp.letter(f"{way}-1")
                hisp.nonsense(f"{way}-letter")
                hisp.nonsense(f"{way}-status", is_status=True)
                hisp.letter(f"{way}-2")
                with self.assertLogs(LOGGER, "ERROR") as log:
                    self.poll()
                self.assertNotIn("\\x00", "".join(log.output))
                texts = [f"Letter {way}-1", f"Letter {way}-2"]
                self.assertEqual(self.letters()[before:], texts)
                self.assertEqual(len(hisp.acknowledged), 4)
                stuck = self.originals(state="stuck", queue=QUEUE)[-2:]
                self.assertEqual(len(stuck), 2)
                for original in stuck:
                    self.assertIn("original is kept", original.problem)
                    self.assertEqual(original.attachment_id.raw, b'"\\u0000"')

    def test_what_is_stuck_is_read_again_by_a_reader_that_can(self):
        hisp = self.connect()
        hisp.nonsense(1)
        with self.assertLogs(LOGGER, "ERROR"):
            self.poll()
        stuck = self.originals(state="stuck")
        reading = ScriptedHisp.read_item
        hisp.letter("kept", to=self.account.address)
        letter = reading(hisp.waiting[QUEUE].pop())
        stuck.with_user(self.manager).action_try_again()
        with patch.object(ScriptedHisp, "read_item", staticmethod(lambda _item: letter)):
            self.poll()
        self.assertEqual((stuck.state, stuck.problem), ("read", False))
        self.assertEqual(self.letters(), ["Letter kept"])
        with self.assertRaises(AccessError):
            stuck.with_user(self.clinician).action_try_again()

    def test_what_cannot_be_fetched_waits_there_and_nothing_behind_it_waits(self):
        for way in ("list", "place"):
            with self.subTest(way):
                self.env["direct.feed"].search([]).unlink()
                before = len(self.letters())
                hisp = self.connect(way)
                for number in range(4):
                    hisp.letter(f"{way}-{number}")
                hisp.trouble["fetch", f"letter-{way}-1"] = errors.NotReadable()
                self.poll()
                self.poll()
                texts = [f"Letter {way}-{number}" for number in (0, 2, 3)]
                self.assertEqual(self.letters()[before:], texts)
                waiting = self.originals(state="waiting")
                self.assertEqual((waiting.key, waiting.attempts), (f"letter-{way}-1", 1))
                self.assertIn("form that can be read", waiting.problem)
                self.assertNotIn(waiting.key, hisp.acknowledged)
                hisp.trouble.clear()
                self.make_due()
                self.poll()
                self.assertEqual(self.letters()[before + 3 :], [f"Letter {way}-1"])
                self.assertEqual(waiting.state, "read")
                self.assertFalse(waiting.problem)

    def test_what_is_gone_when_it_is_asked_for_again_is_said(self):
        hisp = self.connect()
        hisp.letter(1)
        hisp.trouble["fetch", "letter-1"] = errors.NotReadable()
        self.poll()
        hisp.waiting[QUEUE].clear()
        hisp.trouble.clear()
        self.make_due()
        self.poll()
        self.assertEqual(self.originals().state, "gone")

    def test_a_provider_that_is_unwell_is_left_alone_for_a_while(self):
        hisp = self.connect()
        for number in range(10):
            hisp.letter(number)
            hisp.trouble["fetch", f"letter-{number}"] = errors.Busy()
        self.poll()
        self.assertEqual(len(self.originals(state="waiting")), 3, "the others were not asked for")
        self.assertIn("busy", self.feeds().problem)
        hisp.trouble.clear()
        self.make_due()
        self.poll()
        self.assertEqual(len(self.letters()), 10)
        self.assertFalse(self.feeds().problem)

    def test_what_cannot_be_acknowledged_is_here_and_acknowledged_later(self):
        for way in WAYS:
            with self.subTest(way):
                self.env["direct.feed"].search([]).unlink()
                hisp = self.connect(way)
                for number in range(3):
                    hisp.letter(f"{way}-{number}")
                hisp.trouble["acknowledge", f"letter-{way}-0"] = errors.Refused("Not now.")
                self.poll()
                self.assertIn(f"Letter {way}-0", self.letters())
                self.assertIn("Not now.", self.feeds().problem)
                if way != "head":  # of that one the head is all that is seen
                    self.assertIn(f"Letter {way}-2", self.letters())
                hisp.trouble.clear()
                self.poll()
                self.assertFalse(self.feeds().problem)
                self.assertEqual(len(set(hisp.acknowledged)), 3)
                self.assertEqual(self.letters().count(f"Letter {way}-0"), 1)

    def test_one_that_cannot_be_stored_stands_alone(self):
        hisp = self.connect()
        for number in range(4):
            hisp.status(number, kind="relayed")
            hisp.letter(number)
        keep = type(self.env["direct.original"])._store

        def break_one(original, content):
            if original.key == "letter-2":
                raise ValueError
            return keep(original, content)

        with (
            patch.object(type(self.env["direct.original"]), "_store", break_one),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            self.poll()
        self.assertEqual(self.letters(), ["Letter 0", "Letter 1", "Letter 3"])
        self.assertEqual(self.originals(state="waiting").key, "letter-2")
        self.assertEqual([item.key for item in hisp.waiting[QUEUE]], ["letter-2"])
        self.make_due()
        self.poll()
        self.assertEqual(self.letters()[3:], ["Letter 2"])

    def test_what_no_database_can_store_in_one_report_stops_no_other(self):
        """A NUL, half a character, an impossible time, a text without end."""
        sent = self.send(self.make_referral())
        sent.write({"state": "accepted", "external_id": "sent-1"})
        hisp = self.connect()
        for number in range(3):
            hisp.status(number, message_id="sent-1", kind="relayed")
        hisp.status("\0\ud800", message_id="sent-1", kind="relayed", reason="\0x" * 5000)
        hisp.status("late", message_id="sent-1", kind="relayed", at="9999-01-01T00:00:00+00:00")
        self.poll()
        self.assertEqual(len(sent.event_ids.filtered(lambda e: e.type == "relayed")), 5)
        self.assertEqual(hisp.waiting[QUEUE], [])
        late = sent.event_ids.filtered(lambda event: event.external_id == "status-late")
        self.assertLess(late.at, fields.Datetime.now() + timedelta(minutes=1))
        self.assertIn("impossible time", late.detail)

    def test_a_report_that_cannot_be_stored_stops_no_other(self):
        sent = self.send(self.make_referral())
        sent.write({"state": "accepted", "external_id": "sent-1"})
        hisp = self.connect()
        for number in range(3):
            hisp.status(number, message_id="sent-1", kind="relayed")
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE direct_message_event"
            " ADD CONSTRAINT refuse CHECK (external_id != 'status-1')"
        )
        with self.assertLogs(LOGGER, "ERROR"), mute_logger("odoo.sql_db"):
            self.poll()
        self.assertEqual(len(sent.event_ids.filtered(lambda e: e.type == "relayed")), 2)
        self.assertEqual([item.key for item in hisp.waiting[QUEUE]], ["status-1"])
        self.assertEqual(self.originals().mapped("state"), ["waiting"])
        self.env.cr.execute("ALTER TABLE direct_message_event DROP CONSTRAINT refuse")
        self.make_due()
        self.poll()
        self.assertEqual(len(sent.event_ids.filtered(lambda e: e.type == "relayed")), 3)
        self.assertEqual(hisp.waiting[QUEUE], [])

    def test_while_the_file_store_is_full_nothing_is_acknowledged(self):
        hisp = self.connect()
        hisp.letter(1)
        full = OSError(28, "No space left on device")
        with patch.object(type(self.env["ir.attachment"]), "_get_path", side_effect=full):
            self.poll()
        self.assertEqual((self.letters(), hisp.acknowledged), ([], []))
        self.assertIn("on our server", self.feeds().problem)
        self.make_due()
        self.poll()
        self.assertEqual(self.letters(), ["Letter 1"])

    def test_a_queue_that_leads_nowhere_ends(self):
        hisp = self.connect()
        hisp.letter(1)
        hisp.acknowledge = lambda item: None  # it is told, and lists it for ever
        page = hisp.feed

        def endless(queue, state=""):
            return replace(page(queue, state), more=True)

        hisp.feed = endless
        self.poll()
        self.poll()
        self.assertEqual(self.letters(), ["Letter 1"])

    def test_when_the_time_is_over_it_goes_on_where_it_was(self):
        """However little time there is, each run gets on, and the next is asked for."""
        self.enterContext(patch(f"{CRON}.MIN_TIME_PER_JOB", 0))
        poll = self.env.ref("direct_messaging.ir_cron_poll")
        for way in WAYS:
            with self.subTest(way):
                self.env["direct.feed"].search([]).unlink()
                before = len(self.letters())
                hisp = self.connect(way)
                for number in range(3):
                    hisp.status(f"{way}-{number}", kind="relayed")
                    hisp.letter(f"{way}-{number}")
                runs, asked_for = 0, [("cron_id", "=", poll.id)]
                while not runs or self.env["ir.cron.trigger"].search(asked_for):
                    runs += 1
                    self.assertLess(runs, 20, "it does not get on")
                    self.env["ir.cron.trigger"].search([]).unlink()
                    self.poll()
                self.assertGreater(runs, 1)
                self.assertEqual(len(self.letters()) - before, 3)
                self.assertEqual(len(set(hisp.acknowledged)), 6)

    # --- side by side ------------------------------------------------------------------------

    def test_a_slow_queue_keeps_no_other_waiting(self):
        hisp = self.connect()
        hisp.letter("slow", queue="a slow one")
        hisp.letter("quick", queue="b quick one")
        is_quick_one_read = threading.Event()
        hisp.trouble["feed", "a slow one"] = lambda: self.assertTrue(is_quick_one_read.wait(20))
        hisp.trouble["acknowledge", "letter-quick"] = is_quick_one_read.set
        self.poll()
        self.assertEqual(set(self.letters()), {"Letter quick", "Letter slow"})

    def test_a_wrong_password_concerns_one_mailbox_and_is_not_tried_all_the_time(self):
        hisp = self.connect()
        hisp.letter(1, queue="a locked one")
        hisp.letter(2, queue="b fine one")
        tries = []

        def refuse():
            tries.append(True)
            raise errors.MailboxLoginRefused

        hisp.trouble["feed", "a locked one"] = refuse
        for _poll in range(3):
            self.poll()
        locked, fine = self.feeds().filtered("queue").sorted("queue")[:2]
        self.assertEqual((len(tries), locked.attempts), (1, 1))
        self.assertIn("mailbox login or password", locked.problem)
        self.assertTrue(self.practice.activity_ids, "an administrator was not asked")
        self.assertEqual((self.letters(), fine.problem), (["Letter 2"], False))
        pauses = []
        for _try in range(12):
            pause = locked.next_attempt_at - locked.tried_at
            pauses.append(round(pause / timedelta(minutes=1)))
            self.make_due()
            self.poll()
        self.assertEqual(pauses, sorted(pauses))
        self.assertEqual((pauses[0], pauses[1], pauses[-1]), (2, 4, 12 * 60))
        # Whoever mends it does not wait half a day
        hisp.trouble.clear()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            cr.execute(
                "UPDATE direct_account SET write_date = now() at time zone 'UTC'"
                " + interval '1 minute' WHERE id = %s",
                [self.account.id],
            )
        self.poll()
        self.assertEqual(len(self.letters()), 2)

    def test_connections_are_closed_whatever_happens(self):
        for trouble in (None, errors.Busy(), errors.MailboxLoginRefused(), ValueError()):
            with self.subTest(trouble):
                hisp = self.connect()
                hisp.letter(1)
                hisp.open = 0
                if trouble:
                    hisp.trouble["feed", QUEUE] = trouble
                self.make_due()
                if isinstance(trouble, ValueError):
                    with self.assertLogs(LOGGER, "ERROR"):
                        self.poll()
                else:
                    self.poll()
                self.assertEqual(hisp.open, 0)

    # --- empty is normal ---------------------------------------------------------------------

    def test_without_practice_provider_or_queue_nothing_happens(self):
        hisp = self.connect()
        hisp.letter(1)
        hisp.waiting = {}
        self.poll()
        self.env["direct.provider"].search([]).active = False
        self.poll()
        self.assertEqual(self.letters(), [])
