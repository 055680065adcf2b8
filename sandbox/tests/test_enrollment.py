"""Enrollments: agreements, call, questions, attempts, lock-out, review."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from conftest import Enrollment, applicant, proof

from sandbox import store
from sandbox.hisp import Hisp

QUIET = {"id": None, "state": "none", "at": None, "code_expires_at": None, "call_again_at": None}


def code_of(answer):
    return answer.status_code, answer.json()["error"]["code"]


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


# Agreements


def test_the_agreements_are_long_and_say_what_they_are(ehr):
    agreements = ehr.get("agreements").json()["agreements"]
    titles = {agreement["code"]: agreement["title"] for agreement in agreements}
    assert titles == {"directtrust": "DirectTrust Activation", "bureau": "Experian User Agreement"}
    for agreement in agreements:
        assert agreement["text"].startswith("Sandbox, not for patients: ")
        assert len(agreement["text"].split()) > 1200
        assert len(agreement["text"].split("\n\n")) > 25


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda accepted: accepted[:1], "agreement_missing"),
        (lambda accepted: [], "agreement_missing"),
        (lambda accepted: [{**a, "sha256": "0" * 64} for a in accepted], "agreement_outdated"),
        (lambda accepted: [{**a, "version": "2025-12"} for a in accepted], "agreement_outdated"),
    ],
)
def test_each_agreement_must_be_accepted_to_the_letter(enrollment, spoil, code):
    assert code_of(enrollment.open("another", spoil(enrollment.acceptances()))) == (422, code)


# Enrollments


def test_asking_again_gives_the_same_enrollment(enrollment):
    again = enrollment.open("enrollment")
    assert again.status_code == 200
    assert again.json() == enrollment.state()
    assert enrollment.state() == {
        "id": enrollment.id,
        "domain": enrollment.domain,
        "state": "open",
        "attempts_left": 3,
        "locked_until": None,
        "call": QUIET,
        "questions_tries_left": 2,
    }


def test_another_reference_takes_its_place_and_the_attempts_stay(enrollment):
    code = enrollment.telephone()
    enrollment.verify(wrong(code))
    enrollment.ask()
    successor = enrollment.open("successor").json()
    assert enrollment.state()["state"] == "superseded"
    assert (successor["attempts_left"], successor["questions_tries_left"]) == (2, 1)
    assert code_of(enrollment.verify(code, "key-2")) == (409, "enrollment_closed")
    assert code_of(enrollment.call()) == (409, "enrollment_closed")


def test_a_customer_sees_its_own_only(enrollment, other_ehr):
    for answer in (
        other_ehr.get(f"enrollments/{enrollment.id}"),
        other_ehr.post(f"enrollments/{enrollment.id}/call", {"phone": "+16085550123"}),
        enrollment.ehr.get("enrollments/enr-none"),
    ):
        assert code_of(answer) == (404, "enrollment_not_found")
    answer = other_ehr.post(
        f"domains/{enrollment.domain}/enrollments",
        {"reference": "x", "acceptances": enrollment.acceptances()},
    )
    assert code_of(answer) == (404, "domain_not_found")


# The call


def test_a_call_is_answered_and_recorded(enrollment):
    called = enrollment.call()
    assert called.status_code == 202
    assert called.json()["call"] == enrollment.state()["call"]
    code = enrollment.act("answer-call").json()["code"]
    assert len(code) == 6
    assert enrollment.act("answer-call").json()["code"] == code
    enrollment.act("record")
    assert enrollment.state()["call"]["state"] == "recorded"
    assert enrollment.events() == [("call", s) for s in ("calling", "answered", "recorded")]


def test_an_unanswered_call_ends(enrollment):
    enrollment.call()
    enrollment.pass_time(ring_seconds=0)
    assert enrollment.state()["call"]["state"] == "no_answer"
    assert code_of(enrollment.act("answer-call")) == (409, "no_such_call")
    assert enrollment.events()[-1] == ("call", "no_answer")


def test_hanging_up_before_recording_ends_the_code(enrollment):
    enrollment.call()
    code = enrollment.act("answer-call").json()["code"]
    assert enrollment.act("ignore-call").status_code == 204
    assert enrollment.state()["call"]["state"] == "expired"
    assert code_of(enrollment.act("record")) == (409, "no_such_call")
    assert code_of(enrollment.verify(code)) == (422, "enrollment_incomplete")


def test_a_call_can_be_ignored(enrollment):
    enrollment.call()
    enrollment.act("ignore-call")
    assert enrollment.state()["call"]["state"] == "no_answer"


def test_nobody_answers_at_a_silent_number(enrollment):
    enrollment.call("+16082340000")
    assert code_of(enrollment.act("answer-call")) == (409, "no_such_call")
    assert enrollment.state()["call"]["state"] == "calling"


def test_calls_keep_a_pause_and_only_the_newest_code_is_good(enrollment):
    first = enrollment.telephone()
    early = enrollment.call()
    assert code_of(early) == (429, "call_too_soon")
    assert 1 <= int(early.headers["Retry-After"]) <= 30
    assert early.json()["error"]["call_again_at"] == enrollment.state()["call"]["call_again_at"]
    enrollment.pass_time(call_pause=0)
    enrollment.call()
    assert code_of(enrollment.verify(first)) == (422, "enrollment_incomplete")
    second = enrollment.act("answer-call").json()["code"]
    enrollment.act("record")
    if first != second:
        assert enrollment.verify(first).json()["state"] == "failed"
    assert enrollment.verify(second, "key-2").json()["state"] == "verified"


@pytest.mark.parametrize("how", ["control", "time"])
def test_an_expired_code_fails(enrollment, how):
    code = enrollment.telephone()
    if how == "control":
        enrollment.act("expire-code")
    else:
        enrollment.pass_time(code_seconds=0)
    assert enrollment.state()["call"]["state"] == "expired"
    assert enrollment.events()[-1] == ("call", "expired")
    assert enrollment.verify(code).json() == {
        "state": "failed",
        "attempts_left": 2,
        "locked_until": None,
    }


def test_the_code_of_another_enrollment_fails(enrollment, ehr):
    other = Enrollment(ehr, "sunset")
    mine, its = enrollment.telephone(), other.telephone()
    if mine != its:
        assert enrollment.verify(its).json()["state"] == "failed"


def test_a_restart_ends_calls(enrollment, hisp, app):
    code = enrollment.telephone()
    path = hisp.store.read().execute("PRAGMA database_list").fetchone()["file"]
    again = Hisp(path)
    again.start()
    again.stop()
    app.state.hisp = again
    assert enrollment.state()["call"]["state"] == "expired"
    assert enrollment.verify(code).json()["state"] == "failed"


# The questions


def test_questions_change_from_try_to_try_and_are_used_up(enrollment):
    first, second = enrollment.ask().json(), enrollment.ask().json()
    for asked in (first, second):
        assert asked["seconds_per_question"] == 120
        assert len(asked["questions"]) >= 4
        for question in asked["questions"]:
            texts = [choice["text"] for choice in question["choices"]]
            assert len(set(texts)) >= 4
            assert "None of the above" in texts
            assert len([text for text in texts if text.endswith(".")]) == 1
    assert (first["tries_left"], second["tries_left"]) == (1, 0)
    texts = [{question["text"] for question in asked["questions"]} for asked in (first, second)]
    assert texts[0].isdisjoint(texts[1])
    assert code_of(enrollment.ask()) == (409, "questions_used_up")
    assert code_of(enrollment.answer(first, 0)) == (404, "questions_not_found")
    assert enrollment.answer(second, 0).status_code == 204


def test_answers_come_in_order_and_once(enrollment):
    asked = enrollment.ask().json()
    assert code_of(enrollment.answer(asked, 1)) == (409, "question_out_of_order")
    assert enrollment.answer(asked, 0).status_code == 204
    assert code_of(enrollment.answer(asked, 0)) == (409, "question_answered")
    body = {"question_id": asked["questions"][1]["id"], "choice_id": "c-none"}
    answer = enrollment.post(f"questions/{asked['id']}/answers", body)
    assert code_of(answer) == (422, "choice_unknown")
    assert enrollment.answer(asked, 1).status_code == 204


def test_a_late_answer_ends_the_try(enrollment, hisp):
    asked = enrollment.ask().json()
    enrollment.answer(asked, 0)
    hisp.settings.change(question_seconds=0)
    assert code_of(enrollment.answer(asked, 1)) == (410, "questions_expired")
    hisp.settings.change(question_seconds=120)
    assert code_of(enrollment.answer(asked, 1)) == (410, "questions_expired")
    assert enrollment.state()["questions_tries_left"] == 1


@pytest.mark.parametrize(
    ("rightly", "last_name", "state"),
    [(True, "Passes", "verified"), (False, "Passes", "failed"), (True, "Quiz", "failed")],
)
def test_what_the_questions_prove(enrollment, rightly, last_name, state):
    code = enrollment.telephone()
    financial = {"kind": "knowledge", "questions_id": enrollment.answer_all(rightly)}
    answer = enrollment.verify(code, financial=financial, last_name=last_name)
    assert answer.json()["state"] == state


def test_unanswered_questions_are_no_attempt(enrollment):
    code, asked = enrollment.telephone(), enrollment.ask().json()
    for number in range(3):
        enrollment.answer(asked, number)
    for questions_id in (asked["id"], "qst-none"):
        financial = {"kind": "knowledge", "questions_id": questions_id}
        answer = enrollment.verify(code, financial=financial)
        assert code_of(answer) == (422, "enrollment_incomplete")
    assert enrollment.state()["attempts_left"] == 3


# Attempts


@pytest.mark.parametrize(
    "financial",
    [
        {"kind": "phone", "number": "+16085550123"},
        {"kind": "card", "number": "4111111111111111", "questions_id": None},
    ],
)
def test_success_authenticates_the_practice(enrollment, financial):
    code = enrollment.telephone()
    answer = enrollment.verify(code, financial=financial, last_name="Lovelace", middle_name="King")
    assert answer.json() == {"state": "verified", "attempts_left": 3, "locked_until": None}
    assert enrollment.state()["state"] == "verified"
    assert enrollment.ehr.get(f"domains/{enrollment.domain}").json()["authenticated"] is True
    assert enrollment.events()[-1] == ("verified", None)
    assert enrollment.ehr.events()[-1]["type"] == "domain.authenticated"
    assert enrollment.open("successor").status_code == 201


@pytest.mark.parametrize(
    "person",
    [
        {"last_name": "Nomatch"},
        {"last_name": " nomatch "},
        {"street": "1 Nowhere Road"},
        {"last_name": "Silent"},
    ],
)
def test_failures_look_alike(enrollment, person):
    answer = enrollment.verify(enrollment.telephone(), **person)
    assert answer.json() == {"state": "failed", "attempts_left": 2, "locked_until": None}
    assert enrollment.state()["state"] == "open"
    assert enrollment.events()[-1] == ("failed", None)
    assert enrollment.ehr.get(f"domains/{enrollment.domain}").json()["authenticated"] is False


def test_the_same_key_is_one_attempt_whatever_it_carries(enrollment):
    code = enrollment.telephone()
    first = enrollment.verify(wrong(code))
    assert enrollment.verify(code).json() == first.json()
    assert enrollment.state()["attempts_left"] == 2
    assert code_of(enrollment.verify(code, "")) == (400, "idempotency_key_required")
    assert enrollment.verify(code, "key-2").json()["state"] == "verified"
    assert enrollment.verify(code).json() == first.json()


def test_a_double_click_is_one_attempt(enrollment):
    code = enrollment.telephone()
    barrier = threading.Barrier(4)

    def click(_number):
        barrier.wait()
        return enrollment.verify(wrong(code)).json()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))
    assert answers == [{"state": "failed", "attempts_left": 2, "locked_until": None}] * 4
    assert enrollment.events().count(("failed", None)) == 1


def test_without_a_recorded_call_there_is_no_attempt(enrollment):
    assert code_of(enrollment.verify("000000")) == (422, "enrollment_incomplete")
    enrollment.call()
    code = enrollment.act("answer-call").json()["code"]
    assert code_of(enrollment.verify(code)) == (422, "enrollment_incomplete")
    assert enrollment.state()["attempts_left"] == 3
    enrollment.act("record")
    assert enrollment.verify(code).json()["state"] == "verified"


def test_three_failures_lock_the_practice_out(enrollment):
    code = enrollment.telephone()
    answers = [enrollment.verify(wrong(code), str(n)).json() for n in range(3)]
    assert [(a["state"], a["attempts_left"]) for a in answers] == [
        ("failed", 2),
        ("failed", 1),
        ("locked", 0),
    ]
    until = answers[2]["locked_until"]
    state = enrollment.state()
    assert (state["state"], state["attempts_left"], state["locked_until"]) == ("locked", 0, until)
    assert [what for what, _ in enrollment.events()][-3:] == ["failed", "failed", "locked"]
    hosted = {"reference": "x", "return_url": "http://localhost/"}
    for answer in (
        enrollment.verify(code, "new"),
        enrollment.call(),
        enrollment.ask(),
        enrollment.open("enrollment"),
        enrollment.open("another"),
        enrollment.ehr.post(f"domains/{enrollment.domain}/hosted-enrollments", hosted),
    ):
        assert code_of(answer) == (423, "locked")
        assert answer.json()["error"]["locked_until"] == until
    assert enrollment.verify(code, "2").json() == answers[2]


@pytest.mark.parametrize("how", ["control", "time"])
def test_a_lock_out_ends_and_attempts_begin_anew(enrollment, how):
    code = enrollment.telephone()
    assert enrollment.verify(code, last_name="Locked").json()["state"] == "locked"
    if how == "control":
        enrollment.act("unlock")
    else:
        enrollment.pass_time(lock_seconds=0)
    state = enrollment.state()
    assert (state["state"], state["attempts_left"], state["locked_until"]) == ("open", 3, None)
    assert enrollment.verify(code, "key-2").json()["state"] == "verified"


def test_attempts_count_for_a_day_only(enrollment, hisp):
    code = enrollment.telephone()
    enrollment.verify(wrong(code))
    assert enrollment.state()["attempts_left"] == 2
    hisp.settings.change(lock_seconds=0)
    assert enrollment.state()["attempts_left"] == 3


# Review


def test_a_review_is_approved_by_time(enrollment):
    answer = enrollment.verify(enrollment.telephone(), last_name="Review")
    assert answer.json()["state"] == enrollment.state()["state"] == "review"
    assert enrollment.hisp.enrollments.step() > 500
    assert code_of(enrollment.verify("000000", "key-2")) == (409, "enrollment_closed")
    enrollment.pass_time(review_seconds=0)
    assert enrollment.state()["state"] == "verified"
    assert [what for what, _ in enrollment.events()][-2:] == ["review", "verified"]
    assert enrollment.ehr.events()[-1]["type"] == "domain.authenticated"


def test_a_review_is_approved_by_hand(enrollment):
    assert code_of(enrollment.act("review", {"approve": True})) == (409, "not_in_review")
    enrollment.verify(enrollment.telephone(), last_name="Review")
    assert enrollment.act("review", {"approve": True}).status_code == 204
    assert enrollment.ehr.get(f"domains/{enrollment.domain}").json()["authenticated"] is True
    enrollment.pass_time(review_seconds=0)
    assert [what for what, _ in enrollment.events()].count("verified") == 1


def test_a_rejection_is_a_failed_attempt(enrollment):
    code = enrollment.telephone()
    for number in range(2):
        enrollment.verify(wrong(code), str(number))
    assert enrollment.verify(code, last_name="Review").json() == {
        "state": "review",
        "attempts_left": 0,
        "locked_until": None,
    }
    enrollment.act("review", {"approve": False})
    assert enrollment.state()["state"] == "locked"
    assert [what for what, _ in enrollment.events()][-3:] == ["review", "rejected", "locked"]


def test_a_rejected_person_may_try_again(enrollment):
    code = enrollment.telephone()
    enrollment.verify(code, last_name="Review")
    enrollment.act("review", {"approve": False})
    state = enrollment.state()
    assert (state["state"], state["attempts_left"]) == ("open", 2)
    assert enrollment.verify(code, "key-2").json()["state"] == "verified"


# What is typed


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("person", {"birthdate": "1970-02-30"}),
        ("person", {"birthdate": "28.02.1970"}),
        ("person", {"zip": "5370"}),
        ("person", {"zip": "５３７０３"}),
        ("person", {"state": "Wisconsin"}),
        ("person", {"first_name": ""}),
        ("person", {"last_name": "x" * 256}),
        ("person", {"email": "ada"}),
        ("government", {"number": "536-22-123"}),
        ("government", {"kind": "npi"}),
        ("government", {"kind": "passport"}),
        ("financial", {"number": None}),
        ("financial", {"kind": "card"}),
        ("financial", {"kind": "knowledge"}),
        ("financial", {"cvv": "123"}),
    ],
)
def test_what_cannot_be_is_refused_and_is_no_attempt(enrollment, part, changes):
    code = enrollment.telephone()
    body = proof(code)
    body[part] |= changes
    answer = enrollment.post("verify", body, **{"Idempotency-Key": "key"})
    assert code_of(answer) == (422, "invalid_request")
    assert part in answer.json()["error"]["message"]
    typed = set(changes.values()) - {None, "", "npi", "card", "knowledge"}
    assert not [value for value in typed if value in answer.text]
    assert enrollment.verify(code).json()["attempts_left"] == 3


@pytest.mark.parametrize("phone", ["6085550123", "+1 608 555 0123", "+06085550123", "", None])
def test_only_a_whole_telephone_number_is_called(enrollment, phone):
    assert code_of(enrollment.call(phone)) == (422, "invalid_request")
    assert enrollment.state()["call"] == QUIET


# The process


def test_the_connection_is_lost_after_the_attempt_was_decided(sandbox, customer):
    domain = customer.practice("lost-answer", authenticated=False).partition("@")[2]
    id_ = customer.enroll(domain)
    body, headers = proof(customer.telephone(id_), last_name="Dropped"), {"Idempotency-Key": "key"}
    with pytest.raises(requests.ConnectionError):
        customer.request("POST", f"enrollments/{id_}/verify", json=body, headers=headers)
    assert customer.request("GET", f"enrollments/{id_}").json()["state"] == "verified"
    again = customer.request("POST", f"enrollments/{id_}/verify", json=body, headers=headers)
    assert again.json()["state"] == "verified"
    (seen,) = [seen for seen in sandbox.enrollments() if seen["id"] == id_]
    assert (seen["customer"], seen["reference"]) == (customer.name, "enrollment")


def test_the_helpers_answer_questions(sandbox, customer):
    domain = customer.practice("quizzed", authenticated=False).partition("@")[2]
    id_ = customer.enroll(domain)
    code = customer.telephone(id_)
    financial = {"kind": "knowledge", "questions_id": customer.answer_questions(id_, applicant())}
    for key, last_name in (("1", "Review"), ("2", "Locked")):
        body = proof(code, financial, last_name=last_name)
        headers = {"Idempotency-Key": key}
        customer.request("POST", f"enrollments/{id_}/verify", json=body, headers=headers)
        if key == "1":
            sandbox.review(id_, approve=False)
    assert customer.request("GET", f"enrollments/{id_}").json()["state"] == "locked"
    sandbox.unlock(id_)
    sandbox.expire_code(id_)
    state = customer.request("GET", f"enrollments/{id_}").json()
    assert (state["state"], state["call"]["state"]) == ("open", "expired")


def test_a_file_of_the_version_before_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "sandbox.db"
    with monkeypatch.context() as patched:
        patched.setattr(store, "SCHEMAS", store.SCHEMAS[:1])
        store.Store(path)
    db = sqlite3.connect(path)
    db.execute("INSERT INTO customer (name, key_digest) VALUES ('Old EHR', 'digest')")
    db.commit()
    db.close()
    hisp = Hisp(path)
    assert hisp.enrollments.newest(hisp.store.read(), 10) == []
    names = [name for (name,) in hisp.store.read().execute("SELECT name FROM customer")]
    assert names == ["Old EHR"]
