"""What holds of a message whatever happens, in whatever order and however often.

Provider's reports and the outbox's own steps are applied to the real model by dice, through the
functions that callbacks, poll and outbox use; after each step the rules below are checked.
"""

import itertools
from datetime import timedelta
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...hisp import errors
from ...hisp.base import Accepted, Event, EventType
from ...hisp.calls import Call, Outcome
from ..common import DirectCommon

ARRIVED = {EventType.DISPATCHED, EventType.DISPLAYED}
LOST = {EventType.FAILED}
GIVEN_UP = {EventType.EXPIRED}
TAKEN = {EventType.PROCESSED}
PROVE_NOTHING = {
    *(EventType.DELAYED, EventType.RELAYED, EventType.OTHER),
    *(EventType.DENIED, EventType.DELETED),
}
REPORTS = sorted(ARRIVED | LOST | GIVEN_UP | TAKEN | PROVE_NOTHING)
FINAL = {"delivered", "failed", "cancelled"}

# What a call of `send` may come to, and one of `find`; None: the provider has no such message
SENT = ("accepted", errors.Busy(), errors.Uncertain(), errors.Refused(), errors.BadAnswer())
FOUND = ("accepted", None, errors.Busy(), errors.CannotTell())

# The documented order: one of these states among a referral's messages decides
REFERRAL = (
    ("attention", {"failed", "uncertain", "unconfirmed"}),
    ("held", {"held"}),
    ("sent", {"draft", "queued", "sending", "accepted"}),
    ("delivered", {"delivered"}),
    ("cancelled", {"cancelled"}),
)
SETTINGS = settings(
    max_examples=40,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
class TestMessageProperties(DirectCommon):
    """One referral with two messages; what each example does is undone after it."""

    def setUp(self):
        super().setUp()
        recipients = ("maya.chen@lakeview-cardiology", "omar.haddad@lakeview-cardiology")
        self.messages = self.send(self.make_referral(recipients=recipients)).sorted("id")
        # Whatever commits in between would end the test's transaction
        self.startPatcher(
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_, **__: 60.0)
        )
        self.numbers = itertools.count()

    def report(self, message, type_, **values):
        names = {"idempotency_key": message.idempotency_key, "message_id": f"msg-{message.id}"}
        return Event(
            f"evt-{next(self.numbers)}", type_, fields.Datetime.now(), **{**names, **values}
        )

    def tell(self, *reports):
        """Store reports and act upon them, as a callback and the poll do."""
        self.env["direct.message.event"]._store(self.provider, list(reports))._handle()

    def answer(self, message, answer, is_send=True, attempt=None):
        """Record what became of a call, as the outbox does."""
        outgoing = message._outgoing() if is_send else None
        attempt = message.attempts if attempt is None else attempt
        call = Call(message.id, None, attempt, message.idempotency_key, outgoing)
        if answer == "accepted":
            outcome = Outcome(call, Accepted(f"msg-{message.id}"))
        else:
            outcome = Outcome(call, error=answer)
        self.env["direct.message"]._record([outcome])

    def take(self, message):
        """Take a message for a call, as the outbox does; return whether it was there to take."""
        if message.state == "queued":
            message.attempts += 1
        return message._update_state("sending")

    def state_of(self, message):
        message.invalidate_recordset()
        values = message.read(["state", "problem", "delivered_at", "accepted_at", "external_id"])
        return values + message.referral_id.read(["state"])

    def test_no_order_of_steps_leads_to_what_is_not_true(self):
        """Rules: see the invariants of `Machine`."""
        run_state_machine_as_test(lambda: Machine(self), settings=SETTINGS)

    @SETTINGS
    @given(
        reports=st.lists(
            st.sampled_from(sorted(ARRIVED | GIVEN_UP | TAKEN | PROVE_NOTHING)), max_size=5
        ),
        are_lost=st.booleans(),
        state=st.sampled_from(["queued", "sending", "accepted"]),
        data=st.data(),
    )
    def test_where_reports_do_not_contradict_each_other_their_order_does_not_count(
        self, reports, are_lost, state, data
    ):
        """With reports of arrival only, or of failure only, the state is that of the strongest.

        Arrived: *delivered*. Failed: *failed*. Given up: *unconfirmed*. Only taken: *accepted*.
        Else as before. However they are ordered and repeated, and whether they are told one by one
        or together.
        """
        message = self.messages[0]
        if are_lost:
            reports = [EventType.FAILED if type_ in ARRIVED else type_ for type_ in reports]
        proved = [
            target
            for target, types in (
                *(("delivered", ARRIVED), ("failed", LOST)),
                *(("unconfirmed", GIVEN_UP), ("accepted", TAKEN)),
            )
            if types & set(reports)
        ]
        told = [self.report(message, type_) for type_ in reports]
        told = data.draw(st.permutations(told + told))
        at_once = data.draw(st.booleans())
        with self.env.cr.savepoint() as savepoint:
            message._update_state("sending")
            if state == "queued":
                message._update_state("queued")
            elif state == "accepted":
                message._set_accepted({message.id: Accepted(f"msg-{message.id}")})
            for reports_told in [told] if at_once else [[report] for report in told]:
                self.tell(*reports_told)
            self.assertEqual(message.state, proved[0] if proved else state)
            savepoint.rollback()

    @SETTINGS
    @given(
        reports=st.lists(
            st.sampled_from([EventType.PROCESSED, EventType.DISPATCHED, EventType.RELAYED]),
            min_size=1,
            max_size=3,
        ),
        data=st.data(),
    )
    def test_a_report_may_be_quicker_than_the_answer_that_tells_its_id(self, reports, data):
        """As of a provider without keys: the report names nothing but the provider's id."""
        message, events = self.messages[0], self.env["direct.message.event"]
        told = [self.report(message, type_, idempotency_key="") for type_ in reports]
        steps = [*told, "answer", "events", "poll"]
        with self.env.cr.savepoint() as savepoint:
            self.take(message)
            for step in data.draw(st.permutations(steps)):
                if step == "answer":
                    self.answer(message, "accepted")
                elif step == "events":
                    events._handle_waiting()
                elif step == "poll":
                    events._match_again()
                else:
                    self.tell(step)
            events._handle_waiting()
            stored = events._stored(self.provider, told)
            self.assertEqual((len(stored), stored.message_id), (len(told), message))
            self.assertFalse(stored.filtered(lambda event: event.is_unmatched))
            arrived = EventType.DISPATCHED in reports
            self.assertEqual(message.state, "delivered" if arrived else "accepted")
            savepoint.rollback()

    def test_what_happens_at_the_same_moment_is_matched_by_the_poll(self):
        """Neither of two transactions sees the other: the id is there, and the report unmatched."""
        message, events = self.messages[0], self.env["direct.message.event"]
        self.tell(self.report(message, EventType.DISPATCHED, idempotency_key=""))
        self.take(message)
        message.write({"state": "accepted", "external_id": f"msg-{message.id}"})
        events._handle_waiting()
        self.assertEqual(message.state, "accepted")
        events._match_again()
        events._handle_waiting()
        self.assertEqual(message.state, "delivered")


class Machine(RuleBasedStateMachine):
    """Any steps; the rules are the invariants."""

    which = st.integers(0, 1)

    def __init__(self, test):
        super().__init__()
        self.test = test
        self.env = test.env
        self.savepoint = self.env.cr.savepoint()
        self.savepoint.__enter__()
        self.ended = {}
        self.told = {message: set() for message in test.messages}
        self.answered = dict.fromkeys(test.messages, False)

    def teardown(self):
        self.savepoint.rollback()
        self.savepoint.close(rollback=True)

    # --- the provider's side -----------------------------------------------------------------

    @rule(which=which, type_=st.sampled_from(REPORTS), by_id=st.booleans())
    def report(self, which, type_, by_id):
        """A report, under our key or the provider's id; again, it changes nothing."""
        message = self.test.messages[which]
        by_id = by_id and message.external_id
        report = self.test.report(message, type_, **({"idempotency_key": ""} if by_id else {}))
        self.test.tell(report)
        self.told[message].add(type_)
        before = self.test.state_of(message)
        self.test.tell(report)
        event = self.env["direct.message.event"].search([("external_id", "=", report.external_id)])
        assert len(event) == 1
        assert event.is_handled
        event._handle()
        assert self.test.state_of(message) == before, "the same report twice"

    @rule(type_=st.sampled_from(REPORTS))
    def report_on_another(self, type_):
        """A report about a message that is not ours proves nothing about those that are."""
        before = [self.test.state_of(message) for message in self.test.messages]
        message = self.test.messages[0]
        self.test.tell(
            self.test.report(message, type_, idempotency_key="unknown", message_id="unknown")
        )
        assert [self.test.state_of(message) for message in self.test.messages] == before

    # --- ours --------------------------------------------------------------------------------

    @rule(which=which, answer=st.sampled_from(SENT))
    def send(self, which, answer):
        message = self.test.messages[which]
        if message.state == "queued" and self.test.take(message):
            self.test.answer(message, answer)
            self.answered[message] |= answer == "accepted"

    @rule(which=which)
    def crash(self, which):
        """Taken, and never heard of again."""
        self.test.take(self.test.messages[which])

    @rule(which=which, answer=st.sampled_from(FOUND))
    def ask(self, which, answer):
        message = self.test.messages[which]
        if message.state == "sending":
            self.test.answer(message, answer, is_send=False)
            self.answered[message] |= answer == "accepted"

    @rule(which=which, is_send=st.booleans(), answer=st.sampled_from(SENT))
    def late_answer(self, which, is_send, answer):
        """The answer to a call of an earlier attempt, whose lease had passed."""
        message = self.test.messages[which]
        self.test.answer(message, answer, is_send, attempt=message.attempts - 1)
        self.answered[message] |= answer == "accepted"

    @rule(which=which)
    def a_day_passes(self, which):
        message = self.test.messages[which]
        if message.queued_at:
            message.queued_at -= timedelta(days=2)
        if message.accepted_at:
            message.accepted_at -= timedelta(days=2)
        self.env["direct.message"]._mark_unconfirmed()

    @rule(which=which)
    def cancel(self, which):
        message = self.test.messages[which]
        was = message.state
        try:
            message.with_user(self.test.clinician).action_cancel()
        except UserError:
            assert was not in ("draft", "queued", "held")

    @rule(which=which, is_held=st.booleans())
    def hold(self, which, is_held):
        message = self.test.messages[which]
        message._set_held() if is_held else message._set_queued()

    # --- what holds --------------------------------------------------------------------------

    @invariant()
    def nothing_leaves_a_final_state(self):
        for message in self.test.messages:
            if message in self.ended:
                assert message.state == self.ended[message], (self.ended[message], message.state)
            elif message.state in FINAL:
                self.ended[message] = message.state

    @invariant()
    def delivered_means_that_the_provider_said_so_of_this_message(self):
        for message in self.test.messages:
            is_delivered = message.state == "delivered"
            assert not is_delivered or self.told[message] & ARRIVED, "a false green"
            assert is_delivered == bool(message.delivered_at)
            assert not (is_delivered and message.problem)

    @invariant()
    def accepted_means_that_the_provider_has_it(self):
        for message in self.test.messages:
            if message.state in ("accepted", "unconfirmed"):
                assert self.answered[message] or self.told[message] & (TAKEN | GIVEN_UP)
                assert message.accepted_at

    @invariant()
    def what_did_not_arrive_is_explained(self):
        for message in self.test.messages:
            if message.state in ("failed", "uncertain"):
                assert message.problem
                assert message.advice

    @invariant()
    def the_referral_says_what_its_messages_say(self):
        states = set(self.test.messages.mapped("state"))
        expected = next(state for state, group in REFERRAL if states & group)
        assert self.test.messages.referral_id.state == expected

    @invariant()
    def only_what_waits_has_a_time_to_be_tried_at(self):
        for message in self.test.messages:
            assert not message.next_attempt_at or message.state in ("queued", "sending")
