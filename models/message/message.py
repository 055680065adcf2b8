import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, LazyTranslate
from psycopg2.extensions import TransactionRollbackError

from ...tools.instant import naive_utc
from ..core import relations
from ..core.guarded import decides
from .states import APPEARANCE, SOURCES, URGENCIES

_lt = LazyTranslate(__name__)


class DirectMessage(models.Model):
    """One Direct message, out or in: one recipient, one patient, and where it stands.

    An outgoing message walks through the states of `SOURCES`; an incoming one is *received*.
    *accepted* (the provider has it) is not *delivered* (it arrived). `sending` is committed before
    the provider is called; a message found in `sending` is asked about, never sent blindly.
    """

    _name = "direct.message"
    _inherit = ["direct.guarded", "direct.numbered", "direct.owned"]
    _direct_keeps_files = True
    _description = "Direct Message"
    _order = "id desc"

    _drafts = ("draft",)
    _final = _lt("Messages are records. They can't be changed or deleted.")

    direction = fields.Selection(
        [("out", "Sent"), ("in", "Received")], required=True, readonly=True, default="out"
    )
    account_id = fields.Many2one("direct.account", readonly=True, index=True)
    practice_id = fields.Many2one(
        "direct.practice", compute="_compute_practice_id", store=True, index=True
    )
    provider_id = fields.Many2one(
        "direct.provider", compute="_compute_provider_id", store=True, index=True
    )
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
        "direct.message", readonly=True, index=True, copy=False, ondelete="restrict"
    )
    reply_ids = relations.One2many("direct.message", "in_reply_to_id", "Replies")
    subject = fields.Char(readonly=True)
    body = fields.Text("Message", readonly=True)
    attachment_ids = relations.One2many(
        "ir.attachment",
        "res_id",
        string="Documents",
        domain=[("res_model", "=", "direct.message")],
        readonly=True,
    )
    urgency = fields.Selection(
        URGENCIES,
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
    queued_at = fields.Datetime("Queued On", readonly=True, copy=False)
    accepted_at = fields.Datetime("Accepted On", readonly=True, copy=False)
    delivered_at = fields.Datetime("Delivered On", readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    problem = fields.Char(readonly=True, copy=False, help="What went wrong.")
    advice = fields.Char(readonly=True, copy=False, help="What to do next.")
    provider_reference = fields.Char(readonly=True, copy=False)
    event_ids = relations.One2many("direct.message.event", "message_id", "Timeline")

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

    # What one direction may have is held by the database; the other files add theirs
    _received_stays_received = models.Constraint(
        "CHECK ((direction = 'in') = (state = 'received'))",
        "Only a message that arrived is received, and it is nothing else.",
    )
    _received_was_not_handed_over = models.Constraint(
        "CHECK (direction = 'out' OR (COALESCE(queued_at, accepted_at, delivered_at,"
        " next_attempt_at) IS NULL AND COALESCE(attempts, 0) = 0"
        " AND COALESCE(problem, advice, provider_reference) IS NULL))",
        "A message that arrived is never handed over.",
    )

    @api.depends("account_id")
    def _compute_practice_id(self):
        for message in self:
            # One that came for an address nobody has keeps the practice it was given
            message.practice_id = message.account_id.practice_id or message.practice_id

    @api.depends("practice_id.provider_id")
    def _compute_provider_id(self):
        for message in self:
            message.provider_id = message.practice_id.provider_id or message.provider_id

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

    def unlink(self):
        # The original of a message goes with it, and its file with the original
        self.sudo().original_ids.unlink()
        return super().unlink()

    # --- actions -----------------------------------------------------------------------------

    @decides()
    def action_cancel(self):
        """Cancel messages that were not handed over yet."""
        self._check_outgoing()
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
        self._check_outgoing()
        return self.practice_id.action_ask_legal_representative()

    def _check_own(self):
        """Only whom `_may_be_handled_by` names acts on a message."""
        self.check_access("read")
        if not self._may_be_handled_by(self.env.user):
            raise AccessError(
                self.env._("Only the sender, a delegate or an administrator can do this.")
            )

    def _check_outgoing(self):
        """Begin what is done about messages that were sent, and only about those."""
        self._check_own()
        if set(self.mapped("direction")) - {"out"}:
            raise UserError(self.env._("This only works for messages you have sent."))

    def _check_incoming(self):
        """Begin what is done about messages that arrived, and only about those."""
        self._check_own()
        if set(self.mapped("direction")) - {"in"}:
            raise UserError(self.env._("This only works for messages you have received."))

    def _documents(self):
        """Return the documents in the order in which they were added."""
        return self.attachment_ids.sorted("id")

    # --- locks -------------------------------------------------------------------------------

    @api.model
    def _locked(self, query):
        """Return the ids that a locking query gives; none when another one was a moment quicker.

        A row that was changed since this transaction began cannot be locked in it any more.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return [id_ for (id_,) in self.env.cr.fetchall()]
        except TransactionRollbackError:
            return []

    def _lock_to_change(self):
        """Lock messages, and what changes with them; return those that nobody else is at.

        A wing whose records change with a message extends it and locks them too.
        """
        if not self:
            return self
        self.env.flush_all()
        messages = self.browse(
            self._locked(
                SQL(
                    "SELECT id FROM direct_message WHERE id IN %s ORDER BY id"
                    " FOR NO KEY UPDATE SKIP LOCKED",
                    self._ids,
                )
            )
        )
        messages.invalidate_recordset()
        return messages

    # --- states ------------------------------------------------------------------------------

    def _update_state(self, target, *, detail="", event=None, **values):
        """Bring the messages that may go there to `target`, and note it on the timeline.

        :param event: the provider's event that caused it; it stands on the timeline itself
        :return: the messages that changed
        """
        changed = self.filtered(lambda message: message.state in SOURCES[target])
        changed.write({"state": target, **values})
        if not event:
            changed._put_on_timeline(target, detail)
        changed._announce()
        return changed

    def _set_queued(self):
        now = fields.Datetime.now()
        # The time of the first queueing stays: it decides when to give up
        self.filtered(lambda message: not message.queued_at).queued_at = now
        queued = self._update_state("queued", next_attempt_at=now)
        if queued:
            self.env.ref("direct_messaging.ir_cron_send")._trigger()
        return queued

    def _set_held(self):
        # The time to give up counts from when it can go out
        return self._update_state("held", next_attempt_at=False, queued_at=False)

    def _let_go(self) -> bool:
        """Queue the messages of one practice, or hold them while it is not authenticated.

        :return: whether they are queued
        """
        if self.practice_id.authentication_state == "authenticated":
            return bool(self._set_queued())
        self._set_held()
        return False

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
        accepted = self._update_state(
            "accepted", next_attempt_at=False, problem=False, advice=False
        )
        # A report may have been quicker than the answer that told the id
        self.env["direct.message.event"]._match_again(accepted)
        self.env["direct.audit"]._record("accepted", accepted)
        return accepted

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
            self.partner_id._direct_remember_delivery(event.at)

    def _put_on_timeline(self, event_type, detail=""):
        """Record a step of ours; the provider's own reports come by `direct.message.event`."""
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


def _values_of(document):
    if isinstance(document, dict):
        return document
    return dict(zip(("name", "mimetype", "raw"), document, strict=True))
