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
        """Take a provider's callback: verified over the raw bytes, stored, acted upon soon after.

        Whatever is wrong gets the same 404: an answer must not tell what exists. Until a callback
        is verified it costs one query by an index, and nothing is written or logged.
        """
        provider_sudo = request.env["direct.provider"].sudo()._of_callback(token)
        try:
            body = request.httprequest.get_data()
            events = provider_sudo._read_callback(request.httprequest.headers, body, time.time())
        except (CallbackRejected, RequestEntityTooLarge, UserError):
            return request.make_response("", status=404)
        try:
            if request.env["direct.message.event"].sudo()._store(provider_sudo, events):
                # Not here: that takes ten times as long, and can be done for many at once
                request.env.ref("direct_messaging.ir_cron_events").sudo()._trigger()
        except TransactionRollbackError:
            # The poll, or a repeat of this callback, stored it at this very moment
            request.env.cr.rollback()
        return request.make_response("")
