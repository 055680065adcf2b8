from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_datetime

from ...tools import address, incoming
from ..core.guarded import Writable, decides
from ..core.sentences import translated
from ..core.turns import take_turns

_lt = LazyTranslate(__name__)


class DirectLetter(models.Model):
    """An answer to a message that was received, or the message passed on, while it is written.

    Kept as a draft at every moment; sending makes a `direct.message` of it, about the patient that
    the received message is filed under.
    """

    _name = "direct.letter"
    _inherit = "direct.message.draft"
    _description = "Letter"
    _order = "id desc"
    _rec_name = "message_id"

    _writable = (Writable("to_address"),)
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
    has_more = fields.Boolean(
        compute="_compute_has_more", help="Documents came with the message that aren't attached."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent")], required=True, readonly=True, default="draft"
    )

    @api.depends("to_address")
    def _compute_to_problem(self):
        for letter in self:
            where = address.normalize(letter.to_address)
            letter.to_problem = where and translated(self.env, address.address_problem(where))

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
        # Two clicks begin one letter
        take_turns(message.sudo())
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
            letter_sudo.document_ids = letter_sudo._copies(letter_sudo._received())
        return self.browse(letter_sudo.id)

    def _received(self):
        """Return the documents that came; what was taken out of a package goes in the package."""
        documents = self.message_id._documents()
        return documents.filtered(lambda document: not document.direct_inside_id)

    def _not_attached(self):
        """Return those that came and are not among the documents of the letter."""
        attached = set(self.document_ids.mapped("direct_sha256"))
        return self._received().filtered(lambda one: one.direct_sha256 not in attached)

    @api.depends("document_ids", "message_id")
    def _compute_has_more(self):
        for letter in self:
            letter.has_more = bool(letter.sudo()._not_attached())

    @decides()
    def action_attach_received(self):
        """Attach all documents that came with the message, as they came."""
        self.ensure_one()
        self.check_access("write")
        self._check_not_final()
        self._check_shown()
        self.sudo().document_ids |= self._copies(self._not_attached())
        self._new_version()

    def _first_subject(self, message, prefix):
        """Propose the subject that was received, unless it names the patient."""
        subject = message.subject or ""
        if not subject or message.patient_id._direct_is_named_in(subject, message.company_id):
            return self._subject_without_patient(message)
        if subject.lower().startswith(prefix.lower()):
            return subject
        return f"{prefix} {subject}"

    def _subject_without_patient(self, message):
        return self.env._("Message from %s", message.company_id.name)

    def _quoted(self, message):
        sent = format_datetime(self.env, message.sent_at or message.received_at)
        return "\n".join(
            [
                "",
                "",
                self.env._("Forwarded message"),
                self.env._("From: %s", message.from_address),
                self.env._("Date: %s", sent),
                "",
                message.body or "",
            ]
        )

    # --- send --------------------------------------------------------------------------------

    def _sending_provider(self):
        return self.message_id.provider_id.filtered(lambda provider: provider._is_in_use())

    def _sending_account(self):
        """Return the account that was written to, if the user may send with it; else their own."""
        account = self.message_id.sudo().account_id
        if account and account._may_send(self.env.user):
            return account
        return account._of_user(self.env.user, self.sudo().company_id)

    def _problems(self):
        self.message_id._check_incoming()
        problems = []
        if not self.patient_id:
            problems.append(("patient_id", self.env._("File the message under a patient first.")))
        if not (self.body or "").strip() and not self.document_ids:
            problems.append(("body", self.env._("Enter a message or attach a document.")))
        if problem := self._address_problem():
            problems.append(("to_address", problem))
        return problems + super()._problems()

    def _proposed_subject(self):
        return self._subject_without_patient(self.message_id)

    def _note_sent(self, messages):
        self.state = "sent"
        self.message_id._put_on_timeline(self.kind, messages.name)

    def _address_problem(self):
        where = address.normalize(self.to_address)
        if not where:
            return self.env._("Enter the recipient's Direct address.")
        return self.message_id.sudo().practice_id._recipient_problem(where)

    def _message_values(self, account):
        where = address.normalize(self.to_address)
        is_reply = self.kind == "reply"
        answered_sudo = self.message_id.sudo()
        contact = (
            answered_sudo.partner_id
            if is_reply
            else self.env["res.partner"].sudo()._direct_contact(where, account.company_id)
        )
        return [
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
                "attachments": self._own_documents(),
            }
        ]


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
