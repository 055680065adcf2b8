import time

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from psycopg2.extensions import TransactionRollbackError
from werkzeug.exceptions import RequestEntityTooLarge

from ..hisp.errors import CallbackRejected
from ..models.direct_provider import CALLBACK_PATH

MAX_BODY_BYTES = 64 * 1024


class DirectCallback(http.Controller):
    @http.route(
        f"{CALLBACK_PATH}<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY_BYTES,
    )
    def callback(self, token):
        """Take a provider's callback: verified over the raw bytes, stored, then acted upon.

        Whatever is wrong gets the same 404: an answer must not tell what exists. Until a callback
        is verified it costs one query by an index, and nothing is written or logged.
        """
        provider_sudo = request.env["direct.provider"].sudo()._of_callback(token)
        try:
            body = request.httprequest.get_data()
            events = provider_sudo._read_callback(request.httprequest.headers, body, time.time())
        except (CallbackRejected, RequestEntityTooLarge, UserError):
            return request.make_response("", status=404)
        cron = request.env["ir.cron"]
        event_sudo = request.env["direct.message.event"].sudo()
        try:
            stored = event_sudo._store(provider_sudo, events)
        except TransactionRollbackError:
            # The poll, or a repeat of this callback, stored it at this very moment
            request.env.cr.rollback()
        else:
            # From here on it is not lost: what cannot be done now is done by the poll
            cron._commit_progress()
            stored._handle()
        return request.make_response("")
