from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.addons.base.models.ir_cron import IrCron
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...hisp import calls, errors
from ...hisp.base import Accepted, Event, EventType
from ...hisp.calls import Calls, Outcome
from ...hisp.sandbox import SandboxHisp
from ...models.message.sent import outbox
from ...models.message.sent.outbox import LEASE
from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestMessage(DirectCommon):
    """From the outbox to a final state, over a real HTTP connection to the sandbox."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.clear_faults)
        self.addCleanup(self.sandbox.settings, processed_after=0, dispatched_after=0)
        self.message = self.send(self.make_referral())

    def fault(self, name, **details):
        self.sandbox.fault(name, match={"path_prefix": "/v1/messages"}, **details)

    def send_due(self):
        """Run the outbox although the time of the next attempt has not come."""
        self.message.write({"next_attempt_at": fields.Datetime.now()})
        self.run_cron("ir_cron_send")

    def arrived(self):
        """How often the sandbox has the message."""
        keys = [row["idempotency_key"] for row in self.sandbox.messages()]
        return keys.count(self.message.idempotency_key)

    def steps(self):
        return self.message.event_ids.mapped("type")

    # --- the straight way --------------------------------------------------------------------

    def test_accepted_is_not_delivered(self):
        self.sandbox.settings(processed_after=3600, dispatched_after=3600)
        self.send_due()
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.message.state, "accepted")
        [row] = self.message.referral_id.direct_delivery()
        self.assertEqual(row["tone"], "info")
        self.sandbox.settings(processed_after=0, dispatched_after=3600)
        self.run_cron("ir_cron_poll")
        self.assertIn("processed", self.steps())
        self.assertEqual(self.message.state, "accepted")

    def test_delivered_with_its_timeline(self):
        self.send_due()
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.message.state, "delivered")
        self.assertEqual(self.steps(), ["queued", "sending", "accepted", "processed", "dispatched"])
        self.assertTrue(self.message.delivered_at)
        self.assertTrue(self.message.partner_id.direct_delivered_at)
        [row] = self.message.referral_id.direct_delivery()
        self.assertEqual((row["tone"], row["label"]), ("success", "Delivered"))

    def test_the_other_side_gets_what_matches_the_patient(self):
        self.send_due()
        context = self.sandbox.message(self.message.external_id)["context"]
        self.assertEqual(context["type"], "referral/order")
        self.assertEqual(
            context["patient"],
            {
                "givenName": "Mary",
                "surname": "Quill",
                "dateOfBirth": "1980-02-29",
                "gender": "female",
                "postalCode": "05401",
            },
        )

    # --- what goes wrong ---------------------------------------------------------------------

    def test_refused_for_now_is_tried_again_as_the_provider_asks(self):
        self.fault("rate_limited", retry_after=120)
        self.send_due()
        self.assertEqual(self.message.state, "queued")
        wait = self.message.next_attempt_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 120, delta=10)
        self.assertIn("busy", self.message.problem)
        self.run_cron("ir_cron_send")
        self.assertEqual(self.message.attempts, 1, "tried before its time")
        self.sandbox.clear_faults()
        self.send_due()
        self.assertEqual((self.message.state, self.arrived()), ("accepted", 1))
        self.assertFalse(self.message.problem)

    def test_back_off_grows_and_ends(self):
        waits = []
        with patch.object(outbox.random, "uniform", return_value=1):
            for attempts in (1, 2, 3, 20):
                self.message.attempts = attempts
                self.message._postpone(errors.Busy())
                waits.append(self.message.next_attempt_at - fields.Datetime.now())
        seconds = [round(wait.total_seconds()) for wait in waits]
        for got, expected in zip(seconds, (15, 30, 60, 3600), strict=True):
            self.assertAlmostEqual(got, expected, delta=3)

    def test_after_a_day_of_refusals_it_fails_instead_of_trying_for_ever(self):
        self.fault("unavailable")
        self.message.queued_at -= timedelta(hours=25)
        self.send_due()
        self.assertEqual(self.message.state, "failed")

    def test_what_an_administrator_can_mend_waits_for_it(self):
        key = self.provider._unseal(self.provider.sudo().api_key_sealed)
        good = {"base_url": self.sandbox.url, "api_key": key, "ca_certificate": False}
        for changes, words in (
            ({"api_key": "wrong"}, "didn't accept the API key"),
            ({"ca_certificate": "nonsense"}, "valid PEM certificate"),
        ):
            with self.subTest(words):
                self.message = self.send(self.make_referral())
                self.provider.write({**good, **changes})
                self.send_due()
                self.assertEqual(self.message.state, "queued")
                [row] = self.message.referral_id.direct_delivery()
                self.assertIn(words, self.message.problem)
                self.assertTrue(row["advice"])
                self.send_due()
                [activity] = self.practice.activity_ids
                self.assertEqual(activity.user_id, self.manager)
                self.provider.write(good)
                self.provider.with_user(self.manager).action_test_connection()
                self.assertFalse(self.practice.activity_ids)
                self.run_cron("ir_cron_send")
                self.assertEqual((self.message.state, self.arrived()), ("accepted", 1))

    def test_what_nobody_mends_within_a_day_fails(self):
        self.provider.api_key = "wrong"
        self.message.queued_at -= timedelta(hours=25)
        self.send_due()
        self.assertEqual(self.message.state, "failed")

    def test_who_may_not_ask_asks_again(self):
        self.fault("drop_after_accept")
        self.send_due()
        self.sandbox.clear_faults()
        key = self.provider._unseal(self.provider.sudo().api_key_sealed)
        self.provider.api_key = "wrong"
        self.send_due()
        self.assertEqual(self.message.state, "sending")
        self.provider.api_key = key
        self.send_due()
        self.assertEqual((self.message.state, self.arrived()), ("accepted", 1))

    def test_refused_for_good_fails_with_a_sentence_and_what_to_do(self):
        self.message.to_address = "nobody@lakeview-cardiology.direct.sandbox.test"
        self.send_due()
        self.assertEqual(self.message.state, "failed")
        [row] = self.message.referral_id.direct_delivery()
        self.assertEqual(row["tone"], "danger")
        self.assertIn("no such mailbox", row["sentence"])
        self.assertIn("send it again", row["advice"])
        self.assertEqual(self.message.referral_id.state, "attention")

    def test_a_lost_answer_is_asked_about_and_nothing_is_sent_twice(self):
        self.message._set_cancelled()
        for fault, there in (
            ("drop_after_accept", 1),
            ("drop_before_accept", 0),
            ("malformed_json", 1),
            ("error_500", 0),
        ):
            with self.subTest(fault):
                self.message = self.send(self.make_referral())
                self.fault(fault, times=1)
                self.send_due()
                self.assertEqual((self.message.state, self.arrived()), ("sending", there))
                self.send_due()
                self.assertEqual((self.message.state, self.arrived()), ("accepted", 1))
                again = [] if there else ["queued", "sending"]
                # When it was accepted the provider knows: before it was asked about
                self.assertCountEqual(
                    self.steps(), ["queued", "sending", "asking", *again, "accepted"]
                )

    def test_a_message_left_in_sending_by_a_crash_is_asked_about(self):
        self.message._update_state("sending")
        self.send_due()
        self.assertEqual((self.message.state, self.arrived()), ("accepted", 1))
        self.assertEqual(
            self.steps(), ["queued", "sending", "asking", "queued", "sending", "accepted"]
        )

    def test_what_another_worker_is_at_is_left_alone(self):
        self.message._update_state("sending", next_attempt_at=fields.Datetime.now() + LEASE)
        with patch.object(SandboxHisp, "find") as find:
            self.run_cron("ir_cron_send")
            find.assert_not_called()
        self.assertEqual(self.message.state, "sending")

    def test_sending_is_committed_before_the_provider_is_called(self):
        steps = []
        commit, start = IrCron._commit_progress, Calls.start

        def committed(cron, *args, **options):
            steps.append("commit")
            return commit(cron, *args, **options)

        def started(calls):
            if calls._added:
                steps.append(f"start {len(calls._added)}")
            return start(calls)

        with (
            patch.object(IrCron, "_commit_progress", committed),
            patch.object(Calls, "start", started),
            patch.object(SandboxHisp, "send", side_effect=errors.Uncertain),
        ):
            self.send_due()
        self.assertEqual(steps[:3], ["commit", "commit", "start 1"])
        self.assertEqual((self.message.state, self.message.attempts), ("sending", 1))

    def test_one_message_that_breaks_does_not_stop_the_others(self):
        other = self.send(self.make_referral())
        outgoing = type(self.message)._outgoing

        def break_one(message):
            if message == self.message:
                raise ValueError("Mary Quill")
            return outgoing(message)

        with (
            patch.object(type(self.message), "_outgoing", break_one),
            self.assertLogs("odoo.addons.direct_messaging", "ERROR") as log,
        ):
            self.send_due()
        self.assertEqual((self.message.state, other.state), ("queued", "accepted"))
        self.assertNotIn("Quill", "".join(log.output))

    def test_an_adapter_that_breaks_leaves_its_message_to_be_asked_about(self):
        with (
            patch.object(SandboxHisp, "send", side_effect=KeyError("Mary Quill")),
            self.assertLogs("odoo.addons.direct_messaging", "ERROR") as log,
        ):
            self.send_due()
        self.assertEqual(self.message.state, "sending")
        self.assertNotIn("Quill", "".join(log.output))

    def test_a_document_that_is_lost_here_is_never_sent_empty(self):
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = '00/lost' WHERE id IN %s",
            [self.message.attachment_ids._ids],
        )
        self.send_due()
        self.assertEqual((self.message.state, self.arrived()), ("failed", 0))
        self.assertIn("can no longer be read", self.message.problem)

    def test_the_queries_of_a_run_do_not_grow_with_what_it_sends(self):
        self.message._set_cancelled()
        counts = []
        for number in (1, 10):
            messages = [self.send(self.make_referral()) for _number in range(number)]
            for message in messages:
                message.state = "queued"
            self.env.flush_all()
            taken = self.env["direct.message"].browse(message.id for message in messages)
            self.env.invalidate_all()
            outgoing = Calls(60)
            connections = {each.practice: each for each in taken._connections()}
            before = self.env.cr.sql_log_count
            taken._begin_calls(outgoing, connections)
            self.env.flush_all()
            answers = [
                Outcome(call, Accepted(call.idempotency_key))
                for call in outgoing._in_flight.values()
            ]
            taken._record(answers)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(taken.mapped("state")), {"accepted"})
        self.assertLessEqual(counts[1], counts[0] + 3, "queries for one and for ten")

    def test_emergencies_go_out_first(self):
        self.message._set_cancelled()
        self.patch(calls, "THREADS", 1)
        messages = {
            urgency: self.send(self.make_referral(urgency=urgency))
            for urgency in ("routine", "urgent", "stat")
        }
        self.run_cron("ir_cron_send")
        order = [row["idempotency_key"] for row in reversed(self.sandbox.messages(3))]
        expected = [messages[urgency].idempotency_key for urgency in ("stat", "urgent", "routine")]
        self.assertEqual(order, expected)

    def test_what_nobody_can_be_asked_about_for_a_day_is_left_to_a_person(self):
        self.fault("drop_after_accept")
        self.send_due()
        self.message.queued_at -= timedelta(hours=25)
        self.send_due()
        self.assertEqual(self.message.state, "uncertain")
        self.assertEqual(self.message.referral_id.state, "attention")
        self.sandbox.clear_faults()
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.message.state, "delivered", "a late report settles it")

    def test_a_provider_whose_answers_have_another_shape_stops_nothing_else(self):
        self.send_due()
        self.message.accepted_at -= timedelta(minutes=61)
        with (
            patch(
                "odoo.addons.direct_messaging.hisp.sandbox.SandboxHisp.feed",
                side_effect=KeyError("cursor"),
            ),
            self.assertLogs("odoo.addons.direct_messaging", "ERROR"),
        ):
            self.run_cron("ir_cron_poll")
        self.assertEqual(self.message.state, "unconfirmed")

    def test_what_no_database_can_store_in_one_answer_stops_no_other(self):
        messages = self.message | self.send(self.make_referral()) | self.send(self.make_referral())
        send = SandboxHisp.send

        def answer(hisp, outgoing, key):
            accepted = send(hisp, outgoing, key)
            if key == messages[1].idempotency_key:
                return Accepted(f"\0{accepted.external_id}\ud800", datetime(9999, 1, 1, tzinfo=UTC))
            return accepted

        with patch.object(SandboxHisp, "send", answer):
            self.run_cron("ir_cron_send")
        self.assertFalse(set(messages.mapped("state")) & {"queued", "sending"})
        self.assertNotRegex(messages[1].external_id, "[\0\ud800]")
        self.assertLess(messages[1].accepted_at, fields.Datetime.now() + timedelta(days=1))

    def test_an_outcome_that_cannot_be_recorded_stops_no_other(self):
        messages = self.message | self.send(self.make_referral()) | self.send(self.make_referral())
        broken = messages[1]
        self.env.flush_all()
        refuse = "ALTER TABLE direct_message ADD CONSTRAINT refuse CHECK (id != %s OR state != %s)"
        self.env.cr.execute(refuse, [broken.id, "accepted"])
        with self.assertLogs("odoo.addons.direct_messaging", "ERROR"), mute_logger("odoo.sql_db"):
            self.run_cron("ir_cron_send")
        self.assertEqual(broken.state, "sending")
        self.assertIn("couldn't be understood", broken.problem)
        self.assertFalse(set((messages - broken).mapped("state")) & {"queued", "sending"})
        self.env.cr.execute("ALTER TABLE direct_message DROP CONSTRAINT refuse")
        broken.next_attempt_at = fields.Datetime.now() - timedelta(seconds=1)
        self.run_cron("ir_cron_send")
        self.assertIn(broken.state, ("accepted", "delivered"), "it was not asked about again")
        keys = [row["idempotency_key"] for row in self.sandbox.messages(10)]
        self.assertEqual(keys.count(broken.idempotency_key), 1)

    def test_a_practice_that_lost_its_authentication_waits_again(self):
        self.sandbox.authenticate(self.practice.domain, False)
        self.addCleanup(self.sandbox.authenticate, self.practice.domain)
        self.send_due()
        self.assertEqual(self.message.state, "held")
        self.assertEqual(self.practice.authentication_state, "not_authenticated")

    def test_without_a_final_notice_it_is_unconfirmed_and_a_late_one_still_counts(self):
        self.sandbox.settings(processed_after=0, dispatched_after=3600)
        self.send_due()
        self.message.accepted_at -= timedelta(minutes=61)
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.message.state, "unconfirmed")
        self.assertEqual(self.message.referral_id.state, "attention")
        self.sandbox.settings(processed_after=0, dispatched_after=0)
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.message.state, "delivered")

    def test_a_change_that_may_count_for_the_referral_is_one_of_its_row(self):
        """Else two at once would both compute its state without the other's, and nobody notice."""
        referral = self.send(
            self.make_referral(
                recipients=("maya.chen@lakeview-cardiology", "omar.haddad@lakeview-cardiology")
            )
        ).referral_id
        versions = []
        for message in referral.direct_message_ids:
            self.env.flush_all()
            query = "SELECT ctid::text FROM direct_referral WHERE id = %s"
            versions += [row for [row] in self.env.execute_query(SQL(query, referral.id))]
            message._update_state("delivered")
        self.assertEqual(len(set(versions)), 2)

    # --- cancel ------------------------------------------------------------------------------

    def test_only_what_was_not_handed_over_can_be_cancelled(self):
        message = self.message.with_user(self.clinician)
        with self.assertRaises(AccessError):
            message.with_user(self.colleague).action_cancel()
        message.action_cancel()
        self.assertEqual(self.message.state, "cancelled")
        self.send_due()
        self.assertEqual(self.arrived(), 0)
        sent = self.send(self.make_referral())
        self.run_cron("ir_cron_send")
        with self.assertRaisesRegex(UserError, "too late to cancel"):
            sent.with_user(self.clinician).action_cancel()

    # --- events ------------------------------------------------------------------------------

    def event(self, type_, id_="evt", **values):
        values = {"idempotency_key": self.message.idempotency_key, **values}
        return Event(id_, type_, fields.Datetime.now(), message_id="msg-x", **values)

    def handle(self, *events):
        self.env["direct.message.event"]._store(self.provider, list(events))._handle()

    def test_repeats_and_disorder_change_nothing(self):
        self.send_due()
        delivered = self.event(EventType.DISPATCHED, "1")
        self.handle(delivered)
        at = self.message.delivered_at
        with freeze_time(fields.Datetime.now() + timedelta(minutes=5)):
            self.handle(
                delivered,
                self.event(EventType.PROCESSED, "2"),
                self.event(EventType.FAILED, "3", reason="late"),
                self.event(EventType.DISPATCHED, "4"),
                self.event(EventType.OTHER, "5"),
            )
        self.assertEqual((self.message.state, self.message.delivered_at), ("delivered", at))
        self.assertEqual(self.steps().count("dispatched"), 2)

    def test_a_failure_notice_is_shown_in_the_provider_s_words(self):
        self.send_due()
        self.handle(self.event(EventType.FAILED, reason="The mailbox is full."))
        self.assertEqual(
            (self.message.state, self.message.problem), ("failed", "The mailbox is full.")
        )

    def test_a_server_that_gave_up_proves_nothing_and_a_late_delivery_settles_it(self):
        for late, state in ((EventType.DISPATCHED, "delivered"), (EventType.FAILED, "failed")):
            with self.subTest(late), self.env.cr.savepoint() as savepoint:
                self.send_due()
                self.handle(self.event(EventType.EXPIRED, "1", reason="Not within the time."))
                self.assertEqual(
                    (self.message.state, self.message.problem),
                    ("unconfirmed", "Not within the time."),
                )
                self.assertIn("before you send it again", self.message.advice)
                self.handle(self.event(EventType.PROCESSED, "2"), self.event(late, "3"))
                self.assertEqual(self.message.state, state)
                savepoint.rollback()

    def test_what_the_recipient_did_with_it_says_nothing_about_the_delivery(self):
        self.send_due()
        for type_ in (EventType.DENIED, EventType.DELETED):
            self.handle(self.event(type_, type_.value))
            self.assertEqual(self.message.state, "accepted")
            self.assertIn(type_.value, self.steps())

    def test_events_of_unknown_messages_are_kept(self):
        self.handle(self.event(EventType.DISPATCHED, "6", idempotency_key="unknown"))
        event = self.env["direct.message.event"].search([("external_id", "=", "6")])
        self.assertEqual((len(event), event.message_id.id), (1, False))

    def test_the_timeline_is_append_only(self):
        event = self.message.event_ids[0]
        for change in (lambda: event.write({"type": "delivered"}), event.unlink):
            with self.assertRaisesRegex(UserError, "timeline"):
                change()

    def test_open_windows_are_told_by_ids_only(self):
        self.env.cr.precommit.clear()
        self.env["bus.bus"].sudo().search([]).unlink()
        self.message._set_cancelled()
        self.env.cr.precommit.run()
        [said] = self.env["bus.bus"].sudo().search([("message", "like", "direct_messaging")])
        self.assertNotIn("Quill", said.message)
        self.assertNotIn(self.message.subject, said.message)
        self.assertIn(f'"message_id":{self.message.id}', said.message.replace(" ", ""))
