"""XML from outside, parsed so that it can neither reach out nor blow up.

The order is what makes it safe: size, then characters, then document types, then how much markup
there is, and only then the parser, which therefore never sees more than `LIMITS` allow, expands no
entity, and reads nothing but the bytes it is given. XInclude, style sheets and schemas are never
processed: the parser does so only when asked, and nobody asks.
"""

import codecs
import re
from dataclasses import dataclass

from lxml import etree


@dataclass(frozen=True)
class Limits:
    """What is parsed at all. At these limits it takes 1 s and 150 MB, to show it 2 s more."""

    bytes: int = 16 * 1024 * 1024  # a message has 10 MB at most
    # Elements, closing tags, attributes and entities: a real document has 45,000 in 1 MB
    markup: int = 1_000_000


LIMITS = Limits()


class Refused(ValueError):
    """This is not parsed. The text says why, for a reader, and holds nothing of the content."""


TOO_LARGE = "This document is too large to open."
DOCUMENT_TYPE = (
    "This document contains a document type declaration, which can be used for attacks. It wasn't "
    "opened."
)
TOO_MUCH_MARKUP = "This document is too complex to open safely."
NOT_XML = "This document couldn't be read because it isn't XML."
CUT_SHORT = "This document is damaged or incomplete. Only the readable part is shown."
WRONG_ENCODING = (
    "Some characters in this document may be shown incorrectly because its encoding is wrong."
)

_DOCUMENT_TYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NO_MARKUP = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# One byte a character: what else there may be when it is not UTF-8. Others are not tried, because
# an unusual encoding (UTF-7, EBCDIC) is a way past whoever looks at the characters.
_SINGLE_BYTE = re.compile(r"iso-?8859-?\d{1,2}|latin-?\d|(?:windows-|cp)125\d", re.IGNORECASE)


def read(content: bytes) -> tuple[etree._Element, tuple[str, ...]]:
    """Return the root element of an XML file, and notices, for a reader, of what had to be mended.

    :raises Refused: if it is too large, has a document type or entities, or is not XML
    """
    if len(content) > LIMITS.bytes:
        raise Refused(TOO_LARGE)
    text, notices = decode(content)
    # What stands in a comment or in CDATA declares nothing
    if _DOCUMENT_TYPE.search(_NO_MARKUP.sub("", text)):
        raise Refused(DOCUMENT_TYPE)
    if sum(map(text.count, "<=&")) > LIMITS.markup:
        raise Refused(TOO_MUCH_MARKUP)
    root, mended = _parse(text.encode())
    return root, (*notices, CUT_SHORT) if mended else notices


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the characters of an XML file, and notices about them; never fails.

    UTF-8 and UTF-16 are told by their bytes, whatever is declared. In what is not quite UTF-8, each
    wrong byte is taken for Windows-1252, which mends both a wrong label and a pasted character.
    """
    notices = ()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
    elif content[:4:2] == b"\0\0" and content[1:2] == b"<":
        text = content.decode("utf-16-be", "replace")
    elif content[1:4:2] == b"\0\0" and content[:1] == b"<":
        text = content.decode("utf-16-le", "replace")
    else:
        content = content.removeprefix(codecs.BOM_UTF8)
        declared = _DECLARED.match(content.lstrip()[:300])
        declared = declared[1].decode("ascii") if declared else ""
        try:
            # The last character may be cut in two
            text = codecs.getincrementaldecoder("utf-8")().decode(content)
        except UnicodeDecodeError:
            if _SINGLE_BYTE.fullmatch(declared):
                text = _single_byte(content, declared)
            else:
                text = content.decode("utf-8", "windows_1252_bytes")
                notices = (WRONG_ENCODING,)
    return _NO_XML.sub("\ufffd", text.lstrip("\ufeff \t\r\n")), notices


def _single_byte(content, name):
    try:
        # What calls itself ISO 8859-1 is Windows-1252, as in every browser
        latin = name.lower().replace("-", "") in ("iso88591", "latin1")
        return content.decode("cp1252" if latin else name, "replace")
    except LookupError:
        return content.decode("cp1252", "replace")


def _windows_1252(error):
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error("windows_1252_bytes", _windows_1252)


def _parse(content):
    """Return the root element, and whether the parser had to mend something."""
    for recover in (False, True):
        parser = etree.XMLParser(
            encoding="utf-8",  # as it was just written, whatever the document declares
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,  # at most 256 elements deep, 10 MB in one text
            remove_comments=True,
            remove_pis=True,
            recover=recover,
        )
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError:
            continue
        if root is not None:
            return root, recover
    raise Refused(NOT_XML)
