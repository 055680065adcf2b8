from datetime import date

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.cda import entries, parse
from ..core.guarded import decides


class DirectMessage(models.Model):
    """What a clinical document of a message says, taken into a note line by line."""

    _inherit = "direct.message"

    @decides()
    def inbox_entries(self, document_id):
        """List the problems, medications and allergies of a clinical document.

        :return: ``{"entries", "nameless"}``: a list of ``{"key", "kind", "name", "detail",
            "source", "is_over"}``, and the number of statements that have no name
        """
        self._check_incoming()
        offer = self._offer(document_id)
        return {
            "entries": [
                {
                    "key": entry.key,
                    "kind": entry.kind,
                    "name": entry.name,
                    "detail": self._entry_detail(entry),
                    "source": self._entry_source(entry),
                    "is_over": entry.is_over,
                }
                for entry in offer.entries
            ],
            "nameless": offer.nameless,
        }

    @decides()
    def action_import_entries(self, document_id, keys, note_model):
        """Begin a draft note of the patient with the chosen entries, each with its source.

        :param note_model: the ``model`` of one of the `_note_kinds`
        """
        self.ensure_one()
        self._check_incoming()
        if not self.patient_id:
            raise UserError(self.env._("File the message under a patient first."))
        if note_model not in {kind["model"] for kind in self._note_kinds()}:
            raise UserError(self.env._("You can't add to this kind of note."))
        chosen = [entry for entry in self._offer(document_id).entries if entry.key in set(keys)]
        if not chosen:
            raise UserError(self.env._("Choose at least one entry."))
        entries = [(entry, self._entry_source(entry)) for entry in chosen]
        note = self.env[note_model]._direct_begin_with(self, entries)
        self._put_on_timeline("imported", f"{note.display_name}, {self.env.user.name}")
        return note._get_records_action(context={})

    @api.model
    def _note_kinds(self):
        """List the models of notes that entries can be taken into and the user may create.

        :return: list of ``{"model", "label"}``; empty when no addon has such notes
        """
        names = self.env.registry.descendants(["direct.referral.mixin"], "_inherit")
        models_ = [self.env[name] for name in sorted(names)]
        return [
            {"model": model._name, "label": self.env["ir.model"]._get(model._name).name}
            for model in models_
            if model._direct_takes_entries and model.has_access("create")
        ]

    def _offer(self, document_id):
        document = self.attachment_ids.filtered(lambda attachment: attachment.id == document_id)
        if not document:
            raise UserError(self.env._("This document doesn't belong to the message."))
        try:
            return entries.offer(parse.read(document.raw))
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
