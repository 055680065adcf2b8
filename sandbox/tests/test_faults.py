"""Faults of the API, on a real connection."""

import time

import pytest
import requests
from conftest import letter


@pytest.fixture
def address(sandbox, customer):
    return customer.practice(f"faulty-{time.monotonic_ns()}")


def send(customer, address, key="the-key"):
    return customer.request(
        "POST", "messages", json=letter(address), headers={"Idempotency-Key": key}
    )


def is_known(customer, key="the-key"):
    return customer.request("GET", f"messages/by-key/{key}").status_code == 200


def switch_on(sandbox, customer, name, **details):
    sandbox.fault(name, match={"customer": customer.name}, times=1, **details)


def test_dropped_before_accepting(sandbox, customer, address):
    switch_on(sandbox, customer, "drop_before_accept")
    with pytest.raises(requests.ConnectionError):
        send(customer, address)
    assert not is_known(customer)
    assert send(customer, address).status_code == 202


def test_dropped_after_accepting(sandbox, customer, address):
    switch_on(sandbox, customer, "drop_after_accept")
    with pytest.raises(requests.ConnectionError):
        send(customer, address)
    assert is_known(customer)
    assert send(customer, address).json()["replayed"] is True


def test_malformed_answer(sandbox, customer, address):
    switch_on(sandbox, customer, "malformed_json")
    answer = send(customer, address)
    assert answer.status_code == 202
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert is_known(customer)


@pytest.mark.parametrize(
    ("name", "status", "code", "retry_after"),
    [
        ("error_500", 500, "internal_error", None),
        ("rate_limited", 429, "rate_limited", "7"),
        ("unavailable", 503, "unavailable", "7"),
    ],
)
def test_refused(sandbox, customer, address, name, status, code, retry_after):
    switch_on(sandbox, customer, name, retry_after=7)
    answer = send(customer, address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == retry_after
    assert not is_known(customer)


def test_slow(sandbox, customer):
    switch_on(sandbox, customer, "slow", seconds=0.3)
    started = time.monotonic()
    assert customer.request("GET", "ping").ok
    assert time.monotonic() - started > 0.3


def test_a_fault_strikes_only_whom_and_what_it_should(sandbox, customer, address):
    other = sandbox.customer()
    match = {"customer": customer.name, "path_prefix": "/v1/messages"}
    sandbox.fault("error_500", match=match)
    assert other.request("GET", "ping").ok
    assert customer.request("GET", "ping").ok
    assert send(customer, address).status_code == 500
    sandbox.clear_faults()
    assert send(customer, address).status_code == 202


def test_a_fault_ends_after_its_times(sandbox, customer):
    match = {"customer": customer.name}
    sandbox.fault("error_500", match=match, times=2)
    assert [customer.request("GET", "ping").status_code for _ in range(3)] == [500, 500, 200]
    assert sandbox.control("GET", "faults") == {"faults": []}


def test_the_dice_fall_the_same_way_from_the_same_seed(sandbox, customer):
    sandbox.fault("error_500", match={"customer": customer.name}, probability=0.5)

    def row():
        sandbox.settings(seed=7)
        return [customer.request("GET", "ping").status_code for _ in range(24)]

    first = row()
    assert set(first) == {200, 500}
    assert row() == first


def test_the_controls_never_suffer(sandbox, customer):
    sandbox.fault("error_500")
    assert sandbox.counts()["duplicates"] == 0
    assert customer.request("GET", "ping").status_code == 500


def test_one_kind_of_fault_is_switched_off(sandbox, customer):
    sandbox.fault("error_500", match={"customer": "nobody"})
    sandbox.fault("slow", match={"customer": "nobody"})
    sandbox.control("DELETE", "faults?name=slow")
    assert [fault["name"] for fault in sandbox.control("GET", "faults")["faults"]] == ["error_500"]
