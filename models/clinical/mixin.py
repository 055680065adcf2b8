from datetime import datetime

from odoo import api, models
from odoo.exceptions import UserError

from ..core.guarded import decides


class DirectReferralMixin(models.AbstractModel):
    """What a note model inherits to get *Send Referral By*.

    Put ``<widget name="direct_send_referral_by"/>`` and ``<widget name="direct_delivery"/>`` into
    the form view and answer these hooks:

    - ``_direct_patient()``: the `res.partner` the note is about
    - ``_direct_is_signed()``: whether the note is final; a referral starts from a final note
    - ``_direct_reason()``: text to propose as reason for referral
    - ``_direct_documents()``: the documents to propose, by default the PDF of ``_direct_report()``
    - ``_direct_channels()``: extend it, and add ``_send_referral_by_<key>()``, for a new channel

    What the C-CDA Referral Note says of the note comes from these, all of them optional:

    - ``_direct_author()``, ``_direct_authored_at()``, ``_direct_signed_at()``: who wrote it, when
    - ``_direct_encounter()``: the visit it is about
    - those in `statements`: one for each kind of statement, such as ``_direct_problems()``
    - ``_direct_ccda_sections()``: extend it for further sections

    *Add to a Note* in the inbox begins a note of this model when ``_direct_takes_entries`` is true:

    - ``_direct_begin_with(message, entries)``: create the draft
    """

    _name = "direct.referral.mixin"
    _description = "Can Be Referred by Direct Message"

    # Whether a note can be begun with what another practice's clinical document says
    _direct_takes_entries = False

    # --- hooks -------------------------------------------------------------------------------

    def _direct_patient(self):
        """Return the patient.

        :rtype: recordset of `res.partner`
        """
        raise NotImplementedError

    def _direct_is_signed(self) -> bool:
        """Whether the note is final."""
        raise NotImplementedError

    def _direct_reason(self) -> str:
        """Return the text to propose as the reason for the referral."""
        return ""

    def _direct_report(self) -> str | None:
        """Return the XML id of the PDF report of the note, if it has one."""
        return None

    def _direct_documents(self) -> list[tuple[str, str, bytes]]:
        """Return the documents to propose: (file name, content type, content) each."""
        if not self._direct_report():
            return []
        pdf, _type = self.env["ir.actions.report"]._render_qweb_pdf(self._direct_report(), self.ids)
        return [(self.env._("Clinical Note.pdf"), "application/pdf", pdf)]

    def _direct_channels(self) -> list[dict]:
        """Return the ways to send a referral: key, label and Font Awesome icon each."""
        if not self._direct_report():
            return []
        return [{"key": "print", "label": self.env._("Print"), "icon": "fa-print"}]

    # --- hooks of the C-CDA ------------------------------------------------------------------

    def _direct_author(self):
        """Return who wrote the note and signed it.

        :rtype: recordset of `res.users`
        """
        return self.create_uid

    def _direct_authored_at(self) -> datetime:
        """Return when the note was written: naive UTC, as fields of Odoo have it."""
        return self.create_date

    def _direct_confidentiality(self) -> str:
        """Return N, or R or V if the note asks for more than usual care: restricted, very so."""
        return "N"

    def _direct_signed_at(self) -> datetime | None:
        """Return when its author signed the note (naive UTC), if it is known."""
        return None

    def _direct_encounter(self) -> tuple[datetime, datetime | None] | None:
        """Return begin and end of the visit (naive UTC), if the note is about one."""
        return None

    # --- hook of *Add to a Note* -------------------------------------------------------------

    @api.model
    def _direct_begin_with(self, message, entries):
        """Return a new draft about the patient of `message`, with the lines that were chosen.

        :param message: the `direct.message` that brought the document
        :param entries: list of (`tools.cda.entries.Entry`, where it comes from, as text for people)
        """
        raise NotImplementedError

    # --- called by the interface -------------------------------------------------------------

    @decides()
    def direct_referral_channels(self):
        """List the ways to send a referral, for *Send Referral By*."""
        self.check_access("read")
        return self._direct_channels()

    @decides()
    def action_send_referral(self, channel):
        """Start a referral from this note by `channel`, a key of `direct_referral_channels`."""
        self.ensure_one()
        self.check_access("read")
        if channel not in {known["key"] for known in self._direct_channels()}:
            raise UserError(self.env._("This way of sending a referral isn't available."))
        if not self._direct_is_signed():
            raise UserError(
                self.env._("Sign the note first. Referrals are sent from signed notes.")
            )
        if not self._direct_patient():
            raise UserError(self.env._("Choose the patient first."))
        return getattr(self, f"_send_referral_by_{channel}")()

    # --- channels ----------------------------------------------------------------------------

    def _send_referral_by_print(self):
        return self.env.ref(self._direct_report()).report_action(self)

    @api.model
    def _direct_record_company(self, record):
        """Return the company that refers: the note's, else the one that the user works in."""
        own = "company_id" in record._fields and record.company_id
        return own or self.env.company
