from contextlib import closing

from odoo import models
from odoo.exceptions import UserError

from ...hisp.errors import HispError
from ...tools import address
from ..core.sentences import translated


class DirectProvider(models.Model):
    """What a provider knows of an address."""

    _inherit = "direct.provider"

    def _address_status(self, whole, domain) -> tuple[str, str]:
        """Say what is known of an address, and why: *verified*, *unverified* or *invalid*.

        What the provider cannot be asked now is *unverified*: a message that is handed over shows
        what is wrong with its address.

        :param whole: the address, normalized
        :param domain: that of the practice which wants to write to it; may be empty
        """
        if problem := address.address_problem(whole):
            return "invalid", translated(self.env, problem)
        if not self:
            return "unverified", self.env._(
                "No Direct provider is set up, so this address wasn't checked."
            )
        try:
            with closing(self._hisp()) as hisp:
                check = hisp.check_address(whole, domain or "")
        except (HispError, UserError) as error:
            return "unverified", self.env._("This address couldn't be checked: %s", error)
        if not check.valid:
            return "invalid", translated(self.env, check.reason) or self.env._(
                "The provider doesn't recognize this address."
            )
        if not check.trusted:
            return "unverified", translated(self.env, check.reason) or self.env._(
                "The recipient's provider isn't trusted."
            )
        return "verified", self.env._("%s has verified this address.", self.name)
