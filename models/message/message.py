import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from ...tools.instant import naive_utc
from ..core.guarded import decides
from ..core.turns import take_turns

_lt = LazyTranslate(__name__)

# From which states each state may be reached. Nothing leaves *delivered*.
SOURCES = {
    "queued": ("draft", "held", "sending"),
    "held": ("draft", "sending"),
    "sending": ("queued",),
    "accepted": ("queued", "sending", "uncertain"),
    "delivered": ("queued", "sending", "accepted", "uncertain", "unconfirmed"),
    "failed": ("queued", "sending", "accepted", "uncertain", "unconfirmed"),
    "uncertain": ("sending",),
    "unconfirmed": ("queued", "sending", "accepted", "uncertain"),
    "cancelled": ("draft", "queued", "held"),
}

# From here on a person has to do something
ATTENTION = ("failed", "uncertain", "unconfirmed")

# How a state is shown: (tone, sentence). The label is the selection's own.
APPEARANCE = {
    "draft": ("muted", _lt("Not sent yet.")),
    "held": (
        "warning",
        _lt("On hold until the practice is authenticated. It will then be sent automatically."),
    ),
    "queued": ("info", _lt("Waiting to be sent to the Direct provider.")),
    "sending": ("info", _lt("Being sent to the Direct provider.")),
    "accepted": ("info", _lt("Accepted by the Direct provider. Delivery isn't confirmed yet.")),
    "delivered": ("success", _lt("Delivered to the recipient.")),
    "failed": ("danger", _lt("The message wasn't delivered.")),
    "uncertain": ("warning", _lt("We don't know whether the Direct provider received it.")),
    "unconfirmed": (
        "warning",
        _lt("No delivery confirmation arrived in time. The message may not have been delivered."),
    ),
    "cancelled": ("muted", _lt("Cancelled before it was sent.")),
    "received": ("info", _lt("An answer arrived. Open it in the inbox.")),
}
EVENT_LABELS = {
    "queued": _lt("Queued"),
    "held": _lt("Held: practice not authenticated"),
    "sending": _lt("Sent to the Direct provider"),
    "retry": _lt("Temporarily refused, will be retried"),
    "asking": _lt("Checking whether the Direct provider has the message"),
    "accepted": _lt("Accepted by the Direct provider"),
    "processed": _lt("Processed by the recipient's Direct provider"),
    "dispatched": _lt("Delivered"),
    "displayed": _lt("Opened by the recipient"),
    "failed": _lt("Failed"),
    "denied": _lt("Refused by the recipient"),
    "deleted": _lt("Deleted without being read"),
    "expired": _lt("No longer being tried. It may have arrived"),
    "delayed": _lt("Delayed, delivery still being attempted"),
    "relayed": _lt("Passed to a system that doesn't confirm delivery"),
    "uncertain": _lt("Uncertain"),
    "unconfirmed": _lt("Not confirmed in time"),
    "cancelled": _lt("Cancelled"),
    "received": _lt("Received"),
    "filed": _lt("Filed under a patient"),
    "unfiled": _lt("Removed from a patient"),
    "assigned": _lt("Assigned to an address"),
    "reply": _lt("Answered"),
    "forward": _lt("Forwarded"),
    "imported": _lt("Added to a note"),
    "forwarded": _lt("Forwarded to the substitute"),
    "resent": _lt("Sent again"),
    "other_channel": _lt("Sent another way"),
    "another_way": _lt("Sent another way"),
}


# Where a referral stands, by the first group of message states that one of its messages is in
STATE_BY_MESSAGES = (
    ("attention", {"failed", "uncertain", "unconfirmed"}),
    ("held", {"held"}),
    ("sent", {"draft", "queued", "sending", "accepted"}),
    ("another_way", {"another_way"}),
    ("delivered", {"delivered"}),
    ("cancelled", {"cancelled"}),
)


def group_of(state):
    """Return what the state of one message makes of its referral, were there no other."""
    return next((group for group, states in STATE_BY_MESSAGES if state in states), None)


class DirectMessage(models.Model):
    """One Direct message, out or in: one recipient, one patient, and where it stands.

    An outgoing message walks through the states of `SOURCES`; an incoming one is *received*.
    *accepted* (the provider has it) is not *delivered* (it arrived). `sending` is committed before
    the provider is called; a message found in `sending` is asked about, never sent blindly.
    """

    _name = "direct.message"
    _inherit = ["direct.guarded", "direct.numbered"]
    _direct_keeps_files = True
    _description = "Direct Message"
    _order = "id desc"

    _drafts = ("draft",)
    _final = _lt("Messages are records. They can't be changed or deleted.")

    direction = fields.Selection(
        [("out", "Sent"), ("in", "Received")], required=True, readonly=True, default="out"
    )
    referral_id = fields.Many2one("direct.referral", readonly=True, index=True, ondelete="restrict")
    account_id = fields.Many2one("direct.account", readonly=True, index=True)
    practice_id = fields.Many2one(
        "direct.practice", compute="_compute_practice_id", store=True, index=True
    )
    provider_id = fields.Many2one(related="practice_id.provider_id", store=True, index=True)
    company_id = fields.Many2one(related="practice_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        related="account_id.user_id",
        store=True,
        index=True,
        string="Owner",
        help="The owner of the Direct address that sent or received it.",
    )
    from_address = fields.Char("From", required=True, readonly=True)
    to_address = fields.Char("To", required=True, readonly=True)
    patient_id = fields.Many2one("res.partner", readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        readonly=True,
        index=True,
        help="The person or practice on the other side.",
    )
    recipient_name = fields.Char("Recipient", readonly=True)
    in_reply_to_id = fields.Many2one(
        "direct.message", "Answers", readonly=True, index=True, copy=False, ondelete="restrict"
    )
    reply_ids = fields.One2many("direct.message", "in_reply_to_id", "Replies")
    subject = fields.Char(readonly=True)
    body = fields.Text("Message", readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Documents",
        domain=[("res_model", "=", "direct.message")],
        readonly=True,
    )
    urgency = fields.Selection(
        [("routine", "Routine"), ("urgent", "Urgent"), ("stat", "Emergency (STAT)")],
        required=True,
        readonly=True,
        default="routine",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("held", "Held"),
            ("queued", "Queued"),
            ("sending", "Sending"),
            ("accepted", "Accepted"),
            ("delivered", "Delivered"),
            ("failed", "Failed"),
            ("uncertain", "Uncertain"),
            ("unconfirmed", "Unconfirmed"),
            ("cancelled", "Cancelled"),
            ("received", "Received"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    idempotency_key = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: str(uuid.uuid4())
    )
    external_id = fields.Char(
        "Provider's Message ID",
        readonly=True,
        copy=False,
        index=True,
        help="The ID that delivery notices and answers use for this message.",
    )
    queued_at = fields.Datetime(readonly=True, copy=False)
    accepted_at = fields.Datetime("Accepted On", readonly=True, copy=False)
    delivered_at = fields.Datetime("Delivered On", readonly=True, copy=False)
    next_attempt_at = fields.Datetime(readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    problem = fields.Char(readonly=True, copy=False, help="What went wrong.")
    advice = fields.Char(readonly=True, copy=False, help="What to do next.")
    provider_reference = fields.Char(readonly=True, copy=False)
    event_ids = fields.One2many("direct.message.event", "message_id", "Timeline")

    _idempotency_key_unique = models.Constraint(
        "UNIQUE (idempotency_key)", "This message was already recorded."
    )
    _outgoing_has_a_patient = models.Constraint(
        "CHECK (direction = 'in' OR patient_id IS NOT NULL)",
        "A message you send needs a patient.",
    )
    _outgoing_has_an_account = models.Constraint(
        "CHECK (direction = 'in' OR account_id IS NOT NULL)",
        "A message you send needs a Direct address.",
    )

    @api.depends("account_id")
    def _compute_practice_id(self):
        for message in self:
            # One that came for an address nobody has keeps the practice it was given
            message.practice_id = message.account_id.practice_id or message.practice_id

    @api.model_create_multi
    def create(self, vals_list):
        """Create messages.

        `attachments` is a list of (name, content type, bytes) of each, or of values of attachments.
        """
        attachments = [vals.pop("attachments", []) for vals in vals_list]
        messages = super().create(vals_list)
        self.env["ir.attachment"].create(
            [
                {**_values_of(document), "res_model": self._name, "res_id": message.id}
                for message, documents in zip(messages, attachments, strict=True)
                for document in documents
            ]
        )
        return messages

    # --- actions -----------------------------------------------------------------------------

    @decides()
    def action_cancel(self):
        """Cancel messages that were not handed over yet."""
        self._check_own()
        for message in self.sudo():
            if not message._set_cancelled():
                raise UserError(
                    self.env._(
                        "It's too late to cancel. The Direct provider may already have the message."
                    )
                )

    @decides()
    def action_ask_legal_representative(self):
        """Remind the legal representatives that this message waits for them."""
        self._check_own()
        return self.practice_id.action_ask_legal_representative()

    def _check_own(self):
        """Only whom `_may_be_handled_by` names acts on a message."""
        self.check_access("read")
        if not self._may_be_handled_by(self.env.user):
            raise AccessError(
                self.env._("Only the sender, a delegate or an administrator can do this.")
            )

    # --- states ------------------------------------------------------------------------------

    def _update_state(self, target, *, detail="", event=None, **values):
        """Bring the messages that may go there to `target`, and note it on the timeline.

        :param event: the provider's event that caused it; it stands on the timeline itself
        :return: the messages that changed
        """
        changed = self.filtered(lambda message: message.state in SOURCES[target])
        changed.filtered(
            lambda message: group_of(message.state) != group_of(target)
        )._touch_referrals()
        changed.write({"state": target, **values})
        if not event:
            changed._note(target, detail)
        changed._announce()
        return changed

    def _touch_referrals(self):
        """Have transactions that change messages of one referral take turns.

        Each computes the referral's state from those of the messages that it sees. Two at once
        would both miss what the other changes, and leave it as it was. Now the later one fails to
        serialize, and is done again.
        """
        take_turns(self.referral_id)

    def _set_queued(self):
        now = fields.Datetime.now()
        # The time of the first queueing stays: it decides when to give up
        self.filtered(lambda message: not message.queued_at).queued_at = now
        queued = self._update_state("queued", next_attempt_at=now)
        if queued:
            self.env.ref("direct_messaging.ir_cron_send")._trigger()
        return queued

    def _set_held(self):
        return self._update_state("held", next_attempt_at=False)

    def _set_cancelled(self):
        return self._update_state("cancelled", next_attempt_at=False)

    def _set_accepted(self, answers):
        """Note that the provider has the messages.

        :param dict answers: the provider's `hisp.base.Accepted` of each message, by its id
        """
        for message in self.filtered(lambda message: message.state in SOURCES["accepted"]):
            answer = answers[message.id]
            message.external_id = answer.external_id
            message.accepted_at = naive_utc(answer.at) or fields.Datetime.now()
        return self._update_state("accepted", next_attempt_at=False, problem=False, advice=False)

    def _set_failed(self, sentence, advice="", reference=None):
        return self._update_state(
            "failed",
            detail=sentence,
            problem=sentence,
            advice=advice,
            provider_reference=reference or False,
            next_attempt_at=False,
        )

    def _set_uncertain(self, error):
        return self._update_state(
            "uncertain",
            detail=error.sentence,
            problem=self.env._("We couldn't find out whether the Direct provider has the message."),
            advice=self.env._(
                "Ask the recipient's practice or the provider's support team before "
                "you send it again."
            ),
            provider_reference=error.reference or False,
            next_attempt_at=False,
        )

    def _apply_event(self, event, target):
        """Take over what a provider's `event` proves: `target` state or nothing."""
        self.ensure_one()
        values = {
            "accepted": {"accepted_at": event.at, "problem": False, "advice": False},
            "delivered": {"delivered_at": event.at, "problem": False, "advice": False},
            "failed": {
                "problem": event.detail or str(APPEARANCE["failed"][1]),
                "advice": self.env._("Check the address, or send it another way."),
            },
            "unconfirmed": {
                "accepted_at": self.accepted_at or event.at,
                "problem": event.detail or str(APPEARANCE["unconfirmed"][1]),
                "advice": self.env._(
                    "It may have arrived. Ask the recipient's practice before you send it again."
                ),
            },
        }
        if target and self.state in SOURCES[target]:
            self._update_state(
                target,
                event=event,
                next_attempt_at=False,
                external_id=self.external_id or event.external_message_id,
                **values[target],
            )
        else:
            self._announce()
        if self.state == "delivered" and target == "delivered":
            self._note_last_delivery(event.at)

    def _note_last_delivery(self, at):
        # Once a day is exact enough: many messages go to one contact at the same time
        last = self.partner_id.direct_delivered_at
        if not last or last.date() < at.date():
            self.partner_id.try_lock_for_update(allow_referencing=True).direct_delivered_at = at

    def _note(self, event_type, detail=""):
        now = fields.Datetime.now()
        self.env["direct.message.event"]._as_server().create(
            [
                {
                    "message_id": message.id,
                    "provider_id": message.provider_id.id,
                    "type": event_type,
                    # Of what the provider did it knows the time better
                    "at": (event_type == "accepted" and message.accepted_at) or now,
                    "detail": detail,
                    "is_handled": True,
                }
                for message in self
            ]
        )

    def _announce(self):
        """Tell the sender's open windows to look again. Ids only: no patient data on the bus."""
        for message in self:
            referral = message.referral_id
            message._watchers()._bus_send(
                "direct_messaging/message",
                {
                    "message_id": message.id,
                    "referral_id": referral.id,
                    "res_model": referral.res_model,
                    "res_id": referral.res_id,
                    "state": message.state,
                },
            )

    # --- appearance --------------------------------------------------------------------------

    def _delivery_row(self, user) -> dict:
        """Describe where the message stands for `direct_delivery`, as `user` may see it."""
        tone, sentence = APPEARANCE[self.state]
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "referral_id": self.referral_id.id,
            "referral_name": self.referral_id.name,
            "recipient": self.recipient_name,
            "address": self.to_address,
            "sent_by": self.sent_by or "",
            "state": self.state,
            "label": labels[self.state],
            "tone": tone,
            "sentence": self.problem or self.env._(sentence),
            "advice": self._waiting_advice() or self.advice or "",
            "at": fields.Datetime.to_string(
                self.delivered_at or self.accepted_at or self.write_date
            ),
            "actions": self._row_actions(user),
            "events": [
                {
                    "at": fields.Datetime.to_string(event.at),
                    "label": self.env._(EVENT_LABELS[event.type])
                    if event.type in EVENT_LABELS
                    else event.type,
                    "detail": ". ".join(filter(None, (event.acting, event.detail))),
                }
                for event in self.event_ids
            ],
        }

    def _waiting_advice(self):
        return self.practice_id._waiting_sentence() if self.state == "held" else ""

    def _row_actions(self, user):
        if not self._may_be_handled_by(user):
            return []
        actions = []
        if self.state == "held" and self.practice_id.legal_representative_ids:
            actions.append(
                {
                    "method": "action_ask_legal_representative",
                    "label": self.env._("Ask Them"),
                    "confirm": False,
                }
            )
        if self.state in SOURCES["cancelled"]:
            actions.append(
                {
                    "method": "action_cancel",
                    "label": self.env._("Cancel"),
                    "confirm": self.env._("Cancel this message? It won't be sent."),
                }
            )
        return actions


def _values_of(document):
    if isinstance(document, dict):
        return document
    return dict(zip(("name", "mimetype", "raw"), document, strict=True))
