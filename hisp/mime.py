"""Direct messages on the wire: building the one we send, reading any that arrives (RFC 5322)."""

import email
import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import Header
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import quote, unquote

from lxml import etree, html

from . import direct_context
from .base import Attachment, IncomingMessage, OutgoingMessage

FINAL_DELIVERY = "X-DIRECT-FINAL-DESTINATION-DELIVERY=optional,true"
MAX_TEXT = 1_000_000  # characters; the rest of a longer text is in an attachment
MAX_PARTS = 200
MAX_NAME = 120
MAX_NESTING = 100  # multiparts in a message: parsing more, one in another, takes minutes
UNREADABLE = "This message couldn't be read. The original message is attached."

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,990}>")  # printable ASCII
# What no text has, and no database takes: controls and halves of characters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Path separators, what systems forbid in names, controls, and marks that turn the reading
# direction, with which a name shows another ending than it has
_NOT_IN_NAMES = re.compile(
    r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+'
)
_ENDS_A_LINE = {
    *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section"),
    *("table", "tr", "ul"),
}
_IS_NOT_TEXT = ("head", "script", "style", "template", "title")


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
_INCOMING = policy.default.clone(refold_source="none")


# --- identifiers -----------------------------------------------------------------------------


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID under which a message goes out: our key, on the sender's domain."""
    return f"<{quote(key, safe='')}@{sender.rpartition('@')[2]}>"


def key_of(identifier: str) -> str:
    """Return the key that a Message-ID of ours was made from."""
    return _CONTROL.sub("", unquote(local_part(identifier)))


def local_part(identifier: str) -> str:
    """Return what stands before the @ of a Message-ID."""
    return identifier.strip("<>").rpartition("@")[0]


def identifiers(value: str) -> tuple[str, ...]:
    """Return the Message-IDs in a header's value, in their order."""
    return tuple(_MESSAGE_ID.findall(value))


# --- building --------------------------------------------------------------------------------


def build(message: OutgoingMessage, key: str, *, final_delivery: bool, now: datetime) -> bytes:
    """Return the message as it is handed to the mail server.

    :param final_delivery: whether to ask for the notice that it reached its destination
    """
    mail = EmailMessage(policy=_OUTGOING)
    mail["From"] = message.sender
    mail["To"] = message.recipient
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = now
    mail["Message-ID"] = message_id(key, message.sender)
    if answered := identifiers(message.in_reply_to):
        mail["In-Reply-To"] = mail["References"] = answered[0]
    if final_delivery:
        mail["Disposition-Notification-To"] = message.sender
        mail["Disposition-Notification-Options"] = FINAL_DELIVERY
    mail.set_content(_CONTROL.sub(" ", message.text))
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
        filename=safe_name(attachment.name, attachment.content_type),
    )


# --- reading ---------------------------------------------------------------------------------


def parse(raw: bytes) -> EmailMessage:
    """Parse a message with the standard library's tolerant parser.

    :raise ValueError: it is made to keep us busy
    """
    if len(re.findall(rb"(?i)multipart/", raw)) > MAX_NESTING:
        raise ValueError("too many multiparts")
    return parse_headers(raw)


def parse_headers(raw: bytes) -> EmailMessage:
    """Parse the header of a message, with or without a body."""
    return email.message_from_bytes(raw, policy=_INCOMING)


def header(mail: EmailMessage, name: str) -> str:
    """Return a header's value in one line, or an empty string; as it stands when it is broken."""
    try:
        value = str(mail.get(name, ""))
    except Exception:  # noqa: BLE001 - the library's parser of headers raises all sorts of things
        raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
        value = str(raw).encode("ascii", "replace").decode()
    return _CONTROL.sub("", " ".join(value.split()))


def read(raw: bytes, external_id: str, addresses: tuple[str, ...]) -> IncomingMessage:
    """Read a message that arrived; whatever it is, the answer is a message.

    :param raw: as the mail server gave it
    :param external_id: under which the message is fetched
    :param addresses: those whose mailbox it was in; the one it is for is found among them
    """
    try:
        return _read(parse(raw), external_id, addresses)
    except Exception:  # noqa: BLE001 - nobody outside decides what stops us from receiving
        return IncomingMessage(
            external_id=external_id,
            sender="",
            recipient=addresses[0] if addresses else "",
            subject="",
            text=UNREADABLE,
            attachments=(Attachment("message.eml", "message/rfc822", raw),),
        )


def _read(mail: EmailMessage, external_id: str, addresses: tuple[str, ...]) -> IncomingMessage:
    context_part = _context_part(mail)
    parts = [part for part in _leaves(mail) if part is not context_part]
    if len(parts) > MAX_PARTS:
        raise ValueError("too many parts")  # none is left out: the whole is attached instead
    body, text = _body(parts)
    attachments = []
    for part in parts:
        is_other_form_of_text = _is_text(part, "html") and body is not part
        if part is not body and not is_other_form_of_text:
            attachments.append(_attachment(part))
    if len(text) > MAX_TEXT:
        attachments.append(Attachment("message.txt", "text/plain", text.encode()))
        text = text[:MAX_TEXT]
    return IncomingMessage(
        external_id=external_id,
        sender=next(iter(_addresses(mail, "From")), ""),
        recipient=_recipient(mail, addresses),
        subject=header(mail, "Subject"),
        text=text,
        attachments=_with_own_names(attachments),
        context=direct_context.read(_text_of(context_part)) if context_part else None,
        message_id=next(iter(identifiers(header(mail, "Message-ID"))), ""),
        in_reply_to=next(iter(identifiers(header(mail, "In-Reply-To"))), ""),
        sent_at=_date(header(mail, "Date")),
    )


def _body(parts: list[EmailMessage]) -> tuple[EmailMessage | None, str]:
    """The first text that says something, plain before HTML."""
    for subtype in ("plain", "html"):
        for part in parts:
            if _is_text(part, subtype) and (text := _text_of(part)):
                return part, text
    return None, ""


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something; a message inside the message is one of them."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in part.get_payload():
            yield from _leaves(child)
    elif part.get_content_maintype() != "multipart" or _content(part).strip():
        yield part


def _is_text(part: EmailMessage, subtype: str) -> bool:
    return (
        part.get_content_type() == f"text/{subtype}"
        and _disposition(part) != "attachment"
        and not part.get_filename()
    )


def _disposition(part: EmailMessage) -> str:
    return header(part, "Content-Disposition").partition(";")[0].strip().lower()


def _content(part: EmailMessage) -> bytes:
    if part.is_multipart():  # a message inside the message
        return b"\n".join(child.as_bytes() for child in part.get_payload())
    return part.get_payload(decode=True) or b""


def _text_of(part: EmailMessage) -> str:
    content = _content(part)
    charset = part.get_content_charset("utf-8")
    try:
        text = content.decode(charset)
    except (LookupError, ValueError):
        # Unknown or wrong: what is not UTF-8 is in most cases Windows'
        try:
            text = content.decode("utf-8")
        except ValueError:
            text = content.decode("cp1252", "replace")
    if part.get_content_subtype() == "html":
        text = plain_text(text)
    return _CONTROL.sub("", text.replace("\r\n", "\n").removeprefix("\ufeff")).strip()


def plain_text(markup: str) -> str:
    """Return what a reader sees of HTML, as text: no element of it is left."""
    with suppress(etree.ParserError, ValueError):
        document = html.fromstring(markup.encode(), parser=html.HTMLParser(encoding="utf-8"))
        etree.strip_elements(document, etree.Comment, *_IS_NOT_TEXT, with_tail=False)
        words = []
        for event, element in etree.iterwalk(document, events=("start", "end")):
            if event == "start":
                words.append(re.sub(r"\s+", " ", element.text or ""))
                continue
            if element.tag in _ENDS_A_LINE:
                words.append("\n")
            elif element.tag in ("td", "th"):
                words.append("\t")
            words.append(re.sub(r"\s+", " ", element.tail or ""))
        lines = [line.strip() for line in "".join(words).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return ""


def _attachment(part: EmailMessage) -> Attachment:
    content_type = part.get_content_type()
    name = ""
    with suppress(Exception):  # as for headers
        name = part.get_filename() or ""
    return Attachment(safe_name(name, content_type), content_type, _content(part))


def safe_name(name: str, content_type: str = "") -> str:
    """Return a file name that is one everywhere: no path, no control characters, not too long."""
    name = _NOT_IN_NAMES.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" ._")
    if not name:
        extension = mimetypes.guess_extension(content_type.partition(";")[0].strip()) or ".bin"
        return f"document{extension}"
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"


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


def _context_part(mail: EmailMessage) -> EmailMessage | None:
    """The part that holds the Context metadata: the one that the header names."""
    named = header(mail, "X-Direct-Context").strip("<> ")
    if not named:
        return None
    files = [part for part in _leaves(mail) if part.get_content_type() == "text/plain"]
    by_id = [part for part in files if header(part, "Content-ID").strip("<> ") == named]
    by_name = [part for part in files if part.get_filename() == direct_context.FILE_NAME]
    return next(iter(by_id + by_name), None)


def _addresses(mail: EmailMessage, *names: str) -> list[str]:
    values = [header(mail, name) for name in names]
    return [address.lower() for _name, address in getaddresses(values) if "@" in address]


def _recipient(mail: EmailMessage, addresses: tuple[str, ...]) -> str:
    named = _addresses(mail, "Delivered-To", "X-Original-To", "To", "Cc")
    return next((address for address in named if address in addresses), (*addresses, "")[0])


def _date(value: str) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        date = parsedate_to_datetime(value)
        return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
    return None
