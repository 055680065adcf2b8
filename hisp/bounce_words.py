"""What a mail server says in words about a message that it returns: qmail, Exim, Yahoo and others.

No standard has these words. What matters most is that nothing that is only late is taken for
failed, so words that promise more tries win over all others.
"""

import re

from .base import EventType

MAX_TEXT = 20_000  # characters that are looked at

# Lower case, white space in one piece. In the order in which they count
_STILL_TRIED = (
    r"not yet been (delivered|sent)",
    r"attempts? (to deliver )?will continue",
    r"(will|shall) (continue|keep)( to)? (try|attempt|send|retry)",
    r"will (be retried|retry|try again)|still trying|still in the queue",
    r"(warning|advisory)( message)?[ -]only|just a warning",
    r"warning: (message|mail|could not send)",
    r"(do not|don't) need to (resend|take any action)|no action is required",
    r"(been|is|was|message|mail|delivery)( temporarily)? (delayed|postponed|deferred)",
    r"delayed (mail|delivery|message)|\(delay(ed)?\)|delivery delay",
)
_GIVEN_UP = (
    r"(in the( mail)? queue|queued)( for)? too long",
    r"(delivery|retry|queue|message|mail|envelope)( time| period| limit| lifetime)?( has)?"
    r" (expired|exceeded)",
    r"retry (time not reached|timeout)",
    r"exceeded (the )?max(imum)? (delivery|retry|number of)",
    r"may be sent more than once",
    r"(failed|aborted|gave up|giving up|given up|tr(ied|ying))( after| for)?( more than)? [\d.]+"
    r" (attempt|day|hour|minute|tim)",
    r"\b(not|unable)\b.{1,60}\b(within|for|after|in) (the )?((past|last|more than) )?[\d.]+"
    r" (attempt|day|hour|minute)",
    r"\b[45]\.4\.7\b",
)
_FAILED = (
    r"\b(could|can|did|was|were|is|has|have)( ?not|n't)\b.{0,20}\b(deliver(ed)?|reach(ed)?|sent)\b",
    r"unable to (be )?(deliver|send|relay|route)",
    r"\bundeliver|\bnot (been )?deliver|\bnon-? ?deliver|\bnever delivered",
    r"(mail|message|delivery|delevery|deliver)\b.{0,60}\bfail(ed|ure|s)?\b",
    r"\bfail(ed|ure) (delivery|mail|notice|recipient|permanent|address)",
    r"error (during|in) delivery|delivery (error|problem|aborted)|aborted",
    r"permanent(ly)? (fatal )?(delivery )?(error|fail|reject|undeliver)|fatal (delivery )?error",
    r"return(ed|ing) (the )?(mail|message|e-?mail|to (the )?sender)",
    r"(been|was|were|automatically) (returned|rejected|refused|discarded|bounced)",
    r"(mail(er)?|processing) error|encountered an error|error has occurred (while|during)",
)
_WHY = (
    r"(user|recipient|addressee|account|mailbox|address)\b.{0,40}\b(unknown|rejected|disabled|full"
    r"|inactive|invalid|unavailable|over quota|not (found|known|exist|listed|local|available))",
    r"(unknown|invalid|illegal|no such)\b.{0,20}\b(user|recipient|addressee|mailbox|address|host)",
    r"no (mailbox|account|user)|(does not|doesn't) (exist|have an?)",
    r"over quota|quota (exceeded|violation)|host (not found|unknown)",
    r"\b5\.\d{1,3}\.\d{1,3}\b|\b5[05]\d[ :-]+[a-z<#]",
)
_MEANINGS = tuple(
    (re.compile("|".join(words)), kind)
    for words, kind in (
        (_STILL_TRIED, EventType.DELAYED),
        (_GIVEN_UP, EventType.EXPIRED),
        (_FAILED, EventType.FAILED),
        (_WHY, EventType.FAILED),
    )
)
# Where the returned message begins: its words are not the server's
_RETURNED = re.compile(
    r"(?im)^[ \t>*|=_~-]*(?:"
    r"(?:received|return-path|message-id|dkim-signature|mime-version)[ \t]*:"
    r"|.{0,60}\bcopy of (?:the|your)(?: original)? (?:message|e-?mail)"
    r"|(?:original|returned|unsent|forwarded|source) (?:message|e-?mail)\b"
    r"(?:.{0,20}(?:follows|below|attached|as received|header|text).{0,60})?[ \t>*|=_~:.-]*\r?$"
    r"|(?:the )?(?:message|mail) (?:header|text|body|contents?)\b"
    r"|(?:the )?headers? (?:of|and)\b"
    r")"
)


def meaning(subject: str, text: str, *, is_server: bool = True) -> tuple[EventType, str]:
    """Return what a notice without fields says, and in which words.

    :param is_server: whether it is surely a mail server that says it: then a reason alone will do
    :return: delayed, expired or failed; other with no words when it says nothing of that
    """
    said = " ".join(f"{subject}. {without_returned(text)}".split())
    for pattern, kind in _MEANINGS if is_server else _MEANINGS[:-1]:
        if found := pattern.search(said.lower()):
            return kind, said[found.start() :]
    return EventType.OTHER, ""


def is_given_up(text: str) -> bool:
    """Whether a server gave up trying, so that nobody knows whether the message has arrived."""
    return bool(_MEANINGS[1][0].search(text[:MAX_TEXT].lower()))


def without_returned(text: str) -> str:
    """Return what the server says, without the message that it returns below that."""
    text = text[:MAX_TEXT]
    found = _RETURNED.search(text)
    return text[: found.start()] if found else text
