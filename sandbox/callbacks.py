"""Callbacks: each event is posted to its customer, signed, until the customer says it has it."""

import hashlib
import hmac
import json
import threading
import time
from sqlite3 import Row

import urllib3

from . import clock, events
from .faults import Faults
from .settings import Settings
from .store import Store
from .ticker import Ticker, report

TIMEOUT_SECONDS = 10
ATTEMPTS = 15
LONGEST_WAIT_SECONDS = 60

Lane = tuple[int, int]  # customer id, lane number


class Callbacks:
    """Sends what is due, a thread for each busy lane: a slow customer delays only itself."""

    def __init__(self, store: Store, settings: Settings, faults: Faults):
        self._store = store
        self._settings = settings
        self._faults = faults
        self._busy: set[Lane] = set()
        self._stopping = False
        self._http = urllib3.PoolManager(
            maxsize=events.LANES, retries=False, timeout=urllib3.Timeout(TIMEOUT_SECONDS)
        )
        self._ticker = Ticker("callbacks", self._step)
        store.on_commit(self._ticker.wake)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        """Start nothing more; what was not acknowledged is sent after the next start."""
        self._stopping = True
        self._ticker.stop()

    def _step(self) -> float | None:
        db = self._store.read()
        now = clock.now()
        due = db.execute(
            "SELECT DISTINCT customer_id, lane FROM callback WHERE due_at <= ?", (now,)
        )
        for lane in [tuple(row) for row in due]:
            if lane not in self._busy:
                self._busy.add(lane)
                threading.Thread(target=self._drain, args=(lane,), daemon=True).start()
        (later,) = db.execute(
            "SELECT min(due_at) FROM callback WHERE due_at > ?", (now,)
        ).fetchone()
        return (later - now) / 1000 if later else None

    def _drain(self, lane: Lane) -> None:
        """Send this lane's callbacks, one after the other, until none is due."""
        try:
            while not self._stopping and (callback := self._next(lane)):
                self._record(callback, self._send(callback))
        except Exception as error:  # noqa: BLE001 (reported)
            report(error)
        finally:
            self._busy.discard(lane)
            self._ticker.wake()

    def _next(self, lane: Lane) -> Row | None:
        """The lane's callback that is due first, with its event and its customer."""
        return (
            self._store.read()
            .execute(
                "SELECT event.*, callback.number AS callback_number, attempts,"
                " customer.name AS customer, callback_url AS url, callback_secret AS secret"
                " FROM callback JOIN customer ON customer.id = callback.customer_id"
                " JOIN event ON event.number = event_number"
                " WHERE callback.customer_id = ? AND lane = ? AND due_at <= ?"
                " ORDER BY due_at, callback.number LIMIT 1",
                (*lane, clock.now()),
            )
            .fetchone()
        )

    def _send(self, callback: Row) -> str | None:
        """Post one event; None when it was acknowledged, else why not, in words."""
        if not callback["url"]:
            return "no callback address is set"
        body = json.dumps(events.as_json(callback)).encode()
        timestamp = str(int(time.time()))
        signature = sign(callback["secret"], timestamp, body)
        if self._faults.signs_badly(callback["customer"]):
            signature = f"v1={'0' * 64}"
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "sandbox-hisp",
            "X-Direct-Event-Id": callback["id"],
            "X-Direct-Timestamp": timestamp,
            "X-Direct-Signature": signature,
        }
        try:
            answer = self._http.request("POST", callback["url"], body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            return type(error).__name__
        return None if 200 <= answer.status < 300 else f"answered {answer.status}"

    def _record(self, callback: Row, problem: str | None) -> None:
        attempts = callback["attempts"] + 1
        due = None
        outcome = problem or "acknowledged"
        if problem and callback["url"] and attempts < ATTEMPTS:
            due = clock.now() + round(1000 * self._wait(attempts))
        elif problem:
            outcome = f"given up: {problem}"
        with self._store.write() as db:
            db.execute(
                "UPDATE callback SET attempts = ?, due_at = ?, outcome = ? WHERE number = ?",
                (attempts, due, outcome, callback["callback_number"]),
            )

    def _wait(self, attempts: int) -> float:
        """1, 2, 4 ... seconds, at most a minute, times the scale of the settings."""
        seconds = min(2 ** (attempts - 1), LONGEST_WAIT_SECONDS)
        return seconds * self._settings.values.callback_retry_scale


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature header: HMAC-SHA256 over ``timestamp.body``, in hexadecimal."""
    signed = timestamp.encode() + b"." + body
    return f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
