"""Answers of a wrong shape: from a scripted server, for each call of the sandbox adapter."""

import copy
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.tests import BaseCase, tagged

from ...hisp import errors
from ...hisp.answer import MALFORMED
from ...hisp.base import HispConfig, Item, OutgoingMessage, Person, Practice
from ...hisp.enrollment import Applicant, Evidence
from ...hisp.sandbox import SandboxHisp

AT = "2026-11-23T10:00:00Z"
PERSON = Person("person-1", "Zoë Adler")
APPLICANT = Applicant(
    "Lee", "Legal", "1 Elm", "Burlington", "VT", "05401", "1970-01-01", "l@x.test"
)
EVIDENCE = Evidence("npi", "1234567893", "phone", "123456", "+18025550199")
MESSAGE = OutgoingMessage("zoe@willow.test", "maya@lake.test", "Referral", "Dear colleague")
CALL = {"state": "calling", "code_expires_at": AT, "call_again_at": AT}
STATUS = {
    "id": "enr-1",
    "state": "open",
    "attempts_left": 3,
    "locked_until": AT,
    "call": CALL,
    "questions_tries_left": 2,
}
ENTRY = {"address": "a@b.test", "name": "Maya", "organization": "Lakeview", "npi": "1"}
CHECK = {
    "address": "a@b.test",
    "valid": True,
    "trusted": True,
    "name": "Maya",
    "organization": "Lakeview",
    "reason": "r",
}
EVENT = {"id": "evt-1", "type": "message.failed", "at": AT, "message_id": "m", "reason": "full"}
INCOMING = {
    "id": "inb-1",
    "from": "maya@lake.test",
    "to": "zoe@willow.test",
    "subject": "s",
    "text": "t",
    "attachments": [{"name": "a.txt", "content_type": "text/plain", "content": "YQ=="}],
    "context": {},
    "message_id": "<1@x>",
    "in_reply_to": "m",
    "sent_at": AT,
}
ITEM = Item("inbox", "inb-1")
QUESTIONS = {
    "id": "q-1",
    "questions": [{"id": "1", "text": "Where?", "choices": [{"id": "a", "text": "Here."}]}],
    "seconds_per_question": 120,
    "tries_left": 1,
}
# Name -> the call, and an answer that it understands
CALLS = {
    "check": (
        lambda hisp: hisp.check(),
        {
            "name": "Sandbox",
            "domain_suffix": "direct.test",
            "notice": "n",
            "max_message_bytes": 9,
            "confirmation_window_minutes": 60,
        },
    ),
    "create_domain": (
        lambda hisp: hisp.create_domain("willow", Practice("practice-1", "Willow")),
        {"domain": "willow.test"},
    ),
    "is_authenticated": (lambda hisp: hisp.is_authenticated("w.test"), {"authenticated": True}),
    "create_address": (
        lambda hisp: hisp.create_address("willow.test", "zoe", PERSON),
        {"address": "zoe@willow.test"},
    ),
    "check_address": (lambda hisp: hisp.check_address("a@b.test"), CHECK),
    "search_directory": (lambda hisp: hisp.search_directory("maya"), {"entries": [ENTRY]}),
    "send": (lambda hisp: hisp.send(MESSAGE, "key"), {"id": "msg-1", "accepted_at": AT}),
    "find": (lambda hisp: hisp.find("key"), {"id": "msg-1", "accepted_at": AT}),
    "events": (lambda hisp: hisp.feed("events"), {"events": [7], "cursor": "7", "more": False}),
    "inbox": (lambda hisp: hisp.feed("inbox"), {"ids": ["inb-1"], "more": False}),
    "fetch": (lambda hisp: hisp.fetch(ITEM), {"id": "inb-1"}),
    "agreements": (
        lambda hisp: hisp.agreements(),
        {"agreements": [{"code": "c", "title": "t", "version": "1", "text": "x"}]},
    ),
    "start_enrollment": (lambda hisp: hisp.start_enrollment("w.test", "ref", ()), STATUS),
    "enrollment_status": (lambda hisp: hisp.enrollment_status("enr-1"), STATUS),
    "questions": (lambda hisp: hisp.questions("enr-1", APPLICANT), QUESTIONS),
    "call": (lambda hisp: hisp.call("enr-1", "+18025550199"), {"call": CALL}),
    "verify": (
        lambda hisp: hisp.verify("enr-1", APPLICANT, EVIDENCE, "key"),
        {"state": "failed", "attempts_left": 2, "locked_until": AT},
    ),
    "hosted_enrollment_url": (
        lambda hisp: hisp.hosted_enrollment_url("w.test", PERSON, "https://x.example"),
        {"url": "https://hisp.example/1"},
    ),
}
# Of these the answer does not matter, as long as it is one
WITHOUT_ANSWER = {
    "acknowledge": lambda hisp: hisp.acknowledge(ITEM),
    "register_callback": lambda hisp: hisp.register_callback("https://x.example", "secret"),
    "answer": lambda hisp: hisp.answer("enr-1", "q-1", "1", "a"),
}
ONCE = {"send", "call", "verify", "answer"}
NONSENSE = (b"[]", b"null", b"7", b"<html>Zebra</html>", b'{"id": ', b"[" * 100_000, b"\xff\xfe")
WRONG = ("Zebra", 7, -7, 1.5, True, ["Zebra"], {"Zebra": 1})


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Scripted(BaseHTTPRequestHandler):
            status, body = 200, b"{}"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(Scripted.status)
                self.send_header("Content-Length", str(len(Scripted.body)))
                self.end_headers()
                self.wfile.write(Scripted.body)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_arguments):
                pass

        cls.script = Scripted
        server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.hisp = SandboxHisp(
            HispConfig(f"http://127.0.0.1:{server.server_port}", "key", private_network=True)
        )

    def outcome(self, call, answer, status=200):
        """Return the error that `call` ends with when it is answered so; None when it succeeds."""
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.script.status, self.script.body = status, body
        try:
            call(self.hisp)
        except errors.HispError as error:
            self.assertNotIn("Zebra", str(vars(error)))
            self.assertTrue(error.__suppress_context__ or not error.__context__)
            return error
        return None

    def expected(self, name):
        """What the call ends with when its answer cannot be understood."""
        return errors.BadAnswer if name in ONCE else errors.Busy

    def test_the_right_answer_is_understood(self):
        for name, (call, answer) in CALLS.items():
            with self.subTest(name):
                self.assertIsNone(self.outcome(call, answer))

    def test_what_is_no_object_is_not_understood(self):
        calls = {name: call for name, (call, _answer) in CALLS.items()} | WITHOUT_ANSWER
        for name, call in calls.items():
            for body in NONSENSE:
                with self.subTest(name, body=body[:20]):
                    self.assertIs(type(self.outcome(call, body)), self.expected(name))

    def test_a_value_of_another_type_is_not_understood(self):
        for name, (call, answer) in CALLS.items():
            for path in paths(answer):
                for wrong in WRONG:
                    if type(wrong) is type(value_at(answer, path)) and wrong != -7:
                        continue
                    with self.subTest(name, path=path, wrong=wrong):
                        found = self.outcome(call, with_value(answer, path, wrong))
                        self.assertIs(type(found), self.expected(name))

    def test_what_is_missing_or_null_is_understood_or_not_but_never_breaks(self):
        for name, (call, answer) in CALLS.items():
            for path in paths(answer):
                for changed in (with_value(answer, path, None), without(answer, path)):
                    with self.subTest(name, path=path):
                        found = self.outcome(call, changed)
                        self.assertIn(type(found), (type(None), self.expected(name)))

    def test_an_item_of_another_shape_cannot_be_read(self):
        """It was kept as it came, so nothing is lost: it is listed, and the others are read."""
        # The id of a message was compared when it was fetched
        for queue, right in (("events", EVENT), ("inbox", without(INCOMING, ("id",)))):
            item = Item(queue, "1", content=json.dumps(right).encode())
            self.assertTrue(SandboxHisp.read_item(item))
            for path in paths(right):
                for wrong in WRONG:
                    if type(wrong) is type(value_at(right, path)):
                        continue
                    content = json.dumps(with_value(right, path, wrong)).encode()
                    with self.subTest(queue, path=path, wrong=wrong), self.assertRaises(MALFORMED):
                        SandboxHisp.read_item(replace(item, content=content))
        for content in NONSENSE:
            with self.subTest(content[:20]), self.assertRaises(MALFORMED):
                SandboxHisp.read_item(Item("inbox", "1", content=content))

    def test_what_only_looks_right_is_not_understood(self):
        for name, path, wrong in (
            ("send", ("id",), ""),
            ("send", ("accepted_at",), "yesterday"),
            ("send", ("accepted_at",), "2026-11-23T10:00:00"),
            ("create_domain", ("domain",), ""),
            ("fetch", ("id",), "inb-2"),
            ("enrollment_status", ("state",), "unheard of"),
            ("call", ("call", "state"), "unheard of"),
            ("verify", ("state",), "unheard of"),
        ):
            call, answer = CALLS[name]
            with self.subTest(name, wrong=wrong):
                found = self.outcome(call, with_value(answer, path, wrong))
                self.assertIs(type(found), self.expected(name))

    def test_what_a_provider_adds_does_no_harm(self):
        for name, (call, answer) in CALLS.items():
            with self.subTest(name):
                self.assertIsNone(self.outcome(call, {**answer, "new": "Zebra"}))

    def test_a_refusal_of_another_shape_is_not_understood(self):
        refusal = {"code": "domain_taken", "message": "m", "suggestions": ["a"], "locked_until": AT}
        call = CALLS["create_domain"][0]
        self.assertIs(type(self.outcome(call, {"error": refusal}, 422)), errors.DomainTaken)
        for wrong in (
            {},
            {"error": None},
            {"error": "Zebra"},
            {"error": {}},
            {"error": {**refusal, "code": ["Zebra"]}},
            {"error": {**refusal, "message": {"Zebra": 1}}},
            {"error": {**refusal, "suggestions": "Zebra"}},
            {"error": {**refusal, "suggestions": [1]}},
            {"error": {**refusal, "locked_until": "Zebra"}},
            {"error": {**refusal, "code": "domain_exists", "suggestions": None, "domain": 5}},
        ):
            with self.subTest(wrong):
                self.assertIs(type(self.outcome(call, wrong, 422)), errors.Busy)
                self.assertIs(type(self.outcome(CALLS["send"][0], wrong, 422)), errors.BadAnswer)


def paths(answer, above=()):
    """The places in an answer that hold something, of lists the first entry's."""
    for name, value in answer.items():
        path = (*above, name)
        yield path
        if isinstance(value, dict):
            yield from paths(value, path)
        elif isinstance(value, list) and isinstance(value[0], dict):
            yield from paths(value[0], (*path, 0))


def value_at(answer, path):
    for step in path:
        answer = answer[step]
    return answer


def with_value(answer, path, value):
    answer = copy.deepcopy(answer)
    value_at(answer, path[:-1])[path[-1]] = value
    return answer


def without(answer, path):
    answer = copy.deepcopy(answer)
    del value_at(answer, path[:-1])[path[-1]]
    return answer
