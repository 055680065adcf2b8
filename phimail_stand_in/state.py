"""What the stand-in knows: logins, queues, what was sent. Kept in a file, to survive a restart."""

import json
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from . import TRUSTED_DOMAIN

SENT, QUEUED = "sent", "queued"


class State:
    """All methods may be called from any thread."""

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.RLock()
        self._faults: dict[str, Any] = {}
        self._data = {"accounts": {}, "queues": {}, "sent": [], "directory": [], "last": 0}
        if path.exists():
            self._data = json.loads(path.read_text())
        self._calls = defaultdict(int)

    # --- what the protocol asks --------------------------------------------------------------

    def queue_of(self, login: str, password: str) -> str | None:
        """Whose queue a login reads; None when it is refused."""
        with self._lock:
            for name, account in self._data["accounts"].items():
                if login.lower() in (name, *account["members"]) and password == account["password"]:
                    return name
        return None

    def is_trusted(self, address: str) -> bool:
        """Whether a certificate is known for an address."""
        user, _at, domain = address.lower().partition("@")
        return bool(self._holder(address)) or (domain == TRUSTED_DOMAIN and user != "nobody")

    def take(self, sender: str, queue: str, draft: dict, recipients: list[str]) -> list[str]:
        """Take a message for each recipient; their ids."""
        ids = []
        with self._lock:
            for recipient in recipients:
                self._data["last"] += 1
                message_id = f"PM{self._data['last']:08d}"
                ids.append(message_id)
                self._data["sent"].append(
                    {**draft, "id": message_id, "from": sender, "to": recipient}
                )
                if draft["final"]:
                    self._put(queue, {"status": [message_id, "dispatched", ""]})
                if holder := self._holder(recipient):
                    self._put(holder, {"mail": _mail(draft, sender, recipient, message_id)})
            self._save()
        return ids

    def head(self, queue: str) -> dict | None:
        with self._lock:
            waiting = self._data["queues"].get(queue)
            return waiting[0] if waiting else None

    def remove_head(self, queue: str) -> None:
        with self._lock:
            self._data["queues"][queue].pop(0)
            self._save()

    def found(self, words: list[str]) -> list[dict]:
        """Entries of the directory that hold each word."""
        with self._lock:
            return [
                entry
                for entry in self._data["directory"]
                if all(word.lower() in json.dumps(entry).lower() for word in words)
            ]

    def fault(self, kind: str) -> Any:
        """The fault that is to happen now, once."""
        with self._lock:
            return self._faults.pop(kind, None)

    # --- what tests ask ----------------------------------------------------------------------

    def add_account(self, login: str, password: str, members: list[str]) -> None:
        with self._lock:
            self._data["accounts"][login] = {"password": password, "members": members}
            self._save()

    def add_entry(self, **entry: Any) -> None:
        with self._lock:
            self._data["directory"].append(entry)
            self._save()

    def deliver(self, recipient: str, **mail: Any) -> None:
        with self._lock:
            self._put(self._holder(recipient), {"mail": {"recipient": recipient, **mail}})
            self._save()

    def report(self, queue: str, message_id: str, code: str, info: str = "") -> None:
        with self._lock:
            self._put(queue, {"status": [message_id, code, info]})
            self._save()

    def sent(self, sender: str) -> list[dict]:
        with self._lock:
            return [message for message in self._data["sent"] if message["from"] == sender]

    def waiting(self, queue: str) -> int:
        with self._lock:
            return len(self._data["queues"].get(queue, ()))

    def set_fault(self, kind: str, value: Any = True) -> None:
        with self._lock:
            self._faults[kind] = value

    def clear_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    # --- in the lock -------------------------------------------------------------------------

    def _holder(self, address: str) -> str | None:
        for name, account in self._data["accounts"].items():
            if address.lower() in (name, *account["members"]):
                return name
        return None

    def _put(self, queue: str, item: dict) -> None:
        self._data["queues"].setdefault(queue, []).append(item)

    def _save(self) -> None:
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(self._data))
        written.replace(self._path)


def _mail(draft: dict, sender: str, recipient: str, message_id: str) -> dict:
    """What the recipient of a message gets to see of it."""
    text, *documents = draft["parts"] or [{"type": "text/plain", "content": "", "name": ""}]
    headers = [f"From: {sender}", f"To: {recipient}", f"Subject: {draft['subject']}"]
    return {
        "recipient": recipient,
        "sender": sender,
        "id": message_id,
        "headers": headers,
        "type": text["type"],
        "text": text["content"],
        "documents": documents,
    }
