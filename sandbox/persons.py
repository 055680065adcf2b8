"""The test persons: who passes, who does not, and whom something happens to."""

from .enrollment_bodies import Applicant

NOBODY_ANSWERS = "0000"
EXPLAINED = {
    "Passes": ("last name, or any other", "passes when everything else fits"),
    "Nomatch": ("last name", "fails: the name does not match"),
    "Nowhere": ("in the street", "fails: the address does not match"),
    "Quiz": ("last name", "fails when knowledge questions are chosen, whatever is answered"),
    "Silent": (f"phone ending in {NOBODY_ANSWERS}", "nobody answers; by last name, fails"),
    "Dropped": ("last name", "the connection is lost after the attempt was decided"),
    "Locked": ("last name", "the practice is locked out at once"),
    "Review": ("last name", "when everything else fits, a person looks into it and approves"),
}


def is_named(person: Applicant, *names: str) -> bool:
    return person.last_name.strip().casefold() in {name.casefold() for name in names}


def matches(person: Applicant) -> bool:
    """Whether name and address are those that are known of the person."""
    return not is_named(person, "Nomatch", "Silent") and "nowhere" not in person.street.casefold()


def nobody_answers(phone: str) -> bool:
    return phone.endswith(NOBODY_ANSWERS)
