"""The text of Direct Context 1.1: what lets the other side match the patient.

``metadata.txt`` is lines of the form ``name: value``. The line *patient* holds parameters,
``givenName=Mary; surname=Quill; ...``.
"""

import re
from collections.abc import Mapping

FILE_NAME = "metadata.txt"
MAX_TEXT = 50_000
MAX_LINES = 100
MAX_VALUE = 500
_LINE = re.compile(r"([A-Za-z][\w-]{0,60})[ \t]*:[ \t]*(.*)")
# Where a line was folded: a space between words, and nothing in a date, a number or an id
_FOLD = "\ue000"
_WORDS = re.compile(r"(?i).*(name|street|city|locality|state|country|suffix|prefix|text)")
_GENDERS = {"m": "male", "f": "female"}


def write(context: Mapping) -> str:
    """Return the text for metadata such as ``{"version": "1.1", "patient": {"surname": ...}}``.

    What has no value is left out.
    """
    lines = []
    for name, value in context.items():
        if isinstance(value, Mapping):
            value = "; ".join(f"{key}={_plain(each)}" for key, each in value.items() if each)
        if value:
            lines.append(f"{name}: {_one_line(value)}\n")
    return "".join(lines)


def read(text: str) -> dict:
    """Return the metadata in the form that `write` takes; what is not metadata is passed over."""
    context = {"patient": {}}
    unfolded = re.sub(r"\r?\n[ \t]+", _FOLD, text[:MAX_TEXT])
    for line in unfolded.splitlines()[:MAX_LINES]:
        if found := _LINE.match(line.removeprefix("\ufeff")):
            name, value = found[1].lower(), found[2].strip()[:MAX_VALUE]
            if name == "patient":
                context["patient"] = _parameters(value)
            else:
                context[name] = _joined(name, value)
    return context


def _parameters(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(";"))
    named = ((name.strip(f" \t{_FOLD}"), each) for name, equals, each in pairs if equals)
    found = {name: value for name, each in named if (value := _joined(name, each))}
    if gender := found.get("gender"):
        found["gender"] = _GENDERS.get(gender.lower(), gender.lower())
    return found


def _joined(name: str, value: str) -> str:
    return value.replace(_FOLD, " " if _WORDS.match(name) else "").strip()


def _plain(value) -> str:
    # The two marks that part parameters have no escape
    return re.sub(r"[;=]", " ", str(value))


def _one_line(value) -> str:
    return " ".join(str(value).split())
