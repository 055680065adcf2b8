"""One of everything that a note can say, for tests of what becomes of it."""

from datetime import date, datetime, timedelta, timezone

from ...tools import ccda

AT = datetime(2026, 3, 15, 9, 0, tzinfo=timezone(timedelta(hours=-5)))
ASTHMA = ccda.Problem("Asthma", (ccda.Code("195967001", ccda.SNOMED_CT),), date(2019, 5, 1))
SPRAIN = ccda.Problem("Ankle sprain", status="resolved", end=date(2020, 2, 1))
PROBLEMS = (
    ASTHMA,
    SPRAIN,
    ccda.Problem("Eczema", status="inactive"),
    ccda.Problem("Hypertension", (ccda.Code("I10", ccda.ICD10_CM),)),
)
MEDICATIONS = (
    ccda.Medication(
        "Metformin",
        (ccda.Code("6809", ccda.RXNORM),),
        start=date(2020, 1, 2),
        dose="500",
        unit="mg",
        route="C38288",
        frequency="twice",
        indication="Type 2 diabetes",
    ),
    ccda.Medication(
        "Ibuprofen",
        dose="1",
        unit="{tablet}",
        route="C38288",
        frequency="every6h",
        as_needed_for="knee pain",
    ),
    ccda.Medication("Lisinopril 10 mg", (ccda.Code("314076", ccda.RXNORM),), "1 tablet a day"),
    ccda.Medication("Warfarin", status="completed", end=date(2021, 3, 1)),
)
ALLERGIES = (
    ccda.Allergy(
        "Penicillin G",
        (ccda.Code("7980", ccda.RXNORM),),
        "Hives",
        "severe",
        kind="416098002",
        criticality="CRITH",
        reaction_codes=(ccda.Code("247472004", ccda.SNOMED_CT, "Hives"),),
    ),
    ccda.Allergy("Latex", status="inactive"),
    ccda.Allergy("Peanut", reaction="Throat feels tight"),
)
VITALS = (
    ccda.VitalSigns(
        AT,
        (
            ccda.Measurement("systolic", "148"),
            ccda.Measurement("diastolic", "92"),
            ccda.Measurement("heart_rate", "78"),
            ccda.Measurement("temperature", "37.2", "Cel"),
            ccda.Measurement("weight", "181.5"),
        ),
    ),
)
RESULTS = (
    ccda.Result(
        "Hemoglobin A1c",
        "7.2",
        "%",
        (ccda.Code("4548-4", ccda.LOINC, "Hemoglobin A1c"),),
        date(2026, 1, 2),
        "H",
        "4.0-5.6",
    ),
    ccda.Result("Strep test", "negative", at=date(2026, 1, 3)),
)
IMMUNIZATIONS = (
    ccda.Immunization(
        "Influenza", (ccda.Code("141", ccda.CVX, "Influenza"),), date(2025, 10, 1), "L1"
    ),
    ccda.Immunization("Tdap"),
)
PROCEDURES = (
    ccda.Procedure(
        "Appendectomy", (ccda.Code("80146002", ccda.SNOMED_CT, "Appendectomy"),), date(2001, 1, 1)
    ),
    ccda.Procedure("Ear tubes"),
)
SMOKING = (ccda.SmokingStatus("8517006", date(2026, 3, 1)),)
SOCIAL = (ccda.SocialHistory("Occupation", "Teacher", at=date(2026, 3, 1)),)
VISITS = (ccda.Visit("Office visit", AT, (ASTHMA, ccda.Problem("Snoring"))),)
CARE_TEAM = (
    ccda.CareTeamMember(
        ccda.Name("Primary", ("Pia",)),
        "Primary care provider",
        ccda.Contact(phone="+1-802-555-0114"),
        date(2020, 1, 1),
    ),
)
GOALS = (ccda.Goal("Walk a mile", date(2026, 6, 1)),)
CONCERNS = (ccda.HealthConcern("Afraid of surgery", date(2026, 1, 1)),)
REQUEST = ccda.Request("UR", "Cardiology")

EVERYTHING = (
    ccda.Section(ccda.REASON, "Chest pain on exertion. Please evaluate.", (REQUEST,)),
    ccda.Section(ccda.PROBLEMS, items=PROBLEMS),
    ccda.Section(ccda.MEDICATIONS, items=MEDICATIONS),
    ccda.Section(ccda.ALLERGIES, items=ALLERGIES),
    ccda.Section(ccda.VITAL_SIGNS, items=VITALS),
    ccda.Section(ccda.RESULTS, items=RESULTS),
    ccda.Section(ccda.IMMUNIZATIONS, items=IMMUNIZATIONS),
    ccda.Section(ccda.PROCEDURES, items=PROCEDURES),
    ccda.Section(ccda.SOCIAL_HISTORY, items=(*SMOKING, *SOCIAL)),
    ccda.Section(ccda.VISITS, items=VISITS),
    ccda.Section(ccda.CARE_TEAM, items=CARE_TEAM),
    ccda.Section(ccda.GOALS, items=GOALS),
    ccda.Section(ccda.HEALTH_CONCERNS, items=CONCERNS),
)
# Kind, as `tools.cda.statements` names them -> what was said
SAID = {
    "vitals": VITALS,
    "results": RESULTS,
    "immunizations": IMMUNIZATIONS,
    "procedures": PROCEDURES,
    "smoking": SMOKING,
    "social": SOCIAL,
    "visits": VISITS,
    "careteam": CARE_TEAM,
    "goals": GOALS,
    "concerns": CONCERNS,
}
