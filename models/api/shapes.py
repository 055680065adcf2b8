"""What a program hands over, checked for its shape: each fault is named with its argument.

Odoo logs these sentences, so they never repeat what was handed over.
"""

import base64
import binascii

from ...exceptions import ApiProblem
from ...tools import address
from ...tools.files.name import safe_name

MAX_RECIPIENTS = 50
MAX_DOCUMENTS = 100
LONGEST = {"reference": 128, "name": 255, "content_type": 127, "content": 100_000_000}
LONGEST_TEXT = 100_000  # characters of all others


def text(env, value, name, required=False) -> str:
    """Return a text without space around it."""
    longest = LONGEST.get(name, LONGEST_TEXT)
    if not isinstance(value, str):
        raise ApiProblem("invalid", env._("“%s” must be text.", name), name)
    if len(value) > longest:
        raise ApiProblem(
            "invalid",
            env._("“%(name)s” can have %(longest)s characters.", name=name, longest=longest),
            name,
        )
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ApiProblem("invalid", env._("“%s” has characters that are no text.", name), name)
    if required and not value.strip():
        raise ApiProblem("invalid", env._("Give a value for “%s”.", name), name)
    return value.strip()


def choice(env, value, name, allowed) -> str:
    """Return a text that is one of those allowed."""
    if not isinstance(value, str) or value not in allowed:
        sentence = env._("“%(name)s” must be one of: %(all)s.", name=name, all=", ".join(allowed))
        raise ApiProblem("invalid", sentence, name)
    return value


def number(env, value, name, most) -> int:
    """Return a whole number from 1 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        sentence = env._("“%(name)s” must be a number from 1 to %(most)s.", name=name, most=most)
        raise ApiProblem("invalid", sentence, name)
    return value


def recipients(env, value) -> list[str]:
    """Return Direct addresses in their normal form, each once."""
    found = [
        address.normalize(text(env, each, "recipients", required=True))
        for each in _items(env, value, "recipients", MAX_RECIPIENTS)
    ]
    if not found:
        raise ApiProblem("invalid", env._("Give at least one recipient."), "recipients")
    for position, where in enumerate(found, 1):
        if address.address_problem(where):
            sentence = env._("Recipient %s isn't a valid Direct address.", position)
            raise ApiProblem("invalid", sentence, "recipients")
    return list(dict.fromkeys(found))


def documents(env, value) -> list[tuple[str, str, bytes]]:
    """Return name, content type and bytes of each document."""
    found = []
    for position, each in enumerate(_items(env, value, "documents", MAX_DOCUMENTS), 1):
        if not isinstance(each, dict) or each.keys() != {"name", "content_type", "content"}:
            sentence = env._("Each document needs a name, a content_type and a content.")
            raise ApiProblem("invalid", sentence, "documents")
        name = safe_name(text(env, each["name"], "name"))
        content_type = text(env, each["content_type"], "content_type", required=True)
        try:
            content = base64.b64decode(text(env, each["content"], "content"), validate=True)
        except (binascii.Error, ValueError):
            sentence = env._("The content of document %s isn't valid Base64.", position)
            raise ApiProblem("invalid", sentence, "documents") from None
        if not content:
            raise ApiProblem("invalid", env._("Document %s is empty.", position), "documents")
        found.append((name, content_type, content))
    return found


def _items(env, value, name, most) -> list:
    if not isinstance(value, list) or len(value) > most:
        sentence = env._("“%(name)s” must be a list of at most %(most)s.", name=name, most=most)
        raise ApiProblem("invalid", sentence, name)
    return value


def instant(at) -> str | None:
    """Write a time (naive UTC, as fields have it) as a program reads it."""
    return f"{at.isoformat(timespec='seconds')}Z" if at else None
