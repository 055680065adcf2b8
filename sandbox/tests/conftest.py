"""Two ways to a sandbox: the application in this process, and a real server of its own."""

import base64
import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fastapi import FastAPI

from sandbox import testing
from sandbox.app import create_app
from sandbox.hisp import Hisp

MAYA = "maya.chen@lakeview-cardiology.direct.sandbox.test"


class InProcess(httpx.BaseTransport):
    """Hands requests to the application in another thread's event loop, in one step each."""

    def __init__(self, app: FastAPI, portal: BlockingPortal):
        self._asgi = httpx.ASGITransport(app)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._handle, request)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        answer = await self._asgi.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


class Ehr:
    """A customer's view of the application in this process, where tests move the time by hand."""

    def __init__(self, client: httpx.Client, hisp: Hisp, name: str):
        made = client.post("/sandbox/customers", json={"name": name}).json()
        self.client, self.hisp, self.name = client, hisp, name
        self.headers = {"Authorization": f"Bearer {made['api_key']}"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/v1/{path}", headers=self.headers)

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"/v1/{path}", json=body, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/v1/{path}", json=body, headers={**self.headers, **headers})

    def domain(self, label: str, reference: str = "practice") -> Any:
        return self.post("domains", {"label": label, "practice": practice(reference)})

    def address(self, username: str, domain: str, reference: str = "person") -> Any:
        body = {"username": username, "person": {"reference": reference, "name": "Jane Doe"}}
        return self.post(f"domains/{domain}/addresses", body)

    def authenticate(self, domain: str, authenticated: bool = True) -> None:
        body = {"authenticated": authenticated}
        assert self.client.post(f"/sandbox/domains/{domain}/authenticate", json=body).is_success

    def settled(self, label: str, username: str = "dr.jane") -> str:
        """A practice that is ready to send: its address."""
        domain = self.domain(label, label).json()["domain"]
        self.authenticate(domain)
        return self.address(username, domain).json()["address"]

    def send(self, key: str, sender: str, recipient: str = MAYA, **parts: Any) -> Any:
        return self.post("messages", letter(sender, recipient, **parts), **{"Idempotency-Key": key})

    def events(self) -> list[dict[str, Any]]:
        return self.get("events?limit=1000").json()["events"]

    def deliver(self) -> None:
        """Let the time pass that messages take."""
        self.hisp.settings.change(processed_after=0, dispatched_after=0)
        while self.hisp.delivery.step() == 0:
            pass


class Enrollment:
    """An enrollment of a fresh practice, in the application in this process."""

    def __init__(self, ehr: Ehr, label: str = "sunrise", reference: str = "enrollment"):
        self.ehr, self.client, self.hisp = ehr, ehr.client, ehr.hisp
        self.domain = ehr.domain(label, label).json()["domain"]
        made = self.open(reference)
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]

    def open(self, reference: str, acceptances: Any = None) -> Any:
        accepted = self.acceptances() if acceptances is None else acceptances
        body = {"reference": reference, "acceptances": accepted}
        return self.ehr.post(f"domains/{self.domain}/enrollments", body)

    def acceptances(self) -> list[dict[str, str]]:
        return [
            {
                "code": agreement["code"],
                "version": agreement["version"],
                "sha256": hashlib.sha256(agreement["text"].encode()).hexdigest(),
            }
            for agreement in self.ehr.get("agreements").json()["agreements"]
        ]

    def state(self) -> dict[str, Any]:
        return self.ehr.get(f"enrollments/{self.id}").json()

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.ehr.post(f"enrollments/{self.id}/{path}", body, **headers)

    def act(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/sandbox/enrollments/{self.id}/{path}", json=body or {})

    def call(self, phone: str = "+16085550123") -> Any:
        return self.post("call", {"phone": phone})

    def telephone(self) -> str:
        """Call, answer and record; the code."""
        assert self.call().status_code == 202
        code = self.act("answer-call").json()["code"]
        assert self.act("record").status_code == 204
        return code

    def ask(self) -> Any:
        return self.post("questions", {"person": applicant()})

    def answer(self, asked: dict[str, Any], number: int, rightly: bool = True) -> Any:
        question = asked["questions"][number]
        choice = next(c for c in question["choices"] if c["text"].endswith(".") == rightly)
        body = {"question_id": question["id"], "choice_id": choice["id"]}
        return self.post(f"questions/{asked['id']}/answers", body)

    def answer_all(self, rightly: bool = True) -> str:
        asked = self.ask().json()
        for number in range(len(asked["questions"])):
            assert self.answer(asked, number, rightly).status_code == 204
        return asked["id"]

    def verify(self, code: str, key: str = "key", financial: Any = None, **person: str) -> Any:
        return self.post("verify", proof(code, financial, **person), **{"Idempotency-Key": key})

    def pass_time(self, **settings: float) -> None:
        """Let a clock run out."""
        self.hisp.settings.change(**settings)
        while self.hisp.enrollments.step() == 0:
            pass

    def events(self) -> list[tuple[str, str | None]]:
        mine = [event for event in self.ehr.events() if event.get("enrollment_id") == self.id]
        return [(e["type"].removeprefix("enrollment."), e.get("call_state")) for e in mine]


def applicant(**changes: str) -> dict[str, str]:
    return {
        "first_name": "Ada",
        "last_name": "Passes",
        "street": "12 Hill Street",
        "city": "Madison",
        "state": "WI",
        "zip": "53703",
        "birthdate": "1970-02-28",
        "email": "ada@example.com",
        **changes,
    }


def proof(code: str, financial: Any = None, **person: str) -> dict[str, Any]:
    return {
        "person": applicant(**person),
        "government": {"kind": "ssn", "number": "536-22-1234"},
        "financial": financial or {"kind": "phone", "number": "+16085550123"},
        "confirmation_code": code,
    }


def practice(reference: str = "practice") -> dict[str, str]:
    return {"reference": reference, "name": "Sunrise Family Practice"}


def letter(sender: str, recipient: str = MAYA, **parts: Any) -> dict[str, Any]:
    return {"from": sender, "to": recipient, "subject": "Referral", "text": "Hello.", **parts}


def attachment(content: bytes, name: str = "note.pdf") -> dict[str, str]:
    encoded = base64.b64encode(content).decode()
    return {"name": name, "content_type": "application/pdf", "content": encoded}


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database, made once and copied for each test."""
    path = tmp_path_factory.mktemp("fresh") / "sandbox.db"
    Hisp(path).store.read().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def hisp(tmp_path: Path, fresh: Path) -> Hisp:
    return Hisp(shutil.copy(fresh, tmp_path))


@pytest.fixture(scope="session")
def app(fresh: Path) -> FastAPI:
    return create_app(Hisp(fresh))


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop for the application in this process."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def client(app: FastAPI, hisp: Hisp, portal: BlockingPortal) -> httpx.Client:
    """The application on a fresh database; nothing works by itself: see Ehr.deliver."""
    app.state.hisp = hisp
    return httpx.Client(transport=InProcess(app, portal), base_url="http://localhost")


@pytest.fixture
def ehr(client: httpx.Client, hisp: Hisp) -> Ehr:
    return Ehr(client, hisp, "One EHR")


@pytest.fixture
def other_ehr(client: httpx.Client, hisp: Hisp) -> Ehr:
    return Ehr(client, hisp, "Other EHR")


@pytest.fixture
def enrollment(ehr: Ehr) -> Enrollment:
    return Enrollment(ehr)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[testing.Sandbox]:
    """A real server with short delays; tests take a customer of their own."""
    with testing.running("--processed-after", "0", "--dispatched-after", "0.05") as running:
        running.settings(callback_retry_scale=0.02)
        yield running


@pytest.fixture
def customer(sandbox: testing.Sandbox) -> Iterator[testing.Customer]:
    yield sandbox.customer()
    sandbox.clear_faults()
