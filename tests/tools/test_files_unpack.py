import base64
import gzip
import io
import json
import os
import tarfile
import zipfile
import zlib
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...hisp import arrival
from ...hisp.arrival import NOT_READ
from ...hisp.base import Attachment
from ...tools.files import archive, check, dicom, mail, optional, package, pdf, records, unpack
from ...tools.files.budget import TOO_DEEP, TOO_LONG, TOO_MUCH, Budget
from ...tools.files.kinds import AS_ZIP, UNENCRYPTED, Kind
from ...tools.files.know import OLE
from ...tools.files.limited import Reader
from .clinical_documents import document

DATA = Path(__file__).parent / "data/files"
REPORT = "one page"  # stands for a PDF in the table below


def attachment(name, content=None, content_type="application/octet-stream"):
    content = (DATA / name).read_bytes() if content is None else content
    return Attachment(name, content_type, content)


def zipped(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files:
            file.writestr(name, content)
    return buffer.getvalue()


def tarred(*files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
    return buffer.getvalue()


def bomb(megabytes, name="a.txt"):
    return zipped((name, bytes(megabytes * 1024 * 1024)))


def cda(body="", entries=""):
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Consult</title>'
        f"<component>{body}</component>{entries}</ClinicalDocument>"
    ).encode()


def hl7(*segments):
    return "\r".join(["MSH|^~\\&|LAB|HOSP|||20260601||ORU^R01|1|P|2.5.1", *segments]).encode()


PDF = (DATA / "in-pdf-bom-before-header.pdf").read_bytes()[3:]
BASE64 = base64.b64encode(PDF).decode()


class Reading(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.enterClassContext(Reader())

    def arrived(self, *attachments, **budget):
        return arrival.read(self.reader, attachments, Budget(**budget))


@tagged("post_install", "-at_install")
class TestFilesOfPractices(Reading):
    def test_what_is_in_each(self):
        """Kind, name as shown, and in which file of the list, of each that was found in it."""
        for name, inner, notices in (
            ("01-nonxmlbody-pdf.xml", [(Kind.PDF, "Summary.pdf", 0)], []),
            ("02-nonxmlbody-text-latin1.xml", [(Kind.TEXT, "Summary.txt", 0)], []),
            ("22-letter-called-readme.zip", [(Kind.TEXT, "readme.txt", 0)], []),
            ("23-xdm-without-uri.zip", [(Kind.CDA, "Summary.XML", 0)], []),
            (
                "forward-zip-is-missing.zip",
                [(Kind.PDF, "Bericht Müller.pdf", 0), (Kind.PDF, "検査結果.pdf", 0)],
                [],
            ),
            ("in-csv-windows-1252.csv", [], []),
            (
                "in-dicom-with-tiff-preamble.dcm",
                [],
                [dicom.STUDY.format("Testcase Berta", "OT")],
            ),
            (
                "in-eml-with-pdf-inside.eml",
                [(Kind.TEXT, "Forwarded results.txt", 0), (Kind.PDF, "r.pdf", 0)],
                [],
            ),
            ("in-fhir-bundle-pdf-inside.json", [(Kind.PDF, "document.pdf", 0)], []),
            ("in-hl7-mdm-pdf-in-obx5.hl7", [(Kind.PDF, "Consult.pdf", 0)], []),
            ("in-pdf-bom-before-header.pdf", [], []),
            ("in-pdf-line-ends-before-header.pdf", [], []),
            ("in-pdf-printer-header-before.pdf", [], []),
            ("in-pdf-truncated.pdf", [], [archive.DAMAGED]),
            ("in-pdf-zero-pages.pdf", [], [archive.DAMAGED]),
            ("in-pdf-with-program-inside.pdf", [(Kind.PROGRAM, "invoice.exe", 0)], []),
            ("in-pdfa3-with-ccda-inside.pdf", [(Kind.CDA, "CCD.xml", 0)], []),
            (
                "in-smime-signed-opaque.p7m",
                [
                    (Kind.EML, "document.eml", 0),
                    (Kind.TEXT, "Message.txt", 1),
                    (Kind.PDF, "r.pdf", 1),
                ],
                [],
            ),
            ("in-text-form-feed.txt", [], []),
            (
                "in-tnef-two-files-winmail.dat",
                [
                    (Kind.TEXT, "Message.txt", 0),
                    (Kind.PDF, "report.pdf", 0),
                    (Kind.PDF, "second.pdf", 0),
                ],
                [],
            ),
            ("in-xdm-title-not-shown.zip", [(Kind.PDF, "Echocardiogram 2026-06-01.PDF", 0)], []),
            ("out-and-forward-180-megapixel.png", [], []),
            ("out-fax-3-pages-g4.tif", [], []),
            ("out-photo-2000px.jpg", [], []),
            ("out-xdm-docx-becomes-doc.docx", [], []),
        ):
            with self.subTest(name):
                first, *found = self.arrived(attachment(name)).documents
                self.assertEqual((first.name, first.shown_name), (name, name))
                self.assertEqual(first.content, (DATA / name).read_bytes())
                self.assertEqual(list(first.notices), notices)
                self.assertEqual([(one.kind, one.shown_name, one.inside) for one in found], inner)

    def test_whole_files_come_out_to_the_byte(self):
        for name in (
            "in-eml-with-pdf-inside.eml",
            "in-fhir-bundle-pdf-inside.json",
            "in-hl7-mdm-pdf-in-obx5.hl7",
            "in-smime-signed-opaque.p7m",
            "in-tnef-two-files-winmail.dat",
            "in-xdm-title-not-shown.zip",
        ):
            with self.subTest(name):
                inner = [one for one in self.arrived(attachment(name)).documents if one.pages]
                self.assertTrue(inner)
                for one in inner:
                    self.assertTrue(one.content.startswith(b"%PDF-1.3"))
                    self.assertTrue(one.content.endswith(b"%%EOF\n"))
                    self.assertEqual(one.pages, 1)

    def test_whom_they_are_about(self):
        berta = date(1961, 4, 17)
        for name, first, family, born, numbers in (
            ("01-nonxmlbody-pdf.xml", "Omar", "Reyes", date(1958, 6, 12), ("P-1",)),
            ("23-xdm-without-uri.zip", "Omar", "Reyes", date(1958, 6, 12), ("P-1",)),
            ("in-dicom-with-tiff-preamble.dcm", "Berta", "Testcase", None, ("T1",)),
            ("in-fhir-bundle-pdf-inside.json", "Berta", "Testcase", berta, ()),
            ("in-hl7-mdm-pdf-in-obx5.hl7", "Berta", "Testcase", berta, ("TEST123",)),
            (
                "in-pdfa3-with-ccda-inside.pdf",
                "Isabella",
                "Jones",
                date(1950, 12, 19),
                ("98765432", "12345679"),
            ),
        ):
            with self.subTest(name):
                [person] = self.arrived(attachment(name)).persons
                self.assertEqual(
                    (person.given, person.family, person.birth_date, person.record_numbers),
                    (first, family, born, numbers),
                )

    def test_two_patients_in_one_file_are_none(self):
        patient = {"resourceType": "Patient", "name": [{"family": "Quill"}]}
        other = {"resourceType": "Patient", "name": [{"family": "Reyes"}]}
        for what, content, count in (
            ("FHIR, one twice", json.dumps([patient, patient]).encode(), 1),
            ("FHIR", json.dumps([patient, other]).encode(), 0),
            ("HL7", hl7("PID|1||1||Quill^Mary", "PID|2||2||Reyes^Omar"), 0),
        ):
            with self.subTest(what):
                self.assertEqual(len(self.arrived(attachment("a", content)).persons), count)

    def test_names_of_a_patient(self):
        names = [
            {"use": "maiden", "family": "Old", "given": ["A"]},
            {"use": "usual", "family": "Ended", "period": {"end": "2010-01-01"}},
            {"use": "official", "family": "Quill", "given": ["Mary", "Ann"]},
        ]
        resource = {"resourceType": "Patient", "name": names, "birthDate": "1980", "gender": 7}
        [person] = self.arrived(attachment("a", json.dumps(resource).encode())).persons
        self.assertEqual((person.given, person.family), ("Mary Ann", "Quill"))
        self.assertEqual((person.birth_date, person.sex), (None, ""))

    def test_what_is_wrong_is_said(self):
        macros = zipped(("[Content_Types].xml", "x"), ("word/vbaProject.bin", "x"))
        for what, content, said in (
            ("nothing", b"", check.EMPTY),
            ("a program", b"MZ\x90\0", check.PROGRAM),
            ("a script", b"#!/bin/sh\n", check.PROGRAM),
            ("a shortcut", b"[InternetShortcut]\r\nURL=http://evil.example", check.SHORTCUT),
            ("a disk", bytes(0x8001) + b"CD001\1", check.DISK),
            ("macros", macros, check.MACROS),
            ("old macros", OLE + "_VBA_PROJECT".encode("utf-16-le"), check.MACROS),
            ("a locked document", OLE + "EncryptedPackage".encode("utf-16-le"), pdf.LOCKED),
            ("RAR", b"Rar!\x1a\x07\1\0", AS_ZIP),
            ("7z", b"7z\xbc\xaf\x27\x1c", AS_ZIP),
            ("PGP", b"-----BEGIN PGP MESSAGE-----\n", UNENCRYPTED),
            (
                "enveloped",
                bytes.fromhex("308006092a864886f70d010703a080"),
                UNENCRYPTED,
            ),
            (
                "half a picture",
                (DATA / "out-photo-2000px.jpg").read_bytes()[:9000],
                archive.DAMAGED,
            ),
            ("half a fax", (DATA / "out-fax-3-pages-g4.tif").read_bytes()[:900], archive.DAMAGED),
            ("half a zip", bomb(1)[:200], archive.DAMAGED),
            ("half a gzip", gzip.compress(bytes(range(256)) * 9)[:100], archive.DAMAGED),
            ("half a tar", tarred(("a", b"a" * 5000))[:1024], archive.DAMAGED),
            (
                "half a signed message",
                (DATA / "in-smime-signed-opaque.p7m").read_bytes()[:900],
                archive.DAMAGED,
            ),
            ("a locked PDF", locked_pdf(), pdf.LOCKED),
            ("FHIR that is no JSON", b'{"resourceType": "Bundle", ', archive.DAMAGED),
            (
                "FHIR too deep",
                b'{"resourceType": "Bundle", "a": ' + b"[" * 90_000,
                records.TOO_COMPLEX,
            ),
        ):
            with self.subTest(what):
                first = self.arrived(attachment("a", content)).documents[0]
                self.assertIn(said, first.notices)
                self.assertEqual(first.content, content)

    def test_a_zip_with_a_password(self):
        content = bytearray(zipped(("a.txt", "secret")))
        content[content.index(b"PK\1\2") + 8] |= 1
        [first] = self.arrived(attachment("a.zip", bytes(content))).documents
        self.assertEqual(first.notices, (package.NOT_SHOWN.format("a.txt", archive.LOCKED),))

    def test_a_disc_with_images_is_one_entry_with_its_reports(self):
        image = (DATA / "in-dicom-with-tiff-preamble.dcm").read_bytes()
        images = [(f"DICOM/IM{number:04}", image) for number in range(200)]
        viewer = [(f"VIEWER/{number}.DLL", b"MZ") for number in range(20)]
        content = zipped(("DICOMDIR", image), *images, ("REPORT.PDF", PDF), *viewer)
        first, *found = self.arrived(attachment("CD.zip", content)).documents
        self.assertEqual(first.notices, (package.OF_DISC.format(200, 22),))
        self.assertEqual([one.name for one in found], ["REPORT.PDF", "IM0000"])
        self.assertEqual(found[1].person.family, "Testcase")

    def test_a_signature_without_its_document(self):
        content = (DATA / "in-smime-signed-opaque.p7m").read_bytes()
        with patch.object(mail.cms.ContentInfo, "load") as load:
            load.return_value = {
                "content_type": mail.cms.ContentType("signed_data"),
                "content": mail.cms.SignedData({"encap_content_info": {"content_type": "data"}}),
            }
            found = arrival.opened(attachment("a.p7s", content), Budget()).documents
        self.assertEqual(found[0].notices, (mail.SIGNED_ONLY,))


def locked_pdf():
    pikepdf = optional.load("pikepdf")
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as opened:
        opened.save(buffer, encryption=pikepdf.Encryption(user="a", owner="b"))
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestForms(Reading):
    """The ways in which files are inside others, beyond those that practices sent us."""

    def test_forms(self):
        attached = f"<text mediaType='application/pdf' representation='B64'>{BASE64}</text>"
        small = base64.b64encode(zlib.compress(PDF)).decode()
        deflated = attached.replace(BASE64, small).replace(" rep", " compression='ZL' rep")
        media = attached.replace("text", "value")
        signed = (DATA / "in-smime-signed-opaque.p7m").read_bytes()
        armored = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed) + b"-----END PKCS7-----\n"
        binary = {"resourceType": "Binary", "contentType": "application/pdf", "data": BASE64}
        for what, content in (
            ("gzip", gzip.compress(PDF)),
            ("gzip of tar", gzip.compress(tarred(("a.pdf", PDF)))),
            ("tar", tarred(("a/b.pdf", PDF))),
            ("zip in zip in zip", zipped(("a.zip", zipped(("b.zip", zipped(("c.pdf", PDF))))))),
            (
                "mail in mail",
                b"MIME-Version: 1.0\nContent-Type: application/octet-stream\n"
                b"Content-Transfer-Encoding: base64\n\n"
                + base64.encodebytes((DATA / "in-eml-with-pdf-inside.eml").read_bytes()),
            ),
            ("signed, as text", armored),
            ("C-CDA", cda(f"<nonXMLBody>{attached}</nonXMLBody>")),
            ("C-CDA, compressed", cda(f"<nonXMLBody>{deflated}</nonXMLBody>")),
            (
                "C-CDA, media",
                cda("<structuredBody/>", f"<observationMedia>{media}</observationMedia>"),
            ),
            ("HL7", hl7(f"OBX|1|ED|1^Report^L||^application^pdf^Base64^{BASE64}")),
            ("HL7, other names", hl7(f"OBX|1|ED|1||LAB^^application/pdf^BASE64^{BASE64}")),
            ("HL7, lines", hl7(f"OBX|1|ED|1||^AP^PDF^Base64^{BASE64[:76]}\\.br\\{BASE64[76:]}")),
            ("HL7, hexadecimal", hl7(f"OBX|1|ED|1||^application^pdf^Hex^{PDF.hex()}")),
            ("HL7, repeated", hl7(f"OBX|1|ED|1||^TX^^A^text~^application^pdf^Base64^{BASE64}")),
            (
                "HL7, batch",
                b"\x0bFHS|^~\\&|\nBHS|^~\\&|\n"
                + hl7(f"OBX|1|ED|1||^application^pdf^Base64^{BASE64}")
                + b"\r\x1c\r",
            ),
            ("FHIR Binary", json.dumps(binary).encode()),
            ("FHIR, without padding", json.dumps({**binary, "data": BASE64.rstrip("=")}).encode()),
            (
                "FHIR XML",
                f"<Binary xmlns='http://hl7.org/fhir'><contentType value='application/pdf'/>"
                f"<data value='{BASE64}'/></Binary>".encode(),
            ),
            (
                "FHIR, contained",
                json.dumps({"resourceType": "Basic", "contained": [binary]}).encode(),
            ),
        ):
            with self.subTest(what):
                read = self.arrived(attachment("a", content))
                self.assertEqual(read.documents[0].notices, ())
                self.assertIn(PDF.strip(), [one.content.strip() for one in read.documents])

    def test_what_is_missing_is_said_and_the_rest_is_there(self):
        good = f"OBX|2|ED|1||^application^pdf^Base64^{BASE64}"
        attached = {"contentType": "application/pdf"}
        for what, content, said in (
            ("HL7 pointer", hl7("OBX|1|RP|1||file.pdf", good), records.ELSEWHERE),
            ("HL7", hl7("OBX|1|ED|1||^a^b^Base64^!", good), records.DAMAGED_INSIDE),
            (
                "FHIR",
                json.dumps(
                    {
                        "resourceType": "Basic",
                        "a": [{**attached, "data": "!"}, {**attached, "data": BASE64}],
                    }
                ).encode(),
                records.DAMAGED_INSIDE,
            ),
            (
                "C-CDA",
                cda(
                    "<nonXMLBody><text mediaType='application/pdf'><reference value='a.pdf'/>"
                    "</text></nonXMLBody>",
                    f"<observationMedia><value representation='B64'>{BASE64}</value>"
                    "</observationMedia>",
                ),
                records.ELSEWHERE,
            ),
        ):
            with self.subTest(what):
                first, *found = self.arrived(attachment("a", content)).documents
                self.assertEqual(first.notices, (said,))
                self.assertEqual([one.content for one in found], [PDF])

    def test_without_a_library_it_says_so(self):
        """Each is optional; a PDF without anything in it is shown as ever."""
        for name, module, notice in (
            ("in-pdfa3-with-ccda-inside.pdf", "pikepdf", "pikepdf"),
            ("in-pdf-bom-before-header.pdf", "pikepdf", ""),
            ("in-tnef-two-files-winmail.dat", "tnefparse", "tnefparse"),
            ("in-dicom-with-tiff-preamble.dcm", "pydicom", "pydicom"),
        ):
            with self.subTest(name), ExitStack() as stack:
                stack.enter_context(patch.dict("sys.modules", {module: None}))
                [first] = arrival.opened(attachment(name), Budget()).documents
                expected = (optional.MISSING.format(notice),) if notice else ()
                self.assertEqual(first.notices, expected)
                self.assertFalse(first.is_shut)


@tagged("post_install", "-at_install")
class TestBudget(Reading):
    """One budget for a message; the message arrives, and so does the next."""

    def size(self, read):
        return sum(len(one.content) for one in read.documents if one.inside is not None)

    def test_bombs(self):
        fine = attachment("fine.zip", zipped(("a.pdf", PDF)))
        large = bomb(50)
        many = [attachment(f"{n}.zip", large) for n in range(48)]
        wide = zipped(*((f"{n}.txt", "x") for n in range(2000)))
        deep = b"x"
        for _ in range(50):
            deep = zipped(("a.zip", deep))
        for what, attachments, said in (
            ("one of 300 MB", [attachment("a.zip", bomb(300))], TOO_MUCH),
            ("48 zips", many, TOO_MUCH),
            (
                "a zip of zips",
                [attachment("a.zip", zipped(*((f"{n}.zip", large) for n in range(48))))],
                TOO_MUCH,
            ),
            ("gzip", [attachment("a.gz", gzip.compress(bytes(300 * 1024 * 1024)))], TOO_MUCH),
            ("many files", [attachment("a.zip", wide)], TOO_MUCH),
            ("deep", [attachment("a.zip", deep)], TOO_DEEP),
        ):
            with self.subTest(what):
                read = self.arrived(*attachments, fine)
                self.assertTrue(any(said in one.notices for one in read.documents))
                self.assertLessEqual(self.size(read), Budget().bytes)
                self.assertLessEqual(len(read.documents), Budget().documents + len(attachments) + 1)
                # Nothing that was attached is missing, whatever was opened
                outer = [one.name for one in read.documents if one.inside is None]
                self.assertEqual(outer, [one.name for one in (*attachments, fine)])
                again = self.arrived(fine)
                self.assertEqual([one.content for one in again.documents[1:]], [PDF])

    def test_what_was_read_before_stays(self):
        read = self.arrived(
            attachment("a.zip", zipped(("a.pdf", PDF), ("b.txt", bytes(10_000)), ("c.pdf", PDF))),
            bytes=5000,
        )
        self.assertEqual([one.content for one in read.documents[1:]], [PDF])
        self.assertEqual(read.documents[0].notices, (TOO_MUCH,))

    def test_no_time_is_left(self):
        read = self.arrived(attachment("a.zip", zipped(("a.pdf", PDF))), seconds=0)
        self.assertEqual([one.notices for one in read.documents], [(TOO_LONG,)])
        self.assertEqual(read.documents[0].kind, Kind.OTHER)

    def test_one_that_ends_the_process_is_not_opened_and_the_others_are(self):
        good = attachment("fine.zip", zipped(("a.pdf", PDF)))
        reader = self.reader

        class Ending:
            """Stands for a file that does what no file of ours can: it kills whoever reads it."""

            def call(self, function, one, *arguments, **options):
                if one.name == "hostile":
                    return reader.call(os.abort)
                return reader.call(function, one, *arguments, **options)

        read = arrival.read(Ending(), [good, attachment("hostile", b"x"), good])
        self.assertEqual(
            [(one.name, one.inside, one.notices) for one in read.documents],
            [
                ("fine.zip", None, ()),
                ("a.pdf", 0, ()),
                ("hostile", None, (NOT_READ,)),
                ("fine.zip", None, ()),
                ("a.pdf", 3, ()),
            ],
        )


@tagged("post_install", "-at_install")
class TestHostile(Reading):
    def test_none_of_them_takes_long_or_breaks_anything(self):
        attributes = " ".join(f"a{n}='1'" for n in range(80_000))
        for what, content in (
            ("attributes in HTML", f"<html><p {attributes}>x</p></html>".encode()),
            ("attributes in XML", f"<ClinicalDocument {attributes}/>".encode()),
            ("deep XML", b"<ClinicalDocument>" + b"<a>" * 100_000),
            ("deep FHIR", b"<Bundle xmlns='http://hl7.org/fhir'>" + b"<a>" * 100_000),
            ("entities", b"<!DOCTYPE a [<!ENTITY b 'x'>]><ClinicalDocument>&b;</ClinicalDocument>"),
            ("an enormous picture", (DATA / "out-and-forward-180-megapixel.png").read_bytes()),
            ("escapes", hl7("OBX|1|ED|1||" + "\\" * 500_000)),
            ("components", hl7("OBX|1|ED|1||" + "^" * 500_000)),
            ("repetitions", hl7("OBX|1|ED|1||" + "~" * 500_000)),
            ("segments", hl7(*["OBX|1|ED|1||^a^b^Base64^AAAA"] * 100)),
            ("header lines", b"Received: x\n" * 100_000 + b"\nx"),
            ("a prolog", b"<?a?>" * 100_000 + b"<!--" * 10_000),
            ("pages that point at each other", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
            ("nested signatures", b"\x30\x80" * 50_000),
            ("a loop of objects", PDF.replace(b"/Kids [ 3 0 R ]", b"/Kids [ 6 0 R ]")),
        ):
            with self.subTest(what):
                read = self.arrived(
                    attachment("a", content), attachment("b.zip", zipped(("c", "d")))
                )
                self.assertEqual(read.documents[0].content, content)
                self.assertEqual(read.documents[-1].content, b"d")

    @given(st.sampled_from(sorted(DATA.iterdir())), st.integers(0), st.binary(max_size=8))
    @settings(max_examples=300, deadline=None)
    def test_files_with_any_bytes_changed(self, path, place, new):
        content = path.read_bytes()
        place %= len(content)
        content = content[:place] + new + content[place + len(new) :]
        first = self.arrived(attachment(path.name, content)).documents[0]
        self.assertEqual(first.content, content)
        self.assertNotIn(NOT_READ, first.notices)

    @given(st.sampled_from(sorted(DATA.iterdir())), st.integers(0))
    @settings(max_examples=200, deadline=None)
    def test_files_that_are_cut_short(self, path, length):
        content = path.read_bytes()
        content = content[: length % len(content)]
        first = self.arrived(attachment(path.name, content)).documents[0]
        self.assertEqual(first.content, content)
        self.assertNotIn(NOT_READ, first.notices)

    @given(st.sampled_from([*Kind]), st.binary())
    @settings(deadline=None)
    def test_openers_with_anything(self, kind, content):
        """Whatever a file was taken for, the one who opens it fails in words."""
        with patch.object(unpack.know, "kind", return_value=kind):
            [first, *_] = arrival.opened(attachment("a", content), Budget()).documents
        self.assertEqual(first.content, content)
        self.assertTrue(all(first.notices))
        arrival.opened(attachment("a", document().encode()), Budget())
