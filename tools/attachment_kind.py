"""What a file from outside really is, by its content, and a name for it that can do no harm.

The sender's label and file name are hints at most: much arrives as `application/octet-stream`, and
what is dangerous never says so. Signatures: the registrations of the formats named.
"""

import re
import unicodedata
from enum import StrEnum

from .safe_xml import decode
from .zip_reader import BadZip, ZipReader


class Kind(StrEnum):
    """What a file is."""

    PDF = "pdf"
    CDA = "cda"  # a clinical document, C-CDA or plain CDA
    XDM = "xdm"  # documents in a zip
    ZIP = "zip"  # any other zip
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    TIFF = "tiff"  # faxes
    RTF = "rtf"
    XML = "xml"  # any other XML
    HTML = "html"
    TEXT = "text"
    EXECUTABLE = "executable"
    OTHER = "other"

    @property
    def content_type(self) -> str:
        """What to serve it as; nothing that a browser would run is named for what it is."""
        return CONTENT_TYPES.get(self, "application/octet-stream")

    @property
    def opens_inline(self) -> bool:
        """Whether a browser may show it by itself, served with `nosniff`."""
        return self in INLINE


CONTENT_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.CDA: "application/octet-stream",  # a browser would load the style sheet that it names
    Kind.XDM: "application/zip",
    Kind.ZIP: "application/zip",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.GIF: "image/gif",
    Kind.TIFF: "image/tiff",
    Kind.RTF: "application/rtf",
    Kind.TEXT: "text/plain; charset=utf-8",
}
INLINE = frozenset({Kind.PDF, Kind.PNG, Kind.JPEG, Kind.GIF, Kind.TEXT})
EXTENSIONS = {
    Kind.PDF: (".pdf",),
    Kind.CDA: (".xml", ".cda", ".ccda", ".ccd"),
    Kind.XDM: (".zip", ".xdm"),
    Kind.ZIP: (".zip",),
    Kind.PNG: (".png",),
    Kind.JPEG: (".jpg", ".jpeg", ".jpe"),
    Kind.GIF: (".gif",),
    Kind.TIFF: (".tif", ".tiff"),
    Kind.RTF: (".rtf",),
}
SIGNATURES = (
    (b"%PDF-", Kind.PDF),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"{\\rtf", Kind.RTF),
    (b"MZ", Kind.EXECUTABLE),  # Windows
    (b"\x7fELF", Kind.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", Kind.EXECUTABLE),  # Java, macOS
    (b"\xcf\xfa\xed\xfe", Kind.EXECUTABLE),  # macOS
    (b"\xce\xfa\xed\xfe", Kind.EXECUTABLE),
    (b"#!", Kind.EXECUTABLE),
    (b"L\0\0\0\x01\x14\x02\0", Kind.EXECUTABLE),  # a Windows shortcut
)
# A text by content that a double click would run
RUN_BY_NAME = re.compile(
    r"\.(?:bat|cmd|com|cpl|desktop|exe|hta|inf|jar|jse?|lnk|ms[cip]|pif|ps1|py|reg|sc[frt]|sh|url"
    r"|vb[es]?|ws[cfh]?)",
    re.I,
)
HEAD = 64 * 1024
NAME_MAX = 200  # bytes: file systems have 255, and copies get longer names
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,10}$")

# What may stand before the first element. Possessive: nothing is tried twice
_PROLOG = re.compile(r"(?:(?><\?.*?\?>)|(?><!--.*?-->)|(?><!doctype[^>]*>)|\s++)*+", re.I | re.S)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)[\s/>]", re.I)
_HTML_ROOTS = frozenset(
    {"html", "head", "body", "script", "style", "iframe", "svg", "img", "div", "p"}
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.I)


def kind(name: str, content_type: str, content: bytes) -> Kind:
    """Tell what a file is. Never raises, and reads no more than its beginning and a zip's names.

    :param name: the sender's file name: of a text it can tell that a double click would run it
    :param content_type: the sender's label: of a text it can tell that it is HTML
    """
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(content)
    for signature, what in SIGNATURES:
        if content.startswith(signature):
            return what
    return _kind_of_text(name, content_type, content[:HEAD])


def _kind_of_zip(content):
    try:
        files = ZipReader(content).files()
    except BadZip:
        return Kind.ZIP
    names = [file.filename.replace("\\", "/").lower() for file in files]
    parts = {part for name in names for part in name.split("/")}
    if parts & {"metadata.xml", "ihe_xdm"}:
        return Kind.XDM
    if "meta-inf" in parts:
        return Kind.EXECUTABLE  # Java, Android
    if parts & {"[content_types].xml", "mimetype"}:
        return Kind.OTHER  # office documents, books
    return Kind.ZIP


def _kind_of_text(name, content_type, head):
    text, _notices = decode(head)
    if not text or text.count("\ufffd") * 100 > len(text):
        return Kind.OTHER
    root = _ROOT.match(text, _PROLOG.match(text).end())
    root = root[1] if root else ""
    if root == "ClinicalDocument":
        return Kind.CDA
    if RUN_BY_NAME.fullmatch(_extension(name or "")):
        return Kind.EXECUTABLE
    if root.lower() in _HTML_ROOTS:
        return Kind.HTML
    if root and (text.startswith("<?xml") or "xmlns" in text):
        return Kind.XML
    labelled = (content_type or "").partition(";")[0].strip().lower()
    return Kind.HTML if labelled in ("text/html", "application/xhtml+xml") else Kind.TEXT


def safe_name(name: str | None, what: Kind | None = None) -> str:
    """Return a file name that can be shown, stored and downloaded anywhere.

    Letters of all scripts stay. Folders, control characters, characters that turn the direction
    of a text (which make `fdp.exe` look like `exe.pdf`), and what Windows does not allow go. The
    extension is kept when a name is cut to `NAME_MAX` bytes; a name that is empty, or that
    Windows reserves, gets one that it can have.

    :param what: if given, the extension becomes one of this kind's unless it is one already
    """
    name = unicodedata.normalize("NFC", (name or "").replace("\\", "/"))
    name = name.rstrip("/ .").rpartition("/")[2]
    # Categories: control and format characters, surrogates, private use, line and paragraph ends
    name = "".join(" " if c.isspace() else c for c in name)
    name = "".join(c for c in name if unicodedata.category(c) not in _HIDDEN)
    name = " ".join(re.sub(r'[<>:"|?*]', "_", name).split()).strip(". ")
    extension = _extension(name)
    stem = name.removesuffix(extension).strip(". ") or "document"
    if what in EXTENSIONS and extension.lower() not in EXTENSIONS[what]:
        stem, extension = f"{stem}{extension}", EXTENSIONS[what][0]
    if _RESERVED.fullmatch(stem.partition(".")[0].strip()):
        stem = f"_{stem}"
    cut = stem.encode()[: NAME_MAX - len(extension)].decode(errors="ignore")
    return cut.rstrip(". ") + extension


def _extension(name):
    return found[0] if (found := _EXTENSION.search(name)) else ""
