"""A mailbox server for the tests that answers what a real one cannot be brought to answer."""

import re
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

CUT = object()
"""Instead of an answer: the connection ends."""


class ScriptedImap:
    """Speaks IMAP behind TLS while it is entered, as far as `hisp.mailbox` needs it.

    `messages` are contents by UID. `script` has what is answered instead: for a UID, or a command
    in upper case, a function that gets the tag and returns bytes or `CUT`.
    """

    def __init__(self, folder: Path):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "good.pem")
        self.messages: dict[int, bytes] = {}
        self.script = {}
        self.validity = 7
        self.is_read_only = False
        self.seen: set[int] = set()
        self.logins = 0
        self.asked = b""  # for what of a message, last

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with (
            suppress(OSError),
            self._context.wrap_socket(connection, server_side=True) as encrypted,
            encrypted.makefile("rwb") as lines,
        ):
            lines.write(b"* OK ready\r\n")
            lines.flush()
            while line := lines.readline():
                answer = self._answer(*_words(line))
                if answer is CUT:
                    return
                lines.write(answer)
                lines.flush()

    def _answer(self, tag, command, rest):
        if scripted := self.script.get(command):
            return scripted(tag)
        answer = getattr(self, f"_{command.lower().replace(' ', '_')}", None)
        if answer is None:
            return tag + b" OK done\r\n"
        return answer(tag, rest)

    def _capability(self, tag, _rest):
        return b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n" + tag + b" OK done\r\n"

    def _login(self, tag, _rest):
        self.logins += 1
        return tag + b" OK done\r\n"

    def _select(self, tag, _rest):
        state = b"READ-ONLY" if self.is_read_only else b"READ-WRITE"
        head = f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] v\r\n"
        next_uid = f"* OK [UIDNEXT {max(self.messages, default=0) + 1}] n\r\n"
        return (head + next_uid).encode() + tag + b" OK [" + state + b"] done\r\n"

    _examine = _select

    def _uid_search(self, tag, rest):
        uids = sorted(self.messages)
        if found := re.search(rb"UID (\d+)(:\*)?", rest):
            first = int(found[1])
            uids = [uid for uid in uids if uid == first or (found[2] and uid >= first)]
        return (
            b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\n" + tag + b" OK done\r\n"
        )

    def _uid_fetch(self, tag, rest):
        uid = int(rest.split()[0])
        self.asked = rest
        if scripted := self.script.get(uid):
            return scripted(tag)
        if uid not in self.messages:
            return tag + b" OK done\r\n"
        return fetched(tag, uid, self.messages[uid])

    def _uid_store(self, tag, rest):
        self.seen.add(int(rest.split()[0]))
        return tag + b" OK done\r\n"

    def _logout(self, tag, _rest):
        return b"* BYE\r\n" + tag + b" OK done\r\n"


def fetched(tag: bytes, uid: int, content: bytes, *, size=None, date=None, body=None) -> bytes:
    """What a server answers to FETCH; each of its values can be another."""
    size = b"%d" % len(content) if size is None else size
    date = b'"27-Nov-2026 10:00:00 +0000"' if date is None else date
    body = b"{%d}\r\n%s" % (len(content), content) if body is None else body
    items = b"UID %d RFC822.SIZE %s INTERNALDATE %s BODY[]<0> %s" % (uid, size, date, body)
    return b"* 1 FETCH (" + items + b")\r\n" + tag + b" OK done\r\n"


def _words(line):
    tag, _space, rest = line.strip().partition(b" ")
    command, _space, rest = rest.partition(b" ")
    if command.upper() == b"UID":
        second, _space, rest = rest.partition(b" ")
        command += b" " + second
    return tag, command.decode("ascii", "replace").upper(), rest
