"""What a mail server's refusal means, by the step of the conversation that it answers.

Every reply code from 400 to 599 has one meaning at each step. An enhanced status code (RFC 3463)
is more precise than the reply code (RFC 5321), so it decides wherever it is known.
"""

from enum import StrEnum

from . import delivery_status, errors


class Step(StrEnum):
    """A step of handing a message over."""

    CONNECT = "connect"
    """The greeting, and EHLO."""
    ENCRYPT = "starttls"
    LOG_IN = "auth"
    SENDER = "mail"
    RECIPIENT = "rcpt"
    DATA = "data"
    CONTENT = "content"


# The login is missing or no longer valid, at whatever step the server says so (RFC 4954)
_NOT_LOGGED_IN = frozenset({530, 534, 535, 538})
# The server cannot do what AUTH asks for, whatever the password
_NO_SUCH_LOGIN = frozenset({500, 501, 502, 503, 504})

# Before there is a sender nothing has been said about a message
_OF_THE_CONNECTION = {
    Step.CONNECT: errors.ServerRefused,
    Step.ENCRYPT: errors.TlsNotOffered,
    Step.LOG_IN: errors.MailboxLoginRefused,
}

_BY_STATUS = {
    "1.0": errors.InvalidAddress,
    "1.1": errors.InvalidAddress,
    "1.2": errors.InvalidAddress,
    "1.3": errors.InvalidAddress,
    "1.6": errors.InvalidAddress,
    "1.7": errors.SenderUnknown,
    "1.8": errors.SenderUnknown,
    "1.10": errors.InvalidAddress,
    "2.1": errors.InvalidAddress,
    "2.2": errors.MailboxFull,
    "2.3": errors.TooLarge,
    "3.4": errors.TooLarge,
    "7.1": errors.Untrusted,
    "7.8": errors.MailboxLoginRefused,
    "7.9": errors.MailboxLoginRefused,
    "7.13": errors.MailboxLoginRefused,
    "7.30": errors.MailboxLoginRefused,
}
_BY_CODE = {
    (Step.SENDER, 550): errors.SenderUnknown,
    (Step.SENDER, 552): errors.TooLarge,
    (Step.SENDER, 553): errors.SenderUnknown,
    (Step.RECIPIENT, 551): errors.InvalidAddress,
    (Step.RECIPIENT, 552): errors.MailboxFull,
    (Step.RECIPIENT, 553): errors.InvalidAddress,
    (Step.CONTENT, 552): errors.TooLarge,
}
# What a status about an address means when it is the sender's
_OF_THE_SENDER = {
    errors.InvalidAddress: errors.SenderUnknown,
    errors.MailboxFull: errors.SenderUnknown,
    errors.Untrusted: errors.SenderUnknown,
}
# These say better themselves what is wrong
_OWN_SENTENCES = (
    errors.MailboxFull,
    errors.NeedsAdministrator,
    errors.SenderUnknown,
    errors.TooLarge,
)


def refusal(step: Step, code: int, answer: bytes = b"") -> errors.Refused:
    """Return the error that a refusal means.

    :param code: the reply code, 400 to 499 for now, 500 to 599 for good
    :param answer: its text; only the status code in it is used, for the rest may name anything
    """
    status = delivery_status.find(answer.decode("ascii", "replace")[:200])
    kind = _kind(step, code, status)
    words = delivery_status.sentence(status) if status else None
    if kind is errors.Busy:
        # Refused for now "for policy reasons" (4.7.x) is greylisting: nothing is wrong
        words = None if status.startswith("4.7.") or step in _OF_THE_CONNECTION else words
    elif issubclass(kind, _OWN_SENTENCES):
        words = None
    else:
        words = words or delivery_status.UNKNOWN
    return kind(words, reference=f"{code} {status}".strip())


def _kind(step: Step, code: int, status: str) -> type[errors.Refused]:
    if step is Step.LOG_IN and (code == 432 or status == "4.7.12"):
        return errors.MailboxLoginRefused  # the password has to be changed at the provider first
    if code < 500:
        return errors.Busy
    if step is Step.LOG_IN and code in _NO_SUCH_LOGIN:
        return errors.LoginNotOffered
    if step in _OF_THE_CONNECTION:
        return _OF_THE_CONNECTION[step]
    if code in _NOT_LOGGED_IN:
        return errors.MailboxLoginRefused
    kind = _BY_STATUS.get(status.partition(".")[2]) or (
        errors.Refused if status else _BY_CODE.get((step, code), errors.Refused)
    )
    if step is Step.SENDER:
        return _OF_THE_SENDER.get(kind, kind)
    if step is not Step.RECIPIENT and kind is errors.Untrusted:
        return errors.Refused  # about the content, not about the recipient
    return kind
