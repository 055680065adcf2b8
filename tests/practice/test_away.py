from datetime import date, datetime, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import DirectCommon

MONDAY = date(2027, 3, 1)
FRIDAY = date(2027, 3, 5)
WEDNESDAY_NOON = datetime(2027, 3, 3, 12)


@tagged("post_install", "-at_install")
class TestAway(DirectCommon):
    """Dr. Zoë Adler is away from Monday to Friday; Ben Okoro stands in."""

    def setUp(self):
        super().setUp()
        self.referral = self.make_delivered()
        self.go_away(self.account, self.colleague)

    def go_away(self, account, substitute, until=FRIDAY):
        account.with_user(account.user_id).write(
            {"away_from": MONDAY, "away_until": until, "substitute_id": substitute.id}
        )

    def give_account(self, user, username):
        return self.env["direct.account"]._create_address(user, self.practice, username)

    def arrive(self, at=WEDNESDAY_NOON, **values):
        with freeze_time(at):
            return self.make_answer(self.referral, **values)

    def test_what_arrives_meanwhile_is_in_the_substitutes_inbox_too(self):
        message = self.arrive()
        self.assertEqual(message.forwarded_to_id, self.colleague)
        self.assertEqual(message.user_id, self.clinician)
        theirs = message.sudo(False).with_user(self.colleague)
        self.assertIn("Dr. Zoë Adler is away until 03/05/2027", theirs.forwarded)
        self.assertEqual(theirs.search([("forwarded_to_id", "=", self.colleague.id)]), theirs)
        theirs.event_ids.read(["detail"])
        theirs._check_own()
        self.assertIn("forwarded", message.event_ids.mapped("type"))
        message.sudo(False).with_user(self.clinician).read(["body"])

    def test_it_begins_and_ends_by_itself_by_the_owners_calendar(self):
        self.clinician.tz = "America/New_York"
        for at, is_forwarded in (
            (datetime(2027, 3, 1, 4, 59), False),
            (datetime(2027, 3, 1, 5, 0), True),
            (datetime(2027, 3, 6, 4, 59), True),
            (datetime(2027, 3, 6, 5, 0), False),
        ):
            with self.subTest(at):
                message = self.arrive(at)
                self.assertEqual(bool(message.forwarded_to_id), is_forwarded)
                self.assertEqual(bool(message.forwarded), is_forwarded)

    def test_it_stays_visible_to_the_substitute_afterwards(self):
        message = self.arrive().sudo(False).with_user(self.colleague)
        self.account.with_user(self.clinician).action_end_absence()
        message.read(["body"])
        self.assertFalse(self.arrive().forwarded_to_id)

    def test_the_substitute_gets_nothing_else(self):
        before = self.arrive(datetime(2027, 2, 1, 12)).sudo(False)
        sent = self.referral.sudo().direct_message_ids.filtered(lambda m: m.direction == "out")
        self.arrive()
        for message in (before, sent.sudo(False)):
            with self.subTest(message.direction), self.assertRaises(AccessError):
                message.with_user(self.colleague).read(["body"])

    def test_nothing_leaves_the_practice(self):
        self.arrive()
        messages = self.env["direct.message"].search([("account_id", "=", self.account.id)])
        self.assertEqual(len(messages.filtered(lambda m: m.direction == "out")), 1)

    # --- who is told -------------------------------------------------------------------------

    def test_who_is_told(self):
        def told(at):
            return self.account._in_line(at)[:1]

        self.assertEqual(told(WEDNESDAY_NOON), self.colleague)
        self.assertEqual(told(datetime(2027, 4, 1)), self.clinician)
        self.colleague.active = False
        self.assertEqual(told(WEDNESDAY_NOON), self.clinician, "the substitute has left")
        self.clinician.active = False
        self.assertEqual(told(WEDNESDAY_NOON), self.manager, "nobody else is there")
        self.colleague.active = True
        self.account.delegate_ids = self.colleague
        self.assertEqual(told(datetime(2027, 4, 1)), self.colleague)

    def test_a_substitute_who_is_away_has_a_substitute_too(self):
        third = self.make_user("Tia Third", "direct_messaging.group_user")
        self.go_away(self.give_account(self.colleague, "ben"), third)
        self.assertEqual(self.account._in_line(WEDNESDAY_NOON)[:1], third)

    def test_a_circle_ends_where_it_began(self):
        third = self.make_user("Tia Third", "direct_messaging.group_user")
        bens = self.give_account(self.colleague, "ben")
        for circle in (
            ((bens, self.clinician),),
            ((bens, third), (self.give_account(third, "tia"), self.colleague)),
        ):
            for account, substitute in circle:
                self.go_away(account, substitute)
            with self.subTest(len(circle)):
                self.assertEqual(self.account._in_line(WEDNESDAY_NOON)[:1], self.clinician)
                self.assertFalse(self.arrive().forwarded_to_id)

    # --- who may -----------------------------------------------------------------------------

    def test_owner_and_administrator_set_it(self):
        for user in (self.clinician, self.manager):
            self.account.with_user(user).away_until = FRIDAY + timedelta(days=1)
        with self.assertRaises(AccessError):
            self.account.with_user(self.colleague).away_until = FRIDAY
        with self.assertRaises(AccessError):
            self.account.with_user(self.colleague).action_end_absence()

    def test_half_of_it_and_impossible_ones_are_refused(self):
        for values, words in (
            ({"substitute_id": False}, "Enter the first day"),
            ({"away_from": False}, "Enter the first day"),
            ({"away_until": date(2027, 2, 1)}, "before the first"),
            ({"substitute_id": self.clinician.id}, "can't stand in"),
            ({"substitute_id": self.outsider.id}, "can't stand in"),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                self.account.write(values)
