"""How long a C-CDA takes to write: a usual note, and what one entry takes among few and many."""

import sys
import time
from datetime import UTC, datetime

from bench.tools import Result
from place import CHECKOUT

sys.path.insert(0, str(CHECKOUT))
from tools import ccda

AT = datetime(2026, 3, 15, 14, 30, tzinfo=UTC)
FEW, MANY = 100, 5000


def bench_ccda():
    """What an entry takes among 5,000, against one among 100: 1 is linear."""
    usual = 1000 * _seconds(_note(problems=5, medications=8, allergies=3))
    few, many = (1_000_000 * _seconds(_note(problems=count)) / count for count in (FEW, MANY))
    yield Result(
        f"C-CDA, {MANY:,} entries (a usual note: {usual:.1f} ms)",
        f"{many:.0f} µs an entry",
        f"{FEW} entries, {few:.0f} µs each",
        many / few,
        most=1.5,
    )


def _seconds(note) -> float:
    """The best of several: what else the machine does only ever adds."""
    times = []
    for _ in range(5):
        begin = time.process_time()
        ccda.write(note)
        times.append(time.process_time() - begin)
    return min(times)


def _note(problems=0, medications=0, allergies=0):
    practice = ccda.Organization(ccda.stable_id("practice"), "Willow Creek Pediatrics, LLC")
    person = ccda.Person(
        ccda.stable_id("person"), ccda.Name("Adler", ("Zoë",)), organization=practice
    )
    hypertension = ccda.Problem(
        "Hypertension", (ccda.Code("38341003", ccda.SNOMED_CT), ccda.Code("I10", ccda.ICD10_CM))
    )
    lisinopril = ccda.Medication("Lisinopril", (ccda.Code("314076", ccda.RXNORM),), "10 mg daily")
    penicillin = ccda.Allergy("Penicillin", (), "Hives", "severe")
    return ccda.ReferralNote(
        id=ccda.stable_id("document"),
        written_at=AT,
        patient=ccda.Patient(ccda.stable_id("patient"), ccda.Name("Quill", ("Mary",))),
        author=person,
        authored_at=AT,
        custodian=practice,
        recipient=person,
        signed_at=AT,
        sections=(
            ccda.Section(ccda.REASON, "Please evaluate."),
            ccda.Section(ccda.PROBLEMS, items=(hypertension,) * problems),
            ccda.Section(ccda.MEDICATIONS, items=(lisinopril,) * medications),
            ccda.Section(ccda.ALLERGIES, items=(penicillin,) * allergies),
            ccda.Section(ccda.ASSESSMENT, "Resistant hypertension. " * 20),
            ccda.Section(ccda.PLAN, "Refer to cardiology. " * 20),
        ),
    )
