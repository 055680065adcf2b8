"""A message that arrived, and its files: read in the limited process, one after the other."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from ..tools.files import unpack
from ..tools.files.archive import DAMAGED
from ..tools.files.budget import TOO_LONG, Budget, Unopened
from ..tools.files.inner import Inner
from ..tools.files.kinds import Kind
from ..tools.files.limited import Failed, Reader
from ..tools.files.mail import letter
from ..tools.files.name import safe_name
from ..tools.files.unpack import Document, Opened
from ..tools.matching import Person
from . import mime
from .base import Attachment, IncomingMessage

NOT_READ = (
    "This file couldn't be opened here."
    " Download it, or ask the sender to send it in another format."
)
LEAST = 0.5  # seconds for which it is worth to open one more
LETTER = 5.0  # seconds for each way to read a letter; one of 10 MB takes less than one


@dataclass(frozen=True)
class Read:
    """The documents of a message: what is in a file stands after it and names its place.

    `persons` are the patients that the documents name, each once.
    """

    documents: tuple[Document, ...]
    persons: tuple[Person, ...]


def letter_of(
    reader: Reader, raw: bytes, external_id: str, addresses: tuple[str, ...]
) -> IncomingMessage:
    """Return a mail as a message (`mime.read`), read in the limited process.

    Never fails: of a mail that takes too long or breaks the process its files are read, else its
    headers, else nothing; then the original is a document, and a sentence says so.
    """
    for effort in reversed(mime.Effort):
        with suppress(Failed):
            return reader.call(mime.read, raw, external_id, addresses, effort, seconds=LETTER)
    return mime.unread(raw, external_id, addresses)


def read(reader: Reader, attachments: Iterable[Attachment], budget: Budget | None = None) -> Read:
    """Return the documents of a message, within one budget for all of it.

    Never fails for what a message holds: a file that ends the limited process is a document
    that is not opened, and those after it are read.

    :param budget: what the whole message may take; `Budget()` if not given
    """
    budget = budget or Budget()
    documents = []
    for attachment in attachments:
        began = time.monotonic()
        try:
            if budget.seconds < LEAST:
                found = (_closed(attachment, TOO_LONG),)
            else:
                answer = reader.call(opened, attachment, budget, seconds=budget.seconds)
                found, budget = answer.documents, answer.budget
        except Failed:
            found = (_closed(attachment, NOT_READ),)
            took = time.monotonic() - began
            budget = replace(budget, seconds=max(budget.seconds - took, 0.0))
        place = len(documents)
        documents += [
            replace(one, inside=None if one.inside is None else one.inside + place) for one in found
        ]
    persons = (document.person for document in documents)
    return Read(tuple(documents), tuple(dict.fromkeys(person for person in persons if person)))


def opened(attachment: Attachment, budget: Budget) -> Opened:
    """Return an attachment and all that is in it: in the limited process, for `read`."""
    file = Inner(attachment.name, attachment.content_type, attachment.content)
    return unpack.opened(file, budget, OPENERS)


def in_eml(content: bytes, budget: Budget) -> Iterator[Inner]:
    """Yield the text and the attachments of a message that is itself a file."""
    mail = mime.read(content, "", ())
    if mail.text == mime.UNREADABLE:
        raise Unopened(DAMAGED)
    if mail.text.strip():
        yield letter(mail.text, mail.subject)
    for attachment in mail.attachments:
        budget.take(len(attachment.content))
        yield Inner(attachment.name, attachment.content_type, attachment.content)


OPENERS = {**unpack.OPENERS, Kind.EML: in_eml}


def _closed(attachment, notice):
    return Document(
        name=safe_name(attachment.name),
        kind=Kind.OTHER,
        content=attachment.content,
        content_type=attachment.content_type,
        notices=(notice,),
    )
