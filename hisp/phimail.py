"""Adapter to phiMail, the HISP software of EMR Direct, by its line protocol over TLS.

The protocol is known from public clients; docs/providers.md says what is confirmed. A message is
given its id there, and only in the answer to SEND: when that is lost, nobody can ask.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from ..tools import address as addresses
from . import direct_context, errors, mime_text, phimail_reading, reach, tls
from .base import (
    DEFAULT_MAX_MESSAGE_BYTES,
    Accepted,
    AddressCheck,
    Attachment,
    Capability,
    DirectoryEntry,
    Hisp,
    HispConfig,
    Item,
    OutgoingMessage,
    Page,
    ProviderInfo,
    Reading,
)
from .phimail_wire import BROKEN, Declined, Wire
from .submission import Mailbox

PORT = 32541
CLIENT = "INFO VER direct_messaging 1"
SEND_SECONDS = 120  # it signs and encrypts before it answers
CONTENT_TYPE = "application/x-phimail"
NO_LOGIN_TESTED = "No login was tested because nobody has entered one yet."
CANNOT_CHECK = "The address can be checked once an address of the practice is set up."
NOT_TRUSTED = "The provider found no trusted certificate for this address."
LOOKS_LIKE_HTML = (
    "The provider would turn a message that begins with “<” into a web page. Begin it with a word."
)
_LOST = "The connection to the Direct provider was lost. Nothing was sent."
# Fields of a directory entry, and the LDAP names under which a directory may have them
_ENTRY = {
    "address": ("mail",),
    "name": ("cn", "displayName"),
    "organization": ("o", "organizationName"),
    "specialty": ("hcSpecialisation", "title"),
    "street": ("street", "streetAddress"),
    "city": ("l", "localityName"),
    "state": ("st",),
    "zip": ("postalCode",),
    "phone": ("telephoneNumber",),
}
_SEARCHED = ("cn", "mail", "o", "l")
MAX_ENTRIES = 1000


@dataclass(frozen=True)
class PhimailConfig(HispConfig):
    """Where phiMail is, and who logs in there. No limit is documented: the administrator's."""

    host: str = ""
    port: int = PORT
    mailboxes: tuple[Mailbox, ...] = ()
    """Each a login: of an address, or of a group of addresses that share a queue."""
    shared_login: str = ""
    """The login among `mailboxes` that is for addresses without one of their own."""
    final_delivery: bool = True
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)
    max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES


class PhimailHisp(Hisp):
    """Sends, and reads one queue for each login, of which only the head is seen.

    `Item.queue` is the login, `Item.key` the server's line, and of a message also its digest,
    because senders make the ids.
    """

    capabilities = frozenset({Capability.RECEIVING, Capability.DIRECTORY})

    def __init__(self, config: PhimailConfig):
        super().__init__(config)
        self._wires: dict[str, Wire] = {}
        self._heads: dict[str, Item] = {}

    def close(self) -> None:
        while self._wires:
            self._wires.popitem()[1].close()
        self._heads.clear()

    def check(self) -> ProviderInfo:
        """Connect, and log in as everybody who has a login."""
        if not self.config.mailboxes:
            with self._in_words():
                wire = self._connect()
                with suppress(*BROKEN, Declined):
                    wire.ask(CLIENT)
                wire.close()
        for mailbox in self.config.mailboxes:
            with self._in_words():
                self._ready(mailbox.login, mailbox.password)
        return ProviderInfo(
            name=f"phiMail at {self.config.host}",
            domain_suffix="",
            notice="" if self.config.mailboxes else NO_LOGIN_TESTED,
            max_message_bytes=self.config.max_message_bytes,
        )

    # --- what exists at the provider ---------------------------------------------------------

    def is_authenticated(self, domain: str) -> bool:
        """Nobody can be asked; a legal representative records it instead.

        :raise CannotTell: always
        """
        raise errors.CannotTell(
            "This Direct provider can't report whether the practice is authenticated."
        )

    def prove_mailbox(self, address: str, login: str, password: str, reference: str) -> None:
        """Log in: at phiMail a login that is accepted is the proof."""
        mailbox = Mailbox(login, password, (address,)) if login else self._shared_mailbox()
        with self._in_words():
            self._ready(mailbox.login, mailbox.password)
            self._ready_as(address, mailbox)

    def check_address(self, address: str, sender_domain: str = "") -> AddressCheck:
        """Ask whether a trusted certificate is known for an address; nothing is sent."""
        if problem := addresses.address_problem(address):
            return AddressCheck(address, valid=False, trusted=False, reason=problem)
        mine = [
            (mailbox, own)
            for mailbox in self.config.mailboxes
            for own in mailbox.addresses
            if own.endswith(f"@{sender_domain}")
        ]
        if not mine:
            return AddressCheck(address, valid=True, trusted=False, reason=CANNOT_CHECK)
        mailbox, own = mine[0]
        with self._in_words():
            wire = self._ready_as(own, mailbox)
            try:
                wire.ask(f"TO {address}")
            except Declined:
                return AddressCheck(address, valid=False, trusted=False, reason=NOT_TRUSTED)
            wire.line()  # what the certificate says
            wire.ask("CLEAR")
        return AddressCheck(address, valid=True, trusted=True)

    def search_directory(self, query: str, limit: int = 20) -> tuple[DirectoryEntry, ...]:
        """Find providers: each word of the query is in the name, address, organization or city."""
        mailbox = next((each for each in self.config.mailboxes), None)
        words = query.split()
        if not (mailbox and words):
            return ()
        with self._in_words():
            wire = self._ready(mailbox.login, mailbox.password)
            wire.ask(f"LOOKUP JSON {_filter(words)}")
            found = [wire.line() for _line in range(wire.number(MAX_ENTRIES))]
        entries = (entry for line in found if (entry := _entry(line)))
        return tuple(entries)[:limit]

    # --- sending -----------------------------------------------------------------------------

    def send(self, message: OutgoingMessage, idempotency_key: str) -> Accepted:
        """See `Hisp.send`. phiMail keeps no keys: the same one again makes a second message.

        Nor is there a way to name what is answered; types follow from the names of files.
        """
        self._check(message)
        mailbox = self._mailbox_of(message.sender)
        with self._in_words():
            wire = self._ready_as(message.sender, mailbox)
            self._draft(wire, message)
        return _sent(wire, message.recipient)

    def find(self, idempotency_key: str) -> Accepted | None:
        """phiMail cannot be asked about a message.

        :raise CannotTell: always
        """
        raise errors.CannotTell()

    def _check(self, message: OutgoingMessage) -> None:
        contents = (message.text.encode(), *(each.content for each in message.attachments))
        if sum(map(len, contents)) > self.config.max_message_bytes:
            raise errors.TooLarge()
        if message.text.lstrip().startswith("<"):
            raise errors.Refused(LOOKS_LIKE_HTML)
        if addresses.address_problem(message.recipient):
            raise errors.InvalidAddress()

    def _draft(self, wire: Wire, message: OutgoingMessage) -> None:
        """Say all of a message but SEND."""
        try:
            wire.ask(f"TO {message.recipient}")
        except Declined:
            raise errors.InvalidAddress(NOT_TRUSTED) from None
        wire.line()  # what the certificate says
        wire.ask(f"SUBJECT {message.subject}".rstrip())
        _add(wire, "TEXT", mime_text.without_controls(message.text, " ").encode())
        for attachment in message.attachments:
            _add(wire, _kind(attachment), attachment.content, _file_name(attachment.name))
        if message.context:
            _add(
                wire,
                "CONTEXT",
                direct_context.write(message.context).encode(),
                direct_context.FILE_NAME,
            )
        wire.ask(f"SET FINAL {int(self.config.final_delivery)}")

    # --- the feed: one queue for each login, of which the head is seen ------------------------

    def queues(self) -> tuple[str, ...]:
        return tuple(mailbox.login for mailbox in self.config.mailboxes)

    def feed(self, queue: str, state: str = "") -> Page:
        """The head of the queue, with its content. The next one shows once it is acknowledged."""
        head = self._head(queue)
        return Page((head,), more=True) if head else Page()

    def fetch(self, item: Item) -> Item:
        if item.content is not None:
            return item
        head = self._head(item.queue)
        if not head or head.key != item.key:
            raise errors.NotFound()
        if head.content is None:
            raise errors.NotReadable()
        return head

    def acknowledge(self, item: Item) -> None:
        if self._heads.get(item.queue) != item and self._head(item.queue) != item:
            return  # it was acknowledged before
        is_mail = item.key.startswith(phimail_reading.MAIL)
        mailbox = self._mailbox_with(item.queue)
        with self._in_words():
            self._wires[mailbox.login].ask("DONE" if is_mail else "OK")
        del self._heads[item.queue]

    @staticmethod
    def read_item(item: Item) -> Reading:
        """Read a status or a message from the server's own lines."""
        return phimail_reading.read(item)

    def _head(self, queue: str) -> Item | None:
        self._heads.pop(queue, None)
        mailbox = self._mailbox_with(queue)
        with self._in_words():
            wire = self._ready(mailbox.login, mailbox.password)
            line, content = phimail_reading.head(wire)
        if not line:
            return None
        is_status = line.startswith(phimail_reading.STATUS)
        digest = "" if is_status or content is None else hashlib.sha256(content).hexdigest()[:32]
        self._heads[queue] = Item(
            queue,
            f"{line} {digest}".rstrip(),
            CONTENT_TYPE,
            content,
            mailbox.addresses if is_status else _recipient(line),
            is_status=is_status,
        )
        return self._heads[queue]

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say in words what went wrong where nothing can have been sent."""
        try:
            yield
        except Declined:
            raise errors.Refused() from None
        except BROKEN:
            self.close()  # nobody knows what still comes over it
            raise errors.Busy(_LOST) from None

    # --- who logs in -------------------------------------------------------------------------

    def _mailbox_of(self, address: str) -> Mailbox:
        for mailbox in self.config.mailboxes:
            if address in mailbox.addresses:
                return mailbox
        raise errors.SenderUnknown()

    def _mailbox_with(self, login: str) -> Mailbox:
        for mailbox in self.config.mailboxes:
            if mailbox.login == login:
                return mailbox
        raise errors.NotFound("Nobody uses this login any more.")

    def _shared_mailbox(self) -> Mailbox:
        for mailbox in self.config.mailboxes:
            if mailbox.login == self.config.shared_login:
                return mailbox
        raise errors.MailboxLoginRefused("Enter the login and password of your address.")

    def _ready_as(self, address: str, mailbox: Mailbox) -> Wire:
        """A connection that sends as `address`.

        A login may be that of a group: it reads for its addresses, and each logs in by itself to
        send, with the same password. How else a sender would be named is not in any public client.
        """
        return self._ready(address, mailbox.password)

    def _ready(self, login: str, password: str) -> Wire:
        """A connection that is logged in, with no draft."""
        if wire := self._wires.get(login):
            # It may have ended while nothing was said; asking costs one round trip
            with suppress(*BROKEN, Declined):
                wire.ask("CLEAR")
                return wire
            self._wires.pop(login).close()
        wire = self._connect()
        try:
            wire.ask(CLIENT)
            wire.ask(f"AUTH {login} {password}".rstrip())
        except Declined:
            wire.close()
            raise errors.MailboxLoginRefused() from None
        except BROKEN:
            wire.close()
            raise errors.Busy(_LOST) from None
        self._wires[login] = wire
        return wire

    def _connect(self) -> Wire:
        config = self.config
        return Wire(
            config.host,
            config.port,
            lambda: tls.client_context(
                config.tls_floor,
                config.ca_certificate,
                config.client_certificate,
                config.client_key,
            ),
            partial(reach.connect, private=config.private_network),
        )


def _add(wire: Wire, kind: str, content: bytes, name: str = "") -> None:
    wire.say(f"ADD {kind} {len(content)} {name}".rstrip())
    answer = wire.line()
    if answer != "BEGIN":
        raise Declined if answer.startswith("FAIL") else ValueError
    wire.send(content)
    wire.ok()


def _sent(wire: Wire, recipient: str) -> Accepted:
    """Say SEND, and read what became of the message. What was told before a break counts.

    :raise Refused: it was not taken
    :raise Uncertain: nothing was told
    """
    outcome = errors.Uncertain()
    try:
        wire.wait(SEND_SECONDS)
        wire.say("SEND")
        while (line := wire.line()) != "OK":
            outcome = _outcome(line, recipient)
            if line.startswith("FAIL"):
                break
            wire.say("OK")  # brings the next line
        wire.wait(tls.SILENCE_SECONDS)
    except BROKEN as broken:
        wire.close()  # nobody knows what still comes over it
        if isinstance(broken, ValueError) and isinstance(outcome, errors.Uncertain):
            outcome = errors.BadAnswer()
    if isinstance(outcome, errors.HispError):
        raise outcome from None
    return outcome


def _outcome(line: str, recipient: str) -> Accepted | errors.HispError:
    kind, _space, rest = line.partition(" ")
    address, _space, told = rest.partition(" ")
    if kind == "FAIL":
        return errors.Refused()
    if address.lower() != recipient.lower() or not told.strip():
        raise ValueError
    match kind:
        case "QUEUED":
            return Accepted(told.strip())
        case "ERROR":
            return errors.InvalidAddress(NOT_TRUSTED)
    raise ValueError


def _kind(attachment: Attachment) -> str:
    """How a document is added: a C-CDA by its own word, all others as they are."""
    return "CDA" if b"<ClinicalDocument" in attachment.content[:4096] else "RAW"


def _file_name(name: str) -> str:
    """A name without spaces, which part the arguments of a command."""
    return re.sub(r"\s+", "_", mime_text.one_line(name)) or "document"


def _filter(words: list[str]) -> str:
    """An LDAP filter (RFC 4515) for entries in which each word is somewhere."""
    groups = []
    for word in words:
        plain = re.sub(r"[\\*()\0]", lambda found: f"\\{ord(found[0]):02x}", word)
        groups.append("".join(f"({name}=*{plain}*)" for name in _SEARCHED))
    return f"(&{''.join(f'(|{group})' for group in groups)})"


def _entry(line: str) -> DirectoryEntry | None:
    """Read an entry of the directory; None for one without an address."""
    try:
        told = json.loads(line)
        texts = {name: _first(told, names) for name, names in _ENTRY.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    if not texts["address"]:
        return None
    texts["name"] = texts["name"] or f"{_first(told, ('givenName',))} {_first(told, ('sn',))}"
    return DirectoryEntry(**{name: text.strip() for name, text in texts.items()})


def _first(told: dict, names: tuple[str, ...]) -> str:
    for value in map(told.get, names):
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and value:
            return value
    return ""


def _recipient(line: str) -> tuple[str, ...]:
    return tuple(line.split(" ")[1:2])
