"""What mail servers report, in words: status codes (RFC 3463, RFC 5248) and reply codes."""

import re

from . import errors

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

# Subject and detail of a status code -> sentence; the subject alone stands for the rest of it
SENTENCES = {
    "1.1": "The recipient's Direct address does not exist.",
    "1.2": "There is no Direct provider at the recipient's domain.",
    "1.3": "The recipient's Direct address is not written correctly.",
    "1.6": "The recipient's mailbox has moved and left no new address.",
    "1.10": "The recipient's domain does not receive mail.",
    "1": "The recipient's Direct address cannot be used.",
    "2.1": "The recipient's mailbox is closed.",
    "2.2": "The recipient's mailbox is full.",
    "2.3": "The message is larger than the recipient's mailbox allows.",
    "2": "The recipient's mailbox did not take the message.",
    "3.4": "The message is larger than the Direct provider allows.",
    "3": "The mail server cannot take messages at the moment.",
    "4.1": "The recipient's mail server did not answer.",
    "4.4": "The way to the recipient's domain could not be found.",
    "4.7": "The message could not be delivered within the time allowed.",
    "4": "The recipient's mail server could not be reached.",
    "5": "The mail servers did not understand each other.",
    "6": "The mail server could not handle the form of the message.",
    "7.1": "The Direct provider does not deliver this: perhaps the other side is not trusted.",
    "7": "The message was refused for reasons of security or trust.",
}
_UNKNOWN = "The mail server did not deliver the message."

# What a refusal means for us, where it is more than *refused*
_ERRORS = {
    "1.0": errors.InvalidAddress,
    "1.1": errors.InvalidAddress,
    "1.2": errors.InvalidAddress,
    "1.3": errors.InvalidAddress,
    "1.6": errors.InvalidAddress,
    "1.7": errors.SenderUnknown,
    "1.8": errors.SenderUnknown,
    "1.10": errors.InvalidAddress,
    "2.1": errors.InvalidAddress,
    "2.3": errors.TooLarge,
    "3.4": errors.TooLarge,
    "7.1": errors.Untrusted,
    "7.8": errors.MailboxLoginRefused,
    "7.9": errors.MailboxLoginRefused,
    "7.13": errors.MailboxLoginRefused,
}
_BY_REPLY_CODE = {
    **dict.fromkeys((530, 534, 535, 538), errors.MailboxLoginRefused),
    552: errors.TooLarge,
}
_OWN_SENTENCES = (errors.SenderUnknown, errors.TooLarge, errors.MailboxLoginRefused)


def find(text: str) -> str:
    """Return the first enhanced status code in `text`, such as ``5.1.1``, or an empty string."""
    found = _ENHANCED.search(text)
    return found[0] if found else ""


def sentence(status: str) -> str:
    """Say what an enhanced status code means."""
    _class, _dot, cause = status.partition(".")
    return SENTENCES.get(cause) or SENTENCES.get(cause.partition(".")[0]) or _UNKNOWN


def refusal(code: int, answer: bytes, about: str = "") -> errors.Refused:
    """Return the error that an SMTP server's refusal means.

    :param code: its reply code, 4xx for now, 5xx for good
    :param answer: its text; only the status code is taken, for the rest may name anything
    :param about: the *sender* or the *recipient*, where the refusal answers one of them
    """
    status = find(answer.decode("ascii", "replace")[:200])
    reference = f"{code} {status}".strip()
    said = sentence(status) if status else None
    if code < 500:
        # Refused for now "for reasons of policy" (x.7.x) is greylisting: come again later
        is_greylisting = status.startswith("4.7.")
        return errors.Busy(None if is_greylisting else said, reference=reference)
    kind = _ERRORS.get(status.partition(".")[2]) or _BY_REPLY_CODE.get(code, errors.Refused)
    if about == "sender" and kind in (errors.Untrusted, errors.InvalidAddress):
        kind = errors.SenderUnknown
    elif about != "recipient" and kind is errors.Untrusted:
        kind = errors.Refused
    return kind(None if kind in _OWN_SENTENCES else said or _UNKNOWN, reference=reference)
