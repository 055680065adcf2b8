"""A stand-in for tests: its own process on a free port, always stopped; needs only requests.

with running() as updox:
    application = updox.application()
    application.call("PingWithApplicationAuth")
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent


class Updox:
    """A running stand-in; `url` is its base URL, `ports` its TLS ports by flavour."""

    def __init__(self, ports: dict[str, int], tls_folder: Path | None):
        self.ports = ports
        self.tls_folder = tls_folder
        self.url = f"http://127.0.0.1:{ports['http']}"
        self._http = requests.Session()
        self._http.trust_env = False

    def request(self, method: str, path: str, json: Any = None) -> Any:
        answer = self._http.request(method, f"{self.url}/{path}", json=json, timeout=30)
        if not answer.ok:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def application(self) -> "PartnerApplication":
        """A partner of its own, whom no other test disturbs."""
        return PartnerApplication(self, **self.request("POST", "stand-in/applications"))

    def fault(self, method: str, kind: str, value: Any = None) -> None:
        """Let the next call of a method suffer: lost, code, slow or answer (see `app.Fault`)."""
        fault = {"method": method, "kind": kind, "value": value}
        self.request("POST", "stand-in/faults", fault)

    def clear_faults(self) -> None:
        self.request("DELETE", "stand-in/faults")


class PartnerApplication:
    """A partner's application: its credentials, and what the stand-in knows of it."""

    def __init__(self, updox: Updox, id: str, password: str):
        self.id = id
        self.password = password
        self._updox = updox

    def call(self, method: str, account_id: str = "", **fields: Any) -> dict[str, Any]:
        auth = {"applicationId": self.id, "applicationPassword": self.password}
        if account_id:
            auth["accountId"] = account_id
        return self._updox.request("POST", f"api/io/{method}", {**fields, "auth": auth})

    def look(self) -> dict[str, list[Any]]:
        """Practices, users, messages, webhooks and calls, as they are now."""
        return self._updox.request("GET", f"stand-in/{self.id}")

    def messages(self) -> list[dict[str, Any]]:
        return self.look()["messages"]

    def toggle_vetted(self, domain: str) -> None:
        """As Updox's test system offers it: authenticate the practice, or undo that."""
        practices = self.look()["practices"]
        [account_id] = [p["accountId"] for p in practices if p["directDomain"] == domain]
        self.call("PracticeVettedToggle", account_id)

    def notify(self, event: str, **payload: Any) -> int:
        """Call the webhook of an event; the status it answered, 0 when nobody subscribed."""
        return self._updox.request("POST", f"stand-in/{self.id}/webhooks/{event}", payload)


@contextmanager
def running(python: str = sys.executable, with_tls: bool = False) -> Iterator[Updox]:
    """A fresh stand-in in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="updox-") as folder:
        tls_folder = Path(folder) / "tls" if with_tls else None
        command = [python, "-m", "updox_stand_in", "--port", "0"]
        command += ["--tls-folder", str(tls_folder)] if tls_folder else []
        log = Path(folder) / "updox.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 (our own command)
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors
            )
        try:
            # Its first line comes once it answers; none when it ended before
            ports = process.stdout.readline()
            if not ports:
                raise RuntimeError(f"The stand-in did not start:\n{log.read_text()}")
            yield Updox(json.loads(ports), tls_folder)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
