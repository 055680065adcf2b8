import logging
import random
from dataclasses import replace
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ....hisp import errors
from ....hisp.base import Attachment, OutgoingMessage
from ....hisp.calls import PER_PRACTICE, Call, Calls, Connection
from ....tools.ccda import SEX_WORDS
from ...core.batch import each_alone, together

_logger = logging.getLogger(__name__)

CRONS = ("ir_cron_send", "ir_cron_send_2", "ir_cron_send_3", "ir_cron_send_4")
# In this order: what was left behind is asked about before anything else
STEPS = (
    ("sending", "stat"),
    ("sending", "urgent"),
    ("sending", "routine"),
    ("queued", "stat"),
    ("queued", "urgent"),
    ("queued", "routine"),
)
LEASE = timedelta(seconds=90)
WAIT_SECONDS = 1
FIRST_DELAY_SECONDS = 15
LONGEST_DELAY_SECONDS = 3600
JITTER = 0.2
GIVE_UP_AFTER = timedelta(hours=24)


class DirectMessage(models.Model):
    """The outbox: hands messages to the provider, each exactly once.

    A run takes what is due, commits that it is *sending*, has threads make the calls, and records
    what came back: the calls know nothing of the database, and no transaction waits for a call.
    In *sending*, `next_attempt_at` is a lease. Once it is over whoever took the message is gone,
    and the message is asked about, never sent blindly.
    """

    _inherit = "direct.message"

    # Finds what is due of a practice, most urgent first, however much waits
    _due = models.Index(
        "(practice_id, state, urgency, next_attempt_at, id) WHERE state IN ('queued', 'sending')"
    )

    @api.model
    def _send_due(self):
        """Cron: hand over what is due, and what becomes due meanwhile, until the time is over."""
        cron = self.env["ir.cron"]
        connections = self._connections()
        time_left = cron._commit_progress()
        unrecorded = []
        with Calls(LEASE.total_seconds()) as calls:
            while True:
                if time_left:
                    self._begin_due(calls, connections)
                else:
                    calls.close()
                if not (calls or (unrecorded and time_left)):
                    break
                outcomes = unrecorded + calls.finished(WAIT_SECONDS)
                unrecorded = self._record(outcomes)
                recorded = len(outcomes) - len(unrecorded)
                # The documents of what is done are not kept while the next are read
                del outcomes
                self._renew(calls)
                time_left = cron._commit_progress(recorded)
        self._wake_again(connections)

    @api.model
    def _connections(self):
        """Return how to reach the provider of each practice that can send."""
        connections = []
        practices = self.env["direct.practice"]._may_send()
        for provider, members in practices.grouped("provider_id").items():
            if not provider._is_in_use():
                continue  # `_settle_resting` says so at each message
            try:
                connect = partial(provider._adapter(), provider._hisp_config())
            except UserError as error:
                _logger.error("%s: %s", provider.name, error)
                waiting = [
                    ("practice_id", "in", members.ids),
                    ("state", "in", ("queued", "sending")),
                ]
                for practice in self.search(waiting).practice_id:
                    practice._ask_administrator()
            else:
                connections += [
                    Connection(practice.id, provider.id, connect) for practice in members
                ]
        return connections

    # --- take --------------------------------------------------------------------------------

    @api.model
    def _begin_due(self, calls, connections):
        """Take what is due and there is room for, commit that, and begin the calls."""
        # Not for a few: each time costs the same queries, however many are taken
        free = {
            connection.practice: connection
            for connection in connections
            if 2 * calls.slots(connection) >= PER_PRACTICE
        }
        due = self.browse(self._lock_due({id_: calls.slots(free[id_]) for id_ in free}))
        if len(due) >= PER_PRACTICE:
            self._call_for_help()
        due._begin_calls(calls, free)
        # From here on they are ours, whatever happens
        self.env["ir.cron"]._commit_progress()
        calls.start()

    @api.model
    def _lock_due(self, slots):
        """Lock what is due and nobody else is at.

        :param dict slots: how many to take of each practice, by its id
        :return: ids, the most urgent and the longest waiting first
        """
        if not slots:
            return []
        query = SQL(
            """
            SELECT due.id
              FROM unnest(%(practices)s::integer[], %(slots)s::integer[])
                   AS practice (id, slots)
        CROSS JOIN unnest(%(states)s::text[], %(urgencies)s::text[])
                   WITH ORDINALITY AS step (state, urgency, number)
        CROSS JOIN LATERAL (
                       SELECT id, next_attempt_at
                         FROM direct_message
                        WHERE practice_id = practice.id
                          AND state IN ('queued', 'sending')
                          AND state = step.state
                          AND urgency = step.urgency
                          AND next_attempt_at <= %(now)s
                     ORDER BY next_attempt_at, id
                        LIMIT practice.slots
            FOR NO KEY UPDATE
                  SKIP LOCKED
                   ) AS due
          ORDER BY step.number, due.next_attempt_at, due.id
            """,
            practices=list(slots),
            slots=list(slots.values()),
            states=[state for state, _urgency in STEPS],
            urgencies=[urgency for _state, urgency in STEPS],
            now=fields.Datetime.now(),
        )
        return self._locked(query)

    def _begin_calls(self, calls, connections):
        """Mark those of the locked messages that there is room for as ours, and add their calls.

        :param dict connections: the connection of each practice, by its id
        """
        taken = self.browse()
        for message in self:
            if message.state == "queued" and message._has_waited_too_long():
                message._set_waited_too_long()
                continue
            connection = connections[message.practice_id.id]
            size = sum(message.attachment_ids.mapped("file_size"))
            if not calls.has_room(connection, size):
                continue
            try:
                outgoing = message._outgoing() if message.state == "queued" else None
            except errors.HispError as error:
                message._settle_refusal(error)
                continue
            except Exception as error:  # noqa: BLE001 - one message never stops the others
                # The exception's text could hold content, its type does not
                _logger.error("Message %s: %s", message.id, type(error).__name__)
                message._postpone(errors.Busy(self.env._("Something went wrong on our server.")))
                continue
            message.attempts += 1
            taken |= message
            calls.add(
                Call(
                    message.id,
                    connection,
                    message.attempts,
                    message.idempotency_key,
                    outgoing,
                    size,
                )
            )
        lease = fields.Datetime.now() + LEASE
        asked = taken.filtered(lambda message: message.state == "sending")
        asked._put_on_timeline("asking")
        asked.next_attempt_at = lease
        (taken - asked)._update_state("sending", next_attempt_at=lease)

    @api.model
    def _call_for_help(self):
        """More is due than one takes at once: have the next of the outbox's crons run as well."""
        mine = self.env.context.get("cron_id")
        crons = [self.env.ref(f"direct_messaging.{name}") for name in CRONS]
        position = next((n for n, cron in enumerate(crons) if cron.id == mine), None)
        if position is not None and position + 1 < len(crons):
            crons[position + 1]._trigger()

    # --- record ------------------------------------------------------------------------------

    @api.model
    def _record(self, outcomes):
        """Record what became of calls; return what can be recorded only later.

        An outcome that breaks stands alone, and is then as good as none: its message is asked
        about again, and a person decides when that leads nowhere.
        """
        messages = self.browse(outcome.call.id for outcome in outcomes)._lock_to_change()
        later = [outcome for outcome in outcomes if outcome.call.id not in messages._ids]
        ours = [outcome for outcome in outcomes if outcome.call.id in messages._ids]
        for broken in together(self.env, ours, self._record_all):
            [outcome] = broken.thing
            if broken.is_passing:
                later.append(outcome)
            else:
                unknown = replace(outcome, accepted=None, error=errors.BadAnswer())
                each_alone(self.env, [[unknown]], self._record_all)
        return later

    @api.model
    def _record_all(self, outcomes):
        """Record outcomes whose messages are locked."""
        accepted = {}
        for outcome in outcomes:
            message = self.browse(outcome.call.id)
            if outcome.accepted:
                accepted[message.id] = outcome.accepted
            elif message.state == "sending" and message.attempts == outcome.call.attempt:
                # Nobody has taken it over since, as happens when our lease has passed
                message._settle(outcome)
        self.browse(accepted)._set_accepted(accepted)

    def _settle(self, outcome):
        """Act upon a call that did not end with *accepted*."""
        if not outcome.is_made:
            # The time of the run was over before it came to this one
            self.next_attempt_at = fields.Datetime.now()
            if outcome.call.message:
                self._update_state("queued")
        elif not outcome.error:
            # The provider certainly has not got it
            self._set_queued()
        elif outcome.call.message:
            self._settle_refusal(outcome.error)
        else:
            self._settle_no_answer(outcome.error)

    def _settle_refusal(self, error):
        """Decide what an error of `send` means for the message."""
        if not error.certain:
            # Stays in `sending`: it is asked about before anything else
            self._postpone(error)
        elif isinstance(error, errors.NotAuthenticated):
            self.practice_id._set_not_authenticated()
            self._set_held()
        elif error.temporary and not self._is_too_old():
            self._update_state("queued", detail=error.sentence)
            self._postpone(error)
        else:
            self._set_failed(error.sentence, error.advice, error.reference)

    def _settle_no_answer(self, error):
        """Decide what an error of `find` means: nobody could be asked, or nobody ever can."""
        if self._is_too_old() or not error.temporary:
            self._set_uncertain(error)
        else:
            self._postpone(error)

    def _is_too_old(self):
        return self._is_over(self.queued_at or self.create_date)

    @api.model
    def _is_over(self, since):
        return fields.Datetime.now() - since > GIVE_UP_AFTER

    def _postpone(self, error):
        """Try again later: as the provider asked, else with exponential back-off and jitter."""
        backoff = min(FIRST_DELAY_SECONDS * 2 ** max(self.attempts - 1, 0), LONGEST_DELAY_SECONDS)
        seconds = error.retry_after or backoff * random.uniform(1 - JITTER, 1 + JITTER)
        self.write(
            {
                "next_attempt_at": fields.Datetime.now() + timedelta(seconds=seconds),
                "problem": error.sentence,
                "advice": error.advice,
                "provider_reference": error.reference or False,
            }
        )
        if isinstance(error, errors.NeedsAdministrator):
            self.practice_id._ask_administrator()
        self._announce()

    @api.model
    def _try_now(self, practices):
        """Make due what waits for its next attempt; what somebody is at goes its way."""
        waiting = self.search(
            [
                ("practice_id", "in", practices.ids),
                ("state", "=", "queued"),
                ("next_attempt_at", ">", fields.Datetime.now()),
            ]
        ).try_lock_for_update()
        waiting.next_attempt_at = fields.Datetime.now()
        if waiting:
            self.env.ref("direct_messaging.ir_cron_send").sudo()._trigger()

    @api.model
    def _renew(self, calls):
        """Say of calls that take long that somebody is still at them."""
        if ids := calls.to_renew():
            ours = self.browse(ids).try_lock_for_update(allow_referencing=True)
            ours.next_attempt_at = fields.Datetime.now() + LEASE
            calls.renew(ours.ids)

    # --- when to run again -------------------------------------------------------------------

    @api.model
    def _wake_again(self, connections):
        """Have the outbox run when the next message is due."""
        query = SQL(
            """
            SELECT min(due.next_attempt_at)
              FROM unnest(%(practices)s::integer[]) AS practice (id)
        CROSS JOIN unnest(%(states)s::text[], %(urgencies)s::text[])
                   AS step (state, urgency)
        CROSS JOIN LATERAL (
                       SELECT next_attempt_at
                         FROM direct_message
                        WHERE practice_id = practice.id
                          AND state IN ('queued', 'sending')
                          AND state = step.state
                          AND urgency = step.urgency
                          AND next_attempt_at IS NOT NULL
                     ORDER BY next_attempt_at
                        LIMIT 1
                   ) AS due
            """,
            practices=[connection.practice for connection in connections],
            states=[state for state, _urgency in STEPS],
            urgencies=[urgency for _state, urgency in STEPS],
        )
        [[next_at]] = self.env.execute_query(query)
        if next_at:
            self.env.ref("direct_messaging.ir_cron_send")._trigger(
                at=max(next_at, fields.Datetime.now())
            )

    # --- what is sent ------------------------------------------------------------------------

    def _outgoing(self):
        """Return the message as an adapter takes it.

        :raise Refused: a document cannot be read any more
        """
        # Without prefetching: else the contents of all messages that are due would be read at once
        documents = self.attachment_ids.with_prefetch(self.attachment_ids.ids)
        if not all(document._direct_is_intact() for document in documents):
            raise errors.Refused(
                self.env._(
                    "A document of this message can no longer be read on our server. Send "
                    "the referral again with the document attached."
                ),
            )
        return OutgoingMessage(
            sender=self.from_address,
            recipient=self.to_address,
            subject=self.subject,
            text=self.body,
            attachments=tuple(
                Attachment(document.name, document._direct_type(), document.raw or b"")
                for document in documents
            ),
            context=self._context_metadata(),
            in_reply_to=self.in_reply_to_id.external_id or "",
        )

    def _context_metadata(self) -> dict:
        """Direct Context 1.1: lets the other side match the patient."""
        person = self.patient_id.with_company(self.company_id)._direct_person()
        return {
            "version": "1.1",
            "id": self.idempotency_key,
            **self._context_type(),
            "purpose": "treatment",
            "patient": {
                "givenName": " ".join(person.name.given),
                "surname": person.name.family,
                "dateOfBirth": str(person.birth_date or ""),
                "gender": SEX_WORDS.get(person.sex, ""),
                "postalCode": person.contact.address.postal_code,
            },
        }

    def _context_type(self) -> dict:
        """What the message says that it is, for Direct Context; the wing that knows extends it."""
        return {}
