"""Nothing that a person types, says or is told in an enrollment is written anywhere."""

import re
import sqlite3

import pytest
import requests
from conftest import applicant, proof

from sandbox import testing
from sandbox.enrollment_bodies import Verification

# Each is recognized wherever it turns up, whole or as digits, and stands nowhere by chance.
MARKED = {
    "first_name": "Firstmarkxq",
    "middle_name": "Middlemarkxq",
    "last_name": "Lastmarkxq",
    "suffix": "Sfxmarkxq",
    "street": "77 Streetmarkxq Nowhere",
    "city": "Citymarkxq",
    "zip": "91827-6354",
    "birthdate": "1961-07-23",
    "email": "mailmarkxq@example.com",
}
PHONE = "+16082349817"
OWN_PHONE = "+14145551728"
SSN = "536-22-7391"
NPI = "1992837465"
CARD = "4929387465019283"
WORD = re.compile(rb"markxq", re.IGNORECASE)


@pytest.fixture(scope="module")
def fragile():
    """A server of its own, whose files are searched and whose tables get lost."""
    with testing.running() as running:
        running.settings(call_pause=0)
        yield running


NUMBERS = (PHONE, OWN_PHONE, SSN, NPI, CARD, MARKED["zip"], MARKED["birthdate"])
# Ids and digests are stripped of their chance digits, which might be those of a code.
CHANCE = re.compile(rb"-[0-9a-f]{24}|req-[0-9a-f]{16}|[0-9a-f]{64}")


def patterns(codes):
    """What must not be found: marked words, marked numbers however grouped, and codes."""
    yield WORD
    for number in NUMBERS:
        yield re.compile(r"\D{0,2}".join(re.sub(r"\D", "", number)[-10:]).encode())
    for code in codes:
        yield re.compile(f"{code[:3]}[ -]?{code[3:]}".encode())


def found(data, codes):
    data = CHANCE.sub(b"", data)
    return [pattern.pattern for pattern in patterns(codes) if pattern.search(data)]


def test_the_search_finds_what_it_looks_for():
    id_ = f"enr-{'48291' * 5}"[:28]
    planted = [PHONE, "(608) 234-9817", SSN.replace("-", ""), "xLASTMARKXQx", "482 913"]
    for text in (*planted, "482913"):
        assert found(f"{id_}{text} recorded".encode(), ["482913"]), text
    assert not found(f"{id_} 2026-03-01T14:05:09.250Z".encode(), ["482913"])


def test_a_crash_reports_where_and_not_about_whom(enrollment, monkeypatch, caplog):
    def crash(person):
        raise ValueError(f"{person} {person.street}")

    monkeypatch.setattr("sandbox.persons.matches", crash)
    answer = enrollment.verify(enrollment.telephone(), **MARKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "ValueError" in caplog.text
    assert "in _judge" in caplog.text
    assert found(caplog.text.encode() + answer.content, []) == []


def test_a_form_shows_nothing_of_itself():
    form = Verification.model_validate(proof("482913", **MARKED))
    assert found(f"{form} {form!r} {form.person}".encode(), ["482913"]) == []


def test_a_whole_journey_leaves_no_trace(fragile):
    customer = fragile.customer()
    domain = customer.practice("discreet", authenticated=False).partition("@")[2]
    id_ = customer.enroll(domain)
    codes, said, keys = [], [], iter(range(100))

    def post(path, body, **options):
        options.setdefault("json", body)
        headers = {"Idempotency-Key": f"k{next(keys)}", **options.pop("headers", {})}
        answer = customer.request("POST", f"enrollments/{id_}/{path}", headers=headers, **options)
        said.append(answer.content)
        return answer

    def attempt(financial, number=SSN, **person):
        body = proof(codes[-1], financial, **{**MARKED, **person})
        body["government"] = {"kind": "npi" if number == NPI else "ssn", "number": number}
        return body

    def state():
        return customer.request("GET", f"enrollments/{id_}").json()["state"]

    phone, card = {"kind": "phone", "number": OWN_PHONE}, {"kind": "card", "number": CARD}

    post("call", {"phone": PHONE})
    fragile.ignore_call(id_)
    for _ in range(2):
        post("call", {"phone": PHONE})
        codes.append(fragile.answer_call(id_))
        fragile.record_call(id_)
    assert post("verify", attempt(phone)).json()["state"] == "failed"
    fragile.fault("error_500", match={"path_prefix": "/v1/enrollments"}, times=1)
    assert post("verify", attempt(card)).status_code == 500
    fragile.fault("malformed_json", match={"path_prefix": "/v1/enrollments"}, times=1)
    post("verify", attempt(card, NPI))
    assert customer.request("GET", f"enrollments/{id_}").json()["attempts_left"] == 1
    fragile.fault("drop_after_accept", match={"path_prefix": "/v1/enrollments"}, times=1)
    with pytest.raises(requests.ConnectionError):
        post("verify", attempt(card, NPI))
    assert state() == "locked"
    assert post("verify", attempt(card)).status_code == 423
    fragile.unlock(id_)

    asked = post("questions", {"person": applicant(**MARKED)}).json()
    answers = []
    said.clear()  # it is for the questions themselves to be told
    for question in asked["questions"]:
        answers.append(question["choices"][0]["id"])
        body = {"question_id": question["id"], "choice_id": answers[-1]}
        post(f"questions/{asked['id']}/answers", body)
    knowledge = {"kind": "knowledge", "questions_id": asked["id"]}

    whole = attempt(phone)
    for spoilt in (
        {**whole, "person": "Personmarkxq"},
        {**whole, "person": {**MARKED, "birthdate": "1961-07-23x", "zip": "x91827-6354"}},
        {**whole, "government": {"kind": SSN, "number": SSN}},
        {**whole, "government": {"kind": "ssn", "number": f"{SSN}1"}},
        {**whole, "government": {"kind": "npi", "number": SSN}},
        {**whole, "financial": {"kind": "card", "number": f"{CARD} x"}},
        {**whole, "financial": [CARD, OWN_PHONE]},
        {**whole, "financial": {"kind": "card", "number": CARD, CARD: "x"}},
        {**whole, SSN: MARKED["last_name"], "lastmarkxq": 1},
        {**whole, "confirmation_code": f"{codes[-1]}x"},
        [whole],
        SSN,
    ):
        assert post("verify", spoilt).status_code == 422
    for body in ({"phone": f"{PHONE}x"}, {"phone": [PHONE]}, {PHONE: PHONE}):
        assert post("call", body).status_code == 422
    for raw in (f'{{"person": "{SSN}', f"\xff{SSN}", "[" * 100_000 + CARD, f'"\\ud800{SSN}"'):
        kind = {"Content-Type": "application/json"}
        answer = post("verify", None, json=None, data=raw.encode("latin-1"), headers=kind)
        assert answer.status_code in (400, 422)
    for path in (f"verify/{SSN}", f"questions/{SSN}/answers", f"call?phone={PHONE}"):
        post(path, {"lastmarkxq": SSN})
    customer.request("GET", f"enrollments/{SSN}?ssn={SSN}")
    customer.request("PUT", f"enrollments/{MARKED['last_name']}")

    # Real mistakes: a table is lost before an attempt is stored, and while a call is made.
    database = sqlite3.connect(fragile.folder / "sandbox.db", timeout=30)
    for table, path, body in (
        ("attempt", "verify", attempt(knowledge)),
        ("event", "call", {"phone": PHONE}),
        ("question_try", "questions", {"person": applicant(**MARKED)}),
    ):
        database.execute(f"ALTER TABLE {table} RENAME TO lost")
        assert post(path, body).status_code == 500
        database.execute(f"ALTER TABLE lost RENAME TO {table}")

    post("verify", attempt(knowledge))
    fragile.expire_code(id_)
    post("verify", attempt(phone))
    for last_name in ("Review", "Passes"):
        post("call", {"phone": PHONE})
        codes.append(fragile.answer_call(id_))
        fragile.record_call(id_)
        post("verify", attempt(phone, last_name=last_name, street="12 Streetmarkxq"))
        if last_name == "Review":
            assert state() == "review"
            fragile.review(id_, approve=False)
            fragile.unlock(id_)
    assert state() == "verified"

    secrets = [*codes, *answers]
    files = {path.name: path.read_bytes() for path in fragile.folder.glob("sandbox*")}
    assert {"sandbox.db", "sandbox.db-wal", "sandbox.db-shm", "sandbox.log"} <= files.keys()
    assert b"OperationalError" in files["sandbox.log"]
    assert b"POST /v1/enrollments/{id}/verify 200" in files["sandbox.log"]
    assert b"enrollment.locked" in files["sandbox.db-wal"] + files["sandbox.db"]
    for name, data in files.items():
        assert found(data, codes) == [], name
        assert not [secret for secret in secrets if secret.encode() in data], name
    for answer in said:
        assert found(answer, codes) == [], answer
    events = customer.request("GET", "events?limit=1000").content
    assert found(events, codes) == []
    for path in ("/sandbox/enrollments", "/enrollments", "/events"):
        assert found(requests.get(fragile.url + path, timeout=10).content, codes) == [], path
    database.close()
