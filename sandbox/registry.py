"""Customers, their practices and addresses, and what may be said of any address."""

import hashlib
import secrets
from dataclasses import dataclass
from sqlite3 import Connection, IntegrityError, Row
from typing import Any

from . import DOMAIN_SUFFIX, UNTRUSTED_SUFFIX, bodies, clock, names
from .errors import ApiError
from .events import Events


@dataclass(frozen=True)
class Customer:
    """An EHR installation: what an API key stands for."""

    id: int
    name: str


def add_customer(db: Connection, name: str, key: str | None = None) -> str:
    """A new customer's API key. It is stored as a digest, so this is the only time it is shown."""
    key = key or f"sbx_{secrets.token_urlsafe(24)}"
    try:
        db.execute(
            "INSERT INTO customer (name, key_digest) VALUES (?, ?)", (name, _key_digest(key))
        )
    except IntegrityError:
        raise ApiError(
            409, "customer_exists", "A customer with this name already exists."
        ) from None
    return key


def customer_of(db: Connection, key: str) -> Customer | None:
    found = db.execute(
        "SELECT id, name FROM customer WHERE key_digest = ?", (_key_digest(key),)
    ).fetchone()
    return Customer(*found) if found else None


def _key_digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def create_domain(
    db: Connection, customer: Customer, label: str, about: bodies.Practice
) -> tuple[bool, Row]:
    """The practice's row and whether it is new; asking again for the same thing is harmless."""
    label = names.domain_label(label)
    domain = f"{label}.{DOMAIN_SUFFIX}"
    own = db.execute(
        "SELECT * FROM practice WHERE customer_id = ? AND reference = ?",
        (customer.id, about.reference),
    ).fetchone()
    if own and own["domain"] == domain:
        return False, own
    if own:
        raise ApiError(
            409,
            "domain_exists",
            f"This practice already has the domain {own['domain']}. It can't have another one.",
            domain=own["domain"],
        )
    if label in names.RESERVED_LABELS or practice(db, domain):
        reserved = label in names.RESERVED_LABELS
        raise ApiError(
            409,
            "domain_reserved" if reserved else "domain_taken",
            f"{domain} is {'kept for the provider' if reserved else 'taken'}; try another name.",
            suggestions=names.free_labels(
                label, lambda other: not practice(db, f"{other}.{DOMAIN_SUFFIX}")
            ),
        )
    db.execute(
        "INSERT INTO practice (domain, customer_id, reference, name, npi, phone)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (domain, customer.id, about.reference, about.name, about.npi, about.phone),
    )
    return True, practice(db, domain)


def own_domain(db: Connection, customer: Customer, domain: str) -> Row:
    """The practice's row; ApiError domain_not_found when it is not this customer's."""
    found = practice(db, domain)
    if found is None or found["customer_id"] != customer.id:
        raise ApiError(404, "domain_not_found", "You don't have this domain.")
    return found


def domain_state(found: Row) -> dict[str, Any]:
    """A practice's domain as clients see it."""
    return {
        "domain": found["domain"],
        "authenticated": found["authenticated_at"] is not None,
        "authenticated_at": clock.rfc3339(found["authenticated_at"]),
    }


def set_authenticated(db: Connection, events: Events, domain: str, authenticated: bool) -> Row:
    """The practice's row as it is then; its customer is told; ApiError domain_not_found."""
    before = practice(db, domain)
    if before is None:
        raise ApiError(404, "domain_not_found", "This domain doesn't exist.")
    if authenticated != bool(before["authenticated_at"]):
        db.execute(
            "UPDATE practice SET authenticated_at = ? WHERE domain = ?",
            (clock.now() if authenticated else None, before["domain"]),
        )
        if authenticated and before["customer_id"]:
            events.emit(db, before["customer_id"], "domain.authenticated", domain=before["domain"])
    return practice(db, domain)


def create_address(
    db: Connection, domain: str, username: str, person: bodies.Person
) -> tuple[bool, str]:
    """The address and whether it is new; the same person may ask for it again."""
    username = names.username(username)
    address = f"{username}@{domain}"
    existing = _mailbox(db, address)
    if existing and existing["reference"] == person.reference:
        return False, address
    if existing or username in names.RESERVED_USERNAMES:
        raise ApiError(
            409,
            "address_taken" if existing else "address_reserved",
            f"{address} is {'taken' if existing else 'kept for the provider'}; try another name.",
            suggestions=names.free_usernames(
                username, lambda other: not _mailbox(db, f"{other}@{domain}")
            ),
        )
    db.execute(
        "INSERT INTO mailbox (address, domain, reference, name, npi, specialty)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            address,
            domain,
            person.reference,
            person.name,
            person.npi,
            person.specialty,
        ),
    )
    return True, address


def check_address(db: Connection, address: str) -> dict[str, Any]:
    """Whether a message could go there: valid (it exists), trusted (it may be sent to), why not."""
    address = address.lower()
    domain = address.rpartition("@")[2]
    answer = {"address": address, "valid": False, "trusted": False}
    if not names.is_address(address):
        return {**answer, "reason": "This isn't a valid Direct address."}
    if domain.endswith(f".{UNTRUSTED_SUFFIX}"):
        reason = "Its provider isn't in the trust community. Ask the practice for another address."
        return {**answer, "valid": True, "reason": reason}
    if not domain.endswith(f".{DOMAIN_SUFFIX}"):
        reason = (
            "This domain isn't part of the trust community. It looks like ordinary email, which "
            "isn't a Direct address."
        )
        return {**answer, "reason": reason}
    mailbox, owner = _mailbox(db, address), practice(db, domain)
    if mailbox is None:
        reason = "no such mailbox" if owner else "no such practice"
        return {**answer, "reason": f"There is {reason} at this provider."}
    answer |= {"valid": True, "name": mailbox["name"], "organization": owner["name"]}
    if not owner["authenticated_at"]:
        return {**answer, "reason": "This practice isn't authenticated yet."}
    return {**answer, "trusted": True}


def mailbox_owner(db: Connection, address: str) -> int | None:
    """The id of the customer whose mailbox it is; None for the directory's."""
    found = db.execute(
        "SELECT customer_id FROM mailbox JOIN practice USING (domain) WHERE address = ?",
        (address,),
    ).fetchone()
    return found and found["customer_id"]


def practice(db: Connection, domain: str) -> Row | None:
    """The row of whoever's practice has this domain."""
    return db.execute("SELECT * FROM practice WHERE domain = ?", (domain.lower(),)).fetchone()


def _mailbox(db: Connection, address: str) -> Row | None:
    return db.execute("SELECT * FROM mailbox WHERE address = ?", (address,)).fetchone()
