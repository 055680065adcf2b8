"""The knobs that change while the sandbox runs; kept in the store, so they survive a restart."""

from dataclasses import asdict, dataclass, replace

from .store import Store


@dataclass(frozen=True)
class Values:
    """Delays are seconds after acceptance; the scale stretches the waits between callbacks.

    The others are the clocks of an enrollment, in seconds.
    """

    processed_after: float = 0.3
    dispatched_after: float = 0.6
    callback_retry_scale: float = 1.0
    question_seconds: float = 120
    call_pause: float = 30
    ring_seconds: float = 45
    code_seconds: float = 600
    lock_seconds: float = 86400
    review_seconds: float = 3600


class Settings:
    def __init__(self, store: Store):
        self._store = store
        stored = store.read().execute("SELECT name, CAST(value AS REAL) FROM setting")
        self.values = Values(**dict(stored.fetchall()))

    def change(self, **changes: float) -> Values:
        with self._store.write() as db:
            self.values = replace(self.values, **changes)
            db.executemany(
                "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
                asdict(self.values).items(),
            )
        return self.values
