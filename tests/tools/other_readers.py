"""What readers of C-CDA understand of a document: ours, and those of other makers.

Each returns, by kind of statement, the facts that it read. A fact is a tuple of texts, such as name
and status; `facts_of` says what was stated in the same form.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from ...tools.ccda.tables import VITAL_SIGNS
from ...tools.cda import entries, parse, statements
from . import statements as stated

KINDS = ("patient", "problem", "medication", "allergy", *stated.SAID)
VITALS = {row.code.code for row in VITAL_SIGNS.values()}
CCDA_TO_FHIR = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from ccda_to_fhir import convert_document
print(json.dumps(convert_document(sys.stdin.read())["bundle"], default=str))
"""
MEDPLUM = """
import { convertCcdaToFhir, convertXmlToCcda } from "@medplum/ccda";
import { readFileSync } from "node:fs";
console.log(JSON.stringify(convertCcdaToFhir(convertXmlToCcda(readFileSync(0, "utf8")))));
"""


def facts_of(patient, everything=stated.SAID):
    """What was stated."""
    facts = {
        "patient": {(patient.name.family, patient.birth_date.isoformat())},
        "problem": {(one.name, one.status) for one in stated.PROBLEMS},
        "medication": {(one.name, one.status) for one in stated.MEDICATIONS},
        "allergy": {(one.substance, one.status) for one in stated.ALLERGIES},
    }
    return facts | {kind: _of_statements(kind, items) for kind, items in everything.items()}


def _of_statements(kind, items):
    if kind == "vitals":
        return {
            (VITAL_SIGNS[one.kind].code.code, float(one.value))
            for item in items
            for one in item.measurements
        }
    if kind == "results":
        return {(one.name, one.value) for one in items}
    if kind == "smoking":
        return {(one.status,) for one in items}
    if kind == "social":
        return {(one.name, one.text) for one in items}
    if kind == "visits":
        return {(diagnosis.name,) for one in items for diagnosis in one.diagnoses}
    if kind == "careteam":
        return {(one.name.family,) for one in items}
    return {(one.name,) for one in items}


def ours(document: bytes):
    read = parse.read(document)
    facts = {"patient": {(read.patient.family, read.patient.birth_date.isoformat())}}
    for entry in entries.offered(read):
        status = entry.status if entry.status in ("inactive", "resolved") else "active"
        if entry.kind == "medication":
            status = "completed" if entry.is_over else "active"
        facts.setdefault(entry.kind, set()).add((entry.name, status))
    said = statements.read(read)
    return facts | {kind: _of_statements(kind, items) for kind, items in said.items()}


def ccda_to_fhir(document: bytes):
    return _of_bundle(_run([sys.executable, "-c", CCDA_TO_FHIR], document))


def medplum(document: bytes):
    node = Path(os.environ["DIRECT_MESSAGING_PLACE"], "node/node")
    return _of_bundle(_run([node, "--input-type=module", "-e", MEDPLUM], document))


READERS = {"ours": ours, "ccda-to-fhir": ccda_to_fhir, "@medplum/ccda": medplum}


def _run(command, document):
    printed = subprocess.run(  # noqa: S603 - of our own making
        command,
        input=document,
        capture_output=True,
        check=True,
        cwd=os.environ["DIRECT_MESSAGING_PLACE"],
        timeout=120,
    )
    return json.loads(printed.stdout)


def _of_bundle(bundle):
    """The facts of a FHIR bundle."""
    facts = {kind: set() for kind in KINDS}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        for kind, fact in OF_RESOURCES.get(resource["resourceType"], lambda one: ())(resource):
            facts[kind].add(fact)
    return facts


def _name(concept):
    concept = concept or {}
    names = (coding.get("display") for coding in concept.get("coding", ()))
    return concept.get("text") or next(filter(None, names), "")


def _codes(concept):
    return [coding.get("code") for coding in (concept or {}).get("coding", ())]


def _patient(resource):
    for name in resource["name"]:
        yield "patient", (name.get("family"), resource.get("birthDate"))


def _condition(resource):
    status = next(iter(_codes(resource.get("clinicalStatus"))), "")
    category = [code for one in resource.get("category", ()) for code in _codes(one)]
    if "encounter-diagnosis" in category:
        yield "visits", (_name(resource["code"]),)
    elif "health-concern" in category:
        yield "concerns", (_name(resource["code"]),)
    else:
        yield "problem", (_name(resource["code"]), status)


def _allergy(resource):
    status = next(iter(_codes(resource.get("clinicalStatus"))), "")
    yield "allergy", (_name(resource.get("code")), status)


def _medication(resource):
    concept = resource.get("medicationCodeableConcept")
    yield "medication", (_name(concept), resource.get("status"))


def _observation(resource):
    for one in (resource, *resource.get("component", ())):
        codes = _codes(one.get("code"))
        quantity = one.get("valueQuantity") or {}
        value = one.get("valueString") or f"{quantity.get('value', '')}"
        if VITALS & set(codes) and quantity:
            yield "vitals", (next(code for code in codes if code in VITALS), quantity["value"])
        elif "72166-2" in codes:
            for code in _codes(one.get("valueCodeableConcept")):
                yield "smoking", (code,)
        elif value:
            yield "results", (_name(one.get("code")), value)
            yield "social", (_name(one.get("code")), value)


def _care_team(resource):
    for one in resource.get("participant", ()):
        yield "careteam", (one.get("member", {}).get("display", "").rpartition(" ")[2],)


OF_RESOURCES = {
    "Patient": _patient,
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "Observation": _observation,
    "Immunization": lambda one: [("immunizations", (_name(one["vaccineCode"]),))],
    "Procedure": lambda one: [("procedures", (_name(one.get("code")),))],
    "CareTeam": _care_team,
    "Goal": lambda one: [("goals", (_name(one.get("description")),))],
}
