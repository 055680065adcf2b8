"""Handing messages to a mail server (RFC 6409 submission), with a clear end for each.

One connection for each login serves many messages. Nothing is said over an open connection but
the wish to encrypt it.
"""

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from . import errors, tls
from .refusals import Step, refusal

# Reply codes (RFC 5321, RFC 4954)
ACCEPTED, GO_ON, ASKS, LOGGED_IN = (250, 251, 252), 354, 334, (235,)
# What comes after the content takes longer (RFC 5321 4.5.3.2.6): a HISP signs and encrypts first
CONTENT_SECONDS = 120
_LOST = "The connection to the Direct provider was lost. Nothing was sent."


@dataclass(frozen=True)
class MailServer:
    """Where a mail server is. `security` is *tls* (from the first byte) or *starttls*."""

    host: str = ""
    port: int = 0
    security: str = "tls"


@dataclass(frozen=True)
class Mailbox:
    """A login at the provider and the Direct addresses whose mail is in it, in lower case."""

    login: str
    password: str = field(repr=False)
    addresses: tuple[str, ...] = ()


class _Smtp(smtplib.SMTP):
    """Connects only where a provider may be."""

    def __init__(self, *args, connect: Callable[..., socket.socket], **kwargs):
        self._connect_to = connect
        super().__init__(*args, **kwargs)

    def _get_socket(self, host, port, timeout):
        # OVERRIDE smtplib: its own would look the name up by itself
        return self._connect_to(host, port, timeout)


class _SmtpOverTls(smtplib.SMTP_SSL, _Smtp):
    def __init__(self, *args, connect: Callable[..., socket.socket], **kwargs):
        self._connect_to = connect
        smtplib.SMTP_SSL.__init__(self, *args, **kwargs)


class Submission:
    """The provider's submission server.

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
        self._connections: dict[Mailbox, smtplib.SMTP] = {}

    def check(self, mailbox: Mailbox | None) -> int:
        """Connect, and log in where there is a mailbox.

        :return: how many bytes a message may have as it is sent, 0 when the server does not say
        """
        smtp = self._ready(mailbox) if mailbox else self._connect("localhost")
        size = smtp.esmtp_features.get("size", "")
        if not mailbox:
            _quit(smtp)
        return int(size) if size.isdigit() else 0

    def send(
        self, mailbox: Mailbox, sender: str, recipient: str, content: bytes, envelope_id: str
    ) -> None:
        """Hand a message over; to return is to have it accepted.

        :param content: the whole message, lines ended by CRLF
        :param envelope_id: comes back in bounces (RFC 3461 ENVID): letters, digits, dashes
        :raise Refused: certainly not accepted
        :raise Uncertain: lost after the content began
        """
        smtp = self._ready(mailbox)
        try:
            _introduce(smtp, sender, recipient, len(content), envelope_id)
        except (smtplib.SMTPException, OSError):
            self._forget(mailbox)
            raise errors.Busy(_LOST) from None
        try:
            # In one piece with its end, and then there is only one answer to wait for
            smtp.sock.settimeout(CONTENT_SECONDS)
            smtp.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
            code, answer = smtp.getreply()
            smtp.sock.settimeout(tls.SILENCE_SECONDS)
        except (smtplib.SMTPException, OSError):
            self._forget(mailbox)
            raise errors.Uncertain() from None
        if 400 <= code < 600:
            raise refusal(Step.CONTENT, code, answer)
        if code not in ACCEPTED:
            self._forget(mailbox)
            raise errors.BadAnswer()

    def close(self) -> None:
        """End all connections."""
        while self._connections:
            _mailbox, smtp = self._connections.popitem()
            _quit(smtp)

    def _ready(self, mailbox: Mailbox) -> smtplib.SMTP:
        """A connection that is logged in and at the beginning of a message."""
        smtp = self._connections.get(mailbox)
        if smtp:
            # It may have ended while nothing was said; asking costs one round trip
            with suppress(smtplib.SMTPException, OSError):
                if smtp.rset()[0] in ACCEPTED:
                    return smtp
            self._forget(mailbox)
        if not mailbox.password:
            raise errors.MailboxPasswordMissing()
        name = mailbox.addresses[0].partition("@")[2] if mailbox.addresses else "localhost"
        smtp = self._connect(name)
        try:
            _log_in(smtp, mailbox)
        except errors.Refused:
            _quit(smtp)
            raise
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise errors.Busy(_LOST) from None
        self._connections[mailbox] = smtp
        return smtp

    def _connect(self, name: str) -> smtplib.SMTP:
        server, context = self._server, self._context()
        kind, options = _Smtp, {"connect": self._connect_to}
        if server.security == "tls":
            kind, options["context"] = _SmtpOverTls, context
        try:
            with ExitStack() as unless_done:
                smtp = kind(
                    server.host,
                    server.port,
                    local_hostname=name,
                    timeout=tls.SILENCE_SECONDS,
                    **options,
                )
                unless_done.callback(smtp.close)
                if server.security == "starttls":
                    smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
                unless_done.pop_all()
                return smtp
        except smtplib.SMTPNotSupportedError:
            raise errors.TlsNotOffered() from None
        except ssl.SSLError as error:
            before = _ask_for_tls if server.security == "starttls" else None
            raise tls.explain(error, server.host, server.port, self._connect_to, before) from None
        except smtplib.SMTPResponseException as error:
            is_greeting = isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError)
            step = Step.CONNECT if is_greeting else Step.ENCRYPT
            if not 400 <= error.smtp_code < 600:
                raise errors.Unreachable() from None
            raise refusal(step, error.smtp_code, _bytes(error.smtp_error)) from None
        except (smtplib.SMTPException, OSError, UnicodeError):
            raise errors.Unreachable() from None

    def _forget(self, mailbox: Mailbox) -> None:
        smtp = self._connections.pop(mailbox, None)
        if smtp:
            smtp.close()


def _introduce(smtp, sender, recipient, size, envelope_id) -> None:
    """Say all that comes before the content.

    :raise Refused: of what was said, something was refused
    """
    of_message, of_recipient = [], []
    if smtp.has_extn("size"):
        of_message.append(f"SIZE={size}")
    if smtp.has_extn("dsn"):
        # Headers only: a bounce does not carry the documents through the mail system again
        of_message += ["RET=HDRS", f"ENVID={envelope_id}"]
        of_recipient += ["NOTIFY=FAILURE,DELAY"]
    try:
        _expect(ACCEPTED, smtp.mail(sender, of_message), Step.SENDER)
        _expect(ACCEPTED, smtp.rcpt(recipient, of_recipient), Step.RECIPIENT)
    except ValueError:
        raise errors.InvalidAddress() from None  # not ASCII, or more than a line
    _expect((GO_ON,), smtp.docmd("DATA"), Step.DATA)


def _log_in(smtp: smtplib.SMTP, mailbox: Mailbox) -> None:
    """Log in with PLAIN or LOGIN, once: a second try with the same password could lock it."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        both = _base64(f"\0{mailbox.login}\0{mailbox.password}")
        _expect(LOGGED_IN, smtp.docmd("AUTH", f"PLAIN {both}"), Step.LOG_IN)
    elif "LOGIN" in offered:
        _expect((ASKS,), smtp.docmd("AUTH", "LOGIN"), Step.LOG_IN)
        _expect((ASKS,), smtp.docmd(_base64(mailbox.login)), Step.LOG_IN)
        _expect(LOGGED_IN, smtp.docmd(_base64(mailbox.password)), Step.LOG_IN)
    else:
        raise errors.LoginNotOffered


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _expect(codes: tuple[int, ...], answer: tuple[int, bytes], step: Step) -> None:
    code, text = answer
    if code in codes:
        return
    if 400 <= code < 600:
        raise refusal(step, code, text)
    # An answer to something else: the two sides no longer talk about the same thing
    raise smtplib.SMTPServerDisconnected


def _ask_for_tls(plain: socket.socket) -> None:
    with plain.makefile("rwb", buffering=0) as lines:
        for line in (None, b"EHLO localhost\r\n", b"STARTTLS\r\n"):
            if line:
                lines.write(line)
            while lines.readline()[3:4] == b"-":
                pass


def _quit(smtp: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    smtp.close()
