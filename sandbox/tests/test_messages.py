"""Messages: taken once, walked to the other side, received, answered."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import MAYA, attachment, letter

BYTES = bytes(range(256)) * 160


@pytest.fixture
def sender(ehr):
    return ehr.settled("sunrise")


def told(ehr):
    return [event["type"] for event in ehr.events() if event.get("message_id")]


def test_a_message_walks_to_the_other_side(ehr, sender):
    answer = ehr.send("key-1", sender)
    assert answer.status_code == 202
    assert answer.json()["status"] == "accepted"
    id_ = answer.json()["id"]
    assert ehr.get(f"messages/{id_}").json()["status"] == "accepted"
    ehr.deliver()
    assert ehr.get(f"messages/{id_}").json() == {
        "id": id_,
        "idempotency_key": "key-1",
        "status": "dispatched",
        "accepted_at": answer.json()["accepted_at"],
        "from": sender,
        "to": MAYA,
    }
    assert told(ehr) == ["message.processed", "message.dispatched"]


def test_it_stays_where_it_is_until_the_delays_have_passed(ehr, sender):
    id_ = ehr.send("key-1", sender).json()["id"]
    ehr.hisp.settings.change(processed_after=0, dispatched_after=3600)
    ehr.hisp.delivery.step()
    assert ehr.hisp.delivery.step() == pytest.approx(3600, abs=5)
    assert ehr.get(f"messages/{id_}").json()["status"] == "processed"


def test_the_same_request_again_is_the_same_message(ehr, sender):
    first = ehr.send("key-1", sender, attachments=[attachment(BYTES)])
    ehr.deliver()
    again = ehr.send("key-1", sender, attachments=[attachment(BYTES)])
    assert again.status_code == 200
    assert again.json() == {**first.json(), "replayed": True}


def test_a_key_cannot_be_used_for_another_message(ehr, sender):
    first = ehr.send("key-1", sender, attachments=[attachment(BYTES)])
    for parts in ({}, {"attachments": [attachment(BYTES + b"x")]}, {"text": "Other."}):
        refused = ehr.send("key-1", sender, **parts)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "idempotency_conflict"
        assert refused.json()["error"]["id"] == first.json()["id"]


def test_customers_do_not_share_keys_or_messages(ehr, other_ehr, sender):
    id_ = ehr.send("key-1", sender).json()["id"]
    assert other_ehr.send("key-1", other_ehr.settled("other")).status_code == 202
    assert other_ehr.get(f"messages/{id_}").status_code == 404
    assert ehr.get("messages/by-key/key-1").json()["id"] == id_
    assert ehr.get("messages/by-key/key-2").json()["error"]["code"] == "message_not_found"


def test_a_key_may_hold_slashes(ehr, sender):
    ehr.send("practice/7/message 9", sender)
    assert ehr.get("messages/by-key/practice%2F7%2Fmessage%209").status_code == 200


def test_many_at_once_with_one_key_make_one_message(sandbox, customer):
    body = letter(customer.practice("rush"), attachments=[attachment(BYTES)])

    def send(_):
        return sandbox_request(customer, "the key", body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert sorted(answer.status_code for answer in answers) == [200] * 23 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sandbox.counts()["duplicates"] == 0


def sandbox_request(customer, key, body):
    return customer.request("POST", "messages", json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize("key", [None, "", "k" * 129])
def test_a_key_is_required(ehr, sender, key):
    headers = {} if key is None else {"Idempotency-Key": key}
    refused = ehr.post("messages", letter(sender), **headers)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "idempotency_key_required"


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("jane@gmail.com", "invalid_address"),
        ("nobody@lakeview-cardiology.direct.sandbox.test", "invalid_address"),
        ("x@clinic.direct.untrusted.test", "untrusted_address"),
    ],
)
def test_recipients_that_cannot_get_it_are_refused_and_named(ehr, sender, recipient, code):
    refused = ehr.send("key-1", sender, recipient)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == code
    assert refused.json()["error"]["address"] == recipient
    assert ehr.get("messages/by-key/key-1").status_code == 404


def test_the_sender_must_be_ones_own_and_authenticated(ehr, other_ehr, sender):
    assert other_ehr.send("k", sender).json()["error"]["code"] == "sender_unknown"
    assert ehr.send("k", MAYA).json()["error"]["code"] == "sender_unknown"
    ehr.authenticate("sunrise.direct.sandbox.test", False)
    refused = ehr.send("k", sender)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "practice_not_authenticated"


def test_too_large_messages_are_refused_with_the_limit(ehr, sender):
    limit = 10 * 1024 * 1024
    full = ehr.send("fits", sender, text="", attachments=[attachment(b"x" * limit)])
    assert full.status_code == 202
    over = ehr.send("over", sender, text="x", attachments=[attachment(b"x" * limit)])
    assert over.status_code == 413
    error = over.json()["error"]
    assert (error["code"], error["size"], error["limit"]) == ("too_large", limit + 1, limit)


def test_a_huge_request_is_read_to_its_end_and_refused(sandbox, customer):
    answer = customer.request("POST", "messages", data=b" " * 60_000_000)
    assert answer.status_code == 413
    assert answer.json()["error"]["size"] == 60_000_000


def test_attachments_must_be_base64(ehr, sender):
    bad = {"name": "note.pdf", "content": "not base64!"}
    refused = ehr.send("key-1", sender, attachments=[bad])
    assert refused.status_code == 422
    assert "attachments.0.content" in refused.json()["error"]["message"]


def test_a_message_to_a_customer_is_received_whole_and_acknowledged(ehr, other_ehr, sender):
    recipient = other_ehr.settled("riverside")
    context = {"version": "1.1", "type": "referral/order", "patient": {"surname": "Doe"}}
    id_ = ehr.send(
        "key-1", sender, recipient, attachments=[attachment(BYTES, "Ü.pdf")], context=context
    ).json()["id"]
    ehr.deliver()
    (event,) = [e for e in other_ehr.events() if e["type"] == "message.received"]
    assert set(event) == {"id", "type", "message_id", "at"}
    inbound = event["message_id"]
    assert other_ehr.get("inbound").json() == {"ids": [inbound], "more": False}
    message = other_ehr.get(f"inbound/{inbound}").json()
    assert (message["from"], message["to"]) == (sender, recipient)
    assert (message["subject"], message["text"]) == ("Referral", "Hello.")
    assert (message["context"], message["message_id"]) == (context, id_)
    assert message["attachments"][0]["name"] == "Ü.pdf"
    assert base64.b64decode(message["attachments"][0]["content"]) == BYTES
    for _ in range(2):
        assert other_ehr.post(f"inbound/{inbound}/acknowledge").status_code == 204
    assert other_ehr.get("inbound").json()["ids"] == []
    assert ehr.get(f"inbound/{inbound}").status_code == 404
    assert ehr.post(f"inbound/{inbound}/acknowledge").status_code == 404


def test_an_answer_names_the_message_it_answers(ehr, other_ehr, sender):
    recipient = other_ehr.settled("riverside")
    sent = ehr.send("key-1", sender, recipient).json()["id"]
    ehr.deliver()
    (inbound,) = other_ehr.get("inbound").json()["ids"]
    other_ehr.send("key-2", recipient, sender, in_reply_to=inbound)
    ehr.deliver()
    (answer,) = ehr.get("inbound").json()["ids"]
    assert ehr.get(f"inbound/{answer}").json()["in_reply_to"] == sent


def test_the_other_practice_reads_replies_and_refuses(ehr, client, sender):
    id_ = ehr.send("key-1", sender, attachments=[attachment(BYTES)]).json()["id"]
    early = client.post(f"/sandbox/messages/{id_}/display", json={})
    assert early.json()["error"]["code"] == "not_dispatched"
    ehr.deliver()
    shown = client.get(f"/sandbox/messages/{id_}").json()
    assert shown["attachments"][0]["sha256"] == hashlib.sha256(BYTES).hexdigest()
    assert shown["attachments"][0]["size"] == len(BYTES)
    assert client.get(f"/sandbox/messages/{id_}/attachments/0").content == BYTES
    for _ in range(2):
        assert client.post(f"/sandbox/messages/{id_}/display", json={}).status_code == 204
    reply = {"text": "Report attached.", "attachments": [attachment(b"report", "r.pdf")]}
    assert client.post(f"/sandbox/messages/{id_}/reply", json=reply).status_code == 201
    ehr.deliver()
    (inbound,) = ehr.get("inbound").json()["ids"]
    answer = ehr.get(f"inbound/{inbound}").json()
    assert (answer["from"], answer["subject"]) == (MAYA, "Re: Referral")
    assert answer["in_reply_to"] == id_
    fail = {"reason": "No longer here."}
    assert client.post(f"/sandbox/messages/{id_}/fail", json=fail).status_code == 204
    assert client.post(f"/sandbox/messages/{id_}/fail", json=fail).status_code == 409
    assert told(ehr) == [
        "message.processed",
        "message.dispatched",
        "message.displayed",
        "message.received",
        "message.failed",
    ]
    assert ehr.get(f"messages/{id_}").json()["reason"] == "No longer here."


def test_a_refused_message_goes_no_further(ehr, client, sender):
    id_ = ehr.send("key-1", sender).json()["id"]
    client.post(f"/sandbox/messages/{id_}/fail", json={"reason": "Refused."})
    ehr.deliver()
    assert told(ehr) == ["message.failed"]


def test_another_practice_writes_first(ehr, client, sender):
    letter = {"subject": "Question", "text": "May I?"}
    assert client.post(f"/sandbox/mailboxes/{sender}/messages", json=letter).status_code == 201
    ehr.deliver()
    (inbound,) = ehr.get("inbound").json()["ids"]
    assert ehr.get(f"inbound/{inbound}").json()["text"] == "May I?"
    nobody = client.post("/sandbox/mailboxes/no@body.test/messages", json=letter)
    assert nobody.json()["error"]["code"] == "mailbox_not_found"


def test_events_are_paged_and_none_is_missed(ehr, sender):
    for number in range(4):
        ehr.send(f"key-{number}", sender)
    ehr.deliver()
    everything, seen, cursor, more = ehr.events(), [], "", True
    while more:
        page = ehr.get(f"events?limit=2&cursor={cursor}").json()
        seen += page["events"]
        cursor, more = page["cursor"], page["more"]
    assert seen == everything
    assert len({event["id"] for event in seen}) == 9
    assert ehr.get(f"events?cursor={cursor}").json() == {
        "events": [],
        "cursor": cursor,
        "more": False,
    }
    assert ehr.get("events?cursor=nonsense").json()["error"]["code"] == "cursor_invalid"


def test_a_customer_sees_only_its_own_events(ehr, other_ehr, sender):
    ehr.send("key-1", sender)
    ehr.deliver()
    assert other_ehr.events() == []


def test_counts_tell_messages_from_keys(ehr, client, sender):
    for key in ("a", "b", "b"):
        ehr.send(key, sender)
    ehr.deliver()
    counts = client.get("/sandbox/counts").json()
    assert (counts["messages"], counts["dispatched"], counts["duplicates"]) == (2, 2, 0)
    assert counts["idempotency_keys"] == 2
