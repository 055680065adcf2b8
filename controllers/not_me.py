from markupsafe import Markup
from odoo import http
from odoo.http import request

from ..models.authentication.proofing_notice import NOT_ME
from .page import guarded

PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="robots" content="noindex"><title>{title}</title></head>'
    "<body><h1>{title}</h1><p>{text}</p>{form}</body></html>"
)
FORM = Markup(
    '<form method="post"><input type="hidden" name="csrf_token" value="{token}">'
    '<button type="submit">{label}</button></form>'
)
POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


class DirectNotMe(http.Controller):
    @http.route(f"{NOT_ME}<string:token>", type="http", auth="public", methods=["GET", "POST"])
    def not_me(self, token):
        """Let whoever was authenticated say that it was somebody else.

        Opening the link changes nothing, because programs that check mail open links; the button
        on the page does.
        """
        env = request.env
        practice = env["direct.practice"]._of_not_me(token)
        title, form = env._("This Was Not Me"), ""
        if not practice:
            text = env._("This link is no longer valid. Ask an administrator of the practice.")
        elif practice.frozen_at:
            text = env._("Sending has already been stopped. The practice's administrators know.")
        elif request.httprequest.method == "POST":
            practice._repudiate()
            text = env._("Sending has been stopped, and the practice's administrators were told.")
        else:
            text = env._(
                "If you didn't authenticate %s, press the button. No Direct message is sent for "
                "the practice until its administrators have looked into it.",
                practice.company_id.name,
            )
            form = FORM.format(token=request.csrf_token(), label=env._("Stop Sending"))
        page = PAGE.format(title=title, text=text, form=form)
        headers = [("Content-Type", "text/html; charset=utf-8")]
        return guarded(request.make_response(page, headers), POLICY)
