"""XDM zips: laid out as IHE wants them, and telling the truth about what is in them."""

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from odoo.tests import BaseCase, tagged

from ...tools.ccda import (
    Address,
    Contact,
    Identifier,
    Name,
    Organization,
    Patient,
    Person,
    stable_id,
)
from ...tools.xdm import pack

RIM = {"r": pack.RIM_NS}
CCDA = pack.Document("Referral Note.xml", "text/xml", b"<ClinicalDocument/>", is_ccda=True)
PDF = pack.Document("Clinical Note.pdf", "application/pdf", b"%PDF-1.4")


def make_submission(*documents, **values):
    return pack.Submission(
        **{
            "id": stable_id("submission"),
            "source": stable_id("practice"),
            "made_at": datetime(2026, 3, 15, 14, 30, tzinfo=UTC),
            "patient": Patient(
                Identifier(stable_id("patients").root, "MRN^778"),
                Name("Quill", ("Mary", "Ann")),
                date(1980, 2, 29),
                "F",
                Contact(Address(("2 Elm St",), "Burlington", "VT", "05401", "US")),
            ),
            "author": Person(
                stable_id("author"),
                Name("Adler", ("Zoë",), "Dr.", "MD"),
                "1234567893",
                Contact(email="zoe@willow.direct.example.org"),
                Organization(stable_id("practice"), "Willow & Creek"),
            ),
            "recipient": Person(
                stable_id("recipient"),
                Name("Chen", ("Maya",)),
                contact=Contact(email="maya@lakeview.direct.example.org"),
            ),
            "documents": documents or (CCDA, PDF),
            **values,
        }
    )


def unpack(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def slots(node):
    return {
        slot.get("name"): [value.text for value in slot.iterfind(".//r:Value", RIM)]
        for slot in node.iterfind("r:Slot", RIM)
    }


def identifiers(node):
    return {
        one.get("identificationScheme"): one.get("value")
        for one in node.iterfind("r:ExternalIdentifier", RIM)
    }


@tagged("post_install", "-at_install")
class TestXdmPack(BaseCase):
    def test_the_layout(self):
        self.assertEqual(
            list(unpack(pack.pack(make_submission()))),
            [
                "INDEX.HTM",
                "README.TXT",
                "IHE_XDM/SUBSET01/METADATA.XML",
                "IHE_XDM/SUBSET01/DOC00001.XML",
                "IHE_XDM/SUBSET01/DOC00002.PDF",
            ],
        )

    def test_file_names_fit_every_file_system_and_say_what_it_is(self):
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        for name, content_type, expected in (
            ("scan.jpeg", "image/jpeg", "JPG"),
            ("fax.tiff", "image/tiff", "TIF"),
            ("page.html", "text/html", "HTM"),
            ("letter.DOCX", word, "DOCX"),
            ("letter.doc", "application/msword", "DOC"),
            ("photo", "image/heic", "HEIC"),
            ("labs.hl7", "text/plain", "HL7"),
            ("labs.log", "text/plain", "TXT"),
            ("labs.csv", "text/csv", "CSV"),
            ("scan.pdf", "image/png", "PNG"),
            ("bundle.json", "application/fhir+json", "JSON"),
            ("mail.eml", "message/rfc822", "EML"),
            ("../../etc/passwd", "application/octet-stream", "BIN"),
            ("run.exe", "application/octet-stream", "BIN"),
            ("", "application/octet-stream", "BIN"),
            ("a.p\x00df", "application/pdf", "PDF"),
        ):
            with self.subTest(name):
                document = pack.Document(name, content_type, b"x")
                files = unpack(pack.pack(make_submission(document)))
                self.assertIn(f"IHE_XDM/SUBSET01/DOC00001.{expected}", files)

    def test_each_document_is_described_with_its_hash_and_size(self):
        files = unpack(pack.pack(make_submission()))
        root = etree.fromstring(files["IHE_XDM/SUBSET01/METADATA.XML"])
        entries = root.findall(".//r:ExtrinsicObject", RIM)
        self.assertEqual(len(entries), 2)
        for entry, document in zip(entries, (CCDA, PDF), strict=True):
            values = slots(entry)
            content = files[f"IHE_XDM/SUBSET01/{values['URI'][0]}"]
            self.assertEqual(content, document.content)
            self.assertEqual(values["size"], [str(len(content))])
            self.assertEqual(
                values["hash"], [hashlib.sha1(content, usedforsecurity=False).hexdigest()]
            )
            self.assertEqual(entry.get("mimeType"), document.content_type)
            self.assertEqual(
                entry.find("r:Name/r:LocalizedString", RIM).get("value"), document.name
            )
        formats = root.xpath(
            "//r:ExtrinsicObject/r:Classification[@classificationScheme=$scheme]/@nodeRepresentation",
            scheme=pack.DOCUMENT_FORMAT,
            namespaces=RIM,
        )
        self.assertEqual(formats, [pack.CCDA_FORMAT, pack.OTHER_FORMAT])

    def test_the_metadata_name_patient_sender_and_recipient(self):
        files = unpack(pack.pack(make_submission()))
        root = etree.fromstring(files["IHE_XDM/SUBSET01/METADATA.XML"])
        entry = slots(root.find(".//r:ExtrinsicObject", RIM))
        patients = pack._oid(stable_id("patients"))
        self.assertEqual(entry["sourcePatientId"], [f"MRN\\S\\778^^^&{patients}&ISO"])
        self.assertEqual(
            entry["sourcePatientInfo"],
            [
                f"PID-3|MRN\\S\\778^^^&{patients}&ISO",
                "PID-5|Quill^Mary^Ann^^",
                "PID-7|19800229",
                "PID-8|F",
                "PID-11|2 Elm St^^Burlington^VT^05401^US",
            ],
        )
        submission = root.find(".//r:RegistryPackage", RIM)
        self.assertEqual(
            slots(submission)["intendedRecipient"],
            ["|^Chen^Maya^^^|^^Internet^maya@lakeview.direct.example.org"],
        )
        self.assertEqual(slots(submission)["submissionTime"], ["20260315143000"])
        [author] = [
            slots(one)
            for one in submission.iterfind("r:Classification", RIM)
            if one.get("classificationScheme") == pack.SET_AUTHOR
        ]
        self.assertEqual(author["authorPerson"], ["1234567893^Adler^Zoë^^MD^Dr."])
        self.assertEqual(author["authorInstitution"], ["Willow \\T\\ Creek"])
        self.assertEqual(identifiers(submission)[pack.SET_SOURCE], pack._oid(stable_id("practice")))

    def test_ids_are_object_identifiers_and_each_is_there_once(self):
        root = etree.fromstring(
            unpack(pack.pack(make_submission()))["IHE_XDM/SUBSET01/METADATA.XML"]
        )
        unique = [
            value
            for node in root.iter()
            for scheme, value in identifiers(node).items()
            if scheme in (pack.DOCUMENT_ID, pack.SET_ID)
        ]
        self.assertEqual(len(set(unique)), 3)
        for value in unique:
            self.assertRegex(value, r"^2\.25\.[1-9][0-9]+$")
            self.assertLessEqual(len(value), 64)
        ids = root.xpath("//@id")
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(
            root.xpath("//r:Association/@targetObject", namespaces=RIM),
            root.xpath("//r:ExtrinsicObject/@id", namespaces=RIM),
        )

    def test_the_same_submission_is_the_same_bytes(self):
        self.assertEqual(pack.pack(make_submission()), pack.pack(make_submission()))
        other = replace(make_submission(), id=stable_id("another submission"))
        self.assertNotEqual(pack.pack(make_submission()), pack.pack(other))

    def test_nothing_can_break_out_of_the_index(self):
        name = "</a><script>alert(1)</script>&\x00.pdf"
        files = unpack(pack.pack(make_submission(pack.Document(name, "application/pdf", b"x"))))
        index = etree.fromstring(files["INDEX.HTM"])
        self.assertFalse(index.findall(".//{*}script"))
        self.assertIn(name.replace("\x00", ""), "".join(index.itertext()))

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.builds(
                pack.Document,
                st.text(st.characters(exclude_categories=()), max_size=20),
                st.sampled_from(["application/pdf", "text/plain"]),
                st.binary(max_size=50),
            ),
            max_size=5,
        ).map(tuple),
        st.text(st.characters(exclude_categories=()), max_size=20),
    )
    def test_any_names_and_contents(self, documents, word):
        person = Person(stable_id("x"), Name(word, (word,), word, word), word, Contact(email=word))
        patient = Patient(
            Identifier("1.2.3", word), Name(word), None, "", Contact(Address((word,)))
        )
        submission = make_submission(
            documents=documents, author=person, recipient=person, patient=patient
        )
        files = unpack(pack.pack(submission))
        etree.fromstring(files["IHE_XDM/SUBSET01/METADATA.XML"])
        etree.fromstring(files["INDEX.HTM"])
        self.assertEqual(list(files.values())[3:], [d.content for d in documents])
