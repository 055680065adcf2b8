"""One small file of each kind, named as practices name them; see `docs/files.md`."""

import gzip
import io
import tarfile
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
from PIL import Image, WebPImagePlugin

from ...tools.files.kinds import Kind
from ...tools.files.know import OLE
from . import outlook, real_files

# Odoo has Pillow load some formats only; importing it is what adds this one
assert WebPImagePlugin
DATA = Path(__file__).parent / "data/files"
PDF = (DATA / "in-pdf-bom-before-header.pdf").read_bytes()[3:]
OFFICE_FILES = "odoo/test_mimetypes/tests/testfiles/case"
CCR = (
    b"<ContinuityOfCareRecord xmlns='urn:astm-org:CCR'><Patient><ActorID>1</ActorID></Patient>"
    b"<Actors><Actor><ActorObjectID>1</ActorObjectID><Person><Name><CurrentName><Given>Omar</Given>"
    b"<Family>Reyes</Family></CurrentName></Name></Person></Actor></Actors></ContinuityOfCareRecord>"
)
SLIDE = (
    b"<p:sld xmlns:p='p' xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>"
    b"<a:p><a:r><a:t>Potassium 6.9</a:t></a:r></a:p></p:sld>"
)


@cache
def samples() -> dict[Kind, tuple[str, bytes]]:
    """Return the name and the content of a file of each kind."""
    return {
        Kind.PDF: ("Report.pdf", (DATA / "in-pdfa3-with-ccda-inside.pdf").read_bytes()),
        Kind.CDA: ("Summary.xml", (DATA / "01-nonxmlbody-pdf.xml").read_bytes()),
        Kind.CCR: ("CCR.xml", CCR),
        Kind.HL7: ("Result.hl7", (DATA / "in-hl7-mdm-pdf-in-obx5.hl7").read_bytes()),
        Kind.FHIR: ("Bundle.json", (DATA / "in-fhir-bundle-pdf-inside.json").read_bytes()),
        Kind.DICOM: ("IM0001.dcm", (DATA / "in-dicom-with-tiff-preamble.dcm").read_bytes()),
        Kind.XDM: ("Referral.zip", (DATA / "in-xdm-title-not-shown.zip").read_bytes()),
        Kind.ZIP: ("Records.zip", _zipped(("检查.pdf", PDF))),
        Kind.GZIP: ("Labs.txt.gz", gzip.compress(b"Potassium 6.9", mtime=0)),
        Kind.TAR: ("Labs.tar", _tarred("Labs.txt", b"Potassium 6.9")),
        Kind.RAR: ("Records.rar", b"Rar!\x1a\x07\1\0 and more"),
        Kind.SEVEN_ZIP: ("Records.7z", b"7z\xbc\xaf\x27\x1c and more"),
        Kind.ARCHIVE: ("Records.bz2", b"BZh91AY&SY and more"),
        Kind.PNG: ("Wound.png", _picture("PNG")),
        Kind.JPEG: ("Rash.JPG", _picture("JPEG")),
        Kind.GIF: ("Logo.gif", _picture("GIF")),
        Kind.WEBP: ("Skin.webp", _picture("WEBP")),
        Kind.BMP: ("Scan.bmp", _picture("BMP")),
        Kind.TIFF: ("Fax.tif", (DATA / "out-fax-3-pages-g4.tif").read_bytes()),
        Kind.HEIC: ("IMG_0042.HEIC", real_files.content("heif/RGB_8__128x128.heif")),
        Kind.RTF: ("Letter.rtf", rb"{\rtf1\ansi Potassium 6.9, 5 \'b5g}"),
        Kind.WORD: ("Letter.docx", real_files.content("test_files/test.docx")),
        Kind.EXCEL: ("Results.xlsx", _workbook()),
        Kind.POWERPOINT: (
            "Conference.pptx",
            _zipped(("[Content_Types].xml", b"<Types/>"), ("ppt/slides/slide1.xml", SLIDE)),
        ),
        Kind.WORD_97: ("Old letter.doc", real_files.content(f"{OFFICE_FILES}.doc")),
        Kind.EXCEL_97: ("Old results.xls", real_files.content(f"{OFFICE_FILES}.xls")),
        Kind.POWERPOINT_97: ("Old.ppt", OLE + "PowerPoint Document".encode("utf-16-le")),
        Kind.OPEN_DOCUMENT: ("Brief.odt", real_files.content("simpletable.odt")),
        Kind.OFFICE: ("Drawing.vsd", OLE + bytes(100)),
        Kind.EML: ("Forwarded.eml", (DATA / "in-eml-with-pdf-inside.eml").read_bytes()),
        Kind.MSG: ("Saved.msg", outlook.message("Results", "K 6.9", ("Labs.pdf", "", PDF))),
        Kind.TNEF: ("winmail.dat", (DATA / "in-tnef-two-files-winmail.dat").read_bytes()),
        Kind.SIGNED: ("smime.p7m", (DATA / "in-smime-signed-opaque.p7m").read_bytes()),
        Kind.ENCRYPTED: ("Letter.pgp", b"-----BEGIN PGP MESSAGE-----\n\nabc\n"),
        Kind.CSV: ("Labs.csv", (DATA / "in-csv-windows-1252.csv").read_bytes()),
        Kind.JSON: ("Values.json", b'{"potassium": 6.9}'),
        Kind.XML: ("Values.xml", b"<?xml version='1.0'?><potassium>6.9</potassium>"),
        Kind.HTML: ("Page.html", b"<!DOCTYPE html><p>Potassium 6.9</p><script>alert(1)</script>"),
        Kind.TEXT: ("Letter 📄 Дорогая.txt", (DATA / "in-text-windows-1252.txt").read_bytes()),
        Kind.AUDIO: ("Dictation.mp3", b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 100),
        Kind.VIDEO: ("Gait.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64)),
        Kind.PROGRAM: ("scan.pdf", b"MZ\x90\0 and more"),
        Kind.SCRIPT: ("scan.pdf.js", b"alert(1)"),
        Kind.SHORTCUT: ("Portal.url", b"[InternetShortcut]\r\nURL=https://portal.example"),
        Kind.DISK_IMAGE: ("Study.iso", bytes(0x8001) + b"CD001\1"),
        Kind.EMPTY: ("Empty.pdf", b""),
        Kind.OTHER: ("Unknown.xyz", bytes(range(256)) * 4),
    }


def _zipped(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            packed.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _tarred(name, content):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        packed.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _picture(form):
    """A picture that is red on the left and blue on the right."""
    buffer, picture = io.BytesIO(), Image.new("RGB", (64, 32), (255, 0, 0))
    picture.paste((0, 0, 255), (32, 0, 64, 32))
    picture.save(buffer, form)
    return buffer.getvalue()


def _workbook():
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Potassium", 6.9])
    book.save(buffer)
    return buffer.getvalue()
