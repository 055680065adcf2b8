"""Files as pages for people: safe HTML of what no browser shows, or should show, by itself.

Everything from a file is escaped text; elements and classes are this file's own. It is called in
the limited process.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from markupsafe import escape

from .. import hl7, safe_xml
from ..cda import html, parse
from . import office, rtf
from .budget import Unopened
from .kinds import Kind, Viewer
from .records import fhir_resources
from .sheets import COLUMNS, ROWS, sheets
from .text import decode

CELL = 2000  # characters
SEGMENTS, RESOURCES, DEPTH = 2000, 500, 8
TEXT = 500_000  # characters
NO_WORDS = "This document has no text to show. Download it to see it."
CUT = "This file is too long to show in full. Download it to see the rest."

# Fields that are worth a name, by segment (HL7 v2.5.1); others have their numbers
FIELDS = {
    "MSH": {3: "Sending application", 4: "Sending facility", 7: "Date", 9: "Message type"},
    "PID": {
        3: "Record number",
        5: "Patient",
        7: "Birth date",
        8: "Sex",
        11: "Address",
        13: "Phone",
        18: "Account",
    },
    "PV1": {2: "Class", 3: "Location", 7: "Attending", 8: "Referring", 17: "Admitting"},
    "ORC": {2: "Order", 12: "Ordered by"},
    "OBR": {4: "Test", 7: "Observed", 16: "Ordered by", 22: "Reported", 25: "Status"},
    "TXA": {2: "Document type", 4: "Date", 9: "Author", 17: "Status"},
    "AL1": {3: "Allergy", 4: "Severity", 5: "Reaction"},
    "DG1": {3: "Diagnosis", 4: "Description", 5: "Date"},
    "NTE": {3: "Note"},
}
DATES = frozenset({("MSH", 7), ("PID", 7), ("OBR", 7), ("OBR", 22), ("TXA", 4), ("DG1", 5)})
NAMES = {
    "MSH": "Message",
    "PID": "Patient",
    "PV1": "Visit",
    "ORC": "Order",
    "OBR": "Test",
    "OBX": "Results",
    "TXA": "Document",
    "AL1": "Allergy",
    "DG1": "Diagnosis",
    "NTE": "Note",
}
RESULTS = ("Test", "Value", "Unit", "Normal range", "Flag", "Status")


@dataclass(frozen=True)
class Page:
    """A page: its title as text, its body as HTML that is safe to put into one."""

    title: str
    body: str


def page(kind: Kind, name: str, content_type: str, content: bytes) -> Page:
    """Return a file as a page; where it cannot be shown, the page says so.

    :param content_type: as it was declared, for its encoding
    """
    try:
        return PAGES[kind.traits.viewer](kind, name, content_type, content)
    except (Unopened, safe_xml.Refused, parse.Unreadable, hl7.NotHl7) as reason:
        return Page(name, _block("p", str(reason)))


def _cda(_kind, _name, _content_type, content):
    clinical = parse.read(content)
    return Page(clinical.title, str(html.render(clinical)))


def _text(_kind, name, content_type, content):
    return Page(name, _block("pre", decode(content, content_type).text))


def _table(_kind, name, content_type, content):
    text = decode(content, content_type).text
    sample = text[:4096]
    separator = max(",;\t|", key=sample.count)
    csv.field_size_limit(len(text) + 1)
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        rows.append(row[:COLUMNS])
        if len(rows) > ROWS:
            break
    return Page(name, _rows(rows[:1], rows[1:ROWS]) + (_note(CUT) if len(rows) > ROWS else ""))


def _record(kind, name, content_type, content):
    is_fhir = kind is Kind.FHIR
    return Page(name, "".join(_of_fhir(content) if is_fhir else _of_hl7(content, content_type)))


def _words(kind, name, _content_type, content):
    blocks = rtf.words(content).split("\n\n") if kind is Kind.RTF else office.words(kind, content)
    body, left = [], TEXT
    for block in blocks:
        if left <= 0:
            body.append(_note(CUT))
            break
        is_table = isinstance(block, list)
        body.append(_rows([], block[:ROWS]) if is_table else _block("pre", block))
        left -= len(body[-1])
    return Page(name, "".join(body) or _note(NO_WORDS))


def _sheets(kind, name, _content_type, content):
    body = []
    for title, rows, is_cut in sheets(kind, content):
        if rows:
            body += [_block("h3", title), _rows(rows[:1], rows[1:]), _note(CUT) if is_cut else ""]
    return Page(name, "".join(body) or _note(NO_WORDS))


PAGES = {
    Viewer.CDA: _cda,
    Viewer.TEXT: _text,
    Viewer.TABLE: _table,
    Viewer.WORDS: _words,
    Viewer.SHEETS: _sheets,
    Viewer.RECORD: _record,
}


# --- HL7 v2 --------------------------------------------------------------------------------------


def _of_hl7(content, content_type) -> Iterator[str]:
    segments = hl7.read(decode(content, content_type).text)
    results = []
    for number, segment in enumerate(segments):
        if number == SEGMENTS:
            break
        if segment.name == "OBX":
            results.append(_result(segment))
            continue
        if results:
            yield _rows([RESULTS], results)
            results = []
        if segment.name in NAMES:
            yield _block("h3", NAMES[segment.name])
            yield _pairs(_fields(segment))
    if results:
        yield _rows([RESULTS], results)
    if len(segments) > SEGMENTS:
        yield _note(CUT)


def _fields(segment):
    for number, label in FIELDS.get(segment.name, {}).items():
        how = _day if (segment.name, number) in DATES else _words
        said = [how(segment.parts(one)) for one in segment.repetitions(number)]
        if any(said):
            yield label, "; ".join(filter(None, said))


def _result(segment):
    value = "; ".join(
        "(file, listed as a document)" if segment.field(2) == "ED" else _words(segment.parts(one))
        for one in segment.repetitions(5)
    )
    test = segment.component(3, 2) or segment.component(3, 1)
    others = (segment.component(6, 1), *(segment.component(n, 1) for n in (7, 8, 11)))
    return (test, value, *others)


def _day(parts):
    """Return a time such as 20260601120000-0500 as people write it, or as it is."""
    found = re.match(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2}))?", parts[0])
    try:
        day = date(*map(int, found.groups()[:3]))
    except (AttributeError, ValueError):
        return parts[0]
    clock = f", {found[4]}:{found[5]}" if found[4] else ""
    return f"{day:%b} {day.day}, {day.year}{clock}"


def _words(parts):
    return " ".join(part for part in parts if part)


# --- FHIR ----------------------------------------------------------------------------------------


def _of_fhir(content) -> Iterator[str]:
    for number, resource in enumerate(fhir_resources(content)):
        if number == RESOURCES:
            yield _note(CUT)
            return
        yield _block("h3", str(resource["resourceType"]))
        yield _pairs(_said(resource))


def _said(value, label="", depth=0):
    """Yield what a resource says, as pairs of a path and a text; markup and files are left out."""
    if depth == DEPTH:
        return
    if isinstance(value, dict):
        if value.get("resourceType") and depth:
            return  # has a heading of its own
        for key, inner in value.items():
            if key not in ("resourceType", "div", "data", "meta", "entry", "contained"):
                yield from _said(inner, f"{label} › {key}" if label else key, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, label, depth + 1)
    elif value is not None:
        yield label, value if isinstance(value, str) else json.dumps(value)


# --- HTML ----------------------------------------------------------------------------------------


def _block(tag, text):
    return f"<{tag}>{escape(text[:TEXT])}</{tag}>" + (_note(CUT) if len(text) > TEXT else "")


def _note(sentence):
    return f'<p class="alert alert-warning">{escape(sentence)}</p>'


def _pairs(pairs):
    written = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(text[:CELL])}</dd></div>"
        for label, text in pairs
    )
    return f"<dl>{written}</dl>"


def _rows(heads, rows):
    def cells(row, tag):
        return "".join(f"<{tag}>{escape(cell[:CELL])}</{tag}>" for cell in row)

    head = "".join(f"<tr>{cells(row, 'th')}</tr>" for row in heads)
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
