"""The characters of a text from outside. Its bytes are never changed; what is shown is UTF-8.

Most texts do not say in which encoding they are, and a wrong guess makes a dose unreadable. So
what is certain goes first: marks, what the mail says, UTF-8. Detection is only asked about what is
left, and about little text it is not believed: two bytes are as well a degree sign and a micro
sign as one Chinese character, and here they are a temperature and a dose.
"""

import codecs
from dataclasses import dataclass

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WINDOWS = "windows-1252"
# What calls itself one of these is Windows-1252, as in every browser
LATIN = frozenset({"ascii", "iso8859-1", "cp1252"})
# Encodings that say nothing about characters, or hide them from whoever looks at the bytes
NOT_DECLARED = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})
OF_ONE_BYTE = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("cp850", "mac_roman"),
]
OF_MORE = ["cp932", "euc_jp", "gb18030", "big5", "euc_kr"]
ENOUGH = 12  # letters beyond ASCII that detection needs
MANY = 0.25  # of all bytes: a text in another script
SAMPLE = 32 * 1024


@dataclass(frozen=True)
class Text:
    """What a text says; `charset` is the encoding that it was read by."""

    text: str
    charset: str


def decode(content: bytes, content_type: str = "") -> Text:
    """Return the characters of a text. Never fails; what cannot be read becomes U+FFFD.

    :param content_type: as it was declared; its `charset` is believed if the bytes allow it
    """
    for mark, charset in MARKS:
        if content.startswith(mark):
            return Text(content[len(mark) :].decode(charset, "replace"), charset)
    # Bytes that happen to be UTF-8 are UTF-8, whatever calls them Latin
    label = declared(content_type)
    likely = ("utf-8", label) if label in LATIN else (label, "utf-8")
    for charset in (_utf_16(content), *likely):
        if charset and (found := _strictly(content, charset)):
            return found
    return _detected(content)


def declared(content_type: str) -> str:
    """Return the encoding that a content type declares, by Python's name of it, or nothing."""
    for parameter in (content_type or "").split(";")[1:]:
        name, _equals, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                codec = codecs.lookup(value.strip(" \"'"))
            except (LookupError, ValueError):
                return ""
            is_text = getattr(codec, "_is_text_encoding", True)
            return codec.name if is_text and codec.name not in NOT_DECLARED else ""
    return ""


def _strictly(content, charset):
    if charset in LATIN:
        if content.isascii():
            return Text(content.decode("ascii"), "utf-8")
        if charset == "ascii":
            return None  # so it is wrong about itself
        charset = WINDOWS
    try:
        # The last character may be cut in two
        return Text(codecs.getincrementaldecoder(charset)().decode(content), charset)
    except (ValueError, LookupError):
        return None


def _utf_16(content):
    """Tell UTF-16 without a mark: every second byte of Western text is zero."""
    sample = content[:SAMPLE]
    half = len(sample) // 2
    if not half or len(content) % 2 or b"\0" not in sample:
        return ""
    first, second = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if second > 0.5 and first < 0.05:
        return "utf-16-le"
    return "utf-16-be" if first > 0.5 and second < 0.05 else ""


def _detected(content):
    beyond = len(content) - len(content.translate(None, bytes(range(0x80, 0x100))))
    wrong = len(content) - len(content.decode("utf-8", "ignore").encode())
    if wrong * 10 < beyond:  # UTF-8 with something else pasted into it
        return Text(content.decode("utf-8", "windows_1252_bytes"), "utf-8")
    is_another_script = beyond > MANY * len(content)
    if (beyond >= ENOUGH or is_another_script) and b"\0" not in content[:SAMPLE]:
        candidates = OF_ONE_BYTE + OF_MORE if is_another_script else OF_ONE_BYTE
        matches = from_bytes(content[:SAMPLE], cp_isolation=candidates)
        best = matches.best()
        western = next((match for match in matches if match.encoding == "cp1252"), best)
        # Of equals the one that Windows writes here
        if best and western.chaos <= best.chaos and western.coherence >= best.coherence:
            best = western
        if best and (found := _strictly(content, best.encoding)):
            return found
    for charset in (WINDOWS, "cp850"):
        if found := _strictly(content, charset):
            return found
    return Text(content.decode("utf-8", "windows_1252_bytes"), "utf-8")


def _windows_1252(error):
    """Take each byte that is not UTF-8 for Windows-1252: a pasted character, or a wrong label."""
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("windows_1252_bytes", _windows_1252)
