from odoo import http
from odoo.http import request
from werkzeug.exceptions import NotFound


class DirectEnrolled(http.Controller):
    @http.route("/direct_messaging/enrolled/<string:token>", type="http", auth="user")
    def enrolled(self, token):
        """Take the legal representative back from the provider's own page.

        The token says who left and for which practice; whether it worked is asked of the provider.
        """
        practice = request.env["direct.enrollment"]._returned_from_hosted_page(token)
        if not practice:
            raise NotFound
        return request.redirect(f"/odoo/direct-practices/{practice.id}")
