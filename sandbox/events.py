"""Events: what a customer is told, in the order it happened, by polling and by callback."""

import base64
import binascii
import json
import secrets
import zlib
from sqlite3 import Connection, Row
from typing import Any

from . import clock
from .errors import ApiError
from .faults import Faults

LANES = 4
SHOWN = (
    "id",
    "type",
    "message_id",
    "idempotency_key",
    "domain",
    "enrollment_id",
    "call_state",
    "reason",
)


class Events:
    def __init__(self, faults: Faults):
        self._faults = faults

    def emit(
        self,
        db: Connection,
        customer_id: int,
        type_: str,
        *,
        message_id: str | None = None,
        idempotency_key: str | None = None,
        domain: str | None = None,
        reason: str | None = None,
        enrollment_id: str | None = None,
        call_state: str | None = None,
    ) -> None:
        """Record an event and queue its callbacks in the transaction that made it true."""
        number = db.execute(
            "INSERT INTO event (id, customer_id, type, message_id, idempotency_key, domain, reason,"
            " enrollment_id, call_state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                f"evt-{secrets.token_hex(12)}",
                customer_id,
                type_,
                message_id,
                idempotency_key,
                domain,
                reason,
                enrollment_id,
                call_state,
                clock.now(),
            ),
        ).lastrowid
        customer = db.execute(
            "SELECT name, callback_url FROM customer WHERE id = ?", (customer_id,)
        ).fetchone()
        if customer["callback_url"]:
            subject = message_id or enrollment_id or domain or ""
            delays = self._faults.callback_delays(customer["name"])
            db.executemany(
                "INSERT INTO callback (customer_id, lane, event_number, due_at)"
                " VALUES (?, ?, ?, ?)",
                [(customer_id, lane(subject), number, clock.now() + delay) for delay in delays],
            )


def lane(subject: str) -> int:
    """Callbacks about the same thing share a lane, where they are sent one after the other."""
    return zlib.crc32(subject.encode()) % LANES


def as_json(event: Row) -> dict[str, Any]:
    """An event as clients see it; what it has not is left out."""
    shown = {name: event[name] for name in SHOWN if event[name] is not None}
    return {**shown, "at": clock.rfc3339(event["at"])}


def since(db: Connection, customer_id: int, cursor: str | None, limit: int) -> dict[str, Any]:
    """Up to `limit` events after the cursor, the cursor after them, and whether there are more."""
    after = _number(cursor)
    found = db.execute(
        "SELECT * FROM event WHERE customer_id = ? AND number > ? ORDER BY number LIMIT ?",
        (customer_id, after, limit + 1),
    ).fetchall()
    page = found[:limit]
    return {
        "events": [as_json(event) for event in page],
        "cursor": _cursor(page[-1]["number"] if page else after),
        "more": len(found) > limit,
    }


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([number]).encode()).decode().rstrip("=")


def _number(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        (number,) = json.loads(base64.urlsafe_b64decode(padded))
        return int(number)
    except (TypeError, ValueError, binascii.Error):
        message = "This cursor isn't from this API. Leave it out to start with the first event."
        raise ApiError(422, "cursor_invalid", message) from None
