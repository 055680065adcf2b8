"""The process: survives a crash, stops at once, serves good and bad TLS, keeps its log clean."""

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest
import requests
from conftest import MAYA, attachment, letter

from sandbox import testing
from sandbox.__main__ import main

MARK = "Xanthippe"


def eventually(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def fragile():
    """A server of which these tests may dispose."""
    with testing.running(with_tls=True) as running:
        yield running


def test_what_was_accepted_survives_a_crash_and_goes_on(fragile):
    customer = fragile.customer()
    address = customer.practice("crash")
    fragile.settings(processed_after=3600, dispatched_after=3600)
    fragile.fault("slow", match={"customer": "nobody"})
    fragile.fault("error_500", match={"customer": "nobody"}, times=1)
    answers = []
    for number in range(20):
        answers.append(
            customer.request(
                "POST",
                "messages",
                json=letter(address, attachments=[attachment(b"x" * 40_000)]),
                headers={"Idempotency-Key": f"key-{number}"},
            ).json()
        )
    fragile.restart(crash=True)
    for number, answer in enumerate(answers):
        known = customer.request("GET", f"messages/by-key/key-{number}").json()
        assert (known["id"], known["status"]) == (answer["id"], "accepted")
    assert [fault["name"] for fault in fragile.control("GET", "faults")["faults"]] == ["slow"]
    fragile.settings(processed_after=0, dispatched_after=0)
    eventually(lambda: fragile.counts()["dispatched"] == 20)
    events = customer.request("GET", "events").json()["events"]
    assert len(events) == 41
    assert fragile.counts()["duplicates"] == 0


def test_callbacks_wait_for_the_restart(fragile):
    customer = fragile.customer()
    fragile.settings(callback_retry_scale=0.02, processed_after=0, dispatched_after=0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    customer.request("PUT", "callback", json={"url": url, "secret": "s"})
    customer.practice("waiting")
    fragile.kill()
    with socket.create_server(("127.0.0.1", port)) as receiver:
        receiver.settimeout(10)
        fragile.start()
        connection, _ = receiver.accept()
        with connection:
            assert connection.recv(65536).startswith(b"POST / HTTP/1.1")


def test_it_stops_cleanly_and_quickly(tmp_path):
    with contextlib.ExitStack() as stack:
        processes = {
            number: stack.enter_context(launched(tmp_path / f"{number}.db"))
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        for number, process in processes.items():
            url = process.stdout.readline().split()[-1]
            with requests.Session() as session:
                session.get(url, timeout=5)
                started = time.monotonic()
                process.send_signal(number)
                assert process.wait(5) == 0
            assert time.monotonic() - started < 2
            assert "Traceback" not in process.stderr.read()


def launched(path):
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--db", str(path)]
    return subprocess.Popen(  # noqa: S603
        command, cwd=testing.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_port_in_use_is_named(sandbox, tmp_path, monkeypatch, capsys):
    port = str(sandbox.ports["http"])
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", port, "--db", str(tmp_path / "x.db")])
    assert main() == 1
    assert capsys.readouterr().err == f"Port {port} cannot be used: Address already in use.\n"


def test_nothing_that_was_typed_is_logged(sandbox, customer):
    address = customer.practice("discreet")
    letter_ = letter(
        address,
        subject=MARK,
        text=MARK,
        context={"patient": MARK},
        attachments=[attachment(b"x", f"{MARK}.pdf")],
    )
    for body in (letter_, {**letter_, "to": f"{MARK}@gmail.com"}, {**letter_, "to": [MARK]}):
        customer.request("POST", "messages", json=body, headers={"Idempotency-Key": "k"})
    customer.request("GET", f"addresses/{MARK}@gmail.com")
    customer.request("GET", f"events?cursor={MARK}")
    customer.request("GET", MARK)
    customer.request("POST", "directory/search", json={"query": MARK})
    log = sandbox.log.read_text()
    assert "POST /v1/messages 202" in log
    assert "GET /v1/addresses/{address} 200" in log
    assert MARK.lower() not in log.lower()
    assert customer.key not in log


def ping(running, flavour):
    headers = {"Authorization": "Bearer sandbox-demo-key"}
    return requests.get(
        f"https://localhost:{running.ports[flavour]}/v1/ping",
        headers=headers,
        verify=str(running.tls_folder / "ca.pem"),
        timeout=5,
    )


def test_good_tls(fragile):
    assert ping(fragile, "tls").json()["name"] == "Sandbox HISP"


@pytest.mark.parametrize(
    ("flavour", "reason"),
    [
        ("tls_expired", "certificate has expired"),
        ("tls_self_signed", "unable to get local issuer certificate"),
        ("tls_wrong_host", "Hostname mismatch"),
        ("tls_old", r"EOF|version|protocol"),
    ],
)
def test_bad_tls(fragile, flavour, reason):
    with pytest.raises(requests.exceptions.SSLError, match=reason):
        ping(fragile, flavour)


def test_old_tls_speaks_1_1_at_most(fragile):
    assert handshake(fragile, "tls_old") == "TLSv1.1"
    assert handshake(fragile, "tls") in ("TLSv1.2", "TLSv1.3")


def handshake(running, flavour):
    context = ssl.create_default_context(cafile=str(running.tls_folder / "ca.pem"))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    address = ("127.0.0.1", running.ports[flavour])
    with (
        socket.create_connection(address, timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.version()


def test_the_certificates_are_made_once(fragile):
    before = (fragile.tls_folder / "ca.pem").read_bytes()
    fragile.restart()
    assert (fragile.tls_folder / "ca.pem").read_bytes() == before
    assert ping(fragile, "tls").ok
    assert MAYA in requests.get(f"{fragile.url}/practices", timeout=5).text.replace("%40", "@")
