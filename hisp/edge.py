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
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from ..tools import address as addresses
from ..tools.sentence import Sentence
from . import errors, mail_reading, mime, reach, tls
from .base import (
    Accepted,
    AddressCheck,
    Capability,
    Hisp,
    HispConfig,
    Item,
    OutgoingMessage,
    Page,
    ProviderInfo,
    Reading,
)
from .gate import FIRST_DAY
from .mailbox import READ_ONLY, STEP, Mailboxes
from .submission import Mailbox, MailServer, Submission

PROOF_SECONDS, PROOF_PAUSE_SECONDS = 20, 1
MAX_INCOMING_BYTES = 64 * 1024 * 1024
# What base64 with its line ends makes of bytes, and what goes for headers and text
ENCODING_FACTOR = 78 / 57
ENVELOPE_BYTES = 64 * 1024
MESSAGE = "message/rfc822"
NO_LOGIN_TESTED = "No login was tested because nobody has entered a mailbox yet."
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
    since: date = FIRST_DAY
    """From which day on what a mailbox holds already is taken over (the server's INTERNALDATE)."""
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)


class EdgeHisp(Hisp):
    """Sends by submission, receives and learns what became of messages by IMAP.

    `Item.queue` is a mailbox's login, `Item.key` is ``UIDVALIDITY/UID``.
    """

    capabilities = frozenset({Capability.RECEIVING})

    def __init__(self, config: EdgeConfig):
        super().__init__(config)
        connect = partial(reach.connect, private=config.private_network)
        self._submission = Submission(config.smtp, self._tls_context, connect)
        self._mailboxes = Mailboxes(config.imap, self._tls_context, connect)

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
        size, read_only = 0, []
        for mailbox in self.config.mailboxes or (None,):
            with _told("Sending (SMTP)", mailbox):
                size = self._submission.check(mailbox)
            with _told("Receiving (IMAP)", mailbox):
                opened = self._mailboxes.check(mailbox)
            if opened and opened.is_read_only:
                read_only.append(mailbox.login)
        limit = int((size - ENVELOPE_BYTES) / ENCODING_FACTOR)
        notice = "" if self.config.mailboxes else NO_LOGIN_TESTED
        if read_only:
            notice = Sentence(
                "%(problem)s Messages arrive, and stay unread there: %(logins)s.",
                problem=Sentence(READ_ONLY),
                logins=", ".join(read_only),
            )
        return ProviderInfo(
            name=self.config.smtp.host,
            domain_suffix="",
            notice=notice,
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
        digest = hashlib.sha256(f"{reference}\n{address}\n{mailbox.login}".encode()).hexdigest()
        key = mail_reading.PROOF + digest[:32]
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
        validity = self._mailboxes.open(mailbox).validity
        day = (datetime.now(UTC) - timedelta(days=1)).date()
        found = self._mailboxes.search(
            mailbox, validity, "SINCE", day, "HEADER", "Message-ID", identifier
        )
        # It is no message to anybody, so `mail_reading` passes over it
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

    # --- the feed: letters and notices, as they lie in the mailboxes ---------------------------

    def queues(self) -> tuple[str, ...]:
        """Each mailbox is a queue, named by its login."""
        return tuple(mailbox.login for mailbox in self.config.mailboxes)

    def feed(self, queue: str, state: str = "") -> Page:
        """The next messages by their place in the mailbox, whoever has read them there.

        What a mailbox that is seen for the first time, or was numbered anew, holds is taken from
        the day `EdgeConfig.since` on; after that all that comes.
        """
        mailbox = self._mailbox_with(queue)
        opened = self._mailboxes.open(mailbox)
        place = _Place.of(state)
        is_new = place.validity != opened.validity or self.config.since < place.since
        if is_new:
            place = _Place(opened.validity, 0, opened.next_uid - 1, self.config.since)
        # The star is the last message, also where that one is not after ours
        found = self._mailboxes.search(mailbox, place.validity, "UID", f"{place.uid + 1}:*")
        uids = [uid for uid in found if uid > place.uid]
        if is_new and uids and not opened.next_uid:  # not every server says it
            place = replace(place, first_seen=uids[-1])
        if uids and uids[0] <= place.first_seen:
            recent = self._mailboxes.search(mailbox, place.validity, "SINCE", place.since)
            uids = sorted({uid for uid in uids if uid > place.first_seen} | {*uids} & {*recent})
        step = uids[:STEP]
        items = tuple(
            Item(queue, f"{place.validity}/{uid}", MESSAGE, addresses=mailbox.addresses)
            for uid in step
        )
        last = step[-1] if len(step) < len(uids) else max(place.uid, place.first_seen, *step, 0)
        return Page(items, replace(place, uid=last).written(), more=len(step) < len(uids))

    def fetch(self, item: Item) -> Item:
        mailbox, validity, uid = self._place(item)
        found = self._mailboxes.fetch(mailbox, validity, uid, MAX_INCOMING_BYTES)
        content = found.content[:ENVELOPE_BYTES] if found.is_cut else found.content
        return replace(
            item,
            content=content,
            content_type=MESSAGE,
            addresses=mailbox.addresses,
            at=found.arrived,
            is_cut=found.is_cut,
        )

    def acknowledge(self, item: Item) -> None:
        mailbox, validity, uid = self._place(item)
        self._mailboxes.mark_seen(mailbox, validity, [uid])
        if self.config.delete_after_storing and not item.is_cut:
            self._mailboxes.delete(mailbox, validity, uid)

    @staticmethod
    def read_item(item: Item) -> Reading:
        """Read a message; of a notice also what it reports."""
        return mail_reading.read(item)

    def _mailbox_with(self, login: str) -> Mailbox:
        for mailbox in self.config.mailboxes:
            if mailbox.login == login:
                return mailbox
        raise errors.NotFound("Nobody uses this mailbox any more.")

    def _place(self, item: Item) -> tuple[Mailbox, int, int]:
        mailbox = self._mailbox_with(item.queue)
        validity, _slash, uid = item.key.partition("/")
        if not (validity.isdecimal() and uid.isdecimal()):
            raise errors.NotFound()
        return mailbox, int(validity), int(uid)


@dataclass(frozen=True)
class _Place:
    """How far a mailbox was read.

    Messages up to `first_seen` were there before we were: of those, only what arrived `since` that
    day is taken.
    """

    validity: int = -1
    uid: int = 0
    first_seen: int = 0
    since: date = FIRST_DAY

    @classmethod
    def of(cls, state: str) -> "_Place":
        try:
            validity, uid, first_seen, since = json.loads(state or "[]")
            return cls(int(validity), int(uid), int(first_seen), date.fromisoformat(since))
        except (ValueError, TypeError):
            return cls()  # not one of ours: begun anew, and what is known is recognized

    def written(self) -> str:
        return json.dumps([self.validity, self.uid, self.first_seen, self.since.isoformat()])


@contextmanager
def _told(side: str, mailbox: Mailbox | None) -> Iterator[None]:
    """Say in an error on which side it happened, and for whom."""
    try:
        yield
    except errors.HispError as error:
        whose = f", {mailbox.addresses[0]}" if mailbox and mailbox.addresses else ""
        raise type(error)(f"{side}{whose}: {error.sentence}", reference=error.reference) from None
