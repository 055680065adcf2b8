from datetime import date

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.cda import entries, parse

KINDS = {
    "problem": (
        "problem_ids",
        lambda entry: {
            "icd10_code": entry.icd10_code or False,
            "onset_date": entry.started,
        },
    ),
    "medication": ("medication_ids", lambda entry: {"dosage": entry.dosage or False}),
    "allergy": (
        "allergy_ids",
        lambda entry: {
            "reaction": entry.reaction or False,
            "severity": entry.severity or False,
        },
    ),
}


class DirectMessage(models.Model):
    """What a clinical document of a message says, taken into a note line by line."""

    _inherit = "direct.message"

    def inbox_entries(self, document_id):
        """List the problems, medications and allergies of a clinical document.

        :return: list of ``{"key", "kind", "name", "detail", "source"}``
        """
        self.check_access("read")
        return [
            {
                "key": entry.key,
                "kind": entry.kind,
                "name": entry.name,
                "detail": self._entry_detail(entry),
                "source": self._entry_source(entry),
            }
            for entry in self._entries(document_id)
        ]

    def action_import_entries(self, document_id, keys):
        """Write the chosen entries into a new draft note of the patient, each with its source."""
        self.ensure_one()
        self._check_incoming()
        if not self.patient_id:
            raise UserError(self.env._("File the message under its patient first."))
        chosen = [entry for entry in self._entries(document_id) if entry.key in set(keys)]
        if not chosen:
            raise UserError(self.env._("Choose at least one entry."))
        values = {"patient_id": self.patient_id.id, "company_id": self.company_id.id}
        for entry in chosen:
            field, details = KINDS[entry.kind]
            line = {"name": entry.name, "source": self._entry_source(entry), **details(entry)}
            values.setdefault(field, []).append(fields.Command.create(line))
        note = self.env["direct.clinical.note"].create(values)
        self._note("imported", f"{note.name}, {self.env.user.name}")
        return note._get_records_action()

    def _entries(self, document_id):
        document = self.attachment_ids.filtered(lambda attachment: attachment.id == document_id)
        if not document:
            raise UserError(self.env._("This document does not belong to the message."))
        try:
            return entries.offered(parse.read(document.raw))
        except parse.Unreadable as reason:
            raise UserError(str(reason)) from None

    def _entry_detail(self, entry):
        since = entry.started and self.env._("since %s", _day(entry.started))
        until = entry.ended and self.env._("until %s", _day(entry.ended))
        parts = (entry.icd10_code, entry.dosage, entry.reaction, entry.severity, entry.status)
        return ", ".join(filter(None, (*parts, since, until)))

    def _entry_source(self, entry):
        """Say where a line comes from: the document, its author and day, and our message."""
        source = entry.source
        told = (source.document, source.author, source.at and _day(source.at), self.name)
        return ", ".join(filter(None, told))


def _day(moment):
    return f"{moment:%Y-%m-%d}" if isinstance(moment, date) else ""
