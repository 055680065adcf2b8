"""Direct messages on the wire: building the one we send, reading any that arrives (RFC 5322)."""

import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import policy
from email.header import Header
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from enum import IntEnum
from urllib.parse import quote, unquote

from ..tools.files.name import safe_name
from . import direct_context, mime_text
from .base import Attachment, IncomingMessage, OutgoingMessage
from .mime_parts import Part, take_apart

FINAL_DELIVERY = "X-DIRECT-FINAL-DESTINATION-DELIVERY=optional,true"
MAX_TEXT = 1_000_000  # bytes of a part, and characters of all; what is longer is a document too
MAX_ADDRESSES = 20_000  # characters of a field that are looked at for addresses
UNREADABLE = "This message couldn't be read. The original message is attached."
REST = "Rest of the Message.eml"
TOO_COMPLEX = (
    "This message is too complex to show all of its text here. The rest is in the attached files."
)
TOO_MANY_PARTS = (
    "This message has too many parts to show all of them. The others are in the last file."
)

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,990}>")  # printable ASCII
_ADDRESS = re.compile(r"[^\s<>(),;:\"\[\]@]+@[^\s<>(),;:\"\[\]@]+")
_WORD = re.compile(r"\w+")
_TYPES = mimetypes.MimeTypes()  # those of Python alone: what the machine knows differs
# What Python knows another extension for, or none
_EXTENSIONS = {
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/xml": ".xml",
    "text/calendar": ".ics",
    "text/rtf": ".rtf",
}
# How a program says that nobody wrote the message (RFC 3834, and what is used beside it)
_AUTOMATIC = {
    "auto-submitted": r"(?!\s*no\b)\s*\S",
    "x-autoreply": r"(?!\s*no\b)\s*\S",
    "x-autorespond": r"(?!\s*no\b)\s*\S",
    "x-autoresponse": r"(?!\s*no\b)\s*\S",
    "x-auto-reply": r"(?!\s*no\b)\s*\S",
    "precedence": r"\s*(auto[_-]?reply|bulk|junk)\b",
    "x-precedence": r"\s*(auto[_-]?reply|bulk|junk)\b",
    "return-path": r"\s*<\s*>",
    "subject": r"\s*(automatic reply|auto[- ]?reply|autoresponse|out of (the )?office)\b",
}


class _WholeHeader(UnstructuredHeader):
    """An id or a token list: never folded nor encoded, for few readers join the parts again."""

    def fold(self, *, policy):
        return f"{self.name}: {self}{policy.linesep}"


class _Subject(UnstructuredHeader):
    """Folded by the older code of the library: the newer loses spaces between encoded words."""

    def fold(self, *, policy):
        header = Header(str(self), None if str(self).isascii() else "utf-8", header_name=self.name)
        return f"{self.name}: {header.encode(linesep=policy.linesep)}{policy.linesep}"


_registry = HeaderRegistry()
_registry.map_to_type("subject", _Subject)
for _name in (
    *("in-reply-to", "references", "x-direct-context", "content-id"),
    *("disposition-notification-to", "disposition-notification-options"),
):
    _registry.map_to_type(_name, _WholeHeader)
_OUTGOING = policy.SMTP.clone(cte_type="7bit", header_factory=_registry)


# --- identifiers -----------------------------------------------------------------------------


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID under which a message goes out: our key, on the sender's domain."""
    return f"<{quote(key, safe='')}@{sender.rpartition('@')[2]}>"


def key_of(identifier: str) -> str:
    """Return the key that a Message-ID of ours was made from."""
    return mime_text.without_controls(unquote(local_part(identifier)))


def local_part(identifier: str) -> str:
    """Return what stands before the @ of a Message-ID."""
    return identifier.strip("<>").rpartition("@")[0]


def identifiers(value: str) -> tuple[str, ...]:
    """Return the Message-IDs in a header's value, in their order."""
    found = _MESSAGE_ID.findall(value)
    # Some fold a long one in the middle
    return tuple(found or _MESSAGE_ID.findall(re.sub(r"\s+", "", value)))


# --- building --------------------------------------------------------------------------------


def build(message: OutgoingMessage, key: str, *, final_delivery: bool, now: datetime) -> bytes:
    """Return the message as it is handed to the mail server.

    :param final_delivery: whether to ask for the notice that it reached its destination
    """
    mail = EmailMessage(policy=_OUTGOING)
    mail["From"] = message.sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = now
    mail["Message-ID"] = message_id(key, message.sender)
    if answered := identifiers(message.in_reply_to):
        mail["In-Reply-To"] = mail["References"] = answered[0]
    if final_delivery:
        mail["Disposition-Notification-To"] = message.sender
        mail["Disposition-Notification-Options"] = FINAL_DELIVERY
    mail.set_content(mime_text.without_controls(message.text, " "))
    for attachment in message.attachments:
        _attach(mail, attachment)
    if message.context:
        content_id = message_id(f"context-{key}", message.sender)
        mail["X-Direct-Context"] = content_id
        mail.add_attachment(
            direct_context.write(message.context),
            subtype="plain",
            filename=direct_context.FILE_NAME,
            cid=content_id,
        )
    return mail.as_bytes()


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    kind, _slash, subtype = attachment.content_type.partition(";")[0].strip().partition("/")
    # Whole messages may not be encoded, so such a file goes as any other file
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", f"{kind}/{subtype}", re.ASCII) or kind in (
        "message",
        "multipart",
    ):
        kind, subtype = "application", "octet-stream"
    # Always as bytes: a document arrives as it was, whatever its line ends are
    mail.add_attachment(
        attachment.content,
        maintype=kind,
        subtype=subtype,
        filename=_file_name(attachment.name, attachment.content_type),
    )


# --- reading ---------------------------------------------------------------------------------


class Effort(IntEnum):
    """How much of a message is read: where it takes too long, less of it."""

    HEADERS = 1  # the rest stays in the original, which is a document
    FILES = 2  # HTML, which can take long, stays a file
    ALL = 3


@dataclass
class _Reading:
    """What is made of the parts of a message, as they come."""

    texts: list[tuple[Part, str]] = field(default_factory=list)
    documents: list[Part] = field(default_factory=list)


def read(
    raw: bytes, external_id: str, addresses: tuple[str, ...], effort: Effort = Effort.ALL
) -> IncomingMessage:
    """Read a message that arrived; whatever it is, the answer is a message.

    Each part is in the text or is a document. Of two forms of one text (multipart/alternative) one
    is left out only if the other has all its words.

    :param raw: as the mail server gave it
    :param external_id: under which the message is fetched
    :param addresses: those whose mailbox it was in; the one it is for is found among them
    :param effort: how much of it to read
    """
    message = unread(raw, external_id, addresses)
    with suppress(Exception):  # nobody outside decides what stops us from receiving
        mail = take_apart(raw)
        message = with_headers(message, mail, addresses)
        if effort >= Effort.FILES:
            message = _with_parts(message, mail, effort)
    return message


def unread(raw: bytes, external_id: str, addresses: tuple[str, ...]) -> IncomingMessage:
    """Return a message that says nothing but that it could not be read; the original is with it."""
    return IncomingMessage(
        external_id=external_id,
        sender="",
        recipient=addresses[0] if addresses else "",
        subject="",
        text=UNREADABLE,
        attachments=(Attachment("message.eml", "message/rfc822", raw),),
    )


def is_automatic(mail: Part) -> bool:
    """Whether a program sent the message, such as an out-of-office reply, and nobody wrote it."""
    return any(
        re.match(pattern, value, re.I)
        for name, pattern in _AUTOMATIC.items()
        for value in mail.values(name)
    )


def with_headers(
    message: IncomingMessage, mail: Part, addresses: tuple[str, ...]
) -> IncomingMessage:
    """Return `message` with what the headers of `mail` say of it."""
    answered = (
        identifiers(mail.header("In-Reply-To"))[:1] or identifiers(mail.header("References"))[-1:]
    )
    return replace(
        message,
        sender=next(iter(_addresses(mail, "From", "Sender", "Return-Path")), ""),
        recipient=_recipient(mail, addresses),
        subject=mail.header("Subject"),
        message_id=next(iter(identifiers(mail.header("Message-ID"))), ""),
        in_reply_to=next(iter(answered), ""),
        sent_at=_date(mail.header("Date")),
        is_automatic=is_automatic(mail),
    )


def _with_parts(message: IncomingMessage, mail: Part, effort: Effort) -> IncomingMessage:
    context_part = _context_part(mail)
    reading = _reading(mail, context_part, effort)
    text = "\n\n".join(_without_repetitions(reading.texts))
    documents = [_attachment(part) for part in reading.documents]
    if len(text) > MAX_TEXT:
        documents.append(Attachment("message.txt", "text/plain", text.encode()))
        text = text[:MAX_TEXT]
    if any(part.is_rest for part in reading.documents):
        text = f"{TOO_MANY_PARTS}\n\n{text}".strip()
    if effort < Effort.ALL:
        text = f"{TOO_COMPLEX}\n\n{text}".strip()
    return replace(
        message,
        text=text,
        attachments=_with_own_names(documents),
        context=direct_context.read(text_of(context_part)[0]) if context_part else None,
    )


def _reading(part: Part, left_out: Part | None, effort: Effort) -> _Reading:
    """What is shown of a part and of those in it, and what is a document."""
    if part is left_out:
        return _Reading()
    if part.is_multipart and not part.is_rest:
        each = [_reading(child, left_out, effort) for child in part.parts]
        if part.content_type == "multipart/alternative":
            each = _one_of(each)
        return _Reading(
            [text for reading in each for text in reading.texts],
            [document for reading in each for document in reading.documents],
        )
    if is_shown(part) and (effort is Effort.ALL or part.content_type != "text/html"):
        text, is_all = text_of(part)
        is_document = not is_all or (not text and part.body.strip())
        return _Reading([(part, text)] if text else [], [part] if is_document else [])
    is_nothing = not part.file_name and not part.body.strip()
    return _Reading([], [] if is_nothing else [part])


def _one_of(forms: list[_Reading]) -> list[_Reading]:
    """Show one of several forms of a text: the first that says all that the last one says.

    The last is the one that its sender prefers (RFC 2046 5.1.4), the first the better text.
    """
    told = [reading for reading in forms if reading.texts]
    if len(told) < 2:
        return forms
    shown = next(reading for reading in told if _says_all(reading, told[-1]))
    for reading in told:
        if reading is not shown:
            if not _says_all(shown, reading):
                reading.documents[:0] = [part for part, _text in reading.texts]
            reading.texts.clear()
    return forms


def _without_repetitions(texts: list[tuple[Part, str]]) -> Iterator[str]:
    """Leave out what says again, in another form, what the text before it says."""
    before, its_type = "", ""
    for part, text in texts:
        if part.content_type == its_type or not _has_words_of(before, text):
            yield text
            before, its_type = text, part.content_type


def _says_all(one: _Reading, other: _Reading) -> bool:
    one, other = ("\n".join(text for _part, text in each.texts) for each in (one, other))
    return _has_words_of(one, other)


def _has_words_of(one: str, other: str) -> bool:
    """Whether one text has all words of another, in their order."""
    words = iter(_WORD.findall(one.casefold()))
    return all(word in words for word in _WORD.findall(other.casefold()))


def is_shown(part: Part) -> bool:
    """Whether a part is shown in the text, and no document."""
    return (
        part.content_type in ("text/plain", "text/html")
        and part.disposition != "attachment"
        and not part.file_name
    )


def text_of(part: Part, limit: int = MAX_TEXT) -> tuple[str, bool]:
    """The text of a part, and whether that is surely all of it.

    :param limit: bytes that are read
    """
    content = part.content
    is_html = part.content_type == "text/html"
    charset = part.charset or (mime_text.declared_in_html(content) if is_html else "")
    text, is_all = mime_text.decoded(content[:limit], charset), True
    if is_html:
        text, is_all = mime_text.of_html(text)
    text = mime_text.without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip(), is_all and len(content) <= limit


def _attachment(part: Part) -> Attachment:
    if part.is_rest:
        return Attachment(REST, "message/rfc822", part.whole)
    name = _file_name(part.file_name, part.content_type)
    return Attachment(name, part.content_type, part.content)


def _file_name(name: str, content_type: str) -> str:
    content_type = content_type.partition(";")[0].strip()
    is_text = content_type.startswith(("text/", "message/"))
    ending = _EXTENSIONS.get(content_type) or _TYPES.guess_extension(content_type)
    return safe_name(name, ending or (".txt" if is_text else ".bin"))


def named(attachments: list[Attachment]) -> tuple[Attachment, ...]:
    """Return documents under names that do no harm, each with one of its own."""
    return _with_own_names(
        [replace(each, name=_file_name(each.name, each.content_type)) for each in attachments]
    )


def _with_own_names(attachments: list[Attachment]) -> tuple[Attachment, ...]:
    seen, named = {}, []
    for attachment in attachments:
        count = seen[attachment.name] = seen.get(attachment.name, 0) + 1
        if count > 1:
            stem, dot, extension = attachment.name.rpartition(".")
            name = f"{stem} ({count}).{extension}" if dot else f"{extension} ({count})"
            attachment = replace(attachment, name=name)
        named.append(attachment)
    return tuple(named)


def _context_part(mail: Part) -> Part | None:
    """The part that holds the Context metadata: the one that the header names."""
    named = mail.header("X-Direct-Context").strip("<> ")
    if not named:
        return None
    files = [p for p in mail.walk() if not p.parts and p.content_type == "text/plain"]
    by_id = [part for part in files if part.header("Content-ID").strip("<> ") == named]
    by_name = [part for part in files if part.file_name == direct_context.FILE_NAME]
    return next(iter(by_id + by_name), None)


def _addresses(mail: Part, *names: str) -> list[str]:
    found = []
    for value in (value[:MAX_ADDRESSES] for name in names for value in mail.values(name)):
        addresses = [address for _name, address in getaddresses([value]) if "@" in address]
        # The library refuses a field with anything wrong in it; the address stands last
        found += addresses or reversed(_ADDRESS.findall(value))
    return [mime_text.without_controls(address).lower() for address in found]


def _recipient(mail: Part, addresses: tuple[str, ...]) -> str:
    named = _addresses(mail, "Delivered-To", "X-Original-To", "To", "Cc")
    return next((address for address in named if address in addresses), (*addresses, "")[0])


def _date(value: str) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        date = parsedate_to_datetime(value)
        return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
    return None
