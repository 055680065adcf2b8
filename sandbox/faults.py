"""Faults: the ways in which a HISP, and the network to it, go wrong, each behind a switch."""

import random
import threading
from collections.abc import Callable

from .bodies import Fault
from .store import Store

EXPLAINED = {
    "slow": "Requests wait for the given number of seconds first.",
    "error_500": "Requests aren't processed and are answered with 500.",
    "unavailable": "Requests aren't processed and are answered with 503 and Retry-After.",
    "rate_limited": "Requests aren't processed and are answered with 429 and Retry-After.",
    "malformed_json": "Requests are processed, but the JSON of the answer is cut off.",
    "drop_before_accept": "Requests aren't processed, and the connection closes without an answer.",
    "drop_after_accept": "Requests are processed, but the connection closes without an answer.",
    "callbacks_late": "Callbacks wait for the given number of seconds before they are sent.",
    "callbacks_doubled": "Each callback is sent twice.",
    "callbacks_out_of_order": "Each callback waits a random time, at most the number of seconds.",
    "callbacks_badly_signed": "Callbacks have a wrong signature and are repeated if refused.",
    "callbacks_dropped": "Callbacks aren't sent. Polling still shows the events.",
}
CALLBACK_PREFIX = "callbacks_"
QUEUEING = frozenset(
    {"callbacks_dropped", "callbacks_doubled", "callbacks_late", "callbacks_out_of_order"}
)


class Faults:
    """The faults switched on.

    They are kept in the store, so that a restart does not mend anything; only those limited by
    `times` end with the process.
    """

    def __init__(self, store: Store):
        self._store = store
        self._lock = threading.Lock()
        self._random = random.Random()
        stored = store.read().execute("SELECT key, definition FROM fault")
        self._active = {key: Fault.model_validate_json(text) for key, text in stored}

    def seed(self, seed: int) -> None:
        self._random.seed(seed)

    def switch_on(self, fault: Fault) -> None:
        """A fault of the same name and match takes the place of the earlier one."""
        with self._store.write() as db, self._lock:
            key = _key(fault)
            self._active[key] = fault
            db.execute("DELETE FROM fault WHERE key = ?", (key,))
            if fault.times is None:
                db.execute("INSERT INTO fault VALUES (?, ?)", (key, fault.model_dump_json()))

    def switch_off(self, name: str | None = None) -> None:
        """End the faults of this name, or all."""
        with self._store.write() as db, self._lock:
            for key in [k for k, fault in self._active.items() if name in (None, fault.name)]:
                del self._active[key]
                db.execute("DELETE FROM fault WHERE key = ?", (key,))

    def active(self) -> list[Fault]:
        with self._lock:
            return list(self._active.values())

    def request_faults(self, path: str, customer: str | None) -> dict[str, Fault]:
        """The faults that strike this request, by name; each is used up by one."""
        return self._strike(
            lambda fault: (
                not fault.name.startswith(CALLBACK_PREFIX)
                and path.startswith(fault.match.path_prefix or "")
                and fault.match.customer in (None, customer)
            )
        )

    def callback_delays(self, customer: str) -> list[int]:
        """How often to call back about an event, each as milliseconds to wait first."""
        struck = self._strike(
            lambda fault: fault.name in QUEUEING and fault.match.customer in (None, customer)
        )
        if "callbacks_dropped" in struck:
            return []
        delay = 0.0
        if late := struck.get("callbacks_late"):
            delay += late.seconds
        if disorder := struck.get("callbacks_out_of_order"):
            delay += self._random.uniform(0, disorder.seconds)
        return [round(delay * 1000)] * (2 if "callbacks_doubled" in struck else 1)

    def signs_badly(self, customer: str) -> bool:
        """Whether the next callback to this customer gets a wrong signature."""
        return bool(
            self._strike(
                lambda fault: (
                    fault.name == "callbacks_badly_signed"
                    and fault.match.customer in (None, customer)
                )
            )
        )

    def _strike(self, applies: Callable[[Fault], bool]) -> dict[str, Fault]:
        """The faults that apply and whose dice fell; those with `times` are used up by one."""
        with self._lock:
            struck = {
                key: fault
                for key, fault in self._active.items()
                if applies(fault) and self._random.random() < fault.probability
            }
            for key, fault in struck.items():
                if fault.times is not None:
                    self._use_up(key, fault)
            return {fault.name: fault for fault in struck.values()}

    def _use_up(self, key: str, fault: Fault) -> None:
        if fault.times == 1:
            del self._active[key]
        else:
            self._active[key] = fault.model_copy(update={"times": fault.times - 1})


def _key(fault: Fault) -> str:
    return f"{fault.name} {fault.match.model_dump_json()}"
