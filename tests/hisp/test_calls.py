import threading
import time

from odoo.tests import BaseCase, tagged

from ...hisp import calls, errors
from ...hisp.base import Accepted, OutgoingMessage
from ...hisp.calls import Call, Calls, Connection, Outcome

MESSAGE = OutgoingMessage("a@a.example", "b@b.example", "Subject", "Text")


class Provider:
    """Answers when it is let to."""

    def __init__(self):
        self.sent = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def send(self, _message, key):
        self.sent.append(key)
        self.may_answer.wait(10)
        if key == "refused":
            raise errors.Busy
        if key == "broken":
            raise KeyError("Mary Quill")
        return Accepted(f"msg-{key}")

    def close(self):
        pass

    def find(self, key):
        return Accepted(f"msg-{key}") if key == "known" else None


@tagged("post_install", "-at_install")
class TestCalls(BaseCase):
    """Calls side by side: who is slow fills only its own slots."""

    def setUp(self):
        super().setUp()
        self.fast, self.slow = Provider(), Provider()
        self.connections = {
            name: Connection(practice, provider, lambda hisp=hisp: hisp)
            for practice, (name, provider, hisp) in enumerate(
                (("fast", 1, self.fast), ("slow", 2, self.slow), ("slow too", 2, self.slow))
            )
        }
        self.ids = iter(range(1, 10_000))

    def call(self, connection="fast", key=None, message=MESSAGE, size=0):
        id_ = next(self.ids)
        return Call(id_, self.connections[connection], 1, key or str(id_), message, size)

    def outcomes(self, running, count):
        got = []
        give_up = time.monotonic() + 10
        while len(got) < count and time.monotonic() < give_up:
            got += running.finished(0.1)
        return got

    def test_what_becomes_of_a_call(self):
        for name, call, expected in (
            ("sent", self.call(key="1"), {"accepted": Accepted("msg-1")}),
            ("refused", self.call(key="refused"), {"error": errors.Busy}),
            ("found", self.call(key="known", message=None), {"accepted": Accepted("msg-known")}),
            ("not found", self.call(key="unknown", message=None), {}),
        ):
            with self.subTest(name), Calls(60) as running:
                running.add(call)
                running.start()
                [outcome] = self.outcomes(running, 1)
                self.assertEqual(outcome.accepted, expected.get("accepted"))
                self.assertIsInstance(outcome.error, expected.get("error", type(None)))
                self.assertEqual((outcome.is_made, len(running)), (True, 0))

    def test_an_adapter_that_breaks_may_have_sent_and_tells_nothing(self):
        with Calls(60) as running, self.assertLogs("odoo", "ERROR") as log:
            running.add(self.call(key="broken"))
            running.start()
            [outcome] = self.outcomes(running, 1)
        self.assertFalse(outcome.error.certain)
        self.assertNotIn("Quill", "".join(log.output))

    def test_a_slow_provider_takes_only_its_own_places(self):
        self.slow.may_answer.clear()
        with Calls(60) as running:
            for connection in ("slow", "slow too"):
                while running.has_room(self.connections[connection], 0):
                    running.add(self.call(connection))
            self.assertEqual(len(running), calls.PER_PROVIDER)
            quick = [self.call() for _number in range(20)]
            for call in quick:
                running.add(call)
            running.start()
            outcomes = self.outcomes(running, len(quick))
            self.assertEqual({outcome.call for outcome in outcomes}, set(quick))
            self.slow.may_answer.set()

    def test_the_bytes_in_flight_are_bounded_but_one_large_message_may_go(self):
        with Calls(60) as running:
            connection = self.connections["fast"]
            self.assertTrue(running.has_room(connection, 2 * calls.TOTAL_BYTES))
            running.add(self.call(size=calls.TOTAL_BYTES - 10))
            self.assertTrue(running.has_room(connection, 10))
            self.assertFalse(running.has_room(connection, 11))

    def test_nothing_is_begun_after_the_end_or_after_its_lease(self):
        for name, lease, close in (("after the end", 60, True), ("after its lease", -1, False)):
            with self.subTest(name), Calls(lease) as running:
                call = self.call()
                running.add(call)
                if close:
                    running.close()
                running.start()
                self.assertEqual(self.outcomes(running, 1), [Outcome(call, is_made=False)])
        self.assertFalse(self.fast.sent)

    def test_a_lease_is_renewed_while_the_call_takes_long(self):
        with Calls(60) as running:
            call = self.call()
            running.add(call)
            self.assertFalse(running.to_renew())
            running._leases[call.id] -= 40
            self.assertEqual(running.to_renew(), [call.id])
            running.renew([call.id])
            self.assertFalse(running.to_renew())
