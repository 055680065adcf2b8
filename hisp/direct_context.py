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
    for line in re.sub(r"\r?\n[ \t]+", " ", text[:MAX_TEXT]).splitlines()[:MAX_LINES]:
        if found := _LINE.match(line.removeprefix("\ufeff")):
            name, value = found[1].lower(), found[2].strip()[:MAX_VALUE]
            if name == "patient":
                context["patient"] = _parameters(value)
            else:
                context[name] = value
    return context


def _parameters(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(";"))
    found = {name.strip(): each.strip() for name, equals, each in pairs if equals and each.strip()}
    if gender := found.get("gender"):
        found["gender"] = _GENDERS.get(gender.lower(), gender.lower())
    return found


def _plain(value) -> str:
    # The two marks that part parameters have no escape
    return re.sub(r"[;=]", " ", str(value))


def _one_line(value) -> str:
    return " ".join(str(value).split())
