"""HL7 v2 messages from outside: segments, fields and components (HL7 v2.5.1, chapter 2).

What is merely unusual is read: any line ends, frames of MLLP, batches, separators of the sender.
"""

import re
from dataclasses import dataclass

_START = re.compile(r"[\ufeff\x0b\s]*(?:FHS|BHS|MSH)([^\w\s])([^\w\s])([^\w\s])([^\w\s])([^\w\s]?)")
_ESCAPE = re.compile(r"\\([^\\]{1,200})\\")
_BREAKS = {".br": "\n", ".sp": "\n", ".ce": "\n", "H": "", "N": ""}


class NotHl7(ValueError):
    """This is no HL7 v2 message."""


@dataclass(frozen=True)
class Segment:
    """A segment: `name` such as ``OBX``, and its fields as they are written."""

    name: str
    fields: tuple[str, ...]
    separators: tuple[str, str, str]  # of components, repetitions and subcomponents

    def field(self, number: int) -> str:
        """Return a field by its number, or nothing; MSH-1 is the separator itself."""
        return self.fields[number] if number < len(self.fields) else ""

    def repetitions(self, number: int) -> list[str]:
        """Return the repetitions of a field."""
        return self.field(number).split(self.separators[1])

    def components(self, number: int) -> list[str]:
        """Return the components of a field's first repetition, with their escapes undone."""
        return self.parts(self.repetitions(number)[0])

    def component(self, number: int, place: int) -> str:
        """Return one component of a field, counted from 1, or nothing."""
        parts = self.components(number)
        return parts[place - 1] if place <= len(parts) else ""

    def parts(self, repetition: str) -> list[str]:
        """Return the components of a repetition, with their escapes undone."""
        return [self.text(part) for part in repetition.split(self.separators[0])]

    def text(self, written: str) -> str:
        """Return what a text says: escapes undone, first subcomponents as they are."""
        meant = dict(zip("SRT", self.separators, strict=True)) | {"F": "|", "E": "\\"}

        def undone(match):
            code = match[1]
            if code in meant:
                return meant[code]
            if code[:1] == "X" and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", code[1:]):
                return bytes.fromhex(code[1:]).decode("latin-1")
            return _BREAKS.get(code.rstrip("+-0123456789 "), "")

        return _ESCAPE.sub(undone, written) if "\\" in written else written


def read(text: str) -> list[Segment]:
    """Return the segments of a message, or of all messages of a batch.

    :raises NotHl7: if it does not begin like one
    """
    if not (start := _START.match(text)):
        raise NotHl7
    between, component, repetition, _escape, subcomponent = start.groups()
    separators = (component, repetition, subcomponent or "&")
    segments = []
    for line in re.split(r"[\r\n\x0b\x1c]+", text.lstrip("\ufeff")):
        name, *fields = line.strip(" \t").split(between)
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", name):
            continue
        if name in ("MSH", "FHS", "BHS"):
            fields.insert(0, between)  # so that numbers are those of the standard
        segments.append(Segment(name, (name, *fields), separators))
    return segments
