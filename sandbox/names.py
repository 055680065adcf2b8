"""Rules and proposals for the two parts of a Direct address: ``username@label.suffix``."""

import re
import unicodedata
from collections.abc import Callable
from itertools import chain, count, islice

from .errors import ApiError

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
USERNAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
USERNAME_MAX = 64
ADDRESS_MAX = 254
RESERVED_LABELS = frozenset(
    {"admin", "postmaster", "direct", "www", "mail", "test", "hisp", "sandbox"}
)
RESERVED_USERNAMES = frozenset(
    {"postmaster", "abuse", "admin", "administrator", "hostmaster", "webmaster", "mailer-daemon"}
)
SUGGESTIONS = 3


def domain_label(label: str) -> str:
    """The label in lower case; ApiError domain_invalid when it cannot be one."""
    label = label.lower()
    if not LABEL.fullmatch(label):
        raise ApiError(
            422,
            "domain_invalid",
            "Use 1 to 63 letters a-z, digits and hyphens. A hyphen can't be the first or last "
            "character.",
        )
    return label


def username(name: str) -> str:
    """The username in lower case; ApiError address_invalid when it cannot be one."""
    name = name.lower()
    if len(name) > USERNAME_MAX or not USERNAME.fullmatch(name):
        raise ApiError(
            422,
            "address_invalid",
            f"Use 1 to {USERNAME_MAX} letters a-z and digits, with single dots, hyphens or "
            "underscores between them.",
        )
    return name


def is_address(address: str) -> bool:
    """Whether it has the form of an e-mail address whose parts could be Direct."""
    local, at, domain = address.rpartition("@")
    return bool(
        at
        and len(address) <= ADDRESS_MAX
        and len(local) <= USERNAME_MAX
        and USERNAME.fullmatch(local)
        and "." in domain
        and all(LABEL.fullmatch(label) for label in domain.split("."))
    )


def free_labels(label: str, is_free: Callable[[str], bool]) -> list[str]:
    return _free(label, ("-health", "-clinic", "-care"), "-", 63, is_free)


def free_usernames(name: str, is_free: Callable[[str], bool]) -> list[str]:
    return _free(name, (".md", ".office"), "", USERNAME_MAX, is_free)


def _free(
    stem: str, endings: tuple[str, ...], joint: str, limit: int, is_free: Callable[[str], bool]
) -> list[str]:
    numbered = (f"{joint}{number}" for number in count(2))
    proposals = (
        stem[: limit - len(ending)].rstrip("-._") + ending for ending in chain(endings, numbered)
    )
    return list(islice(filter(is_free, proposals), SUGGESTIONS))


def words(text: str) -> list[str]:
    """``Peña-Ortiz, José`` -> ``["pena", "ortiz", "jose"]``: what a search compares."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
