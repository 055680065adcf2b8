"""Make an XDM zip (IHE ITI TF-1 16, TF-2 3.32; for Direct: "XDR and XDM for Direct Messaging" 1.0).

::

    INDEX.HTM                        for people: what is in here
    README.TXT                       for people: who made it and how it is laid out
    IHE_XDM/SUBSET01/METADATA.XML    for systems: ebXML metadata, "limited" as Direct allows
    IHE_XDM/SUBSET01/DOC00001.XML    the documents, first the C-CDA
"""

import hashlib
import io
import uuid
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from lxml import etree
from lxml.builder import ElementMaker

from ..ccda.base import LOINC, Identifier, Person, stable_id
from ..ccda.patient import Patient
from ..ccda.xml import clean
from ..files.kinds import true_extension

FOLDER = "IHE_XDM/SUBSET01"
RIM_NS = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM_NS = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = ElementMaker(namespace=RIM_NS, nsmap={None: RIM_NS})
LCM = ElementMaker(namespace=LCM_NS, nsmap={"lcm": LCM_NS})

# Extensions of three letters (ISO 9660 level 1) for formats that have one. Others keep theirs: the
# rule is for discs, and a DOC is another format than a DOCX.
SHORT = {"HTML": "HTM"}
UNKNOWN = "BIN"

# Object types, classification schemes and identification schemes (IHE ITI TF-3, 4.2.5)
DOCUMENT_ENTRY = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
DOCUMENT_LIMITED = "urn:uuid:ab9b591b-83ab-4d03-8f5d-f93b1fb92e85"
DOCUMENT_AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
DOCUMENT_CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
DOCUMENT_CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
DOCUMENT_FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
DOCUMENT_TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
DOCUMENT_PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
DOCUMENT_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
SET_LIMITED = "urn:uuid:5003a9db-8d8d-49e6-bf0c-990e34ac7707"
SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_ID = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"

CONFIDENTIALITY = "2.16.840.1.113883.5.25"
FORMATS = "1.3.6.1.4.1.19376.1.2.3"
CCDA_FORMAT = "urn:hl7-org:sdwg:ccda-structuredBody:2.1"
OTHER_FORMAT = "urn:ihe:iti:xds:2017:mimeTypeSufficient"
REFERRAL_NOTE = ("57133-1", LOINC, "Referral note")
ANY_NOTE = ("34109-9", LOINC, "Note")


@dataclass(frozen=True)
class Document:
    """`name` is its title; in the zip it gets a name that every file system can hold.

    `content_type` is the true one: it is declared, and gives the extension.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    is_ccda: bool = False


@dataclass(frozen=True)
class Submission:
    """Documents of one patient to one recipient. `id` names the submission, `source` its sender."""

    id: Identifier
    source: Identifier
    made_at: datetime
    patient: Patient
    author: Person
    recipient: Person
    documents: tuple[Document, ...]


def pack(submission: Submission) -> bytes:
    """Return the zip; the same bytes for the same submission."""
    files = [
        (f"DOC{number:05}.{_extension(document)}", document)
        for number, document in enumerate(submission.documents, 1)
    ]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "INDEX.HTM", _index(files))
        _add(archive, "README.TXT", _readme(submission))
        _add(archive, f"{FOLDER}/METADATA.XML", _metadata(submission, files))
        for name, document in files:
            _add(archive, f"{FOLDER}/{name}", document.content)
    return content.getvalue()


def _add(archive, name: str, content: bytes):
    # The time of a file says nothing here and would make each zip another one
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _extension(document: Document) -> str:
    """Return the extension of what it is, whatever its title says."""
    found = true_extension(document.content_type, document.name)[1:].upper()
    return SHORT.get(found, found) or UNKNOWN


# --- for people ------------------------------------------------------------------------------


def _index(files) -> bytes:
    items = "\n".join(
        f'<li><a href="{FOLDER}/{name}">{escape(clean(document.name))}</a></li>'
        for name, document in files
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.0//EN"
 "http://www.w3.org/TR/xhtml-basic/xhtml-basic10.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">
<head><title>Referral</title></head>
<body>
<h1>Referral</h1>
<ul>
{items}
</ul>
<p><a href="README.TXT">About these files</a></p>
</body>
</html>
""".encode()


def _readme(submission: Submission) -> bytes:
    sender = submission.author.organization
    lines = [
        f"Sent by: {clean(sender.name) if sender else ''}",
        f"Contact: {clean(sender.contact.phone) if sender else ''}",
        "",
        "Clinical documents for one patient in IHE XDM format. Open INDEX.HTM to read them.",
        "The file METADATA.XML describes them for other systems.",
        "Confidential health information for the recipient of the message only.",
    ]
    return "\r\n".join([*lines, ""]).encode()


# --- for systems -----------------------------------------------------------------------------


def _metadata(submission: Submission, files) -> bytes:
    objects = [
        _document_entry(submission, name, document, number)
        for number, (name, document) in enumerate(files, 1)
    ]
    objects.append(_submission_set(submission))
    objects.append(
        RIM.Classification(
            id="set-node",
            classifiedObject="SubmissionSet01",
            classificationNode=SET_NODE,
        )
    )
    objects += [
        RIM.Association(
            _slot("SubmissionSetStatus", "Original"),
            id=f"member-{number}",
            associationType=HAS_MEMBER,
            sourceObject="SubmissionSet01",
            targetObject=f"Document{number:02}",
        )
        for number in range(1, len(files) + 1)
    ]
    root = LCM.SubmitObjectsRequest(RIM.RegistryObjectList(*objects))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _document_entry(submission: Submission, name: str, document: Document, number: int):
    key = f"Document{number:02}"
    patient = submission.patient
    unique = stable_id(f"{submission.id.root}/{number}")
    return RIM.ExtrinsicObject(
        _slot("creationTime", _time(submission.made_at)),
        _slot("hash", hashlib.sha1(document.content, usedforsecurity=False).hexdigest()),
        _slot("languageCode", "en-US"),
        _slot("size", str(len(document.content))),
        _slot("sourcePatientId", _cx(patient.id)),
        _slot("sourcePatientInfo", *_patient_info(patient)),
        _slot("URI", name),
        _name(document.name),
        RIM.Classification(
            id=f"{key}-limited", classifiedObject=key, classificationNode=DOCUMENT_LIMITED
        ),
        _author(key, DOCUMENT_AUTHOR, submission.author),
        _coded(key, "class", DOCUMENT_CLASS, *REFERRAL_NOTE),
        _coded(key, "confidentiality", DOCUMENT_CONFIDENTIALITY, "N", CONFIDENTIALITY, "Normal"),
        _coded(
            key,
            "format",
            DOCUMENT_FORMAT,
            CCDA_FORMAT if document.is_ccda else OTHER_FORMAT,
            FORMATS,
            "C-CDA 2.1 with a structured body" if document.is_ccda else "As its MIME type says",
        ),
        _coded(key, "type", DOCUMENT_TYPE, *(REFERRAL_NOTE if document.is_ccda else ANY_NOTE)),
        _identifier(key, "XDSDocumentEntry.patientId", DOCUMENT_PATIENT, _cx(patient.id)),
        _identifier(key, "XDSDocumentEntry.uniqueId", DOCUMENT_ID, _oid(unique)),
        id=key,
        mimeType=document.content_type,
        objectType=DOCUMENT_ENTRY,
        status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",
    )


def _submission_set(submission: Submission):
    key = "SubmissionSet01"
    return RIM.RegistryPackage(
        _slot("submissionTime", _time(submission.made_at)),
        _slot("intendedRecipient", _recipient(submission.recipient)),
        _name("Referral"),
        RIM.Classification(
            id=f"{key}-limited", classifiedObject=key, classificationNode=SET_LIMITED
        ),
        _author(key, SET_AUTHOR, submission.author),
        _coded(key, "content", SET_CONTENT, *REFERRAL_NOTE),
        _identifier(key, "XDSSubmissionSet.patientId", SET_PATIENT, _cx(submission.patient.id)),
        _identifier(key, "XDSSubmissionSet.sourceId", SET_SOURCE, _oid(submission.source)),
        _identifier(key, "XDSSubmissionSet.uniqueId", SET_ID, _oid(submission.id)),
        id=key,
    )


def _slot(name: str, *values: str):
    return RIM.Slot(RIM.ValueList(*(RIM.Value(clean(value)) for value in values)), name=name)


def _name(text: str):
    return RIM.Name(RIM.LocalizedString(value=clean(text)))


def _coded(key: str, what: str, scheme: str, code: str, system: str, display: str):
    return RIM.Classification(
        _slot("codingScheme", system),
        _name(display),
        id=f"{key}-{what}",
        classificationScheme=scheme,
        classifiedObject=key,
        nodeRepresentation=code,
    )


def _author(key: str, scheme: str, author: Person):
    slots = [_slot("authorPerson", _xcn(author))]
    if author.organization:
        slots.append(_slot("authorInstitution", _hl7(author.organization.name)))
    if author.contact.email:
        slots.append(_slot("authorTelecommunication", f"^^Internet^{_hl7(author.contact.email)}"))
    return RIM.Classification(
        *slots,
        id=f"{key}-author",
        classificationScheme=scheme,
        classifiedObject=key,
        nodeRepresentation="",
    )


def _identifier(key: str, what: str, scheme: str, value: str):
    return RIM.ExternalIdentifier(
        _name(what),
        id=f"{key}-{what.rpartition('.')[2]}",
        registryObject=key,
        identificationScheme=scheme,
        value=clean(value),
    )


# --- values in the form of HL7 version 2 -----------------------------------------------------

_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


def _hl7(text: str) -> str:
    return " ".join(clean(text).translate(_ESCAPES).split())


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _oid(identifier: Identifier) -> str:
    """A UUID as an object identifier (ITU-T X.667); what is one already stays."""
    try:
        return f"2.25.{uuid.UUID(identifier.root).int}"
    except ValueError:
        return identifier.root


def _cx(identifier: Identifier) -> str:
    return f"{_hl7(identifier.extension or identifier.root)}^^^&{_oid(identifier)}&ISO"


def _xpn(person: Patient | Person) -> str:
    given, *middle = person.name.given or ("",)
    pieces = (person.name.family, given, " ".join(middle), person.name.suffix, person.name.prefix)
    return "^".join(map(_hl7, pieces))


def _xcn(person: Person) -> str:
    return f"{person.npi}^{_xpn(person)}"


def _recipient(person: Person) -> str:
    organization = _hl7(person.organization.name) if person.organization else ""
    return f"{organization}|{_xcn(person)}|^^Internet^{_hl7(person.contact.email)}"


def _patient_info(patient: Patient) -> list[str]:
    address = patient.contact.address
    birth = patient.birth_date.strftime("%Y%m%d") if patient.birth_date else ""
    pieces = (", ".join(address.lines), "", address.city, address.state, address.postal_code)
    sexes = {"F": "F", "M": "M", "UN": "A", "OTH": "O"}
    return [
        f"PID-3|{_cx(patient.id)}",
        f"PID-5|{_xpn(patient)}",
        f"PID-7|{birth}",
        f"PID-8|{sexes.get(patient.sex, 'U')}",
        f"PID-11|{'^'.join([*map(_hl7, pieces), _hl7(address.country)])}",
    ]
