"""The walk of a message: accepted, processed by the other side, dispatched into the mailbox."""

import secrets
from sqlite3 import Connection, Row

from . import clock, registry
from .errors import ApiError
from .events import Events
from .messages import not_found
from .settings import Settings
from .store import Store
from .ticker import Ticker

BATCH = 200
STEPS = (
    ("accepted", "processed", "processed_after"),
    ("processed", "dispatched", "dispatched_after"),
)


class Delivery:
    """Moves what is due. All it knows is in the store, so it goes on after a restart."""

    def __init__(self, store: Store, settings: Settings, events: Events):
        self._store = store
        self._settings = settings
        self._events = events
        self._ticker = Ticker("delivery", self.step)
        store.on_commit(self._ticker.wake)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def step(self) -> float | None:
        """Move a batch of what is due; the seconds until the next is."""
        due = [
            (row, to)
            for from_, to, delay in STEPS
            for row in self._store.read().execute(
                "SELECT * FROM message WHERE status = ? AND accepted_at <= ?"
                " ORDER BY accepted_at LIMIT ?",
                (from_, clock.now() - self._delay(delay), BATCH),
            )
        ]
        if due:
            with self._store.write() as db:
                for message, to in due:
                    self._move(db, message, to)
            return 0
        return self._next_due()

    def fail(self, db: Connection, id_: str, reason: str) -> None:
        """The other side refuses it, even after it was dispatched: such notices come late, too."""
        message = _message(db, id_)
        if message["status"] == "failed":
            raise ApiError(409, "already_failed", "This message already failed.")
        db.execute(
            "UPDATE message SET status = 'failed', reason = ? WHERE id = ?", (reason, message["id"])
        )
        self._tell(db, message, "message.failed", reason)

    def display(self, db: Connection, id_: str) -> None:
        """The other side reads it; the sender is told the first time."""
        message = _message(db, id_)
        if message["status"] != "dispatched":
            raise ApiError(409, "not_dispatched", "Only a dispatched message can be read.")
        if message["displayed_at"] is None:
            db.execute("UPDATE message SET displayed_at = ? WHERE id = ?", (clock.now(), id_))
            self._tell(db, message, "message.displayed")

    def _move(self, db: Connection, message: Row, to: str) -> None:
        moved = db.execute(
            "UPDATE message SET status = ? WHERE id = ? AND status = ?",
            (to, message["id"], message["status"]),
        ).rowcount
        if not moved:
            return
        self._tell(db, message, f"message.{to}")
        owner = registry.mailbox_owner(db, message["recipient"])
        if to == "dispatched" and owner:
            self._receive(db, message, owner)

    def _receive(self, db: Connection, message: Row, customer_id: int) -> None:
        id_ = f"inb-{secrets.token_hex(12)}"
        db.execute(
            "INSERT INTO inbound (id, message_id, customer_id) VALUES (?, ?, ?)",
            (id_, message["id"], customer_id),
        )
        self._events.emit(db, customer_id, "message.received", message_id=id_)

    def _tell(self, db: Connection, message: Row, type_: str, reason: str | None = None) -> None:
        """Tell the sender, when it is a customer."""
        if message["customer_id"]:
            self._events.emit(
                db,
                message["customer_id"],
                type_,
                message_id=message["id"],
                idempotency_key=message["idempotency_key"],
                reason=reason,
            )

    def _next_due(self) -> float | None:
        times = [
            oldest + self._delay(delay)
            for from_, _to, delay in STEPS
            for (oldest,) in self._store.read().execute(
                "SELECT min(accepted_at) FROM message WHERE status = ?", (from_,)
            )
            if oldest is not None
        ]
        return (min(times) - clock.now()) / 1000 if times else None

    def _delay(self, name: str) -> int:
        return round(getattr(self._settings.values, name) * 1000)


def _message(db: Connection, id_: str) -> Row:
    message = db.execute("SELECT * FROM message WHERE id = ?", (id_,)).fetchone()
    if message is None:
        raise not_found()
    return message
