from odoo import http
from odoo.http import request

from .page import text_page


class DirectSession(http.Controller):
    """For a window whose session has expired: it stays open, and goes on after another log-in."""

    @http.route("/direct_messaging/token", type="jsonrpc", auth="user")
    def token(self):
        """Return the token that uploads of this session carry."""
        return request.csrf_token()

    @http.route("/direct_messaging/logged_in", type="http", auth="user")
    def logged_in(self):
        """Say where to go on: the tab that asked for the log-in still has what was typed."""
        return text_page(
            request.env._("Logged In"),
            request.env._("You're logged in. Close this tab and continue in the previous one."),
        )
