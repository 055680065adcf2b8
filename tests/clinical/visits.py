"""Notes of another addon: visits, of docs/examples/direct_messaging_example."""

from ..common import DirectCommon


class VisitCommon(DirectCommon):
    def make_visit(self, **values):
        """A visit that is closed, which is to it what signed is to a note."""
        return (
            self.env["example.visit"]
            .with_user(self.clinician)
            .create(
                {
                    "client_id": self.patient.id,
                    "findings": "Rash on both arms.",
                    "is_closed": True,
                    **values,
                }
            )
        )

    def refer(self, visit):
        """Send a referral from `visit` as its clinician does; return the referral."""
        referral = self.make_referral(note=visit)
        self.send(referral)
        return referral
