"""Domains, addresses, and what is said of an address."""

import pytest
from conftest import MAYA, practice

DOMAIN = "sunrise.direct.sandbox.test"


def test_the_key_says_whose_it_is(ehr):
    answer = ehr.get("ping").json()
    assert answer["customer"] == "One EHR"
    assert answer["notice"] == "Sandbox, not for patients"
    assert answer["domain_suffix"] == "direct.sandbox.test"
    assert answer["max_message_bytes"] == 10 * 1024 * 1024


def test_a_fresh_sandbox_has_a_demo_key(client):
    answer = client.get("/v1/ping", headers={"Authorization": "Bearer sandbox-demo-key"})
    assert answer.json()["customer"] == "Demo EHR"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "x"}])
def test_without_a_good_key_nothing_is_told(client, headers):
    answer = client.get("/v1/events", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


def test_a_practice_gets_its_domain_and_asking_again_changes_nothing(ehr):
    first, again = ehr.domain("sunrise"), ehr.domain("Sunrise")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json() == {"domain": DOMAIN, "authenticated": False, "authenticated_at": None}


def test_a_practice_keeps_its_domain(ehr):
    ehr.domain("sunrise")
    refused = ehr.domain("sunset")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "domain_exists"
    assert refused.json()["error"]["domain"] == DOMAIN


def test_a_taken_domain_comes_with_suggestions_that_are_free(ehr, other_ehr):
    ehr.domain("sunrise")
    refused = other_ehr.domain("sunrise")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "domain_taken"
    suggestions = refused.json()["error"]["suggestions"]
    assert len(suggestions) == 3
    assert [other_ehr.domain(name, name).status_code for name in suggestions] == [201, 201, 201]
    assert not set(suggestions) & set(ehr.domain("sunrise", "x").json()["error"]["suggestions"])


@pytest.mark.parametrize("label", ["admin", "postmaster", "www", "SANDBOX"])
def test_reserved_domains_are_refused_with_suggestions(ehr, label):
    refused = ehr.domain(label)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "domain_reserved"
    assert len(refused.json()["error"]["suggestions"]) == 3


@pytest.mark.parametrize(
    "label", ["", "sun rise", "-sun", "sun-", "süd", "sun.rise", "a" * 64, "a\n"]
)
def test_labels_that_cannot_be_domains_are_refused(ehr, label):
    refused = ehr.domain(label)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "domain_invalid"


def test_the_longest_label_still_gets_suggestions_that_fit(ehr, other_ehr):
    assert ehr.domain("a" * 63).status_code == 201
    suggestions = other_ehr.domain("a" * 63).json()["error"]["suggestions"]
    assert all(len(name) <= 63 for name in suggestions)


def test_a_customer_does_not_see_the_domains_of_another(ehr, other_ehr):
    ehr.domain("sunrise")
    assert ehr.get(f"domains/{DOMAIN}").status_code == 200
    assert other_ehr.get(f"domains/{DOMAIN}").status_code == 404
    assert other_ehr.address("x", DOMAIN).json()["error"]["code"] == "domain_not_found"


def test_authenticating_is_seen_and_told_once(ehr):
    ehr.domain("sunrise")
    ehr.authenticate(DOMAIN)
    ehr.authenticate(DOMAIN)
    assert ehr.get(f"domains/{DOMAIN}").json()["authenticated"] is True
    assert [(e["type"], e["domain"]) for e in ehr.events()] == [("domain.authenticated", DOMAIN)]
    ehr.authenticate(DOMAIN, False)
    assert ehr.get(f"domains/{DOMAIN}").json()["authenticated_at"] is None
    assert len(ehr.events()) == 1


def test_a_person_gets_an_address_and_asking_again_changes_nothing(ehr):
    ehr.domain("sunrise")
    first, again = ehr.address("Dr.Jane", DOMAIN), ehr.address("dr.jane", DOMAIN)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"address": f"dr.jane@{DOMAIN}"}


def test_the_username_of_another_person_is_refused_with_suggestions(ehr):
    ehr.domain("sunrise")
    ehr.address("jane", DOMAIN)
    refused = ehr.address("jane", DOMAIN, reference="another")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "address_taken"
    suggestions = refused.json()["error"]["suggestions"]
    made = [ehr.address(name, DOMAIN, reference="another").status_code for name in suggestions]
    assert made == [201, 201, 201]


@pytest.mark.parametrize("name", ["postmaster", "abuse", "admin"])
def test_reserved_usernames_are_refused(ehr, name):
    ehr.domain("sunrise")
    refused = ehr.address(name, DOMAIN)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "address_reserved"


@pytest.mark.parametrize(
    "name", ["", ".jane", "jane.", "ja..ne", "ja ne", "jané", "j@ne", "a" * 65]
)
def test_usernames_that_cannot_be_are_refused(ehr, name):
    ehr.domain("sunrise")
    refused = ehr.address(name, DOMAIN)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "address_invalid"


@pytest.mark.parametrize(
    ("address", "valid", "trusted", "reason"),
    [
        (MAYA.upper(), True, True, None),
        ("nobody@lakeview-cardiology.direct.sandbox.test", False, False, "no such mailbox"),
        ("x@nowhere.direct.sandbox.test", False, False, "no such practice"),
        ("x@clinic.direct.untrusted.test", True, False, "trust community"),
        ("jane@gmail.com", False, False, "ordinary email"),
        ("x@evil-direct.sandbox.test", False, False, "ordinary email"),
        ("not an address", False, False, "valid Direct address"),
    ],
)
def test_an_address_is_judged_with_the_reason(ehr, address, valid, trusted, reason):
    answer = ehr.get(f"addresses/{address}").json()
    assert (answer["valid"], answer["trusted"]) == (valid, trusted)
    assert answer["address"] == address.lower()
    assert reason in answer["reason"] if reason else answer["reason"] is None


def test_a_practice_is_trusted_once_authenticated(ehr):
    ehr.domain("sunrise")
    ehr.address("jane", DOMAIN)
    before = ehr.get(f"addresses/jane@{DOMAIN}").json()
    assert (before["valid"], before["trusted"]) == (True, False)
    assert "isn't authenticated" in before["reason"]
    ehr.authenticate(DOMAIN)
    after = ehr.get(f"addresses/jane@{DOMAIN}").json()
    assert (after["trusted"], after["organization"]) == (True, practice()["name"])


def test_a_body_with_a_wrong_field_is_refused_without_repeating_what_was_sent(ehr):
    refused = ehr.post("domains", {"label": "sunrise", "practise": {"name": "Secret Practice"}})
    assert refused.status_code == 422
    assert "practise" in refused.json()["error"]["message"]
    assert "Secret" not in refused.text


def test_each_answer_carries_its_reference(ehr, client):
    for answer in (ehr.get("ping"), client.get("/v1/nothing"), client.post("/v1/ping")):
        assert answer.headers["X-Request-Id"].startswith("req-")
    refused = client.post(
        "/v1/domains", content="{", headers={**ehr.headers, "Content-Type": "application/json"}
    )
    assert refused.status_code == 400
    assert refused.json()["error"] == {
        "code": "malformed_json",
        "message": "The request body isn't valid JSON.",
        "reference": refused.headers["X-Request-Id"],
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/v1/nothing", 404, "not_found"), ("PATCH", "/v1/ping", 405, "method_not_allowed")],
)
def test_unknown_routes_answer_in_the_same_shape(client, method, path, status, code):
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
