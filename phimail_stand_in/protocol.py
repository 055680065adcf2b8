"""One session of the line protocol, from the first command to the end of the connection."""

import base64
import json
import mimetypes
import re
import time
from collections.abc import Callable

from .state import State

MAX_BYTES = 64 * 1024 * 1024
KINDS = {"TEXT", "CDA", "CCR", "RAW", "MIME", "CONTEXT"}
XML = ("CDA", "CCR")


class Over(Exception):
    """The connection ends here."""


class Session:
    """What is said over one connection; `read` and `write` are its two ends."""

    def __init__(self, state: State, read, write):
        self._state = state
        self._read, self._write = read, write
        self._login = self._queue = ""
        self._shown: dict | None = None
        self._clear()

    def run(self) -> None:
        """Answer commands until the client goes, or a fault ends it."""
        while raw := self._read.readline():
            command, _space, rest = raw.decode("utf-8", "replace").rstrip("\n").partition(" ")
            handler = self._handler(command)
            if late := self._state.fault("late"):
                time.sleep(late)
            if not handler:
                self._fail("not now")
                continue
            handler(rest)

    def _handler(self, command: str) -> Callable[[str], None] | None:
        always = {"INFO": self._info, "AUTH": self._auth, "BYE": self._bye}
        logged_in = {
            "PASS": self._ok,
            "LOGOUT": self._logout,
            "CLEAR": self._cleared,
            "TO": self._to,
            "CC": self._to,
            "SUBJECT": self._subject,
            "ADD": self._add,
            "TEXT": lambda rest: self._add(f"TEXT {rest}"),
            "SET": self._set,
            "SEND": self._send,
            "CHECK": self._check,
            "SHOW": self._show,
            "OK": lambda _rest: self._acknowledge("status"),
            "DONE": lambda _rest: self._acknowledge("mail"),
            "LOOKUP": self._lookup,
        }
        return always.get(command) or (logged_in.get(command) if self._login else None)

    # --- who speaks --------------------------------------------------------------------------

    def _info(self, _rest: str) -> None:
        self._ok()

    def _auth(self, rest: str) -> None:
        login, _space, password = rest.partition(" ")
        queue = self._state.queue_of(login, password)
        if queue is None:
            self._fail("authentication failed")
            return
        self._login, self._queue = login.lower(), queue
        self._ok()

    def _logout(self, _rest: str) -> None:
        self._login = self._queue = ""
        self._ok()

    def _bye(self, _rest: str) -> None:
        self._line("BYE")
        raise Over

    # --- a draft -----------------------------------------------------------------------------

    def _clear(self) -> None:
        self._recipients: list[str] = []
        self._draft = {"subject": "", "parts": [], "final": False, "context": None}

    def _cleared(self, _rest: str) -> None:
        self._clear()
        self._ok()

    def _to(self, address: str) -> None:
        if not self._state.is_trusted(address):
            self._fail(f"no certificate found for {address}")
            return
        self._recipients.append(address)
        self._ok()
        self._line(f"CERT {address}")

    def _subject(self, text: str) -> None:
        self._draft["subject"] = text
        self._ok()

    def _add(self, rest: str) -> None:
        kind, _space, rest = rest.partition(" ")
        size, _space, name = rest.partition(" ")
        if kind not in KINDS or not size.isdecimal() or int(size) > MAX_BYTES or " " in name:
            self._fail("usage")
            return
        self._line("BEGIN")
        if self._state.fault("cut_while_adding"):
            raise Over
        content = self._read.read(int(size))
        if len(content) < int(size):
            raise Over
        self._keep(kind, content, name)
        self._ok()

    def _keep(self, kind: str, content: bytes, name: str) -> None:
        if kind == "CONTEXT":
            self._draft["context"] = content.decode()
            return
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind in XML or name.endswith(".xml"):
            content_type = "application/xml"
        elif kind == "TEXT":
            is_html = content.lstrip().startswith(b"<")
            content_type = "text/html" if is_html else "text/plain"
        encoded = base64.b64encode(content).decode()
        self._draft["parts"].append({"name": name, "type": content_type, "content": encoded})

    def _set(self, rest: str) -> None:
        name, _space, value = rest.partition(" ")
        if name != "FINAL" or value not in ("0", "1"):
            self._fail("usage")
            return
        self._draft["final"] = value == "1"
        self._ok()

    def _send(self, _rest: str) -> None:
        if not self._recipients:
            self._fail("no recipient")
            return
        ids = self._state.take(self._login, self._queue, self._draft, self._recipients)
        if self._state.fault("close_after_send"):
            raise Over
        for recipient, message_id in zip(self._recipients, ids, strict=True):
            told = self._state.fault("answer_to_send") or f"QUEUED {recipient} {message_id}"
            self._line(told)
            if self._read.readline() != b"OK\n":
                raise Over
        self._clear()
        self._ok()

    # --- the queue ---------------------------------------------------------------------------

    def _check(self, _rest: str) -> None:
        self._shown = self._state.head(self._queue)
        if not self._shown:
            self._line("NONE")
        elif status := self._shown.get("status"):
            self._line(" ".join(["STATUS", *status]).rstrip())
        else:
            mail = self._shown["mail"]
            count = len(mail["documents"])
            self._line(f"MAIL {mail['recipient']} {mail['sender']} {count} {mail['id']}")

    def _show(self, rest: str) -> None:
        mail = (self._shown or {}).get("mail")
        if not mail or not re.fullmatch(r"\d{1,4}", rest) or self._state.fault("show_fails"):
            self._fail("nothing to show")
            return
        documents = mail["documents"]
        if rest == "0":
            self._ok()
            for header in mail["headers"]:
                self._line(header)
            self._line("")
            self._content(mail["type"], mail["text"])
            self._line(str(self._state.fault("wrong_count") or len(documents)))
            for document in documents:
                for told in (document["name"], document["type"], ""):
                    self._line(told)
            return
        if int(rest) > len(documents):
            self._fail("nothing to show")
            return
        document = documents[int(rest) - 1]
        self._ok()
        self._line(document["name"])
        self._content(document["type"], document["content"])

    def _content(self, content_type: str, encoded: str) -> None:
        content = base64.b64decode(encoded)
        self._line(content_type)
        self._line(str(len(content)))
        if self._state.fault("cut_while_showing"):
            self._write(content[: len(content) // 2])
            raise Over
        self._write(content)

    def _acknowledge(self, kind: str) -> None:
        if kind not in (self._shown or {}):
            self._fail("nothing to acknowledge")
            return
        self._state.remove_head(self._queue)
        self._shown = None
        self._ok()

    def _lookup(self, rest: str) -> None:

        words = re.findall(r"cn=\*([^*]*)\*", rest)
        found = self._state.found(words)
        self._ok()
        self._line(str(len(found)))
        for entry in found:
            self._line(json.dumps(entry))

    # --- lines -------------------------------------------------------------------------------

    def _ok(self, _rest: str = "") -> None:
        self._line("OK")

    def _fail(self, text: str) -> None:
        self._line(f"FAIL {text}")

    def _line(self, text: str) -> None:
        self._write(f"{text}\n".encode())
