"""The provider's own page for proving an identity."""

import re

import pytest

BACK = "http://localhost:8069/direct/return?token=a%2Fb&x={y}'"


@pytest.fixture
def ask(ehr):
    domain = ehr.domain("sunrise").json()["domain"]

    def ask(return_url=BACK):
        body = {"reference": "hosted", "return_url": return_url}
        return ehr.post(f"domains/{domain}/hosted-enrollments", body)

    return ask


@pytest.fixture
def url(ask):
    answer = ask()
    assert answer.status_code == 201
    return answer.json()["url"]


def is_authenticated(ehr):
    return ehr.get("domains/sunrise.direct.sandbox.test").json()["authenticated"]


def press(client, url, button, **headers):
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://localhost"}
    return client.post(f"{url}/{button}", headers={**kind, **headers}, follow_redirects=False)


def test_the_page_says_what_it_is_and_goes_nowhere_else(client, url):
    assert re.fullmatch(r"http://localhost/hosted/[\w-]{43}", url)
    page = client.get(url)
    assert "<strong>Sandbox, not for patients.</strong>" in page.text
    assert "Prove my identity" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' http://localhost:8069")
    assert "default-src 'none'" in policy
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_proving_authenticates_and_goes_back_unchanged(client, ehr, url):
    answer = press(client, url, "prove")
    assert (answer.status_code, answer.headers["Location"]) == (303, BACK)
    assert is_authenticated(ehr)
    assert [event["type"] for event in ehr.events()] == ["domain.authenticated"]


def test_failing_goes_back_and_changes_nothing(client, ehr, url):
    answer = press(client, url, "fail")
    assert (answer.status_code, answer.headers["Location"]) == (303, BACK)
    assert not is_authenticated(ehr)
    assert ehr.events() == []


def test_a_page_is_used_once(client, ehr, url):
    press(client, url, "fail")
    for answer in (press(client, url, "prove"), client.get(url)):
        assert answer.status_code == 404
        assert "This page has expired" in answer.text
    assert not is_authenticated(ehr)


def test_a_page_lasts_an_hour(client, url, monkeypatch):
    monkeypatch.setattr("sandbox.visits.time.monotonic", lambda: 10.0**9)
    assert client.get(url).status_code == 404
    assert press(client, url, "prove").status_code == 404


def test_a_foreign_page_presses_nothing(client, ehr, url):
    for origin in ("http://evil.example", "null"):
        answer = press(client, url, "prove", Origin=origin)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
    assert press(client, url, "prove", Host="evil.example").status_code == 403
    assert not is_authenticated(ehr)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://localhost/",
        "//localhost/",
        "/direct/return",
        "http://",
        "http://ada:secret@localhost/",
        "http://localhost/\r\nSet-Cookie: x=y",
        "http://localhost/ x",
        "http://localhost;script-src/",
        "http://löcalhost/",
        "http://localhost/" + "x" * 4096,
    ],
)
def test_there_must_be_a_way_back(ask, url):
    answer = ask(url)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert url not in answer.text
