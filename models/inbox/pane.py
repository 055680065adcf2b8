from odoo import fields, models

from ...hisp.base import Nature
from ..core.guarded import decides
from ..core.sentences import translated
from ..message.states import APPEARANCE

DOCUMENT_ROUTE = "/direct_messaging/document/"


class DirectMessage(models.Model):
    """What the reading pane of the inbox shows of a message."""

    _inherit = "direct.message"

    @decides()
    def inbox_read(self):
        """Read a message for the reading pane.

        :return: dict with the letter, its `documents`, its `patient` or the `proposals` for one,
            the `note_kinds` that its documents can be added to, and the `thread` it belongs to,
            oldest first
        """
        self.ensure_one()
        self.check_access("read")
        claim, agrees = self._claim()
        return {
            "id": self.id,
            "name": self.name,
            "subject": self.subject or "",
            "body": self.body or "",
            "sender": self.sender,
            "from_address": self.from_address,
            "to_address": self.to_address,
            "at": _text(self.received_at),
            "is_unread": self.is_unread,
            "is_done": self.is_done,
            "has_account": bool(self.account_id),
            "practice_ids": self._practices_to_assign().ids,
            "company_id": self.company_id.id,
            "patient": self._patient_row() if self.patient_id else False,
            "claim": _claim_row(claim) if claim else False,
            "claim_agrees": agrees,
            "contradicts": bool(self.patient_id) and self._is_contradicted(),
            "proposals": [] if self.patient_id else self._proposals(),
            "note_kinds": self._note_kinds(),
            "documents": [self._document_row(document) for document in self._documents()],
            "nature": self._nature_label(),
            "original": self._original_row(),
            "thread": [message._thread_row(self) for message in self._thread()],
        }

    def _patient_row(self):
        return {
            "id": self.patient_id.id,
            "name": self.patient_id.name,
            "birthdate": _text(self.patient_id.direct_birthdate),
        }

    def _document_row(self, document):
        shown_as = document._direct_viewer()
        traits = document._direct_kind().traits
        return {
            "id": document.id,
            "name": document.name,
            "size": document.file_size,
            "mimetype": document.mimetype,
            "notice": self._notice(document),
            "kind": document._direct_label(),
            "declared": document.direct_declared or "",
            "file_kind": document._direct_kind().value,
            "pages": document.direct_pages,
            "is_dangerous": traits.is_dangerous,
            "shown_as": shown_as,
            "url": f"{DOCUMENT_ROUTE}{document.id}",
            "view_url": f"{DOCUMENT_ROUTE}{document.id}/view" if shown_as else "",
        }

    def _nature_label(self):
        """Say what it is where it is no letter: an automatic reply, a delivery notice."""
        if self.nature in (False, Nature.LETTER):
            return ""
        return dict(self._fields["nature"]._description_selection(self.env))[self.nature]

    def _original_row(self):
        original = self._original()
        return {"url": original._url(), "size": original.size} if original else False

    def _notice(self, document):
        inside = document.direct_inside_id.name
        said = [self.env._("From %s.", inside)] if inside else []
        said += (document.description or "").splitlines()
        return "\n".join(translated(self.env, line) for line in said)

    def _thread_row(self, current):
        tone, _sentence = APPEARANCE[self.state]
        labels = dict(self._fields["state"]._description_selection(self.env))
        is_incoming = self.direction == "in"
        return {
            "id": self.id,
            "name": self.name,
            "is_current": self == current,
            "is_incoming": is_incoming,
            "who": self.sender if is_incoming else self.recipient_name or self.to_address,
            "subject": self.subject or "",
            "body": self.body or "",
            "at": _text(self.received_at or self.queued_at or self.create_date),
            "label": labels[self.state],
            "tone": tone,
            "problem": translated(self.env, self.problem) or "",
        }


def _claim_row(claim):
    return {
        "name": claim.name,
        "birthdate": _text(claim.birth_date),
        "sex": claim.sex,
        "zip": claim.postal_code,
    }


def _text(moment):
    if not moment:
        return ""
    return fields.Datetime.to_string(moment) if hasattr(moment, "hour") else str(moment)
