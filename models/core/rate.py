from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import SQL


class Rate(NamedTuple):
    """How often something may be tried by one user."""

    times: int
    within: timedelta


RATES = {
    "directory": Rate(300, timedelta(minutes=1)),
    "address": Rate(300, timedelta(minutes=1)),
    "call": Rate(10, timedelta(hours=1)),
    "verify": Rate(20, timedelta(hours=1)),
    "connection": Rate(30, timedelta(minutes=1)),
}
TABLE = """
    CREATE UNLOGGED TABLE IF NOT EXISTS direct_rate (
        kind varchar NOT NULL,
        who varchar NOT NULL,
        at timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')
    );
    CREATE INDEX IF NOT EXISTS direct_rate_who ON direct_rate (kind, who, at);
"""


class DirectRate(models.AbstractModel):
    """Counts tries, so that nobody can guess or probe as fast as a machine.

    Each try is committed by a transaction of its own before it is made, and only then are they
    counted. So it counts whatever becomes of it, and of parallel ones on any number of workers
    each sees at least those that were committed before it.
    """

    _name = "direct.rate"
    _description = "How Often Something Was Tried"

    def init(self):
        self.env.cr.execute(TABLE)

    @api.model
    def _count(self, kind, who=None):
        """Count a try of the user, or of `who`.

        :param str kind: a key of `RATES`
        :raise UserError: it was tried too often
        """
        rate, who = RATES[kind], str(who or self.env.uid)
        registry = Registry(self.env.cr.dbname)
        with registry.cursor() as cr:
            cr.execute("INSERT INTO direct_rate (kind, who) VALUES (%s, %s)", [kind, who])
        with registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM direct_rate WHERE kind = %s AND who = %s"
                " AND at > (clock_timestamp() AT TIME ZONE 'UTC') - %s",
                [kind, who, rate.within],
            )
            [times] = cr.fetchone()
        if times > rate.times:
            raise UserError(
                self.env._("You have tried this too often. Please wait a while, then try again.")
            )

    def _take_away(self):
        self.env.cr.execute("DROP TABLE IF EXISTS direct_rate")

    @api.autovacuum
    def _forget_old(self):
        day_ago = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute(SQL("DELETE FROM direct_rate WHERE at < %s", day_ago))
