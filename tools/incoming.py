"""What arrives from outside, made fit to be kept: texts, documents, and whom they are about."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .attachment_kind import Kind, kind, safe_name
from .cda import parse
from .matching import Person
from .xdm.unpack import NotAPackage, unpack

SUBJECT_MAX = 300
TEXT_MAX = 1_000_000
WORD_MAX = 100
CONTEXT_SEXES = frozenset({"female", "male", "other", "unknown"})
# Marks that turn the direction of writing, and others that are not seen (Unicode categories)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True)
class Document:
    """A document of a message: `name` is safe, `kind` what it really is.

    `package` names the zip it came in; `notices` say, for a reader, what is odd about it.
    """

    name: str
    kind: Kind
    content: bytes = field(repr=False)
    package: str = ""
    notices: tuple[str, ...] = ()


def plain_text(text: str | None) -> str:
    """The text of a letter, without marks that a database or a reader cannot take.

    It stays a text: whatever looks like HTML in it is shown as it was written.
    """
    text = (text or "")[:TEXT_MAX].replace("\r\n", "\n").replace("\r", "\n")
    return _seen(text, "\n\t").strip()


def one_line(text: str | None, longest: int = SUBJECT_MAX) -> str:
    """A subject or a name: one line, without marks that are not seen."""
    return _seen(" ".join((text or "")[: longest * 4].split()))[:longest]


def _seen(text, kept=""):
    return "".join(c for c in text if c in kept or unicodedata.category(c) not in _UNSEEN)


def opened(attachments: Iterable) -> list[Document]:
    """The documents of a message, those in zips after the zip they came in.

    :param attachments: objects with `name`, `content_type` and `content`, as in `hisp.base`
    """
    documents = []
    for attachment in attachments:
        what = kind(attachment.name, attachment.content_type, attachment.content)
        name = safe_name(attachment.name, what)
        notices, packed = (), ()
        if what in (Kind.XDM, Kind.ZIP):
            try:
                package = unpack(attachment.content)
                notices, packed = package.notices, package.documents
            except NotAPackage as reason:
                notices = (str(reason),)
        documents.append(Document(name, what, attachment.content, notices=tuple(notices)))
        documents += [
            Document(inner.name, inner.kind, inner.content, name, tuple(inner.notices))
            for inner in packed
        ]
    return documents


def said_of_patient(context: Mapping | None, documents: Iterable[Document]) -> list[Person]:
    """Whom the message is about: by its Context metadata, and by each clinical document in it."""
    persons = [of_context(context)]
    for document in documents:
        if document.kind is Kind.CDA:
            try:
                clinical = parse.read(document.content)
            except parse.Unreadable:
                continue  # said where it is opened
            if parse.MANY_PATIENTS not in clinical.notices:
                persons.append(of_demographics(clinical.patient))
    return [person for person in persons if person]


def context_type(context: Mapping | None) -> str:
    """What kind of message it is by its Context metadata, such as ``referral/order``."""
    kind_ = context.get("type") if isinstance(context, Mapping) else None
    return one_line(kind_, WORD_MAX) if isinstance(kind_, str) else ""


def of_context(context: Mapping | None) -> Person:
    """The patient of Context metadata (Direct Context 1.1)."""
    context = context if isinstance(context, Mapping) else {}
    patient = context.get("patient")
    patient = patient if isinstance(patient, Mapping) else {}

    def item(name):
        value = patient.get(name)
        return one_line(value, WORD_MAX) if isinstance(value, str) else ""

    sex = item("gender").lower()
    return Person(
        given=item("givenName"),
        family=item("surname"),
        birth_date=_date(item("dateOfBirth")),
        sex={"f": "female", "m": "male"}.get(sex, sex if sex in CONTEXT_SEXES else ""),
        postal_code=item("postalCode"),
    )


def of_demographics(demographics) -> Person:
    """The patient of a clinical document."""
    name = demographics.name
    return Person(
        given=one_line(" ".join(name.given), WORD_MAX),
        family=one_line(name.family, WORD_MAX),
        full=one_line(name.full, WORD_MAX),
        birth_date=demographics.birth_date,
        sex=demographics.sex,
        postal_code=one_line(demographics.postal_code, WORD_MAX),
        record_numbers=tuple(
            one_line(identifier.extension, WORD_MAX)
            for identifier in demographics.ids
            if identifier.extension
        ),
    )


def _date(text):
    digits = re.sub(r"\D", "", text)
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}")
    except ValueError:
        return None
