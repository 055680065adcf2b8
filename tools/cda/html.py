"""A clinical document as HTML, made from its header and narrative.

Nothing of the document becomes markup: elements come from the table `ELEMENTS`, classes from the
tables beside it, numbers are made anew, and all else is escaped text. There is no link, picture,
id, style or script in what comes out. An element that is not known here shows its text.
Narrative: HL7 CDA R2, NarrativeBlock.xsd, and the HTML that many systems write instead.
How it looks: `static/document/document.css`.
"""

import html
from datetime import date, datetime

from babel import Locale, UnknownLocaleError
from lxml import etree
from markupsafe import Markup

from ..files.text import decode
from ..sentence import Sentence
from .demographics import Demographics, Party
from .grade import grade
from .nodes import attribute, local_name, without_directions
from .parse import Body, Document, Section

# What a reader of a referral looks for first: LOINC codes of sections, in this order
FIRST = (
    "55112-7",  # summary
    "42349-1",  # reason for referral
    "51848-0",  # assessment
    "51847-2",  # assessment and plan
    "18776-5",  # plan of treatment
    "11450-4",  # problems
    "10160-0",  # medications
    "48765-2",  # allergies
    "30954-2",  # results
)
# From an element of the narrative to one of HTML, and our class for it
ELEMENTS = {
    "b": ("strong", ""),
    "br": ("br", ""),
    "caption": ("caption", ""),
    "content": ("span", ""),
    "div": ("div", ""),
    "em": ("em", ""),
    "footnote": ("small", ""),
    "h1": ("div", "heading"),
    "h2": ("div", "heading"),
    "h3": ("div", "heading"),
    "h4": ("div", "heading"),
    "h5": ("div", "heading"),
    "h6": ("div", "heading"),
    "i": ("em", ""),
    "item": ("li", ""),
    "li": ("li", ""),
    "ol": ("ol", ""),
    "p": ("div", "paragraph"),
    "paragraph": ("div", "paragraph"),
    "pre": ("div", "pre"),
    "strong": ("strong", ""),
    "sub": ("sub", ""),
    "sup": ("sup", ""),
    "table": ("table", ""),
    "tbody": ("tbody", ""),
    "td": ("td", ""),
    "tfoot": ("tfoot", ""),
    "th": ("th", ""),
    "thead": ("thead", ""),
    "tr": ("tr", ""),
    "u": ("span", "underline"),
    "ul": ("ul", ""),
}
# Where these may stand; elsewhere a browser drops or moves them, so there they are plain blocks
PARENTS = {
    "caption": {"table"},
    "li": {"ol", "ul"},
    "tbody": {"table"},
    "td": {"tr"},
    "tfoot": {"table"},
    "th": {"tr"},
    "thead": {"table"},
    "tr": {"table", "tbody", "tfoot", "thead"},
}
# Their text is not for people
SILENT = frozenset({"col", "colgroup", "head", "script", "style"})
# Values of `styleCode`, and our class for each; others are of the sender's style sheet
STYLES = {
    "bold": "bold",
    "emphasis": "italics",
    "italics": "italics",
    "underline": "underline",
    "arabic": "arabic",
    "bigalpha": "big_alpha",
    "bigroman": "big_roman",
    "littlealpha": "little_alpha",
    "littleroman": "little_roman",
}
DEPTH = 60  # elements within each other; below that, only their text is shown
SHOWN = 100_000  # elements shown of a document
SPAN = 50  # rows or columns that a cell may go over
LINKS = ("http:", "https:", "mailto:", "tel:")

CUT = "This document is too long to show in full. Download it to see the rest."
EMPTY = "This document contains nothing else."
RESTRICTED = "The sender marked this document as restricted. Share it only as needed."
REPLACEMENT = "This document replaces an earlier one."
NO_TEXT = "The sender left this section empty."
MEDIA = "The original has a picture or file here that isn't shown."


def render(document: Document) -> Markup:
    """Return a document as one `<div class="o_direct_cda">`, safe to put into a page."""
    return Markup("".join(_Writer(document).pieces))  # noqa: S704 - _Writer escapes


class _Writer:
    """Writes a document into `pieces` of safe HTML, by nothing but the first three methods."""

    def __init__(self, document):
        self.pieces = []
        self.left = SHOWN
        self._open("div", "o_direct_cda")
        self._header(document)
        sections = sorted(document.sections, key=_place)
        nothing_first = all(_place(section) == len(FIRST) for section in sections)
        for section in sections:
            self._section(section, 3, nothing_first or _place(section) < len(FIRST))
        if document.body:
            self._body(document.body)
        elif not sections:
            self._block("p", "alert alert-warning", EMPTY)
        if not self.left:
            self._block("p", "alert alert-warning", CUT)
        self._close("div")

    # --- HTML --------------------------------------------------------------------------------

    def _open(self, tag, css="", **attributes):
        """Open an element. Everything given is of this file's making, or a number."""
        if css:
            attributes = {"class": css, **attributes}
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        self.pieces.append(f"<{tag}{written}>")

    def _close(self, tag):
        self.pieces.append(f"</{tag}>")

    def _text(self, text):
        if text:
            self.pieces.append(html.escape(without_directions(text)))

    def _block(self, tag, css, text):
        self._open(tag, css)
        self._text(text)
        self._close(tag)

    # --- the document ------------------------------------------------------------------------

    def _header(self, document):
        patient = document.patient
        self._open("header")
        self._block("h2", "", document.title)
        notices = [
            *((RESTRICTED,) if document.is_restricted else ()),
            *((REPLACEMENT,) if document.is_replacement else ()),
            *document.notices,
        ]
        for notice in notices:
            self._block("p", "alert alert-warning", notice)
        self._open("dl")
        for term, said in (
            ("Patient", patient.name.full),
            ("Date of birth", _day(patient.birth_date)),
            ("Deceased", _deceased(patient)),
            ("Sex", patient.sex.capitalize()),
            ("Record number", _record_numbers(patient)),
            ("Language", _language(patient.language)),
            ("Guardian", "; ".join(patient.guardians)),
            ("Address", _address(patient.address)),
            ("Phone", ", ".join(patient.phones)),
            ("Written by", "; ".join(map(_author, document.authors))),
            ("Kept by", document.custodian.full),
            ("Date", _instant(document.effective_time)),
            ("Check", grade(document).text),
        ):
            if said:
                self._open("div")
                self._block("dt", "", term)
                self._block("dd", "", said)
                self._close("div")
        self._close("dl")
        self._close("header")

    def _section(self, section: Section, level, is_open):
        self._open("details", **({"open": ""} if is_open else {}))
        self._open("summary")
        self._block(f"h{min(level, 6)}", "", section.title)
        self._close("summary")
        if section.narrative is not None:
            self._open("div", "o_direct_cda_narrative")
            self._content(section.narrative, "div", 0)
            self._close("div")
        elif not section.sections:
            self._block("p", "text-muted", NO_TEXT)
        for inner in section.sections:
            self._section(inner, level + 1, is_open=True)
        self._close("details")

    def _body(self, body: Body):
        if body.content_type == "text/plain":
            self._block("div", "o_direct_cda_pre", decode(body.content).text)
        else:
            sentence = Sentence("This document is a file: %(type)s.", type=body.content_type)
            self._block("p", "alert alert-info", sentence)

    # --- the narrative -----------------------------------------------------------------------

    def _content(self, node, parent, depth):
        """Write what is within an element. `parent` is the tag that it was written as."""
        self._text(node.text)
        for element in node:
            if self.left:
                self._element(element, parent, depth + 1)
            self._text(element.tail if self.left else "")

    def _element(self, node, parent, depth):
        self.left -= 1
        if node.tag is etree.Entity:
            self._text(html.unescape(node.text))
            return
        name = local_name(node, any_space=True).lower()
        if not name or name in SILENT:
            return
        if depth > DEPTH:
            self._text("".join(node.itertext(etree.Element)))
            return
        special = getattr(self, f"_{name}", None) if name in SPECIAL else None
        if special:
            special(node, parent, depth)
        else:
            self._plain(node, parent, depth, *ELEMENTS.get(name, ("", "")))

    def _plain(self, node, parent, depth, tag, css):
        if not tag:  # unknown: what is in it stands in its place
            self._content(node, parent, depth)
            return
        if parent not in PARENTS.get(tag, {parent}):
            tag = "div"
        self._open(tag, _classes(node, css), **_attributes(node, tag, parent))
        if tag != "br":
            self._content(node, tag, depth)
            self._close(tag)

    def _table(self, node, _parent, depth):
        # So that it scrolls by itself on a narrow screen, with the keyboard too
        label = {"aria-label": "Table"}
        self._open("div", "o_direct_cda_table", tabindex="0", role="group", **label)
        self._plain(node, "div", depth, "table", "")
        self._close("div")

    def _list(self, node, parent, depth):
        is_ordered = attribute(node, "listType").lower() == "ordered"
        self._plain(node, parent, depth, "ol" if is_ordered else "ul", "")

    def _linkhtml(self, node, parent, depth):
        """Write a link as text with its address: where it leads is the sender's choice."""
        self._content(node, parent, depth)
        address = attribute(node, "href")
        if address.lower().startswith(LINKS) and address not in (node.text or ""):
            self._text(f" ({address})")

    _a = _linkhtml

    def _footnote(self, node, parent, depth):
        self._text(f"[{attribute(node, 'ID')}] ")
        self._plain(node, parent, depth, "small", "")

    def _footnoteref(self, node, _parent, _depth):
        self._block("sup", "", f"[{attribute(node, 'IDREF')}]")

    def _rendermultimedia(self, node, parent, depth):
        self._block("span", "o_direct_cda_media", MEDIA)
        self._content(node, parent, depth)

    _img = _rendermultimedia


SPECIAL = frozenset(
    {"a", "footnote", "footnoteref", "img", "linkhtml", "list", "rendermultimedia", "table"}
)


def _place(section):
    return FIRST.index(section.code.code) if section.code.code in FIRST else len(FIRST)


def _classes(node, css):
    styles = (STYLES.get(style) for style in node.get("styleCode", "").lower().split())
    names = dict.fromkeys(name for name in (css, *styles) if name)
    return " ".join(f"o_direct_cda_{name}" for name in names)


def _attributes(node, tag, parent):
    if tag not in ("td", "th"):
        return {}
    attributes = {
        name: min(int(span), SPAN)
        for name in ("colspan", "rowspan")
        if (span := attribute(node, name)[:4]).isdecimal() and int(span) > 1
    }
    if tag == "th" and attribute(node, "scope") in ("row", "col"):
        attributes["scope"] = attribute(node, "scope")
    return attributes


def _address(address):
    pieces = (*address.lines, address.city, f"{address.state} {address.postal_code}".strip())
    return ", ".join(piece for piece in pieces if piece)


def _deceased(patient: Demographics):
    if not patient.is_deceased and not patient.died_on:
        return ""
    return _day(patient.died_on) or "Yes"


def _record_numbers(patient: Demographics):
    """The sender's numbers, each with who gives it out, where that is said."""
    return "; ".join(
        f"{one.extension} ({one.assigner})" if one.assigner else one.extension
        for one in patient.ids
        if one.extension
    )


def _language(code):
    """The English name of a language (RFC 5646), or its code where nobody knows it."""
    try:
        return Locale.parse(code, sep="-").get_language_name("en") or code
    except (ValueError, UnknownLocaleError):
        return code


def _author(party: Party):
    return ", ".join((party.full, *party.phones[:1]))


def _day(day: date | None):
    return f"{day:%b} {day.day}, {day.year}" if day else ""


def _instant(at: datetime | None):
    if at is None or not (at.hour or at.minute):
        return _day(at)
    return f"{_day(at)}, {at:%H:%M}" + (f" (UTC{at:%z})" if at.tzinfo else "")
