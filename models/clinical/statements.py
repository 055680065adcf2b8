from odoo import models

from ...tools import ccda

# Section -> the hook that has its items. They are in the document where there are any
OPTIONAL = (
    (ccda.VITAL_SIGNS, "_direct_vital_signs"),
    (ccda.RESULTS, "_direct_results"),
    (ccda.IMMUNIZATIONS, "_direct_immunizations"),
    (ccda.PROCEDURES, "_direct_procedures"),
    (ccda.SOCIAL_HISTORY, "_direct_social_history"),
    (ccda.VISITS, "_direct_visits"),
    (ccda.CARE_TEAM, "_direct_care_team"),
    (ccda.GOALS, "_direct_goals"),
    (ccda.HEALTH_CONCERNS, "_direct_health_concerns"),
)


class DirectReferralMixin(models.AbstractModel):
    """What a note can say: a hook for each kind of statement, all of them optional.

    Each returns dataclasses of `tools.ccda`, which knows how they are written. Nothing is what a
    hook says that is not answered: *no information*, never *none*.
    """

    _inherit = "direct.referral.mixin"

    def _direct_problems(self) -> list[ccda.Problem]:
        return []

    def _direct_medications(self) -> list[ccda.Medication]:
        return []

    def _direct_allergies(self) -> list[ccda.Allergy]:
        return []

    def _direct_none_known(self) -> dict[str, ccda.NoneKnown | None]:
        """Return of which lists somebody asked and there is nothing to list.

        :return: by *problems*, *medications* and *allergies*; of what is missing nobody asked, and
            the document says *no information*
        """
        return {}

    def _direct_vital_signs(self) -> list[ccda.VitalSigns]:
        return []

    def _direct_results(self) -> list[ccda.Result]:
        return []

    def _direct_immunizations(self) -> list[ccda.Immunization]:
        return []

    def _direct_procedures(self) -> list[ccda.Procedure]:
        return []

    def _direct_social_history(self) -> list[ccda.SmokingStatus | ccda.SocialHistory]:
        return []

    def _direct_visits(self) -> list[ccda.Visit]:
        """Return the visits that count here, each with its diagnoses."""
        return []

    def _direct_care_team(self) -> list[ccda.CareTeamMember]:
        return []

    def _direct_goals(self) -> list[ccda.Goal]:
        return []

    def _direct_health_concerns(self) -> list[ccda.HealthConcern]:
        return []

    def _direct_assessment(self) -> str:
        return ""

    def _direct_plan(self) -> str:
        return ""

    def _direct_ccda_sections(self) -> list[ccda.Section]:
        """Return the sections of the C-CDA, but for the reason for referral: the referral has it.

        What is required and not among them says *no information*. A section of your own is a
        `ccda.SectionKind` with its LOINC code.
        """
        lists = (
            (ccda.PROBLEMS, self._direct_problems()),
            (ccda.MEDICATIONS, self._direct_medications()),
            (ccda.ALLERGIES, self._direct_allergies()),
        )
        none_known = self._direct_none_known()
        optional = ((kind, getattr(self, hook)()) for kind, hook in OPTIONAL)
        return [
            *(
                ccda.Section(kind, items=tuple(items))
                if items
                else ccda.Section(kind, none_known=none_known.get(kind.key))
                for kind, items in lists
            ),
            ccda.Section(ccda.ASSESSMENT, self._direct_assessment() or ""),
            ccda.Section(ccda.PLAN, self._direct_plan() or ""),
            *(ccda.Section(kind, items=tuple(items)) for kind, items in optional if items),
        ]
