"""The provider directory: fictional practices to write to, and whoever joined them since."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any

from . import DOMAIN_SUFFIX, clock, names

DATA = Path(__file__).with_name("data")
SEARCHED = ("name", "npi", "specialty", "organization", "address", "city")
SHOWN = (*SEARCHED, "street", "state", "zip", "phone")


def fill(db: Connection) -> None:
    """Put the practices and providers of ``data/`` into a fresh database, authenticated."""
    db.executemany(
        "INSERT INTO practice (domain, reference, name, street, city, state, zip, phone,"
        " authenticated_at) VALUES (:domain, :label, :name, :street, :city, :state, :zip, :phone,"
        " :authenticated_at)",
        [
            {**row, "domain": _domain(row["label"]), "authenticated_at": clock.now()}
            for row in _rows("practices.csv")
        ],
    )
    db.executemany(
        "INSERT INTO mailbox (address, domain, reference, name, npi, specialty)"
        " VALUES (:address, :domain, :npi, :name, :npi, :specialty)",
        [
            {
                **row,
                "domain": _domain(row["practice"]),
                "address": f"{row['username']}@{_domain(row['practice'])}",
            }
            for row in _rows("providers.csv")
        ],
    )


def search(db: Connection, query: str, limit: int) -> list[dict[str, Any]]:
    """Entries of authenticated practices in which each word of the query begins some word."""
    wanted = names.words(query)
    everyone = db.execute(
        "SELECT mailbox.*, practice.name AS organization, street, city, state, zip, phone"
        " FROM mailbox JOIN practice USING (domain) WHERE authenticated_at IS NOT NULL"
        " ORDER BY mailbox.name, address"
    )
    found = (entry for entry in everyone if _matches(entry, wanted))
    return [{name: entry[name] for name in SHOWN} for entry in islice(found, limit)]


def _matches(entry: Row, wanted: list[str]) -> bool:
    there = names.words(" ".join(entry[name] or "" for name in SEARCHED))
    return all(any(word.startswith(part) for word in there) for part in wanted)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _domain(label: str) -> str:
    return f"{label}.{DOMAIN_SUFFIX}"
