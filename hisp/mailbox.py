"""Reading mailboxes at a provider (IMAP, RFC 3501) by UID, nothing deleted unless it is told so.

One connection for each mailbox serves many requests. All requests can be repeated, so a connection
that broke is made again once.
"""

import logging
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from imapclient import IMAPClient, exceptions

from . import errors, notices, tls
from .mime_parts import take_apart
from .submission import Mailbox, MailServer

# At DEBUG it would write down what the messages say
logging.getLogger("imapclient").setLevel(logging.WARNING)

FOLDER = "INBOX"
SEEN = rb"\Seen"
STEP = 200  # messages that are asked about at once
_HEADERS = f"BODY.PEEK[HEADER.FIELDS ({' '.join(notices.HEADERS)})]"
_BROKEN = (exceptions.IMAPClientAbortError, exceptions.ProtocolError, OSError)

T = TypeVar("T")


@dataclass(frozen=True)
class Summary:
    """What is known of a message without fetching it. `size` in bytes."""

    uid: int
    size: int
    arrived: datetime
    is_notice: bool


class Mailboxes:
    """The provider's IMAP server."""

    def __init__(self, server: MailServer, context: Callable[[], ssl.SSLContext]):
        self._server = server
        self._context = context
        self._connections: dict[Mailbox, IMAPClient] = {}

    def check(self, mailbox: Mailbox | None) -> None:
        """Connect; where there is a mailbox, log in and open it."""
        if mailbox:
            self.numbering(mailbox)
        else:
            _log_out(self._connect())

    def numbering(self, mailbox: Mailbox) -> tuple[int, int]:
        """Return UIDVALIDITY, and the least UID that the next message can have."""
        return self._on(
            mailbox,
            lambda _client, opened: (opened.get(b"UIDVALIDITY", 0), opened.get(b"UIDNEXT", 1)),
        )

    def search(self, mailbox: Mailbox, validity: int, *criteria) -> list[int]:
        """Return the UIDs of the messages that `criteria` (RFC 3501 6.4.4) match, oldest first."""
        return sorted(
            self._on(mailbox, lambda client, _opened: client.search(list(criteria)), validity)
        )

    def summaries(self, mailbox: Mailbox, validity: int, uids: list[int]) -> list[Summary]:
        """Return what is known of messages, oldest first; those that are gone are left out."""
        if not uids:
            return []
        items = ["RFC822.SIZE", "INTERNALDATE", "BODYSTRUCTURE", _HEADERS]
        found = self._on(mailbox, lambda client, _opened: client.fetch(uids, items), validity)
        return [_summary(uid, found[uid]) for uid in sorted(found) if b"RFC822.SIZE" in found[uid]]

    def size(self, mailbox: Mailbox, validity: int, uid: int) -> int | None:
        """Return the size of a message in bytes, or None when it is gone."""
        return self._fetch(mailbox, validity, uid, "RFC822.SIZE", b"RFC822.SIZE")

    def content(self, mailbox: Mailbox, validity: int, uid: int, limit: int) -> bytes | None:
        """Return at most `limit` bytes of a message, or None when it is gone. It stays unseen."""
        return self._fetch(mailbox, validity, uid, f"BODY.PEEK[]<0.{limit}>", b"BODY[]<0>")

    def mark_seen(self, mailbox: Mailbox, validity: int, uids: list[int]) -> None:
        """Set the flag that says that messages were dealt with."""
        if uids:
            self._on(
                mailbox,
                lambda client, _opened: client.add_flags(uids, [SEEN], silent=True),
                validity,
            )

    def delete(self, mailbox: Mailbox, validity: int, uid: int) -> None:
        """Delete one message, where the server can delete one without others (UIDPLUS)."""

        def expunge(client, _opened):
            if client.has_capability("UIDPLUS"):
                client.delete_messages([uid], silent=True)
                client.uid_expunge([uid])

        self._on(mailbox, expunge, validity)

    def close(self) -> None:
        """End all connections."""
        while self._connections:
            _mailbox, client = self._connections.popitem()
            _log_out(client)

    def _fetch(self, mailbox, validity, uid, item: str, answer: bytes):
        found = self._on(mailbox, lambda client, _opened: client.fetch([uid], [item]), validity)
        return found.get(uid, {}).get(answer)

    def _on(
        self,
        mailbox: Mailbox,
        request: Callable[[IMAPClient, dict], T],
        validity: int | None = None,
    ) -> T:
        """Make a request, again with a new connection where the one that was kept is broken.

        :param request: gets the client and what the server said of the folder
        :param validity: the UIDVALIDITY that UIDs in the request belong to
        :raise NotFound: the folder was numbered anew
        """
        for is_last_try in (mailbox not in self._connections, True):
            client = self._connections.get(mailbox) or self._connect(mailbox)
            self._connections[mailbox] = client
            try:
                opened = client.select_folder(FOLDER)
                if validity not in (None, opened.get(b"UIDVALIDITY", 0)):
                    raise errors.NotFound("The Direct provider has rebuilt the mailbox.")
                return request(client, opened)
            except _BROKEN:
                _drop(self._connections.pop(mailbox))
                if is_last_try:
                    break
            except exceptions.IMAPClientError:
                _drop(self._connections.pop(mailbox))
                raise errors.Busy("The Direct provider's mail server refused a request.") from None
        raise errors.Busy("The connection to the Direct provider was lost.")

    def _connect(self, mailbox: Mailbox | None = None) -> IMAPClient:
        server, context = self._server, self._context()
        is_tls = server.security == "tls"
        client = None
        try:
            client = IMAPClient(
                server.host,
                server.port,
                ssl=is_tls,
                ssl_context=context,
                timeout=tls.SILENCE_SECONDS,
            )
            client.normalise_times = False
            if not is_tls:
                client.starttls(context)
            if mailbox:
                _log_in(client, mailbox)
        except exceptions.CapabilityError:
            problem = errors.TlsNotOffered()
        except ssl.SSLError as error:
            before = None if is_tls else _ask_for_tls
            problem = tls.explain(error, server.host, server.port, before)
        except (*_BROKEN, exceptions.IMAPClientError, UnicodeError):
            problem = errors.Unreachable()
        except errors.HispError as error:
            problem = error
        else:
            return client
        _drop(client)
        raise problem


def _log_in(client: IMAPClient, mailbox: Mailbox) -> None:
    """Log in once: a second try with the same password could lock the mailbox."""
    try:
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(mailbox.login, mailbox.password)
        else:
            client.login(mailbox.login, mailbox.password)
    except exceptions.LoginError as error:
        if re.search(r"\[(UNAVAILABLE|INUSE|LIMIT)\]", str(error)):
            raise errors.Busy() from None
        raise errors.MailboxLoginRefused() from None


def _summary(uid: int, data: dict) -> Summary:
    headers = next((data[key] for key in data if key.startswith(b"BODY[HEADER")), b"")
    types = list(_content_types(data.get(b"BODYSTRUCTURE") or ()))
    return Summary(
        uid,
        data[b"RFC822.SIZE"],
        data[b"INTERNALDATE"].astimezone(UTC),
        notices.is_notice(take_apart(headers), types or ["text/plain"]),
    )


def _content_types(structure) -> list[str]:
    """The types of a BODYSTRUCTURE (RFC 3501 7.4.2) at the top, the whole's own first."""
    if not structure:
        return []
    if isinstance(structure[0], bytes):
        return [f"{_word(structure[0])}/{_word(structure[1])}"]
    parts, subtype = structure[0], structure[1]
    return [
        f"multipart/{_word(subtype)}",
        *(each for part in parts for each in _content_types(part)),
    ]


def _word(value) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""


def _ask_for_tls(plain: socket.socket) -> None:
    with plain.makefile("rwb", buffering=0) as lines:
        lines.readline()
        lines.write(b"a STARTTLS\r\n")
        lines.readline()


def _log_out(client: IMAPClient) -> None:
    with suppress(*_BROKEN, exceptions.IMAPClientError):
        client.logout()


def _drop(client: IMAPClient | None) -> None:
    if client:
        with suppress(*_BROKEN, exceptions.IMAPClientError):
            client.shutdown()
