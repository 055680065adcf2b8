"""What mail servers report, in words: enhanced status codes (RFC 3463, RFC 5248)."""

import re

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

# Subject and detail of a status code -> sentence; the subject alone stands for the rest of it
SENTENCES = {
    "1.1": "The recipient's Direct address doesn't exist.",
    "1.2": "The recipient's domain has no Direct provider.",
    "1.3": "The recipient's Direct address isn't valid.",
    "1.6": "The recipient's mailbox has moved and left no new address.",
    "1.10": "The recipient's domain doesn't accept messages.",
    "1": "The recipient's Direct address can't be used.",
    "2.1": "The recipient's mailbox is closed.",
    "2.2": "The recipient's mailbox is full.",
    "2.3": "The message is larger than the recipient's mailbox allows.",
    "2": "The recipient's mailbox didn't accept the message.",
    "3.4": "The message is larger than the Direct provider allows.",
    "3": "The mail server can't accept messages right now.",
    "4.1": "The recipient's mail server didn't respond.",
    "4.2": "The connection to the recipient's mail server was lost.",
    "4.4": "The recipient's domain couldn't be found.",
    "4.7": "The message couldn't be delivered within the time allowed.",
    "4": "The recipient's mail server couldn't be reached.",
    "5": "The mail servers couldn't communicate with each other.",
    "6": "The mail server couldn't process the message format.",
    "7.1": "The Direct provider rejected the message. The other side may not be trusted.",
    "7": "The message was refused for security or trust reasons.",
}
EXPIRED = "5.4.7"
UNKNOWN = "The mail server didn't deliver the message."


def find(text: str) -> str:
    """Return the first enhanced status code in `text`, such as ``5.1.1``, or an empty string."""
    found = _ENHANCED.search(text)
    return found[0] if found else ""


def sentence(status: str) -> str:
    """Say what an enhanced status code means."""
    _class, _dot, cause = status.partition(".")
    return SENTENCES.get(cause) or SENTENCES.get(cause.partition(".")[0]) or UNKNOWN
