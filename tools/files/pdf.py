"""What is in a PDF beside its pages, and whether it can be read at all.

PDF/A-3 carries the C-CDA that it shows, portfolios are nothing but the files in them.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

from . import optional
from .archive import DAMAGED
from .budget import Budget, Unopened
from .inner import Inner

# Files in a PDF stand in its name tree, which may be compressed in a stream of objects
MAY_HOLD = re.compile(rb"/(?:EmbeddedFile|ObjStm)")
LOCKED = "This file is password-protected. Ask the sender for a copy without a password."


def pages(content: bytes) -> int:
    """Return how many pages a PDF has; 0 where nothing on this machine can tell.

    :raises Unopened: if it is damaged or locked, or has none
    """
    try:
        with _opened(content) as document:
            count = len(document.pages)
    except optional.Missing:
        return 0
    if not count:
        raise Unopened(DAMAGED)
    return count


def in_pdf(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the files that are attached to a PDF."""
    if not MAY_HOLD.search(content):
        return
    with _opened(content) as document:
        for name, attachment in document.attachments.items():
            file = attachment.get_file()
            inside = file.read_bytes()
            budget.take(len(inside))
            yield Inner(attachment.filename or name, file.mime_type, inside)


@contextmanager
def _opened(content):
    pikepdf = optional.load("pikepdf")
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            yield document
    except pikepdf.PasswordError:
        raise Unopened(LOCKED) from None
    except pikepdf.PdfError:
        raise Unopened(DAMAGED) from None
