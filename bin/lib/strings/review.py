"""All that people read, by the place where it stands: a file to be read from top to bottom."""

import re
from collections import defaultdict

import polib

from place import CHECKOUT
from strings.plain import sentences
from strings.template import PLAIN

# Fields that each model has from Odoo, with Odoo's words
OF_ODOO = (
    "activity_",
    "create_",
    "display_name",
    "message_attachment_count",
    "message_follower_ids",
    "message_has_",
    "message_ids",
    "message_is_follower",
    "message_needaction",
    "message_partner_ids",
    "write_",
)
STAND_INS = ("phimail_stand_in", "sandbox", "updox_stand_in")


def written(templates):
    """The file's text.

    :param templates: content of the .pot file of each addon
    """
    places = defaultdict(dict)
    for text in templates.values():
        for entry in polib.pofile(text):
            for where, _line in entry.occurrences:
                place, name = _place(where)
                if place:
                    places[place][name, _position(place, entry.msgid), entry.msgid] = None
    parts = [_part(place, sorted(texts)) for place, texts in sorted(places.items())]
    made = [s for folders in PLAIN.values() for f in folders for s in sentences(CHECKOUT, f)]
    parts.append(_of_python("Made of parts, and not translatable", made, whole=False))
    for folder in STAND_INS:
        title = f"{folder}: for tests and demonstrations, in no .pot file"
        parts.append(_of_python(title, list(sentences(CHECKOUT, folder))))
    return "\n".join(filter(None, parts))


def _place(where):
    """Where an entry of a .pot file stands, and which of those there it is; None: in Odoo."""
    kind, _colon, rest = where.partition(":")
    if kind == "code":
        return re.sub(r"^addons/direct_messaging/", "", rest), ""
    field, _colon, xml_id = rest.partition(":")
    addon, _dot, name = xml_id.partition(".")
    if field.startswith("ir.model.fields"):
        model, _underscores, name = name.removeprefix("field_").partition("__")
        if model == "selection":
            model, _underscores, name = name.partition("__")
        if name.startswith(OF_ODOO):
            return None, ""
        return f"{addon}: fields of {model}", name + " (help)" * field.endswith("help")
    return f"{addon}: {field}", name


def _position(place, text):
    """Where in a file the text stands, as far as it can be found."""
    path = CHECKOUT / place
    return path.read_text().find(text[:20]) if path.is_file() else 0


def _part(title, texts):
    lines = [f"{name}: {text}" if name else text for name, _position, text in texts]
    return "\n".join([f"== {title}", *(f"  {_one_line(line)}" for line in lines), ""])


def _of_python(title, found, whole=None):
    lines = [f"  {s.path}: {_one_line(s.text)}" for s in found if whole in (None, s.whole)]
    return "\n".join([f"== {title}", *lines, ""]) if lines else ""


def _one_line(text):
    return " ".join(text.split())
