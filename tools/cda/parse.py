"""Bytes of a clinical document (HL7 CDA R2) to a small frozen model.

Strict about what is dangerous (`safe_xml`), lenient about all else: what is merely wrong or missing
is read as far as it goes, and said in `Document.notices`.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from .. import safe_xml
from . import demographics
from .demographics import Demographics, Identifier, Party
from .nodes import attribute, child, children, instant, is_null, local_name, one_line, words


@dataclass(frozen=True)
class Limits:
    """What of a document is read; `safe_xml.LIMITS` say how large it may be at all."""

    sections: int = 500  # with those within others
    entries: int = 10_000  # of one section
    parties: int = 20  # authors


LIMITS = Limits()


class Unreadable(ValueError):
    """This is no clinical document that can be shown. The text says why, for a reader.

    It never holds anything of the content.
    """


@dataclass(frozen=True)
class Code:
    """A coded value (CD, CE): `system` is an OID; `text` the original text, where it is given."""

    code: str = ""
    system: str = ""
    system_name: str = ""
    display: str = ""
    text: str = ""


@dataclass(frozen=True)
class Section:
    """A section: `narrative` is its `text` element, `entries` its `entry` elements."""

    code: Code
    title: str
    narrative: etree._Element | None
    entries: tuple[etree._Element, ...]
    sections: tuple["Section", ...]
    templates: frozenset[str] = frozenset()  # roots of its templateIds


@dataclass(frozen=True)
class Body:
    """The content of a document that has no sections but a file in it, such as a PDF."""

    content_type: str  # as the sender labels it
    content: bytes


@dataclass(frozen=True)
class Document:
    """A clinical document. `notices` say, for a reader, what was wrong with it."""

    title: str
    code: Code
    id: Identifier | None
    effective_time: datetime | None
    patient: Demographics
    authors: tuple[Party, ...]
    custodian: Party
    sections: tuple[Section, ...]
    body: Body | None
    notices: tuple[str, ...]
    is_restricted: bool = False  # confidentiality R or V: more than usual care is asked for
    is_replacement: bool = False  # of an earlier document

    def all_sections(self):
        """Yield the sections and those within them, in document order."""
        waiting = list(reversed(self.sections))
        while waiting:
            section = waiting.pop()
            yield section
            waiting.extend(reversed(section.sections))


OTHER_ROOTS = {
    "ContinuityOfCareRecord": "This is a Continuity of Care Record (CCR), not a CDA document.",
    "html": "This is a web page, not a clinical document (CDA).",
    "svg": "This is a picture, not a clinical document (CDA).",
    "Bundle": "This is a FHIR bundle, not a clinical document (CDA).",
}
OTHER_ROOT = "This isn't a clinical document (CDA)."
MANY_PATIENTS = "This document names more than one patient. Only the first is shown."
NO_PATIENT = "This document doesn't name a patient."
TOO_MANY_SECTIONS = "This document has too many sections to show. The rest isn't shown."


def read(content: bytes) -> Document:
    """Read a clinical document.

    :raises Unreadable: if it is too large, has a document type or entities, or is something else
    """
    try:
        root, notices = safe_xml.read(content)
    except safe_xml.Refused as refused:
        raise Unreadable(str(refused)) from None
    name = local_name(root, any_space=True)
    if name != "ClinicalDocument":
        raise Unreadable(OTHER_ROOTS.get(name, OTHER_ROOT))
    return _document(root, notices)


def _document(root, notices):
    targets = list(children(root, "recordTarget"))
    patient = demographics.patient(targets[0] if targets else None)
    if len(targets) > 1:
        notices = (*notices, MANY_PATIENTS)
    if not patient.names:
        notices = (*notices, NO_PATIENT)
    counted = _Counter(LIMITS.sections)
    sections = tuple(_sections(children(root, "component", "structuredBody", "component"), counted))
    if counted.exhausted:
        notices = (*notices, TOO_MANY_SECTIONS)
    code = read_code(child(root, "code"))
    authors = list(children(root, "author"))[: LIMITS.parties]
    return Document(
        title=words(child(root, "title")) or code.display or "Clinical document",
        code=code,
        id=next(iter(demographics.identifiers(root)), None),
        effective_time=instant(child(root, "effectiveTime")),
        patient=patient,
        authors=tuple(filter(lambda party: party.full, map(demographics.author, authors))),
        custodian=demographics.custodian(child(root, "custodian")),
        sections=sections,
        body=_body(child(root, "component", "nonXMLBody", "text")),
        notices=notices,
        is_restricted=attribute(child(root, "confidentialityCode"), "code").upper() in ("R", "V"),
        is_replacement=any(
            attribute(element, "typeCode").upper() == "RPLC"
            for element in children(root, "relatedDocument")
        ),
    )


class _Counter:
    def __init__(self, left):
        self.left = left
        self.exhausted = False

    def take(self):
        self.exhausted = self.exhausted or not self.left
        self.left -= not self.exhausted
        return not self.exhausted


def _sections(components, counted):
    for component in components:
        for element in children(component, "section"):
            if counted.take():
                yield _section(element, counted)


def _section(element, counted):
    code = read_code(child(element, "code"))
    return Section(
        code=code,
        title=words(child(element, "title")) or code.display or "Untitled",
        narrative=child(element, "text"),
        entries=tuple(children(element, "entry"))[: LIMITS.entries],
        sections=tuple(_sections(children(element, "component"), counted)),
        templates=frozenset(attribute(one, "root") for one in children(element, "templateId")),
    )


def read_code(element) -> Code:
    """Read a coded value; an empty one when there is none."""
    return Code(
        code="" if is_null(element) else attribute(element, "code"),
        system=attribute(element, "codeSystem"),
        system_name=attribute(element, "codeSystemName"),
        display=attribute(element, "displayName"),
        text=words(child(element, "originalText")),
    )


def _body(element):
    if element is None:
        return None
    content_type = one_line(attribute(element, "mediaType")).lower() or "text/plain"
    written = "".join(element.itertext(etree.Element))
    if attribute(element, "representation").upper() != "B64":
        return Body(content_type, written.strip().encode())
    try:
        return Body(content_type, base64.b64decode("".join(written.split())))
    except (binascii.Error, ValueError):
        return Body(content_type, b"")
