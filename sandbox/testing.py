"""A sandbox for tests: its own process on a free port, always stopped; needs only requests.

with running() as sandbox:
    ehr = sandbox.customer()
    ehr.practice("sunrise", username="dr.jane")
    requests.get(sandbox.url + "/v1/ping", headers=ehr.headers)
"""

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20
STOP_SECONDS = 10


class Sandbox:
    """A running sandbox process. `url` is its base URL; `ports` its TLS ports by flavour."""

    def __init__(self, folder: Path, python: str, with_tls: bool, arguments: tuple[str, ...]):
        self.folder = folder
        self.log = folder / "sandbox.log"
        self.tls_folder = folder / "tls" if with_tls else None
        self.ports: dict[str, int] = {}
        self.url = ""
        self._python = python
        self._arguments = arguments
        self._process: subprocess.Popen | None = None
        self._names = itertools.count(1)
        self._http = requests.Session()
        self._http.trust_env = False

    def start(self) -> None:
        """Start, again on the same port and database after a stop; return when it answers."""
        command = [self._python, "-m", "sandbox", "--db", str(self.folder / "sandbox.db")]
        command += ["--port", str(self.ports.get("http", 0)), *self._arguments]
        if self.tls_folder:
            command += ["--tls-folder", str(self.tls_folder)]
        said = self.folder / "sandbox.out"
        with said.open("wb") as out, self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own command)
                command, cwd=ROOT, stdout=out, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while "sandbox ready on " not in said.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The sandbox did not start:\n{self.log.read_text()}")
            time.sleep(0.02)
        *ports, ready = said.read_text().splitlines()
        self.url = ready.rpartition(" ")[2]
        self.ports = json.loads(ports[0]) if ports else {}
        self.ports["http"] = int(self.url.rpartition(":")[2])

    def stop(self) -> int | None:
        """End it as a service manager would; the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning, as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self, crash: bool = False) -> None:
        """Stop (or crash) it and start it again on the same port with the same database."""
        if crash:
            self.kill()
        else:
            self.stop()
        self.start()

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """A request to the controls (path without /sandbox/); its JSON answer, None for 204."""
        answer = self._http.request(method, f"{self.url}/sandbox/{path}", json=json, timeout=30)
        if not answer.ok:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def customer(self, name: str | None = None) -> "Customer":
        """A customer of its own, whom no other test disturbs."""
        name = name or f"EHR {os.getpid()}-{next(self._names)}"
        return Customer(self, name, self.control("POST", "customers", {"name": name})["api_key"])

    def authenticate(self, domain: str, authenticated: bool = True) -> None:
        self.control("POST", f"domains/{domain}/authenticate", {"authenticated": authenticated})

    def settings(self, **changes: float) -> dict[str, float]:
        """Change delays (seconds), callback_retry_scale or seed; the settings as they are then."""
        return self.control("PUT", "settings", changes)

    def fault(self, name: str, **details: Any) -> None:
        """Switch a fault on: match, times, probability, seconds, retry_after."""
        self.control("PUT", "faults", {"name": name, **details})

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def counts(self) -> dict[str, int]:
        return self.control("GET", "counts")

    def messages(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest messages, without their content."""
        return self.control("GET", f"messages?limit={limit}")["messages"]

    def message(self, id_: str) -> dict[str, Any]:
        """A message with text, attachments (name, content_type, size, sha256) and events."""
        return self.control("GET", f"messages/{id_}")

    def attachment(self, id_: str, position: int = 0) -> bytes:
        answer = self._http.get(
            f"{self.url}/sandbox/messages/{id_}/attachments/{position}", timeout=30
        )
        answer.raise_for_status()
        return answer.content

    def read_message(self, id_: str) -> None:
        """Read a message as its recipient."""
        self.control("POST", f"messages/{id_}/display", {})

    def refuse(self, id_: str, reason: str) -> None:
        """Refuse a message as its recipient."""
        self.control("POST", f"messages/{id_}/fail", {"reason": reason})

    def reply(self, id_: str, **letter: Any) -> str:
        """Answer a message as its recipient (text, subject, attachments); the answer's id."""
        return self.control("POST", f"messages/{id_}/reply", letter)["id"]

    def write_to(self, address: str, **letter: Any) -> str:
        """Write to a mailbox as another practice (from, subject, text, ...); the message's id."""
        return self.control("POST", f"mailboxes/{address}/messages", letter)["id"]

    def enrollments(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest enrollments, of all customers."""
        return self.control("GET", f"enrollments?limit={limit}")["enrollments"]

    def answer_call(self, id_: str) -> str:
        """Answer the call of an enrollment: the code that it says."""
        return self.control("POST", f"enrollments/{id_}/answer-call", {})["code"]

    def record_call(self, id_: str) -> None:
        """Record the statement of whoever answered."""
        self.control("POST", f"enrollments/{id_}/record", {})

    def ignore_call(self, id_: str) -> None:
        """Let the telephone ring in vain; or hang up before anything was recorded."""
        self.control("POST", f"enrollments/{id_}/ignore-call", {})

    def expire_code(self, id_: str) -> None:
        self.control("POST", f"enrollments/{id_}/expire-code", {})

    def review(self, id_: str, approve: bool = True) -> None:
        """Decide what is in review."""
        self.control("POST", f"enrollments/{id_}/review", {"approve": approve})

    def unlock(self, id_: str) -> None:
        """End the lock-out of the enrollment's practice."""
        self.control("POST", f"enrollments/{id_}/unlock", {})

    def _end(self, number: signal.Signals) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.send_signal(number)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


class Customer:
    """An EHR installation: its key, and requests in its name."""

    def __init__(self, sandbox: Sandbox, name: str, key: str):
        self.name = name
        self.key = key
        self.headers = {"Authorization": f"Bearer {key}"}
        self._sandbox = sandbox
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.update(self.headers)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request to the API, the path without /v1/."""
        return self._http.request(
            method, f"{self._sandbox.url}/v1/{path}", **{"timeout": 30, **options}
        )

    def practice(self, label: str, username: str = "dr.jane", authenticated: bool = True) -> str:
        """Set a practice up with one address, which is returned; its domain follows the @."""
        practice = {"reference": f"practice-{label}", "name": label.title()}
        answer = self.request("POST", "domains", json={"label": label, "practice": practice})
        answer.raise_for_status()
        domain = answer.json()["domain"]
        person = {"reference": f"person-{username}", "name": username.title()}
        answer = self.request(
            "POST", f"domains/{domain}/addresses", json={"username": username, "person": person}
        )
        answer.raise_for_status()
        if authenticated:
            self._sandbox.authenticate(domain)
        return answer.json()["address"]

    def enroll(self, domain: str, reference: str = "enrollment") -> str:
        """Accept the agreements and begin an enrollment; its id."""
        agreements = self.request("GET", "agreements").json()["agreements"]
        acceptances = [
            {
                "code": agreement["code"],
                "version": agreement["version"],
                "sha256": hashlib.sha256(agreement["text"].encode()).hexdigest(),
            }
            for agreement in agreements
        ]
        answer = self.request(
            "POST",
            f"domains/{domain}/enrollments",
            json={"reference": reference, "acceptances": acceptances},
        )
        answer.raise_for_status()
        return answer.json()["id"]

    def telephone(self, id_: str, phone: str = "+16085550123") -> str:
        """Have a telephone called, answer it and record the statement; the code."""
        self.request("POST", f"enrollments/{id_}/call", json={"phone": phone}).raise_for_status()
        code = self._sandbox.answer_call(id_)
        self._sandbox.record_call(id_)
        return code

    def answer_questions(self, id_: str, person: dict[str, Any], rightly: bool = True) -> str:
        """Have questions asked, and answer them all; the id of the set."""
        asked = self.request("POST", f"enrollments/{id_}/questions", json={"person": person})
        asked.raise_for_status()
        for question in asked.json()["questions"]:
            choice = next(c for c in question["choices"] if c["text"].endswith(".") == rightly)
            self.request(
                "POST",
                f"enrollments/{id_}/questions/{asked.json()['id']}/answers",
                json={"question_id": question["id"], "choice_id": choice["id"]},
            ).raise_for_status()
        return asked.json()["id"]


@contextmanager
def running(
    *arguments: str, python: str = sys.executable, with_tls: bool = False
) -> Iterator[Sandbox]:
    """A sandbox process with a fresh database; further command line arguments may be given."""
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        sandbox = Sandbox(Path(folder), python, with_tls, arguments)
        sandbox.start()
        try:
            yield sandbox
        finally:
            sandbox.kill()  # quicker, and nothing of it is kept
