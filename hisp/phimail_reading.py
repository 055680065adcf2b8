"""What waits in a queue of phiMail: asked for over the wire, and read from what was kept of it.

What is kept are the server's own lines and bytes, so the same code reads them both times.
"""

from collections.abc import Callable
from dataclasses import replace

from . import direct_context, mime, mime_text
from .base import Attachment, Event, EventType, IncomingMessage, Item, Nature, Reading
from .mime_parts import take_apart
from .phimail_wire import Declined, Lines, Wire, kept

MAIL, STATUS = "MAIL", "STATUS"
MAX_INCOMING_BYTES = 64 * 1024 * 1024
MAX_DOCUMENTS = 1000
STATUSES = {"dispatched": EventType.DISPATCHED, "failed": EventType.FAILED}
NOT_KNOWN = "The provider reported “{code}”, which proves nothing."


def head(wire: Wire) -> tuple[str, bytes | None]:
    """Ask for the head of the queue, and for all of it where it is a message.

    :return: the server's line, empty for an empty queue, and all that it said; None where it does
        not show the message
    """
    wire.forget()
    wire.say("CHECK")
    first = wire.line()
    kind = first.partition(" ")[0]
    if first == "NONE":
        return "", None
    if kind not in (MAIL, STATUS):
        raise ValueError
    if kind == MAIL:
        try:
            _read_shown(wire, wire.say)
        except Declined:
            return first, None
    return first, bytes(wire.kept)


def _read_shown(
    lines: Lines, say: Callable[[str], None]
) -> tuple[bytes, Attachment, list[Attachment]]:
    """Read a message as it is shown: its headers, its text, its documents."""
    say("SHOW 0")
    lines.ok()
    budget, headers = MAX_INCOMING_BYTES, []
    while header := lines.line():
        headers.append(header)
        budget -= len(header)
        if budget < 0:
            raise ValueError
    kind = lines.line()
    text = Attachment("", kind, lines.exactly(lines.number(budget)))
    budget -= len(text.content)
    listed = lines.number(MAX_DOCUMENTS)
    for _line in range(3 * listed):  # name, type and description: each comes again with its bytes
        lines.line()
    documents = []
    for number in range(1, listed + 1):
        say(f"SHOW {number}")
        lines.ok()
        name, kind = lines.line(), lines.line()
        documents.append(Attachment(name, kind, lines.exactly(lines.number(budget))))
        budget -= len(documents[-1].content)
    return "\n".join(headers).encode(), text, documents


def read(item: Item) -> Reading:
    """Read what was kept of the head of a queue."""
    lines = kept(item.content)
    kind, _space, rest = lines.line().partition(" ")
    if kind == STATUS:
        return Reading(events=(_event(rest, item),))
    if kind != MAIL:
        raise ValueError
    return Reading(_message(rest, lines))


def _event(rest: str, item: Item) -> Event:
    message_id, _space, rest = rest.partition(" ")
    code, _space, told = rest.partition(" ")
    if not (message_id and code):
        raise ValueError
    kind = STATUSES.get(code, EventType.OTHER)
    return Event(
        f"{message_id}/{code}",
        kind,
        message_id=message_id,
        reason=NOT_KNOWN.format(code=code) if kind is EventType.OTHER else told,
        sender=item.addresses[0] if len(item.addresses) == 1 else "",
    )


def _message(rest: str, lines: Lines) -> IncomingMessage:
    recipient, sender, _count, message_id = rest.split(" ", 3)
    headers, body, documents = _read_shown(lines, lambda _command: None)
    mail = take_apart(headers + b"\n\n")
    text, is_all = _text(body)
    if not is_all or len(text) > mime.MAX_TEXT:
        documents.insert(0, Attachment("message", body.content_type, body.content))
    context = next((each for each in documents if _is_context(each)), None)
    message = mime.with_headers(IncomingMessage(), mail, (recipient,))
    return replace(
        message,
        sender=sender.lower(),
        recipient=recipient.lower(),  # never who a header names
        text=text[: mime.MAX_TEXT],
        attachments=mime.named([each for each in documents if each is not context]),
        context=direct_context.read(mime_text.decoded(context.content)) if context else None,
        message_id=message.message_id or message_id,
        nature=Nature.AUTOMATIC_REPLY if message.is_automatic and not documents else Nature.LETTER,
    )


def _text(body: Attachment) -> tuple[str, bool]:
    """The text of a message, and whether that is surely all of it."""
    part = take_apart(f"Content-Type: {body.content_type}\n\n".encode() + body.content)
    if part.content_type in ("text/plain", "text/html"):
        return mime.text_of(part)
    return "", not body.content.strip()


def _is_context(document: Attachment) -> bool:
    """Whether a document is the Context metadata, which comes without the header that names it."""
    return (
        document.name == direct_context.FILE_NAME
        and len(document.content) <= direct_context.MAX_TEXT
        and b"version:" in document.content.lower()
    )
