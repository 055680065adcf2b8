"""Direct addresses: what may be one, and what to propose.

Syntax: RFC 5321 lengths (local part 64, whole path 254), RFC 1035 labels; Direct providers
narrow the local part to lower-case letters, digits and single separators. Addresses are
compared and stored in lower case.
"""

import re
import unicodedata

from .sentence import Sentence

LABEL_MAX = 63
LOCAL_PART_MAX = 64
ADDRESS_MAX = 254

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_PART = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
RESERVED_LABELS = frozenset({"admin", "direct", "hisp", "mail", "postmaster", "test", "www"})
RESERVED_LOCAL_PARTS = frozenset(
    {"abuse", "admin", "administrator", "hostmaster", "noreply", "postmaster", "root", "webmaster"}
)

_OF_LABEL = {
    "missing": "Enter a practice name.",
    "spaces": "A practice name can't contain spaces. Try “%(without)s”.",
    "long": "A practice name can have at most %(most)s characters. This one has %(length)s.",
    "wrong": "A practice name can't contain %(wrong)s. Use only the letters a to z, digits and"
    " hyphens (-).",
    "ends": "A practice name must start and end with a letter or digit. Use hyphens (-) only"
    " between them.",
    "reserved": "“%(text)s” is reserved. Choose another practice name.",
}
_OF_LOCAL_PART = {
    "missing": "Enter a username.",
    "spaces": "A username can't contain spaces. Try “%(without)s”.",
    "long": "A username can have at most %(most)s characters. This one has %(length)s.",
    "wrong": "A username can't contain %(wrong)s. Use only the letters a to z, digits, dots,"
    " hyphens (-) and underscores.",
    "ends": "A username must start and end with a letter or digit. Use single dots, hyphens (-)"
    " and underscores only between them.",
    "reserved": "“%(text)s” is reserved. Choose another username.",
}


def normalize(text: str | None) -> str:
    """Return `text` without surrounding space, in lower case."""
    return (text or "").strip().lower()


def label_problem(label: str) -> str | None:
    """Say what is wrong with a practice's domain label, or None. `label` must be normalized."""
    return _problem(label, _OF_LABEL, _LABEL, LABEL_MAX, "-", RESERVED_LABELS)


def local_part_problem(name: str) -> str | None:
    """Say what is wrong with a username (local part), or None. `name` must be normalized."""
    return _problem(name, _OF_LOCAL_PART, _LOCAL_PART, LOCAL_PART_MAX, ".-_", RESERVED_LOCAL_PARTS)


def address_problem(address: str) -> str | None:
    """Say what is wrong with a whole address, or None. `address` must be normalized.

    Says nothing about whether the address exists or is trusted: a provider answers that.
    """
    local_part, at, domain = address.rpartition("@")
    if not at or not local_part or not domain:
        return "Enter a Direct address like name@practice.direct.example.org."
    if len(address) > ADDRESS_MAX:
        return Sentence("A Direct address can have at most %(most)s characters.", most=ADDRESS_MAX)
    if len(local_part) > LOCAL_PART_MAX or not _LOCAL_PART.fullmatch(local_part):
        return Sentence(
            "The part before the @ can have letters and digits, with single dots, hyphens or"
            " underscores between them, and at most %(most)s characters.",
            most=LOCAL_PART_MAX,
        )
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return "The part after the @ isn't a valid domain. Example: practice.direct.example.org."
    return None


def propose_label(practice_name: str | None) -> str:
    """Turn a company name into a label: "Sunrise Médicine, Inc." -> sunrisemedicine."""
    return _propose(_without_legal_form(practice_name), "")[:LABEL_MAX].strip("-")


def propose_local_part(person_name: str | None) -> str:
    """Turn a person's name into a username: "Dr. Zoë O'Hara, MD" -> dr.zoe.ohara."""
    name = (person_name or "").partition(",")[0].replace("'", "").replace("’", "")
    return _propose(name, ".")[:LOCAL_PART_MAX].strip(".")


def _problem(text, sentences, pattern, longest, marks, reserved) -> str | None:
    wrong = sorted({c for c in text if not (c.isascii() and c.isalnum()) and c not in marks})
    if not text:
        found = "missing"
    elif any(character.isspace() for character in text):
        found = "spaces"
    elif len(text) > longest:
        found = "long"
    elif wrong:
        found = "wrong"
    elif not pattern.fullmatch(text):
        found = "ends"
    elif text in reserved:
        found = "reserved"
    else:
        return None
    return Sentence(
        sentences[found],
        text=text,
        without="".join(text.split()),
        wrong=" ".join(wrong),
        length=len(text),
        most=longest,
    )


def _without_legal_form(name: str | None) -> str:
    return re.sub(
        r"[\s,]+(inc|llc|llp|pllc|pc|p\.c|pa|p\.a|ltd|corp|co)\.?\s*$", "", name or "", flags=re.I
    )


def _propose(text: str, separator: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return separator.join(re.findall(r"[a-z0-9]+", ascii_text))
