from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestDashboard(DirectCommon):
    """Each figure is what its list shows, to whom may see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env["direct.dashboard"].with_company(cls.company)

    def figures(self, user, *args):
        """Values by key, each compared with its list."""
        read = self.dashboard.with_user(user).read_figures(*args)
        for figure in read["figures"]:
            listed = self.env[figure["model"]].with_user(user).search(figure["domain"])
            self.assertEqual(figure["value"], len(listed), figure["key"])
            views = self.env["ir.ui.view"].browse(filter(None, figure["views"]))
            self.assertLessEqual(set(views.mapped("model")), {figure["model"]})
        values = {figure["key"]: figure["value"] for figure in read["figures"]}
        return {**values, "median": read["median_minutes"]}

    def make_sent(self, minutes=(), **values):
        """A delivered message for each of `minutes`, and one with `values`."""
        now = fields.Datetime.now()
        for took in minutes:
            self.make_delivered().sudo().direct_message_ids.write(
                {"queued_at": now - timedelta(minutes=took), "delivered_at": now}
            )
        if values:
            self.send(self.make_referral()).write(values)

    def test_unread_messages_open_as_the_inbox_shows_them(self):
        read = self.dashboard.with_user(self.clinician).read_figures()
        views = {figure["key"]: figure["views"] for figure in read["figures"]}
        self.assertEqual(
            views["unread"],
            [
                self.env.ref("direct_messaging.inbox_view_list").id,
                self.env.ref("direct_messaging.inbox_view_search").id,
            ],
        )
        self.assertEqual(views["sent"], [False, False])

    def test_the_figures(self):
        self.make_sent(minutes=(1, 3, 20))
        self.make_sent(state="failed")
        self.make_sent(state="queued")
        self.make_sent(state="held", queued_at=False)
        referral = self.env["direct.referral"].search([("state", "=", "delivered")], limit=1)
        referral.direct_message_ids.delivered_at -= timedelta(days=15)
        referral.direct_message_ids.queued_at -= timedelta(days=15)
        self.make_answer(referral, is_unread=True)
        self.assertEqual(
            self.figures(self.clinician),
            {
                "sent": 4,
                "delivered": 3,
                "failed": 1,
                "waiting": 3,
                "overdue": 1,
                "unread": 1,
                "median": 3,
            },
        )

    def test_with_nothing_there_is_no_median(self):
        self.assertEqual(set(self.figures(self.clinician).values()), {0, None})

    def test_of_the_period_only(self):
        self.make_sent(minutes=(1, 60 * 24 * 10, 60 * 24 * 50))
        for days, sent in ((7, 1), (30, 2), (90, 3)):
            with self.subTest(days=days):
                figures = self.figures(self.clinician, "mine", days)
                self.assertEqual((figures["sent"], figures["waiting"]), (sent, 3))

    def test_everybody_sees_the_own_ones_and_an_administrator_the_practices(self):
        self.make_sent(minutes=(2,))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_manager", company=company)
        for user, scope, sent in (
            (self.clinician, "mine", 1),
            (self.colleague, "mine", 0),
            (self.manager, "mine", 0),
            (self.manager, "practice", 1),
        ):
            with self.subTest(user.name, scope=scope):
                self.assertEqual(self.figures(user, scope)["sent"], sent)
        theirs = self.dashboard.with_context(allowed_company_ids=company.ids)
        theirs = theirs.with_user(stranger).read_figures("practice")
        self.assertEqual({figure["value"] for figure in theirs["figures"]}, {0})
        self.assertIsNone(theirs["median_minutes"])

    def test_nobody_sees_more_than_he_may(self):
        with self.assertRaisesRegex(AccessError, "Only an administrator"):
            self.dashboard.with_user(self.clinician).read_figures("practice")
        for user in (self.outsider, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.dashboard.with_user(user).read_figures()
        for wrong in (("everybody", 30), ("mine", 100000), ("mine", "7"), (None, 7)):
            with self.subTest(wrong), self.assertRaisesRegex(UserError, "doesn't exist"):
                self.dashboard.with_user(self.manager).read_figures(*wrong)

    def test_the_median_is_of_what_the_user_may_read(self):
        self.make_sent(minutes=(2,))
        messages = self.env["direct.message"]
        domain = Domain("account_id", "=", self.account.id)
        median = messages.with_user(self.clinician)._median_minutes_to_delivery(domain)
        self.assertAlmostEqual(median, 2)
        self.assertIsNone(messages.with_user(self.colleague)._median_minutes_to_delivery(domain))

    def test_a_constant_number_of_queries(self):
        counts = []
        for more in ((1,), (1, 2, 3, 4)):
            self.make_sent(minutes=more)
            self.dashboard.with_user(self.manager).read_figures("practice")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.dashboard.with_user(self.manager).read_figures("practice")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLess(counts[0], 20)

    # --- graph and pivot ---------------------------------------------------------------------

    def test_what_has_not_ended_does_not_count_as_nothing(self):
        self.make_sent(minutes=(10, 20))
        self.make_sent(state="failed")
        [[minutes, accepted]] = self.env["direct.message"]._read_group(
            [("account_id", "=", self.account.id)],
            aggregates=["minutes_to_delivery:avg", "__count"],
        )
        self.assertEqual((minutes, accepted), (15, 3))

        referral = self.make_delivered().sudo()
        referral.direct_message_ids.delivered_at -= timedelta(days=6)
        referral._set_answer("received", reported_at=fields.Datetime.now())
        [[days]] = self.env["direct.referral"]._read_group(
            [("author_id", "=", self.clinician.id)], aggregates=["days_to_report:avg"]
        )
        self.assertAlmostEqual(days, 6, delta=0.1)

    def test_a_providers_clock_that_is_behind_makes_no_negative_times(self):
        message = self.send(self.make_referral())
        message.write({"delivered_at": message.queued_at - timedelta(minutes=5)})
        self.assertEqual(message.minutes_to_delivery, 0)
