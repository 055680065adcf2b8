"""How good a clinical document is that somebody sent, in words for its reader.

Not the schema: a document can break rules and say all that counts, or keep them and say nothing. It
is asked whether a reader can trust that what they see is what the sender wrote, and all of it.
"""

from dataclasses import dataclass

from ..safe_xml import CUT_SHORT
from . import entries
from .nodes import attribute, local_name
from .parse import Document

SOUND, PROBLEMS, DAMAGED = "sound", "problems", "damaged"
SENTENCES = {
    SOUND: "No problems found",
    PROBLEMS: "Readable, with problems",
    DAMAGED: "Damaged: ask the sender to send it again",
}
NO_BIRTH_DATE = "It doesn't say when the patient was born."
NO_AUTHOR = "It doesn't say who wrote it."
NO_DATE = "It doesn't say when it was written."


@dataclass(frozen=True)
class Grade:
    """`level` is one of the three above; `reasons` are sentences, none for a sound document."""

    level: str
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        return ". ".join((SENTENCES[self.level], *(one.rstrip(".") for one in self.reasons))) + "."


def grade(document: Document) -> Grade:
    """Grade a document that could be read. Never raises."""
    sections = list(document.all_sections())
    empty = sum(section.narrative is None and not section.sections for section in sections)
    nameless = entries.offer(document).nameless
    lost = sum(map(_lost_references, sections))
    found = (
        (not document.patient.birth_date, NO_BIRTH_DATE),
        (not document.authors, NO_AUTHOR),
        (not document.effective_time, NO_DATE),
        (empty, _counted(empty, "section has", "sections have", "no text.")),
        (nameless, _counted(nameless, "entry has", "entries have", "no name.")),
        (lost, _counted(lost, "entry refers", "entries refer", "to text that isn't there.")),
    )
    reasons = (*document.notices, *(sentence for is_so, sentence in found if is_so))
    if CUT_SHORT in document.notices:
        return Grade(DAMAGED, reasons)
    return Grade(PROBLEMS if reasons else SOUND, reasons)


def _counted(number, one, many, rest):
    return f"{number} {one if number == 1 else many} {rest}"


def _lost_references(section) -> int:
    """How many references of the entries lead to no text of their section."""
    narrative = () if section.narrative is None else section.narrative.iter("{*}*")
    there = {node.get("ID") for node in narrative}
    return sum(
        attribute(node, "value").startswith("#") and attribute(node, "value")[1:] not in there
        for entry in section.entries
        for node in entry.iter("{*}reference")
        if local_name(node)
    )
