"""The page that a person reads first: why, how soon, what counts, what is asked back, whom to call.

It repeats what the sections say and adds nothing. What is over is not in it, and what nobody
recorded is called that.
"""

from dataclasses import dataclass

from .base import LOINC, Code
from .entries import PRIORITIES
from .model import ReferralNote, Section, SectionKind
from .sections import ALLERGIES, MEDICATIONS, PROBLEMS, REASON
from .xml import clean

REASON_SHOWN = 600  # characters; the section below has all of it
LISTED = 12  # of a list; the section below has all of them
NOT_RECORDED = "Not recorded"


@dataclass(frozen=True)
class Line:
    topic: str
    text: str


SUMMARY = SectionKind(
    "summary",
    "Summary",
    Code("55112-7", LOINC, "Document summary"),
    columns=(
        ("topic", "At a Glance", lambda line: line.topic),
        ("text", "", lambda line: line.text),
    ),
)


def summarize(note: ReferralNote) -> Section:
    """Return the section that stands first in the document of `note`."""
    by_key = {section.kind.key: section for section in note.sections}
    reason = by_key.get(REASON.key, Section(REASON))
    request = next(iter(reason.items), None)
    lines = (
        ("Urgency", PRIORITIES[request.urgency] if request else ""),
        ("Asked of", request.service if request else ""),
        ("Reason and question", _shortened(reason.text)),
        ("Problems", _names(by_key.get(PROBLEMS.key), lambda item: item.name)),
        ("Medications", _names(by_key.get(MEDICATIONS.key), _medication)),
        ("Allergies", _names(by_key.get(ALLERGIES.key), _allergy)),
        ("Asked back", _asked_back(note)),
        ("Call", _call(note)),
    )
    return Section(SUMMARY, items=tuple(Line(topic, text) for topic, text in lines if text))


def _shortened(text: str) -> str:
    text = " ".join(clean(text).split())
    if len(text) <= REASON_SHOWN:
        return text
    return f"{text[:REASON_SHOWN].rpartition(' ')[0]} … (more under {REASON.title})"


def _names(section: Section | None, words) -> str:
    """What is current in a list; that there is none, or that nobody recorded it."""
    if section and section.none_known:
        return section.none_known.sentence.rstrip(".")
    current = [item for item in section.items if item.status == "active"] if section else []
    if current:
        shown = [*filter(None, map(clean, map(words, current[:LISTED])))]
        more = len(current) - LISTED
        return "; ".join([*shown, f"and {more} more below"] if more > 0 else shown)
    return "None listed as current" if section and section.items else NOT_RECORDED


def _medication(item) -> str:
    return f"{item.name}, {item.sentence}" if item.sentence else item.name


def _allergy(item) -> str:
    details = ", ".join(filter(None, (item.reaction, item.severity)))
    return f"{item.substance} ({details})" if details else item.substance


def _asked_back(note: ReferralNote) -> str:
    where = note.author.contact.email
    return f"Your findings and recommendations, by Direct message to {where}" if where else ""


def _call(note: ReferralNote) -> str:
    author = note.author
    practice = author.organization.name if author.organization else ""
    phone = author.contact.phone or note.custodian.contact.phone
    return ", ".join(filter(None, (author.name.full, practice, phone))) if phone else ""
