"""The kinds of files: one table says of each what it is called, served as and shown by."""

from dataclasses import dataclass
from enum import StrEnum

from .name import extension

STREAM = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"


class Viewer(StrEnum):
    """How a file is shown inside."""

    NONE = ""  # downloaded only
    PDF = "pdf"
    IMAGE = "image"  # by the browser itself
    PAGES = "pages"  # each page is made a picture that a browser knows
    TEXT = "text"
    TABLE = "table"
    WORDS = "words"  # without their looks
    SHEETS = "sheets"
    CDA = "cda"
    RECORD = "record"  # HL7 v2 and FHIR, as a page for people


@dataclass(frozen=True)
class Traits:
    """`label` is for a reader; `extension` is what a file without a name gets.

    `content_type` is what it is stored and served as: never something that a browser would run;
    `sent_as` is its true one, where that is another and always the same.
    What `is_dangerous` runs when it is opened, and is not offered by one click. What is `shut` is
    not opened here; the text says what to ask the sender for.
    """

    label: str
    extension: str = ""
    content_type: str = STREAM
    viewer: Viewer = Viewer.NONE
    sent_as: str = ""
    is_dangerous: bool = False
    shut: str = ""


OPEN_XML = "application/vnd.openxmlformats-officedocument."
AS_ZIP = (
    "This type of archive can't be opened here."
    " Ask the sender to send the files directly or in a zip file."
)
UNENCRYPTED = (
    "This file is encrypted and can't be opened here. Ask the sender for a copy without encryption."
)


class Kind(StrEnum):
    """What a file is, by its content."""

    PDF = "pdf"
    CDA = "cda"  # a clinical document, C-CDA or plain CDA
    CCR = "ccr"
    HL7 = "hl7"  # HL7 v2
    FHIR = "fhir"
    DICOM = "dicom"
    XDM = "xdm"  # documents in a zip
    ZIP = "zip"  # any other zip
    GZIP = "gzip"
    TAR = "tar"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    ARCHIVE = "archive"  # any other
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    BMP = "bmp"
    TIFF = "tiff"  # faxes
    HEIC = "heic"  # photos of phones
    RTF = "rtf"
    WORD = "word"
    EXCEL = "excel"
    POWERPOINT = "powerpoint"
    WORD_97 = "word97"
    EXCEL_97 = "excel97"
    POWERPOINT_97 = "powerpoint97"
    OPEN_DOCUMENT = "opendocument"
    OFFICE = "office"  # locked, or of another program
    EML = "eml"
    MSG = "msg"
    TNEF = "tnef"  # winmail.dat
    SIGNED = "signed"  # S/MIME with its content inside
    ENCRYPTED = "encrypted"
    CSV = "csv"
    JSON = "json"
    XML = "xml"
    HTML = "html"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    PROGRAM = "program"
    SCRIPT = "script"
    SHORTCUT = "shortcut"
    DISK_IMAGE = "disk"
    EMPTY = "empty"
    OTHER = "other"

    @property
    def traits(self) -> Traits:
        return KINDS[self]

    @property
    def content_type(self) -> str:
        """What to store and serve it as."""
        return KINDS[self].content_type


KINDS = {
    Kind.PDF: Traits("PDF document", ".pdf", "application/pdf", Viewer.PDF),
    # A browser would load the style sheet that a clinical document names
    Kind.CDA: Traits("Clinical document (C-CDA)", ".xml", viewer=Viewer.CDA, sent_as="text/xml"),
    Kind.CCR: Traits(
        "Continuity of Care Record (CCR)", ".xml", viewer=Viewer.TEXT, sent_as="text/xml"
    ),
    Kind.HL7: Traits("HL7 message", ".hl7", viewer=Viewer.RECORD, sent_as="text/plain"),
    Kind.FHIR: Traits("FHIR record", ".json", viewer=Viewer.RECORD),
    Kind.DICOM: Traits("Medical image (DICOM)", ".dcm", "application/dicom", Viewer.PAGES),
    Kind.XDM: Traits("XDM package", ".zip", "application/zip"),
    Kind.ZIP: Traits("Zip file", ".zip", "application/zip"),
    Kind.GZIP: Traits("Compressed file (gzip)", ".gz", "application/gzip"),
    Kind.TAR: Traits("Archive (tar)", ".tar", "application/x-tar"),
    Kind.RAR: Traits("Archive (RAR)", ".rar", shut=AS_ZIP, sent_as="application/vnd.rar"),
    Kind.SEVEN_ZIP: Traits(
        "Archive (7-Zip)", ".7z", shut=AS_ZIP, sent_as="application/x-7z-compressed"
    ),
    Kind.ARCHIVE: Traits("Archive", shut=AS_ZIP),
    Kind.PNG: Traits("Picture (PNG)", ".png", "image/png", Viewer.IMAGE),
    Kind.JPEG: Traits("Picture (JPEG)", ".jpg", "image/jpeg", Viewer.IMAGE),
    Kind.GIF: Traits("Picture (GIF)", ".gif", "image/gif", Viewer.IMAGE),
    Kind.WEBP: Traits("Picture (WebP)", ".webp", "image/webp", Viewer.IMAGE),
    Kind.BMP: Traits("Picture (BMP)", ".bmp", "image/bmp", Viewer.IMAGE),
    Kind.TIFF: Traits("Fax or scan (TIFF)", ".tif", "image/tiff", Viewer.PAGES),
    Kind.HEIC: Traits("Photo (HEIC)", ".heic", "image/heic", Viewer.PAGES),
    Kind.RTF: Traits("Rich text document", ".rtf", "application/rtf", Viewer.WORDS),
    Kind.WORD: Traits(
        "Word document",
        ".docx",
        viewer=Viewer.WORDS,
        sent_as=f"{OPEN_XML}wordprocessingml.document",
    ),
    Kind.EXCEL: Traits(
        "Excel workbook", ".xlsx", viewer=Viewer.SHEETS, sent_as=f"{OPEN_XML}spreadsheetml.sheet"
    ),
    Kind.POWERPOINT: Traits(
        "PowerPoint presentation",
        ".pptx",
        viewer=Viewer.WORDS,
        sent_as=f"{OPEN_XML}presentationml.presentation",
    ),
    Kind.WORD_97: Traits("Word 97–2003 document", ".doc", sent_as="application/msword"),
    Kind.EXCEL_97: Traits(
        "Excel 97–2003 workbook", ".xls", viewer=Viewer.SHEETS, sent_as="application/vnd.ms-excel"
    ),
    Kind.POWERPOINT_97: Traits(
        "PowerPoint 97–2003 presentation", ".ppt", sent_as="application/vnd.ms-powerpoint"
    ),
    Kind.OPEN_DOCUMENT: Traits("OpenDocument file", ".odt", viewer=Viewer.WORDS),
    Kind.OFFICE: Traits("Office document"),
    Kind.EML: Traits("Email message", ".eml", sent_as="message/rfc822"),
    Kind.MSG: Traits("Outlook message", ".msg", sent_as="application/vnd.ms-outlook"),
    Kind.TNEF: Traits("Outlook attachments (winmail.dat)", ".dat", sent_as="application/ms-tnef"),
    Kind.SIGNED: Traits("Signed message (S/MIME)", ".p7m", sent_as="application/pkcs7-mime"),
    Kind.ENCRYPTED: Traits("Encrypted file", ".p7m", shut=UNENCRYPTED),
    Kind.CSV: Traits("Table (CSV)", ".csv", TEXT, Viewer.TABLE, sent_as="text/csv"),
    Kind.JSON: Traits("Data (JSON)", ".json", TEXT, Viewer.TEXT, sent_as="application/json"),
    Kind.XML: Traits("Data (XML)", ".xml", viewer=Viewer.TEXT, sent_as="text/xml"),
    Kind.HTML: Traits("Web page", ".html", viewer=Viewer.TEXT, sent_as="text/html"),
    Kind.TEXT: Traits("Text", ".txt", TEXT, Viewer.TEXT),
    Kind.AUDIO: Traits("Sound"),
    Kind.VIDEO: Traits("Video"),
    Kind.PROGRAM: Traits("Program", is_dangerous=True),
    Kind.SCRIPT: Traits("Program (script)", is_dangerous=True),
    Kind.SHORTCUT: Traits("Shortcut", is_dangerous=True),
    Kind.DISK_IMAGE: Traits("Disk image", is_dangerous=True),
    Kind.EMPTY: Traits("Empty file"),
    Kind.OTHER: Traits("File"),
}

# Of kinds with several forms the name tells which
FORMS = {
    Kind.OPEN_DOCUMENT: {
        ".odt": "application/vnd.oasis.opendocument.text",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
        ".odp": "application/vnd.oasis.opendocument.presentation",
    },
    Kind.FHIR: {".json": "application/fhir+json", ".xml": "application/fhir+xml"},
    Kind.AUDIO: {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav"},
    Kind.VIDEO: {".mp4": "video/mp4", ".mov": "video/quicktime"},
}


def sent_as(kind: Kind, name: str) -> str:
    """Return the true content type of a file, which it is sent with."""
    traits = kind.traits
    if kind in FORMS:
        return FORMS[kind].get(extension(name).lower(), STREAM)
    return traits.sent_as or traits.content_type.partition(";")[0]


def true_extension(content_type: str, name: str) -> str:
    """Return the extension that files of a content type have, with its dot, or nothing.

    :param content_type: the true one (`sent_as`)
    :param name: tells which, of a type with several
    """
    found = [ending for ending, of in _extensions() if of == content_type]
    ending = extension(name).lower()
    return ending if ending in found else next(iter(found), "")


def _extensions():
    """Yield extensions and the content types they stand for; of one type the plainest first."""
    for kind, traits in reversed(KINDS.items()):
        forms = FORMS.get(kind) or {traits.extension: sent_as(kind, "")}
        yield from ((ending, of) for ending, of in forms.items() if ending and of != STREAM)
