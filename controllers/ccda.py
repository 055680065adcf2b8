from markupsafe import escape
from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from werkzeug.exceptions import NotFound

# A document is for reading: nothing in it runs, loads or leads anywhere
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class DirectCcda(http.Controller):
    @http.route(
        "/direct_messaging/referral/<int:referral_id>/ccda",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def ccda(self, referral_id):
        """Show the C-CDA of a referral before it is sent, and as it was sent afterwards.

        What does not exist and what may not be read get the same 404.
        """
        referral = request.env["direct.referral"].browse(referral_id).exists()
        try:
            if not referral:
                raise NotFound
            page = referral._ccda_html()
        except AccessError:
            raise NotFound from None
        except UserError as problem:
            page = escape(problem)
        return request.make_response(str(page), headers=list(HEADERS.items()))
