"""An adapter that sends and tells what became of it; the rest is done at the HISP.

It speaks a part of docs/provider-api.md, so it can be tried against the sandbox.
"""

import base64
from urllib.parse import quote

from odoo.addons.direct_messaging.hisp import base, errors
from odoo.addons.direct_messaging.hisp.http import BearerAuth, HttpClient

REFUSALS = {
    "unauthorized": errors.NotAuthorized,
    "practice_not_authenticated": errors.NotAuthenticated,
    "sender_unknown": errors.SenderUnknown,
    "invalid_address": errors.InvalidAddress,
    "untrusted_address": errors.Untrusted,
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
        )

    def check(self):
        return self._http.request("GET", "/v1/ping", read=_info)

    def is_authenticated(self, domain):
        path = f"/v1/domains/{quote(domain)}"
        return self._http.request("GET", path, read=lambda answer: answer.flag("authenticated"))

    def check_address(self, address, sender_domain=""):
        return self._http.request("GET", f"/v1/addresses/{quote(address)}", read=_address_check)

    def send(self, message, idempotency_key):
        content = {
            "from": message.sender,
            "to": message.recipient,
            "subject": message.subject,
            "text": message.text,
            "attachments": [
                {
                    "name": file.name,
                    "content_type": file.content_type,
                    "content": base64.b64encode(file.content).decode(),
                }
                for file in message.attachments
            ],
        }
        key = {"Idempotency-Key": idempotency_key}
        return self._http.request(
            "POST", "/v1/messages", read=_accepted, json=content, headers=key, repeatable=False
        )

    def find(self, idempotency_key):
        try:
            path = f"/v1/messages/by-key/{quote(idempotency_key)}"
            return self._http.request("GET", path, read=_accepted)
        except errors.NotFound:
            return None

    def events(self, cursor=""):
        return self._http.request("GET", f"/v1/events?cursor={quote(cursor)}", read=_event_page)


def _info(answer):
    return base.ProviderInfo(answer.text("name"), answer.text("domain_suffix"))


def _address_check(answer):
    flags = answer.flag("valid"), answer.flag("trusted")
    reason = answer.text_or_empty("reason")
    return base.AddressCheck(answer.text("address"), *flags, reason=reason)


def _accepted(answer):
    return base.Accepted(answer.text("id"), answer.instant_or_none("accepted_at"))


def _event_page(answer):
    events = tuple(map(_event, answer.objects("events")))
    return base.EventPage(events, answer.text_or_empty("cursor"), answer.flag("more"))


def _event(answer):
    kind = EVENTS.get(answer.text("type"), base.EventType.OTHER)
    message_id = answer.text_or_empty("message_id")
    return base.Event(answer.text("id"), kind, answer.instant("at"), message_id)
