"""What can go wrong with a Direct provider, as types.

Every error carries a sentence a clinician understands (`str(error)`), what to do next
(`advice`), and the provider's reference when it gave one. None of them ever holds message
content or identity data, so they may be shown, stored and logged.
"""

from datetime import datetime

from . import gate

LONGEST = 500  # characters of a sentence that a provider wrote


class HispError(Exception):
    """Base of all provider errors.

    :param sentence: what happened, for the person who reads it; None takes the class's own
    :param reference: the provider's own reference for its support
    :param retry_after: seconds to wait before another try, when the provider said so
    :param suggestions: values the provider would accept instead
    :param until: aware datetime up to which the refusal stands
    """

    code = "error"
    sentence = "The Direct provider refused the request."
    advice = "Try again later. If it keeps happening, contact the provider's support team."
    temporary = False
    """Whether the same request may succeed later, so that it is worth trying again."""
    certain = True
    """Whether it is certain that the provider did not carry out the request."""

    def __init__(
        self,
        sentence: str | None = None,
        *,
        reference: str | None = None,
        retry_after: float | None = None,
        suggestions: tuple[str, ...] = (),
        until: datetime | None = None,
    ):
        # A provider may have written these: they pass the gate like all that comes from outside
        self.sentence = gate.text(sentence or "", LONGEST) or type(self).sentence
        self.reference = gate.text(reference or "", LONGEST) or None
        self.retry_after = retry_after
        self.suggestions = gate.passed(suggestions)
        self.until = gate.instant(until, **gate.LATER)
        super().__init__(self.sentence)


class Refused(HispError):
    """Refused before acceptance, for good."""

    code = "refused"


class Busy(Refused):
    """Refused before acceptance, for now: overload, maintenance, rate limit."""

    code = "busy"
    sentence = "The Direct provider is busy or unavailable right now."
    advice = "Nothing is lost. It will be retried automatically."
    temporary = True


class Unreachable(Busy):
    """No connection, so the request was never sent."""

    code = "unreachable"
    sentence = "The Direct provider can't be reached."
    advice = "Check this server's network connection and the provider's address in Settings."


class Uncertain(HispError):
    """The connection was lost after the request went out: it may have been carried out."""

    code = "uncertain"
    sentence = "The connection to the Direct provider was lost before it answered."
    advice = "We are checking whether it has the message. Please don't send it again until then."
    temporary = True
    certain = False


class BadAnswer(Uncertain):
    """An answer came that cannot be understood: the request may have been carried out."""

    code = "bad_answer"
    sentence = "The Direct provider's answer couldn't be understood."


class CannotTell(Uncertain):
    """Nobody can ask this provider what became of a request: a person has to decide."""

    code = "cannot_tell"
    sentence = "This Direct provider can't tell us whether it has the message."
    advice = "Check with the recipient's practice before you send it again."
    temporary = False


class NeedsAdministrator(Refused):
    """The way to the provider is not in order, so nothing was sent.

    It says nothing about the message: what waits goes out once that is mended, here or there.
    """

    code = "needs_administrator"
    advice = "Ask an administrator to correct the credentials in the provider's settings."
    temporary = True


class NotAuthorized(NeedsAdministrator):
    code = "not_authorized"
    sentence = "The Direct provider didn't accept the API key."


class AddressNotAllowed(NeedsAdministrator):
    code = "address_not_allowed"
    sentence = "The provider's server is in a private network, so nothing was sent."
    advice = (
        "Correct the address. If the server really is in your own network, an Odoo administrator "
        "can allow this in the provider's settings."
    )


class AddressNeverAllowed(AddressNotAllowed):
    code = "address_never_allowed"
    sentence = "The provider's server has an address that no provider can have. Nothing was sent."
    advice = "Correct the address in the provider's settings."


class MailboxLoginRefused(NotAuthorized):
    code = "mailbox_login_refused"
    sentence = "The Direct provider didn't accept the mailbox login or password."
    advice = (
        "Enter the correct login and password in Direct Message Setup, or ask an administrator to "
        "correct them in the provider's settings."
    )


class MailboxPasswordMissing(MailboxLoginRefused):
    code = "mailbox_password_missing"
    sentence = "The mailbox password has to be entered again because the provider's server changed."


class LoginNotOffered(NeedsAdministrator):
    code = "login_not_offered"
    sentence = "The Direct provider's server doesn't accept this type of login."
    advice = "Check the server, port and encryption in the provider's settings."


class ServerRefused(NeedsAdministrator):
    code = "server_refused"
    sentence = "The Direct provider's server refuses connections from this server."
    advice = "Ask the provider's support team to allow this server."


class NotProven(Busy):
    code = "not_proven"
    sentence = "The test message sent to your address hasn't arrived in the mailbox yet."
    advice = (
        "Wait a minute and press Continue again. If it never arrives, ask the provider whether "
        "this login belongs to this address."
    )


class TlsNotOffered(NeedsAdministrator):
    code = "tls_not_offered"
    sentence = "The Direct provider's server doesn't offer encryption on this port."
    advice = "Check the server, port and encryption in the provider's settings. Nothing was sent."


class TlsTooOld(NeedsAdministrator):
    code = "tls_too_old"
    sentence = "The connection uses an outdated security protocol (older than TLS 1.2)."
    advice = (
        "The provider's server, or a proxy in between, must be updated to TLS 1.2 or later. "
        "Nothing was sent."
    )


class CertificateInvalid(NeedsAdministrator):
    code = "certificate_invalid"
    sentence = "The certificate of the Direct provider's server isn't valid."
    advice = (
        "Check the provider's address, its certificate authority and this server's clock. Nothing "
        "was sent."
    )


class DomainInvalid(Refused):
    code = "domain_invalid"
    sentence = "The provider doesn't allow this practice name."
    advice = "Choose a different one."


class DomainTaken(Refused):
    code = "domain_taken"
    sentence = "This practice name is already taken."
    advice = "Choose a different one."


class DomainExists(Refused):
    """`suggestions` holds the domain that the practice has."""

    code = "domain_exists"
    sentence = "This practice already has a domain with the provider."
    advice = "A practice can have only one domain, and it is permanent."


class AddressTaken(Refused):
    code = "address_taken"
    sentence = "This username is already taken in the practice."
    advice = "Choose a different one."


class AddressInvalid(Refused):
    code = "address_invalid"
    sentence = "The provider doesn't allow this username."
    advice = "Choose a different one."


class NpiInvalid(Refused):
    code = "npi_invalid"
    sentence = "The provider doesn't accept the NPI."
    advice = "Correct or remove the NPI on the user's contact, then try again."


class NotAuthenticated(Refused):
    code = "not_authenticated"
    sentence = "The practice isn't authenticated with the Direct provider yet."
    advice = "A legal representative of the practice must authenticate it."


class SenderUnknown(Refused):
    code = "sender_unknown"
    sentence = "The provider doesn't recognize the sender's Direct address."
    advice = "Ask an administrator to check this address with the provider."


class InvalidAddress(Refused):
    code = "invalid_address"
    sentence = "The recipient's Direct address doesn't exist."
    advice = "Confirm the address with the recipient's practice and send it again."


class Untrusted(Refused):
    code = "untrusted_address"
    sentence = "The recipient's Direct provider isn't part of the trust community."
    advice = "Ask the recipient for another Direct address, or send it another way."


class MailboxFull(Refused):
    code = "mailbox_full"
    sentence = "The recipient's mailbox is full."
    advice = "Contact the recipient's practice, then send it again or send it another way."


class TooLarge(Refused):
    code = "too_large"
    sentence = "The message is larger than the Direct provider allows."
    advice = "Remove a document or make one smaller, then send it again."


class NotFound(Refused):
    code = "not_found"
    sentence = "The Direct provider doesn't have this item."


class NotReadable(Refused):
    """Of one item: the others may well be fetched."""

    code = "not_readable"
    sentence = "The Direct provider did not hand over this message in a form that can be read."
    advice = "It stays at the provider and is asked for again. Read it there if it is urgent."


class Locked(Refused):
    code = "locked"
    sentence = "Authentication is locked because of too many attempts."
    advice = (
        "Wait until the time shown, or contact the provider's support team for manual verification."
    )


class EnrollmentClosed(Refused):
    code = "enrollment_closed"
    sentence = "This authentication has ended at the provider."
    advice = "Close this window and start over."


class AgreementOutdated(Refused):
    code = "agreement_outdated"
    sentence = "The provider has published a newer version of an agreement."
    advice = "Close this window and start over to read and accept it."


class Incomplete(Refused):
    code = "incomplete"
    sentence = "Something is still missing. This didn't count as an attempt."
    advice = "Answer the call, record the statement, and answer all questions."


class QuestionsUsedUp(Refused):
    code = "questions_used_up"
    sentence = "No more questions are available."
    advice = "Choose Personal Telephone or Personal Credit Card instead."


class AlreadyAnswered(Refused):
    code = "already_answered"


class QuestionsExpired(Refused):
    code = "questions_expired"
    sentence = "Time is up for this question, and this try was used."
    advice = "Get new questions, or choose another type of ID."


class CallTooSoon(Refused):
    code = "call_too_soon"
    sentence = "We called you a moment ago."
    advice = "Wait for the timer, then press Call Me again."


class CallbackRejected(Exception):
    """A callback that must not be believed. Says nothing about why: see `controllers`."""
