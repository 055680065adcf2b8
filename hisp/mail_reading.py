"""What a mail in our mailbox is: a letter, an automatic reply, a notice, or our own proof."""

import hashlib
from dataclasses import replace

from ..tools.files.limited import Reader
from . import arrival, mime, notices
from .base import IncomingMessage, Item, Nature, Reading
from .mime_parts import take_apart

MAX_NOTICE_BYTES = 512 * 1024
PROOF = "proof-"
"""Begins the key of a message that we send to ourselves, to see that a mailbox is ours."""
TOO_BIG = (
    "This message is too large to receive here. It is still in the mailbox at the Direct "
    "provider; please read it there."
)


def read(item: Item) -> Reading:
    """Read a mail; whatever it is, something comes of it.

    A notice is an event for each recipient that it reports, and a message as well: one that is
    about none of ours is for a person to read.
    """
    raw = item.content
    with Reader() as reader:
        message = arrival.letter_of(reader, raw, item.key, item.addresses)
    message = replace(message, identity=_identity(raw, message))
    if item.is_cut:
        return Reading(replace(message, text=TOO_BIG, attachments=(), context=None))
    if _is_our_proof(message, item.addresses):
        return Reading()
    if notices.is_notice(take_apart(raw[:MAX_NOTICE_BYTES])):
        domains = frozenset(address.rpartition("@")[2] for address in item.addresses)
        events = notices.read(raw[:MAX_NOTICE_BYTES], item.at, domains)
        sender = item.addresses[0] if len(item.addresses) == 1 else message.recipient
        events = tuple(replace(event, sender=event.sender or sender) for event in events)
        return Reading(replace(message, nature=Nature.NOTICE), events)
    # Software sends reports too, and marks them in the same way: those bring documents
    if message.is_automatic and not message.attachments:
        message = replace(message, nature=Nature.AUTOMATIC_REPLY)
    return Reading(message)


def _is_our_proof(message: IncomingMessage, addresses: tuple[str, ...]) -> bool:
    is_to_itself = message.sender == message.recipient and message.sender in addresses
    return is_to_itself and mime.local_part(message.message_id).startswith(PROOF)


def _identity(raw: bytes, message: IncomingMessage) -> str:
    """A digest that stays the same when a provider moves a mailbox, and only headers change."""
    head, _empty_line, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    said = (message.message_id or head.decode("latin-1"), message.sender, message.recipient)
    return hashlib.sha256("\n".join(said).encode("utf-8", "replace") + body).hexdigest()
