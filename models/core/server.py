"""What the server does by itself: in a context of its own, where nothing of a caller counts.

A context comes from whoever calls, by RPC as well: `default_*` would fill in fields, `active_test`
find archived records, `bin_size` give the size of a file for its bytes. And in superuser mode the
user stays the same, and with it the user's personal defaults.
"""

from odoo import SUPERUSER_ID, api, models

# What a caller may say: in which language and time zone, for which companies, and what a window
# shows (`direct.draft`), which can only lead to a refusal
SAID_BY_CALLER = ("lang", "tz", "allowed_company_ids", "direct_shown")
_KEY = "direct_server"
# An object is nothing that RPC can send: no caller can pretend to be the server
_SERVER = object()


def is_server(env) -> bool:
    """Whether this happens in a context of the server's own."""
    return env.context.get(_KEY) is _SERVER


def own_context(records, *kept):
    """Return `records` in a context of the server's own.

    :param str kept: further keys of the caller's context that are kept
    """
    return _in_context(records, {**_said(records, kept), _KEY: _SERVER})


def clean_context(records, *kept):
    """Return `records` without what the caller said in the context."""
    if is_server(records.env):
        return own_context(records, *kept)
    return _in_context(records, _said(records, kept))


def as_server(records):
    """Return `records` in superuser mode and a context of the server's own.

    The one way in which the server makes records: no default of a person counts for them.
    """
    return own_context(records.sudo())


def _said(records, kept):
    context = records.env.context
    return {key: context[key] for key in (*SAID_BY_CALLER, *kept) if key in context}


def _in_context(records, context):
    return records.with_env(records.env(context=context))


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        # OVERRIDE base: what a person chose as default is for what that person fills in
        nobody = self
        if is_server(self.env):
            nobody = self.with_user(SUPERUSER_ID).with_company(self.env.company)
        return super(IrDefault, nobody)._get_model_defaults(model_name, condition)
