"""What the controls and the console see: everything, of all customers."""

import json
from sqlite3 import Connection, Row
from typing import Any

from . import clock, events
from .messages import not_found

STATUSES = ("accepted", "processed", "dispatched", "failed")


def messages(db: Connection, limit: int, mailbox: str | None = None) -> list[dict[str, Any]]:
    """The newest messages, of one mailbox or of all, without their content."""
    found = db.execute(
        "SELECT message.*, customer.name AS customer,"
        " (SELECT count(*) FROM attachment WHERE message_id = message.id) AS attachments"
        " FROM message LEFT JOIN customer ON customer.id = customer_id"
        " WHERE :mailbox IS NULL OR :mailbox IN (sender, recipient)"
        " ORDER BY number DESC LIMIT :limit",
        {"mailbox": mailbox, "limit": limit},
    )
    return [{**_envelope(row), "attachments": row["attachments"]} for row in found]


def message(db: Connection, id_: str) -> dict[str, Any]:
    """A message with its text, its attachments' digests and its events; ApiError."""
    row = db.execute(
        "SELECT message.*, customer.name AS customer FROM message"
        " LEFT JOIN customer ON customer.id = customer_id WHERE message.id = ?",
        (id_,),
    ).fetchone()
    if row is None:
        raise not_found()
    attachments = db.execute(
        "SELECT name, content_type, size, sha256 FROM attachment WHERE message_id = ?"
        " ORDER BY position",
        (id_,),
    )
    happened = db.execute("SELECT * FROM event WHERE message_id = ? ORDER BY number", (id_,))
    return {
        **_envelope(row),
        "text": row["text"],
        "context": json.loads(row["context"] or "null"),
        "attachments": [dict(attachment) for attachment in attachments],
        "events": [events.as_json(event) for event in happened],
    }


def attachment(db: Connection, id_: str, position: int) -> Row:
    """Name, type and content of an attachment, counted from 0; ApiError."""
    found = db.execute(
        "SELECT name, content_type, content FROM attachment WHERE message_id = ? AND position = ?",
        (id_, position),
    ).fetchone()
    if found is None:
        raise not_found()
    return found


def some_provider(db: Connection) -> str:
    """An address of the directory to write from when none was named."""
    found = db.execute(
        "SELECT address FROM mailbox JOIN practice USING (domain) WHERE customer_id IS NULL"
        " ORDER BY address LIMIT 1"
    )
    return found.fetchone()["address"]


def counts(db: Connection) -> dict[str, int]:
    """Messages by status; how many keys were used; messages that share a key (none, ever)."""
    by_status = dict(db.execute("SELECT status, count(*) FROM message GROUP BY status").fetchall())
    sent, keys = db.execute(
        "SELECT count(*), count(DISTINCT customer_id || ' ' || idempotency_key) FROM message"
        " WHERE idempotency_key IS NOT NULL"
    ).fetchone()
    return {
        "messages": sum(by_status.values()),
        **{status: by_status.get(status, 0) for status in STATUSES},
        "idempotency_keys": keys,
        "duplicates": sent - keys,
    }


def practices(db: Connection) -> list[dict[str, Any]]:
    """All practices, those of customers first, each with its mailboxes and how busy they are."""
    boxes: dict[str, list[dict[str, Any]]] = {}
    for box in db.execute(
        "SELECT mailbox.*,"
        " (SELECT count(*) FROM message WHERE recipient = address AND status = 'dispatched')"
        " AS received, (SELECT count(*) FROM message WHERE sender = address) AS sent"
        " FROM mailbox ORDER BY mailbox.name"
    ):
        boxes.setdefault(box["domain"], []).append(dict(box))
    found = db.execute(
        "SELECT practice.*, customer.name AS customer FROM practice"
        " LEFT JOIN customer ON customer.id = customer_id"
        " ORDER BY customer_id IS NULL, practice.name"
    )
    return [{**row, "mailboxes": boxes.get(row["domain"], [])} for row in map(dict, found)]


def timeline(db: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest events, each with what became of its callbacks."""
    found = db.execute(
        "SELECT event.*, customer.name AS customer,"
        " (SELECT group_concat(coalesce(outcome, 'waiting') || ' (attempts: ' || attempts || ')',"
        " ', ') FROM callback WHERE event_number = event.number) AS callbacks"
        " FROM event JOIN customer ON customer.id = customer_id"
        " ORDER BY event.number DESC LIMIT ?",
        (limit,),
    )
    return [
        {**events.as_json(row), "customer": row["customer"], "callbacks": row["callbacks"]}
        for row in found
    ]


def _envelope(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "customer": row["customer"],
        "idempotency_key": row["idempotency_key"],
        "from": row["sender"],
        "to": row["recipient"],
        "subject": row["subject"],
        "in_reply_to": row["in_reply_to"],
        "status": row["status"],
        "reason": row["reason"],
        "accepted_at": clock.rfc3339(row["accepted_at"]),
        "displayed_at": clock.rfc3339(row["displayed_at"]),
    }
