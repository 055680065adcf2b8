"""The test persons: who passes, who does not, and whom something happens to."""

from .enrollment_bodies import Applicant

NOBODY_ANSWERS = "0000"
EXPLAINED = {
    "Passes": ("last name, or any other", "passes if everything else is right"),
    "Nomatch": ("last name", "fails: the name doesn't match"),
    "Nowhere": ("in the street", "fails: the address doesn't match"),
    "Quiz": ("last name", "fails with knowledge questions, whatever is answered"),
    "Silent": (f"phone ending in {NOBODY_ANSWERS}", "nobody answers; as a last name, fails"),
    "Dropped": ("last name", "the connection is lost after the attempt was decided"),
    "Locked": ("last name", "the practice is locked out at once"),
    "Review": ("last name", "if everything else is right, a person reviews it and approves"),
}


def is_named(person: Applicant, *names: str) -> bool:
    return person.last_name.strip().casefold() in {name.casefold() for name in names}


def matches(person: Applicant) -> bool:
    """Whether name and address are those that are known of the person."""
    return not is_named(person, "Nomatch", "Silent") and "nowhere" not in person.street.casefold()


def nobody_answers(phone: str) -> bool:
    return phone.endswith(NOBODY_ANSWERS)
