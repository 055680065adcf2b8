import base64

from odoo import api, models

from ...exceptions import ApiProblem
from ..core.guarded import decides
from . import shapes

MOST = 200


class DirectMessage(models.Model):
    """Messages that arrived, for a program: list, fetch, file, acknowledge."""

    _inherit = "direct.message"

    @api.model
    @decides()
    def direct_incoming(self, limit=50):
        """List the messages that arrived and are not done, oldest first.

        What is acknowledged leaves the list, so the next page is the same call again.

        :param int limit: at most 200
        :return: ``{"messages": [...], "more": bool}``; see `direct_fetch` for the fields, of which
            the text and the contents of documents are left out
        """
        limit = shapes.number(self.env, limit, "limit", MOST)
        domain = [("direction", "=", "in"), ("is_done", "=", False)]
        found = self.search(domain, order="received_at, id", limit=limit + 1)
        rows = [message._api_incoming_row() for message in found[:limit]]
        return {"messages": rows, "more": len(found) > limit}

    @decides()
    def direct_fetch(self):
        """Return a message with its text and documents.

        :return: ``{"id", "name", "from", "to", "subject", "received_at", "patient", "referral",
            "documents", "text"}``; a document is ``{"id", "name", "content_type", "size",
            "content"}`` with the content in Base64, as the sender sent it
        """
        message = self._api_incoming()
        row = message._api_incoming_row()
        for told, document in zip(row["documents"], message._documents(), strict=True):
            told["content"] = base64.b64encode(document.raw or b"").decode()
        return {**row, "text": message.body or ""}

    @decides()
    def direct_file(self, patient_id):
        """File a message under a patient, by the ID of the contact."""
        message = self._api_incoming()
        if not isinstance(patient_id, int) or isinstance(patient_id, bool):
            sentence = self.env._("“%s” must be an ID.", "patient_id")
            raise ApiProblem("invalid", sentence, "patient_id")
        message.action_file(patient_id)
        return message._api_incoming_row()

    @decides()
    def direct_acknowledge(self):
        """Say that messages are taken over: they are *Done* here. Saying so twice is harmless."""
        self.check_access("read")
        if self.filtered(lambda message: message.direction != "in"):
            raise ApiProblem(
                "invalid", self.env._("This only works for messages you have received."), "ids"
            )
        self.action_done()
        return True

    def _api_incoming(self):
        if len(self) != 1:
            raise ApiProblem("invalid", self.env._("Give the ID of one record in “ids”."), "ids")
        self.check_access("read")
        if self.direction != "in":
            raise ApiProblem(
                "invalid", self.env._("This only works for messages you have received."), "ids"
            )
        return self

    def _api_incoming_row(self) -> dict:
        patient = self.patient_id
        return {
            "id": self.id,
            "name": self.name,
            "from": self.from_address,
            "to": self.to_address,
            "subject": self.subject or "",
            "received_at": shapes.instant(self.received_at),
            "patient": {"id": patient.id, "name": patient.name} if patient else None,
            "referral": self.referral_id.id or None,
            "documents": [
                {
                    "id": document.id,
                    "name": document.name,
                    "content_type": document._direct_type(),
                    "size": document.file_size,
                }
                for document in self._documents()
            ],
        }
