"""A thin layer over lxml: elements of HL7 version 3, its data types, and text that may go in."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import quote

import phonenumbers
from lxml import etree

from .base import CODE_SYSTEM_NAMES, NPI, Address, Code, Contact, Identifier, Name

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SDTC = "urn:hl7-org:sdtc"

# What XML 1.0 (2.2, Char) has no place for
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def clean(text: str | None) -> str:
    """Return `text` without the characters that XML cannot hold; every way to end a line is \\n."""
    if not text or (text.isascii() and text.isprintable()):
        return (text or "").strip()  # nearly all texts, and several times faster
    return _NOT_XML.sub("", _LINE_ENDS.sub("\n", text)).strip()


def element(tag: str, *content, space: str = HL7, **attributes) -> etree._Element:
    """Make an element of HL7 version 3, or of one of its extensions (`space`).

    :param content: elements, texts, iterables of them; None and empty texts are left out
    :param attributes: as in the schema, `type` being xsi:type; None and empty ones are left out
    """
    made = etree.Element(f"{{{space}}}{tag}")
    if kind := attributes.pop("type", None):
        made.set(f"{{{XSI}}}type", kind)
    for name, value in attributes.items():
        if value := clean(value):
            made.set(name, value)
    _fill(made, content)
    return made


def _fill(made, content):
    for part in content:
        if part is None:
            continue
        if isinstance(part, str):
            part = clean(part)
            if len(made):
                made[-1].tail = (made[-1].tail or "") + part
            else:
                made.text = (made.text or "") + part
        elif isinstance(part, etree._Element):
            made.append(part)
        else:
            _fill(made, part)


# --- data types ------------------------------------------------------------------------------


def templates(pairs: Iterable[tuple[str, str]]):
    """templateId of each, also without its extension, as documents of release 1.1 had it."""
    for root, extension in pairs:
        yield element("templateId", root=root)
        if extension:
            yield element("templateId", root=root, extension=extension)


def ii(identifier: Identifier):
    return element("id", root=identifier.root, extension=identifier.extension)


def ids(identifier: Identifier, npi: str):
    """Ours, and the National Provider Identifier or that it is not known."""
    yield (
        element("id", root=NPI, extension=npi) if npi else element("id", root=NPI, nullFlavor="UNK")
    )
    yield ii(identifier)


def ts(tag: str, at: datetime | date | None):
    """A point in time to the second with its offset, a day, or unknown."""
    return element(tag, value=stamp(at)) if at else element(tag, nullFlavor="UNK")


def stamp(at: datetime | date) -> str:
    """``20260315093000-0500``, or ``20260315`` of a date."""
    return f"{at.year:04}" + at.strftime("%m%d%H%M%S%z" if isinstance(at, datetime) else "%m%d")


def since(
    at: datetime | date | None, end: datetime | date | None = None, *, is_over=False, **attributes
):
    """effectiveTime of what began at `at`, and goes on unless it is over or has an `end`."""
    high = ts("high", end) if is_over or end else None
    return element("effectiveTime", ts("low", at), high, **attributes)


def reference(to: str):
    return element("reference", value=f"#{to}")


def text_at(to: str, words: str = ""):
    """The text of a statement: in the narrative, with its words where no code says them."""
    return element("text", words, reference(to))


def code(tag: str, of: Code, *content, **attributes):
    return element(
        tag,
        *content,
        code=of.code,
        codeSystem=of.system,
        codeSystemName=CODE_SYSTEM_NAMES.get(of.system),
        displayName=of.display,
        **attributes,
    )


def coded(
    tag: str,
    codes: Iterable[Code],
    systems: Iterable[str],
    text_id: str | None,
    text: str = "",
    **attributes,
):
    """A coded value whose original text stands in the narrative.

    The first code of `systems` is its code, all others are translations. Without one it is null:
    OTH (not in these systems) when there are others, UNK when nobody coded it. `text` stands in
    the original text and as the display name of whatever has no other, coded or not: many
    systems read neither the narrative nor the reference to it.
    """
    codes = [replace(of, display=of.display or text) for of in codes if of.code]
    main = next((of for of in codes if of.system in systems), None)
    content = [
        element("originalText", text, reference(text_id)) if text_id else None,
        [code("translation", of) for of in codes if of is not main],
    ]
    if main:
        return code(tag, main, *content, **attributes)
    attributes["nullFlavor"] = "OTH" if codes else "UNK"
    return element(tag, *content, displayName=text, **attributes)


def person_name(name: Name, use: str | None = None):
    if not (clean(name.family) or any(map(clean, name.given))):
        return element("name", nullFlavor="UNK")
    return element(
        "name",
        element("prefix", name.prefix) if clean(name.prefix) else None,
        [element("given", given) for given in name.given if clean(given)] or unknown("given"),
        element("family", name.family) if clean(name.family) else unknown("family"),
        element("suffix", name.suffix) if clean(name.suffix) else None,
        use=use,
    )


def organization_name(name: str):
    return element("name", name) if clean(name) else unknown("name")


def address(of: Address, use: str | None = None):
    """An address in pieces; pieces that a US address needs and that are missing are unknown."""
    lines = [line for line in map(clean, of.lines) if line]
    if not (lines or clean(of.city) or clean(of.postal_code)):
        return unknown("addr")
    # No more than four lines: the rest goes into the last
    lines = [*lines[:3], ", ".join(lines[3:])] if len(lines) > 4 else lines
    parts = [[element("streetAddressLine", line) for line in lines] or unknown("streetAddressLine")]
    for tag, value in (
        ("city", of.city),
        ("state", of.state),
        ("postalCode", of.postal_code),
        ("country", of.country or "US"),
    ):
        parts.append(element(tag, value) if clean(value) else unknown(tag))
    return element("addr", *parts, use=use)


def telecoms(contact: Contact, use: str = "WP"):
    """Phone, then e-mail; or unknown."""
    made = []
    if number := clean(contact.phone):
        made.append(phone(number, use))
    if email := clean(contact.email):
        made.append(element("telecom", value="mailto:" + quote(email, safe="@+"), use=use))
    return made or [unknown("telecom")]


def phone(number: str, use: str):
    return element("telecom", value=_tel(clean(number)), use=use)


def _tel(phone: str) -> str:
    """A phone number as RFC 3966 has it; what is none is kept as it was written."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return "tel:" + quote(phone, safe="+")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)


def unknown(tag: str):
    return element(tag, nullFlavor="UNK")
