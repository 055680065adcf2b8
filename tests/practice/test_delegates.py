from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import DirectCommon

ON_BEHALF = "Ben Okoro for Dr. Zoë Adler"


@tagged("post_install", "-at_install")
class TestDelegates(DirectCommon):
    """Ben Okoro reads and sends in the name of Dr. Zoë Adler."""

    def setUp(self):
        super().setUp()
        self.account.delegate_ids = self.colleague

    def by_delegate(self, record):
        return record.with_user(self.colleague)

    # --- who may -----------------------------------------------------------------------------

    def test_owner_and_administrator_choose_the_delegates(self):
        for user in (self.clinician, self.manager):
            with self.subTest(user.name):
                self.account.with_user(user).delegate_ids = [Command.clear()]
                self.account.with_user(user).delegate_ids = self.colleague
                self.assertEqual(self.account.delegate_ids, self.colleague)

    def test_who_became_a_delegate_is_on_record(self):
        self.flush_tracking()
        self.account.with_user(self.clinician).delegate_ids = [Command.clear()]
        self.flush_tracking()
        [change] = self.account.message_ids[0].tracking_value_ids
        self.assertEqual(change.field_id.name, "delegate_ids")
        self.assertEqual(self.account.message_ids[0].author_id, self.clinician.partner_id)

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_nobody_chooses_for_another(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_manager", company=company)
        for user in (self.colleague, self.outsider, self.representative, stranger):
            for values in (
                {"delegate_ids": [Command.link(user.id)]},
                {"delegate_ids": [Command.clear()]},
                {"substitute_id": user.id},
            ):
                with self.subTest(user.name, values=values), self.assertRaises(AccessError):
                    self.account.with_user(user).write(values)
        self.assertEqual(self.account.delegate_ids, self.colleague)

    def test_the_owner_changes_nothing_else_of_the_account(self):
        for values in (
            {"active": False},
            {"company_id": self.env.company.id},
            {"user_id": self.colleague.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.account.with_user(self.clinician).write(values)

    def test_a_delegate_is_a_colleague_who_uses_direct_messaging(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Sid Stranger", "direct_messaging.group_user", company=company)
        for user in (self.outsider, self.representative, stranger, self.clinician):
            with (
                self.subTest(user.name),
                self.assertRaisesRegex(ValidationError, "can't stand in"),
            ):
                self.account.with_user(self.clinician).delegate_ids = user
        choices = self.account.colleague_ids
        self.assertIn(self.colleague, choices)
        self.assertFalse(choices & (self.outsider | stranger | self.clinician))

    # --- reading -----------------------------------------------------------------------------

    def test_a_delegate_reads_what_the_owner_reads(self):
        referral = self.make_delivered()
        message = referral.sudo().direct_message_ids.sudo(False)
        answer = self.make_answer(referral).sudo(False)
        for record in (message, answer, message.event_ids, message.attachment_ids):
            with self.subTest(record._name):
                self.by_delegate(record).read(["create_date"])
        self.assertTrue(self.by_delegate(message.attachment_ids)[0].raw)
        found = self.env["direct.message"].with_user(self.colleague).search([])
        self.assertEqual(found & (message | answer), message | answer)
        self.assertTrue(
            self.env["direct.message.event"]
            .with_user(self.colleague)
            .search([("message_id", "=", message.id)])
        )

    def test_taking_a_delegate_away_works_at_once(self):
        referral = self.make_delivered()
        message = referral.sudo().direct_message_ids.sudo(False)
        self.by_delegate(message).check_access("read")
        for title, revoke, restore in (
            (
                "no delegate",
                lambda: self.account.with_user(self.clinician).write(
                    {"delegate_ids": [Command.clear()]}
                ),
                lambda: self.account.write({"delegate_ids": [Command.link(self.colleague.id)]}),
            ),
            (
                "no group",
                lambda: self.colleague.write(
                    {"group_ids": [Command.set([self.env.ref("base.group_user").id])]}
                ),
                lambda: self.colleague.write(
                    {"group_ids": [Command.set([self.env.ref("direct_messaging.group_user").id])]}
                ),
            ),
        ):
            with self.subTest(title):
                revoke()
                self.assertFalse(self.account._may_be_used_by(self.colleague))
                for record in (message, message.event_ids, message.attachment_ids):
                    with self.assertRaises(AccessError):
                        self.by_delegate(record).read(["create_date"])
                with self.assertRaises(AccessError):
                    self.by_delegate(message).action_cancel()
                with self.assertRaises(AccessError):
                    self.by_delegate(referral).action_accepted()
                restore()
        self.by_delegate(message).check_access("read")

    def test_a_delegate_of_a_delegate_is_none(self):
        _practice, account = (
            self.practice,
            self.env["direct.account"]._create_address(self.colleague, self.practice, "ben"),
        )
        third = self.make_user("Tia Third", "direct_messaging.group_user")
        account.delegate_ids = third
        message = self.send(self.make_referral()).sudo(False)
        with self.assertRaises(AccessError):
            message.with_user(third).read(["body"])

    # --- acting ------------------------------------------------------------------------------

    def test_a_delegate_acts_and_is_named(self):
        referral = self.make_referral()
        message = self.send(referral)
        [row] = referral.with_user(self.colleague).direct_delivery()
        self.assertIn("Cancel", [action["label"] for action in row["actions"]])
        self.by_delegate(message.sudo(False)).action_cancel()
        [row] = referral.with_user(self.clinician).direct_delivery()
        self.assertEqual(row["events"][-1]["detail"], ON_BEHALF)
        self.assertEqual(row["events"][0]["detail"], "", "the owner's own step")

    def test_a_delegate_notes_answers_and_is_named(self):
        referral = self.make_delivered()
        self.by_delegate(referral).action_report_received()
        self.assertIn(ON_BEHALF, referral.sudo().message_ids[0].body)

    # --- sending -----------------------------------------------------------------------------

    def test_sending_in_the_owners_name(self):
        referral = self.make_referral(author=self.colleague, send_as_id=self.account.id)
        self.assertEqual(referral.sender_choice_ids, self.account)
        referral.action_send_message()
        message = referral.sudo().direct_message_ids
        self.assertEqual(message.from_address, self.account.address)
        self.assertEqual((referral.author_id, message.user_id), (self.clinician, self.clinician))
        self.assertEqual((referral.sent_by, message.sent_by), (ON_BEHALF, ON_BEHALF))
        self.assertIn(f"{ON_BEHALF}, Willow Creek", message.body)
        [row] = referral.with_user(self.clinician).direct_delivery()
        self.assertEqual(row["sent_by"], ON_BEHALF)
        self.assertEqual(row["events"][0]["detail"], ON_BEHALF)
        self.assertIn(ON_BEHALF, "".join(referral.sudo().message_ids.mapped("body")))
        self.by_delegate(referral).read(["reason"])

    def test_the_owners_draft_is_sent_by_a_delegate(self):
        referral = self.make_referral()
        self.by_delegate(referral).write({"reason": "Please evaluate soon."})
        self.by_delegate(referral).action_send_message()
        message = referral.sudo().direct_message_ids
        self.assertEqual((message.user_id, message.sent_by), (self.clinician, ON_BEHALF))

    def test_one_who_sends_alone_is_not_shown_twice(self):
        message = self.send(self.make_referral())
        self.assertFalse(message.sent_by)
        self.assertIn("Dr. Zoë Adler, Willow Creek", message.body)

    def test_nobody_sends_as_one_who_did_not_allow_it(self):
        referral = self.make_referral(author=self.colleague, send_as_id=self.account.id)
        self.account.with_user(self.clinician).delegate_ids = [Command.clear()]
        referral.invalidate_recordset()
        self.assertFalse(referral.sender_choice_ids)
        with self.assertRaisesRegex(AccessError, "can't send as Dr. Zoë Adler"):
            referral.action_send_message()
        self.assertEqual((referral.state, referral.author_id), ("draft", self.colleague))
        for user in (self.outsider, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                referral.with_user(user).action_send_message()

    def test_nobody_is_sent_for_who_has_left(self):
        referral = self.make_referral(author=self.colleague, send_as_id=self.account.id)
        answer = self.make_answer(self.make_delivered()).sudo(False)
        self.clinician.active = False
        with self.assertRaises(AccessError):
            referral.action_send_message()
        self.by_delegate(answer)._check_own()  # what comes is still dealt with

    # --- my direct address -------------------------------------------------------------------

    def test_my_direct_address_is_ones_own(self):
        accounts = self.env["direct.account"].with_company(self.company)
        action = accounts.with_user(self.clinician).action_my_address()
        self.assertEqual(action["res_id"], self.account.id)
        self.assertEqual(
            accounts.with_user(self.colleague).action_my_address()["res_model"], "direct.setup"
        )
        with self.assertRaises(AccessError):
            accounts.with_user(self.outsider).action_my_address()
