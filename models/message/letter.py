from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ...exceptions import Problems
from ...tools import address, incoming
from ...tools.discretion import names_patient
from ..core import records
from ..core.guarded import Writable, decides

_lt = LazyTranslate(__name__)


class DirectLetter(models.Model):
    """An answer to a message that was received, or the message passed on, while it is written.

    Kept as a draft at every moment; sending makes a `direct.message` of it, about the patient that
    the received message is filed under.
    """

    _name = "direct.letter"
    _inherit = "direct.draft"
    _direct_keeps_files = True
    _description = "Letter"
    _order = "id desc"
    _rec_name = "message_id"

    _writable = (Writable("to_address subject body document_ids"),)
    _drafts = ("draft",)
    _final = _lt("This message was already sent. It can't be changed or deleted.")

    message_id = fields.Many2one(
        "direct.message", "About", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("reply", "Reply"), ("forward", "Forward")], required=True, readonly=True
    )
    author_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="message_id.company_id")
    patient_id = fields.Many2one(related="message_id.patient_id")
    to_address = fields.Char("To")
    to_problem = fields.Char(compute="_compute_to_problem")
    subject = fields.Char(
        help="The subject line may travel unencrypted. Don't put patient information in it."
    )
    body = fields.Text("Message")
    document_ids = fields.Many2many("ir.attachment", string="Documents")
    documents_size = fields.Integer(compute="_compute_documents_size", help="Bytes.")
    size_limit = fields.Integer(compute="_compute_size_limit", help="Bytes.", compute_sudo=True)
    provider_notice = fields.Char(compute="_compute_size_limit", compute_sudo=True)
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent")], required=True, readonly=True, default="draft"
    )

    @api.depends("to_address")
    def _compute_to_problem(self):
        for letter in self:
            where = address.normalize(letter.to_address)
            letter.to_problem = where and address.address_problem(where)

    @api.depends("document_ids.file_size")
    def _compute_documents_size(self):
        for letter in self:
            letter.documents_size = sum(letter.document_ids.mapped("file_size"))

    @api.depends("message_id")
    def _compute_size_limit(self):
        for letter in self:
            provider = letter.message_id.provider_id
            letter.size_limit = provider.max_message_bytes
            letter.provider_notice = provider._test_notice()

    def write(self, vals):
        if "to_address" in vals and self.filtered(lambda letter: letter.kind == "reply"):
            raise UserError(
                self.env._(
                    "A reply always goes back to the sender. To send it to "
                    "someone else, use Forward."
                )
            )
        return super().write(vals)

    # --- begin -------------------------------------------------------------------------------

    @api.model
    def _open(self, message, kind):
        """Return the action that goes on with the user's letter about `message`, or a new one."""
        message.ensure_one()
        message._check_incoming()
        if not message.patient_id:
            raise UserError(
                self.env._(
                    "File the message under a patient first. Every message you send is about one "
                    "patient."
                )
            )
        mine = [
            ("message_id", "=", message.id),
            ("kind", "=", kind),
            ("author_id", "=", self.env.uid),
            ("state", "=", "draft"),
        ]
        letter = self.search(mine, limit=1) or self._begin(message, kind)
        return {
            "type": "ir.actions.act_window",
            "name": dict(self._fields["kind"]._description_selection(self.env))[kind],
            "res_model": self._name,
            "res_id": letter.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _begin(self, message, kind):
        is_reply = kind == "reply"
        letter_sudo = self._as_server().create(
            {
                "message_id": message.id,
                "kind": kind,
                "author_id": self.env.uid,
                "to_address": is_reply and message.from_address,
                "subject": self._first_subject(message, self.env._("Re:") if is_reply else "Fwd:"),
                "body": "" if is_reply else self._quoted(message),
            }
        )
        if not is_reply:
            letter_sudo.document_ids = [
                document.sudo().copy({"res_model": self._name, "res_id": letter_sudo.id}).id
                for document in message._documents()
                if not document.direct_inside_id  # its package goes, and has it
            ]
        return self.browse(letter_sudo.id)

    def _first_subject(self, message, prefix):
        """Propose the subject that was received, unless it names the patient."""
        subject = message.subject or ""
        patient_sudo = message.patient_id.sudo()
        if not subject or names_patient(
            subject, patient_sudo.name, patient_sudo.direct_record_number
        ):
            return self.env._("Message from %s", message.company_id.name)
        if subject.lower().startswith(prefix.lower()):
            return subject
        return f"{prefix} {subject}"

    def _quoted(self, message):
        sent = fields.Datetime.to_string(message.sent_at or message.received_at)
        return "\n".join(
            [
                "",
                "",
                self.env._("Forwarded message"),
                self.env._("From: %s", message.from_address),
                self.env._("Date: %s UTC", sent),
                "",
                message.body or "",
            ]
        )

    # --- send --------------------------------------------------------------------------------

    @decides()
    def action_send_message(self):
        """Send the letter: one message through the outbox, or held with the others."""
        self.ensure_one()
        self.check_access("write")
        # A double click or a second window: nothing is sent twice
        records.lock(self)
        self.invalidate_recordset(["state"])
        self._check_not_final()
        self._check_shown()
        self.message_id._check_incoming()
        account = self._account()
        self._check_can_be_sent(account)
        message_sudo = self._create_message(account)
        self.sudo().state = "sent"
        self._new_version()
        self.message_id.sudo()._put_on_timeline(self.kind, message_sudo.name)
        if account.practice_id.authentication_state == "authenticated":
            message_sudo._set_queued()
            text, tone = self.env._("The message is on its way."), "success"
        else:
            message_sudo._set_held()
            text, tone = account.practice_id._waiting_sentence(), "warning"
        labels = dict(message_sudo._fields["state"]._description_selection(self.env))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": tone,
                "title": labels[message_sudo.state],
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _account(self):
        """Return the account that the letter goes out from.

        The one that was written to, if the user may send with it; else the user's own.
        """
        account = self.message_id.sudo().account_id
        if not (account and account._may_send(self.env.user)):
            account = account._of_user(self.env.user, self.sudo().company_id)
        if not account:
            raise UserError(
                self.env._(
                    "You don't have a Direct address yet. Create one in Direct Messaging > "
                    "Configuration > Direct Message Setup; your message is kept as a draft."
                )
            )
        return account

    def _check_can_be_sent(self, account):
        """Name everything that is missing or wrong, at once."""
        provider = account.practice_id.provider_id
        problems = []
        if not self.patient_id:
            problems.append(("patient_id", self.env._("File the message under a patient first.")))
        if not (self.body or "").strip() and not self.document_ids:
            problems.append(("body", self.env._("Enter a message or attach a document.")))
        if problem := self._address_problem(account.practice_id):
            problems.append(("to_address", problem))
        if problem := self._subject_problem():
            problems.append(("subject", problem))
        if problem := self._size_problem(provider):
            problems.append(("document_ids", problem))
        if problems:
            raise Problems(problems)
        # Documents may have been linked by id: only what the sender may read leaves the house
        self.document_ids.check_access("read")

    def _address_problem(self, practice):
        where = address.normalize(self.to_address)
        if not where:
            return self.env._("Enter the recipient's Direct address.")
        return practice._recipient_problem(where)

    def _subject_problem(self):
        return self.patient_id._direct_subject_problem(self.subject)

    def _size_problem(self, provider):
        return provider._size_problem(self.documents_size + len((self.body or "").encode()))

    def _create_message(self, account):
        where = address.normalize(self.to_address)
        is_reply = self.kind == "reply"
        answered_sudo = self.message_id.sudo()
        contact = (
            answered_sudo.partner_id
            if is_reply
            else self.env["res.partner"].sudo()._direct_contact(where, account.company_id)
        )
        return (
            self.env["direct.message"]
            ._as_server()
            .create(
                {
                    "account_id": account.id,
                    "from_address": account.address,
                    "to_address": where,
                    "recipient_name": contact.name or where,
                    "partner_id": contact.id,
                    "patient_id": self.patient_id.id,
                    "in_reply_to_id": is_reply and answered_sudo.id,
                    "subject": incoming.one_line(self.subject),
                    "body": (self.body or "").strip(),
                    "attachments": [
                        (document.name, document._direct_type(), document.raw)
                        for document in self.document_ids
                    ],
                }
            )
        )


class DirectMessage(models.Model):
    _inherit = "direct.message"

    @decides()
    def action_reply(self):
        """Open the window that answers this message."""
        return self.env["direct.letter"]._open(self, "reply")

    @decides()
    def action_forward(self):
        """Open the window that passes this message on to another Direct address."""
        return self.env["direct.letter"]._open(self, "forward")
