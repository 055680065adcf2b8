from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from werkzeug.exceptions import NotFound

from .page import clinical_page, text_page


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
            document = referral._ccda_to_read()
        except AccessError:
            raise NotFound from None
        except UserError as problem:
            return text_page(referral.name, str(problem))
        return clinical_page(document, referral.name)
