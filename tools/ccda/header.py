"""The header: whom a document is about, who wrote and keeps it, who gets it."""

from datetime import datetime

from .base import LOINC, Code, Organization, Person
from .model import Encounter, ReferralNote
from .record_target import emergency_contact, patient_role
from .xml import (
    address,
    code,
    element,
    ids,
    ii,
    organization_name,
    person_name,
    stamp,
    telecoms,
    templates,
    ts,
)

REFERRAL_NOTE = Code("57133-1", LOINC, "Referral note")
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
PRIMARY_CARE = Code("PCP", "2.16.840.1.113883.5.88", "Primary care physician")


def header(note: ReferralNote):
    """Yield what stands before the body, in the order of the schema."""
    yield element("realmCode", code="US")
    yield element("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    yield from templates(
        [
            ("2.16.840.1.113883.10.20.22.1.1", "2015-08-01"),
            ("2.16.840.1.113883.10.20.22.1.14", "2015-08-01"),
        ]
    )
    yield ii(note.id)
    yield code("code", REFERRAL_NOTE)
    yield element("title", note.title)
    yield element("effectiveTime", value=stamp(note.written_at))
    yield element("confidentialityCode", code=note.confidentiality, codeSystem=CONFIDENTIALITY)
    yield element("languageCode", code=note.language)
    yield element("recordTarget", patient_role(note.patient))
    yield _author(note.author, note.authored_at)
    yield _custodian(note.custodian)
    yield _information_recipient(note.recipient)
    if note.signed_at:
        yield _legal_authenticator(note.author, note.signed_at)
    yield _callback_contact(note.author)
    yield from map(emergency_contact, note.patient.emergency_contacts)
    if note.patient.primary_care:
        yield _primary_care(note.patient.primary_care, note.encounter)
    if note.encounter:
        yield _encompassing_encounter(note.encounter)


def _author(author: Person, at: datetime):
    return element(
        "author",
        ts("time", at),
        element(
            "assignedAuthor",
            _reachable(author),
            element("assignedPerson", person_name(author.name)),
            _organization("representedOrganization", author.organization),
        ),
    )


def _custodian(custodian: Organization):
    [telecom, *_] = telecoms(custodian.contact)
    return element(
        "custodian",
        element(
            "assignedCustodian",
            element(
                "representedCustodianOrganization",
                ids(custodian.id, custodian.npi),
                organization_name(custodian.name),
                telecom,
                address(custodian.contact.address, use="WP"),
            ),
        ),
    )


def _information_recipient(recipient: Person):
    return element(
        "informationRecipient",
        element(
            "intendedRecipient",
            _reachable(recipient),
            element("informationRecipient", person_name(recipient.name)),
            _organization("receivedOrganization", recipient.organization),
        ),
    )


def _legal_authenticator(signer: Person, at: datetime):
    return element(
        "legalAuthenticator",
        ts("time", at),
        element("signatureCode", code="S"),
        element(
            "assignedEntity",
            _reachable(signer),
            element("assignedPerson", person_name(signer.name)),
            _organization("representedOrganization", signer.organization),
        ),
    )


def _callback_contact(person: Person):
    """Whom to call about the referral."""
    return element(
        "participant",
        element(
            "associatedEntity",
            _reachable(person),
            element("associatedPerson", person_name(person.name)),
            _organization("scopingOrganization", person.organization),
            classCode="ASSIGNED",
        ),
        typeCode="CALLBCK",
    )


def _primary_care(person: Person, encounter: Encounter | None):
    """Who cares for the patient usually; since when is not known."""
    return element(
        "documentationOf",
        element(
            "serviceEvent",
            element("effectiveTime", ts("low", encounter and encounter.start)),
            element(
                "performer",
                code("functionCode", PRIMARY_CARE),
                element(
                    "assignedEntity",
                    _reachable(person),
                    element("assignedPerson", person_name(person.name)),
                    _organization("representedOrganization", person.organization),
                ),
                typeCode="PRF",
            ),
            classCode="PCPR",
        ),
    )


def _encompassing_encounter(encounter: Encounter):
    return element(
        "componentOf",
        element(
            "encompassingEncounter",
            ii(encounter.id),
            element(
                "effectiveTime",
                ts("low", encounter.start),
                ts("high", encounter.end) if encounter.end else None,
            ),
        ),
    )


def _reachable(person: Person):
    yield from ids(person.id, person.npi)
    yield address(person.contact.address, use="WP")
    yield from telecoms(person.contact)


def _organization(tag: str, organization: Organization | None):
    if not organization:
        return None
    return element(
        tag,
        ids(organization.id, organization.npi),
        organization_name(organization.name),
        telecoms(organization.contact),
        address(organization.contact.address, use="WP"),
    )
