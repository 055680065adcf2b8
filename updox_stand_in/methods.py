"""The methods of the API: who may call each, what it does, what it answers."""

import itertools
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import DIRECT_ROOT, TRUSTED_DOMAIN

MESSAGES = {
    2000: "OK",
    4000: "Bad Request",
    4010: "Unauthorized",
    4011: "Unauthorized [Practice does not exist or is inactive]",
    4012: "Unauthorized [User does not exist or is inactive]",
    4060: "Validation failed",
    4150: "direct domain is taken",
    4160: "direct domain is invalid",
    4610: "direct address is taken",
    4630: "account does not have a direct domain configured",
    4640: "invalid direct address",
    4641: "no direct address found for this user",
    4642: "identity verification required",
}
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LOCAL_PART = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
PRACTICE_FIELDS = ("name", "phone", "practiceNpi", "active")
USER_FIELDS = ("firstName", "lastName", "npi", "active")
KEPT_CALLS = 1000


class Failure(Exception):
    """A refusal by its code."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


@dataclass
class Application:
    """A partner: the practices, users and messages that its credentials reach."""

    password: str
    practices: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    webhooks: dict[str, str] = field(default_factory=dict)
    calls: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))


@dataclass(frozen=True)
class Call:
    """A request whose credentials are right: what it carries, and who calls."""

    application: Application
    fields: dict[str, Any]
    account_id: str | None
    user_id: str | None

    def required(self, name: str) -> Any:
        if self.fields.get(name) in (None, "", []):
            raise Failure(4060)
        return self.fields[name]


class Stand:
    """All that the stand-in knows."""

    def __init__(self) -> None:
        self.applications: dict[str, Application] = {}
        self.message_ids = itertools.count(249597)

    def answer(self, method: str, body: Any) -> dict[str, Any]:
        """What the API answers, errors included: always an object with the three fields."""
        try:
            return reply(2000, **self._do(method, body))
        except Failure as failure:
            return reply(failure.code)

    def _do(self, method: str, body: Any) -> dict[str, Any]:
        if method not in METHODS or not isinstance(body, dict):
            raise Failure(4000)
        level, function = METHODS[method]
        if level == "none":
            return {}
        auth = body.get("auth") or {}
        application = self.applications.get(auth.get("applicationId"))
        if application is None or application.password != auth.get("applicationPassword"):
            raise Failure(4010)
        account_id = auth.get("accountId") if level in ("account", "user") else None
        user_id = auth.get("userId") if level == "user" else None
        if level in ("account", "user") and not _is_active(application.practices, account_id):
            raise Failure(4011)
        if level == "user" and not _is_active(application.users, (account_id, user_id)):
            raise Failure(4012)
        application.calls.append(f"{method} as {level}")
        return function(self, Call(application, body, account_id, user_id))

    # --- practices and users -----------------------------------------------------------------

    def practice_save(self, call: Call) -> dict[str, Any]:
        account_id = call.required("accountId")
        call.required("name")
        practices = call.application.practices
        practice = practices.get(account_id) or {"active": False, "vetted": False}
        domain = practice.get("directDomain")
        if label := call.fields.get("directDomain"):
            domain = self._new_domain(label, domain)
        practices[account_id] = (
            practice
            | _given(call, PRACTICE_FIELDS)
            | {
                "accountId": account_id,
                "directDomain": domain,
            }
        )
        return {"accountId": account_id, "action": "update"}

    def _new_domain(self, label: str, own: str | None) -> str:
        domain = f"{label}.{DIRECT_ROOT}"
        if not LABEL.fullmatch(label):
            raise Failure(4160)
        if domain != own and domain in self._domains():
            raise Failure(4150)
        return domain

    def _domains(self) -> set[str]:
        practices = (a.practices.values() for a in self.applications.values())
        return {practice["directDomain"] for practice in itertools.chain(*practices)}

    def practice_list(self, call: Call) -> dict[str, Any]:
        return {"practiceList": list(call.application.practices.values())}

    def practice_vetted_toggle(self, call: Call) -> dict[str, Any]:
        practice = call.application.practices[call.account_id]
        practice["vetted"] = not practice["vetted"]
        return {}

    def user_save(self, call: Call) -> dict[str, Any]:
        users = call.application.users
        key = (call.account_id, call.required("userId"))
        call.required("firstName")
        call.required("lastName")
        user = users.get(key) or {"active": True, "vetted": False, "directAddress": None}
        if name := call.fields.get("directAddress"):
            user["directAddress"] = self._new_address(call, key, name)
        users[key] = (
            user
            | _given(call, USER_FIELDS)
            | {
                "accountId": key[0],
                "userId": key[1],
            }
        )
        return {}

    def _new_address(self, call: Call, key: tuple, name: str) -> str:
        domain = call.application.practices[call.account_id]["directDomain"]
        if not domain:
            raise Failure(4630)
        if not LOCAL_PART.fullmatch(name):
            raise Failure(4640)
        address = f"{name}@{domain}"
        others = (user for k, user in call.application.users.items() if k != key)
        if any(user["directAddress"] == address for user in others):
            raise Failure(4610)
        return address

    def user_list(self, call: Call) -> dict[str, Any]:
        return {"userList": list(call.application.users.values())}

    # --- messages ----------------------------------------------------------------------------

    def direct_address_validate(self, call: Call) -> dict[str, Any]:
        # For a certificate of DirectTrust the practice that asks has to be vetted
        is_vetted = call.application.practices[call.account_id]["vetted"]
        return {"validDirectAddress": is_vetted and self._is_known(call.required("recipient"))}

    def direct_message_send(self, call: Call) -> dict[str, Any]:
        sender = call.application.users[call.account_id, call.user_id]["directAddress"]
        if not sender:
            raise Failure(4641)
        if not call.application.practices[call.account_id]["vetted"]:
            raise Failure(4642)
        recipients = call.required("to")
        known = [address for address in recipients if self._is_known(address)]
        return {
            "messages": [self._deliver(call, sender, address) for address in known],
            "invalidAddresses": [address for address in recipients if address not in known],
        }

    def _deliver(self, call: Call, sender: str, address: str) -> dict[str, Any]:
        message_id = next(self.message_ids)
        kept = ("subject", "textMessage", "attachments")
        call.application.messages.append(
            {"messageId": message_id, "from": sender, "to": address, **_given(call, kept)}
        )
        return {
            "recipient": f"contact:{message_id}",
            "name": address,
            "directAddress": address,
            "messageId": message_id,
            "success": True,
            "reason": None,
        }

    def _is_known(self, address: str) -> bool:
        """In a domain that is trusted as a whole, or an address that somebody has here."""
        users = (a.users.values() for a in self.applications.values())
        own = {user["directAddress"] for user in itertools.chain(*users)}
        local_part, _, domain = address.partition("@")
        return address in own or (bool(local_part) and domain == TRUSTED_DOMAIN)

    def web_hook_save(self, call: Call) -> dict[str, Any]:
        call.application.webhooks[call.required("event")] = call.required("callbackUrl")
        return {}

    def nothing(self, call: Call) -> dict[str, Any]:
        return {}


METHODS: dict[str, tuple[str, Callable[[Stand, Call], dict[str, Any]]]] = {
    "Ping": ("none", Stand.nothing),
    "PingWithApplicationAuth": ("application", Stand.nothing),
    "PingWithAccountAuth": ("account", Stand.nothing),
    "PingWithAuth": ("user", Stand.nothing),
    "PracticeSave": ("application", Stand.practice_save),
    "PracticeList": ("application", Stand.practice_list),
    "PracticeVettedToggle": ("account", Stand.practice_vetted_toggle),
    "UserSave": ("account", Stand.user_save),
    "UserList": ("application", Stand.user_list),
    "DirectAddressValidate": ("account", Stand.direct_address_validate),
    "DirectMessageSend": ("user", Stand.direct_message_send),
    "WebHookSave": ("application", Stand.web_hook_save),
}


def reply(code: int, **fields: Any) -> dict[str, Any]:
    message = MESSAGES.get(code, "Error")
    return {"successful": code == 2000, "responseMessage": message, "responseCode": code, **fields}


def _is_active(records: dict[Any, dict[str, Any]], key: Any) -> bool:
    return bool(records.get(key, {}).get("active"))


def _given(call: Call, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: call.fields[name] for name in names if name in call.fields}
