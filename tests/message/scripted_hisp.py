"""A provider for the tests that does what no real one can be brought to do.

``with scripted(provider, ScriptedHisp()) as hisp:`` makes `provider` talk to it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from unittest.mock import patch

from ...hisp import errors
from ...hisp.base import (
    Attachment,
    Capability,
    Event,
    EventType,
    Hisp,
    HispConfig,
    IncomingMessage,
    Item,
    Page,
    Reading,
)

QUEUE = "queue"


class ScriptedHisp(Hisp):
    """Has queues of items; `way` is how they are read.

    *head*: only the first is seen until it is acknowledged. *list*: all that are not acknowledged.
    *place*: by their number, whether they are acknowledged or not.
    """

    capabilities = frozenset({Capability.RECEIVING})
    page_size = 50

    def __init__(self, way="list"):
        super().__init__(HispConfig())
        self.way = way
        self.waiting: dict[str, list[Item]] = {QUEUE: []}
        self.acknowledged: list[str] = []
        self.trouble = {}
        """(method, queue or key) -> what is raised instead, or a function that is called first."""
        self.open = 0

    # --- what tests ask for ------------------------------------------------------------------

    def letter(self, number, queue=QUEUE, to="", **what):
        """Let a letter arrive."""
        said = {"text": f"Letter {number}", "subject": f"Subject {number}", "to": to, **what}
        self._arrive(queue, f"letter-{number}", said)

    def status(self, number, queue=QUEUE, message_id="", kind="dispatched", **what):
        """Let a status arrive."""
        said = {"status": kind, "id": f"status-{number}", "message_id": message_id, **what}
        self._arrive(queue, f"status-{number}", said, is_status=True)

    def nonsense(self, number, queue=QUEUE, **options):
        """Let something arrive that cannot be read."""
        self._arrive(queue, f"nonsense-{number}", "\x00", **options)

    def _arrive(self, queue, key, said, is_status=False):
        item = Item(queue, key, "application/json", json.dumps(said).encode(), is_status=is_status)
        self.waiting.setdefault(queue, []).append(item)

    def _may_fail(self, method, name):
        trouble = self.trouble.get((method, name))
        if isinstance(trouble, BaseException):
            raise trouble
        if trouble:
            trouble()

    # --- the contract ------------------------------------------------------------------------

    def check(self):
        raise NotImplementedError

    is_authenticated = check_address = send = find = check

    def close(self):
        self.open -= 1

    def queues(self):
        return tuple(self.waiting)

    def feed(self, queue, state=""):
        self._may_fail("feed", queue)
        items = self.waiting[queue]
        first = 0
        if self.way == "head":
            items, more = items[:1], len(items) > 1
        else:
            first = int(state or 0) if self.way == "place" else 0
            more = len(items) > first + self.page_size
            items = items[first : first + self.page_size]
        # A status comes with its content, as in a list of events; the rest has to be fetched
        page = [item if item.is_status else replace(item, content=None) for item in items]
        state = str(first + len(items)) if self.way == "place" else ""
        return Page(tuple(page), state, more)

    def fetch(self, item):
        self._may_fail("fetch", item.key)
        for each in self.waiting[item.queue]:
            if each.key == item.key:
                return each
        raise errors.NotFound()

    def acknowledge(self, item):
        self._may_fail("acknowledge", item.key)
        self.acknowledged.append(item.key)
        if self.way != "place":
            left = [each for each in self.waiting[item.queue] if each.key != item.key]
            self.waiting[item.queue] = left

    @staticmethod
    def read_item(item):
        said = json.loads(item.content)
        if "status" in said:
            kind = EventType(said["status"])
            at = said.get("at") and datetime.fromisoformat(said["at"])
            more = {name: said[name] for name in ("sender", "recipient", "reason") if name in said}
            event = Event(said["id"], kind, at, message_id=said["message_id"], **more)
            return Reading(events=(event,))
        files = tuple(
            Attachment(name, "text/plain", text.encode())
            for name, text in said.get("files", {}).items()
        )
        message = IncomingMessage(
            "maya@lake.test", said["to"], said["subject"], said["text"], files
        )
        return Reading(message)


@contextmanager
def scripted(provider, hisp: ScriptedHisp) -> Iterator[ScriptedHisp]:
    """Let `provider` talk to `hisp`, whoever connects."""

    def connect(_provider):
        hisp.open += 1
        return hisp

    kind = type(provider)
    with (
        patch.object(kind, "_hisp", connect),
        patch.object(kind, "_adapter", lambda _provider: ScriptedHisp),
    ):
        yield hisp
