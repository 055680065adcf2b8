from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..hisp.base import EventType
from ..tools.instant import naive_utc

# What a provider's event proves about a message. Anything else is only on the timeline.
STATE_BY_EVENT = {
    EventType.PROCESSED: "accepted",
    EventType.DISPATCHED: "delivered",
    EventType.DISPLAYED: "delivered",
    EventType.FAILED: "failed",
    EventType.DENIED: "failed",
    EventType.DELETED: "failed",
}


class DirectMessageEvent(models.Model):
    """What happened to a message: reports of the provider and our own steps. Append-only.

    Reports are stored before they are acted upon, once per provider and id, so repeats and
    disorder are harmless.
    """

    _name = "direct.message.event"
    _description = "Event of a Direct Message"
    _order = "at, id"

    message_id = fields.Many2one("direct.message", readonly=True, index=True, ondelete="restrict")
    provider_id = fields.Many2one("direct.provider", required=True, readonly=True)
    external_id = fields.Char("Provider's Event", readonly=True)
    type = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    detail = fields.Char(readonly=True)
    external_message_id = fields.Char(readonly=True)
    idempotency_key = fields.Char(readonly=True)
    domain = fields.Char(readonly=True)
    enrollment_id = fields.Char("Provider's Enrollment", readonly=True)
    is_handled = fields.Boolean(readonly=True)

    _external_unique = models.Constraint(
        "UNIQUE (provider_id, external_id)", "An event of the provider is stored once."
    )
    _unhandled = models.Index("(provider_id) WHERE is_handled IS NOT TRUE")

    def write(self, vals):
        if vals.keys() - {"message_id", "is_handled"}:
            raise UserError(self.env._("The timeline of a message cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The timeline of a message cannot be deleted."))

    @api.model
    def _store(self, provider, events):
        """Store reports that are not stored yet.

        :param events: list of `hisp.base.Event`
        :return: the new records
        """
        known = set(
            self.search(
                [
                    ("provider_id", "=", provider.id),
                    ("external_id", "in", [event.external_id for event in events]),
                ]
            ).mapped("external_id")
        )
        fresh = {event.external_id: event for event in events if event.external_id not in known}
        return self.create(
            [
                {
                    "provider_id": provider.id,
                    "external_id": event.external_id,
                    "type": event.type.value,
                    "at": naive_utc(event.at),
                    "detail": event.reason,
                    "external_message_id": event.message_id,
                    "idempotency_key": event.idempotency_key,
                    "domain": event.domain,
                    "enrollment_id": event.enrollment_id,
                }
                for event in fresh.values()
            ]
        )

    def _handle(self):
        """Act upon stored reports. One whose message is being worked on is left for later."""
        for event in self.filtered(lambda event: not event.is_handled):
            if event.type == EventType.AUTHENTICATED:
                event._practice()._set_authenticated()
            elif event.type == EventType.ENROLLMENT:
                self.env["direct.enrollment"]._handle_event(event)
            elif event.type == EventType.RECEIVED:
                self.env.ref("direct_messaging.ir_cron_poll")._trigger()
            elif message := event.message_id or event._find_message():
                if not message.try_lock_for_update(allow_referencing=True):
                    continue
                message.invalidate_recordset(["state"])
                event.message_id = message
                message._apply_event(event, STATE_BY_EVENT.get(event.type))
            event.is_handled = True

    def _practice(self):
        return self.env["direct.practice"].search(
            [("provider_id", "=", self.provider_id.id), ("domain", "=", self.domain)]
        )

    def _find_message(self):
        """Find the message by our key, else by the provider's id."""
        of_provider = Domain("provider_id", "=", self.provider_id.id) & Domain(
            "direction", "=", "out"
        )
        messages = self.env["direct.message"]
        if self.idempotency_key:
            messages = messages.search(
                of_provider & Domain("idempotency_key", "=", self.idempotency_key)
            )
        if not messages and self.external_message_id:
            messages = messages.search(
                of_provider & Domain("external_id", "=", self.external_message_id), limit=1
            )
        return messages

    @api.model
    def _handle_waiting(self):
        """Act upon what was left for later."""
        self.search([("is_handled", "=", False)], limit=500)._handle()
