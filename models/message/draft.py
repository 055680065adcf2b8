from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exceptions import Problems
from ..core import records
from ..core.guarded import Writable, decides
from ..core.server import as_server


class DirectMessageDraft(models.AbstractModel):
    """What is written in a window and sent as messages: a referral, a letter.

    It is saved at every moment, and sent once, as its window shows it. Its documents are its own:
    nothing that changes elsewhere changes what is sent.

    What a model says of itself: `_sending_provider`, `_sending_account`, `_message_values` and
    `_note_sent`; and where it differs `_problems`, `_open_setup`, `_prepare_sending`,
    `_proposed_subject` and `_sent_sentence`.
    """

    _name = "direct.message.draft"
    _inherit = ["direct.draft", "direct.sender"]
    _description = "Draft of Messages"

    _writable = (Writable("subject body document_ids"),)
    _drafts = ("draft",)

    subject = fields.Char(
        help="The subject line may travel unencrypted. Don't put patient information in it."
    )
    body = fields.Text("Message")
    documents_size = fields.Integer(compute="_compute_documents_size", help="Bytes.")
    size_limit = fields.Integer(compute="_compute_size_limit", help="Bytes.", compute_sudo=True)
    provider_notice = fields.Char(compute="_compute_size_limit", compute_sudo=True)

    @api.depends("document_ids.file_size")
    def _compute_documents_size(self):
        for draft in self:
            draft.documents_size = sum(draft.document_ids.mapped("file_size"))

    @api.depends("company_id")
    def _compute_size_limit(self):
        for draft in self:
            provider = draft._sending_provider()
            draft.size_limit = provider.max_message_bytes
            draft.provider_notice = provider._test_notice()

    # --- what a model says of itself ---------------------------------------------------------

    def _sending_provider(self):
        """Return the `direct.provider` that messages of this draft go through, or none."""
        raise NotImplementedError

    def _sending_account(self):
        """Return the `direct.account` it is sent from; none when the user has to make one."""
        raise NotImplementedError

    def _message_values(self, account) -> list[dict]:
        """Return the values of each message, `attachments` as `direct.message` takes them."""
        raise NotImplementedError

    def _note_sent(self, messages):
        """Note on the draft, in superuser mode, that it was sent as `messages`."""
        raise NotImplementedError

    def _problems(self) -> list[tuple]:
        """Return all that is missing or wrong but the size: (field or None, sentence) each."""
        problem = self._subject_problem()
        return [("subject", problem)] if problem else []

    def _open_setup(self):
        """Lead the user to where a Direct address is made."""
        raise UserError(
            self.env._(
                "You don't have a Direct address yet. Create one in Direct Messaging > "
                "Configuration > Direct Message Setup; your message is kept as a draft."
            )
        )

    def _prepare_sending(self, account):
        """Note on the draft what its messages say of it."""

    def _proposed_subject(self) -> str:
        """Return the subject that this draft begins with: it is never refused."""
        return ""

    def _sent_sentence(self) -> str:
        return self.env._("The message is on its way.")

    # --- send --------------------------------------------------------------------------------

    @decides()
    def action_send_message(self):
        """Send it once, or lead to where the user gets a Direct address first."""
        self.ensure_one()
        self.check_access("write")
        # A double click or a second window: nothing is sent twice
        records.lock(self)
        self.invalidate_recordset()
        self._check_not_final()
        self._check_shown()
        self._check_can_be_sent()
        account = self._sending_account()
        if not account:
            return self._open_setup()
        self._prepare_sending(account)
        values = self._message_values(account)
        self._check_size(max(map(_size, values)))
        messages = self.env["direct.message"]._as_server().create(values)
        self.sudo()._note_sent(messages)
        self._new_version()
        if messages._let_go():
            title, text, tone = self.env._("On Its Way"), self._sent_sentence(), "success"
        else:
            title, tone = self.env._("Held"), "warning"
            text = account.practice_id._waiting_sentence()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": tone,
                "title": title,
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_can_be_sent(self):
        """Name everything that is missing or wrong, at once."""
        if not self._sending_provider():
            raise UserError(
                self.env._(
                    "No Direct provider is set up for %s. Ask an administrator to connect one in "
                    "Settings > Direct Messaging; your message is kept as a draft.",
                    self.company_id.name,
                )
            )
        if problems := self._problems():
            # About as large as it would be: how large exactly shows when it is put together
            self._check_size(self.documents_size, problems)
            raise Problems(problems)

    def _check_size(self, size, problems=()):
        if problem := self._sending_provider()._size_problem(size):
            raise Problems([*problems, ("document_ids", problem)])

    def _subject_problem(self):
        subject = (self.subject or "").strip()
        if subject and subject == self._proposed_subject():
            return None
        return self.patient_id._direct_subject_problem(subject, self.company_id)

    # --- documents ---------------------------------------------------------------------------

    def write(self, vals):
        written = super().write(vals)
        if "document_ids" in vals and not self.env.su:
            self._take_in_documents()
        return written

    def _take_in_documents(self):
        """Copy documents that belong to something else: the draft has its own, as they are now."""
        for draft in self:
            others = draft.document_ids.filtered(
                lambda document, draft=draft: (
                    (document.res_model, document.res_id) != (draft._name, draft.id)
                )
            )
            if others:
                others.check_access("read")
                draft.sudo().document_ids = draft.document_ids - others + draft._copies(others)

    def _copies(self, documents):
        """Return copies of `documents` that are this draft's own."""
        # What is said of a document that was received is for whoever received it
        values = {"res_model": self._name, "res_id": self.id, "description": False}
        return as_server(documents).copy(values)

    def _store_documents(self, documents):
        """Keep documents as the draft's own.

        :param documents: (file name, content type, bytes) each
        """
        self.ensure_one()
        self.sudo().document_ids |= as_server(self.env["ir.attachment"]).create(
            [
                {
                    "name": name,
                    "mimetype": content_type,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for name, content_type, content in documents
            ]
        )

    def _own_documents(self, true_types=False) -> list[tuple[str, str, bytes]]:
        """Return the documents to be sent: file name, content type and bytes of each."""
        # All of them: nothing leaves that the sender may not read, nor with a document missing
        documents = self.sudo().document_ids.sudo(False).sorted("id")
        documents.check_access("read")
        return documents._direct_to_send(true_types)


def _size(values) -> int:
    """Return how many bytes a message with these values has."""
    documents = (len(content) for _name, _type, content in values["attachments"])
    return sum(documents) + len((values["body"] or "").encode())
