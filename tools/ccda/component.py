"""How a section becomes narrative and entries."""

import re

from .base import Identifier, stable_id
from .entries import Ids
from .model import ReferralNote, Section, SectionKind
from .sections import ALLERGIES, ASSESSMENT, MEDICATIONS, PLAN, PROBLEMS, REASON
from .xml import clean, code, element, templates

NO_INFORMATION = "No information."
REQUIRED = (REASON, PROBLEMS, MEDICATIONS, ALLERGIES, ASSESSMENT, PLAN)
"""What a Referral Note (V2) has to have, in the order a reader wants it."""


def completed(sections: tuple[Section, ...]) -> list[Section]:
    """The first; the required ones, *no information* if not given; then the others as given."""
    first, *others = sections
    given = {section.kind.key: section for section in others}
    required = [given.pop(kind.key, None) or Section(kind) for kind in REQUIRED]
    return [first, *required, *given.values()]


def component(section: Section, note: ReferralNote):
    """Write one section of a note: its narrative, and an entry for each item."""
    kind = section.kind
    document_id, at = note.id, note.authored_at
    rows = [
        (
            item,
            Ids(
                f"{kind.key}-{number}",
                _item_id(item, document_id, kind, number),
                note.author,
                at,
            ),
        )
        for number, item in enumerate(section.items, 1)
    ]
    paragraphs = list(_paragraphs(section.text))
    none_known = section.none_known
    none_id = stable_id(f"{document_id.root}/{kind.key}/none")
    none_ids = Ids(f"{kind.key}-none", none_id, note.author, at)
    is_empty = not (rows or paragraphs or none_known)
    lacks_entries = kind.needs_entries and not rows and not none_known
    # Also where there is text, but nothing that the entries asked for could be made of. A section
    # that nobody asks for is then one of text, without the templates
    says_nothing = is_empty or (lacks_entries and kind in REQUIRED)
    return element(
        "component",
        element(
            "section",
            templates(() if lacks_entries and kind not in REQUIRED else kind.templates),
            code("code", kind.code),
            element("title", kind.title),
            element(
                "text",
                paragraphs,
                _table(kind, rows) if rows else None,
                element("paragraph", none_known.sentence, ID=none_ids.row) if none_known else None,
                element("paragraph", NO_INFORMATION) if is_empty else None,
            ),
            [_entry(kind.entry(*row, at)) for row in rows] if kind.entry else None,
            _entry(none_known.entry(none_ids, at)) if none_known else None,
            nullFlavor="NI" if says_nothing else None,
        ),
    )


def _item_id(item, document_id: Identifier, kind: SectionKind, number: int) -> Identifier:
    """The item's own id, or else one that is stable in this document."""
    return getattr(item, "id", None) or stable_id(f"{document_id.root}/{kind.key}/{number}")


def _entry(statement):
    return element("entry", statement, typeCode="DRIV")


def _paragraphs(text: str):
    """A paragraph for each block of lines, and every line as it was written."""
    for block in re.split(r"\n\s*\n", clean(text)):
        if block:
            first, *lines = block.split("\n")
            yield element("paragraph", first, [(element("br"), line) for line in lines])


def _table(kind: SectionKind, rows):
    return element(
        "table",
        element("thead", element("tr", [element("th", head) for _, head, _ in kind.columns])),
        element(
            "tbody",
            [
                element(
                    "tr",
                    [
                        element("td", text(item), ID=ids.cell(column))
                        for column, _, text in kind.columns
                    ],
                    ID=ids.row,
                )
                for item, ids in rows
            ],
        ),
    )
