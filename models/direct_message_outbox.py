import logging
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..hisp import errors
from ..hisp.base import Attachment, OutgoingMessage

_logger = logging.getLogger(__name__)

BATCH = 50
FIRST_DELAY_SECONDS = 15
LONGEST_DELAY_SECONDS = 3600
JITTER = 0.2
URGENCIES = ("stat", "urgent", "routine")
GIVE_UP_AFTER = timedelta(hours=24)


class DirectMessage(models.Model):
    """The outbox: hands messages to the provider, each exactly once."""

    _inherit = "direct.message"

    @api.model
    def _send_due(self):
        """Cron: ask about what was left in `sending`, then hand over what is queued."""
        now = fields.Datetime.now()
        due = Domain("next_attempt_at", "<=", now)
        cron = self.env["ir.cron"]
        left = self.search(Domain("state", "=", "sending") & due, limit=BATCH, order="id")
        queued = self.browse()
        for urgency in URGENCIES:
            waiting = Domain("state", "=", "queued") & Domain("urgency", "=", urgency)
            queued |= self.search(waiting & due, limit=BATCH, order="id")
        remaining = len(left) + len(queued)
        cron._commit_progress(remaining=remaining)
        for message, step in [(m, m._ask) for m in left] + [(m, m._send) for m in queued]:
            try:
                step()
            except Exception as error:  # noqa: BLE001 - one message never stops the others
                # The exception's text could hold content, its type does not
                self.env.cr.rollback()
                _logger.error("Message %s: %s", message.id, type(error).__name__)
                message._postpone_after_error()
            if not cron._commit_progress(1):
                break

    def _send(self):
        """Hand the message over: `sending` is committed first, the result after."""
        message = self.try_lock_for_update(allow_referencing=True)
        message.invalidate_recordset()
        if not message._update_state("sending", attempts=self.attempts + 1):
            return
        self.env["ir.cron"]._commit_progress()
        # The lock says "being worked on": a row in `sending` without it was left behind
        message = self.try_lock_for_update(allow_referencing=True)
        message.invalidate_recordset()
        if message.state != "sending":
            return
        try:
            accepted = message.provider_id._hisp().send(
                message._outgoing(), message.idempotency_key
            )
        except errors.HispError as error:
            message._take_refusal(error)
        else:
            message._set_accepted(accepted)

    def _ask(self):
        """Ask the provider about a message left in `sending` before anything else."""
        message = self.try_lock_for_update(allow_referencing=True)
        message.invalidate_recordset()
        if message.state != "sending":
            return
        message._note("asking")
        try:
            accepted = message.provider_id._hisp().find(message.idempotency_key)
        except errors.HispError as error:
            if message._is_too_old() or not error.temporary:
                message._set_uncertain(error)
            else:
                message._postpone(error)
            return
        if accepted:
            message._set_accepted(accepted)
        else:
            message._set_queued()

    def _take_refusal(self, error):
        """Decide what an error of `send` means for the message."""
        if not error.certain:
            # Stays in `sending`: the next run asks the provider before anything else
            self._postpone(error)
        elif isinstance(error, errors.NotAuthenticated):
            self.practice_id._set_not_authenticated()
            self._set_held()
        elif error.temporary and not self._is_too_old():
            self._update_state("queued", detail=error.sentence)
            self._postpone(error)
        else:
            self._set_failed(error.sentence, error.advice, error.reference)

    def _is_too_old(self):
        return fields.Datetime.now() - (self.queued_at or self.create_date) > GIVE_UP_AFTER

    def _postpone(self, error):
        """Try again later: as the provider asked, else with exponential back-off and jitter."""
        backoff = min(FIRST_DELAY_SECONDS * 2 ** max(self.attempts - 1, 0), LONGEST_DELAY_SECONDS)
        seconds = error.retry_after or backoff * random.uniform(1 - JITTER, 1 + JITTER)
        next_attempt_at = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write(
            {
                "next_attempt_at": next_attempt_at,
                "problem": error.sentence,
                "advice": error.advice,
                "provider_reference": error.reference or False,
            }
        )
        self._announce()
        self.env.ref("direct_messaging.ir_cron_send")._trigger(at=next_attempt_at)

    def _postpone_after_error(self):
        self.invalidate_recordset()
        self._postpone(errors.Busy(self.env._("An error of this server.")))

    def _outgoing(self):
        return OutgoingMessage(
            sender=self.from_address,
            recipient=self.to_address,
            subject=self.subject,
            text=self.body,
            attachments=tuple(
                Attachment(document.name, _content_type(document), document.raw)
                for document in self.attachment_ids
            ),
            context=self._context_metadata(),
            in_reply_to=self.in_reply_to_id.external_id or "",
        )

    def _context_metadata(self) -> dict:
        """Direct Context 1.1: lets the other side match the patient."""
        patient = self.patient_id
        names = (patient.name or "").split()
        return {
            "version": "1.1",
            "id": self.idempotency_key,
            **self._context_type(),
            "purpose": "treatment",
            "patient": {
                "givenName": " ".join(names[:-1]),
                "surname": names[-1] if names else "",
                "dateOfBirth": str(patient.direct_birthdate or ""),
                "gender": patient.direct_sex or "",
                "postalCode": patient.zip or "",
            },
        }

    def _context_type(self) -> dict:
        """A referral, or the report that answers one; of anything else no type is said."""
        if self.referral_id:
            return {"type": "referral/order"}
        if self.in_reply_to_id.context_type == "referral/order":
            return {"type": "referral/report"}
        return {}


def _content_type(document) -> str:
    """Say what a document is. Odoo keeps XML as plain text, lest a browser runs what is in it."""
    return "text/xml" if document.name.lower().endswith(".xml") else document.mimetype
