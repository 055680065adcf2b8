"""Enrollments: how a legal representative proves who they are, and a practice is authenticated.

What a person typed is looked at and forgotten. The code of a call and the questions of a try are
kept in memory while they matter; a restart ends them.
"""

import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any

from . import agreements, clock, persons, registry
from .enrollment_bodies import NewEnrollment, Verification
from .errors import ApiError
from .events import Events
from .questions import QuestionSet
from .registry import Customer
from .settings import Settings
from .store import Store
from .ticker import Ticker

ATTEMPTS = 3
QUESTION_TRIES = 2
CODE_DIGITS = 6
LIVE_CALLS = ("calling", "answered", "recorded")
FOUND = (
    "SELECT enrollment.*, customer_id, practice.name AS practice, customer.name AS customer,"
    " locked_at, counted_from FROM enrollment JOIN practice USING (domain)"
    " JOIN customer ON customer.id = customer_id"
)


@dataclass(frozen=True)
class Ring:
    """A call as long as it matters: what it says to whoever answers."""

    call_id: str
    code: str
    nobody_is_there: bool

    def __repr__(self) -> str:
        return f"Ring({self.call_id})"


class Enrollments:
    """All that is done with enrollments; time does the rest (`step`)."""

    def __init__(self, store: Store, settings: Settings, events: Events):
        self._store = store
        self._settings = settings
        self._events = events
        self._rings: dict[str, Ring] = {}
        self._questions: dict[str, QuestionSet] = {}
        self._ticker = Ticker("enrollments", self.step)
        store.on_commit(self._ticker.wake)

    def start(self) -> None:
        """End the calls of an earlier process, whose codes are lost; then let time pass."""
        with self._store.write() as db:
            for row in self._calls_under_way(db):
                self._end_call(db, row, "expired")
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def step(self) -> float | None:
        """Do what is due; the seconds until something is again."""
        now = clock.now()
        times = [due for due, _act, _row in self._waiting(self._store.read())]
        if any(due <= now for due in times):
            with self._store.write() as db:
                for due, act, row in self._waiting(db):
                    if due <= now:
                        act(db, row)
            return 0
        return (min(times) - now) / 1000 if times else None

    # What an EHR asks for

    def open(self, db: Connection, practice: Row, body: NewEnrollment) -> tuple[bool, Row]:
        """The practice's enrollment and whether it is new; an older one makes way; ApiError."""
        self.refuse_while_locked(practice)
        agreements.check(body.acceptances)
        for older in db.execute(
            f"{FOUND} WHERE domain = ? AND enrollment.state IN ('open', 'review')",
            (practice["domain"],),
        ).fetchall():
            if older["reference"] == body.reference:
                return False, older
            self._close(db, older, "superseded")
        id_ = f"enr-{secrets.token_hex(12)}"
        db.execute(
            "INSERT INTO enrollment (id, domain, reference, state, opened_at)"
            " VALUES (?, ?, ?, 'open', ?)",
            (id_, practice["domain"], body.reference, clock.now()),
        )
        return True, find(db, id_)

    def state(self, db: Connection, row: Row) -> dict[str, Any]:
        """An enrollment as clients see it."""
        locked_until = self._locked_until(row)
        return {
            "id": row["id"],
            "domain": row["domain"],
            "state": "locked" if locked_until and row["state"] == "open" else row["state"],
            "attempts_left": self._attempts_left(db, row),
            "locked_until": clock.rfc3339(locked_until),
            "call": self.call_state(row),
            "questions_tries_left": self._question_tries_left(db, row),
        }

    def call_state(self, row: Row) -> dict[str, Any]:
        at, ended = row["call_at"], row["code_ended_at"]
        expires = None if at is None else ended or at + self._milliseconds("code_seconds")
        again = None if at is None else at + self._milliseconds("call_pause")
        return {
            "id": row["call_id"],
            "state": row["call_state"],
            "at": clock.rfc3339(at),
            "code_expires_at": clock.rfc3339(expires),
            "call_again_at": clock.rfc3339(again),
        }

    def ask(self, db: Connection, row: Row) -> dict[str, Any]:
        """A new set of questions, which takes the place of the one before and uses a try."""
        self._refuse_unless_open(row)
        left = self._question_tries_left(db, row)
        if not left:
            raise ApiError(
                409,
                "questions_used_up",
                "No more tries with questions are left. Choose another type of evidence.",
            )
        db.execute("INSERT INTO question_try VALUES (?, ?)", (row["domain"], clock.now()))
        asked = self._questions[row["id"]] = QuestionSet(QUESTION_TRIES - left)
        return {
            "id": asked.id,
            "questions": asked.questions,
            "seconds_per_question": math.ceil(self._settings.values.question_seconds),
            "tries_left": left - 1,
        }

    def answer(self, row: Row, questions_id: str, question_id: str, choice_id: str) -> None:
        self._refuse_unless_open(row)
        asked = self._questions.get(row["id"])
        if asked is None or asked.id != questions_id:
            raise ApiError(404, "questions_not_found", "These questions are no longer open.")
        asked.answer(question_id, choice_id, self._settings.values.question_seconds)

    def call(self, db: Connection, row: Row, phone: str) -> Row:
        """Ring; the code of an earlier call is worth nothing from then on."""
        self._refuse_unless_open(row)
        now = clock.now()
        again = (row["call_at"] or 0) + self._milliseconds("call_pause")
        if row["call_at"] is not None and now < again:
            raise ApiError(
                429,
                "call_too_soon",
                "We called this phone a moment ago. Wait before the next call.",
                headers={"Retry-After": str(math.ceil((again - now) / 1000))},
                call_again_at=clock.rfc3339(again),
            )
        id_ = f"call-{secrets.token_hex(12)}"
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        db.execute(
            "UPDATE enrollment SET call_id = ?, call_at = ?, code_ended_at = NULL, is_recorded = 0"
            " WHERE id = ?",
            (id_, now, row["id"]),
        )
        called = self._move_call(db, row, "calling")
        self._rings[row["id"]] = Ring(id_, code, persons.nobody_answers(phone))
        return called

    def verify(
        self, db: Connection, row: Row, key: str, body: Verification
    ) -> tuple[dict[str, Any], bool]:
        """The outcome of an attempt, and whether the connection is lost before it is told.

        The same key is given the same outcome, which is all that is kept under it.
        """
        digest = hashlib.sha256(key.encode()).hexdigest()
        known = db.execute(
            "SELECT * FROM attempt WHERE enrollment_id = ? AND key_digest = ?", (row["id"], digest)
        ).fetchone()
        if known:
            return _outcome(known), False
        self._refuse_unless_open(row)
        self._refuse_incomplete(row, body)
        outcome, now = self._judge(row, body), clock.now()
        left = self._attempts_left(db, row) - 1
        if outcome == "failed" and left <= 0:
            outcome = "locked"
        left = {"verified": ATTEMPTS, "locked": 0}.get(outcome, left)
        attempt = {
            "enrollment_id": row["id"],
            "key_digest": digest,
            "domain": row["domain"],
            "at": now,
            "state": outcome,
            "attempts_left": left,
            "locked_until": now + self._milliseconds("lock_seconds")
            if outcome == "locked"
            else None,
        }
        db.execute(
            "INSERT INTO attempt VALUES (:enrollment_id, :key_digest, :domain, :at, :state,"
            " :attempts_left, :locked_until)",
            attempt,
        )
        if outcome == "verified":
            self._approve(db, row)
        elif outcome == "review":
            db.execute(
                "UPDATE enrollment SET state = 'review', review_at = ? WHERE id = ?",
                (now, row["id"]),
            )
            self._tell(db, row, "review")
        elif outcome == "locked":
            self._lock(db, row, now)
        else:
            self._tell(db, row, "failed")
        return _outcome(attempt), persons.is_named(body.person, "Dropped")

    def refuse_while_locked(self, practice: Row) -> None:
        """ApiError locked while the practice is locked out."""
        if until := self._locked_until(practice):
            raise ApiError(
                423,
                "locked",
                "Too many attempts failed. This practice is locked until the time given.",
                locked_until=clock.rfc3339(until),
            )

    # What the test controls and the console see and do

    def newest(self, db: Connection, limit: int) -> list[dict[str, Any]]:
        """The newest enrollments of everybody."""
        found = db.execute(f"{FOUND} ORDER BY number DESC LIMIT ?", (limit,))
        return [self._seen(db, row) for row in found.fetchall()]

    def calls(self, db: Connection) -> list[dict[str, Any]]:
        """The enrollments of which a call is under way, and whether nobody is there to answer."""
        return [
            {**self._seen(db, row), "unanswerable": ring.nobody_is_there}
            for row in self._calls_under_way(db)
            if (ring := self._rings.get(row["id"]))
        ]

    def _seen(self, db: Connection, row: Row) -> dict[str, Any]:
        return {
            **self.state(db, row),
            "reference": row["reference"],
            "practice": row["practice"],
            "customer": row["customer"],
            "opened_at": clock.rfc3339(row["opened_at"]),
        }

    def answer_call(self, db: Connection, row: Row) -> str:
        """Answer the telephone: the code that it says, again when asked again."""
        ring = self._rings.get(row["id"])
        if ring is None or row["call_state"] not in ("calling", "answered"):
            raise _no_such_call("No call is ringing.")
        if ring.nobody_is_there:
            raise _no_such_call("Nobody answers at this number.")
        if row["call_state"] == "calling":
            self._move_call(db, row, "answered")
        return ring.code

    def record(self, db: Connection, row: Row) -> None:
        """Record the statement of whoever answered."""
        if row["call_state"] != "answered":
            raise _no_such_call("No call was answered.")
        db.execute("UPDATE enrollment SET is_recorded = 1 WHERE id = ?", (row["id"],))
        self._move_call(db, row, "recorded")

    def hang_up(self, db: Connection, row: Row) -> None:
        """Do not answer; or, without having recorded anything, hang up, which ends the code."""
        if row["call_state"] not in ("calling", "answered"):
            raise _no_such_call("No call is under way.")
        self._time_out(db, row)

    def expire_code(self, db: Connection, row: Row) -> None:
        if row["call_state"] not in LIVE_CALLS:
            raise _no_such_call("No call has a code that is valid.")
        self._end_call(db, row, "expired")

    def review(self, db: Connection, row: Row, approve: bool) -> None:
        """Decide a review; a rejection is a failed attempt, and may have been the last one."""
        if row["state"] != "review":
            raise ApiError(409, "not_in_review", "This enrollment isn't in review.")
        if approve:
            self._approve(db, row)
            return
        db.execute(
            "UPDATE enrollment SET state = 'open', review_at = NULL WHERE id = ?", (row["id"],)
        )
        self._tell(db, row, "rejected")
        if not self._attempts_left(db, row):
            self._lock(db, row, clock.now())

    def unlock(self, db: Connection, row: Row) -> None:
        """End the lock-out of the practice; its attempts begin anew."""
        db.execute("UPDATE practice SET locked_at = NULL WHERE domain = ?", (row["domain"],))

    # What happens by itself

    def _waiting(self, db: Connection) -> list[tuple[int, Callable[[Connection, Row], None], Row]]:
        """What time will do: when, and what to which enrollment."""
        patience = self._milliseconds("review_seconds")
        reviews = db.execute(f"{FOUND} WHERE enrollment.state = 'review'").fetchall()
        return [
            *((self._call_ends_at(row), self._time_out, row) for row in self._calls_under_way(db)),
            *((row["review_at"] + patience, self._approve, row) for row in reviews),
        ]

    def _calls_under_way(self, db: Connection) -> list[Row]:
        marks = ", ".join("?" * len(LIVE_CALLS))
        return db.execute(
            f"{FOUND} WHERE call_state IN ({marks}) AND enrollment.state IN ('open', 'review')",
            LIVE_CALLS,
        ).fetchall()

    def _call_ends_at(self, row: Row) -> int:
        clock_ = "ring_seconds" if row["call_state"] == "calling" else "code_seconds"
        return row["call_at"] + self._milliseconds(clock_)

    def _time_out(self, db: Connection, row: Row) -> None:
        self._end_call(db, row, "no_answer" if row["call_state"] == "calling" else "expired")

    def _approve(self, db: Connection, row: Row) -> None:
        db.execute(
            "UPDATE practice SET counted_from = ?, locked_at = NULL WHERE domain = ?",
            (clock.now(), row["domain"]),
        )
        self._close(db, row, "verified")
        self._tell(db, row, "verified")
        registry.set_authenticated(db, self._events, row["domain"], True)

    def _close(self, db: Connection, row: Row, state: str) -> None:
        """End an enrollment, and with it, silently, a call that still goes on."""
        db.execute(
            "UPDATE enrollment SET state = ?, review_at = NULL, code_ended_at = ?,"
            " call_state = iif(call_state IN ('calling', 'answered'), 'expired', call_state)"
            " WHERE id = ?",
            (state, clock.now(), row["id"]),
        )
        self._rings.pop(row["id"], None)
        self._questions.pop(row["id"], None)

    def _lock(self, db: Connection, row: Row, now: int) -> None:
        db.execute(
            "UPDATE practice SET locked_at = ?, counted_from = ? WHERE domain = ?",
            (now, now, row["domain"]),
        )
        self._tell(db, row, "locked")

    def _end_call(self, db: Connection, row: Row, state: str) -> None:
        db.execute("UPDATE enrollment SET code_ended_at = ? WHERE id = ?", (clock.now(), row["id"]))
        self._rings.pop(row["id"], None)
        self._move_call(db, row, state)

    def _move_call(self, db: Connection, row: Row, state: str) -> Row:
        db.execute("UPDATE enrollment SET call_state = ? WHERE id = ?", (state, row["id"]))
        self._tell(db, row, "call", call_state=state)
        return find(db, row["id"])

    def _tell(self, db: Connection, row: Row, what: str, **details: str) -> None:
        self._events.emit(
            db, row["customer_id"], f"enrollment.{what}", enrollment_id=row["id"], **details
        )

    # Judging an attempt

    def _refuse_unless_open(self, row: Row) -> None:
        if row["state"] != "open":
            raise ApiError(
                409, "enrollment_closed", "This enrollment isn't open.", state=row["state"]
            )
        self.refuse_while_locked(row)

    def _refuse_incomplete(self, row: Row, body: Verification) -> None:
        sentence = None
        if not row["is_recorded"]:
            sentence = "The statement hasn't been recorded by phone."
        elif body.financial.kind == "knowledge":
            asked = self._questions.get(row["id"])
            if asked is None or asked.id != body.financial.questions_id or not asked.is_complete:
                sentence = "The questions haven't been answered."
        if sentence:
            raise ApiError(422, "enrollment_incomplete", sentence)

    def _judge(self, row: Row, body: Verification) -> str:
        """What comes of it; the sandbox's test persons decide by their name or street."""
        person = body.person
        if persons.is_named(person, "Locked"):
            return "locked"
        knows = body.financial.kind != "knowledge" or (
            self._questions[row["id"]].is_right and not persons.is_named(person, "Quiz")
        )
        fits = (
            self._is_code_right(row, body.confirmation_code) and knows and persons.matches(person)
        )
        if not fits:
            return "failed"
        return "review" if persons.is_named(person, "Review") else "verified"

    def _is_code_right(self, row: Row, code: str) -> bool:
        ring = self._rings.get(row["id"])
        if ring is None or ring.call_id != row["call_id"]:
            return False
        in_time = clock.now() <= row["call_at"] + self._milliseconds("code_seconds")
        return in_time and secrets.compare_digest(ring.code, code)

    # Counting

    def _counted_since(self, row: Row) -> int:
        """Attempts and tries up to then no longer count."""
        return max(row["counted_from"], clock.now() - self._milliseconds("lock_seconds"))

    def _attempts_left(self, db: Connection, row: Row) -> int:
        if self._locked_until(row):
            return 0
        (used,) = db.execute(
            "SELECT count(*) FROM attempt WHERE domain = ? AND at > ?",
            (row["domain"], self._counted_since(row)),
        ).fetchone()
        return max(0, ATTEMPTS - used)

    def _question_tries_left(self, db: Connection, row: Row) -> int:
        (used,) = db.execute(
            "SELECT count(*) FROM question_try WHERE domain = ? AND at > ?",
            (row["domain"], self._counted_since(row)),
        ).fetchone()
        return max(0, QUESTION_TRIES - used)

    def _locked_until(self, row: Row) -> int | None:
        """When the practice's lock-out ends; None when it is not locked out."""
        if row["locked_at"] is None:
            return None
        until = row["locked_at"] + self._milliseconds("lock_seconds")
        return until if clock.now() < until else None

    def _milliseconds(self, setting: str) -> int:
        return round(getattr(self._settings.values, setting) * 1000)


def find(db: Connection, id_: str, customer: Customer | None = None) -> Row:
    """An enrollment, of this customer if one is given; ApiError enrollment_not_found."""
    row = db.execute(f"{FOUND} WHERE enrollment.id = ?", (id_,)).fetchone()
    if row is None or (customer and row["customer_id"] != customer.id):
        raise ApiError(404, "enrollment_not_found", "This enrollment doesn't exist.")
    return row


def _outcome(attempt: Any) -> dict[str, Any]:
    return {
        "state": attempt["state"],
        "attempts_left": attempt["attempts_left"],
        "locked_until": clock.rfc3339(attempt["locked_until"]),
    }


def _no_such_call(sentence: str) -> ApiError:
    return ApiError(409, "no_such_call", sentence)
