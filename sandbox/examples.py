"""Example documents that a person may attach in the console: a consultation report."""

from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader

from .messages import File, file

TEMPLATES = Environment(loader=PackageLoader(__package__, "data"), autoescape=True)
NOBODY = {
    "givenName": "Pat",
    "surname": "Example",
    "dateOfBirth": "1970-01-01",
    "gender": "other",
    "postalCode": "05401",
}
SEXES = {"female": "F", "male": "M"}
FINDINGS = (
    "Stress test without sign of ischemia.",
    "Blood pressure above target.",
    "Lisinopril raised to 20 mg once a day; see again in three months.",
)


def documents(kinds: list[str], context: dict[str, Any] | None) -> list[File]:
    """The examples that were asked for, about the patient of the Context metadata, or anybody."""
    patient = NOBODY | patient_of(context)
    return [MAKERS[kind](patient) for kind in kinds]


def patient_of(context: dict[str, Any] | None) -> dict[str, str]:
    """What Context metadata say of the patient, as far as it is known here."""
    said = (context or {}).get("patient")
    return {
        name: value
        for name, value in (said if isinstance(said, dict) else {}).items()
        if name in NOBODY and isinstance(value, str) and value
    }


def pdf(patient: dict[str, str]) -> File:
    """A page with the report (PDF 1.4, ISO 32000)."""
    name = f"{patient['givenName']} {patient['surname']}, born {patient['dateOfBirth']}"
    lines = ("Consultation report", name, "", *FINDINGS)
    shown = " ".join(f"({_literal(line)}) Tj T*" for line in lines)
    content = f"BT /F1 14 Tf 22 TL 60 720 Td {shown} ET".encode("cp1252", "replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%b endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    made += (
        b"xref\n0 6\n0000000000 65535 f \n%btrailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(made))
    )
    return file("consultation-report.pdf", "application/pdf", made)


def ccda(patient: dict[str, str]) -> File:
    """A consultation note (C-CDA R2.1) with problems, medications and allergies."""
    text = TEMPLATES.get_template("consultation.xml").render(
        patient=patient,
        born=patient["dateOfBirth"].replace("-", ""),
        sex=SEXES.get(patient["gender"], "UN"),
        findings=FINDINGS,
        now=f"{datetime.now(UTC):%Y%m%d%H%M%S}+0000",
    )
    return file("consultation-note.xml", "text/xml", text.encode())


def _literal(text):
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


MAKERS = {"pdf": pdf, "ccda": ccda}
