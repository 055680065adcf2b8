"""What a file is, by its content.

The sender's label and file name are hints at most: much arrives as `application/octet-stream`, and
what is dangerous never says so. The rules have the order that medicine needs: a DICOM image may
begin like a TIFF, a PDF may stand behind a printer's commands, and libraries know neither HL7 nor
C-CDA. What the rules do not know is asked of libmagic, where the machine has it.
"""

import re

from ..safe_xml import decode as decode_xml
from . import optional, text
from .archive import Zip
from .budget import Unopened
from .kinds import Kind
from .name import extension

HEAD = 64 * 1024
PDF_WITHIN = 1024  # bytes (ISO 32000-1, implementation note 13)
DISK_SECTORS = 0x8001  # where the first descriptor of a CD has its name (ECMA-119)

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0\x08\0\0\0", Kind.TIFF),  # with places of 64 bits
    (b"MM\0+\0\x08\0\0", Kind.TIFF),
    (b"{\\rtf", Kind.RTF),
    (b"\x78\x9f\x3e\x22", Kind.TNEF),
    (b"\x1f\x8b\x08", Kind.GZIP),
    (b"Rar!\x1a\x07", Kind.RAR),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"BZh", Kind.ARCHIVE),
    (b"\xfd7zXZ\0", Kind.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", Kind.ARCHIVE),  # Zstandard
    (b"MSCF\0\0\0\0", Kind.ARCHIVE),  # Windows' cabinets
    (b"\x60\xea", Kind.ARCHIVE),  # ARJ
    (b"-----BEGIN PGP MESSAGE", Kind.ENCRYPTED),
    (b"Salted__", Kind.ENCRYPTED),  # OpenSSL
    (b"MZ", Kind.PROGRAM),  # Windows
    (b"\x7fELF", Kind.PROGRAM),
    (b"\xca\xfe\xba\xbe", Kind.PROGRAM),  # Java, macOS
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),  # macOS
    (b"\xce\xfa\xed\xfe", Kind.PROGRAM),
    (b"!<arch>\ndebian", Kind.PROGRAM),
    (b"\xed\xab\xee\xdb", Kind.PROGRAM),  # RPM
    (b"#!", Kind.SCRIPT),
    (b"L\0\0\0\x01\x14\x02\0", Kind.SHORTCUT),
    (b"ITSF\3\0\0\0", Kind.PROGRAM),  # compiled help, which runs scripts
    (b"KDMV", Kind.DISK_IMAGE),
    (b"conectix", Kind.DISK_IMAGE),
    (b"vhdxfile", Kind.DISK_IMAGE),
    (b"QFI\xfb", Kind.DISK_IMAGE),
)
# Where else in a file its signature may stand
ELSEWHERE = (
    (128, b"DICM", Kind.DICOM),
    (257, b"ustar", Kind.TAR),
    (DISK_SECTORS, b"CD001", Kind.DISK_IMAGE),
    (DISK_SECTORS, b"BEA01", Kind.DISK_IMAGE),
    (-512, b"koly", Kind.DISK_IMAGE),  # macOS
)
HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams, by which one tells what an OLE file holds; the first that is found counts
OLE_STREAMS = (
    ("EncryptedPackage", Kind.OFFICE),
    ("__properties_version1.0", Kind.MSG),
    ("WordDocument", Kind.WORD_97),
    ("Workbook", Kind.EXCEL_97),
    ("Book", Kind.EXCEL_97),
    ("PowerPoint Document", Kind.POWERPOINT_97),
)
ZIP_FOLDERS = {"word": Kind.WORD, "xl": Kind.EXCEL, "ppt": Kind.POWERPOINT}
# CMS (RFC 5652): the object identifiers that follow the outermost tag and length
CMS = (
    (bytes.fromhex("06092a864886f70d010702"), Kind.SIGNED),
    (bytes.fromhex("06092a864886f70d010703"), Kind.ENCRYPTED),
    (bytes.fromhex("06092a864886f70d010706"), Kind.ENCRYPTED),
    (bytes.fromhex("060b2a864886f70d0109100117"), Kind.ENCRYPTED),
    (bytes.fromhex("060b2a864886f70d0109100109"), Kind.SIGNED),  # compressed
)
# Of what libmagic says, what has a kind of its own
MAGIC = {
    "audio": Kind.AUDIO,
    "video": Kind.VIDEO,
    "application/x-dosexec": Kind.PROGRAM,
    "application/x-executable": Kind.PROGRAM,
    "application/x-mach-binary": Kind.PROGRAM,
    "application/x-iso9660-image": Kind.DISK_IMAGE,
    "application/x-lzh-compressed": Kind.ARCHIVE,
}
# A text by content that a double click would run
RUN_BY_NAME = re.compile(
    r"\.(?:bat|cmd|com|cpl|desktop|exe|hta|inf|jar|jse?|ms[cip]|pif|ps1|py|reg|sc[frt]|sh"
    r"|vb[es]?|ws[cfh]?)",
    re.I,
)
TABLES = frozenset({".csv", ".tsv", ".tab"})
TABLE_TYPES = frozenset({"text/csv", "text/tab-separated-values"})
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_HL7 = re.compile(rb"(?:\xef\xbb\xbf)?[\x0b\s]*(?:FHS|BHS|MSH)([^\w\s])[^\w\s]{3,5}\1")
_PDF = re.compile(rb"%PDF-[0-9]\.[0-9]")
_HEADER_LINE = re.compile(rb"(?:From |[!-9;-~]{1,60}:[ \t]?)")
# Headers that only a mail has; a memo may have From, To and Subject
_MAIL = re.compile(
    rb"^(?:received|return-path|message-id|mime-version|content-type|delivered-to|dkim-signature)"
    rb":",
    re.I | re.M,
)
_SHORTCUT = re.compile(r"\s*\[(?:InternetShortcut|Desktop Entry)\]", re.I)
_RESOURCE = re.compile(r'"resourceType"\s*:\s*"[A-Z][A-Za-z]+"')
# What may stand before the first element. Possessive: nothing is tried twice
_PROLOG = re.compile(r"(?:(?><\?.*?\?>)|(?><!--.*?-->)|(?><!doctype[^>]*>)|\s++)*+", re.I | re.S)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)[\s/>]", re.I)
_HTML_ROOTS = frozenset(
    {"html", "head", "body", "script", "style", "iframe", "svg", "img", "div", "p"}
)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f\ufffd]")
_FHIR = 'xmlns="http://hl7.org/fhir"'


def kind(name: str, content_type: str, content: bytes) -> Kind:
    """Tell what a file is. Never raises; reads its beginning, and the names in an archive.

    :param name: the sender's file name: of a text it can tell that a double click would run it
    :param content_type: the sender's label: of a text it can tell the encoding, or that it is HTML
    """
    if not content:
        return Kind.EMPTY
    for place, signature, what in ELSEWHERE:
        place = place if place >= 0 else max(len(content) + place, 0)
        if content.startswith(signature, place):
            return what
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")):
        return _kind_of_zip(content)
    for signature, what in SIGNATURES:
        if content.startswith(signature):
            return what
    head = content[:HEAD]
    return (
        _kind_of_container(head, content)
        or _kind_of_message(name, content_type, head)
        or _kind_of_text(name, content_type, head)
        or Kind.OTHER
    )


def label_of(content_type: str) -> str:
    """Return a content type without its parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def _kind_of_zip(content):
    try:
        names = [name.lower() for name in Zip(content).names()]
    except Unopened:
        return Kind.ZIP
    parts = {part for name in names for part in name.split("/")}
    if parts & {"metadata.xml", "ihe_xdm"}:
        return Kind.XDM
    if "meta-inf/manifest.mf" in names and "mimetype" not in names:
        return Kind.PROGRAM  # Java, Android
    if "[content_types].xml" in names:
        folders = (ZIP_FOLDERS.get(name.partition("/")[0]) for name in names)
        return next(filter(None, folders), Kind.OFFICE)
    return Kind.OPEN_DOCUMENT if "mimetype" in names else Kind.ZIP


def _kind_of_container(head, content):
    """What is told by more than its first bytes."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return Kind.BMP
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return Kind.HEIC
    if head.startswith(OLE):
        for stream, what in OLE_STREAMS:
            if stream.encode("utf-16-le") in content:
                return what
        return Kind.OFFICE
    if head.startswith(b"0"):
        for identifier, what in CMS:
            if identifier in head[:24]:
                return what
    return None


def _kind_of_message(name, content_type, head):
    if _HL7.match(head):
        return Kind.HL7
    header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    is_called_mail = label_of(content_type) == "message/rfc822" or extension(
        name or ""
    ).lower() in (".eml", ".mht", ".mhtml")
    if _HEADER_LINE.match(header) and (is_called_mail or _MAIL.search(header)):
        return Kind.EML
    if _PDF.search(head, 0, PDF_WITHIN + 8) and (b" obj" in head or head.lstrip()[:5] == b"%PDF-"):
        return Kind.PDF
    return None


def _kind_of_text(name, content_type, head):
    found, _notices = decode_xml(head) if head.lstrip()[:1] == b"<" else (None, ())
    if found is None:
        found = text.decode(head, content_type).text
    if len(_NOT_TEXT.findall(found)) * 100 > len(found):
        return None
    start = found.lstrip("\ufeff \t\r\n\f")
    root = _ROOT.match(start, _PROLOG.match(start).end())
    root = root[1] if root else ""
    if root == "ClinicalDocument":
        return Kind.CDA
    ending = extension(name or "").lower()
    if _SHORTCUT.match(start) or ending in (".url", ".webloc"):
        return Kind.SHORTCUT
    if RUN_BY_NAME.fullmatch(ending):
        return Kind.SCRIPT
    if root.lower() in _HTML_ROOTS:
        return Kind.HTML
    if root == "ContinuityOfCareRecord":
        return Kind.CCR
    if root and (start.startswith("<?xml") or "xmlns" in start):
        return Kind.FHIR if _FHIR in start.replace("'", '"') else Kind.XML
    if start[:1] in ("{", "["):
        return Kind.FHIR if _RESOURCE.search(start) else Kind.JSON
    if start.startswith(("-----BEGIN PKCS7", "-----BEGIN CMS")):
        return Kind.SIGNED
    label = label_of(content_type)
    if label in HTML_TYPES:
        return Kind.HTML
    return Kind.CSV if ending in TABLES or label in TABLE_TYPES else Kind.TEXT


def known(name: str, content_type: str, content: bytes) -> Kind:
    """Tell what a file is by the rules, else by the library: in the limited process."""
    found = kind(name, content_type, content)
    return by_library(content) if found is Kind.OTHER else found


def by_library(content: bytes) -> Kind:
    """Ask libmagic what the rules do not know; in the limited process, for it is written in C."""
    said = optional.magic(content[:HEAD])
    return MAGIC.get(said) or MAGIC.get(said.partition("/")[0], Kind.OTHER)
