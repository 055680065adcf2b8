"""Messages: taken exactly once, found again, received, acknowledged."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any

from . import MAX_MESSAGE_BYTES, bodies, clock, registry
from .errors import ApiError
from .registry import Customer


@dataclass(frozen=True)
class File:
    """An attachment ready to be stored."""

    name: str
    content_type: str
    sha256: str
    content: bytes


def files_of(body: bodies.Written | bodies.Reply) -> list[File]:
    """The attachments with their digests; ApiError too_large. Do this outside a transaction."""
    size = len(body.text.encode()) + sum(len(attachment.content) for attachment in body.attachments)
    if size > MAX_MESSAGE_BYTES:
        raise too_large(size)
    return [
        file(attachment.name, attachment.content_type, attachment.content)
        for attachment in body.attachments
    ]


def file(name: str, content_type: str, content: bytes) -> File:
    return File(name, content_type, hashlib.sha256(content).hexdigest(), content)


def too_large(size: int) -> ApiError:
    return ApiError(
        413,
        "too_large",
        f"The message has {size} bytes; the limit is {MAX_MESSAGE_BYTES} before encoding.",
        size=size,
        limit=MAX_MESSAGE_BYTES,
    )


def digest(body: bodies.NewMessage, files: list[File]) -> str:
    """Two bodies are the same when their digests are: field order and spacing do not count."""
    parts = body.model_dump(exclude={"attachments"})
    parts["attachments"] = [(file.name, file.content_type, file.sha256) for file in files]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def submit(
    db: Connection, customer: Customer, key: str, body: bodies.NewMessage, files: list[File]
) -> tuple[bool, Row]:
    """The message and whether it is new; ApiError when it is refused, and then nothing is kept."""
    fingerprint = digest(body, files)
    if known := find_by_key(db, customer, key):
        if known["digest"] != fingerprint:
            raise ApiError(
                409,
                "idempotency_conflict",
                "This Idempotency-Key belongs to another message. Use a new key for a new message.",
                id=known["id"],
            )
        return False, known
    _check_sender(db, customer, body.sender)
    _check_recipient(db, body.recipient)
    return True, store(
        db,
        body,
        files,
        sender=body.sender,
        recipient=body.recipient,
        digest=fingerprint,
        customer_id=customer.id,
        idempotency_key=key,
    )


def store(
    db: Connection,
    body: bodies.Written,
    files: list[File],
    *,
    sender: str,
    recipient: str,
    digest: str = "",
    customer_id: int | None = None,
    idempotency_key: str | None = None,
) -> Row:
    """Accept a message that was checked; its delivery begins."""
    id_ = f"msg-{secrets.token_hex(12)}"
    db.execute(
        "INSERT INTO message (id, customer_id, idempotency_key, digest, sender, recipient, subject,"
        " text, context, in_reply_to, status, accepted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?)",
        (
            id_,
            customer_id,
            idempotency_key,
            digest,
            sender,
            recipient,
            body.subject,
            body.text,
            None if body.context is None else json.dumps(body.context),
            _thread(db, body.in_reply_to),
            clock.now(),
        ),
    )
    db.executemany(
        "INSERT INTO attachment (message_id, position, name, content_type, size, sha256, content)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (id_, n, file.name, file.content_type, len(file.content), file.sha256, file.content)
            for n, file in enumerate(files)
        ],
    )
    return db.execute("SELECT * FROM message WHERE id = ?", (id_,)).fetchone()


def find(db: Connection, customer: Customer, id_: str) -> Row | None:
    return db.execute(
        "SELECT * FROM message WHERE id = ? AND customer_id = ?", (id_, customer.id)
    ).fetchone()


def find_by_key(db: Connection, customer: Customer, key: str) -> Row | None:
    return db.execute(
        "SELECT * FROM message WHERE customer_id = ? AND idempotency_key = ?", (customer.id, key)
    ).fetchone()


def state(message: Row) -> dict[str, Any]:
    """What its sender may ask about a message: no subject, no content."""
    answer = {
        "id": message["id"],
        "idempotency_key": message["idempotency_key"],
        "status": message["status"],
        "accepted_at": clock.rfc3339(message["accepted_at"]),
        "from": message["sender"],
        "to": message["recipient"],
    }
    return answer | ({"reason": message["reason"]} if message["reason"] else {})


def waiting(db: Connection, customer: Customer, limit: int) -> dict[str, Any]:
    """The ids of messages received and not acknowledged, oldest first."""
    found = db.execute(
        "SELECT id FROM inbound WHERE customer_id = ? AND acknowledged_at IS NULL"
        " ORDER BY number LIMIT ?",
        (customer.id, limit + 1),
    ).fetchall()
    return {"ids": [row["id"] for row in found[:limit]], "more": len(found) > limit}


def received(db: Connection, customer: Customer, id_: str) -> dict[str, Any]:
    """A received message with its content; ApiError message_not_found."""
    message = db.execute(
        "SELECT message.*, inbound.id AS inbound_id FROM inbound"
        " JOIN message ON message.id = inbound.message_id"
        " WHERE inbound.id = ? AND inbound.customer_id = ?",
        (id_, customer.id),
    ).fetchone()
    if message is None:
        raise not_found()
    return {
        "id": message["inbound_id"],
        "from": message["sender"],
        "to": message["recipient"],
        "subject": message["subject"],
        "text": message["text"],
        "attachments": [
            {
                "name": file["name"],
                "content_type": file["content_type"],
                "content": base64.b64encode(file["content"]).decode(),
            }
            for file in db.execute(
                "SELECT * FROM attachment WHERE message_id = ? ORDER BY position", (message["id"],)
            )
        ],
        "context": json.loads(message["context"] or "null"),
        "in_reply_to": message["in_reply_to"],
        "message_id": message["id"],
        "sent_at": clock.rfc3339(message["accepted_at"]),
    }


def acknowledge(db: Connection, customer: Customer, id_: str) -> None:
    """It is stored on the other side; saying so twice is harmless. ApiError message_not_found."""
    changed = db.execute(
        "UPDATE inbound SET acknowledged_at = coalesce(acknowledged_at, ?)"
        " WHERE id = ? AND customer_id = ?",
        (clock.now(), id_, customer.id),
    ).rowcount
    if not changed:
        raise not_found()


def not_found() -> ApiError:
    return ApiError(404, "message_not_found", "This message doesn't exist.")


def _check_sender(db: Connection, customer: Customer, sender: str) -> None:
    found = db.execute(
        "SELECT customer_id, authenticated_at FROM mailbox JOIN practice USING (domain)"
        " WHERE address = ?",
        (sender,),
    ).fetchone()
    if found is None or found["customer_id"] != customer.id:
        raise ApiError(403, "sender_unknown", f"{sender} isn't one of your addresses.")
    if not found["authenticated_at"]:
        raise ApiError(
            403,
            "practice_not_authenticated",
            "The practice must be authenticated by its legal representative before it can send.",
        )


def _check_recipient(db: Connection, recipient: str) -> None:
    checked = registry.check_address(db, recipient)
    if not checked["trusted"]:
        code = "untrusted_address" if checked["valid"] else "invalid_address"
        raise ApiError(422, code, checked["reason"], address=recipient)


def _thread(db: Connection, in_reply_to: str | None) -> str | None:
    """A message's own id also where the id it was received under was given."""
    found = db.execute("SELECT message_id FROM inbound WHERE id = ?", (in_reply_to,)).fetchone()
    return found["message_id"] if found else in_reply_to
