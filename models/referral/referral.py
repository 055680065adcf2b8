from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ...tools import address
from ..core import relations
from ..core.guarded import Writable, decides
from ..directory.directory import QUERY_MAX
from ..message.states import URGENCIES
from .message import STATE_BY_MESSAGES

_lt = LazyTranslate(__name__)


class DirectReferral(models.Model):
    """Who refers which patient to whom, why, and what became of it.

    Begun from a note that has the mixin, kept as a draft at every moment, sent as one message
    per recipient.
    """

    _name = "direct.referral"
    _inherit = ["direct.message.draft", "direct.numbered", "direct.owned", "direct.thread"]
    _description = "Referral"
    _order = "id desc"

    _writable = (Writable("reason urgency"),)
    _final = _lt("This referral was already sent. It can't be changed or deleted.")

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    author_id = fields.Many2one(
        "res.users", "Referred By", required=True, readonly=True, index=True
    )
    res_model = fields.Char("Note Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Note", model_field="res_model", required=True, readonly=True)
    patient_id = fields.Many2one("res.partner", required=True, readonly=True, index=True)

    recipient_ids = relations.One2many("direct.referral.recipient", "referral_id", "Recipients")
    reason = fields.Text("Reason for Referral")
    urgency = fields.Selection(
        URGENCIES,
        required=True,
        default="routine",
    )
    patient_notice = fields.Char(compute="_compute_patient_notice", compute_sudo=True)
    direct_message_ids = relations.One2many("direct.message", "referral_id", "Direct Messages")
    sent_at = fields.Datetime("Sent On", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("held", "Held"),
            ("sent", "On Its Way"),
            ("delivered", "Delivered"),
            ("attention", "Needs Attention"),
            ("another_way", "Sent Another Way"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )

    @api.depends("document_ids.file_size", "ccda_size")
    def _compute_documents_size(self):
        for referral in self:
            sizes = referral.document_ids.mapped("file_size")
            referral.documents_size = sum(sizes) + referral.ccda_size

    @api.depends("patient_id.name", "patient_id.direct_birthdate", "patient_id.direct_sex")
    def _compute_patient_notice(self):
        for referral in self:
            missing = referral.patient_id.with_company(referral.company_id)._direct_missing()
            sentence = self.env._(
                "The recipient can't tell who this is. Add to the patient's record: %s.",
                ", ".join(missing),
            )
            referral.patient_notice = sentence if missing else False

    @api.depends(
        "direct_message_ids.state",
        "direct_message_ids.resend_ids",
        "direct_message_ids.is_sent_another_way",
    )
    def _compute_state(self):
        for referral in self:
            states = {message._standing() for message in referral.direct_message_ids}
            referral.state = next(
                (state for state, group in STATE_BY_MESSAGES if states & group), "draft"
            )

    # --- begin -------------------------------------------------------------------------------

    @api.model
    def _begin(self, note):
        """Create the draft of a referral from `note`, a record whose model has the mixin."""
        company = note._direct_record_company(note)
        referral = self._as_server().create(
            {
                "company_id": company.id,
                "author_id": self.env.uid,
                "res_model": note._name,
                "res_id": note.id,
                "patient_id": note._direct_patient().id,
                "reason": note._direct_reason(),
                "body": self.env._("Please see the attached documents."),
            }
        )
        referral.subject = referral._proposed_subject()
        referral._store_documents(note._direct_documents())
        return self.browse(referral.id)

    def _open_window(self):
        """Return the action that opens the *Send Referral* window on this draft."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Referral"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("direct_messaging.direct_referral_view_form_send").id, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @decides()
    def action_open_window(self):
        """Go on with this draft."""
        self.check_access("write")
        return self._open_window()

    # --- recipients --------------------------------------------------------------------------

    @decides()
    def search_recipients(self, query):
        """Find whom to refer to: contacts first, then the provider's directory.

        :param str query: what was typed: name, NPI, specialty, organisation or address
        :return: ``{"entries": [...], "notice": str | False}``; an entry has source, partner_id,
            name, address, organization, specialty, npi, city and status
        """
        self.ensure_one()
        self.check_access("read")
        self.env["direct.rate"]._count("directory")
        return self.env["direct.directory"]._find(query, self.company_id)

    @decides()
    def add_recipient(self, entry):
        """Add one of the entries of `search_recipients`, checked with the provider.

        :return: id of the `direct.referral.recipient`
        """
        self._check_draft()
        self.env["direct.rate"]._count("address")
        where = address.normalize(str(entry.get("address") or ""))
        if where in self.recipient_ids.mapped("address"):
            raise UserError(self.env._("%s is already a recipient.", where))
        partner = self.env["res.partner"]._direct_contact(where, self.company_id)
        recipient_sudo = (
            self.env["direct.referral.recipient"]
            ._as_server()
            .create(
                {
                    "referral_id": self.id,
                    "partner_id": partner.id,
                    "address": where,
                    "name": (partner.name or str(entry.get("name") or "") or where)[:QUERY_MAX],
                    "organization": str(entry.get("organization") or "")[:QUERY_MAX],
                    "specialty": str(entry.get("specialty") or "")[:QUERY_MAX],
                    "npi": str(entry.get("npi") or "")[:QUERY_MAX],
                }
            )
        )
        recipient_sudo._check_with_provider()
        self._new_version()
        return recipient_sudo.id

    @decides()
    def remove_recipient(self, recipient_id):
        """Remove a recipient from the draft."""
        self._check_draft()
        self.sudo().recipient_ids.filtered(lambda recipient: recipient.id == recipient_id).unlink()
        self._new_version()

    def _check_draft(self):
        self.ensure_one()
        self.check_access("write")
        self._check_not_final()

    # --- send --------------------------------------------------------------------------------

    def _sending_provider(self):
        return self.env["direct.provider"]._for_company(self.company_id)

    def _open_setup(self):
        return self.env["direct.setup"]._open(referral=self)

    def _proposed_subject(self):
        return self.env._("Referral from %s", self.company_id.name)

    def _problems(self):
        problems = self._note_problems()
        if not self.patient_id:
            problems.append(("patient_id", self.env._("The note has no patient.")))
        if not self.recipient_ids:
            problems.append(("recipient_ids", self.env._("Add at least one recipient.")))
        problems += [
            (
                "recipient_ids",
                self.env._(
                    "%(name)s: %(reason)s", name=recipient.name, reason=recipient.status_reason
                ),
            )
            for recipient in self.recipient_ids
            if recipient.status == "invalid"
        ]
        if not (self.reason or "").strip():
            problems.append(("reason", self.env._("Enter the reason for the referral.")))
        return problems + super()._problems()

    def _prepare_sending(self, account):
        self._note_sender(account)
        self._note_report_days()
        return super()._prepare_sending(account)

    def _message_values(self, account):
        return [
            {
                "referral_id": self.id,
                "account_id": account.id,
                "from_address": account.address,
                "patient_id": self.patient_id.id,
                "to_address": recipient.address,
                "recipient_name": recipient.name,
                "partner_id": recipient._contact().id,
                "subject": self.subject.strip(),
                "body": self._text(),
                "urgency": self.urgency,
                "attachments": self._documents_for(recipient),
            }
            for recipient in self.recipient_ids
        ]

    def _note_sent(self, messages):
        self.sent_at = fields.Datetime.now()

    def _sent_sentence(self):
        return self.env._("The message is on its way. Its delivery status will appear here.")

    def _text(self):
        """Return the text part of the message: it travels encrypted and may name the patient."""
        urgency = dict(self._fields["urgency"]._description_selection(self.env))[self.urgency]
        patient_sudo = self.patient_id.sudo()
        lines = [
            self.env._("Referral of %s", patient_sudo.name),
            self.env._("Date of birth: %s", patient_sudo.direct_birthdate or self.env._("unknown")),
            self.env._("Urgency: %s", urgency),
            self.env._("Reason for referral: %s", self.reason.strip()),
            "",
            (self.body or "").strip(),
            "",
            f"{self._signed_by()}, {self.company_id.name}",
        ]
        return "\n".join(lines)

    def _signed_by(self):
        return self.author_id.name

    # --- what became of it -------------------------------------------------------------------

    @decides()
    def direct_delivery(self):
        """Say where each message of this referral stands."""
        self.check_access("read")
        return self.sudo()._delivery_rows(self.env.user)

    def _delivery_rows(self, user):
        messages = self.direct_message_ids.sorted("id", reverse=True)
        return [message._delivery_row(user) for message in messages]
