import base64

from odoo.tests import tagged

from .common import ApiCommon


@tagged("post_install", "-at_install")
class TestIncoming(ApiCommon):
    def setUp(self):
        super().setUp()
        self.messages = self.env["direct.message"]

    def receive(self, subject="Report", account=None):
        account = account or self.account
        return self.messages.sudo().create(
            {
                "direction": "in",
                "state": "received",
                "account_id": account.id,
                "from_address": "maya.chen@lakeview-cardiology.direct.sandbox.test",
                "to_address": account.address,
                "subject": subject,
                "body": "Seen.",
                "received_at": "2026-03-01 14:06:00",
                "attachments": [("Report.pdf", "application/pdf", b"%PDF-1.7 report")],
            }
        )

    def listed(self, **arguments):
        status, answer = self.call(self.messages, "direct_incoming", **arguments)
        self.assertEqual(status, 200, answer)
        return answer

    def test_what_arrived_is_listed_fetched_filed_and_acknowledged(self):
        message = self.receive()
        [row] = self.listed()["messages"]
        self.assertEqual((row["id"], row["subject"]), (message.id, "Report"))
        self.assertEqual(row["received_at"], "2026-03-01T14:06:00Z")
        self.assertNotIn("text", row)
        _status, whole = self.call(message, "direct_fetch")
        self.assertEqual(whole["text"], "Seen.")
        [document] = whole["documents"]
        self.assertEqual(base64.b64decode(document["content"]), b"%PDF-1.7 report")
        self.assertEqual(document["size"], 15)
        _status, filed = self.call(message, "direct_file", patient_id=self.patient.id)
        self.assertEqual(filed["patient"], {"id": self.patient.id, "name": "Mary Quill"})
        for _again in range(2):
            self.assertEqual(self.call(message, "direct_acknowledge"), (200, True))
        self.assertEqual(self.listed(), {"messages": [], "more": False})

    def test_a_list_is_read_page_by_page_and_oldest_first(self):
        received = [self.receive(f"Letter {n}").id for n in range(5)]
        seen = []
        while page := self.listed(limit=2)["messages"]:
            seen += [row["id"] for row in page]
            self.call(self.messages.browse(seen[-len(page) :]), "direct_acknowledge")
        self.assertEqual(seen, received)

    def test_nobody_gets_what_is_somebody_else_s(self):
        message = self.receive()
        for method, arguments in (
            ("direct_fetch", {}),
            ("direct_file", {"patient_id": self.patient.id}),
            ("direct_acknowledge", {}),
        ):
            for user in (self.colleague, self.outsider):
                with self.subTest(method, user=user.name):
                    self.assertEqual(self.call(message, method, user, **arguments)[0], 403)
        self.assertFalse(message.is_done)
        _status, answer = self.call(self.messages, "direct_incoming", self.colleague)
        self.assertEqual(answer["messages"], [])
        self.assertEqual(self.call(self.messages, "direct_incoming", self.outsider)[0], 403)

    def test_a_wrong_shape_is_never_an_error_of_ours(self):
        message = self.receive()
        for limit in (0, -1, 201, 1.5, True, None, "5", [], {}):
            with self.subTest(limit=limit):
                self.failure(self.messages, "direct_incoming", 422, "invalid", limit=limit)
        for patient in (None, True, "7", [], {}, 1.5):
            with self.subTest(patient=patient):
                self.failure(message, "direct_file", 422, "invalid", patient_id=patient)
        status, _error = self.call(message, "direct_file", patient_id=2**62)
        self.assertEqual(status // 100, 4)
        sent = self.send(self.make_referral())
        for method in ("direct_fetch", "direct_acknowledge"):
            with self.subTest(method):
                self.failure(sent, method, 422, "invalid")
        self.failure(message, "direct_fetch", 422, "invalid", ids=[message.id, sent.id])
