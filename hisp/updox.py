"""Adapter to Updox, as far as its partner API is publicly documented.

``POST <host>/api/io/<Method>`` with credentials in the body; HTTP 200 even for errors. What is
confirmed and what is not stands in docs/providers.md. Nothing that is not documented is guessed at.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from . import errors
from .answer import MALFORMED, Answer
from .base import (
    DEFAULT_MAX_MESSAGE_BYTES,
    Accepted,
    AddressCheck,
    Capability,
    Event,
    EventType,
    Hisp,
    HispConfig,
    OutgoingMessage,
    Person,
    Practice,
    ProviderInfo,
)
from .http import HttpClient, NoAuth

T = TypeVar("T")

OK = 2000
# `responseCode` -> type, and a sentence where ours is better than the type's. Never Updox's own
# text: it may repeat what was sent.
REFUSALS: dict[int, tuple[type[errors.HispError], str | None]] = {
    4010: (
        errors.NotAuthorized,
        "Updox didn't accept the application ID and password, or the practice isn't active.",
    ),
    4011: (errors.SenderUnknown, "The practice doesn't exist in Updox or isn't active."),
    4012: (errors.SenderUnknown, "The user doesn't exist in Updox or isn't active."),
    4060: (errors.Refused, "Updox didn't accept something in the request."),
    4130: (errors.DomainTaken, "Updox already has an account for this practice."),
    4150: (errors.DomainTaken, None),
    4160: (errors.DomainInvalid, None),
    4163: (errors.DomainTaken, "This practice name isn't available at Updox."),
    4230: (errors.AddressTaken, "Updox already has an account for this user."),
    4251: (errors.NpiInvalid, None),
    4410: (errors.NotFound, None),
    4610: (errors.AddressTaken, None),
    4620: (errors.AddressInvalid, "The address isn't in the practice's domain."),
    4621: (errors.AddressInvalid, "The address isn't in the practice's domain."),
    4630: (errors.SenderUnknown, "The practice has no Direct domain in Updox."),
    4640: (errors.InvalidAddress, "Updox doesn't accept this Direct address."),
    4641: (errors.SenderUnknown, None),
    4642: (errors.NotAuthenticated, None),
    4650: (errors.Refused, "Updox couldn't send the message."),
    4651: (
        errors.InvalidAddress,
        "Updox couldn't send the message, or the recipient's Direct address doesn't exist.",
    ),
}
UNSIGNED = "Reported by Updox in an unsigned notice."
NOT_ARRIVED = "Not delivered, as reported by Updox in an unsigned notice."
# `mdnStatus` of the notice *inbound_mdn*. What *received* proves is not documented: nothing, then.
NOTICES = {
    "received": (EventType.OTHER, UNSIGNED),
    "processed": (EventType.PROCESSED, UNSIGNED),
    "dispatched": (EventType.DISPATCHED, UNSIGNED),
    "failed": (EventType.FAILED, NOT_ARRIVED),
    "deleted": (EventType.DELETED, UNSIGNED),
    "denied": (EventType.DENIED, UNSIGNED),
}
WEBHOOKS = ("inbound_mdn", "inbound_direct")


@dataclass(frozen=True)
class UpdoxConfig(HispConfig):
    """An application's access. No limit is documented, so the administrator's is taken."""

    application_id: str = ""
    application_password: str = field(default="", repr=False)
    max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES


class _Account(NamedTuple):
    """A practice, as Updox has it."""

    id: str
    domain: str
    is_vetted: bool


class _User(NamedTuple):
    id: str
    account_id: str
    address: str


class UpdoxHisp(Hisp):
    """A partner's application at Updox.

    Its accounts and users are named by ids of ours, made from our references; which of them has a
    domain or an address is asked of Updox each time, so nothing is kept here.
    """

    capabilities = frozenset(
        {Capability.HOSTED_ENROLLMENT, Capability.REGISTRATION, Capability.CALLBACKS}
    )

    def __init__(self, config: UpdoxConfig):
        super().__init__(config)
        self._http = HttpClient(
            config.base_url,
            NoAuth(),
            lambda _answer: errors.Refused(),
            tls_floor=config.tls_floor,
            ca_certificate=config.ca_certificate,
            private_network=config.private_network,
        )

    def check(self) -> ProviderInfo:
        self._call("PingWithApplicationAuth")
        domains = (account.domain for account in self._accounts())
        return ProviderInfo(
            name="Updox",
            # What practices there have behind their own label; not told before there is one
            domain_suffix=next((d.partition(".")[2] for d in domains if d), ""),
            max_message_bytes=self.config.max_message_bytes,
        )

    def is_authenticated(self, domain: str) -> bool:
        return self._account_with(domain).is_vetted

    def check_address(self, address: str, sender_domain: str = "") -> AddressCheck:
        if not sender_domain:
            raise errors.Refused("Updox can check addresses once the practice has a domain.")
        account = self._account_with(sender_domain)
        found = self._call(
            "DirectAddressValidate",
            lambda answer: answer.flag("validDirectAddress"),
            account_id=account.id,
            recipient=address,
        )
        if found:
            return AddressCheck(address, valid=True, trusted=True)
        if not account.is_vetted:
            return AddressCheck(
                address,
                valid=True,
                trusted=False,
                reason="Updox can check this once the practice is authenticated.",
            )
        return AddressCheck(
            address,
            valid=False,
            trusted=False,
            reason="Updox found no trusted certificate for this address.",
        )

    def send(self, message: OutgoingMessage, idempotency_key: str) -> Accepted:
        """See `Hisp.send`. Updox keeps no keys: the same one again makes a second message.

        Nor is there a documented way for context metadata or for naming what is answered.
        """
        self._check_size(message)
        user = next((u for u in self._users() if u.address == message.sender.lower()), None)
        if not user:
            raise errors.SenderUnknown
        return self._call(
            "DirectMessageSend",
            lambda answer: _accepted(answer, message.recipient),
            account_id=user.account_id,
            user_id=user.id,
            repeatable=False,
            to=[message.recipient],
            subject=message.subject,
            textMessage=message.text,
            attachments=[
                {
                    "content": attachment.content,
                    "mimeType": attachment.content_type,
                    "fileName": attachment.name,
                }
                for attachment in message.attachments
            ],
        )

    def close(self) -> None:
        self._http.close()

    def find(self, idempotency_key: str) -> Accepted | None:
        raise errors.CannotTell

    # --- registration ------------------------------------------------------------------------

    def create_domain(self, label: str, practice: Practice) -> str:
        account_id = _id(practice.reference)
        if not self._domain_of(account_id):
            self._call(
                "PracticeSave",
                accountId=account_id,
                name=practice.name,
                active=True,
                directDomain=label,
                **_given(practiceNpi=practice.npi, phone=_ten_digits(practice.phone)),
            )
        domain = self._domain_of(account_id)
        if not domain:
            raise errors.Busy("Updox hasn't assigned a domain to the practice yet.")
        if domain.partition(".")[0] != label:
            raise errors.DomainExists(suggestions=(domain,))
        return domain

    def create_address(self, domain: str, username: str, person: Person) -> str:
        account = self._account_with(domain)
        if not self._address_of(account, person):
            try:
                self._save_user(account, person, directAddress=username)
            except errors.InvalidAddress:
                raise errors.AddressInvalid from None
        if address := self._address_of(account, person):
            return address
        raise errors.Busy("Updox hasn't assigned an address to the user yet.")

    def _domain_of(self, account_id: str) -> str:
        return next((a.domain for a in self._accounts() if a.id == account_id), "")

    def _address_of(self, account: _Account, person: Person) -> str:
        return next((u.address for u in self._users() if _is(u, account, person)), "")

    def _save_user(self, account: _Account, person: Person, **details: str) -> None:
        first, _, last = person.name.strip().rpartition(" ")
        self._call(
            "UserSave",
            account_id=account.id,
            userId=_id(person.reference),
            firstName=first or last,
            lastName=last,
            active=True,
            **_given(npi=person.npi),
            **details,
        )

    # --- enrollment --------------------------------------------------------------------------

    def hosted_enrollment_url(self, domain: str, representative: Person, return_url: str) -> str:
        """The page where the representative proves to be one. No way back is documented."""
        account = self._account_with(domain)
        if not any(_is(user, account, representative) for user in self._users()):
            self._save_user(account, representative)
        application = quote(self.config.application_id, safe="")
        query = urlencode({"accountId": account.id, "userId": _id(representative.reference)})
        return f"{self._http.base_url}/activate/{application}?{query}"

    # --- callbacks ---------------------------------------------------------------------------

    def register_callback(self, url: str, secret: str) -> None:
        """Ask for notices. Updox signs none: who knows `url` is believed, so nobody else may."""
        for event in WEBHOOKS:
            self._call("WebHookSave", event=event, callbackUrl=url)

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: float) -> list[Event]:
        """See `Hisp.read_callback`. There is no signature: only the documented shapes are taken.

        A notice has neither an id nor a time, so the same content is the same event, and `now`
        is when it happened.
        """
        try:
            return [_notice(Answer(json.loads(body)), datetime.fromtimestamp(now, UTC))]
        except MALFORMED:
            raise errors.CallbackRejected from None

    # --- requests ----------------------------------------------------------------------------

    def _accounts(self) -> tuple[_Account, ...]:
        return self._call(
            "PracticeList", lambda answer: tuple(map(_account, answer.objects("practiceList")))
        )

    def _account_with(self, domain: str) -> _Account:
        for account in self._accounts():
            if account.domain == domain.lower():
                return account
        raise errors.NotFound("Updox doesn't recognize the practice's domain.")

    def _users(self) -> tuple[_User, ...]:
        return self._call("UserList", lambda answer: tuple(map(_user, answer.objects("userList"))))

    def _check_size(self, message: OutgoingMessage) -> None:
        contents = (message.text.encode(), *(a.content for a in message.attachments))
        if sum(map(len, contents)) > self.config.max_message_bytes:
            raise errors.TooLarge

    def _call(
        self,
        method: str,
        read: Callable[[Answer], T] = lambda _answer: None,
        *,
        account_id: str = "",
        user_id: str = "",
        repeatable: bool = True,
        **fields,
    ) -> T:
        """Call a method with the credentials of its level: application, account or user."""
        credentials = {
            "applicationId": self.config.application_id,
            "applicationPassword": self.config.application_password,
            **_given(accountId=account_id, userId=user_id),
        }

        def checked(answer: Answer) -> T:
            _check_success(answer, repeatable)
            return read(answer)

        return self._http.request(
            "POST",
            f"/api/io/{method}",
            read=checked,
            json={**fields, "auth": credentials},
            repeatable=repeatable,
        )


def _check_success(answer: Answer, repeatable: bool) -> None:
    """Raise what the answer says went wrong; `ValueError` when it contradicts itself."""
    successful, code = answer.flag("successful"), answer.number("responseCode")
    if successful != (code == OK):
        raise ValueError
    if successful:
        return
    reference = f"Updox {code}"
    if code in REFUSALS:
        kind, sentence = REFUSALS[code]
        raise kind(sentence, reference=reference)
    if 4000 <= code < 5000:
        raise errors.Refused(reference=reference)
    # An error of its server, or a code from nowhere: it may have been carried out
    raise errors.Busy(reference=reference) if repeatable else errors.BadAnswer(reference=reference)


def _accepted(answer: Answer, recipient: str) -> Accepted:
    """Read the result for the one recipient."""
    if recipient.lower() in (address.lower() for address in answer.texts("invalidAddresses")):
        raise errors.InvalidAddress
    [result] = answer.objects("messages")
    if result.text("directAddress").lower() != recipient.lower():
        raise ValueError
    if not result.flag("success"):
        raise errors.Refused("Updox couldn't send the message.")
    return Accepted(str(result.number("messageId")))


def _notice(answer: Answer, at: datetime) -> Event:
    message_id = answer.number("messageId")
    if "mdnStatus" in answer:
        status = answer.choice("mdnStatus", NOTICES)
        kind, reason = NOTICES[status]
        event_id = f"inbound_mdn/{message_id}/{status}"
        return Event(event_id, kind, at, message_id=str(message_id), reason=reason)
    account_id, user_id = answer.text("accountId"), answer.text("userId")
    return Event(f"inbound_direct/{account_id}/{user_id}/{message_id}", EventType.RECEIVED, at)


def _account(answer: Answer) -> _Account:
    return _Account(
        answer.text("accountId"),
        answer.text_or_empty("directDomain").lower(),
        answer.flag("vetted") and answer.flag("active"),
    )


def _user(answer: Answer) -> _User:
    return _User(
        answer.text("userId"),
        answer.text("accountId"),
        answer.text_or_empty("directAddress").lower(),
    )


def _is(user: _User, account: _Account, person: Person) -> bool:
    return (user.account_id, user.id) == (account.id, _id(person.reference))


def _id(reference: str) -> str:
    """Make an id from a reference: always the same, and of no character that could be refused."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, reference))


def _given(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _ten_digits(phone: str) -> str:
    """A US telephone number as Updox takes it; empty when it is none."""
    digits = re.sub(r"\D", "", phone).removeprefix("1")
    return digits if len(digits) == 10 else ""
