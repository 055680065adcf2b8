import logging
import re
import time

from odoo import SUPERUSER_ID, http
from odoo.exceptions import UserError
from odoo.http import request
from psycopg2.extensions import TransactionRollbackError
from werkzeug.exceptions import RequestEntityTooLarge

from ..hisp.errors import CallbackRejected
from ..models.provider.provider import CALLBACK_PATH

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
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BODY_BYTES,
    )
    def callback(self, token):
        """Take a provider's callback: verified over the raw bytes, stored, acted upon soon after.

        Whatever is wrong gets the same 404: an answer must not tell what exists. Until a callback
        is verified it costs one query by an index, and nothing is written or logged.
        """
        # Nobody logs in: the signature says who it is, and no user has to be looked up for that
        env = request.env(user=SUPERUSER_ID)
        provider = env["direct.provider"]._of_callback(token)
        try:
            body = request.httprequest.get_data()
            events = provider._read_callback(request.httprequest.headers, body, time.time())
        except (CallbackRejected, RequestEntityTooLarge, UserError):
            return request.make_response("", status=404)
        try:
            stored = env["direct.message.event"]._store(provider, events)
        except TransactionRollbackError:
            # The poll, or a repeat of this callback, stored it at this very moment
            request.env.cr.rollback()
        else:
            # Not acted upon here: that takes ten times as long, and can be done for many at once
            stored._have_handled()
        return request.make_response("")
