import base64
from itertools import product

from odoo.tests import tagged

from .common import ApiCommon

MAYA = "maya.chen@lakeview-cardiology.direct.sandbox.test"
PDF = {
    "name": "ECG.pdf",
    "content_type": "application/pdf",
    "content": base64.b64encode(b"%PDF-1.7 ecg").decode(),
}
# What no argument takes, whatever it is for
WRONG = [None, True, 7, 1.5, {}, {"a": 1}, [[]], [None], [7], ["x"], "\0", "\ud800", "x" * 200_000]


@tagged("post_install", "-at_install")
class TestRefer(ApiCommon):
    def refer(self, note, user=None, **changes):
        arguments = {"recipients": [MAYA], "reference": "visit-1", "reason": "Palpitations."}
        return self.call(note, "direct_refer", user, **{**arguments, **changes})

    def referrals(self, note):
        return self.env["direct.referral"].search([("res_id", "=", note.id)])

    def test_one_call_refers(self):
        note = self.make_note()
        status, answer = self.refer(note, urgency="urgent", message="Thanks.", documents=[PDF])
        self.assertEqual(status, 200, answer)
        self.assertEqual((answer["reference"], answer["state"]), ("visit-1", "sent"))
        self.assertIsNone(answer["problem"])
        [message] = answer["messages"]
        self.assertEqual((message["to"], message["state"]), (MAYA, "queued"))
        referral = self.referrals(note)
        self.assertEqual(referral.author_id, self.clinician)
        self.assertEqual((referral.urgency, referral.body), ("urgent", "Thanks."))
        sent = referral.direct_message_ids.attachment_ids
        self.assertIn(b"%PDF-1.7 ecg", sent.mapped("raw"))
        self.assertIn("Clinical Note.pdf", sent.mapped("name"))

    def test_what_is_left_out_is_proposed(self):
        note = self.make_note()
        self.refer(note, reason="Cough.")
        referral = self.referrals(note)
        self.assertEqual(
            (referral.urgency, referral.subject), ("routine", f"Referral from {self.company.name}")
        )
        self.assertTrue(referral.body)

    def test_the_same_reference_is_the_same_referral(self):
        note = self.make_note()
        first = self.refer(note, recipients=[MAYA, f" {MAYA.upper()} "])
        again = self.refer(note)
        self.assertEqual(first, again)
        self.assertEqual(len(self.referrals(note).direct_message_ids), 1)
        error = self.failure(
            note,
            "direct_refer",
            409,
            "conflict",
            recipients=[MAYA],
            reference="visit-1",
            reason="Something else.",
        )
        self.assertEqual(error["context"]["field"], "reference")
        self.assertEqual(len(self.referrals(note)), 1)
        status, other = self.refer(note, reference="visit-2")
        self.assertEqual(status, 200)
        self.assertNotEqual(other["referral"], first[1]["referral"])

    def test_a_reference_is_one_user_s_and_one_record_s(self):
        self.set_up(self.colleague, "ben", self.practice.domain.partition(".")[0])
        note, other = self.make_note(), self.make_note()
        answers = [
            self.refer(note)[1]["referral"],
            self.refer(other)[1]["referral"],
            self.refer(note, self.colleague)[1]["referral"],
        ]
        self.assertEqual(len(set(answers)), 3)

    def test_a_draft_of_a_person_is_left_alone(self):
        note = self.make_note()
        draft = self.make_referral(note=note, reason="Half typ")
        self.refer(note)
        self.assertEqual((draft.state, draft.reason), ("draft", "Half typ"))
        self.assertEqual(len(draft.recipient_ids), 1)

    def test_nothing_is_kept_of_a_call_that_fails(self):
        note = self.make_note()
        table = [
            ({"recipients": ["nobody@lakeview-cardiology.direct.sandbox.test"]}, "incomplete"),
            ({"recipients": ["jane"]}, "invalid"),
            ({"recipients": []}, "invalid"),
            ({"documents": [{**PDF, "content": "%%%"}]}, "invalid"),
            ({"documents": [{**PDF, "content": ""}]}, "invalid"),
            ({"documents": [{"name": "x"}]}, "invalid"),
            ({"urgency": "soon"}, "invalid"),
            ({"reference": " "}, "invalid"),
            ({"reference": "x" * 129}, "invalid"),
        ]
        for changes, code in table:
            with self.subTest(changes):
                arguments = {"recipients": [MAYA], "reference": "r", "reason": "R"} | changes
                self.failure(note, "direct_refer", 422, code, **arguments)
                self.assertFalse(self.referrals(note))
        self.assertEqual(self.refer(note, reference="r")[0], 200, "the reference is still free")

    def test_a_wrong_shape_is_never_an_error_of_ours(self):
        note = self.make_note()
        names = ("recipients", "reference", "reason", "urgency", "message", "documents")
        for name, value in product(names, WRONG):
            if name == "documents" and value is None:
                continue
            is_right = isinstance(value, str) and name in ("reason", "message")
            if is_right and len(value) < 100_000 and value.isprintable():
                continue
            with self.subTest(name, value=repr(value)[:40]):
                arguments = {"recipients": [MAYA], "reference": "r", "reason": "R", name: value}
                self.failure(note, "direct_refer", 422, "invalid", **arguments)
        for body in ({"nonsense": 1}, {"recipients": [MAYA]}):
            with self.subTest(body):
                self.assertEqual(self.call(note, "direct_refer", **body)[0], 422)
        self.assertFalse(self.referrals(note))

    def test_whose_note_may_not_leave_is_told_why(self):
        unsigned = self.make_note(signed=False)
        arguments = {"recipients": [MAYA], "reference": "r", "reason": "R"}
        self.failure(unsigned, "direct_refer", 422, "not_signed", **arguments)
        note = self.make_note()
        self.failure(note, "direct_refer", 422, "no_address", self.colleague, **arguments)
        self.assertEqual(self.refer(note, self.outsider)[0], 403)
        self.assertEqual(self.call(note, "direct_refer", ids=[0], **arguments)[0], 404)
        self.failure(note, "direct_refer", 422, "invalid", ids=[note.id] * 2, **arguments)
        self.assertFalse(self.referrals(note))

    def test_where_it_stands_can_be_asked(self):
        note = self.make_note()
        sent = self.refer(note)[1]
        self.assertEqual(self.call(note, "direct_state", reference="visit-1"), (200, sent))
        self.failure(note, "direct_state", 404, "not_found", reference="another")
        self.failure(note, "direct_state", 422, "invalid", reference=7)
        self.referrals(note).direct_message_ids.state = "failed"
        _status, answer = self.call(note, "direct_state", reference="visit-1")
        self.assertEqual((answer["state"], answer["messages"][0]["state"]), ("attention", "failed"))

    def test_what_has_not_gone_can_be_cancelled(self):
        note = self.make_note()
        self.refer(note, recipients=[MAYA, "omar.haddad@lakeview-cardiology.direct.sandbox.test"])
        first, _second = self.referrals(note).sudo().direct_message_ids.sorted("id")
        first.state = "accepted"
        _status, answer = self.call(note, "direct_cancel", reference="visit-1")
        self.assertEqual([m["state"] for m in answer["messages"]], ["accepted", "cancelled"])
        self.failure(note, "direct_cancel", 409, "too_late", reference="visit-1")
        self.refer(note, reference="visit-2")
        for _again in range(2):
            status, answer = self.call(note, "direct_cancel", reference="visit-2")
            self.assertEqual((status, answer["state"]), (200, "cancelled"))
        self.failure(note, "direct_cancel", 404, "not_found", reference="another")

    def test_too_late_is_said(self):
        note = self.make_note()
        self.refer(note)
        self.referrals(note).direct_message_ids.state = "delivered"
        self.failure(note, "direct_cancel", 409, "too_late", reference="visit-1")

    def test_a_practice_that_is_not_authenticated_yet_holds_it(self):
        self.practice.sudo().authentication_state = "not_authenticated"
        _status, answer = self.refer(self.make_note())
        self.assertEqual((answer["state"], answer["messages"][0]["state"]), ("held", "held"))
