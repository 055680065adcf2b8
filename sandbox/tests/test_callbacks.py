"""Callbacks, to a real receiver."""

import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import MAYA, letter

SECRET = "a secret only the two know"


class Receiver:
    """A little EHR: keeps what it is sent; `answers` are the statuses to give, then 204."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/callback"
        self.calls = []
        self.answers = []
        self.seconds = 0

    def events(self):
        return [json.loads(body) for _path, _headers, body in self.calls]

    def types(self):
        return [event["type"] for event in self.events()]

    def wait(self, number, seconds=5):
        """Wait for so many calls, then a moment more for one too many."""
        deadline = time.monotonic() + seconds
        while len(self.calls) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        assert len(self.calls) == number, self.types()


@contextmanager
def receiving():
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(receiver.seconds)
            receiver.calls.append((self.path, self.headers, body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.seconds = 0
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def listen(customer, receiver):
    body = {"url": receiver.url, "secret": SECRET}
    assert customer.request("PUT", "callback", json=body).json() == {"url": receiver.url}


def send(customer, address, key="key-1", to=MAYA):
    answer = customer.request(
        "POST", "messages", json=letter(address, to), headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 202
    return answer.json()["id"]


def is_authentic(headers, body):
    """What the documentation tells a receiver to check."""
    timestamp = headers["X-Direct-Timestamp"]
    signed = timestamp.encode() + b"." + body
    wanted = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    fresh = abs(time.time() - int(timestamp)) < 300
    return fresh and hmac.compare_digest(wanted, headers["X-Direct-Signature"])


def test_each_event_is_posted_signed_in_order(customer, receiver):
    address = customer.practice("called")
    listen(customer, receiver)
    id_ = send(customer, address)
    receiver.wait(2)
    assert receiver.types() == ["message.processed", "message.dispatched"]
    for _path, headers, body in receiver.calls:
        assert is_authentic(headers, body)
        assert headers["X-Direct-Event-Id"] == json.loads(body)["id"]
        assert json.loads(body)["message_id"] == id_
    polled = customer.request("GET", "events").json()["events"]
    assert receiver.events() == [event for event in polled if event.get("message_id")]


def test_it_is_repeated_until_acknowledged_each_time_signed_anew(customer, receiver):
    address = customer.practice("stubborn", authenticated=False)
    listen(customer, receiver)
    receiver.answers = [500, 404, 302]
    customer._sandbox.authenticate(address.partition("@")[2])
    receiver.wait(4)
    assert receiver.types() == ["domain.authenticated"] * 4
    assert len({body for _path, _headers, body in receiver.calls}) == 1
    assert all(is_authentic(headers, body) for _path, headers, body in receiver.calls)
    assert {path for path, _headers, _body in receiver.calls} == {"/callback"}


def test_a_receiver_that_is_down_gets_it_later(customer, receiver):
    address = customer.practice("late")
    listen(customer, receiver)
    up = receiver.url
    customer.request("PUT", "callback", json={"url": "http://127.0.0.1:9/", "secret": SECRET})
    send(customer, address)
    time.sleep(0.2)
    customer.request("PUT", "callback", json={"url": up, "secret": SECRET})
    receiver.wait(2)


def test_a_slow_customer_does_not_hold_up_another(sandbox, customer, receiver):
    with receiving() as slow:
        slow.seconds = 3
        slow_customer = sandbox.customer()
        slow_address = slow_customer.practice("sluggish")
        listen(slow_customer, slow)
        for number in range(20):
            send(slow_customer, slow_address, f"key-{number}")
        address = customer.practice("swift")
        listen(customer, receiver)
        send(customer, address)
        receiver.wait(2, seconds=2)


def test_without_an_address_nothing_is_posted(customer, receiver):
    address = customer.practice("silent")
    listen(customer, receiver)
    assert customer.request("DELETE", "callback").status_code == 204
    send(customer, address)
    receiver.wait(0)
    time.sleep(0.1)


def test_doubled(sandbox, customer, receiver):
    address = customer.practice("doubled")
    listen(customer, receiver)
    sandbox.fault("callbacks_doubled", match={"customer": customer.name})
    send(customer, address)
    receiver.wait(4)
    assert len({event["id"] for event in receiver.events()}) == 2


def test_dropped_but_polled(sandbox, customer, receiver):
    address = customer.practice("dropped")
    listen(customer, receiver)
    sandbox.fault("callbacks_dropped", match={"customer": customer.name}, times=1)
    send(customer, address)
    receiver.wait(1)
    assert receiver.types() == ["message.dispatched"]
    polled = [event["type"] for event in customer.request("GET", "events").json()["events"]]
    assert polled[1:] == ["message.processed", "message.dispatched"]


def test_late(sandbox, customer, receiver):
    address = customer.practice("tardy")
    listen(customer, receiver)
    sandbox.fault("callbacks_late", match={"customer": customer.name}, seconds=0.5)
    sent = time.monotonic()
    send(customer, address)
    receiver.wait(2)
    assert time.monotonic() - sent > 0.5


def test_out_of_order(sandbox, customer, receiver):
    address = customer.practice("disorder")
    listen(customer, receiver)
    sandbox.settings(seed=1)
    sandbox.fault("callbacks_out_of_order", match={"customer": customer.name}, seconds=0.6)
    for number in range(6):
        send(customer, address, f"key-{number}")
    receiver.wait(12)
    polled = customer.request("GET", "events").json()["events"][1:]
    arrived = [event["id"] for event in receiver.events()]
    assert sorted(arrived) == sorted(event["id"] for event in polled)
    assert arrived != [event["id"] for event in polled]


def test_badly_signed_then_well(sandbox, customer, receiver):
    address = customer.practice("forged", authenticated=False)
    listen(customer, receiver)
    receiver.answers = [401]
    sandbox.fault("callbacks_badly_signed", match={"customer": customer.name}, times=1)
    sandbox.authenticate(address.partition("@")[2])
    receiver.wait(2)
    verdicts = [is_authentic(headers, body) for _path, headers, body in receiver.calls]
    assert verdicts == [False, True]
