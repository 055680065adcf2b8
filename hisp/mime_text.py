"""Text of a message's parts: characters from bytes of any charset, and HTML as text."""

import codecs
import re
from contextlib import suppress

from lxml import etree, html

MAX_CHARSET = 40  # characters of a charset's name

# What no text has, and no database takes: controls and halves of characters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Codecs of Python that are no charset of a message: they would turn its text into another one
_PYTHON_ONLY = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined"}
_PYTHON_ONLY |= {"unicode-escape"}
# Charsets that are in use for more than their name says, and what browsers read instead
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"}
# What is labelled so is read as UTF-8, and what is not UTF-8 in it as Windows' charset
_UTF8_OR_WINDOWS = {"ascii", "cp1252", "iso8859-1", "utf-8"}
_META_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w:.-]{1,40})")

_ENDS_A_LINE = {
    *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section"),
    *("table", "tr", "ul"),
}
_IS_NOT_TEXT = ("head", "script", "style", "template", "title")
_KEEPS_SPACES = ("pre", "textarea", "xmp")
# The parser leaves out what follows, such as a gateway's lines below a whole page
_CLOSING = re.compile(r"(?i)</(?:html|body)\s*>")
# Put at the end of what is parsed: where it does not come out, something swallowed the end
_END = "\ue000\ue001\ue000"
# What stands for white space that is kept, while the rest is brought together
_KEPT = str.maketrans(" \t", "\ue002\ue003")
_GIVEN_BACK = str.maketrans("\ue002\ue003", " \t")


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are wrong in a charset as Windows' charset: the rest stays right."""
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("direct_messaging.windows", _as_windows)


def without_controls(text: str, instead: str = "") -> str:
    """Return `text` without the characters that no text has, and no database takes."""
    return _CONTROL.sub(instead, text)


def one_line(text: str) -> str:
    """Return `text` in one line, without control characters."""
    # Some controls part words, and others stand between spaces
    return " ".join(_CONTROL.sub("", " ".join(text.split())).split())


def decoded(content: bytes, charset: str = "") -> str:
    """Return the text that bytes stand for; any bytes at all, and whatever their label says.

    A byte order mark wins, then UTF-8 where all of it is UTF-8, then the label.

    :param charset: the label; unknown ones, and those of Python alone, count as none
    """
    for mark, codec in _ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "direct_messaging.windows")
    codec = _codec(charset, content)
    if codec not in _UTF8_OR_WINDOWS:
        # Those that switch between charsets, such as ISO-2022-JP, are of ASCII bytes alone
        for attempt in (codec,) if content.isascii() else ("utf-8", codec):
            with suppress(UnicodeError):
                return content.decode(attempt)
        # Some codecs raise errors of their own, whatever should happen then
        with suppress(UnicodeError):
            return content.decode(codec, "direct_messaging.windows")
    return content.decode("utf-8", "direct_messaging.windows")


def _codec(charset: str, content: bytes) -> str:
    """Return the name of the codec to read `content` with."""
    try:
        name = codecs.lookup(charset.strip("\"' ")[:MAX_CHARSET]).name
        b"text".decode(name, "ignore")  # refuses those that make no text, such as rot13
    except (LookupError, ValueError):
        return "utf-8"
    is_wide = name.startswith(("utf-16", "utf-32"))
    if name in _PYTHON_ONLY or (is_wide and b"\0" not in content):
        return "utf-8"
    return _WIDER.get(name, name)


def declared_in_html(content: bytes) -> str:
    """Return the charset that HTML names itself, or an empty string."""
    found = _META_CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else ""


def of_html(markup: str) -> tuple[str, bool]:
    """Return what a reader sees of HTML, as text, and whether that is surely all of it.

    No element is left in the text. It is not all where the parser gives up: more than 2,048
    elements in one another, or a tag or comment without an end.
    """
    markup = _CLOSING.sub("<br>", _CONTROL.sub("", markup).replace("\r\n", "\n"))
    if not markup.strip():
        return "", True
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        document = html.fromstring(f"{markup}\n{_END}".encode(), parser=parser)
    except (etree.ParserError, ValueError):
        return "", False
    etree.strip_elements(document, etree.Comment, *_IS_NOT_TEXT, with_tail=False)
    before, end, after = _rendered(document).rpartition(_END)
    lines = [line.strip().translate(_GIVEN_BACK) for line in (before or after).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), bool(end)


def _rendered(document: etree._Element) -> str:
    words, keeps_spaces = [], 0
    for event, element in etree.iterwalk(document, events=("start", "end")):
        is_start = event == "start"
        keeps_spaces += (1 if is_start else -1) * (element.tag in _KEEPS_SPACES)
        if not is_start:
            if element.tag in _ENDS_A_LINE:
                words.append("\n")
            elif element.tag in ("td", "th"):
                words.append("\t")
        text = (element.text if is_start else element.tail) or ""
        words.append(text.translate(_KEPT) if keeps_spaces else re.sub(r"\s+", " ", text))
    return "".join(words)
