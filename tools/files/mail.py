"""What is in a message that was signed, or packed or saved by Outlook."""

import zlib
from collections.abc import Iterator
from contextlib import suppress

from asn1crypto import cms, pem

from . import optional
from .archive import DAMAGED
from .budget import Budget, Unopened
from .inner import Inner
from .kinds import UNENCRYPTED

LETTER = "Message.txt"
PAGE = "Message.html"
ATTACHED_MESSAGE = (
    "A message attached to this one can't be opened here. Ask the sender to forward it by itself."
)
SIGNED_ONLY = "This is a digital signature only. The signed document is a separate attachment."


def in_tnef(content: bytes, budget: Budget) -> Iterator[Inner]:
    """Yield what Outlook packed into a winmail.dat."""
    tnefparse = optional.load("tnefparse")
    try:
        packed = tnefparse.TNEF(content, do_checksum=False)
    except Exception as error:  # the library raises all sorts of things
        raise Unopened(DAMAGED) from error
    body = packed.body or b""
    if isinstance(body, bytes):
        body = body.rstrip(b"\0").decode("cp1252", "replace")
    if body.strip():
        yield letter(body, "")
    for attachment in packed.attachments:
        inside = bytes(attachment.data or b"")
        budget.take(len(inside))
        yield Inner(attachment.long_filename() or attachment.name or "", "", inside)


def in_msg(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the text and the attachments of a message that Outlook saved."""
    oxmsg = optional.load("oxmsg", "python-oxmsg")
    try:
        mail = oxmsg.Message.load(content)
        subject, text, markup = mail.subject or "", mail.body or "", mail.html_body or ""
        attachments = [(one.file_name, one.mime_type, one.file_bytes) for one in mail.attachments]
    except Exception as error:  # as above
        raise Unopened(DAMAGED) from error
    if text.strip():
        yield letter(text, subject)
    elif markup:
        yield Inner(PAGE, "text/html; charset=utf-8", markup.encode(errors="replace"), subject)
    for name, content_type, inside in attachments:
        if inside is None:
            yield ATTACHED_MESSAGE
            continue
        budget.take(len(inside))
        yield Inner(name or "", content_type or "", inside)


def in_signed(content: bytes, budget: Budget) -> Iterator[Inner]:
    """Yield what was signed (RFC 5652). Whether the signature holds is not checked here."""
    with suppress(ValueError):
        if pem.detect(content):
            _name, _headers, content = pem.unarmor(content)
    try:
        info = cms.ContentInfo.load(content)
        inside = _inside(info["content_type"].native, info["content"], budget)
    except (ValueError, TypeError, KeyError, zlib.error) as error:
        if isinstance(error, Unopened):
            raise
        raise Unopened(DAMAGED) from error
    budget.take(len(inside))
    yield Inner("", "", inside)


def _inside(content_type, value, budget):
    if content_type == "signed_data":
        inside = value["encap_content_info"]["content"]
        if inside.native is None:
            raise Unopened(SIGNED_ONLY)
        return bytes(inside.native)
    if content_type == "compressed_data":
        unpacker = zlib.decompressobj()
        inside = unpacker.decompress(value["encap_content_info"]["content"].native, budget.bytes)
        if unpacker.unconsumed_tail:
            budget.take(budget.bytes + 1)
        return inside
    raise Unopened(UNENCRYPTED)


def letter(text: str, subject: str) -> Inner:
    """Return the text of a message as a file."""
    return Inner(LETTER, "text/plain; charset=utf-8", text.encode(errors="replace"), subject)
