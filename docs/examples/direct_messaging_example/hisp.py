"""An adapter that sends and tells what became of it; the rest is done at the HISP.

It speaks a part of docs/provider-api.md, so it can be tried against the sandbox.
"""

import base64
import hashlib
import json
from urllib.parse import quote

from odoo.addons.direct_messaging.hisp import base, errors
from odoo.addons.direct_messaging.hisp.answer import Answer
from odoo.addons.direct_messaging.hisp.http import BearerAuth, HttpClient

REFUSALS = {
    "unauthorized": errors.NotAuthorized,
    "practice_not_authenticated": errors.NotAuthenticated,
    "sender_unknown": errors.SenderUnknown,
    "invalid_address": errors.InvalidAddress,
    "too_large": errors.TooLarge,
    "message_not_found": errors.NotFound,
}
EVENTS = {"message.dispatched": base.EventType.DISPATCHED, "message.failed": base.EventType.FAILED}


class ExampleHisp(base.Hisp):
    def __init__(self, config):
        super().__init__(config)
        self._http = HttpClient(
            config.base_url,
            BearerAuth(config.api_key),
            lambda answer: REFUSALS.get(answer.object("error").text("code"), errors.Refused)(),
            tls_floor=config.tls_floor,
            ca_certificate=config.ca_certificate,
            private_network=config.private_network,
        )

    def _get(self, path, read):
        return self._http.request("GET", f"/v1/{path}", read=read)

    def check(self):
        return self._get(
            "ping", lambda a: base.ProviderInfo(a.text("name"), a.text("domain_suffix"))
        )

    def is_authenticated(self, domain):
        return self._get(f"domains/{quote(domain)}", lambda answer: answer.flag("authenticated"))

    def check_address(self, address, sender_domain=""):
        return self._get(f"addresses/{quote(address)}", _address_check)

    def send(self, message, idempotency_key):
        content = {
            "from": message.sender,
            "to": message.recipient,
            "subject": message.subject,
            "text": message.text,
            "attachments": [_file(attachment) for attachment in message.attachments],
        }
        key = {"Idempotency-Key": idempotency_key}
        return self._http.request(
            "POST", "/v1/messages", read=_accepted, json=content, headers=key, repeatable=False
        )

    def find(self, idempotency_key):
        try:
            return self._get(f"messages/by-key/{quote(idempotency_key)}", _accepted)
        except errors.NotFound:
            return None

    def queues(self):
        return ("events",)

    def feed(self, queue, state=""):
        return self._get(f"events?cursor={quote(state)}", _page)

    @staticmethod
    def read_item(item):
        return base.Reading(events=(_event(Answer(json.loads(item.content))),))

    def close(self):
        self._http.close()


def _file(attachment):
    content = base64.b64encode(attachment.content).decode()
    return {"name": attachment.name, "content_type": attachment.content_type, "content": content}


def _address_check(a):
    reason = a.text_or_empty("reason")
    return base.AddressCheck(a.text("address"), a.flag("valid"), a.flag("trusted"), reason=reason)


def _accepted(a):
    return base.Accepted(a.text("id"), a.instant_or_none("accepted_at"))


def _page(a):
    items = (_item(event) for event in a.things("events"))
    return base.Page(tuple(items), a.text("cursor"), a.flag("more"))


def _item(event):
    # As it came: what cannot be read is kept, and holds up no other
    content = json.dumps(event).encode()
    key = hashlib.sha256(content).hexdigest()
    return base.Item("events", key, "application/json", content, is_status=True)


def _event(a):
    kind = EVENTS.get(a.text("type"), base.EventType.OTHER)
    return base.Event(a.text("id"), kind, a.instant_or_none("at"), a.text_or_empty("message_id"))
