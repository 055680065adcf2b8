from odoo import fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import LazyTranslate

from ...hisp.base import Applicant, Evidence
from ...tools import identity
from ..core import records
from ..core.guarded import decides
from ..core.sentences import translated
from .enrollment import FORM_STATES

_lt = LazyTranslate(__name__)

# Never which item did not match: a guesser would learn it too
CAUSES = (
    _lt(
        "The name isn't your legal name as shown on your government ID, or a maiden name or "
        "suffix is different."
    ),
    _lt("You moved recently, or the address is a business address instead of your home address."),
    _lt("Digits in a number are transposed."),
    _lt("The phone is prepaid, internet-based (VoIP), or in another person's name."),
    _lt("The card is a business or debit card, or has a different billing address."),
    _lt(
        "Your credit file has little history, or has a credit freeze or fraud alert. Lift a "
        "freeze before you try again."
    ),
    _lt("The NPI isn't your individual NPI."),
    _lt("The confirmation code was wrong or has expired."),
    _lt("The call wasn't answered, or the recorded statement was unclear."),
)
STEP_BY_STATE = {
    "new": "agreements",
    "open": "form",
    "verified": "done",
    "locked": "locked",
    "review": "review",
    "ended": "ended",
}
STEPS = {
    "load": "_load",
    "accept": "_accept",
    "decline": "_decline",
    "check": "_check_fields",
    "save_draft": "_save_draft",
    "questions": "_fetch_questions",
    "answer": "_answer_question",
    "call_me": "_call_me",
    "status": "_show_status",
    "verify": "_verify",
}
# Steps that prove and decide nothing
LOOKING = ("load", "check", "save_draft", "status")
APPLICANT_FIELDS = tuple(Applicant.__dataclass_fields__)
DRAFT_FIELDS = frozenset(identity.NAMES) - identity.SECRET_FIELDS
EVIDENCE_FIELDS = tuple(Evidence.__dataclass_fields__)


class DirectEnrollment(models.Model):
    """The window in which somebody authenticates a practice: its steps, and what it shows.

    What is typed goes as arguments of one method straight into the adapter's request.
    """

    _inherit = "direct.enrollment"

    # --- called by the window ----------------------------------------------------------------

    @decides("enrollment_arguments")
    def step(self, name):
        """Take a step of the journey: the one door through which the window comes.

        Its arguments, what was typed among them, come in the context, as a button's would: Odoo
        logs the arguments of a call, but not its context. They are taken out at once.

        :param str name: a key of `STEPS`
        """
        if name not in STEPS:
            raise UserError(self.env._("This step doesn't exist. Reload the page and try again."))
        context = dict(self.env.context)
        arguments = context.pop("enrollment_arguments", [])
        result = getattr(self.with_env(self.env(context=context)), STEPS[name])(*arguments)
        if name not in LOOKING:
            self.env["direct.audit"]._record(f"step {name}", self)
        return result

    def _load(self):
        """Return all that the window shows: step, agreements, what was typed before, status."""
        enrollment_sudo = self._own()
        practice = enrollment_sudo.practice_id
        self._end_of_lock_outs(practice)
        provider = practice.provider_id
        if enrollment_sudo.external_id:
            enrollment_sudo._refresh()
        values, version = self.env["direct.enrollment.draft"]._recall(enrollment_sudo)
        return {
            "practice": practice.company_id.name,
            "provider": provider.name,
            "provider_notice": provider._test_notice() or False,
            "support": provider._support_contact() or False,
            "step": enrollment_sudo._step(),
            "agreements": enrollment_sudo._agreements_to_show(),
            "form": {
                "values": values,
                "version": version,
                "suffixes": list(identity.SUFFIXES),
                "states": [[code, name] for code, (name, _zip) in identity.STATES.items()],
                "government_kinds": [
                    ["npi", self.env._("Individual NPI")],
                    ["ssn", self.env._("Social Security Number")],
                ],
                "financial_kinds": [
                    ["phone", self.env._("Personal Telephone")],
                    ["card", self.env._("Personal Credit Card")],
                    *(
                        [["knowledge", self.env._("Knowledge Questions")]]
                        if provider.knowledge_questions == "allowed"
                        else []
                    ),
                ],
            },
            "status": enrollment_sudo._status(),
        }

    def _accept(self, agreement_id, sha256):
        """Record that the user accepts this very text; the last one starts the enrollment."""
        enrollment_sudo = self._own_form()
        agreement = enrollment_sudo._agreements().filtered(lambda a: a.id == agreement_id)
        if not agreement or agreement.sha256 != sha256:
            raise UserError(
                self.env._(
                    "The agreement has changed in the meantime. Close the window and start over."
                )
            )
        if agreement not in enrollment_sudo.acceptance_ids.agreement_id:
            self.env["direct.agreement.acceptance"]._as_server().create(
                {
                    "agreement_id": agreement.id,
                    "practice_id": enrollment_sudo.practice_id.id,
                    "enrollment_id": enrollment_sudo.id,
                    "user_id": self.env.uid,
                    "accepted_at": fields.Datetime.now(),
                    "ip_address": request.httprequest.remote_addr if request else False,
                }
            )
        enrollment_sudo._start_when_accepted()
        return self._load()

    def _decline(self):
        """End the authentication: without the agreements there is none."""
        self._own_form()._end("ended")
        return False

    def _check_fields(self, values):
        """Say what is wrong with each of the fields in `values`: a sentence, or False."""
        self._own()
        return {
            name: translated(self.env, identity.checked(name, text, values).problem) or False
            for name, text in values.items()
            if name in identity.NAMES
        }

    def _save_draft(self, values, version=0):
        """Keep what was typed, without secrets, for the same person and for an hour."""
        enrollment_sudo = self._own_form()
        kept = {
            name: text[: identity.TYPED_MAX]
            for name, text in values.items()
            if name in DRAFT_FIELDS and isinstance(text, str)
        }
        return self.env["direct.enrollment.draft"]._keep(enrollment_sudo, kept, version)

    def _fetch_questions(self, values):
        """Fetch knowledge questions about the person described by `values`."""
        enrollment_sudo = self._own_form()
        enrollment_sudo.provider_id._check_knowledge_questions()
        applicant = self._applicant(values)
        enrollment_sudo._await_turn()
        with enrollment_sudo._talking() as hisp:
            found = hisp.questions(enrollment_sudo.external_id, applicant)
        enrollment_sudo.questions_tries_left = found.tries_left
        return {
            "id": found.id,
            "seconds_per_question": found.seconds_per_question,
            "tries_left": found.tries_left,
            "questions": [
                {
                    "id": question.id,
                    "text": question.text,
                    "choices": [
                        {"id": choice.id, "text": choice.text} for choice in question.choices
                    ],
                }
                for question in found.questions
            ],
        }

    def _answer_question(self, questions_id, question_id, choice_id):
        """Pass an answer on. Nothing of it stays here."""
        enrollment_sudo = self._own_form()
        with enrollment_sudo._talking() as hisp:
            hisp.answer(enrollment_sudo.external_id, questions_id, question_id, choice_id)
        return True

    def _call_me(self, phone):
        """Have the representative called with a confirmation code."""
        enrollment_sudo = self._own_form()
        result = identity.checked("call_phone", phone)
        if result.problem:
            raise UserError(translated(self.env, result.problem))
        self.env["direct.rate"]._count("call")
        enrollment_sudo._await_turn()
        with enrollment_sudo._talking() as hisp:
            enrollment_sudo._set_call(hisp.call(enrollment_sudo.external_id, result.value))
        return enrollment_sudo._status()

    def _show_status(self):
        """Ask the provider where this enrollment stands."""
        enrollment_sudo = self._own()
        if enrollment_sudo.external_id:
            enrollment_sudo._refresh()
        return enrollment_sudo._status()

    def _verify(self, values, key):
        """Attempt the proof with what was typed.

        :param dict values: the whole form, secrets included
        :param str key: names the attempt; the same key again is the same attempt
        """
        key = str(key)[:64]
        enrollment_sudo = self._own()
        if enrollment_sudo.state not in FORM_STATES and key in enrollment_sudo.attempt_ids.mapped(
            "key"
        ):
            return enrollment_sudo._status()  # its answer was lost, and it has been decided
        enrollment_sudo = self._own_form()
        # Two windows, or a double click: the second finds the first's result
        records.lock(enrollment_sudo)
        applicant = self._applicant(values)
        evidence = self._evidence(values)
        self.env["direct.rate"]._count("verify")
        enrollment_sudo._record_attempt(key, evidence)
        with enrollment_sudo._talking() as hisp:
            status = hisp.verify(enrollment_sudo.external_id, applicant, evidence, key)
        outcome = enrollment_sudo._settle_attempt(key, status)
        return enrollment_sudo._status(outcome)

    # --- what was typed ----------------------------------------------------------------------

    def _applicant(self, values):
        return Applicant(**self._cleaned(values, APPLICANT_FIELDS))

    def _evidence(self, values):
        names = [name for name in EVIDENCE_FIELDS if name != "questions_id"]
        if values.get("financial_kind") == "knowledge":
            self.sudo().provider_id._check_knowledge_questions()
            names.remove("financial_number")
        questions_id = str(values.get("questions_id") or "")
        return Evidence(**self._cleaned(values, names), questions_id=questions_id)

    def _cleaned(self, values, names):
        """Return canonical values; refuse what is wrong with sentences that echo nothing."""
        results = {name: identity.checked(name, values.get(name), values) for name in names}
        if wrong := [result.problem for result in results.values() if result.problem]:
            said = (translated(self.env, problem) for problem in dict.fromkeys(wrong))
            raise UserError("\n".join(said))
        return {name: result.value for name, result in results.items()}

    # --- appearance --------------------------------------------------------------------------

    def _step(self):
        return STEP_BY_STATE[self.state]

    def _status(self, last_outcome=None):
        # The outcome just recorded is in a transaction of its own, which this one cannot see
        last_outcome = last_outcome or self.attempt_ids[:1].outcome
        return {
            "state": self.state,
            # open again after an attempt, or after a review by hand: that was a failure
            "failed": self.state == "open" and last_outcome in ("failed", "review"),
            "attempts_left": self.attempts_left,
            "questions_tries_left": self.questions_tries_left,
            "locked_until": _text(self.locked_until),
            "call": {
                "state": self.call_state,
                "code_expires_at": _text(self.code_expires_at),
                "call_again_at": _text(self.call_again_at),
            },
            "causes": [self.env._(cause) for cause in CAUSES],
        }

    def _agreements_to_show(self):
        if self.state != "new":
            return []
        accepted = self.acceptance_ids.agreement_id
        return [
            {
                "id": agreement.id,
                "title": agreement.name,
                "version": agreement.version,
                "text": agreement.text,
                "sha256": agreement.sha256,
                "accepted": agreement in accepted,
            }
            for agreement in self._agreements()
        ]


def _text(at):
    return fields.Datetime.to_string(at) if at else False
