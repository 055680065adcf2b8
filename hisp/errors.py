"""What can go wrong with a Direct provider, as types.

Every error carries a sentence a clinician understands (`str(error)`), what to do next
(`advice`), and the provider's reference when it gave one. None of them ever holds message
content or identity data, so they may be shown, stored and logged.
"""

from datetime import datetime


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
    advice = "Try again later. If it happens again, contact the provider's support."
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
        self.sentence = sentence or type(self).sentence
        self.reference = reference
        self.retry_after = retry_after
        self.suggestions = suggestions
        self.until = until
        super().__init__(self.sentence)


class Refused(HispError):
    """Refused before acceptance, for good."""

    code = "refused"


class Busy(Refused):
    """Refused before acceptance, for now: overload, maintenance, rate limit."""

    code = "busy"
    sentence = "The Direct provider is busy or not available at the moment."
    advice = "Nothing is lost: it is tried again by itself."
    temporary = True


class Unreachable(Busy):
    """No connection, so the request was never sent."""

    code = "unreachable"
    sentence = "The Direct provider cannot be reached."
    advice = "Check this server's network connection and the provider's address in Settings."


class Uncertain(HispError):
    """The connection was lost after the request went out: it may have been carried out."""

    code = "uncertain"
    sentence = "The connection to the Direct provider was lost before its answer arrived."
    advice = "It is being asked whether it has the message. Do not send it again before that."
    temporary = True
    certain = False


class BadAnswer(Uncertain):
    """An answer came that cannot be understood: the request may have been carried out."""

    code = "bad_answer"
    sentence = "The Direct provider's answer could not be understood."


class CannotTell(Uncertain):
    """Nobody can ask this provider what became of a request: a person has to decide."""

    code = "cannot_tell"
    sentence = "This Direct provider cannot be asked whether it has the message."
    advice = "Ask the recipient's practice before you send it again."
    temporary = False


class NeedsAdministrator(Refused):
    """The way to the provider is not in order, so nothing was sent.

    It says nothing about the message: what waits goes out once that is mended, here or there.
    """

    code = "needs_administrator"
    advice = "An administrator has to correct the access in the provider's settings."
    temporary = True


class NotAuthorized(NeedsAdministrator):
    code = "not_authorized"
    sentence = "The Direct provider did not accept the API key."


class MailboxLoginRefused(NotAuthorized):
    code = "mailbox_login_refused"
    sentence = "The Direct provider did not accept the login or the password of the mailbox."
    advice = (
        "Enter the right ones: for a mailbox of your own in Direct Message Setup or under Accounts,"
        " for one that all share in the provider's settings."
    )


class NotProven(Busy):
    code = "not_proven"
    sentence = "The message that was sent to the address itself has not arrived in the mailbox yet."
    advice = (
        "Wait a minute, then press Continue again: it is looked for, not sent again. If it never"
        " arrives, ask the provider whether this login belongs to this address."
    )


class TlsNotOffered(NeedsAdministrator):
    code = "tls_not_offered"
    sentence = "The Direct provider's server offers no encryption on this port."
    advice = (
        "Check host, port and kind of encryption in the provider's settings. Nothing was sent:"
        " neither passwords nor patient data ever go over an open connection."
    )


class TlsTooOld(NeedsAdministrator):
    code = "tls_too_old"
    sentence = "This connection uses an outdated security protocol (older than TLS 1.2)."
    advice = (
        "The provider's server, or a proxy in between, has to be updated to TLS 1.2 or newer."
        " Nothing was sent."
    )


class CertificateInvalid(NeedsAdministrator):
    code = "certificate_invalid"
    sentence = "The certificate of the Direct provider's server is not valid."
    advice = (
        "Check the provider's address in Settings and this server's clock. If the provider uses"
        " a certificate authority of its own, add it to the provider's settings. Nothing was sent."
    )


class DomainInvalid(Refused):
    code = "domain_invalid"
    sentence = "The provider does not allow this practice name."
    advice = "Choose another one."


class DomainTaken(Refused):
    code = "domain_taken"
    sentence = "This practice name is already taken."
    advice = "Choose another one."


class DomainExists(Refused):
    """`suggestions` holds the domain that the practice has."""

    code = "domain_exists"
    sentence = "This practice already has a domain with the provider."
    advice = "A practice has one domain, and it is permanent."


class AddressTaken(Refused):
    code = "address_taken"
    sentence = "This username is already taken in the practice."
    advice = "Choose another one."


class AddressInvalid(Refused):
    code = "address_invalid"
    sentence = "The provider does not allow this username."
    advice = "Choose another one."


class NpiInvalid(Refused):
    code = "npi_invalid"
    sentence = "The provider does not accept the NPI."
    advice = "Correct the individual NPI in the user's contact, or remove it. Then try again."


class NotAuthenticated(Refused):
    code = "not_authenticated"
    sentence = "The practice is not authenticated with the Direct provider yet."
    advice = "A legal representative of the practice has to authenticate it."


class SenderUnknown(Refused):
    code = "sender_unknown"
    sentence = "The provider does not know the sender's Direct address."
    advice = "An administrator has to check the account with the provider."


class InvalidAddress(Refused):
    code = "invalid_address"
    sentence = "The recipient's Direct address does not exist."
    advice = "Check it with the recipient's practice and send a new referral."


class Untrusted(Refused):
    code = "untrusted_address"
    sentence = "The recipient's Direct provider is not part of the trust community."
    advice = "Ask the recipient for another Direct address, or send the referral another way."


class TooLarge(Refused):
    code = "too_large"
    sentence = "The message is larger than the Direct provider allows."
    advice = "Remove a document or make one smaller, then send a new referral."


class NotFound(Refused):
    code = "not_found"
    sentence = "The Direct provider does not know this item."


class Locked(Refused):
    code = "locked"
    sentence = "There were too many attempts, so authentication is locked for now."
    advice = "Wait until the time shown, or contact the provider's support to be verified by hand."


class EnrollmentClosed(Refused):
    code = "enrollment_closed"
    sentence = "This authentication has ended at the provider."
    advice = "Close this window and start again."


class AgreementOutdated(Refused):
    code = "agreement_outdated"
    sentence = "The provider has a newer text of an agreement."
    advice = "Close this window and start again to read and accept it."


class Incomplete(Refused):
    code = "incomplete"
    sentence = "Something is missing yet. This did not count as an attempt."
    advice = "Answer the call, record the statement, and answer all questions."


class QuestionsUsedUp(Refused):
    code = "questions_used_up"
    sentence = "There are no more questions to try."
    advice = "Choose Personal Telephone or Personal Credit Card instead."


class AlreadyAnswered(Refused):
    code = "already_answered"


class QuestionsExpired(Refused):
    code = "questions_expired"
    sentence = "The time for this question is over, and the try is used."
    advice = "Get new questions, or choose another kind of identification."


class CallTooSoon(Refused):
    code = "call_too_soon"
    sentence = "The last call was a moment ago."
    advice = "Wait until the pause is over, then press Call Me again."


class CallbackRejected(Exception):
    """A callback that must not be believed. Says nothing about why: see `controllers`."""
