"""What is wrong with a cleaned value: a sentence for each kind, or None.

Every sentence is fixed: none has in it what was typed, nor any part of it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

import phonenumbers
from phonenumbers import PhoneNumberType
from stdnum import luhn
from stdnum.us import ssn

from ..sentence import Sentence
from .clean import SUFFIXES
from .places import MILITARY, STATES, state_of

TEXT_MAX = 100
EMAIL_MAX = 254  # RFC 5321, 4.5.3.1
EMAIL_LOCAL_PART_MAX = 64
CODE_LENGTH = 6  # NIST SP 800-63A: at least six random characters

# Persian and Indic names have joiners in them; the other invisible characters are refused, those
# that turn the direction of text first of all.
_JOINERS = "\u200c\u200d"
_NAME_MARKS = " '’‘-." + _JOINERS
_STREET_MARKS = _NAME_MARKS + "#/,"
_HIDDEN = "This contains invisible characters. Type it instead of pasting it."


def _text_problem(text: str, *, marks: str, digits: bool, sentence: str) -> str | None:
    if len(text) > TEXT_MAX:
        return Sentence("Use no more than %(most)s characters.", most=TEXT_MAX)
    categories = [unicodedata.category(character) for character in text]
    if any(
        category in ("Cc", "Cf") and character not in _JOINERS
        for character, category in zip(text, categories, strict=True)
    ):
        return _HIDDEN
    allowed = all(
        category[0] in "LM" or character in marks or (digits and category == "Nd")
        for character, category in zip(text, categories, strict=True)
    )
    has_letter = any(category[0] == "L" for category in categories)
    return None if allowed and has_letter and categories[0][0] != "M" else sentence


def name_problem(name: str) -> str | None:
    return _text_problem(
        name,
        marks=_NAME_MARKS,
        digits=False,
        sentence="Use only letters, spaces, apostrophes, hyphens and periods in the name.",
    )


def suffix_problem(suffix: str) -> str | None:
    return None if suffix in SUFFIXES else "Choose a suffix from the list, or leave it empty."


_MAIL_ADDRESS = re.compile(
    r"\b(?:p ?\.? ?o ?\.? ?|post(?:al)? ?(?:office ?)?)(?:box|bin|drawer|lock ?box)\b"
    r"|\bp ?\.? ?o ?\.? ?b\b\.? ?#? ?[0-9]"
    r"|\bp\.? ?m\.? ?b\b\.? ?#? ?[0-9]"
    r"|^box ?#? ?[0-9]"
    r"|\bgeneral delivery\b"
    r"|\bapartado\b",
    re.IGNORECASE,
)


def street_problem(street: str) -> str | None:
    if problem := _text_problem(
        street,
        marks=_STREET_MARKS,
        digits=True,
        sentence="Enter the street address using only letters, digits, spaces and # / , . - '.",
    ):
        return problem
    if _MAIL_ADDRESS.search(street):
        return "A P.O. box isn't a home address. Enter your street address."
    return None


_MILITARY_PROBLEM = (
    "APO, FPO and DPO addresses can't be used. Enter your home address in the United States."
)


def city_problem(city: str) -> str | None:
    if re.fullmatch("[AFD]PO", city, re.IGNORECASE):
        return _MILITARY_PROBLEM
    return name_problem(city)


def state_problem(state: str) -> str | None:
    if state in MILITARY:
        return _MILITARY_PROBLEM
    return None if state in STATES else "Choose a state or territory. Example: GA for Georgia."


def zip_problem(zip_code: str) -> str | None:
    if not re.fullmatch("[0-9]{5}(?:-[0-9]{4})?", zip_code):
        return "A ZIP code has 5 digits, or 9 with ZIP+4."
    state = state_of(zip_code)
    if state in MILITARY:
        return _MILITARY_PROBLEM
    if not state:
        return "This ZIP code doesn't exist. Check the digits."
    return None


def date_problem(value: str) -> str | None:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return "Enter the date as MM/DD/YYYY."
    try:
        date.fromisoformat(value)
    except ValueError:
        return "This date doesn't exist. Enter the month, then the day, then the year."
    return None


# RFC 5322 dot-atom, RFC 1035 labels; a top-level domain has a letter (RFC 3696). Quoted local
# parts, comments, address literals and addresses beyond ASCII are valid mail, and refused:
# hardly any are in use, and not every provider takes them.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def email_problem(email: str) -> str | None:
    local_part, at, domain = email.rpartition("@")
    if not at or not local_part or not domain:
        return "Enter your full email address. Example: name@example.org."
    if len(email) > EMAIL_MAX:
        return Sentence("An email address can have at most %(most)s characters.", most=EMAIL_MAX)
    if len(local_part) > EMAIL_LOCAL_PART_MAX:
        return Sentence(
            "The part before the @ can have at most %(most)s characters.",
            most=EMAIL_LOCAL_PART_MAX,
        )
    if not _EMAIL_LOCAL_PART.fullmatch(local_part):
        return (
            "The part before the @ can only contain letters, digits and characters such as . _ + "
            "-. Check for spaces and stray dots."
        )
    labels = domain.split(".")
    if (
        len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or not re.search("[a-z]", labels[-1])
    ):
        return "The part after the @ isn't a valid domain. Check for missing dots."
    return None


def ssn_problem(number: str) -> str | None:
    if not re.fullmatch("[0-9]{9}", number):
        return "A Social Security number has 9 digits."
    # stdnum refuses what was never issued and three numbers made public; these are placeholders
    if number == "123456789" or len(set(number)) == 1 or not ssn.is_valid(number):
        return "This isn't a valid Social Security number. Check the digits."
    return None


def card_problem(number: str) -> str | None:
    """Length: ISO/IEC 7812-1; the check digit is Luhn's."""
    if not re.fullmatch("[0-9]{13,19}", number):
        return "A card number has 13 to 19 digits. Enter all digits on the front of the card."
    if len(set(number)) == 1 or not luhn.is_valid(number):
        return "This isn't a valid card number. Check the digits."
    return None


_HOME_REGIONS = {"US", "AS", "GU", "MP", "PR", "VI"}
_PERSONAL_TYPES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def phone_problem(number: str) -> str | None:
    if re.match(r"\+[02-9]", number):
        return "Enter a U.S. phone number."
    if not re.fullmatch(r"\+1[0-9]{10}", number):
        return "Enter a 10-digit phone number with area code, without an extension."
    parsed = phonenumbers.parse(number)
    exchange, line = number[5:8], number[8:]
    # North American Numbering Plan: N11 are services, 555-01xx is fiction, 555-1212 is directory
    # assistance; phonenumbers takes them for valid.
    if (
        not phonenumbers.is_valid_number(parsed)
        or exchange[1:] == "11"
        or (exchange == "555" and (line.startswith("01") or line == "1212"))
    ):
        return "This phone number isn't in use. Check the digits."
    if phonenumbers.number_type(parsed) not in _PERSONAL_TYPES or exchange == "976":
        return "Enter a personal phone number. Toll-free and premium numbers can't be used."
    if phonenumbers.region_code_for_number(parsed) not in _HOME_REGIONS:
        return "Enter a U.S. phone number."
    return None


def code_problem(code: str) -> str | None:
    if not re.fullmatch(f"[0-9A-Z]{{{CODE_LENGTH}}}", code):
        return Sentence(
            "The confirmation code has %(length)s letters or digits.", length=CODE_LENGTH
        )
    return None


def is_one_of(kinds: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda kind: None if kind in kinds else "Choose an option from the list."
