"""Files that are inside clinical records: C-CDA, HL7 v2 and FHIR carry them as base64."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator

from lxml import etree

from .. import hl7, safe_xml
from ..cda.nodes import attribute, child, local_name, one_line, words
from .archive import DAMAGED
from .budget import Budget, Unopened
from .inner import Inner
from .text import decode

DAMAGED_INSIDE = "A file in this document is damaged. Ask the sender to send it again."
ELSEWHERE = (
    "This document refers to a file that isn't included. Ask the sender to send that file too."
)
TOO_COMPLEX = (
    "This file is too complex to open here. Ask the sender to send its documents as separate files."
)
DEPTH = 200  # of objects within objects in JSON


def in_cda(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the body of a document that has no sections, and its pictures (observationMedia)."""
    root = _parsed(content)
    title = words(child(root, "title"))
    body = child(root, "component", "nonXMLBody", "text")
    if body is not None:
        yield from _in_element(body, title, budget)
    for media in root.iter("{*}observationMedia"):
        value = child(media, "value")
        if value is not None:
            yield from _in_element(value, attribute(media, "ID"), budget)


def _parsed(content):
    try:
        root, _notices = safe_xml.read(content)
    except safe_xml.Refused as refused:
        raise Unopened(str(refused)) from None
    return root


def _in_element(element, title, budget):
    """Yield the file in an element of the type ED (HL7 V3 data types)."""
    content_type = one_line(attribute(element, "mediaType")).lower() or "text/plain"
    written = "".join(element.itertext(etree.Element)).strip()
    if not written:
        if child(element, "reference") is not None:
            yield ELSEWHERE
        return
    if attribute(element, "representation").upper() != "B64":
        yield Inner("", f"{content_type}; charset=utf-8", written.encode(), title)
        return
    try:
        inside = _from_base64(written, budget)
        if attribute(element, "compression").upper() in ("DF", "ZL", "GZ"):
            inside = _inflated(inside, attribute(element, "compression").upper(), budget)
    except (ValueError, zlib.error) as error:
        if isinstance(error, Unopened):
            raise
        yield DAMAGED_INSIDE
    else:
        yield Inner("", content_type, inside, title)


def _inflated(content, compression, budget):
    bits = {"DF": -zlib.MAX_WBITS, "ZL": zlib.MAX_WBITS, "GZ": zlib.MAX_WBITS | 16}[compression]
    unpacker = zlib.decompressobj(bits)
    inside = unpacker.decompress(content, budget.bytes + 1)
    budget.take(len(inside))
    return inside


def in_hl7(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the files in the observations of a message (OBX-5 of the type ED)."""
    for segment in hl7.read(decode(content).text):
        if segment.name != "OBX":
            continue
        if segment.field(2) == "RP":
            yield ELSEWHERE
        if segment.field(2) != "ED":
            continue
        title = segment.component(3, 2) or segment.component(3, 1)
        for repetition in segment.repetitions(5):
            # Source, type, subtype, encoding, data (HL7 v2.5.1, 2.A.24)
            parts = [*segment.parts(repetition), *[""] * 5]
            _source, main, sub, encoding, written = parts[:5]
            content_type = sub.lower() if "/" in sub else f"{main}/{sub}".lower().strip("/")
            if not written:
                continue
            try:
                if encoding.lower() == "base64":
                    inside = _from_base64(written, budget)
                elif encoding.lower() == "hex":
                    inside = bytes.fromhex(written)
                else:
                    inside = written.encode()
                    content_type += "; charset=utf-8"
            except ValueError as error:
                if isinstance(error, Unopened):
                    raise
                yield DAMAGED_INSIDE
            else:
                yield Inner("", content_type, inside, title)


def in_fhir(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the attachments anywhere in a resource or bundle (Attachment, Binary)."""
    for resource in fhir_objects(content):
        written, content_type = resource.get("data"), resource.get("contentType")
        if not (isinstance(written, str) and isinstance(content_type, str)):
            continue
        title = resource.get("title")
        try:
            inside = _from_base64(written, budget)
        except binascii.Error:
            yield DAMAGED_INSIDE
        else:
            yield Inner("", content_type, inside, title if isinstance(title, str) else "")


def fhir_objects(content: bytes) -> Iterator[dict]:
    """Yield every object of a FHIR file, in its order, whether it is JSON or XML.

    Of XML the attributes `value` stand for the elements; a child that repeats is a list.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        yield from _objects(_from_xml(_parsed(content)))
        return
    try:
        value = json.loads(decode(content).text)
    except (ValueError, RecursionError) as error:
        raise Unopened(DAMAGED if isinstance(error, ValueError) else TOO_COMPLEX) from None
    yield from _objects(value)


def fhir_resources(content: bytes) -> Iterator[dict]:
    """Yield every resource of a FHIR file, those inside others too."""
    for found in fhir_objects(content):
        if isinstance(found.get("resourceType"), str):
            yield found


def _objects(value):
    waiting = [(value, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEPTH:
            raise Unopened(TOO_COMPLEX)
        if isinstance(value, dict):
            yield value
            value = value.values()
        if not isinstance(value, str) and hasattr(value, "__iter__"):
            waiting.extend(reversed([(one, depth + 1) for one in value]))


def _from_xml(element):
    """Return an element as JSON would have it; at most 256 deep, as `safe_xml` allows."""
    if element.get("value") is not None:
        return element.get("value")
    name = local_name(element, any_space=True)
    said = {"resourceType": name} if name[:1].isupper() else {}
    for inner in element.iterchildren(etree.Element):
        key, value = local_name(inner, any_space=True), _from_xml(inner)
        if key in said:
            said[key] = [*(said[key] if isinstance(said[key], list) else [said[key]]), value]
        else:
            said[key] = value
    return said


def _from_base64(written, budget):
    """Return bytes; white space may stand anywhere in them, and padding be left out."""
    written = "".join(written.split())
    inside = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    budget.take(len(inside))
    return inside
