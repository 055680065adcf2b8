import hashlib
import json

from odoo import fields, models

from ...exceptions import ApiProblem
from ..core.guarded import decides
from ..core.sentences import translated
from ..core.server import as_server
from ..core.turns import take_turns
from . import shapes

CANCELLED, CAN_BE_CANCELLED = "cancelled", ("held", "queued")


class DirectReferral(models.Model):
    """A referral that a program sent knows by which reference, and what was asked with it."""

    _inherit = "direct.referral"

    api_reference = fields.Char("API Reference", readonly=True, copy=False)
    api_digest = fields.Char(readonly=True, copy=False, help="Of what was asked for.")

    _api_reference_unique = models.Constraint(
        "UNIQUE (author_id, res_model, res_id, api_reference)",
        "A referral with this reference already exists.",
    )

    def _api_answer(self) -> dict:
        """Say where a referral stands."""
        messages_sudo = self.sudo().direct_message_ids.filtered(lambda m: m.direction == "out")
        messages = [message._api_row() for message in messages_sudo.sorted("id")]
        return {
            "reference": self.api_reference,
            "referral": self.id,
            "name": self.name,
            "state": self.state,
            "messages": messages,
            "problem": next((row["problem"] for row in messages if row["problem"]), None),
        }


class DirectMessage(models.Model):
    """Where a message stands, for a program."""

    _inherit = "direct.message"

    def _api_row(self) -> dict:
        return {
            "id": self.id,
            "name": self.name,
            "to": self.to_address,
            "state": self.state,
            "delivered_at": shapes.instant(self.delivered_at),
            "needs_attention": self.needs_attention,
            "problem": translated(self.env, self.problem) or None,
            "advice": translated(self.env, self.advice) or None,
        }


class DirectReferralMixin(models.AbstractModel):
    """Referring by a program: one call, and the same call again is the same referral."""

    _inherit = "direct.referral.mixin"

    @decides()
    def direct_refer(
        self, recipients, reference, reason="", urgency="routine", message="", documents=None
    ):
        """Send a referral of this record, once for each `reference`.

        Nothing is kept of a call that fails. A call that is repeated, whatever became of the first
        one, sends nothing again and gives the same answer as `direct_state`.

        :param list recipients: Direct addresses
        :param str reference: the caller's own name for this referral, unique for the user and the
            record, at most 128 characters
        :param str reason: empty: what the record proposes
        :param str urgency: *routine*, *urgent* or *stat*
        :param str message: empty: a sentence that refers to the documents
        :param list documents: ``{"name", "content_type", "content"}`` each, the content in Base64;
            they go along with those of the record itself
        :return: ``{"reference", "referral", "name", "state", "messages", "problem"}``
        :raise ApiProblem: *invalid*, *not_signed*, *no_patient*, *no_address*, *conflict*
        :raise Problems: *incomplete*: with all that is missing or wrong
        """
        record = self._api_record()
        urgencies = dict(self.env["direct.referral"]._fields["urgency"].selection)
        reference = shapes.text(self.env, reference, "reference", required=True)
        asked = {
            "recipients": shapes.recipients(self.env, recipients),
            "reason": shapes.text(self.env, reason, "reason"),
            "urgency": shapes.choice(self.env, urgency, "urgency", urgencies),
            "body": shapes.text(self.env, message, "message"),
            "documents": shapes.documents(self.env, [] if documents is None else documents),
        }
        # Two calls at once: the later one is done again, and finds what the first one sent
        take_turns(record)
        digest = _digest(asked)
        if known := record._api_referral(reference):
            if known.api_digest != digest:
                raise ApiProblem(
                    "conflict",
                    self.env._("This reference was already used for another referral."),
                    "reference",
                )
            return known._api_answer()
        return record._api_send(asked, api_reference=reference, api_digest=digest)._api_answer()

    @decides()
    def direct_state(self, reference):
        """Say where the referral with this reference stands; see `direct_refer`.

        :raise ApiProblem: *not_found*
        """
        return self._api_record()._api_known(reference)._api_answer()

    @decides()
    def direct_cancel(self, reference):
        """Cancel the messages of a referral that were not handed over yet.

        :return: as `direct_refer`; messages that had gone stay as they are
        :raise ApiProblem: *not_found*; *too_late*: all of them had gone
        """
        referral = self._api_record()._api_known(reference)
        messages = referral.direct_message_ids.filtered(lambda m: m.direction == "out")
        waiting = messages.filtered(lambda m: m.state in CAN_BE_CANCELLED)
        if not waiting and set(messages.mapped("state")) != {CANCELLED}:
            raise ApiProblem(
                "too_late",
                self.env._(
                    "It's too late to cancel. The Direct provider may already have the message."
                ),
            )
        waiting.action_cancel()
        return referral._api_answer()

    # --- how ---------------------------------------------------------------------------------

    def _api_record(self):
        """Return the one record that a call is about, if the user may refer it."""
        if len(self) != 1:
            raise ApiProblem("invalid", self.env._("Give the ID of one record in “ids”."), "ids")
        if not self.exists():
            raise ApiProblem("not_found", self.env._("This record doesn't exist."), "ids")
        self.check_access("read")
        self.env["direct.referral"].check_access("write")
        return self

    def _api_referral(self, reference):
        return self.env["direct.referral"].search(
            [
                ("author_id", "=", self.env.uid),
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("api_reference", "=", reference),
            ]
        )

    def _api_known(self, reference):
        reference = shapes.text(self.env, reference, "reference", required=True)
        if not (referral := self._api_referral(reference)):
            sentence = self.env._("You haven't sent a referral with this reference.")
            raise ApiProblem("not_found", sentence, "reference")
        return referral

    def _api_send(self, asked, **known_by):
        """Make a draft that is nobody's but this call's, and send it."""
        if not self._direct_is_signed():
            raise ApiProblem(
                "not_signed",
                self.env._("Sign the note first. Referrals are sent from signed notes."),
            )
        if not self._direct_patient():
            raise ApiProblem("no_patient", self.env._("Choose the patient first."))
        referral = self.env["direct.referral"]._begin(self)
        values = {name: asked[name] for name in ("reason", "urgency", "body") if asked[name]}
        as_server(referral).write({**values, **known_by})
        referral._store_documents(asked["documents"])
        for where in asked["recipients"]:
            referral.add_recipient({"address": where})
        referral.action_send_message()
        if referral.state == "draft":
            raise ApiProblem(
                "no_address",
                self.env._(
                    "You don't have a Direct address yet. Set it up in Direct Messaging, then try"
                    " again."
                ),
            )
        return referral


def _digest(asked) -> str:
    """Name what was asked for: alike for two calls that ask for the same."""
    documents = [
        (name, content_type, hashlib.sha256(content).hexdigest())
        for name, content_type, content in asked["documents"]
    ]
    told = {**asked, "documents": documents, "recipients": sorted(asked["recipients"])}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
