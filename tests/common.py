"""Factories for the tests: a real sandbox HISP, a practice with users, signed notes."""

import os
import time
import uuid
from unittest.mock import patch

from cryptography.fernet import Fernet
from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase

from ..sandbox.testing import running

KEY = Fernet.generate_key().decode()


class DirectCommon(TransactionCase):
    """A company connected to a sandbox of its own, whose walk is instant."""

    authenticated = True
    """Whether the practice exists and is authenticated when a test begins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(os.environ, DIRECT_MESSAGING_KEY=KEY))
        cls.sandbox = cls.enterClassContext(running(with_tls=cls.with_tls))
        cls.sandbox.settings(processed_after=0, dispatched_after=0)
        cls.company = cls.env["res.company"].create(
            {"name": "Willow Creek Pediatrics, LLC", "phone": "802-555-0199"}
        )
        cls.clinician = cls.make_user("Dr. Zoë Adler", "direct_messaging.group_user")
        cls.colleague = cls.make_user("Ben Okoro", "direct_messaging.group_user")
        cls.manager = cls.make_user("Ada Manager", "direct_messaging.group_manager")
        cls.representative = cls.make_user("Lee Legal", "base.group_user")
        cls.outsider = cls.make_user("Olga Outside", "base.group_user")
        cls.patient = cls.make_patient("Mary Quill")
        cls.provider = cls.make_provider()
        cls.company.direct_provider_id = cls.provider
        if cls.authenticated:
            cls.practice, cls.account = cls.set_up(cls.clinician)

    with_tls = False

    @classmethod
    def make_user(cls, name, *groups, company=None):
        login = f"{name.split()[-1].lower()}-{uuid.uuid4().hex[:6]}"
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@example.org",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set([cls.env.ref(group).id for group in groups])],
            }
        )

    @classmethod
    def make_patient(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "direct_is_patient": True,
                "direct_birthdate": "1980-02-29",
                "direct_sex": "female",
                "direct_record_number": "MRN-778",
                "zip": "05401",
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def make_provider(cls, **values):
        return cls.env["direct.provider"].create(
            {
                "name": "Sandbox for Tests",
                "code": "sandbox",
                "state": "test",
                "base_url": cls.sandbox.url,
                "private_network": True,
                "api_key": cls.sandbox.customer().key,
                "domain_suffix": "direct.sandbox.test",
                "support_name": "Test Support",
                "support_phone": "802-555-0100",
                **values,
            }
        )

    def move_provider(self, url, **values):
        """Have the provider at another address, with the key entered again as it has to be."""
        key = self.provider._unseal(self.provider.sudo().api_key_sealed)
        self.provider.write({"base_url": url, "api_key": key, **values})

    @classmethod
    def set_up(cls, user, username="dr.zoe", label=None):
        """Give `user` a Direct address, in a practice that is made and authenticated first."""
        practice = cls.env["direct.practice"]._create_domain(
            user.company_id, label or f"willow-{uuid.uuid4().hex[:8]}"
        )
        cls.sandbox.authenticate(practice.domain)
        practice._set_authenticated()
        return practice, cls.env["direct.account"]._create_address(user, practice, username)

    def make_note(self, author=None, signed=True, **values):
        """Write a note of `direct_messaging_note`, which the database of the tests has as well."""
        author = author or self.clinician
        note = (
            self.env["direct.clinical.note"]
            .with_user(author)
            .create(
                {
                    "patient_id": self.patient.id,
                    "subjective": "Cough for three weeks.",
                    "plan": "Refer to pulmonology.",
                    **values,
                }
            )
        )
        if signed:
            note.action_sign()
        return note

    def make_referral(
        self, author=None, recipients=("maya.chen@lakeview-cardiology",), note=None, **values
    ):
        """Begin a referral, from a built-in note unless another addon's is given.

        A recipient without a whole domain is in the sandbox.
        """
        note = note or self.make_note(author)
        referral = note.env["direct.referral"]._begin(note)
        for recipient in recipients:
            where = recipient if "direct." in recipient else f"{recipient}.direct.sandbox.test"
            referral.add_recipient({"address": where, "name": where.partition("@")[0]})
        referral.write({"reason": "Please evaluate.", **values})
        return referral

    def send(self, referral):
        """Send `referral` as its author; return its messages."""
        referral.with_user(referral.author_id).action_send_message()
        return referral.sudo().direct_message_ids

    @classmethod
    def wait_for(cls, id_, status):
        """Wait until the sandbox has moved a message on: it does so on its own, at once."""
        for _attempt in range(200):
            if cls.sandbox.message(id_)["status"] == status:
                return
            time.sleep(0.02)
        raise AssertionError(f"The message did not become {status}.")

    def make_delivered(self, **values):
        """A referral whose message arrived; no provider was asked."""
        referral = self.make_referral(**values)
        now = fields.Datetime.now()
        self.send(referral).write(
            {"state": "delivered", "accepted_at": now, "delivered_at": now, "external_id": "x"}
        )
        return referral

    def make_answer(self, referral, **values):
        """A message that came in answer to `referral`, as receiving stores it."""
        answered = referral.sudo().direct_message_ids.filtered(lambda m: m.direction == "out")[:1]
        return (
            self.env["direct.message"]
            .sudo()
            .create(
                {
                    "direction": "in",
                    "state": "received",
                    "account_id": answered.account_id.id,
                    "from_address": answered.to_address,
                    "to_address": answered.from_address,
                    "in_reply_to_id": answered.id,
                    "referral_id": referral.id,
                    **values,
                }
            )
        )

    def run_cron(self, xml_id):
        """Run a scheduled action as the scheduler does, commits included."""
        with self.enter_registry_test_mode():
            self.env.ref(f"direct_messaging.{xml_id}").method_direct_trigger()
        self.env.invalidate_all()
