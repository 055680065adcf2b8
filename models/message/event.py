from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ...hisp.base import EventType
from ...tools import address
from ...tools.instant import naive_utc
from ..core.batch import together
from ..core.guarded import decides

_lt = LazyTranslate(__name__)

HANDLED_AT_ONCE = 500
HANDLED_TOGETHER = 20

# Reports without a message are looked at again for so long
LOOKED_FOR = timedelta(days=30)

# What a provider's event proves about a message. Anything else is only on the timeline.
STATE_BY_EVENT = {
    EventType.PROCESSED: "accepted",
    EventType.DISPATCHED: "delivered",
    EventType.DISPLAYED: "delivered",
    EventType.FAILED: "failed",
    EventType.EXPIRED: "unconfirmed",
}
# Of the provider, a practice or an enrollment
ABOUT_NO_MESSAGE = {EventType.AUTHENTICATED, EventType.ENROLLMENT, EventType.RECEIVED}


class DirectMessageEvent(models.Model):
    """What happened to a message: reports of the provider and our own steps. Append-only.

    Reports are stored before they are acted upon, once per provider and id, so repeats and
    disorder are harmless.
    """

    _name = "direct.message.event"
    _inherit = "direct.guarded"
    _description = "Event of a Direct Message"
    _order = "at, id"

    _drafts = ()
    _final = _lt("The timeline of a message can't be changed or deleted.")
    _server_changes = "message_id is_handled is_unmatched problem"

    message_id = fields.Many2one("direct.message", readonly=True, index=True, ondelete="restrict")
    provider_id = fields.Many2one("direct.provider", required=True, readonly=True)
    external_id = fields.Char("Provider's Event ID", readonly=True)
    type = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    detail = fields.Char(readonly=True)
    external_message_id = fields.Char(readonly=True)
    idempotency_key = fields.Char(readonly=True)
    domain = fields.Char(readonly=True)
    enrollment_id = fields.Char("Provider's Enrollment ID", readonly=True)
    sender = fields.Char(readonly=True, help="The address of ours that sent the message.")
    recipient = fields.Char(readonly=True, help="The address that the report is about.")
    original_id = fields.Many2one(
        "direct.original", readonly=True, index="btree_not_null", help="The notice as it came."
    )
    is_handled = fields.Boolean(readonly=True)
    is_unmatched = fields.Boolean(
        readonly=True, help="It is about a message that is not known here, or not yet."
    )
    problem = fields.Char(readonly=True, help="What kind of error kept it from being acted upon.")

    _external_unique = models.Constraint(
        "UNIQUE (provider_id, external_id)", "This event was already stored."
    )

    _unhandled = models.Index("(id) WHERE is_handled IS NOT TRUE AND is_unmatched IS NOT TRUE")
    _unmatched = models.Index("(provider_id, external_message_id) WHERE is_unmatched")

    @api.model
    def _store(self, provider, events, original=None):
        """Store reports that are not stored yet.

        :param events: list of `hisp.base.Event`
        :param original: the `direct.original` that they were read from
        :return: the new records
        :raise TransactionRollbackError: somebody else stored one of them a moment ago
        """
        fresh = {event.external_id: event for event in events}
        if not fresh:
            return self
        now = fields.Datetime.now()
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, FALSE)",
                provider.id,
                event.external_id,
                event.type.value,
                naive_utc(event.at) or now,
                event.reason or None,
                event.message_id or None,
                event.idempotency_key or None,
                event.domain or None,
                event.enrollment_id or None,
                address.normalize(event.sender) or None,
                address.normalize(event.recipient) or None,
                original.id if original else None,
                now,
            )
            for event in fresh.values()
        ]
        query = SQL(
            "INSERT INTO direct_message_event (provider_id, external_id, type, at, detail,"
            " external_message_id, idempotency_key, domain, enrollment_id, sender, recipient,"
            " original_id, create_date, is_handled) VALUES %s"
            " ON CONFLICT (provider_id, external_id) DO NOTHING RETURNING id",
            SQL(", ").join(rows),
        )
        self.env.cr.execute(query, log_exceptions=False)
        return self.browse(id_ for (id_,) in self.env.cr.fetchall())

    @api.model
    def _stored(self, provider, events):
        """Return the records of these reports, whenever they were stored."""
        ids = [event.external_id for event in events]
        return self.search([("provider_id", "=", provider.id), ("external_id", "in", ids)])

    def _have_handled(self):
        """Have these reports acted upon soon.

        Of many that come together only the first wakes the scheduled action. Who finds its trigger
        waiting locks it: a run that takes it begins when this transaction has ended.
        """
        if not self:
            return
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id("direct_messaging.ir_cron_events")
        query = SQL(
            "SELECT id FROM ir_cron_trigger WHERE cron_id = %s AND call_at <= %s"
            " LIMIT 1 FOR KEY SHARE SKIP LOCKED",
            cron_id,
            fields.Datetime.now(),
        )
        self.env.cr.execute(query, log_exceptions=False)
        if not self.env.cr.fetchall():
            self.env["ir.cron"].browse(cron_id)._trigger()

    @api.model
    def _handle_some(self, events):
        self.concat(*events)._handle()

    def _handle(self):
        """Act upon stored reports. One whose message is being worked on is left for later."""
        waiting = self.filtered(lambda event: not event.is_handled)
        messages = waiting._messages()
        locked = (
            self.env["direct.message"]
            .browse({message.id for message in messages.values()})
            ._lock_to_change()
        )
        for event in waiting:
            message = messages.get(event)
            if event.type in ABOUT_NO_MESSAGE:
                event.provider_id._on_report(event)
            elif not message:
                # It may be early: the answer to *send* is recorded later, and then it is matched
                event.is_unmatched = True
                continue
            elif message not in locked:
                continue
            else:
                event._apply(message)
            event.is_handled = True

    def _apply(self, message):
        """Take it for a report about `message`, which is locked."""
        self.write({"message_id": message.id, "is_unmatched": False, "is_handled": True})
        message._apply_event(self, STATE_BY_EVENT.get(self.type))
        self.original_id.message_id._on_matched()

    def _messages(self):
        """Return the message that each event is about, by our key, else by the provider's id."""
        keys = set(self.mapped("idempotency_key")) - {False}
        ids = set(self.mapped("external_message_id")) - {False}
        found = self.env["direct.message"].search(
            Domain("provider_id", "in", self.provider_id.ids)
            & Domain("direction", "=", "out")
            & (Domain("idempotency_key", "in", keys) | Domain("external_id", "in", ids))
        )
        by_key = {(message.provider_id, message.idempotency_key): message for message in found}
        by_id = {(message.provider_id, message.external_id): message for message in found}
        messages = {
            event: event.message_id
            or by_key.get((event.provider_id, event.idempotency_key))
            or by_id.get((event.provider_id, event.external_message_id))
            for event in self
        }
        return {event: message for event, message in messages.items() if message}

    # --- reports that come before their message is known ---------------------------------------

    @api.model
    def _match_again(self, messages=None):
        """Have reports acted upon whose message is known by now.

        :param messages: `direct.message` records that got their id a moment ago; none: look for all
        """
        if messages is not None and not messages:
            return
        if messages is None:
            is_known = SQL(
                """
                event.create_date > %s AND (
                    EXISTS (SELECT FROM direct_message AS message
                             WHERE message.idempotency_key = event.idempotency_key
                               AND message.provider_id = event.provider_id)
                 OR EXISTS (SELECT FROM direct_message AS message
                             WHERE message.external_id = event.external_message_id
                               AND message.provider_id = event.provider_id
                               AND message.direction = 'out'))
                """,
                fields.Datetime.now() - LOOKED_FOR,
            )
        else:
            is_known = SQL(
                "(event.provider_id, event.external_message_id) IN %s",
                tuple((message.provider_id.id, message.external_id) for message in messages),
            )
        self.env.flush_all()
        query = SQL(
            "UPDATE direct_message_event AS event SET is_unmatched = FALSE"
            " WHERE event.is_unmatched AND %s RETURNING event.id",
            is_known,
        )
        self.env.cr.execute(query, log_exceptions=False)
        matched = self.browse(id_ for (id_,) in self.env.cr.fetchall())
        matched.invalidate_recordset(["is_unmatched"])
        matched._have_handled()

    def _set_aside(self, error):
        """Note that acting upon it failed. It is listed for administrators, who can try again."""
        self.problem = type(error).__name__

    @decides()
    def action_try_again(self):
        """Act upon reports again that could not be acted upon."""
        self.env["direct.feed"].check_access("read")  # an administrator's matter
        self.check_access("read")
        self.sudo().problem = False
        self.env.ref("direct_messaging.ir_cron_events").sudo()._trigger()

    @api.model
    def _handle_waiting(self):
        """Cron: act upon what callbacks told, and what was left for later."""
        waiting = self.search(
            [("is_handled", "=", False), ("is_unmatched", "=", False), ("problem", "=", False)],
            order="id",
            limit=HANDLED_AT_ONCE,
        )
        # Locking takes all or none, and none once one of them was changed in the meantime: a few
        # at a time, each time beginning with what is so now
        for first in range(0, len(waiting), HANDLED_TOGETHER):
            self.env["ir.cron"]._commit_progress()
            events = waiting[first : first + HANDLED_TOGETHER]
            for broken in together(self.env, list(events), self._handle_some):
                if broken.is_passing:
                    # Somebody does the same at this moment, such as who authenticated the practice
                    self.env.ref("direct_messaging.ir_cron_events")._trigger()
                else:
                    broken.thing[0]._set_aside(broken.error)
        if len(waiting) == HANDLED_AT_ONCE and any(waiting.mapped("is_handled")):
            self.env.ref("direct_messaging.ir_cron_events")._trigger()
