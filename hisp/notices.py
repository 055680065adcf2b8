"""Notices that arrive as messages, as events: dispositions (RFC 8098) and bounces (RFC 3464).

Real ones are malformed in every way, so nothing is taken for granted: fields are looked for by
their names wherever a report has them, and what cannot be told is *other*, evidence of nothing.
"""

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage

from . import delivery_status, mime
from .base import Event, EventType

DISPOSITION, STATUS = "message/disposition-notification", "message/delivery-status"
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")
MAX_REASON = 300
MAX_FIELDS = 100_000  # characters of a report that are looked at
# Header fields that tell a notice from a message, to be asked for without the rest
HEADERS = ("CONTENT-TYPE", "FROM", "RETURN-PATH", "AUTO-SUBMITTED", "X-FAILED-RECIPIENTS")

_FIELD = re.compile(r"([A-Za-z][A-Za-z-]*)[ \t]*:[ \t]*(.*)")
_REPORT_TYPE = re.compile(r"(?i)report-type\s*=\s*\W?(disposition-notification|delivery-status)\b")
_DAEMONS = re.compile(r"(?i)^\W*(mailer-daemon|postmaster|mail delivery|double-bounce)\b")

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
# *delivered* is what one mail server on the way thinks, so no more than *relayed*
_ACTIONS = {
    "failed": EventType.FAILED,
    "delayed": EventType.DELAYED,
    "relayed": EventType.RELAYED,
    "delivered": EventType.RELAYED,
    "expanded": EventType.RELAYED,
}
_STATUS_CLASSES = {"5": EventType.FAILED, "4": EventType.DELAYED, "2": EventType.RELAYED}
_NO_REASON = (EventType.PROCESSED, EventType.DISPATCHED, EventType.DISPLAYED)


def is_notice(headers: EmailMessage, content_types: Iterable[str]) -> bool:
    """Whether a message is a notice: it goes to the timeline, not to the inbox.

    :param headers: at least `HEADERS` of it
    :param content_types: of its parts at the top, in lower case, the whole's own first
    """
    whole, *parts = content_types
    if whole in (DISPOSITION, STATUS) or DISPOSITION in parts or STATUS in parts:
        return True
    if whole == "multipart/report" and _REPORT_TYPE.search(mime.header(headers, "Content-Type")):
        return True
    if mime.header(headers, "X-Failed-Recipients"):
        return True
    is_automatic = mime.header(headers, "Auto-Submitted").lower().startswith("auto-")
    has_no_sender = mime.header(headers, "Return-Path") == "<>"
    return (is_automatic or has_no_sender) and bool(_DAEMONS.match(mime.header(headers, "From")))


def read(raw: bytes, at: datetime, domains: frozenset[str]) -> tuple[Event, ...]:
    """Read a notice; whatever it is, there is at least one event.

    :param raw: the notice, as the mail server gave it
    :param at: when it arrived
    :param domains: those of our addresses: a Message-ID on one of them is one of ours
    :return: one event for each recipient that it reports
    """
    try:
        mail = mime.parse(raw)
        reports = list(_reports(mail))
        message_id = _original(mail, reports, domains)
    except Exception:  # noqa: BLE001 - nobody outside decides what stops us from reading the rest
        mail, reports, message_id = EmailMessage(), [], ""
    events = []
    for fields in reports or [{}]:
        kind, reason = _meaning(mail, fields)
        said = "\n".join((message_id, kind, reason, *(f"{k}: {v}" for k, v in fields.items())))
        identity = mime.header(mail, "Message-ID") or mime.header(mail, "Date") or raw[:MAX_FIELDS]
        events.append(
            Event(
                # From what it says: the same wherever and under whatever number it lies
                external_id=hashlib.sha256(
                    f"{identity}\n{said}".encode("utf-8", "replace")
                ).hexdigest()[:40],
                type=kind,
                at=at,
                message_id=message_id,
                idempotency_key=mime.key_of(message_id),
                reason=reason,
            )
        )
    return tuple(events)


# --- fields ----------------------------------------------------------------------------------


def top_parts(mail: EmailMessage) -> list[EmailMessage]:
    """The message and its parts, but not what is inside a returned message."""
    parts = [mail]
    for part in parts:
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            parts.extend(part.get_payload())
    return parts


def _reports(mail: EmailMessage) -> Iterator[dict[str, str]]:
    """The fields of each recipient's report; those for the whole message stand in each."""
    for part in top_parts(mail):
        if part.get_content_type() not in (DISPOSITION, STATUS):
            continue
        blocks = [fields for block in _text(part).split("\n\n") if (fields := _fields(block))]
        per_recipient = [
            block for block in blocks if "final-recipient" in block or "action" in block
        ]
        if part.get_content_type() == DISPOSITION or not per_recipient:
            # Some put empty lines between the fields of one report
            yield {name: value for block in blocks for name, value in block.items()}
        else:
            whole = {} if blocks[0] in per_recipient else blocks[0]
            yield from ({**whole, **block} for block in per_recipient)


def _text(part: EmailMessage) -> str:
    """The text of a report, which the parser may have taken for headers, or for a message."""
    payload = part.get_payload()
    if isinstance(payload, list):
        # Each is what stood between two empty lines: raw headers, then what is no header
        blocks = []
        for block in payload:
            headers = "\n".join(f"{name}: {value}" for name, value in block.raw_items())
            rest = block.get_payload()
            rest = "\n\n".join(map(str, rest)) if isinstance(rest, list) else str(rest or "")
            blocks.append(f"{headers}\n\n{rest}".strip("\n"))
        payload = "\n\n".join(blocks)
    encoding = mime.header(part, "Content-Transfer-Encoding").lower()
    text = _decoded(str(payload), encoding)[:MAX_FIELDS].replace("\r\n", "\n")
    return re.sub(r"\n[ \t]+(?=\S)", " ", text)


def _decoded(text: str, encoding: str) -> str:
    content = text.encode("utf-8", "surrogateescape")
    with suppress(binascii.Error, ValueError):
        if encoding == "base64" and not _FIELD.match(text):
            content = base64.b64decode("".join(text.split()), validate=True)
        elif encoding == "quoted-printable":
            content = quopri.decodestring(content)
    return content.decode("utf-8", "replace")


def _fields(block: str) -> dict[str, str]:
    found = {}
    for line in block.split("\n"):
        # A byte order mark, and what the parser makes of one
        if field := _FIELD.match(line.lstrip("\ufeff\ufffd \t")):
            found.setdefault(field[1].lower(), field[2].strip())
    return found


# --- what it says ----------------------------------------------------------------------------


def _meaning(mail: EmailMessage, fields: dict[str, str]) -> tuple[EventType, str]:
    """What a report means, and the reason in words where there is one."""
    if disposition := fields.get("disposition"):
        kind = _disposition(disposition)
    elif "action" in fields or "status" in fields:
        kind = _ACTIONS.get(fields.get("action", "").lower().partition(" ")[0]) or (
            _STATUS_CLASSES.get(fields.get("status", "")[:1], EventType.OTHER)
        )
    elif mime.header(mail, "X-Failed-Recipients"):
        kind = EventType.FAILED
    else:
        kind = EventType.OTHER
    return kind, "" if kind in _NO_REASON else _reason(mail, fields)


def _disposition(value: str) -> EventType:
    """Read ``mode/sending; type/modifier, modifier`` (RFC 8098 3.2.6), the mode missing or not."""
    words = re.findall(r"[a-z-]+", value.rpartition(";")[2].lower())
    kind = next((_DISPOSITIONS[word] for word in words if word in _DISPOSITIONS), EventType.OTHER)
    return EventType.FAILED if _FAILURES.intersection(words) else kind


def _reason(mail: EmailMessage, fields: dict[str, str]) -> str:
    """Say why, first in our words, then in those of the server that reports."""
    names = ("failure", "error", "warning", "diagnostic-code")
    # What precedes the semicolon is the kind of text, such as smtp
    said = " ".join(re.sub(r"^[\w-]+;", "", fields.get(name, "")).strip() for name in names).strip()
    status = delivery_status.find(fields.get("status", "")) or delivery_status.find(said)
    if status and status[0] != "2":
        details = said if status in said else f"{status} {said}".strip()
        reason = f"{delivery_status.sentence(status)} ({details})"
    else:
        reason = said or mime.header(mail, "Subject")
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", reason)[:MAX_REASON].strip()


def _original(mail: EmailMessage, reports: list[dict], domains: frozenset[str]) -> str:
    """Return the Message-ID that a notice is about: of all that it names, first one of ours."""
    named = []
    for fields in reports:
        named += mime.identifiers(_in_brackets(fields.get("original-message-id", "")))
    named += mime.identifiers(mime.header(mail, "In-Reply-To"))
    for part in top_parts(mail)[1:]:
        if part.get_content_type() in RETURNED:
            named += mime.identifiers(_fields(_text(part)).get("message-id", ""))
    named += mime.identifiers(mime.header(mail, "References"))
    ours = [each for each in named if each.rstrip(">").rpartition("@")[2].lower() in domains]
    if ours or named:
        return (ours or named)[0]
    # ENVID: the key that was given with the message, without the domain
    envelope = next(filter(None, (fields.get("original-envelope-id") for fields in reports)), "")
    return f"<{envelope}@{min(domains)}>" if envelope and domains else ""


def _in_brackets(value: str) -> str:
    value = value.strip()
    return f"<{value}>" if value and not value.startswith("<") and " " not in value else value
