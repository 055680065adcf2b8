"""A message taken apart: header fields and parts, from any bytes at all (RFC 5322, RFC 2046).

A part is a place in the bytes of the message, so that it is kept to the byte. Parameters are read
by both readers of the standard library: the newer one (the policy *default*) knows comments and
encodings, the older one (*compat32*) takes values that stand there without their quotes. The newer
one wins unless it finds fault with the field. Of boundaries the one wins that stands in the body.
"""

import binascii
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import policy
from email.message import Message
from functools import cached_property, partial

from . import mime_text

MAX_PARTS = 200
MAX_NESTING = 20  # multiparts in one another
MAX_HEADER = 512 * 1024  # bytes that are looked at as one header
MAX_FIELD = 4_000  # characters that the library's parsers are given: they are slow

# What some programs put before the header, which would make a body of it
_BEFORE_HEADER = re.compile(
    rb"(?i)(?:\xef\xbb\xbf)?(?:\s+(?=(?:received|delivered-to|return-path|from|to|subject|date"
    rb"|message-id|mime-version|content-type|x-[a-z-]+)[ \t]*:))?"
)
_FIELDS = re.compile(
    rb"(?:>?From [^\n]*\n)?(?:[!-9;-~]+[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*+)*+"
)
_FIELD = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*+)")
_EMPTY_LINE = re.compile(rb"[ \t]*\r?\n")
_CONTENT_TYPE = re.compile(r"([\w!#$&^.+-]+)\s*/\s*([\w!#$&^.+-]+)", re.ASCII)
# Where no boundary is given that stands in the body: what stands above the header of a part
_LIKE_A_BOUNDARY = re.compile(
    rb"(?i)(?<![^\n])--([^\r\n]{1,200}+)\r?\n(?=content-[a-z-]{1,40}[ \t]*:)"
)
_ABOUT_MIME = re.compile(rb"(?i)\bmime\b")
_ENCODED_WORD = re.compile(r"=\?([^\s?*]{1,40})(?:\*[^\s?]{0,40})?\?([bBqQ])\?([^?]*)\?=")

# Names of fields that are about a part; others make no header of what begins a part
_OF_A_PART = ("content-", "mime-version", "x-")
_BASE64 = (string.ascii_letters + string.digits + "+/=").encode()
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


@dataclass(frozen=True, eq=False)
class Part:
    """A message, or a part of one: its header fields, and a body that is whole or has parts."""

    raw: bytes = field(repr=False)
    """The bytes of the whole message; `start`, `body_start` and `end` are places in them."""
    start: int
    body_start: int
    end: int
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Names in lower case, and values as they stand, unfolded."""
    parts: tuple["Part", ...] = ()
    is_rest: bool = False
    """Whether it is parts that were left together: there are too many, or in too many others."""

    @property
    def whole(self) -> bytes:
        """Its bytes, the header fields among them."""
        return self.raw[self.start : self.end]

    @property
    def body(self) -> bytes:
        """What follows the header fields, as it stands."""
        return self.raw[self.body_start : self.end]

    @property
    def content(self) -> bytes:
        """The body as it was before it was encoded for the way; as it stands where it was not."""
        decode = _DECODERS.get(self.encoding)
        return decode(self.body) if decode else self.body

    @property
    def encoding(self) -> str:
        """What the body is encoded with for the way, in lower case, such as *base64*."""
        return self.header("content-transfer-encoding").lower().partition(" ")[0].strip(";")

    @property
    def is_encoded(self) -> bool:
        """Whether the body is encoded with something that hides what it says."""
        return self.encoding in _DECODERS

    def walk(self) -> Iterator["Part"]:
        """This part, and those in it, in their order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def values(self, name: str) -> list[str]:
        """The values of all fields of this name, as they stand."""
        return [value for key, value in self.fields if key == name.lower()]

    def value(self, name: str) -> str:
        """The value of the first field of this name, as it stands; empty when there is none."""
        return next(iter(self.values(name)), "")

    def header(self, name: str) -> str:
        """The value of the first field of this name, readable and in one line."""
        return mime_text.one_line(_with_words_decoded(self.value(name)))

    @cached_property
    def content_type(self) -> str:
        """Such as ``text/plain``, in lower case; that is also what stands for an unreadable one."""
        found = _CONTENT_TYPE.match(self.value("content-type"))
        return f"{found[1]}/{found[2]}".lower() if found else "text/plain"

    @property
    def is_multipart(self) -> bool:
        """Whether it says that it has parts, which does not mean that it has."""
        return self.content_type.startswith("multipart/")

    @property
    def disposition(self) -> str:
        """*attachment*, *inline* or another word, in lower case; empty when nothing is said."""
        return self.header("content-disposition").partition(";")[0].strip().lower()

    @property
    def file_name(self) -> str:
        """The name of the file as the sender has it; empty when it has none."""
        return self.parameter("content-disposition", "filename") or self.parameter(
            "content-type", "name"
        )

    @property
    def charset(self) -> str:
        """The label of the text's characters; empty when there is none."""
        return self.parameter("content-type", "charset")

    def parameter(self, name: str, parameter: str) -> str:
        """The value of a parameter of a header field, readable; empty when it has none."""
        value = self.value(name)[:MAX_FIELD]
        if parameter not in value.lower():
            return ""
        found, is_sound = _by_newer_reader(name, value, parameter)
        if not is_sound:
            found = _by_older_reader(name, value, parameter) or found
        return _with_words_decoded(found)

    def boundaries(self) -> Iterator[bytes]:
        """What may be the boundary between its parts, the likeliest first."""
        value = self.value("content-type")[:MAX_FIELD]
        yield _by_newer_reader("content-type", value, "boundary")[0].rstrip().encode()
        yield _by_older_reader("content-type", value, "boundary").rstrip().encode()
        if found := _LIKE_A_BOUNDARY.search(self.raw, self.body_start, self.end):
            yield found[1].rstrip()


def take_apart(raw: bytes) -> Part:
    """Take a message apart, whatever it is; its header alone will do."""
    reader = _Reader(raw[_BEFORE_HEADER.match(raw).end() :])
    return reader.part(0, len(reader.raw))


class _Reader:
    """Takes one message apart; every byte of it is looked at a bounded number of times."""

    def __init__(self, raw: bytes):
        self.raw = raw
        self.parts_left = MAX_PARTS

    def part(self, start: int, end: int, nesting: int = 0) -> Part:
        header_end = _FIELDS.match(self.raw, start, min(end, start + MAX_HEADER)).end()
        fields = tuple(
            (found[1].decode("ascii").lower(), _unfolded(found[2]))
            for found in _FIELD.finditer(self.raw, start, header_end)
        )
        if nesting and fields and not any(name.startswith(_OF_A_PART) for name, _value in fields):
            # A text without a header, whose first line has a colon
            return Part(self.raw, start, start, end)
        empty_line = _EMPTY_LINE.match(self.raw, header_end, end)
        part = Part(self.raw, start, empty_line.end() if empty_line else header_end, end, fields)
        if not part.is_multipart:
            return part
        if nesting == MAX_NESTING:
            return replace(part, is_rest=True)
        return replace(part, parts=tuple(self._parts_of(part, nesting + 1)))

    def _parts_of(self, multipart: Part, nesting: int) -> Iterator[Part]:
        for boundary in filter(None, multipart.boundaries()):
            pieces = self._pieces(boundary, multipart.body_start, multipart.end)
            if first := next(pieces, None):
                break
        else:
            yield from self._text(multipart.body_start, multipart.end)
            return
        _kind, start, end = first
        if not _ABOUT_MIME.search(self.raw, start, end):
            # Not the usual line for readers that know no parts: somebody may have written it
            yield from self._text(start, end)
        for is_part, start, end in pieces:
            if not is_part:
                yield from self._text(start, end)
            elif self.parts_left:
                self.parts_left -= 1
                yield self.part(start, end, nesting)
            else:
                yield _rest(self.raw[start : multipart.end], boundary)
                return

    def _text(self, start: int, end: int) -> Iterator[Part]:
        if self.raw[start:end].strip():
            yield Part(self.raw, start, start, end)

    def _pieces(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[bool, int, int]]:
        """Whether it is a part, and where it is, of all that lies between lines of the boundary.

        The first is what precedes them. After a line that says that it is the last there may be
        others: some programs use one boundary for two multiparts that are in one another.
        """
        mark = re.escape(b"--" + boundary)
        # Looked for first, then whether it begins a line: that is many times as fast
        line = re.compile(rb"%b(?<![^\n]%b)(--)?[ \t]*\r?(?:\n|\Z)" % (mark, mark))
        is_part, piece = False, start
        for found in line.finditer(self.raw, start, end):
            # The line end before the boundary belongs to the boundary
            before = 2 if self.raw[found.start() - 2 : found.start()] == b"\r\n" else 1
            yield is_part, piece, max(piece, found.start() - before)
            is_part, piece = not found[1], found.end()
        if piece > start:
            yield is_part, piece, end


def _rest(parts: bytes, boundary: bytes) -> Part:
    """What begins in the middle of a multipart, as one of its own."""
    kind = b"multipart/mixed"
    head = b'Content-Type: %b; boundary="%b"\r\n\r\n' % (kind, boundary)
    raw = head + b"--" + boundary + b"\r\n" + parts
    fields = (("content-type", kind.decode()),)
    return Part(raw, 0, len(head), len(raw), fields, is_rest=True)


def _unfolded(value: bytes) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", mime_text.decoded(value)).strip()


# --- parameters and words -------------------------------------------------------------------------


def _by_newer_reader(name: str, value: str, parameter: str) -> tuple[str, bool]:
    """Return a parameter, and whether the library's newer reader finds no fault with the field."""
    try:
        header = policy.default.header_factory(name, value)
        return header.params.get(parameter) or "", not header.defects
    except Exception:  # noqa: BLE001 - it raises all sorts of things
        return "", False


def _by_older_reader(name: str, value: str, parameter: str) -> str:
    message = Message(policy=policy.compat32)
    message[name] = value
    try:
        found = message.get_param(parameter, "", header=name)
    except Exception:  # noqa: BLE001 - as above
        return ""
    if isinstance(found, str):
        return found
    charset, _language, text = found  # RFC 2231: each character stands for a byte
    return mime_text.decoded(text.encode("latin-1", "replace"), charset or "")


def _with_words_decoded(value: str) -> str:
    """Read the encoded words in a value (RFC 2047), those that share a character together."""
    if "=?" not in value:
        return value
    text, waiting, charset, end = "", b"", "", 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        if between.strip() or word[1].lower() != charset:
            text += mime_text.decoded(waiting, charset)
            text += between if between.strip() or not end else ""
            waiting, charset = b"", word[1].lower()
        waiting += _DECODERS[word[2].lower()](word[3].encode())
        end = word.end()
    return text + mime_text.decoded(waiting, charset) + value[end:]


# --- what parts are encoded with ------------------------------------------------------------------


def _from_base64(body: bytes) -> bytes:
    """Decode base64 with what is wrong in it: strange characters, an end in the middle or none."""
    first_line = body.lstrip().partition(b"\n")[0].strip()
    if first_line.translate(None, _BASE64):
        return body  # it says that it is encoded, and is not
    blocks = body.translate(None, _NOT_BASE64).split(b"=")
    whole = (block[: -1 if len(block) % 4 == 1 else None] for block in blocks)
    return b"".join(binascii.a2b_base64(block + b"==") for block in whole)


def _from_uuencode(body: bytes) -> bytes:
    message = Message(policy=policy.compat32)
    message["Content-Transfer-Encoding"] = "uuencode"
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message.get_payload(decode=True)


_DECODERS = {
    "base64": _from_base64,
    "b": _from_base64,
    "quoted-printable": binascii.a2b_qp,
    "q": partial(binascii.a2b_qp, header=True),
    **dict.fromkeys(("uuencode", "uue", "x-uuencode", "x-uue"), _from_uuencode),
}
