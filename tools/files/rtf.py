"""The words of a rich text document (RTF 1.9), without their looks."""

import codecs
import re

# A control word with its number, a byte, a control symbol, a brace, or text
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?\x20?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)", re.S
)
# Groups that hold no words of the document
LEFT_OUT = frozenset(
    {
        *(b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"fldinst"),
        *(b"themedata", b"datastore", b"listtable", b"listoverridetable", b"rsidtbl", b"xmlnstbl"),
        *(b"latentstyles", b"generator", b"revtbl", b"filetbl", b"colorschememapping"),
    }
)
WORDS = {
    **dict.fromkeys((b"par", b"line", b"row", b"sect", b"page"), "\n"),
    **dict.fromkeys((b"tab", b"cell"), "\t"),
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
}
SYMBOLS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
DEPTH = 1000


def words(content: bytes) -> str:
    """Return the text of a document; what is damaged in it is passed over."""
    reading = _Reading()
    place = 0
    while found := _TOKEN.search(content, place):
        place = found.end()
        word, number, byte, symbol, brace, text = found.groups()
        if word == b"bin":
            place += max(int(number or 0), 0)
        elif word:
            reading.control(word, int(number) if number else None)
        elif byte:
            reading.bytes(bytes.fromhex(byte.decode()))
        elif brace:
            reading.group(opens=brace == b"{")
        elif symbol:
            reading.symbol(symbol)
        else:
            reading.bytes(text)
    reading.flush()
    # Characters beyond 16 bits are written as two halves
    text = "".join(reading.text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reading:
    """Where the reading stands: of each open group whether it is shown, and its `\\uc`."""

    def __init__(self):
        self.text = []
        self.waiting = bytearray()  # of one encoding, to be read together
        self.charset = "cp1252"
        self.groups = []
        self.is_shown, self.skips = True, 1
        self.to_skip = 0

    def control(self, word, number):
        self.flush()
        if word in LEFT_OUT or (word == b"deleted" and number != 0):
            self.is_shown = False
        elif word == b"ansicpg" and number:
            self.charset = _codec(f"cp{number}")
        elif word == b"mac":
            self.charset = "mac_roman"
        elif word == b"uc":
            self.skips = number or 0
        elif word == b"u" and number is not None:
            self._add(chr(number % 0x10000))  # written as a signed number
            self.to_skip = self.skips
        elif word in WORDS:
            self._add(WORDS[word])

    def symbol(self, symbol):
        self.flush()
        if symbol == b"*":
            self.is_shown = False  # something that a reader may not know
        else:
            self._add(SYMBOLS.get(symbol, ""))

    def bytes(self, piece):
        """Take bytes of text; those that stand for the character before, for old readers, go."""
        passed = min(self.to_skip, len(piece))
        self.to_skip -= passed
        if self.is_shown:
            self.waiting += piece[passed:]

    def group(self, *, opens):
        self.flush()
        self.to_skip = 0
        if opens and len(self.groups) < DEPTH:
            self.groups.append((self.is_shown, self.skips))
        elif not opens and self.groups:
            self.is_shown, self.skips = self.groups.pop()

    def flush(self):
        if self.waiting:
            self.text.append(self.waiting.decode(self.charset, "replace"))
            self.waiting.clear()

    def _add(self, text):
        if self.is_shown:
            self.text.append(text)


def _codec(name):
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
