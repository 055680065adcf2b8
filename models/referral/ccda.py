import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import ccda
from ...tools.ccda import names
from ...tools.xdm import pack
from ..core.guarded import Writable
from ..core.records import reference

CCDA_NAME = "Referral Note.xml"
CCDA_TYPE = "text/xml"
XDM_NAME = "Referral.zip"
URGENCIES = {"routine": "R", "urgent": "UR", "stat": "EM"}
XDM_TYPE = "application/zip"


class DirectReferral(models.Model):
    """What a referral carries: its documents and the C-CDA Referral Note, for one recipient."""

    _inherit = "direct.referral"

    _writable = (Writable("include_ccda"),)

    include_ccda = fields.Boolean(
        "C-CDA Referral Note",
        default=True,
        help="Send a C-CDA Referral Note that the recipient's EHR can import.",
    )
    ccda_size = fields.Integer(
        "C-CDA Size", compute="_compute_ccda_size", compute_sudo=True, help="Bytes."
    )

    @api.depends("include_ccda", "reason", "recipient_ids", "direct_message_ids")
    def _compute_ccda_size(self):
        for referral in self:
            try:
                referral.ccda_size = len(referral._ccda_to_view())
            except UserError:
                referral.ccda_size = 0  # said where it matters: when it is viewed or sent

    # --- documents ---------------------------------------------------------------------------

    def _documents_for(self, recipient) -> list[tuple[str, str, bytes]]:
        """Return what `recipient` gets: file name, content type and bytes of each."""
        is_xdm = self._wants_xdm(recipient)
        documents = self._own_documents(true_types=is_xdm)
        if self.include_ccda:
            documents.insert(0, (CCDA_NAME, CCDA_TYPE, self._ccda(recipient)))
        if not (documents and is_xdm):
            return documents
        return [(XDM_NAME, XDM_TYPE, pack.pack(self._xdm_submission(recipient, documents)))]

    def _wants_xdm(self, recipient) -> bool:
        provider = self.env["direct.provider"]._for_company(self.company_id)
        return provider.package_as_xdm or recipient.partner_id.sudo().direct_wants_xdm

    def _xdm_submission(self, recipient, documents):
        return pack.Submission(
            id=self._stable_id(recipient, "xdm"),
            source=self._stable_id(self.company_id),
            made_at=self._aware(fields.Datetime.now(), self.author_id),
            patient=self._ccda_patient(),
            author=self._ccda_user(self.author_id),
            recipient=self._ccda_recipient(recipient),
            documents=tuple(
                pack.Document(*document, is_ccda=self.include_ccda and document is documents[0])
                for document in documents
            ),
        )

    def _ccda(self, recipient=None) -> bytes:
        """Return the C-CDA Referral Note for `recipient`, as the user may see the note."""
        return ccda.write(self._ccda_note(recipient))

    def _ccda_note(self, recipient=None) -> ccda.ReferralNote:
        self.ensure_one()
        recipient = recipient or self.env["direct.referral.recipient"]
        note = self._note_for_ccda()
        note.check_access("read")
        author = note._direct_author()
        encounter = note._direct_encounter()
        return ccda.ReferralNote(
            id=self._stable_id(recipient or self),
            written_at=self._aware(self.sent_at or fields.Datetime.now(), author),
            patient=self._ccda_patient(),
            author=self._ccda_user(author),
            authored_at=self._aware(note._direct_authored_at(), author),
            custodian=self._ccda_organization(self.company_id),
            recipient=self._ccda_recipient(recipient),
            signed_at=self._aware(note._direct_signed_at(), author),
            confidentiality=note._direct_confidentiality(),
            encounter=encounter
            and ccda.Encounter(
                self._stable_id(note, "encounter"),
                *(self._aware(at, author) for at in encounter),
            ),
            sections=(
                ccda.Section(ccda.REASON, self.reason or "", (self._ccda_request(recipient),)),
                *note._direct_ccda_sections(),
            ),
        )

    def _summary(self) -> tuple:
        """Return the lines of the summary, for the printed page."""
        return ccda.summarize(self._ccda_note(self.recipient_ids[:1])).items

    def _ccda_to_view(self) -> bytes:
        """Return the C-CDA that was sent, or before that the one that will be."""
        if not self.include_ccda:
            raise UserError(self.env._("This referral has no C-CDA."))
        if self.state == "draft":
            return self._ccda(self.recipient_ids[:1])
        # The bytes, also where a form asks for sizes of files
        sent_sudo = self.sudo().with_context(bin_size=False)._sent_messages()[0]
        # It is the first; users may have added a document with the same name
        [document, *_] = sent_sudo.attachment_ids.sorted("id")
        if document.name == CCDA_NAME:
            return document.raw
        if document.name == XDM_NAME:
            with zipfile.ZipFile(io.BytesIO(document.raw)) as archive:
                return archive.read(f"{pack.FOLDER}/DOC00001.XML")
        raise UserError(self.env._("This referral was sent without a C-CDA."))

    def _ccda_to_read(self) -> bytes:
        """Return the C-CDA for whoever may read referral and note.

        Of a note that is gone, for whoever may read the messages that were sent.
        """
        self.ensure_one()
        self.check_access("read")
        (self._note() or self.sudo()._sent_messages().sudo(False)).check_access("read")
        return self._ccda_to_view()

    def _note_for_ccda(self):
        if note := self._note():
            return note
        raise UserError(
            self.env._(
                "The note for this referral no longer exists, so no C-CDA can be created. "
                "Start a new referral from another note, or send this one without a C-CDA."
            )
        )

    def _ccda_request(self, recipient) -> ccda.Request:
        return ccda.Request(
            URGENCIES[self.urgency],
            recipient.specialty or "",
            self._stable_id(recipient or self, "request"),
        )

    # --- people ------------------------------------------------------------------------------

    def _ccda_patient(self) -> ccda.Patient:
        return self.patient_id.sudo().with_company(self.company_id)._direct_person()

    def _ccda_user(self, user) -> ccda.Person:
        """The user as a person of the practice: reached there, not at home."""
        partner_sudo = user.sudo().partner_id
        account = self.env["direct.account"]._of_user(user, self.company_id)
        practice = self._ccda_organization(self.company_id)
        contact = ccda.Contact(
            practice.contact.address,
            partner_sudo.phone or practice.contact.phone,
            account.address or "",
        )
        return ccda.Person(
            self._stable_id(user),
            names.split(partner_sudo.name),
            partner_sudo.direct_npi or "",
            contact,
            practice,
        )

    def _ccda_recipient(self, recipient) -> ccda.Person:
        if not recipient:
            return ccda.Person(self._stable_id(self, "recipient"), ccda.Name())
        partner_sudo = recipient.partner_id.sudo()
        contact = partner_sudo._direct_reach()
        organization = recipient.organization or partner_sudo.parent_id.name
        return ccda.Person(
            self._stable_id(recipient, "person"),
            names.split(recipient.name),
            recipient.npi or partner_sudo.direct_npi or "",
            ccda.Contact(contact.address, contact.phone, recipient.address),
            organization
            and ccda.Organization(self._stable_id(recipient, "organization"), organization),
        )

    def _ccda_organization(self, company) -> ccda.Organization:
        partner_sudo = company.sudo().partner_id
        return ccda.Organization(
            self._stable_id(company),
            company.sudo().name,
            partner_sudo.direct_npi or "",
            partner_sudo._direct_reach(),
        )

    def _stable_id(self, record, part="") -> ccda.Identifier:
        """Identify `record`, or a part of it, the same whenever it is asked."""
        return ccda.stable_id(f"{reference(record)}/{part}")

    def _aware(self, at, user):
        """Return Odoo's naive UTC in the time zone of `user`; None of None."""
        return (at and fields.Datetime.context_timestamp(self.with_context(tz=user.tz), at)) or None
