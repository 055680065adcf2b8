from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestPatientContact(DirectCommon):
    def test_the_contact_of_a_patient_with_messages_cannot_be_deleted(self):
        """What was filed under a patient keeps its patient; Odoo says to archive the contact."""
        patients = [self.make_patient(name) for name in ("Ann Sent", "Ben Filed")]
        note = self.make_note(patient_id=patients[0].id)
        self.send(self.make_referral(note=note))
        self.env["direct.message"].sudo().create(
            {
                "direction": "in",
                "state": "received",
                "account_id": self.account.id,
                "from_address": "maya@lake.direct.sandbox.test",
                "to_address": self.account.address,
                "patient_id": patients[1].id,
            }
        )
        for patient in patients:
            with (
                self.subTest(patient.name),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
            ):
                patient.unlink()
        nobody = self.make_patient("Cleo Nothing")
        nobody.unlink()
        self.assertFalse(nobody.exists())
