import logging
import re
import time

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..hisp.base import Capability
from ..hisp.errors import CallbackRejected
from ..models.direct_provider import CALLBACK_PATH

MAX_BODY_BYTES = 64 * 1024
TOKEN = re.compile(f"(?<={re.escape(CALLBACK_PATH)})[^ /?]+")


class TokenMask(logging.Filter):
    """Keeps the token of a callback's address out of the log of requests.

    Of a provider that signs nothing, whoever knows the address would be believed.
    """

    def filter(self, record):
        if CALLBACK_PATH in (text := record.getMessage()):
            record.msg, record.args = TOKEN.sub("...", text), ()
        return True


logging.getLogger("werkzeug").addFilter(TokenMask())


class DirectCallback(http.Controller):
    @http.route(
        f"{CALLBACK_PATH}<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def callback(self, token):
        """Take a provider's callback: verified over the raw bytes, stored, then acted upon.

        Whatever is wrong gets the same 404: an answer must not tell what exists.
        """
        body_length = request.httprequest.content_length
        if body_length is None or body_length > MAX_BODY_BYTES:
            raise NotFound
        provider_sudo = (
            request.env["direct.provider"]
            .sudo()
            .search([("callback_token", "=", token), ("state", "!=", "disabled")])
        )
        if not (provider_sudo and provider_sudo._can(Capability.CALLBACKS)):
            raise NotFound
        try:
            events = provider_sudo._hisp().read_callback(
                request.httprequest.headers, request.httprequest.get_data(), time.time()
            )
        except (CallbackRejected, UserError):
            raise NotFound from None
        request.env["direct.message.event"].sudo()._store(provider_sudo, events)._handle()
        return request.make_response("")
