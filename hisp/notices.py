"""Notices that arrive as messages, as events: dispositions (RFC 8098) and bounces (RFC 3464).

Real ones are malformed in every way, so nothing is taken for granted: fields are looked for by
their names wherever a report has them, the message they are about by its id wherever that is, and
what cannot be told is *other*, evidence of nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from . import bounce_words, delivery_status, mime, mime_text
from .base import Event, EventType
from .mime_parts import Part, take_apart

DISPOSITIONS = ("message/disposition-notification", "message/global-disposition-notification")
STATUSES = ("message/delivery-status", "message/global-delivery-status")
RETURNED = (
    *("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"),
    *("message/global", "message/global-headers"),
)
MAX_REASON = 300
MAX_REPORT = 100_000  # characters of a report that are looked at
MAX_SEARCHED = 4 * 1024 * 1024  # bytes of a part that our ids are looked for in
# Header fields that tell a notice from a message, to be asked for without the rest
HEADERS = (
    *("CONTENT-TYPE", "FROM", "RETURN-PATH", "AUTO-SUBMITTED", "X-FAILED-RECIPIENTS"),
    "SUBJECT",
)

_FIELD = re.compile(r"([A-Za-z][A-Za-z-]*)[ \t]*:[ \t]*(.*)")
_REPORT_TYPE = re.compile(r"(?i)report-type\s*=\s*\W?(disposition-notification|delivery-status)\b")
# Only programs have these names; the others are those of people as well
_DAEMON = re.compile(
    r"(?i)\b(mailer[- ]?daemon|mail delivery (sub)?system|delivery subsystem|double-bounce"
    r"|mdaemon)\b"
)
_MAY_BE_DAEMON = re.compile(r"(?i)\b(postmaster|(system|mail) administrator|mail delivery)\b")
# A key of ours is a UUID; in the Content-ID of the Context metadata it follows a word
_KEY_ON_DOMAIN = re.compile(
    rb"(?i)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@([a-z0-9.-]{1,255})"
)
_MESSAGE_ID_LINE = re.compile(rb"(?i)\bmessage-id[ \t]*:[ \t]*(<[!-;=?-~]{1,990}>)")

_DISPOSITIONS = {
    "processed": EventType.PROCESSED,
    "dispatched": EventType.DISPATCHED,
    "displayed": EventType.DISPLAYED,
    "failed": EventType.FAILED,
    "denied": EventType.DENIED,
    "deleted": EventType.DELETED,
}
# With one of these modifiers a disposition says that it did not succeed
_FAILURES = {"error", "failure", "failed", "expired", "mailbox-terminated"}
# What an action begins with: *failure* and *failed (give up)* are seen as well as *failed*.
# *delivered* is what one mail server on the way thinks, so no more than *relayed*
_ACTIONS = {
    "fail": EventType.FAILED,
    "delay": EventType.DELAYED,
    "expir": EventType.EXPIRED,
    "relay": EventType.RELAYED,
    "deliver": EventType.RELAYED,
    "expand": EventType.RELAYED,
}
_STATUS_CLASSES = {"5": EventType.FAILED, "4": EventType.DELAYED, "2": EventType.RELAYED}
# The fields that tell why, and those that tell a report from prose
_REASONS = ("failure", "error", "warning", "diagnostic-code")
_OF_A_REPORT = {"final-recipient", "action"}
_NO_REASON = (EventType.PROCESSED, EventType.DISPATCHED, EventType.DISPLAYED)


def is_notice(mail: Part, content_types: Iterable[str] = ()) -> bool:
    """Whether a message says what became of another one, and is no letter.

    :param mail: the message, or its header alone: at least `HEADERS` of it
    :param content_types: of its parts at the top, in lower case, where `mail` is its header alone
    """
    types = {*content_types, *(part.content_type for part in mail.walk())}
    if types.intersection(DISPOSITIONS + STATUSES) or mail.header("X-Failed-Recipients"):
        return True
    if "multipart/report" in types and _REPORT_TYPE.search(mail.value("Content-Type")):
        return True
    sender = mail.header("From")
    if _DAEMON.search(sender):
        return True
    has_no_sender = mail.value("Return-Path") == "<>"
    automatic = mail.header("Auto-Submitted").lower()
    if _MAY_BE_DAEMON.search(sender):
        return has_no_sender or automatic.startswith("auto-") or _says(mail)[0] != EventType.OTHER
    # Who is away may say much that bounces say as well, and says that nobody wrote it
    return has_no_sender and not automatic and _says(mail, is_server=False)[0] != EventType.OTHER


def read(raw: bytes, at: datetime, domains: frozenset[str]) -> tuple[Event, ...]:
    """Read a notice; whatever it is, there is at least one event.

    Only an event about a message on one of our domains has an `idempotency_key`. One that names
    another message has that as its `message_id`; one that names none has neither.

    :param raw: the notice, as the mail server gave it
    :param at: when it arrived
    :param domains: those of our addresses: a Message-ID on one of them is one of ours
    :return: one event for each recipient that it reports
    """
    mail = take_apart(raw)
    reports = list(_reports(mail))
    message_id, is_ours = _original(mail, reports, domains)
    events = []
    for fields in reports or [{}]:
        kind, reason = _meaning(mail, fields)
        said = "\n".join((message_id, kind, reason, *(f"{k}: {v}" for k, v in fields.items())))
        identity = mail.header("Message-ID") or mail.header("Date") or raw[:MAX_REPORT]
        events.append(
            Event(
                # From what it says: the same wherever and under whatever number it lies
                external_id=hashlib.sha256(
                    f"{identity}\n{said}".encode("utf-8", "replace")
                ).hexdigest()[:40],
                type=kind,
                at=at,
                message_id=message_id,
                idempotency_key=mime.key_of(message_id) if is_ours else "",
                reason=reason,
            )
        )
    return tuple(events)


# --- fields ----------------------------------------------------------------------------------


def _reports(mail: Part) -> Iterator[dict[str, str]]:
    """The fields of each recipient's report; those for the whole message stand in each."""
    parts = [part for part in mail.walk() if not part.parts and part.content_type not in RETURNED]
    labeled = [part for part in parts if part.content_type in DISPOSITIONS + STATUSES]
    for part in labeled:
        blocks = _blocks(part, part is not mail)
        per_recipient = [
            block for block in blocks if "final-recipient" in block or "action" in block
        ]
        if part.content_type in DISPOSITIONS or not per_recipient:
            # Some put empty lines between the fields of one report
            yield {name: value for block in blocks for name, value in block.items()}
        else:
            whole = {} if blocks[0] in per_recipient else blocks[0]
            yield from ({**whole, **block} for block in per_recipient)
    if not labeled:
        blocks = (block for part in parts for block in _blocks(part))
        # Prose has a colon here and there
        yield from (block for block in blocks if _OF_A_REPORT.issubset(block))


def _blocks(part: Part, may_be_in_header: bool = False) -> list[dict[str, str]]:
    """The fields of a report between its empty lines; in some they stand in the part's header."""
    text = mime_text.decoded(part.content[:MAX_REPORT]).replace("\r\n", "\n")
    text = re.sub(r"\n[ \t]+(?=\S)", " ", bounce_words.without_returned(text))
    header = {name: value for name, value in part.fields if not name.startswith("content-")}
    blocks = [header if may_be_in_header else {}, *map(_fields, text.split("\n\n"))]
    return [block for block in blocks if block]


def _fields(block: str) -> dict[str, str]:
    found = {}
    for line in block.split("\n"):
        if field := _FIELD.match(line.strip()):
            found.setdefault(field[1].lower(), field[2])
    return found


# --- what it says ----------------------------------------------------------------------------


def _meaning(mail: Part, fields: dict[str, str]) -> tuple[EventType, str]:
    """What a report means, and the reason in words where there is one."""
    # What precedes the semicolon is the kind of text, such as smtp
    said = [re.sub(r"^[\w-]+;", "", fields.get(name, "")).strip() for name in _REASONS]
    said = " ".join(said).strip()
    kind = EventType.OTHER
    if "disposition" in fields:
        kind = _disposition(fields["disposition"])
    elif "action" in fields or "status" in fields:
        kind = _status(fields, said)
    if kind is EventType.OTHER and "disposition" not in fields:
        kind, said = _says(mail)
    if kind is EventType.OTHER and mail.header("X-Failed-Recipients"):
        kind = EventType.FAILED
    if kind in _NO_REASON:
        return kind, ""
    return kind, _reason(kind, fields.get("status", ""), said) or _shortened(mail.header("Subject"))


def _disposition(value: str) -> EventType:
    """Read ``mode/sending; type/modifier, modifier`` (RFC 8098 3.2.6), the mode missing or not."""
    words = re.findall(r"[a-z-]+", value.rpartition(";")[2].lower())
    kind = next((_DISPOSITIONS[word] for word in words if word in _DISPOSITIONS), EventType.OTHER)
    return EventType.FAILED if _FAILURES.intersection(words) else kind


def _status(fields: dict[str, str], said: str) -> EventType:
    """Read the action, or where there is none the status code (RFC 3464 2.3)."""
    action, status = fields.get("action", "").lower(), fields.get("status", "")
    kind = next((_ACTIONS[word] for word in _ACTIONS if action.startswith(word)), None)
    kind = kind or _STATUS_CLASSES.get(status[:1], EventType.OTHER)
    is_expired = kind is EventType.FAILED and bounce_words.is_given_up(f"{status} {said}")
    return EventType.EXPIRED if is_expired else kind


def _says(mail: Part, is_server: bool = True) -> tuple[EventType, str]:
    """What a notice says in its texts, and in which words."""
    shown = (part for part in mail.walk() if not part.parts and mime.is_shown(part))
    texts = (mime.text_of(part, bounce_words.MAX_TEXT)[0] for part in shown)
    return bounce_words.meaning(mail.header("Subject"), "\n".join(texts), is_server=is_server)


def _reason(kind: EventType, status: str, said: str) -> str:
    """Say why, first in our words, then in those of the server that reports."""
    status = delivery_status.find(status) or delivery_status.find(said)
    details = said if status in said else f"{status} {said}".strip()
    if kind is EventType.EXPIRED:
        status = delivery_status.EXPIRED
    if not status or status.startswith("2"):
        return _shortened(said)
    return _shortened(f"{delivery_status.sentence(status)} ({details})".replace(" ()", ""))


def _shortened(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", text)[:MAX_REASON].strip()


# --- what it is about ------------------------------------------------------------------------


def _original(mail: Part, reports: list[dict], domains: frozenset[str]) -> tuple[str, bool]:
    """Return the Message-ID that a notice is about, and whether it is on one of our domains.

    Of all that it names, one of ours wins; then a key of ours anywhere in its bytes.
    """
    named = list(_named(mail, reports))
    itself = mail.header("Message-ID")
    ours = (each for each in named if _domain(each) in domains and each != itself)
    if found := next(ours, "") or next(_anywhere(mail, domains), ""):
        return found, True
    # ENVID: the key that was given with the message, without the domain
    envelope = next(filter(None, (fields.get("original-envelope-id") for fields in reports)), "")
    if envelope and domains and not named:
        return f"<{envelope}@{min(domains)}>", True
    return next(iter(named), ""), False


def _named(mail: Part, reports: list[dict]) -> Iterator[str]:
    """The Message-IDs in the places that are for them."""
    for fields in reports:
        yield from mime.identifiers(_in_brackets(fields.get("original-message-id", "")))
    yield from mime.identifiers(mail.header("In-Reply-To"))
    for part in mail.walk():
        if part.content_type in RETURNED:
            yield from mime.identifiers(take_apart(part.content).header("Message-ID"))
    yield from reversed(mime.identifiers(mail.header("References")))


def _anywhere(mail: Part, domains: frozenset[str]) -> Iterator[str]:
    """Message-IDs of ours in the bytes of a notice, as they stand, decoded, and across lines."""
    itself = mail.header("Message-ID").encode()
    encoded = (part.content for part in mail.walk() if not part.parts and part.is_encoded)
    contents = [content[:MAX_SEARCHED] for content in (mail.raw, *encoded)]
    if itself:
        contents[0] = contents[0].replace(itself, b"")
    for content in contents:
        for found in _MESSAGE_ID_LINE.finditer(content):
            identifier = found[1].decode("ascii")
            if _domain(identifier) in domains:
                yield identifier
    for content in (*contents, *(re.sub(rb"\s+", b"", content) for content in contents)):
        for found in _KEY_ON_DOMAIN.finditer(content):
            key, rest = found[1].decode("ascii").lower(), found[2].decode("ascii").lower()
            # What follows may have come right behind it
            if domain := max(filter(rest.startswith, domains), key=len, default=""):
                yield f"<{key}@{domain}>"


def _domain(identifier: str) -> str:
    return identifier.rstrip(">").rpartition("@")[2].lower()


def _in_brackets(value: str) -> str:
    value = value.strip()
    return f"<{value}>" if value and not value.startswith("<") and " " not in value else value
