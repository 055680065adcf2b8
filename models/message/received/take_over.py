from odoo import api, fields, models

from ....hisp import arrival
from ....hisp.base import Nature
from ....tools import address, incoming
from ....tools.files.limited import Reader
from ....tools.instant import naive_utc
from ...core import relations
from .patient import as_json


class DirectMessage(models.Model):
    """The inbox: takes messages that arrived over from the provider, each exactly once."""

    _inherit = "direct.message"

    identity = fields.Char(
        readonly=True,
        copy=False,
        help="What makes it this message, wherever and under whatever number a provider has it.",
    )
    nature = fields.Selection(
        [
            (Nature.LETTER.value, "Letter"),
            (Nature.AUTOMATIC_REPLY.value, "Automatic reply"),
            (Nature.NOTICE.value, "Delivery notice"),
        ],
        "Type",
        readonly=True,
        copy=False,
        help="An automatic reply, such as an out-of-office message, is never taken for an answer."
        " A delivery notice is about another message.",
    )
    original_ids = relations.One2many("direct.original", "message_id")
    has_documents = fields.Boolean("With Attachments", readonly=True, copy=False)
    sent_at = fields.Datetime("Sent On", readonly=True, copy=False)
    received_at = fields.Datetime("Received On", readonly=True, copy=False)
    context_type = fields.Char(
        readonly=True, copy=False, help="The message type given in its Direct Context."
    )
    sender = fields.Char(compute="_compute_sender", compute_sudo=True)

    _identity_unique = models.Constraint(
        "UNIQUE (provider_id, identity)", "This message was already received."
    )
    _sent_did_not_arrive = models.Constraint(
        "CHECK (direction = 'in' OR (identity IS NULL AND nature IS NULL AND sent_at IS NULL"
        " AND received_at IS NULL AND context_type IS NULL AND has_documents IS NOT TRUE))",
        "Only a message that arrived says where it came from.",
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

    # --- taking over -------------------------------------------------------------------------

    @api.model
    def _arrive(self, original, mail):
        """Take a message into the inbox, once, however often and wherever its provider has it.

        :param original: the `direct.original` that it was read from
        :param mail: a `hisp.base.IncomingMessage`; all of it is data from outside
        """
        provider = original.provider_id
        identity = mail.identity or original.sha256
        known = self.search([("provider_id", "=", provider.id), ("identity", "=", identity)])
        if known:
            return known
        recipient = address.normalize(incoming.one_line(mail.recipient))
        account, practice = provider._whose_address(recipient)
        answered = self._answered_by(account, mail.in_reply_to)
        values, documents, said = self._reading_of(mail, practice.company_id)
        message = self._as_server().create(
            {
                **values,
                "direction": "in",
                "state": "received",
                "identity": identity,
                "account_id": account.id,
                "practice_id": practice.id,
                "provider_id": provider.id,
                "to_address": recipient or self.env._("unknown"),
                "recipient_name": account.user_id.name,
                "in_reply_to_id": answered.id,
                "received_at": fields.Datetime.now(),
                "patient_id": self._patient_of_answer(answered, said).id,
                "attachments": [
                    self.env["ir.attachment"]._direct_values(document) for document in documents
                ],
            }
        )
        message.attachment_ids.sorted("id")._direct_link(documents)
        message._put_on_timeline("received")
        if mail.nature is not Nature.LETTER:
            answered._put_on_timeline(mail.nature.value, message.from_address)
        message._on_received()
        message._tell_arrived()
        return message

    @api.model
    def _reading_of(self, mail, company):
        """Read a message and its files.

        :param mail: a `hisp.base.IncomingMessage`
        :return: the values that follow from its reading alone, its documents (see
            `tools.files.unpack.Document`), and the persons that it names
        """
        sender = address.normalize(incoming.one_line(mail.sender))
        contact = self.env["res.partner"]._direct_contact(sender, company)
        with Reader() as reader:
            read = arrival.read(reader, mail.attachments)
        said = [one for one in (incoming.of_context(mail.context), *read.persons) if one]
        values = {
            "nature": mail.nature.value,
            "external_id": incoming.one_line(mail.message_id) or False,
            "from_address": sender or self.env._("unknown"),
            "partner_id": contact.id,
            "subject": incoming.one_line(mail.subject),
            "body": incoming.plain_text(mail.text),
            "sent_at": naive_utc(mail.sent_at),
            "has_documents": bool(mail.attachments),
            "context_type": incoming.context_type(mail.context),
            "said_of_patient": as_json(said),
        }
        return values, read.documents, said

    def _on_received(self):
        """Act on a message that was just stored, before the commit: what fails keeps it waiting.

        A wing that does something with what arrives extends it.
        """
        self._tell_who_stands_in()

    def _on_matched(self):
        """Act on a delivery notice of which it is known by now which message it is about."""

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

    def _tell_arrived(self):
        """Tell the open windows of those whose inbox it is in. Ids only: no patient data."""
        for message in self:
            message._watchers()._bus_send("direct_messaging/inbox", {"message_id": message.id})
