"""The contract, run on each adapter of this repository and on that of docs/examples."""

import base64
import json
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from odoo.addons.direct_messaging_example.hisp import ExampleHisp
from odoo.tests import BaseCase, tagged

from ...hisp import mime
from ...hisp.base import Hisp, HispConfig, OutgoingMessage, Person, Practice
from ...hisp.edge import EdgeHisp
from ...hisp.phimail import PhimailConfig, PhimailHisp
from ...hisp.sandbox import SandboxHisp
from ...hisp.submission import Mailbox, MailServer
from ...hisp.updox import UpdoxConfig, UpdoxHisp
from ...phimail_stand_in import testing as phimail_testing
from ...sandbox import testing as sandbox_testing
from ...tools import signature
from ...updox_stand_in import testing as updox_testing
from . import mail_peer
from .contract import CALLBACK_SECRET, HispContract
from .scripted_smtp import Script


class OnSandbox:
    """Hooks for adapters that talk to the sandbox."""

    adapter: type[Hisp]
    recipient = "maya.chen@lakeview-cardiology.direct.sandbox.test"
    unknown_recipient = "nobody@lakeview-cardiology.direct.sandbox.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox_testing.running(with_tls=True))
        cls.sandbox.settings(processed_after=0, dispatched_after=0)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.clear_faults)
        self.customer = self.sandbox.customer()
        self.config = HispConfig(
            self.sandbox.url, self.customer.key, (CALLBACK_SECRET,), private_network=True
        )
        self._address = self.customer.practice(f"willow-{uuid.uuid4().hex[:8]}")

    def hisp(self):
        return self.adapter(self.config)

    def hisp_without_access(self):
        return self.adapter(replace(self.config, api_key="wrong"))

    def hisp_on_old_tls(self):
        url = f"https://127.0.0.1:{self.sandbox.ports['tls_old']}"
        ca = (self.sandbox.tls_folder / "ca.pem").read_text()
        return self.adapter(replace(self.config, base_url=url, ca_certificate=ca))

    def sender(self):
        return self._address

    def lose_next_answer(self):
        self.sandbox.fault("drop_after_accept", times=1, match={"path_prefix": "/v1/messages"})

    def contents(self):
        sent = [m for m in self.sandbox.messages() if m["from"] == self._address]
        return [self.sandbox.attachment(message["id"]) for message in sent]

    def make_event(self, message_id):
        self.wait_for(lambda: [e for e in self.all_events() if e.message_id == message_id])


@tagged("post_install", "-at_install")
class TestSandboxContract(OnSandbox, HispContract, BaseCase):
    adapter = SandboxHisp

    def genuine_callback(self, message_id):
        body = json.dumps(
            {
                "id": "evt-1",
                "type": "message.failed",
                "at": "2026-11-23T10:00:00.000Z",
                "message_id": message_id,
            }
        ).encode()
        return self._signed(body, CALLBACK_SECRET), body

    def forged_callbacks(self):
        headers, body = self.genuine_callback("4711")
        return [({}, body), (self._signed(body, "guess"), body), (headers, body + b" ")]

    def _signed(self, body, secret):
        timestamp = str(int(time.time()))
        return {
            "X-Direct-Timestamp": timestamp,
            "X-Direct-Signature": signature.sign(secret, timestamp, body),
        }

    def deliver(self, text):
        self.sandbox.write_to(self.sender(), **{"from": self.recipient, "text": text})


@tagged("post_install", "-at_install")
class TestExampleContract(OnSandbox, HispContract, BaseCase):
    """The adapter of docs/examples."""

    adapter = ExampleHisp


@tagged("post_install", "-at_install")
class TestUpdoxContract(HispContract, BaseCase):
    keeps_keys = False
    recipient = "maya.chen@lakeview.direct.example.test"
    unknown_recipient = "nobody@nowhere.example.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.updox = cls.enterClassContext(updox_testing.running(with_tls=True))

    def setUp(self):
        super().setUp()
        self.addCleanup(self.updox.clear_faults)
        self.application = self.updox.application()
        self.config = UpdoxConfig(
            self.updox.url,
            application_id=self.application.id,
            application_password=self.application.password,
            private_network=True,
        )
        label = f"willow-{uuid.uuid4().hex[:8]}"
        domain = self.hisp().create_domain(label, Practice("practice", "Willow"))
        self._address = self.hisp().create_address(domain, "zoe", Person("person", "Zoë Adler"))
        self.application.toggle_vetted(domain)

    def hisp(self):
        return UpdoxHisp(self.config)

    def hisp_without_access(self):
        return UpdoxHisp(replace(self.config, application_password="wrong"))

    def hisp_on_old_tls(self):
        url = f"https://127.0.0.1:{self.updox.ports['tls_old']}"
        ca = (self.updox.tls_folder / "ca.pem").read_text()
        return UpdoxHisp(replace(self.config, base_url=url, ca_certificate=ca))

    def sender(self):
        return self._address

    def lose_next_answer(self):
        self.updox.fault("DirectMessageSend", "lost")

    def contents(self):
        return [
            base64.b64decode(message["attachments"][0]["content"])
            for message in self.application.messages()
        ]

    def genuine_callback(self, message_id):
        return {}, json.dumps({"messageId": int(message_id), "mdnStatus": "failed"}).encode()

    def forged_callbacks(self):
        # There is no signature to forge: only what is not of a documented shape is refused
        notices = (
            {"messageId": 4711},
            {"messageId": 4711, "mdnStatus": "delivered"},
            {"messageId": True, "mdnStatus": "failed"},
            {"messageId": "x", "mdnStatus": "failed"},
            {"messageId": 4711, "mdnStatus": ["failed"]},
            {"messageId": 4711, "accountId": "a"},
        )
        return [({}, json.dumps(notice).encode()) for notice in notices]


@tagged("post_install", "-at_install")
class TestEdgeContract(HispContract, BaseCase):
    """By e-mail, on real Postfix and Dovecot."""

    keeps_keys = False
    tells_authentication = False
    tells_trust = False
    recipient = "bob@hisp-b.test"
    unknown_recipient = "unknown@hisp-b.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = cls.enterClassContext(mail_peer.running())
        cls.own = cls.peer.add("alice@hisp-a.test")
        cls.peer.add(cls.recipient)

    def setUp(self):
        super().setUp()
        self.config = self.peer.config(self.own)
        self._breaking_off = None

    def hisp(self):
        return self._adapter(self.config)

    def hisp_without_access(self):
        wrong = replace(self.own, password="wrong")
        return self._adapter(replace(self.config, mailboxes=(wrong,)))

    def hisp_on_old_tls(self):
        return self._adapter(replace(self.config, smtp=self.peer.smtp("smtp_old")))

    def _adapter(self, config):
        hisp = EdgeHisp(config)
        self.addCleanup(hisp.close)
        return hisp

    def sender(self):
        return self.own.login

    def mailbox(self):
        return self.own.login, self.own.login, self.own.password

    def lose_next_answer(self):
        # Postfix cannot be told to: it takes the message and breaks off instead of the answer
        script = {"CONTENT": ("cut",)}
        self._breaking_off = self.enterContext(Script(self.peer.folder / "tls", script))
        server = MailServer("127.0.0.1", self._breaking_off.port, "tls")
        self.config = replace(self.config, smtp=server)

    def contents(self):
        taken = self._breaking_off.taken if self._breaking_off else []
        messages = [*self.peer.delivered(self.recipient), *taken]
        return [mime.read(raw, "", (self.recipient,)).attachments[0].content for raw in messages]

    def make_event(self, message_id):
        notice = mail_peer.notice(message_id, "dispatched", self.recipient, self.sender())
        self.peer.deliver(self.recipient, self.sender(), notice)
        self.wait_for(lambda: [e for e in self.all_events() if e.message_id == message_id])

    def deliver(self, text):
        content = mime.build(
            OutgoingMessage(self.recipient, self.sender(), "Answer", text),
            self.key(),
            final_delivery=False,
            now=datetime.now(UTC),
        )
        self.peer.deliver(self.recipient, self.sender(), content)


@tagged("post_install", "-at_install")
class TestPhimailContract(HispContract, BaseCase):
    keeps_keys = False
    tells_authentication = False
    recipient = "maya.chen@lakeview.direct.example.test"
    unknown_recipient = "nobody@lakeview.direct.example.test"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phimail = cls.enterClassContext(phimail_testing.running())

    def setUp(self):
        super().setUp()
        self.addCleanup(self.phimail.do, "clear_faults")
        address = f"zoe-{uuid.uuid4().hex[:8]}@willow.direct.example.test"
        self.own = Mailbox(address, "secret", (address,))
        self.phimail.do("add_account", login=address, password="secret", members=[])
        self.config = PhimailConfig(
            host="localhost",
            port=self.phimail.ports["tls"],
            ca_certificate=self.phimail.ca,
            mailboxes=(self.own,),
            private_network=True,
        )

    def hisp(self):
        return self._adapter(self.config)

    def hisp_without_access(self):
        wrong = replace(self.own, password="wrong")
        return self._adapter(replace(self.config, mailboxes=(wrong,)))

    def hisp_on_old_tls(self):
        return self._adapter(replace(self.config, port=self.phimail.ports["tls_old"]))

    def _adapter(self, config):
        hisp = PhimailHisp(config)
        self.addCleanup(hisp.close)
        return hisp

    def sender(self):
        return self.own.login

    def mailbox(self):
        return self.own.login, self.own.login, self.own.password

    def lose_next_answer(self):
        self.phimail.do("set_fault", kind="close_after_send")

    def contents(self):
        sent = self.phimail.do("sent", sender=self.own.login)
        return [base64.b64decode(message["parts"][1]["content"]) for message in sent]

    def make_event(self, message_id):
        """It reports by itself, since final delivery is asked for."""

    def deliver(self, text):
        self.phimail.do(
            "deliver",
            recipient=self.own.login,
            sender=self.recipient,
            id="4711",
            headers=[f"From: {self.recipient}", "Subject: Answer"],
            type="text/plain",
            text=base64.b64encode(text.encode()).decode(),
            documents=[],
        )
