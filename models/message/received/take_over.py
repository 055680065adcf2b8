import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2.errors import UniqueViolation

from ....hisp import arrival, errors
from ....tools import address, incoming
from ....tools.files.limited import Reader
from ....tools.instant import naive_utc
from .patient import as_json

_logger = logging.getLogger(__name__)

BATCH = 50
# What a provider can be asked to list at once
MOST = 1000
# Refusals in a row after which the provider itself is taken to be unwell
PATIENCE = 3


class DirectMessage(models.Model):
    """The inbox: takes messages that arrived over from the provider, each exactly once."""

    _inherit = "direct.message"

    inbound_id = fields.Char(
        "Fetched As",
        readonly=True,
        copy=False,
        help="The ID that the provider uses for an incoming message until we acknowledge it.",
    )
    has_documents = fields.Boolean("With Attachments", readonly=True, copy=False)
    sent_at = fields.Datetime("Sent On", readonly=True, copy=False)
    received_at = fields.Datetime("Received On", readonly=True, copy=False)
    context_type = fields.Char(
        readonly=True, copy=False, help="The message type given in its Direct Context."
    )
    sender = fields.Char(compute="_compute_sender", compute_sudo=True)

    _inbound_id_unique = models.Constraint(
        "UNIQUE (provider_id, inbound_id)", "This message was already received."
    )
    _inbox = models.Index("(user_id, received_at DESC, id DESC) WHERE direction = 'in'")
    # Those of a whole practice, as administrators see them
    _practice_inbox = models.Index("(company_id, received_at DESC, id DESC) WHERE direction = 'in'")

    @api.depends("partner_id.name", "from_address")
    def _compute_sender(self):
        for message in self:
            message.sender = (
                message.direction == "in" and message.partner_id.name
            ) or message.from_address

    # --- fetch -------------------------------------------------------------------------------

    @api.model
    def _fetch_inbox(self, provider, hisp):
        """Take over what arrived: fetched, stored, committed, and only then acknowledged.

        What is interrupted anywhere is listed by the provider again: a message that is stored is
        then only acknowledged. A message that cannot be taken over is noted as stuck, stays with
        the provider, and is tried again after growing pauses; the others go on.
        """
        stuck = self.env["direct.message.stuck"]
        passed_over = stuck._not_due(provider)
        done = set()
        refusals = 0
        while fresh := [
            inbound_id
            for inbound_id in hisp.received(min(BATCH + len(passed_over), MOST))
            if inbound_id not in passed_over | done
        ]:
            for inbound_id in fresh:
                try:
                    self._take_over(provider, hisp, inbound_id)
                    done.add(inbound_id)
                    refusals = 0
                except Exception as error:  # noqa: BLE001 - one message never stops the others
                    self.env.cr.rollback()
                    passed_over.add(inbound_id)
                    is_refusal = isinstance(error, errors.HispError)
                    # The exception's text could hold content, its type does not
                    level = logging.INFO if is_refusal else logging.ERROR
                    _logger.log(level, "Incoming message: %s", type(error).__name__)
                    stuck._note(provider, inbound_id, error)
                    refusals += is_refusal and error.temporary
                if not self.env["ir.cron"]._commit_progress() or refusals >= PATIENCE:
                    return

    @api.model
    def _take_over(self, provider, hisp, inbound_id):
        """Store one message, commit, acknowledge. Repeating it is harmless."""
        known = Domain("provider_id", "=", provider.id) & Domain("inbound_id", "=", inbound_id)
        if not self.search_count(known, limit=1):
            try:
                message = self._store_incoming(provider, inbound_id, hisp.fetch(inbound_id))
                self.env.flush_all()
            except UniqueViolation:
                # Another process was quicker
                self.env.cr.rollback()
            else:
                message._tell_arrived()
        self.env["direct.message.stuck"]._settle(provider, inbound_id)
        self.env["ir.cron"]._commit_progress()
        hisp.acknowledge(inbound_id)

    @api.model
    def _store_incoming(self, provider, inbound_id, mail):
        """Make a record of a `hisp.base.IncomingMessage`; all of it is data from outside."""
        recipient = address.normalize(incoming.one_line(mail.recipient))
        sender = address.normalize(incoming.one_line(mail.sender))
        account = (
            self.env["direct.account"]
            .with_context(active_test=False)
            .search([("address", "=", recipient), ("practice_id.provider_id", "=", provider.id)])
        )
        practice = account.practice_id or provider._practice_of_address(recipient)
        contact = self.env["res.partner"]._direct_contact(sender, practice.company_id)
        answered = self._answered_by(account, mail.in_reply_to)
        with Reader() as reader:
            read = arrival.read(reader, mail.attachments)
        said = [one for one in (incoming.of_context(mail.context), *read.persons) if one]
        message = self._as_server().create(
            {
                "direction": "in",
                "state": "received",
                "inbound_id": inbound_id,
                "external_id": incoming.one_line(mail.message_id) or False,
                "account_id": account.id,
                "practice_id": practice.id,
                "from_address": sender or self.env._("unknown"),
                "to_address": recipient or self.env._("unknown"),
                "partner_id": contact.id,
                "recipient_name": account.user_id.name,
                "in_reply_to_id": answered.id,
                "subject": incoming.one_line(mail.subject),
                "body": incoming.plain_text(mail.text),
                "sent_at": naive_utc(mail.sent_at),
                "received_at": fields.Datetime.now(),
                "has_documents": bool(mail.attachments),
                "context_type": incoming.context_type(mail.context),
                "said_of_patient": as_json(said),
                "patient_id": self._patient_of_answer(answered, said).id,
                "attachments": [
                    self.env["ir.attachment"]._direct_values(document)
                    for document in read.documents
                ],
            }
        )
        message.attachment_ids.sorted("id")._direct_link(read.documents)
        message._put_on_timeline("received")
        message._on_received()
        return message

    def _on_received(self):
        """Act on a message that was just stored, before the commit: what fails keeps it waiting.

        A wing that does something with what arrives extends it.
        """

    @api.model
    def _answered_by(self, account, in_reply_to):
        """Return the message of `account` that an answer names, or none."""
        if not (account and in_reply_to):
            return self.browse()
        return self.search(
            [
                ("account_id", "=", account.id),
                ("direction", "=", "out"),
                ("external_id", "=", incoming.one_line(in_reply_to)),
            ],
            limit=1,
        )

    def _delivery_row(self, user):
        # OVERRIDE appearance.py: of an answer the other side is its sender
        row = super()._delivery_row(user)
        if self.direction == "in":
            row |= {
                "recipient": self.sender,
                "address": self.from_address,
                "at": fields.Datetime.to_string(self.received_at),
            }
        return row

    def _tell_arrived(self):
        """Tell the open windows of those whose inbox it is in. Ids only: no patient data."""
        for message in self:
            message._watchers()._bus_send("direct_messaging/inbox", {"message_id": message.id})

    def _check_incoming(self):
        self._check_own()
        if self.filtered(lambda message: message.direction != "in"):
            raise UserError(self.env._("This only works for messages you have received."))
