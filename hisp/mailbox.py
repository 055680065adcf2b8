"""Reading mailboxes at a provider (IMAP, RFC 3501) by UID, nothing deleted unless it is told so.

One connection for each mailbox serves many requests. All requests can be repeated, so a connection
that broke is made again once. Whatever a server answers about one message is trouble of that
message: it becomes `NotReadable`, and the connection is made anew for the others.
"""

import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from imapclient import IMAPClient, exceptions

from ..tools.sentence import Sentence
from . import errors, tls
from .submission import Mailbox, MailServer

# At DEBUG it would write down what the messages say
logging.getLogger("imapclient").setLevel(logging.WARNING)

FOLDER = "INBOX"
SEEN = rb"\Seen"
STEP = 200  # messages of a page
READ_ONLY = "The Direct provider opens this mailbox for reading only."
MAX_LITERAL = 65 * 1024 * 1024  # bytes that a server may give at once
_BROKEN = (exceptions.IMAPClientAbortError, OSError)

T = TypeVar("T")


@dataclass(frozen=True)
class Fetched:
    """A message, or its beginning. `arrived` is None where the server does not say it."""

    content: bytes = field(repr=False)
    arrived: datetime | None
    is_cut: bool


@dataclass(frozen=True)
class Opened:
    """What a server says of a mailbox (RFC 3501 2.3.1.1). `next_uid` is 0 where it says none."""

    validity: int
    next_uid: int
    is_read_only: bool


class _Failed(errors.Busy):
    """A request failed in a mailbox that could be opened."""


class _Imap4(imaplib.IMAP4):
    """Connects only where a provider may be, with TLS from the first byte if there is `context`."""

    def __init__(self, host, port, context, connect):
        self._tls_context = context
        self._connect_to = connect
        super().__init__(host, port)

    def _create_socket(self, timeout=None):
        # OVERRIDE imaplib: its own would look the name up by itself
        plain = self._connect_to(self.host, self.port)
        if not self._tls_context:
            return plain
        return self._tls_context.wrap_socket(plain, server_hostname=self.host)


class _Client(IMAPClient):
    def __init__(self, *args, connect: Callable[..., socket.socket], **kwargs):
        self._connect_to = connect
        super().__init__(*args, **kwargs)

    def _create_IMAP4(self):
        context = self.ssl_context if self.ssl else None
        return _Imap4(self.host, self.port, context, self._connect_to)


class Mailboxes:
    """The provider's IMAP server.

    :param connect: `reach.connect`, for where this provider may be
    """

    def __init__(
        self,
        server: MailServer,
        context: Callable[[], ssl.SSLContext],
        connect: Callable[..., socket.socket],
    ):
        self._server = server
        self._context = context
        self._connect_to = connect
        self._connections: dict[Mailbox, tuple[IMAPClient, Opened]] = {}

    def check(self, mailbox: Mailbox | None) -> Opened | None:
        """Connect; where there is a mailbox, log in and open it."""
        if mailbox:
            return self.open(mailbox)
        _log_out(self._connect())
        return None

    def open(self, mailbox: Mailbox) -> Opened:
        """Open the mailbox and look at it anew."""
        return self._on(mailbox, lambda _client, opened: opened, is_new_look=True)

    def search(self, mailbox: Mailbox, validity: int, *criteria) -> list[int]:
        """Return the UIDs of the messages that `criteria` (RFC 3501 6.4.4) match, oldest first."""
        return sorted(
            self._on(mailbox, lambda client, _opened: client.search(list(criteria)), validity)
        )

    def fetch(self, mailbox: Mailbox, validity: int, uid: int, limit: int) -> Fetched:
        """Return at most `limit` bytes of a message. It stays unseen.

        :raise NotFound: it is not there any more
        :raise NotReadable: the server does not give it
        """
        body = f"BODY.PEEK[]<0.{limit}>"
        # Where the server fails at size or date, the message itself may still be had
        for items in (["RFC822.SIZE", "INTERNALDATE", body], [body]):
            with suppress(errors.NotReadable):
                told = self._fetch(mailbox, validity, uid, items)
                if fetched := _fetched(told, limit):
                    return fetched
        if uid not in self.search(mailbox, validity, "UID", str(uid)):
            raise errors.NotFound("The message is no longer in the mailbox.")
        raise errors.NotReadable()

    def _fetch(self, mailbox, validity, uid, items) -> dict:
        try:
            found = self._on(mailbox, lambda client, _opened: client.fetch([uid], items), validity)
        except _Failed:
            # All else works, so it is this message that the server stumbles over
            raise errors.NotReadable() from None
        return found.get(uid, {})

    def mark_seen(self, mailbox: Mailbox, validity: int, uids: list[int]) -> None:
        """Set the flag that tells other programs that messages were dealt with, where one may."""

        def mark(client, opened):
            if uids and not opened.is_read_only:
                client.add_flags(uids, [SEEN], silent=True)

        with suppress(_Failed):
            self._on(mailbox, mark, validity)

    def delete(self, mailbox: Mailbox, validity: int, uid: int) -> None:
        """Delete one message, where the server can delete one without others (UIDPLUS).

        :raise Refused: the mailbox is for reading only
        """

        def expunge(client, opened):
            if opened.is_read_only:
                raise errors.Refused(
                    Sentence(
                        "%(problem)s Nothing can be deleted in it.", problem=Sentence(READ_ONLY)
                    )
                )
            if client.has_capability("UIDPLUS"):
                client.delete_messages([uid], silent=True)
                client.uid_expunge([uid])

        self._on(mailbox, expunge, validity)

    def close(self) -> None:
        """End all connections."""
        while self._connections:
            _mailbox, (client, _opened) = self._connections.popitem()
            _log_out(client)

    def _on(
        self,
        mailbox: Mailbox,
        request: Callable[[IMAPClient, Opened], T],
        validity: int | None = None,
        *,
        is_new_look: bool = False,
    ) -> T:
        """Make a request, again with a new connection where the one that was kept is broken.

        :param request: gets the client and what the server said of the folder
        :param validity: the UIDVALIDITY that UIDs in the request belong to
        :param is_new_look: whether the folder is opened again
        :raise NotFound: the folder was numbered anew
        :raise _Failed: the folder could be opened, and then the request failed
        """
        for is_last_try in (mailbox not in self._connections, True):
            client, opened = self._connections.get(mailbox) or (self._connect(mailbox), None)
            kind = errors.Busy
            try:
                if is_new_look or not opened:
                    opened = _select(client)
                self._connections[mailbox] = client, opened
                if validity not in (None, opened.validity):
                    raise errors.NotFound("The Direct provider has rebuilt the mailbox.")
                kind = _Failed
                return request(client, opened)
            except errors.HispError:
                raise
            except _BROKEN:
                self._forget(mailbox, client)
                if is_last_try:
                    break
            except exceptions.IMAPClientError:
                self._forget(mailbox, client)
                raise kind("The Direct provider's mail server refused a request.") from None
            except Exception:  # noqa: BLE001 - the parser of answers raises all sorts of things
                self._forget(mailbox, client)
                raise kind(
                    "The answer of the Direct provider's mail server could not be understood."
                ) from None
        raise kind("The connection to the Direct provider was lost.")

    def _forget(self, mailbox: Mailbox, client: IMAPClient) -> None:
        self._connections.pop(mailbox, None)
        _drop(client)

    def _connect(self, mailbox: Mailbox | None = None) -> IMAPClient:
        if mailbox and not mailbox.password:
            raise errors.MailboxPasswordMissing()
        server, context = self._server, self._context()
        is_tls = server.security == "tls"
        client = None
        try:
            client = _Client(
                server.host,
                server.port,
                connect=self._connect_to,
                ssl=is_tls,
                ssl_context=context,
                timeout=tls.SILENCE_SECONDS,
            )
            client.normalise_times = False
            _limit(client)
            if not is_tls:
                client.starttls(context)
            if mailbox:
                _log_in(client, mailbox)
        except exceptions.CapabilityError:
            problem = errors.TlsNotOffered()
        except ssl.SSLError as error:
            before = None if is_tls else _ask_for_tls
            problem = tls.explain(error, server.host, server.port, self._connect_to, before)
        except errors.HispError as error:
            problem = error
        except Exception:  # noqa: BLE001 - whatever a server greets with
            problem = errors.Unreachable()
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


def _select(client: IMAPClient) -> Opened:
    try:
        told, is_read_only = client.select_folder(FOLDER), False
    except exceptions.IMAPClientReadOnlyError:
        # All can be read, and nothing marked or deleted
        told, is_read_only = client.select_folder(FOLDER, readonly=True), True
    return Opened(told.get(b"UIDVALIDITY", 0), told.get(b"UIDNEXT", 0), is_read_only)


def _fetched(told: dict | None, limit: int) -> Fetched | None:
    """What a FETCH answers of one message; None when the message is not in it."""
    told = told or {}
    content = told.get(b"BODY[]<0>", told.get(b"BODY[]"))
    if isinstance(content, int):  # a text that is not quoted and has digits only
        content = str(content).encode()
    if not isinstance(content, bytes) or not content:
        return None
    size, arrived = told.get(b"RFC822.SIZE"), told.get(b"INTERNALDATE")
    is_cut = len(content) >= limit and not (isinstance(size, int) and size <= limit)
    return Fetched(
        content[:limit],
        arrived.astimezone(UTC) if isinstance(arrived, datetime) else None,
        is_cut,
    )


def _limit(client: IMAPClient) -> None:
    """Let no server fill the memory: the library reads a literal of any size at once."""
    imap = client._imap
    read = imap.read

    def read_at_most(size):
        if size > MAX_LITERAL:
            raise exceptions.IMAPClientAbortError("too large")
        return read(size)

    imap.read = read_at_most


def _ask_for_tls(plain: socket.socket) -> None:
    with plain.makefile("rwb", buffering=0) as lines:
        lines.readline()
        lines.write(b"a STARTTLS\r\n")
        lines.readline()


def _log_out(client: IMAPClient) -> None:
    with suppress(Exception):
        client.logout()


def _drop(client: IMAPClient | None) -> None:
    if client:
        with suppress(Exception):
            client.shutdown()
