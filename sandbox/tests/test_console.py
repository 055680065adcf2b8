"""The console, and what keeps other web pages away from it and from the controls."""

import re

import pytest
from conftest import MAYA, Enrollment, attachment

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def message(ehr):
    sender = ehr.settled("sunrise")
    id_ = ehr.send(
        "key",
        sender,
        subject=HOSTILE,
        text=HOSTILE,
        context={"note": HOSTILE},
        attachments=[attachment(b"<script>", HOSTILE)],
    ).json()["id"]
    ehr.deliver()
    ehr.client.post(f"/sandbox/messages/{id_}/fail", json={"reason": HOSTILE})
    Enrollment(ehr, "ringing").call()
    return id_


@pytest.fixture
def pages(ehr, client, message):
    client.put("/sandbox/faults", json={"name": "slow", "match": {"customer": HOSTILE}})
    paths = ["/", f"/messages/{message}", "/practices", f"/mailboxes/{MAYA}", "/events", "/faults"]
    paths.append("/enrollments")
    return {path: client.get(path) for path in paths}


def test_each_page_says_what_this_is(pages):
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert re.search("<title>[^<]*Sandbox, not for patients</title>", page.text), path
        assert "<strong>Sandbox, not for patients.</strong>" in page.text


def test_what_others_wrote_is_shown_as_text(pages, message):
    assert "&lt;script&gt;" in pages[f"/messages/{message}"].text
    for path, page in pages.items():
        assert "<script>" not in page.text, path
        assert not re.search(r"<[^>]*\son\w+=", page.text), path
        assert "<img src=x" not in page.text, path


def test_only_its_own_files_can_act_in_a_page(pages, client):
    for page in pages.values():
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"https?://(?!127)", page.text)
        for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
            assert client.get(file).status_code == 200


def test_an_attachment_is_only_ever_a_download(client, message):
    answer = client.get(f"/sandbox/messages/{message}/attachments/0")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%3Cscr")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/sandbox/messages/{message}/attachments/1").status_code == 404


@pytest.mark.parametrize("path", ["/", "/sandbox/counts", "/openapi.json", "/static/console.js"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(client, path, host):
    answer = client.get(path, headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_host")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1234"])
def test_a_foreign_page_changes_nothing(client, origin):
    for method in ("PUT", "DELETE"):
        answer = client.request(
            method, "/sandbox/faults", json={"name": "slow"}, headers={"Origin": origin}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
    assert client.get("/sandbox/faults").json() == {"faults": []}


def test_a_form_of_a_foreign_page_changes_nothing(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post(
            "/sandbox/customers", content='{"name": "x"}', headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "json_required")


def test_the_console_itself_may(client):
    for host in ("localhost:8090", "127.0.0.1:8090"):
        answer = client.put(
            "/sandbox/faults",
            json={"name": "slow"},
            headers={"Host": host, "Origin": f"http://{host}"},
        )
        assert answer.status_code == 200


def test_a_page_about_nothing_is_not_found(client):
    assert client.get("/messages/msg-none").status_code == 404
    assert client.get("/mailboxes/jane@gmail.com").status_code == 200


def test_a_ringing_phone_is_seen_on_each_page(pages):
    for path, page in pages.items():
        (ringing,) = re.findall(r'<p id="ringing"[^>]*role="alert"[^>]*>(.*?)</p>', page.text)
        assert "<strong>Sunrise Family Practice</strong> rings." in ringing, path


def forms(page):
    """The requests that its buttons send, without the enrollment."""
    return re.findall(r'data-request="POST /sandbox/enrollments/[^/]+/([^"]+)"', page)


def test_the_phone_offers_what_can_be_done(client, enrollment):
    assert "No calls yet" in client.get("/enrollments").text
    enrollment.call()
    assert forms(client.get("/enrollments").text) == ["answer-call", "ignore-call"]
    code = enrollment.act("answer-call").json()["code"]
    page = client.get("/enrollments").text
    assert forms(page) == ["record", "answer-call", "ignore-call"]
    assert code not in page
    enrollment.act("record")
    assert forms(client.get("/enrollments").text) == []
    enrollment.pass_time(call_pause=0)
    enrollment.call("+16082340000")
    page = client.get("/enrollments").text
    assert "nobody will answer" in page
    assert forms(page) == ["ignore-call"]


def test_a_review_is_decided_and_a_lock_out_ended_there(client, enrollment):
    code = enrollment.telephone()
    enrollment.verify(code, last_name="Review")
    assert forms(client.get("/enrollments").text) == ["review", "review"]
    enrollment.act("review", {"approve": False})
    enrollment.verify(code, "key-2", last_name="Locked")
    assert forms(client.get("/enrollments").text) == ["unlock"]
    assert f"{enrollment.state()['locked_until'][:10]} " in client.get("/enrollments").text


def test_the_page_of_the_enrollments_follows_the_settings(client, hisp):
    hisp.settings.change(ring_seconds=17)
    assert re.search(r'name="ring_seconds"[^>]* value="17', client.get("/enrollments").text)
