"""Which of our patients a message from outside is about: a proposal with its reasons.

What is known of the person is compared item by item, each item finds *same*, *similar* or
*different*, and the table `WEIGHTS` says what that is worth. An item that either side lacks counts
nothing. A score is only for putting candidates in order and for the two thresholds; a person
decides. Names are compared without accents, case, order, hyphens and titles.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from . import nicknames

STRONG = 80
POSSIBLE = 40
SHOWN = 5

# What an item's finding is worth. Birth date and name make a strong match only together.
WEIGHTS = {
    ("name", "same"): 45,
    ("name", "similar"): 35,
    ("name", "former"): 20,
    ("name", "initial"): 20,
    ("name", "family"): 5,
    ("name", "given"): 0,
    ("name", "different"): -45,
    ("birth_date", "same"): 45,
    ("birth_date", "similar"): 10,
    ("birth_date", "different"): -60,
    ("sex", "same"): 3,
    ("sex", "different"): -20,
    ("postal_code", "same"): 10,
    ("postal_code", "different"): -3,
    ("record_number", "same"): 15,
}
# Findings that a reader must not overlook: such a candidate is never a strong one
CONFLICTS = frozenset(
    {
        ("name", "family"),
        ("name", "different"),
        ("birth_date", "different"),
        ("sex", "different"),
    }
)

TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "md", "do", "jr", "sr", "ii", "iii", "iv", "phd", "rn"}
)
# Letters that have no decomposition (Unicode, NFKD)
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)
APOSTROPHES = "'`.\u2019\u02bc"  # with the dot of an abbreviation
ALIKE = 0.8


@dataclass(frozen=True, repr=False)
class Person:
    """What is said of a person; what is not known is empty. `sex` is as in `direct_sex`.

    A name that is not in pieces stands whole in `full`; `former` has whole names.
    """

    given: str = ""
    family: str = ""
    full: str = ""
    birth_date: date | None = None
    sex: str = ""
    postal_code: str = ""
    record_numbers: tuple[str, ...] = ()
    former: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip() or self.full

    def __bool__(self):
        return bool(self.name or self.birth_date or self.record_numbers)


@dataclass(frozen=True)
class Match:
    """How well a candidate matches: its points and what each item found, by `WEIGHTS`."""

    score: int
    findings: tuple[tuple[str, str], ...]

    @property
    def conflicts(self) -> tuple[tuple[str, str], ...]:
        return tuple(finding for finding in self.findings if finding in CONFLICTS)

    @property
    def level(self) -> str:
        """``strong``, ``possible``, ``weak``, or ``none`` when it is not worth showing."""
        if self.score >= STRONG and not self.conflicts:
            return "strong"
        if self.score >= POSSIBLE:
            return "possible"
        return "weak" if self.score >= SHOWN else "none"


def compare(claimed: Person, known: Person) -> Match:
    """Compare what a message says with a patient of ours."""
    found = (
        ("name", _names_at_any_time(claimed, known)),
        ("birth_date", _birth_dates(claimed.birth_date, known.birth_date)),
        ("sex", _sexes(claimed.sex, known.sex)),
        ("postal_code", _equal(_postal(claimed.postal_code), _postal(known.postal_code))),
        ("record_number", _record_numbers(claimed.record_numbers, known.record_numbers)),
    )
    findings = tuple((item, finding) for item, finding in found if finding)
    return Match(sum(WEIGHTS[finding] for finding in findings), findings)


def contradict(one: Person, other: Person) -> bool:
    """Whether two statements cannot be about the same person."""
    return bool(compare(one, other).conflicts)


def merged(persons: Iterable[Person]) -> Person:
    """One statement from several that do not contradict: of each item the first that is there."""
    persons = [person for person in persons if person]
    named = next((person for person in persons if person.name), Person())

    def first(item):
        return next((value for p in persons if (value := getattr(p, item))), None)

    return Person(
        given=named.given,
        family=named.family,
        full=named.full,
        birth_date=first("birth_date"),
        sex=first("sex") or "",
        postal_code=first("postal_code") or "",
        record_numbers=tuple(
            dict.fromkeys(number for person in persons for number in person.record_numbers)
        ),
        former=tuple(dict.fromkeys(name for person in persons for name in person.former)),
    )


def words(name: str) -> list[str]:
    """The words of a name, comparable: ``"Dr. Zoë Müller-Lee"`` -> zoe, muller, lee."""
    text = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in APOSTROPHES)
    return [word for word in re.findall(r"[^\W\d_]+", text) if word not in TITLES]


def _names_at_any_time(claimed, known):
    """What the names say, the current ones first: *former* where one side has the older one."""
    now = _names(claimed, known)
    if now in ("", "same", "similar"):
        return now
    former = [
        *((claimed, Person(full=name)) for name in known.former),
        *((Person(full=name), known) for name in claimed.former),
    ]
    return "former" if any(_names(*pair) in ("same", "similar") for pair in former) else now


def _names(claimed, known):
    """What the names say of each other; nothing when one is missing.

    *same*; *similar* (the first given name and a family name are, the rest is not or is missing);
    *initial* (as far as an initial can tell); *family* (only: another given name is another
    person); *given* (only, as after a marriage); *different*.
    """
    ours, theirs = words(known.name), words(claimed.name)
    if not (ours and theirs):
        return ""
    if sorted(ours) == sorted(theirs) or "".join(ours) == "".join(theirs):
        return "same"
    our_given, our_family = _pieces(known, claimed)
    their_given, their_family = _pieces(claimed, known)
    given = _given_names(their_given, our_given)
    if not _family_names(their_family, our_family):
        return "given" if given in ("same", "similar") else "different"
    return "similar" if given == "same" else given or "family"


def _pieces(person, other):
    """Given and family names of a person in words, as well as they can be told apart."""
    if person.given or person.family:
        return words(person.given), words(person.family)
    family, comma, given = person.full.partition(",")
    if comma and words(given):
        return words(given), words(family)
    whole = words(person.full)
    if other.family:
        # The other side says which of the words are the family name
        known = words(other.family)
        family = [word for word in whole if any(_alike(word, one) for one in known)]
        if family:
            return [word for word in whole if word not in family], family
        return whole[:-1], whole[-1:]
    return whole[:1], whole[1:]


def _given_names(some, others):
    """*same*, *similar* or *initial*; nothing when they are those of two people.

    Twins often share a second name, so the first one decides. A slip of the keyboard is not
    forgiven here: Jayden and Kayden are two people.
    """
    if not (some and others):
        return "similar"
    if "".join(some) == "".join(others):
        return "same"
    one, other = some[0], others[0]
    if nicknames.same(one, other) or "".join(some[:2]) == other or "".join(others[:2]) == one:
        return "similar"
    return "initial" if 1 in (len(one), len(other)) and one[0] == other[0] else ""


def _family_names(some, others):
    """Whether family names agree: in one of several, or but for a slip of the keyboard."""
    if not (some and others):
        return True
    return "".join(some) == "".join(others) or any(
        _alike(one, other) for one in some for other in others
    )


def _alike(one, other):
    """The same word, give or take a slip of the keyboard in a long one."""
    if one == other:
        return True
    return min(len(one), len(other)) > 4 and SequenceMatcher(None, one, other).ratio() >= ALIKE


def _birth_dates(one, other):
    if not (one and other):
        return ""
    if one == other:
        return "same"
    digits = sum(a != b for a, b in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True))
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    # One wrong digit of day or month, or both swapped: a slip, if all else is the same
    slip = swapped or (digits == 1 and one.year == other.year)
    return "similar" if slip else "different"


def _sexes(one, other):
    told = {"female", "male"}
    return _equal(one, other) if {one, other} <= told else ""


def _postal(code):
    return re.sub(r"\W", "", code or "").upper()[:5]


def _record_numbers(some, others):
    return "same" if {n.strip() for n in some if n} & {n.strip() for n in others if n} else ""


def _equal(one, other):
    if not (one and other):
        return ""
    return "same" if one == other else "different"
