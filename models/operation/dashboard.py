from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ..core.groups import MANAGER
from ..referral.loop import WAITING

_lt = LazyTranslate(__name__)

PERIODS = (7, 30, 90)
# Whose figures: the field that names the person, on each model
OWNERS = {"direct.message": "user_id", "direct.referral": "author_id"}
HANDED_OVER = ("accepted", "delivered", "failed", "uncertain", "unconfirmed")

# Each figure counts what its list shows: (key, label, model, domain, whether of the period only)
SENT = Domain("direction", "=", "out") & Domain("state", "in", HANDED_OVER)
FIGURES = (
    ("sent", _lt("Sent"), "direct.message", SENT, True),
    (
        "delivered",
        _lt("Delivered"),
        "direct.message",
        SENT & Domain("state", "=", "delivered"),
        True,
    ),
    ("failed", _lt("Failed"), "direct.message", SENT & Domain("state", "=", "failed"), True),
    (
        "waiting",
        _lt("Waiting for Report"),
        "direct.referral",
        Domain("loop_state", "in", WAITING),
        False,
    ),
    ("overdue", _lt("Overdue"), "direct.referral", Domain("is_overdue", "=", True), False),
    ("unread", _lt("Unread"), "direct.message", Domain("is_unread", "=", True), False),
)
# Lists of their own, and what searches in them; other figures open the usual ones of their model
VIEWS = {
    "overdue": ("direct_referral_view_list_overdue", "direct_referral_view_search"),
    "unread": ("inbox_view_list", "inbox_view_search"),
}


class DirectDashboard(models.AbstractModel):
    """Figures of one's own messages and referrals, or of the practice's.

    Read with the user's own rights: a figure counts nothing that its list would not show.
    """

    _name = "direct.dashboard"
    _description = "Dashboard of Direct Messaging"

    @api.model
    def read_figures(self, scope="mine", days=30):
        """Return the figures of the dashboard; a constant number of queries.

        :param str scope: mine, or practice for administrators
        :param int days: one of `PERIODS`; what waits is counted as it is now
        :return: ``{"can_see_practice": bool, "median_minutes": float | None, "figures": [...]}``;
            a figure has key, label, value, of_period, model and the domain of its list, and
            `views`: the ids of that list and of its search, False for the usual ones
        """
        self.env["direct.message"].check_access("read")
        is_manager = self.env.user.has_group(MANAGER)
        if scope not in ("mine", "practice") or days not in PERIODS:
            raise UserError(self.env._("This dashboard doesn't exist."))
        if scope == "practice" and not is_manager:
            raise AccessError(self.env._("Only an administrator can see the practice's figures."))
        figures = {
            key: {
                "key": key,
                "label": self.env._(label),
                "model": model,
                "of_period": is_of_period,
                "domain": list(self._scoped(model, domain, scope, days if is_of_period else None)),
                "views": self._views(key),
            }
            for key, label, model, domain, is_of_period in FIGURES
        }
        for figure in figures.values():
            figure["value"] = self.env[figure["model"]].search_count(figure["domain"])
        return {
            "can_see_practice": is_manager,
            "median_minutes": self.env["direct.message"]._median_minutes_to_delivery(
                Domain(figures["delivered"]["domain"])
            ),
            "figures": list(figures.values()),
        }

    @api.model
    def _views(self, key):
        names = VIEWS.get(key)
        if not names:
            return [False, False]
        return [self.env["ir.model.data"]._xmlid_to_res_id(f"direct_messaging.{n}") for n in names]

    @api.model
    def _scoped(self, model, domain, scope, days):
        domain &= Domain("company_id", "in", self.env.companies.ids)
        if scope == "mine":
            domain &= Domain(OWNERS[model], "=", self.env.uid)
        if days:
            since = fields.Datetime.now() - timedelta(days=days)
            domain &= Domain("queued_at", ">=", fields.Datetime.to_string(since))
        return domain
