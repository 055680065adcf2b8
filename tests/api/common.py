"""Calls by JSON-2 with an API key, as another program makes them."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..common import DirectCommon


class ApiCommon(DirectCommon, HttpCase):
    """The clinician's program."""

    def setUp(self):
        super().setUp()
        self.keys = {}

    def key(self, user=None):
        """An API key of `user`, the clinician's by itself."""
        user = user or self.clinician
        if user not in self.keys:
            tomorrow = fields.Datetime.now() + timedelta(days=1)
            keys = self.env["res.users.apikeys"].with_user(user)
            self.keys[user] = keys._generate("rpc", "Program", tomorrow)
        return self.keys[user]

    def call(self, record, method, user=None, ids=None, **arguments):
        """Call a method of `record`; its status and what it answers."""
        body = {"ids": record.ids if ids is None else ids, **arguments}
        if not body["ids"]:
            del body["ids"]
        with mute_logger("odoo.http"):  # it logs what a call is refused for
            answer = self.url_open(
                f"/json/2/{record._name}/{method}",
                json=body,
                method="POST",
                headers={"Authorization": f"Bearer {self.key(user)}"},
                timeout=60,
            )
        return answer.status_code, answer.json()

    def failure(self, record, method, status, code, user=None, **arguments):
        """Demand that a call fails with this status and code; the error."""
        got, error = self.call(record, method, user, **arguments)
        self.assertEqual((got, error["context"].get("code")), (status, code), error["message"])
        self.assertRegex(error["message"], r"\.$")
        return error
