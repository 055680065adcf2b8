import logging
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate
from psycopg2.errors import UniqueViolation

from ....hisp import arrival, errors
from ....tools import address, incoming, matching
from ....tools.files.limited import Reader
from ....tools.instant import naive_utc
from ...core.guarded import decides

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

BATCH = 50
# What a provider can be asked to list at once
MOST = 1000
# Refusals in a row after which the provider itself is taken to be unwell
PATIENCE = 3
THREAD_MAX = 100
CANDIDATES_MAX = 200
CANDIDATES_SHOWN = 5

# What `tools.matching` found, in words
REASONS = {
    ("name", "same"): _lt("same name"),
    ("name", "similar"): _lt("similar name"),
    ("name", "initial"): _lt("same last name and first initial"),
    ("name", "family"): _lt("same last name, different first name"),
    ("name", "given"): _lt("same first name, different last name"),
    ("name", "different"): _lt("different name"),
    ("birth_date", "same"): _lt("same birth date"),
    ("birth_date", "similar"): _lt("similar birth date"),
    ("birth_date", "different"): _lt("different birth date"),
    ("sex", "same"): _lt("same sex"),
    ("sex", "different"): _lt("different sex"),
    ("postal_code", "same"): _lt("same ZIP code"),
    ("postal_code", "different"): _lt("different ZIP code"),
    ("record_number", "same"): _lt("same record number"),
}


class DirectMessage(models.Model):
    """The inbox: takes messages that arrived over from the provider, each exactly once."""

    _inherit = "direct.message"

    inbound_id = fields.Char(
        "Fetched As",
        readonly=True,
        copy=False,
        help="The ID that the provider uses for an incoming message until we acknowledge it.",
    )
    is_unread = fields.Boolean("Unread", readonly=True, copy=False)
    is_done = fields.Boolean("Done", readonly=True, copy=False)
    has_documents = fields.Boolean("With Attachments", readonly=True, copy=False)
    sent_at = fields.Datetime("Sent On", readonly=True, copy=False)
    received_at = fields.Datetime("Received On", readonly=True, copy=False)
    said_of_patient = fields.Json(
        readonly=True, copy=False, help="The patient named in the message."
    )
    context_type = fields.Char(
        readonly=True, copy=False, help="The message type given in its Direct Context."
    )
    sender = fields.Char(compute="_compute_sender", compute_sudo=True)
    filed_under = fields.Char(compute="_compute_filed_under")

    _inbound_id_unique = models.Constraint(
        "UNIQUE (provider_id, inbound_id)", "This message was already received."
    )
    _unread = models.Index("(account_id) WHERE is_unread")
    _inbox = models.Index("(user_id, received_at DESC, id DESC) WHERE direction = 'in'")
    # Those of a whole practice, as administrators see them: all, and what is still to do
    _practice_inbox = models.Index("(company_id, received_at DESC, id DESC) WHERE direction = 'in'")
    _to_do = models.Index(
        "(company_id, received_at DESC, id DESC) WHERE direction = 'in' AND is_done IS NOT TRUE"
    )

    @api.depends("partner_id.name", "from_address")
    def _compute_sender(self):
        for message in self:
            message.sender = (
                message.direction == "in" and message.partner_id.name
            ) or message.from_address

    @api.depends("patient_id.name")
    def _compute_filed_under(self):
        for message in self:
            message.filed_under = message.patient_id.name or self.env._("Not matched")

    # --- fetch -------------------------------------------------------------------------------

    @api.model
    def _fetch_inbox(self, provider, hisp):
        """Take over what arrived: fetched, stored, committed, and only then acknowledged.

        What is interrupted anywhere is listed by the provider again: a message that is stored is
        then only acknowledged. A message that cannot be taken over is noted as stuck, stays with
        the provider, and is tried again after growing pauses; the others go on.
        """
        stuck = self.env["direct.message.stuck"]
        passed_over = stuck._not_due(provider)
        done = set()
        refusals = 0
        while fresh := [
            inbound_id
            for inbound_id in hisp.received(min(BATCH + len(passed_over), MOST))
            if inbound_id not in passed_over | done
        ]:
            for inbound_id in fresh:
                try:
                    self._take_over(provider, hisp, inbound_id)
                    done.add(inbound_id)
                    refusals = 0
                except Exception as error:  # noqa: BLE001 - one message never stops the others
                    self.env.cr.rollback()
                    passed_over.add(inbound_id)
                    is_refusal = isinstance(error, errors.HispError)
                    # The exception's text could hold content, its type does not
                    level = logging.INFO if is_refusal else logging.ERROR
                    _logger.log(level, "Incoming message: %s", type(error).__name__)
                    stuck._note(provider, inbound_id, error)
                    refusals += is_refusal and error.temporary
                if not self.env["ir.cron"]._commit_progress() or refusals >= PATIENCE:
                    return

    @api.model
    def _take_over(self, provider, hisp, inbound_id):
        """Store one message, commit, acknowledge. Repeating it is harmless."""
        known = Domain("provider_id", "=", provider.id) & Domain("inbound_id", "=", inbound_id)
        if not self.search_count(known, limit=1):
            try:
                message = self._store_incoming(provider, inbound_id, hisp.fetch(inbound_id))
                self.env.flush_all()
            except UniqueViolation:
                # Another process was quicker
                self.env.cr.rollback()
            else:
                message._tell_arrived()
        self.env["direct.message.stuck"]._settle(provider, inbound_id)
        self.env["ir.cron"]._commit_progress()
        hisp.acknowledge(inbound_id)

    @api.model
    def _store_incoming(self, provider, inbound_id, mail):
        """Make a record of a `hisp.base.IncomingMessage`; all of it is data from outside."""
        recipient = address.normalize(incoming.one_line(mail.recipient))
        sender = address.normalize(incoming.one_line(mail.sender))
        account = (
            self.env["direct.account"]
            .with_context(active_test=False)
            .search([("address", "=", recipient), ("practice_id.provider_id", "=", provider.id)])
        )
        practice = account.practice_id or provider._practice_of(recipient)
        answered = self._answered_by(account, mail.in_reply_to)
        with Reader() as reader:
            read = arrival.read(reader, mail.attachments)
        said = [one for one in (incoming.of_context(mail.context), *read.persons) if one]
        message = self._as_server().create(
            {
                "direction": "in",
                "state": "received",
                "inbound_id": inbound_id,
                "external_id": incoming.one_line(mail.message_id) or False,
                "account_id": account.id,
                "practice_id": practice.id,
                "from_address": sender or self.env._("unknown"),
                "to_address": recipient or self.env._("unknown"),
                "partner_id": self._sender_contact(sender, practice).id,
                "recipient_name": account.user_id.name,
                "in_reply_to_id": answered.id,
                "referral_id": answered._referral_of_thread().id,
                "subject": incoming.one_line(mail.subject),
                "body": incoming.plain_text(mail.text),
                "sent_at": naive_utc(mail.sent_at),
                "received_at": fields.Datetime.now(),
                "is_unread": True,
                "has_documents": bool(mail.attachments),
                "context_type": incoming.context_type(mail.context),
                "said_of_patient": [_as_json(person) for person in said],
                "patient_id": self._patient_of_answer(answered, said).id,
                "attachments": [
                    self.env["ir.attachment"]._direct_values(document)
                    for document in read.documents
                ],
            }
        )
        message.attachment_ids.sorted("id")._direct_link(read.documents)
        message._note("received")
        message.referral_id._note_answer(message)
        return message

    @api.model
    def _sender_contact(self, sender, practice):
        domain = Domain("direct_address", "=", sender) & Domain(
            "company_id", "in", [practice.company_id.id, False]
        )
        return self.env["res.partner"].search(domain, limit=1) if sender else self.partner_id

    @api.model
    def _answered_by(self, account, in_reply_to):
        """Return the message of `account` that an answer names, or none."""
        if not (account and in_reply_to):
            return self.browse()
        return self.search(
            [
                ("account_id", "=", account.id),
                ("direction", "=", "out"),
                ("external_id", "=", incoming.one_line(in_reply_to)),
            ],
            limit=1,
        )

    def _referral_of_thread(self):
        """Return the referral that this message, or one it answers in turn, belongs to."""
        message = self
        for _step in range(THREAD_MAX):
            if message.referral_id or not message.in_reply_to_id:
                break
            message = message.in_reply_to_id
        return message.referral_id

    @api.model
    def _patient_of_answer(self, answered, said):
        """Return the patient of the message that is answered, unless the answer contradicts."""
        patient = answered.patient_id
        known = patient._direct_person()
        if any(matching.contradict(person, known) for person in said):
            return patient.browse()
        return patient

    def _delivery_row(self, user):
        # OVERRIDE direct_message.py: of an answer the other side is its sender
        row = super()._delivery_row(user)
        if self.direction == "in":
            row |= {
                "recipient": self.sender,
                "address": self.from_address,
                "at": fields.Datetime.to_string(self.received_at),
            }
        return row

    def _tell_arrived(self):
        """Tell the open windows of those whose inbox it is in. Ids only: no patient data."""
        for message in self:
            message._watchers()._bus_send("direct_messaging/inbox", {"message_id": message.id})

    # --- unread, done, owner -----------------------------------------------------------------

    @decides()
    def action_mark_read(self):
        """Note that the messages were read."""
        self._set_in_inbox(is_unread=False)

    @decides()
    def action_mark_unread(self):
        """Put the messages back among the unread ones."""
        self._set_in_inbox(is_unread=True)

    @decides()
    def action_done(self):
        """Put the messages away; they stay where they are filed and can be found."""
        self._set_in_inbox(is_done=True, is_unread=False)

    @decides()
    def action_reopen(self):
        """Take the messages back into the inbox."""
        self._set_in_inbox(is_done=False)

    def _set_in_inbox(self, **values):
        self._check_incoming()
        changed_sudo = self.sudo().filtered(
            lambda message: any(message[name] != value for name, value in values.items())
        )
        changed_sudo.write(values)
        changed_sudo._tell_arrived()

    def _check_incoming(self):
        self._check_own()
        if self.filtered(lambda message: message.direction != "in"):
            raise UserError(self.env._("This only works for messages you have received."))

    @decides()
    def action_assign(self, account_id):
        """Give a message that came for nobody to an account of the practice."""
        self.ensure_one()
        self._check_incoming()
        account_sudo = self.env["direct.account"].browse(account_id).exists().sudo()
        if self.account_id or account_sudo.practice_id != self.sudo().practice_id:
            raise UserError(
                self.env._("Choose an address of the practice that received the message.")
            )
        self.sudo().account_id = account_sudo
        self.sudo()._forward_to_substitute()
        self._note("assigned", f"{account_sudo.address}, {self.env.user.name}")
        self.sudo()._tell_arrived()

    # --- patient -----------------------------------------------------------------------------

    @decides()
    def action_file(self, patient_id):
        """File the message under a patient; noted on its timeline."""
        self.ensure_one()
        self._check_incoming()
        patient = self.env["res.partner"].browse(patient_id).exists()
        patient.check_access("read")
        if not patient.direct_is_patient:
            raise UserError(self.env._("Choose a patient."))
        if patient.company_id and patient.company_id != self.company_id:
            raise UserError(self.env._("This patient belongs to another practice."))
        if self.patient_id == patient:
            return
        self.sudo().patient_id = patient
        self._note("filed", self._who_filed(patient))

    @decides()
    def action_unfile(self):
        """Take the message away from its patient; noted on its timeline."""
        self.ensure_one()
        self._check_incoming()
        if patient := self.patient_id:
            self.sudo().patient_id = False
            self._note("unfiled", self._who_filed(patient))

    def _who_filed(self, patient):
        # By number: the timeline is shown where another patient's name must not be
        return self.env._(
            "Patient no. %(number)s, by %(user)s", number=patient.id, user=self.env.user.name
        )

    def _said(self) -> list[matching.Person]:
        return [_from_json(person) for person in self.said_of_patient or []]

    def _claim(self) -> tuple[matching.Person, bool]:
        """Whom the message says it is about, and whether it says so without contradiction."""
        said = self._said()
        agrees = not any(matching.contradict(one, other) for one in said for other in said)
        return matching.merged(said), agrees

    def _proposals(self) -> list[dict]:
        """Return patients the message may be about, best first, each with its reasons."""
        claim, agrees = self._claim()
        if not claim:
            return []
        found = [
            (matching.compare(claim, patient._direct_person()), patient)
            for patient in self._candidates(claim)
        ]
        found = [(match, patient) for match, patient in found if match.level != "none"]
        found.sort(key=lambda pair: (-pair[0].score, pair[1].id))
        # Two that match alike: neither is the obvious one
        strong = [match for match, _patient in found if match.level == "strong"]
        is_clear = agrees and len(strong) == 1
        return [
            {
                "patient_id": patient.id,
                "name": patient.name,
                "birthdate": fields.Date.to_string(patient.direct_birthdate) or "",
                "record_number": patient.direct_record_number or "",
                "level": "possible" if match.level == "strong" and not is_clear else match.level,
                "reasons": self._reasons(match),
            }
            for match, patient in found[:CANDIDATES_SHOWN]
        ]

    def _candidates(self, claim):
        """Return the patients of the practice that have anything of `claim`."""
        partners = self.env["res.partner"]
        of_practice = Domain("direct_is_patient", "=", True) & Domain(
            "company_id", "in", [self.company_id.id, False]
        )
        exact = Domain.OR(
            [
                Domain("direct_birthdate", "=", claim.birth_date or date.min),
                Domain("direct_record_number", "in", list(claim.record_numbers)),
            ]
        )
        family = matching.words(claim.family) or matching.words(claim.name)[-1:]
        named = Domain.OR([Domain("name", "ilike", word) for word in family])
        found = partners.search(of_practice & exact, limit=CANDIDATES_MAX)
        if family:
            found |= partners.search(of_practice & named, limit=CANDIDATES_MAX)
        return found

    def _reasons(self, match) -> str:
        """Say what is the same, then what is not: ``same name, same birth date; sex differs``."""
        said = [(finding, str(self.env._(REASONS[finding]))) for finding in match.findings]
        agree = [text for (_item, how), text in said if how != "different"]
        differ = [text for (_item, how), text in said if how == "different"]
        return "; ".join(filter(None, [", ".join(agree), ", ".join(differ)]))


def _as_json(person):
    values = {name: value for name, value in vars(person).items() if value}
    if person.birth_date:
        values["birth_date"] = person.birth_date.isoformat()
    return values


def _from_json(values):
    born = values.get("birth_date")
    return matching.Person(
        **{
            **values,
            "birth_date": born and date.fromisoformat(born),
            "record_numbers": tuple(values.get("record_numbers", ())),
        }
    )
