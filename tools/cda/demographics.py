"""Who a clinical document is about, and who wrote it, as far as it says.

Shapes: the HL7 V3 data types PN, AD, TEL, II and TS. What is missing or malformed is an empty
value, and nothing here raises: whether that is enough to match a patient is decided elsewhere.
"""

from dataclasses import dataclass
from datetime import date

from .. import ccda
from ..ccda import Address
from .nodes import attribute, child, children, day, is_null, local_name, one_line, words

# HL7 AdministrativeGender, and what systems write instead, as `res.partner.direct_sex` has it
SEXES = {
    "f": "female",
    "female": "female",
    "m": "male",
    "male": "male",
    "un": "other",
    "oth": "other",
    "undifferentiated": "other",
    "unk": "unknown",
}
MANY = 20  # names, phones and identifiers looked at


@dataclass(frozen=True)
class Name:
    """A name in its pieces. `use` is HL7's: L legal, P pseudonym, ..., "" when not said."""

    given: tuple[str, ...] = ()
    family: str = ""
    prefix: str = ""
    suffix: str = ""
    use: str = ""
    unstructured: str = ""  # a name that was not given in pieces
    until: date | None = None  # when it ended
    has_ended: bool = False  # on a day that is not known

    @property
    def is_former(self) -> bool:
        return self.has_ended or (self.until is not None and self.until <= date.today())

    @property
    def full(self) -> str:
        pieces = (self.prefix, *self.given, self.family, self.suffix)
        return " ".join(piece for piece in pieces if piece) or self.unstructured


@dataclass(frozen=True)
class Identifier:
    """An identifier: `extension` is unique within `root`, an OID or a UUID."""

    root: str
    extension: str = ""
    assigner: str = ""


@dataclass(frozen=True)
class Demographics:
    """The patient of a document. `sex` is as in `direct_sex`.

    `names` has the current legal one first, and former ones last.
    """

    names: tuple[Name, ...] = ()
    birth_date: date | None = None
    sex: str = ""
    addresses: tuple[Address, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ids: tuple[Identifier, ...] = ()
    language: str = ""  # as RFC 5646 has it; the preferred one
    guardians: tuple[str, ...] = ()
    is_deceased: bool = False
    died_on: date | None = None

    @property
    def name(self) -> Name:
        return self.names[0] if self.names else Name()

    @property
    def given(self) -> tuple[str, ...]:
        return self.name.given

    @property
    def family(self) -> str:
        return self.name.family

    @property
    def address(self) -> Address:
        return self.addresses[0] if self.addresses else Address()

    @property
    def postal_code(self) -> str:
        return self.address.postal_code


@dataclass(frozen=True)
class Party:
    """A person, device or organization that wrote or keeps a document."""

    name: str = ""
    organization: str = ""
    phones: tuple[str, ...] = ()
    ids: tuple[Identifier, ...] = ()

    @property
    def full(self) -> str:
        return ", ".join(piece for piece in (self.name, self.organization) if piece)


def patient(record_target) -> Demographics:
    """Read a `recordTarget`, or None, into `Demographics`."""
    role = child(record_target, "patientRole")
    person = child(role, "patient")
    phones, emails = _telecoms(role)
    return Demographics(
        names=_names(person),
        birth_date=day(child(person, "birthTime")),
        sex=_sex(child(person, "administrativeGenderCode")),
        addresses=_addresses(role),
        phones=phones,
        emails=emails,
        ids=identifiers(role),
        language=_language(person),
        guardians=_guardians(person),
        is_deceased=_extension(person, "deceasedInd").lower() in ("true", "1"),
        died_on=day(_extension_element(person, "deceasedTime")),
    )


def _language(person) -> str:
    """Return the language that is preferred, else the first."""
    spoken = [
        (
            attribute(child(element, "preferenceInd"), "value").lower() not in ("true", "1"),
            attribute(child(element, "languageCode"), "code"),
        )
        for element in children(person, "languageCommunication")
    ]
    return min(((order, code) for order, code in spoken if code), default=("", ""))[1]


def _guardians(person) -> tuple[str, ...]:
    names = (
        next((name.full for name in _names(child(element, "guardianPerson"))), "")
        or words(child(element, "guardianOrganization", "name"))
        for element in list(children(person, "guardian"))[:MANY]
    )
    return tuple(filter(None, names))


def _extension_element(node, name):
    """Return the first element of another namespace (`sdtc:`) right below `node`, or None."""
    below = () if node is None else node
    return next(
        (
            element
            for element in below
            if local_name(element, any_space=True) == name and not local_name(element)
        ),
        None,
    )


def _extension(node, name) -> str:
    return attribute(_extension_element(node, name), "value")


def author(element) -> Party:
    """Read an `author` into a `Party`: a person, else the device that wrote it."""
    role = child(element, "assignedAuthor")
    device = child(role, "assignedAuthoringDevice")
    name = next((name.full for name in _names(child(role, "assignedPerson"))), "")
    return Party(
        name=name or words(child(device, "softwareName")),
        organization=words(child(role, "representedOrganization", "name")),
        phones=_telecoms(role)[0],
        ids=identifiers(role),
    )


def custodian(element) -> Party:
    """Read a `custodian`, or None, into a `Party`: the organization that keeps the document."""
    keeper = child(element, "assignedCustodian", "representedCustodianOrganization")
    return Party(
        organization=words(child(keeper, "name")),
        phones=_telecoms(keeper)[0],
        ids=identifiers(keeper),
    )


def identifiers(node) -> tuple[Identifier, ...]:
    """Read the `id` elements right below `node` (II), without those that are null."""
    return tuple(
        Identifier(
            attribute(element, "root"),
            attribute(element, "extension"),
            attribute(element, "assigningAuthorityName"),
        )
        for element in _known(node, "id")
        if attribute(element, "root")
    )


def _known(node, name):
    return [element for element in children(node, name) if not is_null(element)][:MANY]


def person_name(person) -> ccda.Name:
    """Return the name of a person (PN) as it would be written again."""
    name = next(iter(_names(person)), Name())
    if name.unstructured and not name.family:
        return ccda.names.split(name.unstructured)
    return ccda.Name(name.family, name.given, name.prefix, name.suffix)


def phones_of(role) -> tuple[str, ...]:
    """Return the phone numbers of a role."""
    return _telecoms(role)[0]


def _names(person) -> tuple[Name, ...]:
    names = (
        Name(
            given=tuple(filter(None, map(words, _known(element, "given")))),
            family=one_line(" ".join(map(words, _known(element, "family")))),
            prefix=one_line(" ".join(map(words, _known(element, "prefix")))),
            suffix=one_line(" ".join(map(words, _known(element, "suffix")))),
            use=attribute(element, "use"),
            unstructured=one_line(element.text or ""),
            until=day(child(element, "validTime", "high")),
            has_ended=attribute(child(element, "validTime", "high"), "nullFlavor") == "UNK",
        )
        for element in _known(person, "name")
    )
    told = (name for name in names if name.full)
    return tuple(sorted(told, key=lambda name: (name.is_former, name.use != "L")))


def _sex(code) -> str:
    said = (attribute(code, part).lower() for part in ("code", "displayName", "nullFlavor"))
    return next((SEXES[word] for word in said if word in SEXES), "")


def _addresses(role) -> tuple[Address, ...]:
    addresses = (
        Address(
            lines=tuple(filter(None, map(words, _known(element, "streetAddressLine")))),
            city=words(child(element, "city")),
            state=words(child(element, "state")),
            postal_code=words(child(element, "postalCode")),
            country=words(child(element, "country")),
        )
        for element in _known(role, "addr")
    )
    return tuple(address for address in addresses if address != Address())


def _telecoms(role) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return phone numbers and e-mail addresses, without the scheme they are written with."""
    phones, emails = [], []
    for element in _known(role, "telecom"):
        scheme, colon, rest = attribute(element, "value").partition(":")
        number = rest if colon else scheme
        if not number:
            continue
        if scheme.lower() == "mailto" or (not colon and "@" in number):
            emails.append(number)
        elif scheme.lower() in ("tel", "") or not colon:
            phones.append(number)
    return tuple(phones), tuple(emails)
