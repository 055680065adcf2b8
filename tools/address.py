"""Direct addresses: what may be one, and what to propose.

Syntax: RFC 5321 lengths (local part 64, whole path 254), RFC 1035 labels; Direct providers
narrow the local part to lower-case letters, digits and single separators. Addresses are
compared and stored in lower case.
"""

import re
import unicodedata

LABEL_MAX = 63
LOCAL_PART_MAX = 64
ADDRESS_MAX = 254

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_PART = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
RESERVED_LABELS = frozenset({"admin", "direct", "hisp", "mail", "postmaster", "test", "www"})
RESERVED_LOCAL_PARTS = frozenset(
    {"abuse", "admin", "administrator", "hostmaster", "noreply", "postmaster", "root", "webmaster"}
)


def normalize(text: str | None) -> str:
    """Return `text` without surrounding space, in lower case."""
    return (text or "").strip().lower()


def label_problem(label: str) -> str | None:
    """Say what is wrong with a practice's domain label, or None. `label` must be normalized."""
    return _problem(
        label,
        what="practice name",
        pattern=_LABEL,
        longest=LABEL_MAX,
        marks="-",
        reserved=RESERVED_LABELS,
    )


def local_part_problem(name: str) -> str | None:
    """Say what is wrong with a username (local part), or None. `name` must be normalized."""
    return _problem(
        name,
        what="username",
        pattern=_LOCAL_PART,
        longest=LOCAL_PART_MAX,
        marks=".-_",
        reserved=RESERVED_LOCAL_PARTS,
    )


def address_problem(address: str) -> str | None:
    """Say what is wrong with a whole address, or None. `address` must be normalized.

    Says nothing about whether the address exists or is trusted: a provider answers that.
    """
    local_part, at, domain = address.rpartition("@")
    if not at or not local_part or not domain:
        return "Enter a Direct address like name@practice.direct.example.org."
    if len(address) > ADDRESS_MAX:
        return f"A Direct address can have at most {ADDRESS_MAX} characters."
    if len(local_part) > LOCAL_PART_MAX or not _LOCAL_PART.fullmatch(local_part):
        return (
            "The part before the @ can have letters and digits, with single dots, hyphens or"
            f" underscores between them, and at most {LOCAL_PART_MAX} characters."
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


def _problem(text, *, what, pattern, longest, marks, reserved) -> str | None:
    if not text:
        return f"Enter a {what}."
    if any(character.isspace() for character in text):
        return f"A {what} can't contain spaces. Try “{''.join(text.split())}”."
    if len(text) > longest:
        return f"A {what} can have at most {longest} characters. This one has {len(text)}."
    wrong = sorted({c for c in text if not (c.isascii() and c.isalnum()) and c not in marks})
    named_marks = " ".join(marks)
    if wrong:
        return (
            f"A {what} can't contain {' '.join(wrong)}. Use only the letters a to z, digits"
            f" and {named_marks}"
        )
    if not pattern.fullmatch(text):
        return (
            f"A {what} must start and end with a letter or digit. Use {named_marks} only"
            " between them."
        )
    if text in reserved:
        return f"“{text}” is reserved. Choose another {what}."
    return None


def _without_legal_form(name: str | None) -> str:
    return re.sub(
        r"[\s,]+(inc|llc|llp|pllc|pc|p\.c|pa|p\.a|ltd|corp|co)\.?\s*$", "", name or "", flags=re.I
    )


def _propose(text: str, separator: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return separator.join(re.findall(r"[a-z0-9]+", ascii_text))
