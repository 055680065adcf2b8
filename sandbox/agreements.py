"""The texts to which a representative agrees before an enrollment."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from .enrollment_bodies import Acceptance, Agreement
from .errors import ApiError

DATA = Path(__file__).with_name("data")
VERSION = "2026-01"
TITLES = {"directtrust": "DirectTrust Activation", "bureau": "Experian User Agreement"}
AGREEMENTS = [
    Agreement(
        code=code,
        title=title,
        version=VERSION,
        text=(DATA / f"agreement_{code}.txt").read_text(encoding="utf-8").strip(),
    )
    for code, title in TITLES.items()
]


def check(acceptances: Iterable[Acceptance]) -> None:
    """ApiError unless each agreement was accepted in its present version, to the letter."""
    accepted = {acceptance.code: acceptance for acceptance in acceptances}
    for agreement in AGREEMENTS:
        given = accepted.get(agreement.code)
        if given is None:
            raise ApiError(
                422,
                "agreement_missing",
                f"The {agreement.title} wasn't accepted.",
                agreement=agreement.code,
            )
        digest = hashlib.sha256(agreement.text.encode()).hexdigest()
        if (given.version, given.sha256) != (agreement.version, digest):
            raise ApiError(
                422,
                "agreement_outdated",
                f"An older text of the {agreement.title} was accepted. Accept the current one.",
                agreement=agreement.code,
            )
