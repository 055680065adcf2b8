"""A person at the console plays the other practice: letters about a patient, with documents."""

import base64
import re
from xml.etree import ElementTree as ET

from conftest import MAYA

HL7 = "{urn:hl7-org:v3}"
MARY = {
    "givenName": "Mary",
    "surname": "Quill <&>",
    "dateOfBirth": "1980-02-29",
    "gender": "female",
    "postalCode": "05401",
}


def received(ehr):
    """The newest message that arrived for the practice."""
    ehr.deliver()
    return ehr.get(f"inbound/{ehr.get('inbound').json()['ids'][-1]}").json()


def test_a_letter_with_examples_about_a_patient(ehr, client):
    sender = ehr.settled("sunrise")
    letter = {"text": "Report", "context": {"patient": MARY}, "examples": ["pdf", "ccda"]}
    assert client.post(f"/sandbox/mailboxes/{sender}/messages", json=letter).status_code == 201
    pdf, ccda = received(ehr)["attachments"]
    page = base64.b64decode(pdf["content"])
    assert page.startswith(b"%PDF-1.4")
    assert b"Mary Quill <&>, born 1980-02-29" in page
    place = int(re.search(rb"startxref\n(\d+)", page)[1])
    assert page[place : place + 4] == b"xref"
    document = ET.fromstring(base64.b64decode(ccda["content"]))  # noqa: S314 - made by ourselves
    assert document.tag == f"{HL7}ClinicalDocument"
    assert document.find(f".//{HL7}family").text == "Quill <&>"
    assert document.find(f".//{HL7}birthTime").get("value") == "19800229"


def test_an_answer_is_about_the_same_patient_and_is_the_report(ehr, client):
    sender = ehr.settled("sunrise")
    context = {"type": "referral/order", "patient": MARY}
    id_ = ehr.send("key", sender, context=context).json()["id"]
    ehr.deliver()
    client.post(f"/sandbox/messages/{id_}/reply", json={"text": "Seen.", "examples": ["ccda"]})
    answer = received(ehr)
    assert answer["context"] == {"type": "referral/report", "patient": MARY}
    assert len(answer["attachments"]) == 1


def test_an_answer_may_be_about_somebody_else(ehr, client):
    sender = ehr.settled("sunrise")
    id_ = ehr.send("key", sender, context={"patient": MARY}).json()["id"]
    ehr.deliver()
    other = {"patient": {"surname": "Okonjo"}}
    client.post(f"/sandbox/messages/{id_}/reply", json={"text": "Seen.", "context": other})
    assert received(ehr)["context"] == other


def test_a_context_of_any_shape_does_no_harm(ehr, client):
    sender = ehr.settled("sunrise")
    for context in (None, {"patient": "Mary"}, {"patient": {"surname": ["x"]}, "type": 7}):
        letter = {"text": "x", "context": context, "examples": ["pdf", "ccda"]}
        answer = client.post(f"/sandbox/mailboxes/{sender}/messages", json=letter)
        assert answer.status_code == 201, context
        assert client.get(f"/messages/{answer.json()['id']}").status_code == 200


def test_the_forms_offer_it_and_know_the_patient(ehr, client):
    sender = ehr.settled("sunrise")
    context = {"type": "referral/order", "patient": MARY}
    id_ = ehr.send("key", sender, context=context).json()["id"]
    page = client.get(f"/messages/{id_}").text
    assert 'name="context.patient.surname" maxlength="100" value="Quill &lt;&amp;&gt;"' in page
    assert 'name="context.type" value="referral/report"' in page
    assert 'name="examples"' in client.get(f"/mailboxes/{MAYA}").text
