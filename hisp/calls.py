"""Calls to providers, side by side: threads without ORM, cursor or anything of Odoo.

Whoever is slow fills only its own slots: there is a limit for each practice, for each provider,
for all, and for the bytes of all messages together.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from . import errors
from .base import Accepted, Hisp, OutgoingMessage

_logger = logging.getLogger(__name__)

THREADS = 8  # of each practice
PER_PRACTICE = 32  # in flight: being called, or waiting for a thread
PER_PROVIDER = 64
TOTAL = 256
TOTAL_BYTES = 16 * 1024 * 1024  # or one message that is larger


@dataclass(frozen=True)
class Connection:
    """A practice's connection to its provider. Each thread makes itself an adapter of it."""

    practice: int
    provider: int
    connect: Callable[[], Hisp] = field(repr=False)


@dataclass(frozen=True)
class Call:
    """Hand a message over (`send`), or ask about it (`find`) when there is no `message`."""

    id: int
    connection: Connection
    attempt: int
    idempotency_key: str
    message: OutgoingMessage | None = field(default=None, repr=False)
    size: int = 0
    """Bytes of the documents."""


@dataclass(frozen=True)
class Outcome:
    """What became of a call: `accepted`, an `error`, or neither.

    Neither means: the provider has no such message, or the call was not made at all (`is_made`).
    """

    call: Call
    accepted: Accepted | None = None
    error: errors.HispError | None = None
    is_made: bool = True


class Calls:
    """The calls of one run of the outbox. Used by one thread, a context manager.

    A call has a lease of `lease_seconds`: it is not made any more when that has passed without
    `renew`, because then somebody else may be about to ask about the message.
    """

    def __init__(self, lease_seconds: float):
        self._lease_seconds = lease_seconds
        self._leases: dict[int, float] = {}
        self._in_flight: dict[int, Call] = {}
        self._added: list[Call] = []
        self._finished: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._threads: dict[int, ThreadPoolExecutor] = {}
        self._adapters = threading.local()
        self._connected: list[Hisp] = []
        self._is_closing = False

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        """Make no further call, and wait for those that are being made."""
        self.close()
        for threads in self._threads.values():
            threads.shutdown()
        for hisp in self._connected:
            hisp.close()

    def __len__(self):
        """The number of calls whose outcome was not fetched yet."""
        return len(self._in_flight)

    def close(self):
        """Make no further call: what waits for a thread comes back as not made."""
        self._is_closing = True

    def slots(self, connection: Connection) -> int:
        """How many calls may be begun on `connection` now."""
        calls = self._in_flight.values()
        return min(
            PER_PRACTICE - sum(call.connection.practice == connection.practice for call in calls),
            PER_PROVIDER - sum(call.connection.provider == connection.provider for call in calls),
            TOTAL - len(calls),
        )

    def has_room(self, connection: Connection, size: int) -> bool:
        """Whether a call with `size` bytes of documents may be added."""
        used = sum(call.size for call in self._in_flight.values())
        return self.slots(connection) > 0 and (not self._in_flight or used + size <= TOTAL_BYTES)

    def add(self, call: Call):
        """Take a slot for a call; it is made after `start`."""
        self._in_flight[call.id] = call
        self._leases[call.id] = time.monotonic() + self._lease_seconds
        self._added.append(call)

    def start(self):
        """Make what was added, each as soon as one of its practice's threads is free."""
        for call in self._added:
            threads = self._threads.get(call.connection.practice)
            if not threads:
                threads = ThreadPoolExecutor(THREADS, thread_name_prefix="direct")
                self._threads[call.connection.practice] = threads
            threads.submit(self._make, call)
        self._added.clear()

    def finished(self, timeout: float) -> list[Outcome]:
        """Wait up to `timeout` seconds for an outcome; return all there are."""
        outcomes = []
        with suppress(queue.Empty):
            outcomes.append(self._finished.get(timeout=timeout))
            while True:
                outcomes.append(self._finished.get_nowait())
        for outcome in outcomes:
            del self._in_flight[outcome.call.id], self._leases[outcome.call.id]
        return outcomes

    def to_renew(self) -> list[int]:
        """The ids of calls that have used half of their lease."""
        half = time.monotonic() + self._lease_seconds / 2
        return [id_ for id_, lease in self._leases.items() if lease < half]

    def renew(self, ids: list[int]):
        """Give these calls a whole lease again."""
        self._leases |= dict.fromkeys(ids, time.monotonic() + self._lease_seconds)

    # --- in a thread -------------------------------------------------------------------------

    def _make(self, call: Call):
        if self._is_closing or time.monotonic() > self._leases[call.id]:
            self._finished.put(Outcome(call, is_made=False))
            return
        try:
            hisp = self._adapter(call.connection)
            if call.message:
                accepted = hisp.send(call.message, call.idempotency_key)
            else:
                accepted = hisp.find(call.idempotency_key)
            self._finished.put(Outcome(call, accepted))
        except errors.HispError as error:
            self._finished.put(Outcome(call, error=error))
        except Exception as error:  # noqa: BLE001 - one message never stops the others
            # The exception's text could hold content, its type does not. The request may be out.
            _logger.error("Message %s: %s", call.id, type(error).__name__)
            self._finished.put(Outcome(call, error=errors.BadAnswer()))

    def _adapter(self, connection: Connection) -> Hisp:
        if not hasattr(self._adapters, "hisp"):
            self._adapters.hisp = connection.connect()
            self._connected.append(self._adapters.hisp)
        return self._adapters.hisp
