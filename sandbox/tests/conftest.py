"""Two ways to a sandbox: the application in this process, and a real server of its own."""

import base64
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fastapi import FastAPI
from fastapi.testclient import TestClient

from sandbox import testing
from sandbox.app import create_app
from sandbox.hisp import Hisp

MAYA = "maya.chen@lakeview-cardiology.direct.sandbox.test"


class Ehr:
    """A customer's view of the application in this process, where tests move the time by hand."""

    def __init__(self, client: TestClient, hisp: Hisp, name: str):
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


@pytest.fixture
def client(app: FastAPI, hisp: Hisp) -> TestClient:
    """The application on a fresh database; nothing works by itself: see Ehr.deliver."""
    app.state.hisp = hisp
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def ehr(client: TestClient, hisp: Hisp) -> Ehr:
    return Ehr(client, hisp, "One EHR")


@pytest.fixture
def other_ehr(client: TestClient, hisp: Hisp) -> Ehr:
    return Ehr(client, hisp, "Other EHR")


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
