"""What a person types to prove who they are: cleaned, and what is wrong with it.

`FIELDS` and `NUMBERS` are the one table of it. `clean` gives the canonical value, `problem` says
what to do about a canonical value or returns None. Every sentence is fixed: none has in it what
was typed, nor any part of it, and no result shows its value when printed.

Cleaning takes away surrounding space and makes one space of several, no-break ones included.
Where a number is meant (NPI, SSN, card, phone, code, ZIP, date, and the digits of a street),
digits of other scripts become 0-9; where only a number is meant, spaces, dashes, dots,
parentheses and invisible characters that come along by pasting are dropped. Everything else
stays, to be refused.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import phonenumbers
from phonenumbers import PhoneNumberType
from stdnum import luhn
from stdnum.us import ssn

from .identifiers import npi_problem

TYPED_MAX = 1000  # nothing that long is cleaned or looked at
TEXT_MAX = 100
EMAIL_MAX = 254  # RFC 5321, 4.5.3.1
EMAIL_LOCAL_PART_MAX = 64
CODE_LENGTH = 6  # NIST SP 800-63A: at least six random characters
AGE_MIN = 18
AGE_END = 120

SUFFIXES = ("Jr.", "Sr.", "II", "III", "IV", "V")
GOVERNMENT_KINDS = ("npi", "ssn")
FINANCIAL_KINDS = ("phone", "card", "knowledge")

# Never to be stored, logged or sent anywhere but to the provider. The answers to knowledge
# questions are not checked here, yet are as secret.
SECRET_FIELDS = frozenset({"government_number", "financial_number", "confirmation_code", "answers"})

# Where people live: codes of USPS Publication 28, appendix B, and the 3-digit ZIP code prefixes
# of the USPS Domestic Mail Manual, labeling list L002, gaps within a state included. The longer
# prefixes are post offices in another state than their neighbours (06390 Fishers Island, 73960
# Texhoma, 83414 Alta), and the islands that share 967 and 969.
STATES = {
    "AL": ("Alabama", "350-369"),
    "AK": ("Alaska", "995-999"),
    "AS": ("American Samoa", "96799"),
    "AZ": ("Arizona", "850-865"),
    "AR": ("Arkansas", "716-729"),
    "CA": ("California", "900-961"),
    "CO": ("Colorado", "800-816"),
    "CT": ("Connecticut", "060-069"),
    "DE": ("Delaware", "197-199"),
    "DC": ("District of Columbia", "200 202-205 569"),
    "FL": ("Florida", "320-339 341-349"),
    "GA": ("Georgia", "300-319 398-399"),
    "GU": ("Guam", "96910-96932"),
    "HI": ("Hawaii", "967-968"),
    "ID": ("Idaho", "832-838"),
    "IL": ("Illinois", "600-629"),
    "IN": ("Indiana", "460-479"),
    "IA": ("Iowa", "500-528"),
    "KS": ("Kansas", "660-679"),
    "KY": ("Kentucky", "400-427"),
    "LA": ("Louisiana", "700-714"),
    "ME": ("Maine", "039-049"),
    "MD": ("Maryland", "206-219"),
    "MA": ("Massachusetts", "010-027 055"),
    "MI": ("Michigan", "480-499"),
    "MN": ("Minnesota", "550-567"),
    "MS": ("Mississippi", "386-397"),
    "MO": ("Missouri", "630-658"),
    "MT": ("Montana", "590-599"),
    "NE": ("Nebraska", "680-693"),
    "NV": ("Nevada", "889-898"),
    "NH": ("New Hampshire", "030-038"),
    "NJ": ("New Jersey", "070-089"),
    "NM": ("New Mexico", "870-884"),
    "NY": ("New York", "005 06390 100-149"),
    "NC": ("North Carolina", "270-289"),
    "ND": ("North Dakota", "580-588"),
    "MP": ("Northern Mariana Islands", "96950-96952"),
    "OH": ("Ohio", "430-459"),
    "OK": ("Oklahoma", "730-732 734-749"),
    "OR": ("Oregon", "970-979"),
    "PA": ("Pennsylvania", "150-196"),
    "PR": ("Puerto Rico", "006-007 009"),
    "RI": ("Rhode Island", "028-029"),
    "SC": ("South Carolina", "290-299"),
    "SD": ("South Dakota", "570-577"),
    "TN": ("Tennessee", "370-385"),
    "TX": ("Texas", "733 73960 750-799 885"),
    "UT": ("Utah", "840-847"),
    "VT": ("Vermont", "050-054 056-059"),
    "VI": ("U.S. Virgin Islands", "008"),
    "VA": ("Virginia", "201 220-246"),
    "WA": ("Washington", "980-994"),
    "WV": ("West Virginia", "247-268"),
    "WI": ("Wisconsin", "530-549"),
    "WY": ("Wyoming", "820-831 83414"),
}
_MILITARY = {"AA": "340", "AE": "090-099", "AP": "962-966"}


def _by_prefix() -> dict[str, str]:
    ranges = {state: listed for state, (_name, listed) in STATES.items()} | _MILITARY
    prefixes = {}
    # California last: its range surrounds the military one of the Pacific
    for state in sorted(ranges, key=lambda state: state == "CA"):
        for listed in ranges[state].split():
            first, _, last = listed.partition("-")
            for number in range(int(first), int(last or first) + 1):
                prefixes.setdefault(f"{number:0{len(first)}}", state)
    return prefixes


_STATE_BY_PREFIX = _by_prefix()
_STATE_BY_NAME = {name.casefold(): code for code, (name, _listed) in STATES.items()}
_SUFFIX_BY_LETTERS = {suffix.strip(".").casefold(): suffix for suffix in SUFFIXES}


# -- results ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What a field holds, and what is wrong with it: nothing when `problem` is None."""

    value: str = field(repr=False)
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """How to check a field.

    `missing` is the sentence for an empty one, None when it may be empty. `problem` looks at a
    value that is not empty; `rule` then compares it with other values and the day.
    """

    clean: Callable[[str], str]
    problem: Callable[[str], str | None]
    missing: str | None
    rule: Callable[[str, Mapping[str, object], date], str | None] = lambda value, values, today: (
        None
    )

    @property
    def required(self) -> bool:
        return self.missing is not None


def checked(
    name: str,
    text: str | date | None,
    values: Mapping[str, object] | None = None,
    *,
    today: date | None = None,
) -> Result:
    """Clean and check what was typed into the field `name`.

    `values` has what the other fields hold, cleaned or not: the ZIP code is checked against
    `state`, a number as its kind wants it.
    """
    checks = field_of(name, values or {})
    if isinstance(text, date):
        text = text.isoformat()
    elif not isinstance(text, str):
        text = ""
    if len(text) > TYPED_MAX:
        return Result(text, "This is too long. Type it again.")
    value = checks.clean(text)
    if not value:
        return Result(value, checks.missing)
    problem = checks.problem(value) or checks.rule(value, values or {}, today or date.today())
    return Result(value, problem)


def problems(values: Mapping[str, object], *, today: date | None = None) -> dict[str, str]:
    """Return a sentence by the name of each field that cannot be submitted as it is."""
    results = {name: checked(name, values.get(name), values, today=today) for name in NAMES}
    return {name: result.problem for name, result in results.items() if result.problem}


def field_of(name: str, values: Mapping[str, object]) -> Field:
    """Return the checks of the field `name`: those of a number depend on the kind chosen."""
    if name not in NUMBERS:
        return FIELDS[name]
    kind_name, by_kind = NUMBERS[name]
    kind = values.get(kind_name)
    return by_kind.get(kind.strip() if isinstance(kind, str) else "", _KIND_FIRST)


def state_of(zip_code: str) -> str | None:
    """Return the state of a ZIP code (AA, AE or AP: of the armed forces), if there is one."""
    for length in (5, 3):
        if state := _STATE_BY_PREFIX.get(zip_code[:length]):
            return state
    return None


# -- cleaning ---------------------------------------------------------------------------------


def _spaced(text: str) -> str:
    """Compose accents, turn letters in disguise into letters, several spaces into one.

    Disguised are full-width, half-width and mathematical characters. The rest of NFKC is left
    out: it changes how names in Thai and other scripts are written.
    """
    plain = "".join(
        unicodedata.normalize("NFKC", character)
        if unicodedata.decomposition(character).startswith(("<wide>", "<narrow>", "<font>"))
        else character
        for character in text
    )
    spaces = "".join(" " if unicodedata.category(c) == "Zs" else c for c in plain)
    return re.sub(" +", " ", unicodedata.normalize("NFC", spaces)).strip()


def _clean_name(text: str) -> str:
    return re.sub("[\u2010\u2011]", "-", _spaced(text))


def _clean_street(text: str) -> str:
    return _ascii_digits(_clean_name(text))


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text
    )


def _clean_number(text: str) -> str:
    """Return `text` without what is written between the digits of a number."""
    return "".join(
        character
        for character in _ascii_digits(text)
        if not character.isspace()
        and unicodedata.category(character) not in ("Pd", "Cf")
        and character not in ".()\u2212"  # the minus sign
    )


def _clean_phone(text: str) -> str:
    number = _clean_number(text).replace("\uff0b", "+")
    match = re.fullmatch(r"(?:\+?1)?([0-9]{10})", number)
    return f"+1{match[1]}" if match else number


def _clean_code(text: str) -> str:
    return _clean_number(text).upper()


def _clean_zip(text: str) -> str:
    number = _clean_number(text)
    return f"{number[:5]}-{number[5:]}" if re.fullmatch("[0-9]{9}", number) else number


def _clean_state(text: str) -> str:
    name = _spaced(text).casefold()
    bare = _spaced(name.replace(".", ""))
    return _STATE_BY_NAME.get(name) or _STATE_BY_NAME.get(bare) or bare.upper()


def _clean_suffix(text: str) -> str:
    suffix = _spaced(text)
    return _SUFFIX_BY_LETTERS.get(suffix.strip(" .,").casefold(), suffix)


def _clean_email(text: str) -> str:
    local_part, at, domain = text.strip().rpartition("@")
    return local_part + at + domain.lower()


def _clean_date(text: str) -> str:
    """Return an ISO date for 1980-2-29, 2/29/1980, 2-29-1980 or 2.29.1980, else about `text`."""
    plain = "".join(
        "-" if unicodedata.category(character) == "Pd" else character
        for character in _ascii_digits(text)
        if not character.isspace() and unicodedata.category(character) != "Cf"
    )
    if match := re.fullmatch(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})", plain):
        year, _, month, day = match.groups()
    elif match := re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", plain):
        month, _, day, year = match.groups()
    else:
        return plain
    return f"{year}-{month:0>2}-{day:0>2}"


# -- checking ---------------------------------------------------------------------------------

# Persian and Indic names have joiners in them; the other invisible characters are refused, those
# that turn the direction of text first of all.
_JOINERS = "\u200c\u200d"
_NAME_MARKS = " '’‘-." + _JOINERS
_STREET_MARKS = _NAME_MARKS + "#/,"
_HIDDEN = "This contains invisible characters. Type it instead of pasting it."


def _text_problem(text: str, *, marks: str, digits: bool, sentence: str) -> str | None:
    if len(text) > TEXT_MAX:
        return f"Use no more than {TEXT_MAX} characters."
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


def _name_problem(name: str) -> str | None:
    return _text_problem(
        name,
        marks=_NAME_MARKS,
        digits=False,
        sentence="Use only letters, spaces, apostrophes, hyphens and periods in the name.",
    )


def _suffix_problem(suffix: str) -> str | None:
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


def _street_problem(street: str) -> str | None:
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


def _city_problem(city: str) -> str | None:
    if re.fullmatch("[AFD]PO", city, re.IGNORECASE):
        return _MILITARY_PROBLEM
    return _name_problem(city)


def _state_problem(state: str) -> str | None:
    if state in _MILITARY:
        return _MILITARY_PROBLEM
    return None if state in STATES else "Choose a state or territory. Example: GA for Georgia."


def _zip_problem(zip_code: str) -> str | None:
    if not re.fullmatch("[0-9]{5}(?:-[0-9]{4})?", zip_code):
        return "A ZIP code has 5 digits, or 9 with ZIP+4."
    state = state_of(zip_code)
    if state in _MILITARY:
        return _MILITARY_PROBLEM
    if not state:
        return "This ZIP code doesn't exist. Check the digits."
    return None


def _zip_rule(zip_code: str, values: Mapping[str, object], _today: date) -> str | None:
    state = checked("state", values.get("state"))
    if state.problem or state.value == state_of(zip_code):
        return None
    return "This ZIP code isn't in the selected state. Check both."


def _date_problem(value: str) -> str | None:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return "Enter the date as MM/DD/YYYY."
    try:
        date.fromisoformat(value)
    except ValueError:
        return "This date doesn't exist. Enter the month, then the day, then the year."
    return None


def _birthdate_rule(value: str, _values: Mapping[str, object], today: date) -> str | None:
    born = date.fromisoformat(value)
    if born > today:
        return "This date is in the future. Check the year."
    # Who was born on February 29 is a year older on March 1, in a year without that day
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < AGE_MIN:
        return f"The representative must be at least {AGE_MIN} years old. Check the year."
    if age >= AGE_END:
        return f"This date is {AGE_END} or more years ago. Check the year."
    return None


# RFC 5322 dot-atom, RFC 1035 labels; a top-level domain has a letter (RFC 3696). Quoted local
# parts, comments, address literals and addresses beyond ASCII are valid mail, and refused:
# hardly any are in use, and not every provider takes them.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _email_problem(email: str) -> str | None:
    local_part, at, domain = email.rpartition("@")
    if not at or not local_part or not domain:
        return "Enter your full email address. Example: name@example.org."
    if len(email) > EMAIL_MAX:
        return f"An email address can have at most {EMAIL_MAX} characters."
    if len(local_part) > EMAIL_LOCAL_PART_MAX:
        return f"The part before the @ can have at most {EMAIL_LOCAL_PART_MAX} characters."
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


def _ssn_problem(number: str) -> str | None:
    if not re.fullmatch("[0-9]{9}", number):
        return "A Social Security number has 9 digits."
    # stdnum refuses what was never issued and three numbers made public; these are placeholders
    if number == "123456789" or len(set(number)) == 1 or not ssn.is_valid(number):
        return "This isn't a valid Social Security number. Check the digits."
    return None


def _card_problem(number: str) -> str | None:
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


def _phone_problem(number: str) -> str | None:
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


def _code_problem(code: str) -> str | None:
    if not re.fullmatch(f"[0-9A-Z]{{{CODE_LENGTH}}}", code):
        return f"The confirmation code has {CODE_LENGTH} letters or digits."
    return None


def _is_one_of(kinds: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda kind: None if kind in kinds else "Choose an option from the list."


# -- the table --------------------------------------------------------------------------------


def _name(missing: str | None) -> Field:
    return Field(clean=_clean_name, problem=_name_problem, missing=missing)


def _kind(kinds: tuple[str, ...], missing: str) -> Field:
    return Field(clean=str.strip, problem=_is_one_of(kinds), missing=missing)


FIELDS = {
    "first_name": _name("Enter your first name, as on your government ID."),
    "middle_name": _name(None),
    "last_name": _name("Enter your last name, as on your government ID."),
    "suffix": Field(clean=_clean_suffix, problem=_suffix_problem, missing=None),
    "street": Field(
        clean=_clean_street,
        problem=_street_problem,
        missing="Enter the street address of your home.",
    ),
    "city": Field(clean=_clean_name, problem=_city_problem, missing="Enter the city of your home."),
    "state": Field(clean=_clean_state, problem=_state_problem, missing="Choose your state."),
    "zip": Field(
        clean=_clean_zip,
        problem=_zip_problem,
        rule=_zip_rule,
        missing="Enter the ZIP code of your home.",
    ),
    "birthdate": Field(
        clean=_clean_date,
        problem=_date_problem,
        rule=_birthdate_rule,
        missing="Enter your date of birth.",
    ),
    "email": Field(
        clean=_clean_email, problem=_email_problem, missing="Enter your personal email address."
    ),
    "government_kind": _kind(GOVERNMENT_KINDS, "Choose the type of government ID."),
    "financial_kind": _kind(
        FINANCIAL_KINDS, "Choose Personal Telephone, Personal Credit Card or Knowledge Questions."
    ),
    "call_phone": Field(
        clean=_clean_phone,
        problem=_phone_problem,
        missing="Enter a phone number where we can call you now.",
    ),
    "confirmation_code": Field(
        clean=_clean_code,
        problem=_code_problem,
        missing="Enter the confirmation code from the phone call.",
    ),
}

_KIND_FIRST = Field(
    clean=_clean_number,
    problem=lambda _value: "Choose the type first, then enter the number.",
    missing="Choose the type first, then enter the number.",
)

# By field: the field that says which kind of number it has, and how to check each kind
NUMBERS = {
    "government_number": (
        "government_kind",
        {
            "npi": Field(
                clean=_clean_number, problem=npi_problem, missing="Enter your individual NPI."
            ),
            "ssn": Field(
                clean=_clean_number,
                problem=_ssn_problem,
                missing="Enter your Social Security number.",
            ),
        },
    ),
    "financial_number": (
        "financial_kind",
        {
            "phone": Field(
                clean=_clean_phone,
                problem=_phone_problem,
                missing="Enter your personal phone number.",
            ),
            "card": Field(
                clean=_clean_number,
                problem=_card_problem,
                missing="Enter your personal credit card number.",
            ),
            # answered elsewhere: what an earlier choice left in the field is dropped
            "knowledge": Field(clean=lambda _text: "", problem=lambda _value: None, missing=None),
        },
    ),
}

NAMES = (*FIELDS, *NUMBERS)
