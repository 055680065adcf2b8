"""A thread that does a step of work whenever something may be due."""

import logging
import threading
import time
import traceback
from collections.abc import Callable

log = logging.getLogger("sandbox")

IDLE_SECONDS = 60.0
REST_SECONDS = 0.01


class Ticker:
    """Calls ``step()``, which gives the seconds until it is needed again (None: until woken)."""

    def __init__(self, name: str, step: Callable[[], float | None]):
        self._step = step
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """Return when the step under way has ended."""
        self._stopping = True
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                wait = self._step()
            except Exception as error:  # noqa: BLE001 (reported)
                report(error)
                wait = 1.0
            time.sleep(REST_SECONDS)  # a burst of wakes costs one step
            self._woken.wait(IDLE_SECONDS if wait is None else min(max(wait, 0), IDLE_SECONDS))
            self._woken.clear()


def report(error: Exception) -> None:
    """Log where an error arose and its type; its text might quote a message."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s\n%s", type(error).__name__, frames)
