"""Who sends, sends again, sees and is told, for each role and state of address, owner, provider."""

from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import DirectCommon
from ..kit import cells

ROLES = ("owner", "delegate", "former_delegate", "substitute", "manager", "colleague", "elsewhere")
ADDRESSES = ("active", "archived")
OWNERS = ("here", "away", "archived", "in_another_company", "without_the_group")
PROVIDERS = ("enabled", "disabled", "archived")
GONE = OWNERS[2:]

# How an attempt ends
SENT = "sent"
NOT_ALLOWED = (
    AccessError,
    "can't send as|not allowed|Only the sender|You are not allowed|have 'read' access",
)
NO_PROVIDER = (UserError, "No Direct provider is set up|is disabled")
LEFT = (UserError, "no longer uses")
NEEDS_ADDRESS = "asked to set up an address"


def may_see(cell):
    """Of a message that was sent while the owner was here. The substitute sees what arrives."""
    return cell["role"] in ("owner", "delegate", "manager")


def sending(cell):
    if cell["provider"] != "enabled":
        return NO_PROVIDER
    if cell["role"] == "owner":
        return NEEDS_ADDRESS if cell["address"] == "archived" else SENT
    is_in_use = cell["address"] == "active" and cell["owner"] not in GONE
    return SENT if cell["role"] == "delegate" and is_in_use else NOT_ALLOWED


def sending_again(cell):
    if not may_see(cell):
        return NOT_ALLOWED
    if cell["address"] == "archived" or cell["owner"] in GONE:
        return LEFT
    return SENT if cell["provider"] == "enabled" else NO_PROVIDER


def told_of_a_failure(cell, with_delegate):
    """The failure of a letter: the owner's, and the substitute can't read what is the owner's."""
    if cell["owner"] not in GONE:
        return "owner"
    return "delegate" if with_delegate else "manager"


def told_of_an_arrival(cell, with_delegate):
    if cell["owner"] == "away":
        return "substitute"
    return told_of_a_failure(cell, with_delegate)


@tagged("post_install", "-at_install")
class TestPeople(DirectCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = "direct_messaging.group_user"
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.users = {
            "owner": cls.clinician,
            "delegate": cls.colleague,
            "former_delegate": cls.make_user("Fay Former", user),
            "substitute": cls.make_user("Sue Substitute", user),
            "manager": cls.manager,
            "colleague": cls.make_user("Cal Colleague", user),
            "elsewhere": cls.make_user(
                "Eve Elsewhere", "direct_messaging.group_manager", company=cls.elsewhere
            ),
        }
        cls.account.delegate_ids = cls.users["delegate"] | cls.users["former_delegate"]
        cls.users["former_delegate"].group_ids = cls.env.ref("base.group_user")

    def setUp(self):
        super().setUp()
        self.failed = self.send(self.make_referral())
        # A letter: no referral has an activity for it
        self.failed.write({"state": "failed", "referral_id": False})
        self.drafts = {}
        for role, user in self.users.items():
            if role in ("former_delegate", "elsewhere"):
                continue
            send_as = {} if role == "owner" else {"send_as_id": self.account.id}
            self.drafts[role] = self.make_referral(author=user, **send_as)
        self.env.flush_all()

    def become(self, address="active", owner="here", provider="enabled", **_others):
        self.account.active = address == "active"
        if owner == "away":
            today = fields.Date.today()
            self.account.write(
                {
                    "away_from": today - timedelta(days=2),
                    "away_until": today + timedelta(days=2),
                    "substitute_id": self.users["substitute"].id,
                }
            )
        elif owner == "archived":
            self.clinician.active = False
        elif owner == "in_another_company":
            self.clinician.write(
                {
                    "company_id": self.elsewhere.id,
                    "company_ids": [Command.set(self.elsewhere.ids)],
                }
            )
        elif owner == "without_the_group":
            self.clinician.group_ids = self.env.ref("base.group_user")
        if provider == "disabled":
            self.provider.state = "disabled"
        elif provider == "archived":
            self.provider.active = False
        self.env.flush_all()
        self.env.invalidate_all()

    @contextmanager
    def state(self, **cell):
        """Have it so for a moment; everything is as it was afterwards."""
        try:
            with self.subTest(**cell), self.env.cr.savepoint() as savepoint:
                self.become(**cell)
                yield
                savepoint.rollback()
        finally:
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def table(self, **axes):
        """The cells in which the role may be; who has left does not log in."""
        axes |= {"address": ADDRESSES, "owner": OWNERS, "provider": PROVIDERS}
        return [
            cell
            for cell in cells(**axes)
            if cell.get("role") != "owner" or cell["owner"] not in GONE
        ]

    def as_role(self, role, record):
        return self.as_user(self.users[role], record)

    def as_user(self, user, record):
        companies = {"allowed_company_ids": user.company_ids.ids}
        return record.sudo(False).with_user(user).with_context(**companies)

    def outcome(self, call):
        try:
            return call()
        except UserError as refusal:
            return type(refusal), str(refusal)

    def check_outcome(self, found, expected):
        if isinstance(expected, str):
            self.assertEqual(found, expected)
            return
        kind, words = expected
        self.assertIs(found[0] if found[0] is AccessError else UserError, kind, found)
        self.assertRegex(found[1], words)

    def test_who_sends(self):
        def send():
            action = draft.action_send_message()
            return SENT if action["type"] == "ir.actions.client" else NEEDS_ADDRESS

        for cell in self.table(role=tuple(self.drafts)):
            with self.state(**cell):
                draft = self.as_role(cell["role"], self.drafts[cell["role"]])
                self.check_outcome(self.outcome(send), sending(cell))

    def test_who_sends_again(self):
        def send_again():
            window = message.action_send_again()
            message.env["direct.resend"].browse(window["res_id"]).action_send()
            return SENT

        for cell in self.table(role=ROLES):
            with self.state(**cell):
                message = self.as_role(cell["role"], self.failed)
                self.check_outcome(self.outcome(send_again), sending_again(cell))

    def test_who_sees(self):
        for cell in self.table(role=ROLES):
            with self.state(**cell):
                message = self.as_role(cell["role"], self.failed)
                self.assertIs(message.has_access("read"), may_see(cell))
                if may_see(cell):
                    self.assertEqual(message.search([("id", "=", message.id)]), message)

    def test_who_is_told(self):
        for cell in self.table(has_delegate=(True, False)):
            with self.state(**cell):
                if not cell["has_delegate"]:
                    self.account.delegate_ids = [Command.clear()]
                arrived = self.make_arrived()
                for message, rule in (
                    (self.failed, told_of_a_failure),
                    (arrived, told_of_an_arrival),
                ):
                    told = message._responsible()
                    expected = self.users[rule(cell, cell["has_delegate"])]
                    self.assertEqual(told.mapped("name"), expected.mapped("name"), rule.__name__)
                    self.assertTrue(message._may_be_read_by(told), "who is told sees it")

    def make_arrived(self, **values):
        """A message that answers nothing of ours."""
        return self.make_answer(
            self.drafts["owner"],
            **{
                "account_id": self.account.id,
                "from_address": "a@b.example",
                "to_address": self.account.address,
                "referral_id": False,
                "in_reply_to_id": False,
                **values,
            },
        )

    def notified(self, before):
        return (self.env["mail.message"].search([]) - before).notified_partner_ids.user_ids

    def test_somebody_is_told_by_a_notification(self):
        self.become(owner="archived")
        before = self.env["mail.message"].search([])
        self.failed._on_attention_changed()
        self.assertEqual(self.notified(before), self.users["delegate"])
        arrived = self.make_arrived()
        before = self.env["mail.message"].search([])
        arrived._on_received()
        self.assertEqual(self.notified(before), self.users["delegate"])
        texts = (self.env["mail.message"].search([]) - before).mapped("body")
        self.assertNotIn(self.patient.name, "".join(texts))

    def test_what_somebody_who_leaves_had_to_do_is_handed_over(self):
        message = self.send(self.make_referral())
        referral = message.referral_id
        message._set_queued()
        message._update_state("failed", problem="No such mailbox.")
        self.assertEqual(referral.activity_ids.user_id, self.clinician)
        for owner in GONE:
            with self.state(owner=owner):
                activity = self.env["mail.activity"].search(
                    [("res_model", "=", referral._name), ("res_id", "=", referral.id)]
                )
                self.assertEqual(activity.user_id, self.users["delegate"])

    def test_what_comes_for_a_domain_that_no_practice_has(self):
        both = self.make_user("Bea Both", "direct_messaging.group_manager")
        both.company_ids = self.company | self.elsewhere
        unknown = "somebody@nobody.direct.sandbox.test"
        self.assertEqual(
            self.provider._whose_address(unknown), (self.account.browse(), self.practice)
        )
        self.elsewhere.direct_provider_id = self.provider
        account, practice = self.provider._whose_address(unknown)
        self.assertFalse(account | account.browse(practice.ids))
        message = self.make_arrived(
            account_id=False, provider_id=self.provider.id, to_address=unknown
        )
        message._put_on_timeline("received")
        self.env.flush_all()
        self.env.invalidate_all()
        for name, user, sees in (
            ("of one", self.manager, False),
            ("of the other", self.users["elsewhere"], False),
            ("of both", both, True),
            ("user", self.clinician, False),
        ):
            theirs, mine = self.as_user(user, message), [("id", "=", message.id)]
            events = theirs.env["direct.message.event"]
            with self.subTest(name):
                self.assertIs(theirs.has_access("read"), sees)
                self.assertEqual(bool(theirs.search(mine)), sees)
                self.assertEqual(bool(events.search([("message_id", "=", message.id)])), sees)
        self.assertEqual(message._responsible(), both)
        theirs = self.as_user(both, message)
        self.assertEqual(theirs.inbox_read()["practice_ids"], self.provider.practice_ids.ids)
        theirs.action_assign(self.account.id)
        self.assertEqual((message.practice_id, message.user_id), (self.practice, self.clinician))

    def test_somebody_is_told_when_a_provider_is_switched_off_while_messages_wait(self):
        kind = self.env.ref("direct_messaging.activity_type_connection")
        asked = [("activity_type_id", "=", kind.id), ("res_id", "=", self.practice.id)]
        nobody = self.env["res.users"]
        for provider in PROVIDERS[1:]:
            for state, told in (
                ("queued", self.manager),
                ("delivered", nobody),
            ):
                self.failed.state = state
                with self.state(provider=provider, message=state):
                    self.assertEqual(self.env["mail.activity"].search(asked).user_id, told)
                    self.assertFalse(self.env["direct.message"]._connections())

    def test_what_an_archived_provider_accepted_is_marked_unconfirmed(self):
        at = fields.Datetime.now() - timedelta(days=9)
        self.failed.write({"state": "accepted", "accepted_at": at})
        self.provider.active = False
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.failed.state, "unconfirmed")

    def test_the_mailbox_of_an_archived_address_is_read_on(self):
        self.account.active = False
        [login] = self.provider._mailbox_logins()
        self.assertEqual(login[0], self.account.address)

    def test_contacts_are_those_of_the_practice_and_shared_ones(self):
        contacts = self.env["res.partner"]
        for company, is_found in ((self.company, True), (self.elsewhere, False), (None, True)):
            where = f"c{company.id if company else 0}@lakeview.direct.sandbox.test"
            contact = contacts.create(
                {
                    "name": "Somebody",
                    "direct_address": where,
                    "company_id": company.id if company else False,
                }
            )
            found = contacts._direct_contact(where, self.company)
            with self.subTest(company and company.name):
                self.assertEqual(found, contact if is_found else contacts)

    def test_authenticated_without_a_domain_is_nobody(self):
        self.elsewhere.direct_provider_id = self.provider
        practice = self.practice._of_company(self.elsewhere)
        self.assertFalse(practice.domain)
        for domain in (False, "", "elsewhere.direct.sandbox.test"):
            report = self.env["direct.message.event"].new(
                {"type": "authenticated", "domain": domain, "provider_id": self.provider.id}
            )
            self.provider._on_report(report)
            with self.subTest(domain):
                self.assertEqual(practice.authentication_state, "not_authenticated")
