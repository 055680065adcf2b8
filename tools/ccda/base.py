"""What documents are made of: identifiers, codes, names, who acts for an organization."""

import uuid
from dataclasses import dataclass

# Code systems, by their object identifiers
ICD10_CM = "2.16.840.1.113883.6.90"
ICD10_PCS = "2.16.840.1.113883.6.4"
CPT = "2.16.840.1.113883.6.12"
CVX = "2.16.840.1.113883.12.292"
LOINC = "2.16.840.1.113883.6.1"
RXNORM = "2.16.840.1.113883.6.88"
SNOMED_CT = "2.16.840.1.113883.6.96"
CODE_SYSTEM_NAMES = {
    ICD10_CM: "ICD-10-CM",
    ICD10_PCS: "ICD-10-PCS",
    CPT: "CPT",
    CVX: "CVX",
    LOINC: "LOINC",
    RXNORM: "RxNorm",
    SNOMED_CT: "SNOMED CT",
}

NPI = "2.16.840.1.113883.4.6"


@dataclass(frozen=True)
class Identifier:
    """An instance identifier (II): an object identifier or UUID, and a number given out there."""

    root: str
    extension: str = ""


def stable_id(reference: str) -> Identifier:
    """Return the same identifier whenever it is asked for `reference`, and no other one's.

    UUID version 5 (RFC 9562) in the URL namespace. It needs no registered object identifier,
    which a practice rarely has.

    :param reference: names one thing in the world, such as ``<database uuid>/<model>/<id>``
    """
    return Identifier(str(uuid.uuid5(uuid.NAMESPACE_URL, reference)).upper())


@dataclass(frozen=True)
class Code:
    """A code of a terminology; `system` is the terminology's object identifier."""

    code: str
    system: str
    display: str = ""


@dataclass(frozen=True)
class Name:
    """A person's name in pieces; `names.split` makes one of a name that is in one piece."""

    family: str = ""
    given: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""

    @property
    def full(self) -> str:
        return " ".join(filter(None, (self.prefix, *self.given, self.family, self.suffix)))


@dataclass(frozen=True)
class Address:
    """A postal address. `state` and `country` are two-letter codes."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True)
class Contact:
    """How to reach somebody. `address` is a postal one, `email` may be a Direct address."""

    address: Address = Address()
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Organization:
    id: Identifier
    name: str
    npi: str = ""
    contact: Contact = Contact()


@dataclass(frozen=True)
class Person:
    """Somebody who acts for an organization: author, signer, recipient."""

    id: Identifier
    name: Name
    npi: str = ""
    contact: Contact = Contact()
    organization: Organization | None = None
