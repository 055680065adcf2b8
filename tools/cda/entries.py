"""Problems, medications and allergies of a document, each to be offered for import by itself.

Only what is said for certain is offered. An entry that is negated, planned for someone else to
decide, nullified, without a name, or built in a way not known here is left to the narrative, which
always shows everything. Shapes: C-CDA R1.1 and R2.1, and the CCD that C32 is made of.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from .. import ccda
from .nodes import attribute, child, children, day, is_null, local_name, words
from .parse import Code, Document, Section, read_code

ICD10_CM = "2.16.840.1.113883.6.90"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_C_CDA = "2.16.840.1.113883.10.20.22.4."
_CCD = "2.16.840.1.113883.10.20.1."

SECTIONS = {  # LOINC
    "11450-4": "problem",
    "10160-0": "medication",
    "10183-2": "medication",  # at discharge
    "48765-2": "allergy",
}
_SECTION = "2.16.840.1.113883.10.20.22.2."
SECTION_TEMPLATES = {
    **dict.fromkeys((_SECTION + "5", _SECTION + "5.1", _CCD + "11"), "problem"),
    **dict.fromkeys((_SECTION + "1", _SECTION + "1.1", _CCD + "8"), "medication"),
    **dict.fromkeys((_SECTION + "11", _SECTION + "11.1"), "medication"),  # at discharge
    **dict.fromkeys((_SECTION + "6", _SECTION + "6.1", _CCD + "2"), "allergy"),
}
STATEMENTS = {  # element and templates
    "problem": ("observation", {_C_CDA + "4", _CCD + "28"}),
    "medication": ("substanceAdministration", {_C_CDA + "16", _CCD + "24"}),
    "allergy": ("observation", {_C_CDA + "7", _CCD + "18"}),
}
REACTIONS = {_C_CDA + "9", _CCD + "54"}
SEVERITIES = {_C_CDA + "8", _CCD + "55"}
FREE_TEXT_SIG = {_C_CDA + "147"}
STATUS = "33999-4"  # LOINC
OVER = frozenset(
    {"completed", "inactive", "resolved", "remission", "prior history", "no longer active"}
)
NOT_SO = frozenset({"aborted", "cancelled", "nullified", "obsolete"})

# SNOMED CT. These say what kind of allergy it is, not to what
KINDS_OF_ALLERGY = frozenset(
    {
        "414285001",
        "416098002",
        "418038007",
        "418471000",
        "419199007",
        "419511003",
        "420134006",
        "426232007",
        "59037007",
        "232347008",
        "235719002",
        "782197009",
    }
)
# What is between two degrees counts as the graver one
DEGREES = {
    "255604002": "mild",
    "371923003": "moderate",  # mild to moderate
    "6736007": "moderate",
    "371924009": "severe",  # moderate to severe
    "24484000": "severe",
    "442452003": "severe",  # life threatening
    "399166001": "severe",  # fatal
}
GRAVEST_FIRST = ("severe", "moderate", "mild")
# Nothing to import: how "none" is said in words, whatever the code. "Not specified" within a name,
# as in "Urinary tract infection, site not specified", is a part of the name.
_NONE = re.compile(
    r"(?:no|none|nil|negative|nkd?a)\W*$"
    r"|(?:no|none) .{0,20}$"
    r"|no (?:known|current|active|recorded|relevant|information)\b"
    r"|[\w ]{0,40}\bnot (?:available|known|recorded|asked|on file|applicable)\W*$"
    r"|(?:\w+ )?not specified\W*$"
    r"|denies\b",
    re.IGNORECASE,
)
# Words that stand where a name should be: of the kind of thing, or that there is none
_PLACEHOLDER = re.compile(
    r"\W*(?:unknown|unspecified|null|nil|n/?a|other|see (?:text|comments?|narrative|notes?)"
    r"|problems?|conditions?|diagnos[ei]s|diseases?|disorders?|findings?|complaints?"
    r"|medications?|drugs?|products?|substances?|allerg(?:y|ies|ens?)"
    r"|propensity to adverse reactions?)"
    r"\W*$",
    re.IGNORECASE,
)
_ICD10_CM = re.compile(r"([A-Z][0-9A][0-9AB])\.?([0-9A-Z]{1,4})?")
PERIODS = {"min": "minutes", "h": "hours", "d": "days", "wk": "weeks", "mo": "months"}
_NUMBER = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Source:
    """Where an entry comes from: what to keep with it in the record."""

    section: str  # the section's title
    document: str  # the document's title
    document_id: str
    author: str
    at: datetime | None  # when the document was made


@dataclass(frozen=True)
class Entry:
    """A problem, medication or allergy. A text is empty, and a date None, when not said.

    `key` is the same each time the same document is read, and differs between its entries.
    """

    kind: str  # problem, medication, allergy
    key: str
    name: str
    codes: tuple[Code, ...]
    status: str  # active, inactive, resolved, completed ...: as the sender says, in lower case
    started: date | None
    ended: date | None
    source: Source
    icd10_code: str = ""  # of a problem
    dosage: str = ""  # of a medication
    reaction: str = ""  # of an allergy
    severity: str = ""  # of an allergy: mild, moderate, severe

    @property
    def is_over(self) -> bool:
        """Whether its sender says that it is not current any more."""
        has_ended = self.ended is not None and self.ended <= date.today()
        return has_ended or self.status in OVER


@dataclass(frozen=True)
class Offer:
    """What can be imported from a document, and how many statements have no name to import."""

    entries: tuple[Entry, ...]
    nameless: int


def offer(document: Document) -> Offer:
    """Return what can be imported from a document, in its order. Never raises."""
    said = tuple(_entries(document))
    named = tuple(entry for entry in said if entry.name)
    return Offer(named, len(said) - len(named))


def offered(document: Document) -> tuple[Entry, ...]:
    """The entries of `offer`."""
    return offer(document).entries


def _entries(document: Document) -> Iterator[Entry]:
    identifier = document.id
    document_id = f"{identifier.root}^{identifier.extension}".rstrip("^") if identifier else ""
    author = "; ".join(party.full for party in document.authors)
    for at_section, section in enumerate(document.all_sections()):
        kind = _kind(section)
        if not kind:
            continue
        source = Source(
            section.title,
            document.title,
            document_id,
            author or document.custodian.full,
            document.effective_time,
        )
        texts = Texts(section)
        for at, statement in enumerate(_statements(section, kind)):
            said = READERS[kind](statement, texts)
            if _NONE.match(said["name"]) or _PLACEHOLDER.match(said["name"]):
                continue
            place = f"{document_id}|{at_section}|{at}|{kind}|{said['name']}"
            key = hashlib.sha256(place.encode()).hexdigest()[:16]
            yield Entry(kind=kind, key=key, source=source, **said)


def _kind(section: Section):
    """What a section lists, by its LOINC code, else by its template; None for all others."""
    by_template = (SECTION_TEMPLATES.get(template) for template in section.templates)
    return SECTIONS.get(section.code.code) or next(filter(None, by_template), None)


def _statements(section: Section, kind):
    """Yield the elements that state something of this kind, and state it as a fact."""
    name, templates = STATEMENTS[kind]
    for entry in section.entries:
        for act in entry:
            if not holds(act):
                continue
            for element in act.iter(f"{{*}}{name}"):
                if local_name(element) and template_roots(element) & templates and holds(element):
                    yield element


def holds(element, moods=("EVN", "INT", "")) -> bool:
    """Whether an element states its content as a fact, or as what is intended."""
    return (
        attribute(element, "negationInd").lower() not in ("true", "1")
        and is_null(element) is False
        and attribute(element, "moodCode").upper() in moods
        and attribute(child(element, "statusCode"), "code").lower() not in NOT_SO
    )


def template_roots(element) -> set[str]:
    return {attribute(template, "root") for template in children(element, "templateId")}


class Texts:
    """The pieces of a section's narrative that its entries refer to."""

    # A whole row or table is more than what one entry says
    PIECES = frozenset({"caption", "content", "item", "paragraph", "td"})

    def __init__(self, section):
        narrative = section.narrative if section.narrative is not None else ()
        self._pieces = {
            attribute(node, "ID"): node
            for element in narrative
            for node in element.iter("{*}*")
            if node.get("ID") and local_name(node) in self.PIECES
        }

    def of(self, element) -> str:
        """Return the text of an ED element: its own, else the piece it refers to."""
        reference = attribute(child(element, "reference"), "value")
        return words(element) or words(self._pieces.get(reference.removeprefix("#")))

    def name(self, code) -> str:
        """Return what a coded value is called, however its sender wrote that down.

        Its display name comes first: references lead to the wrong piece more often than not.
        """
        translations = (attribute(other, "displayName") for other in children(code, "translation"))
        names = (
            attribute(code, "displayName"),
            self.of(child(code, "originalText")),
            *translations,
        )
        return _best(names)


def _best(names) -> str:
    """The first that is a name, else the first that is anything at all."""
    told = [name for name in names if name]
    return next((name for name in told if not _PLACEHOLDER.match(name)), told[0] if told else "")


def _problem(statement, texts):
    value = child(statement, "value")
    codes = _codes(value)
    started, ended = _period(statement)
    return {
        "name": _best((texts.name(value), texts.of(child(statement, "text")))),
        "codes": codes,
        "status": _status(statement, texts)
        or ("resolved" if ended else _concern_status(statement)),
        "started": started,
        "ended": ended,
        "icd10_code": next(filter(None, map(_icd10_code, codes)), ""),
    }


def _medication(statement, texts):
    product = child(statement, "consumable", "manufacturedProduct", "manufacturedMaterial")
    code = child(product, "code")
    started, ended = _period(statement)
    return {
        "name": _best((texts.name(code), words(child(product, "name")))),
        "codes": _codes(code),
        "status": _status(statement, texts) or attribute(child(statement, "statusCode"), "code"),
        "started": started,
        "ended": ended,
        "dosage": _dosage(statement, texts),
    }


def _allergy(statement, texts):
    value = child(statement, "value")
    started, ended = _period(statement)
    substance = next(
        (
            child(participant, "participantRole", "playingEntity")
            for participant in children(statement, "participant")
            if attribute(participant, "typeCode") == "CSM"
        ),
        None,
    )
    code = child(substance, "code")
    if substance is None and attribute(value, "code") not in KINDS_OF_ALLERGY:
        code = value  # "Allergy to penicillin" in one code
    reactions = list(_related(statement, REACTIONS))
    severities = {_severity(element) for element in (statement, *reactions)}
    return {
        "name": _best(
            (attribute(code, "displayName"), words(child(substance, "name")), texts.name(code))
        ),
        "codes": _codes(code),
        "status": _status(statement, texts) or _concern_status(statement),
        "started": started,
        "ended": ended,
        "reaction": ", ".join(filter(None, (_reaction(reaction, texts) for reaction in reactions))),
        "severity": next((degree for degree in GRAVEST_FIRST if degree in severities), ""),
    }


READERS = {"problem": _problem, "medication": _medication, "allergy": _allergy}


def _related(statement, templates):
    for observation in children(statement, "entryRelationship", "observation"):
        if template_roots(observation) & templates and holds(observation):
            yield observation


def _codes(code):
    if code is None:
        return ()
    read = map(read_code, (code, *children(code, "translation")))
    return tuple(one for one in read if one.code)


def read_codes(code) -> tuple[ccda.Code, ...]:
    """Return the codes of a coded value as they would be written again."""
    return tuple(ccda.Code(one.code, one.system, one.display) for one in _codes(code))


def _icd10_code(code):
    """Return an ICD-10-CM code in its written form (I.A.2 of its guidelines), "" for others."""
    form = _ICD10_CM.fullmatch(code.code.upper()) if code.system == ICD10_CM else None
    return ".".join(filter(None, form.groups())) if form else ""


def _period(statement):
    """Return when something began and ended, as far as a day is given."""
    for time in children(statement, "effectiveTime"):
        if attribute(time, "value"):
            return day(time), None
        if child(time, "low") is not None or child(time, "high") is not None:
            return day(child(time, "low")), day(child(time, "high"))
    return None, None


def _status(statement, texts):
    for observation in children(statement, "entryRelationship", "observation"):
        if attribute(child(observation, "code"), "code") == STATUS:
            return texts.name(child(observation, "value")).lower()
    return ""


def _concern_status(statement):
    """The status of the concern act around a statement, where nothing else says one."""
    act = statement.getparent()
    if act is not None and local_name(act) == "entryRelationship":
        act = act.getparent()
    if act is None or local_name(act) != "act":
        return ""
    return attribute(child(act, "statusCode"), "code").lower()


def _reaction(observation, texts):
    return texts.name(child(observation, "value")) or texts.of(child(observation, "text"))


def _severity(element):
    for observation in _related(element, SEVERITIES):
        if degree := DEGREES.get(attribute(child(observation, "value"), "code")):
            return degree
    return ""


def _dosage(statement, texts):
    """Return the sender's sentence for the dosage, else what is coded if all is understood."""
    for relationship in children(statement, "entryRelationship"):
        for sig in children(relationship, "substanceAdministration"):
            if template_roots(sig) & FREE_TEXT_SIG and (text := texts.of(child(sig, "text"))):
                return text
    if text := texts.of(child(statement, "text")):
        return text
    dose = child(statement, "doseQuantity")
    # What UCUM has in curly braces is a word for people, such as {tablet}
    amount, unit = attribute(dose, "value"), attribute(dose, "unit").strip("{}")
    rhythm = _rhythm(statement)
    if is_null(dose) or not _NUMBER.fullmatch(amount) or not rhythm:
        return ""
    if any(not is_null(child(statement, limit)) for limit in ("rateQuantity", "maxDoseQuantity")):
        return ""  # less than what is said would be another dosage
    route = texts.name(child(statement, "routeCode")).lower()
    # Without a unit it counts what the medication comes in, such as tablets
    dose = f"{amount} per dose" if unit in ("", "1") else f"{amount} {unit}"
    return ", ".join(filter(None, (dose, route, rhythm, _condition(statement, texts))))


def _condition(statement, texts):
    """Return on what condition it is taken, in the sender's words where there are any."""
    conditions = list(children(statement, "precondition"))
    said = (
        texts.name(child(condition, "criterion", "value"))
        or texts.of(child(condition, "criterion", "text"))
        for condition in conditions
    )
    return "; ".join(filter(None, said)) or ("as needed" if conditions else "")


def _rhythm(statement):
    rhythms = [
        time for time in children(statement, "effectiveTime") if time.get(_XSI_TYPE) != "IVL_TS"
    ]
    if len(rhythms) != 1:
        return ""
    period = child(rhythms[0], "period")
    number, unit = attribute(period, "value"), PERIODS.get(attribute(period, "unit"))
    return f"every {number} {unit}" if unit and _NUMBER.fullmatch(number) else ""
