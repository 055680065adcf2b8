"""Adapter to any certified HISP, by e-mail: the Edge Protocol's SMTP and IMAP over TLS.

There is no more than two mail servers, so domains and addresses exist at the provider, nobody
answers questions, and what became of a message is what notices in the sender's mailbox say.
"""

import hashlib
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ..tools import address as addresses
from ..tools.files.limited import Reader
from . import arrival, errors, mime, notices, tls
from .base import (
    Accepted,
    AddressCheck,
    Capability,
    Event,
    EventPage,
    Hisp,
    HispConfig,
    IncomingMessage,
    OutgoingMessage,
    ProviderInfo,
)
from .mailbox import STEP, Mailboxes
from .submission import Mailbox, MailServer, Submission

# Older notices change nothing any more: nobody waits for them
LOOK_BACK = timedelta(days=30)
PROOF_SECONDS, PROOF_PAUSE_SECONDS = 20, 1
MAX_NOTICE_BYTES = 512 * 1024
MAX_INCOMING_BYTES = 64 * 1024 * 1024
# What base64 with its line ends makes of bytes, and what goes for headers and text
ENCODING_FACTOR = 78 / 57
ENVELOPE_BYTES = 64 * 1024

TOO_BIG = (
    "This message is too large to receive here. It is still in the mailbox at the Direct "
    "provider; please read it there."
)
CANNOT_CHECK = "The address is valid. This provider can't check whether it is trusted."


@dataclass(frozen=True)
class EdgeConfig(HispConfig):
    """The provider's two mail servers and the mailboxes there."""

    smtp: MailServer = field(default_factory=MailServer)
    imap: MailServer = field(default_factory=MailServer)
    mailboxes: tuple[Mailbox, ...] = ()
    shared_login: str = ""
    """The login among `mailboxes` whose mailbox addresses without one of their own share."""
    final_delivery: bool = True
    """Whether to ask for the notice that a message reached its destination."""
    delete_after_storing: bool = False
    """Whether `acknowledge` deletes the message at the provider; else it is marked as read."""
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)


class EdgeHisp(Hisp):
    """Sends by submission, receives and learns what became of messages by IMAP.

    `IncomingMessage.external_id` is ``UIDVALIDITY/UID/login``. The cursor of `events` is JSON: for
    each login UIDVALIDITY and the last UID that was looked at.
    """

    capabilities = frozenset({Capability.RECEIVING})

    def __init__(self, config: EdgeConfig):
        super().__init__(config)
        self._submission = Submission(config.smtp, self._tls_context)
        self._mailboxes = Mailboxes(config.imap, self._tls_context)

    def _tls_context(self) -> ssl.SSLContext:
        config = self.config
        return tls.client_context(
            config.tls_floor, config.ca_certificate, config.client_certificate, config.client_key
        )

    def close(self) -> None:
        self._submission.close()
        self._mailboxes.close()

    def check(self) -> ProviderInfo:
        """Connect to both servers and log in with every mailbox that there is."""
        size = 0
        for mailbox in self.config.mailboxes or (None,):
            with _told("Sending (SMTP)", mailbox):
                size = self._submission.check(mailbox)
            with _told("Receiving (IMAP)", mailbox):
                self._mailboxes.check(mailbox)
        limit = int((size - ENVELOPE_BYTES) / ENCODING_FACTOR)
        return ProviderInfo(
            name=self.config.smtp.host,
            domain_suffix="",
            notice=""
            if self.config.mailboxes
            else "No login was tested because nobody has entered a mailbox yet.",
            max_message_bytes=limit if limit > 0 else None,
        )

    # --- what exists at the provider ---------------------------------------------------------

    def is_authenticated(self, domain: str) -> bool:
        """Nobody can be asked; a legal representative records it instead.

        :raise CannotTell: always
        """
        raise errors.CannotTell(
            "This Direct provider can't report whether the practice is authenticated."
        )

    def check_address(self, address: str, sender_domain: str = "") -> AddressCheck:
        """Check the form. Whether an address exists shows when a message is sent to it."""
        problem = addresses.address_problem(address)
        return AddressCheck(
            address, valid=not problem, trusted=False, reason=problem or CANNOT_CHECK
        )

    def prove_mailbox(self, address: str, login: str, password: str, reference: str) -> None:
        """Send a message from `address` to itself and see it arrive, within `PROOF_SECONDS`."""
        mailbox = Mailbox(login, password, (address,)) if login else self._shared_mailbox(address)
        key = hashlib.sha256(f"{reference}\n{address}\n{mailbox.login}".encode()).hexdigest()[:32]
        message = OutgoingMessage(
            address, address, "Direct Message Setup", "This message confirms your mailbox."
        )
        if self._has_arrived(mailbox, mime.message_id(key, address)):
            return
        with suppress(errors.Uncertain):  # whether it went out shows when it arrives
            self._hand_over(mailbox, message, key, final_delivery=False)
        end = time.monotonic() + PROOF_SECONDS
        while time.monotonic() < end:
            if self._has_arrived(mailbox, mime.message_id(key, address)):
                return
            time.sleep(PROOF_PAUSE_SECONDS)
        raise errors.NotProven()

    def _shared_mailbox(self, address: str) -> Mailbox:
        for mailbox in self.config.mailboxes:
            if mailbox.login == self.config.shared_login:
                return replace(mailbox, addresses=(address,))
        raise errors.MailboxLoginRefused("Enter your mailbox login and password.")

    def _has_arrived(self, mailbox: Mailbox, identifier: str) -> bool:
        validity, _next_uid = self._mailboxes.numbering(mailbox)
        day = (datetime.now(UTC) - timedelta(days=1)).date()
        found = self._mailboxes.search(
            mailbox, validity, "SINCE", day, "HEADER", "Message-ID", identifier
        )
        # It is no message to anybody: nobody finds it among what was received
        self._mailboxes.mark_seen(mailbox, validity, found)
        return bool(found)

    # --- sending -----------------------------------------------------------------------------

    def send(self, message: OutgoingMessage, idempotency_key: str) -> Accepted:
        """Hand `message` over under a Message-ID made from the key.

        The same key makes the same Message-ID, but a mail server takes it twice: it is the caller
        who may not send again what is `Uncertain`.
        """
        mailbox = self._mailbox_of(message.sender)
        return self._hand_over(
            mailbox, message, idempotency_key, final_delivery=self.config.final_delivery
        )

    def _hand_over(self, mailbox, message, key, *, final_delivery) -> Accepted:
        identifier = mime.message_id(key, message.sender)
        try:
            content = mime.build(message, key, final_delivery=final_delivery, now=datetime.now(UTC))
        except ValueError:  # an address of more than a line
            raise errors.InvalidAddress() from None
        self._submission.send(
            mailbox, message.sender, message.recipient, content, mime.local_part(identifier)
        )
        return Accepted(external_id=identifier, at=datetime.now(UTC))

    def find(self, idempotency_key: str) -> Accepted | None:
        """A mail server cannot be asked; a notice settles it, when one comes.

        :raise CannotTell: always
        """
        raise errors.CannotTell()

    def _mailbox_of(self, address: str) -> Mailbox:
        for mailbox in self.config.mailboxes:
            if address in mailbox.addresses:
                return mailbox
        raise errors.SenderUnknown()

    # --- notices -----------------------------------------------------------------------------

    def events(self, cursor: str = "") -> EventPage:
        """What notices in the mailboxes say.

        Without a cursor, and where a mailbox was numbered anew, what arrived in `LOOK_BACK` is
        read (again): its events carry the same ids as before.
        """
        positions = _positions(cursor)
        events, more, problem = [], False, None
        for mailbox in self.config.mailboxes:
            position = positions.get(mailbox.login, _Position())
            try:
                found, positions[mailbox.login], has_more = self._notices(mailbox, position)
            except errors.HispError as error:
                problem = problem or error
                if isinstance(error, errors.MailboxLoginRefused):
                    continue  # of this mailbox alone
                break
            events += found
            more = more or has_more
        if problem and not events and not more:
            raise problem
        events.sort(key=lambda event: event.at)
        return EventPage(tuple(events), _cursor(positions), more)

    def _notices(self, mailbox: Mailbox, position: "_Position"):
        """The events of the next step in one mailbox, where it ends, whether there is more."""
        validity, next_uid = self._mailboxes.numbering(mailbox)
        if position.validity == validity:
            # They come with the cursor, so what they said is stored
            self._mailboxes.mark_seen(mailbox, validity, list(position.read))
            # The star is the last message, also where that one is not after ours
            found = self._mailboxes.search(mailbox, validity, "UID", f"{position.uid + 1}:*")
            uids = [uid for uid in found if uid > position.uid]
        else:
            day = (datetime.now(UTC) - LOOK_BACK).date()
            uids = self._mailboxes.search(mailbox, validity, "SINCE", day)
        step, rest = uids[:STEP], uids[STEP:]
        summaries = self._mailboxes.summaries(mailbox, validity, step)
        notices_found = [summary for summary in summaries if summary.is_notice]
        events = [e for s in notices_found for e in self._read_notice(mailbox, validity, s)]
        last = step[-1] if step else next_uid - 1
        read = tuple(summary.uid for summary in notices_found)
        return events, _Position(validity, max(last, 0), read), bool(rest)

    def _read_notice(self, mailbox, validity, summary) -> tuple[Event, ...]:
        raw = self._mailboxes.content(mailbox, validity, summary.uid, MAX_NOTICE_BYTES)
        return notices.read(raw, summary.arrived, self._domains()) if raw else ()

    def _domains(self) -> frozenset[str]:
        return frozenset(
            address.rpartition("@")[2]
            for mailbox in self.config.mailboxes
            for address in mailbox.addresses
        )

    # --- receiving ---------------------------------------------------------------------------

    def received(self, limit: int = 50) -> tuple[str, ...]:
        waiting, problem = [], None
        for mailbox in self.config.mailboxes:
            try:
                waiting += self._waiting(mailbox, limit)
            except errors.HispError as error:
                problem = problem or error
                if isinstance(error, errors.MailboxLoginRefused):
                    continue
                break
        if problem and not waiting:
            raise problem
        waiting.sort()
        return tuple(external_id for _arrived, external_id in waiting[:limit])

    def _waiting(self, mailbox: Mailbox, limit: int) -> list[tuple[datetime, str]]:
        validity, _next_uid = self._mailboxes.numbering(mailbox)
        uids = self._mailboxes.search(mailbox, validity, "UNSEEN")
        waiting = []
        while uids and len(waiting) < limit:
            step, uids = uids[:STEP], uids[STEP:]
            waiting += [
                (summary.arrived, f"{validity}/{summary.uid}/{mailbox.login}")
                for summary in self._mailboxes.summaries(mailbox, validity, step)
                if not summary.is_notice
            ]
        return waiting

    def fetch(self, external_id: str) -> IncomingMessage:
        mailbox, validity, uid = self._place(external_id)
        size = self._mailboxes.size(mailbox, validity, uid)
        is_too_big = (size or 0) > MAX_INCOMING_BYTES
        limit = ENVELOPE_BYTES if is_too_big else MAX_INCOMING_BYTES
        raw = size and self._mailboxes.content(mailbox, validity, uid, limit)
        if not raw:
            raise errors.NotFound("The message is no longer in the mailbox.")
        with Reader() as reader:
            message = arrival.letter_of(reader, raw, external_id, mailbox.addresses)
        if is_too_big:
            return replace(message, text=TOO_BIG, attachments=(), context=None)
        return message

    def acknowledge(self, external_id: str) -> None:
        mailbox, validity, uid = self._place(external_id)
        self._mailboxes.mark_seen(mailbox, validity, [uid])
        if not self.config.delete_after_storing:
            return
        size = self._mailboxes.size(mailbox, validity, uid)
        if size and size <= MAX_INCOMING_BYTES:  # of a larger one only the head was stored
            self._mailboxes.delete(mailbox, validity, uid)

    def _place(self, external_id: str) -> tuple[Mailbox, int, int]:
        validity, _slash, rest = external_id.partition("/")
        uid, _slash, login = rest.partition("/")
        for mailbox in self.config.mailboxes:
            if mailbox.login == login and validity.isdecimal() and uid.isdecimal():
                return mailbox, int(validity), int(uid)
        raise errors.NotFound()


@dataclass(frozen=True)
class _Position:
    """How far a mailbox was read, and which notices that were read are not marked yet."""

    validity: int = 0
    uid: int = 0
    read: tuple[int, ...] = ()


def _positions(cursor: str) -> dict[str, _Position]:
    try:
        return {
            login: _Position(int(validity), int(uid), tuple(map(int, read)))
            for login, (validity, uid, read) in json.loads(cursor or "{}").items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}  # not one of ours: read again, which repeats events and loses none


def _cursor(positions: dict[str, _Position]) -> str:
    return json.dumps({login: astuple(each) for login, each in positions.items()})


@contextmanager
def _told(side: str, mailbox: Mailbox | None) -> Iterator[None]:
    """Say in an error on which side it happened, and for whom."""
    try:
        yield
    except errors.HispError as error:
        whose = f", {mailbox.addresses[0]}" if mailbox and mailbox.addresses else ""
        raise type(error)(f"{side}{whose}: {error.sentence}", reference=error.reference) from None
