"""Mail of any kind for the reading of letters and notices, and what has to be so of each."""

import random
import re
import sys
from base64 import encodebytes
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from quopri import encodestring

from hypothesis import strategies as st

from ...hisp import mime, notices
from ...hisp.base import EventType
from ...hisp.mime_parts import take_apart
from . import corpora

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ADDRESS = "dr.zoe@hisp-a.test"
DOMAINS = frozenset({"hisp-a.test"})
HEAD = b"From: Maya <maya@hisp-b.test>\r\nSubject: Labs of today\r\nX-Next: "
# Calls that reading a message may take: some for each line, and what Python itself takes the first
# time, when it compiles expressions and imports codecs
STEPS, STEPS_PER_LINE = 50_000, 400
FOLDER = Path(__file__).parent / "data" / "messages"
# What messages are made of, and what takes them apart
PIECES = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"--",
        b"--b",
    ),
    *(
        b"--b--",
        b";",
        b"=",
        b'"',
        b"'",
        b"(",
        b")",
        b"<",
        b">",
        b",",
        b":",
        b"*",
        b"%",
        b"\\",
        b"?=",
    ),
    *(b"=?utf-8?Q?", b"=?utf-8?B?", b"=?rot13?Q?a?=", b"Content-Type: ", b"multipart/mixed"),
    *(
        b"multipart/alternative",
        b"multipart/report",
        b"text/plain",
        b"text/html",
        b"message/rfc822",
    ),
    *(
        b"message/delivery-status",
        b"message/disposition-notification",
        b"; boundary=b",
        b"boundary*0*=",
    ),
    *(b"; charset=", b"utf-16", b"unicode_escape", b"; name*0*=utf-8''%", b"filename="),
    *(b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"x-uuencode", b"Subject: "),
    *(
        b"From: ",
        b"Message-ID: ",
        b"References: ",
        b"Disposition: ",
        b"Action: failed",
        b"Status: 5.4.7",
    ),
    *(b"Final-Recipient: rfc822; ", b"<div>", b"</html>", b"<!--", b"<a href='", b"&#0;", b"<pre>"),
)


# --- what has to be so ---------------------------------------------------------------------------


class _TooManySteps(BaseException):
    """Not an exception that the reading would take for one of its own."""


@contextmanager
def bounded(raw: bytes):
    """Fail when what is inside takes more calls than a message of this size may."""
    left = STEPS + STEPS_PER_LINE * (len(raw) // 20 + raw.count(b"\n"))

    def count(_frame, _event, _argument):
        nonlocal left
        left -= 1
        if left < 0:
            sys.setprofile(before)
            raise _TooManySteps

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    except _TooManySteps:
        raise AssertionError("too many steps") from None
    finally:
        sys.setprofile(before)


def check(raw: bytes) -> None:
    """Read it as a letter and as a notice: no exception, no endless work, nothing unstorable."""
    with bounded(raw):
        message = mime.read(raw, "1/2/login", (ADDRESS,))
        mail = take_apart(raw)
        notices.is_notice(mail)
        events = notices.read(raw, NOW, DOMAINS)
    assert message.external_id == "1/2/login"
    assert message.recipient == ADDRESS
    assert message.text != mime.UNREADABLE, "read after all, but only as it arrived"
    assert len(message.text) <= mime.MAX_TEXT + len(mime.TOO_MANY_PARTS) + 2
    names = [file.name for file in message.attachments]
    assert len(names) == len(set(names))
    assert events
    for event in events:
        assert isinstance(event.type, EventType)
        assert len(event.reason) <= notices.MAX_REASON
    texts = (message.text, message.subject, message.sender, message.in_reply_to, *names)
    for text in (*texts, *(event.reason + event.message_id for event in events)):
        assert "\0" not in text
        text.encode()


def check_headers_are_shown(rest: bytes) -> None:
    """Whatever is below them, sender and subject of a message are shown."""
    message = mime.read(HEAD + rest, "1/2/login", (ADDRESS,))
    assert (message.sender, message.subject) == ("maya@hisp-b.test", "Labs of today")


# --- any tree of parts ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """A part that holds something: a text in words of its own, or a file."""

    content_type: str
    content: bytes
    encoding: str = "8bit"
    headers: str = ""

    def written(self, end: bytes, _boundaries) -> bytes:
        head = f"Content-Type: {self.content_type}\nContent-Transfer-Encoding: {self.encoding}\n"
        body = {"base64": encodebytes, "quoted-printable": encodestring}.get(self.encoding, bytes)
        return (head + self.headers + "\n").encode().replace(b"\n", end) + body(self.content)


@dataclass(frozen=True)
class Tree:
    """A multipart: its subtype, and the parts in it."""

    subtype: str
    parts: tuple

    def written(self, end: bytes, boundaries) -> bytes:
        boundary, given_as = next(boundaries)
        lines = [f"Content-Type: multipart/{self.subtype}; boundary={given_as}".encode(), b""]
        for part in self.parts:
            lines += [b"--" + boundary, part.written(end, boundaries)]
        return end.join((*lines, b"--" + boundary + b"--", b""))

    def leaves(self):
        for part in self.parts:
            yield from part.leaves() if isinstance(part, Tree) else (part,)


def check_nothing_is_dropped(tree: Tree, end: bytes, style: str) -> None:
    """Each leaf's content is in the text, or is a document."""
    boundaries = (
        (
            f"=_{style}{number}".encode(),
            f'"=_{style}{number}"' if style == "a b" else f"=_{style}{number}",
        )
        for number in range(sys.maxsize)
    )
    message = mime.read(HEAD + b"1" + end + tree.written(end, boundaries), "1/2/login", (ADDRESS,))
    documents = {file.content for file in message.attachments}
    words = message.text.split()
    for leaf in tree.leaves():
        said = re.sub(rb"<[^>]*>", b" ", leaf.content).decode("utf-8", "replace").split()
        is_shown = leaf.content_type.startswith("text/") and all(word in words for word in said)
        assert is_shown or leaf.content in documents or not leaf.content.strip(), leaf


# --- mail of any kind ------------------------------------------------------------------------


def any_bytes() -> st.SearchStrategy[bytes]:
    """Bytes, and pieces of messages in any order."""
    pieces = st.lists(st.sampled_from(PIECES) | st.binary(max_size=40), max_size=60)
    return st.binary(max_size=2000) | pieces.map(b"".join)


def broken_messages() -> st.SearchStrategy[bytes]:
    """Real messages: cut, with pieces put in, taken out and doubled."""
    originals = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
    originals += [bounce.raw[:20_000] for bounce in corpora.bounces()]
    chances, times = st.integers(0, 2**32), st.integers(1, 30)
    return st.builds(_broken, st.sampled_from(originals), chances, times)


def trees() -> st.SearchStrategy[Tree]:
    """Trees of parts of every kind, in every kind of multipart."""
    words = st.lists(st.integers(0, 10**9).map("w{:x}".format), max_size=8).map(" ".join)
    names = st.sampled_from(("", "", 'Content-Disposition: attachment; filename="a b.txt"\n'))
    encodings = st.sampled_from(("8bit", "base64", "quoted-printable", "7bit"))
    plain = words.map(str.encode)
    html = words.map(lambda text: f"<html><p>{text}</p></html>".encode())
    files = st.binary(max_size=50)
    leaves = st.one_of(
        st.builds(Leaf, st.just("text/plain"), plain, encodings, names),
        st.builds(Leaf, st.just("text/html; charset=utf-8"), html, encodings, names),
        st.builds(Leaf, st.just("application/pdf"), files, st.just("base64"), names),
        st.builds(Leaf, st.just("message/rfc822"), plain.map(b"Subject: ".__add__)),
    )
    subtypes = st.sampled_from(("mixed", "alternative", "related", "signed", "digest", "other"))

    def multiparts(parts):
        return st.builds(Tree, subtypes, st.lists(parts, max_size=4).map(tuple))

    return st.recursive(multiparts(leaves), lambda inner: multiparts(inner | leaves), max_leaves=12)


def _broken(raw: bytes, chance: int, times: int) -> bytes:
    dice = random.Random(chance)
    for _time in range(times):
        begin, end = sorted(dice.randrange(len(raw) + 1) for _end in range(2))
        end = min(end, begin + dice.choice((1, 3, 20, 200, 5_000)))
        before, piece, after = raw[:begin], raw[begin:end], raw[end:]
        other = (b"", piece * 2, piece.upper(), dice.choice(PIECES), dice.randbytes(len(piece)))
        raw = before + dice.choice(other) + after
    return raw
