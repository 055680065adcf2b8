"""Run in `odoo shell` with the release that is upgraded from: what a practice has by then."""

# ruff: noqa: F821 - the shell has `env`
from odoo.fields import Command, Datetime

clinician = env.ref("direct_messaging.user_clinician")
sequence = env.ref("direct_messaging.sequence_clinical_note")
sequence.write({"prefix": "VISIT", "number_next_actual": 41})

# Notes: a draft, a signed one with lines, its amendment
signed = env.ref("direct_messaging.note_maria").with_user(clinician)
signed.problem_ids[0].write({"snomed_code": "194828000", "onset_date": "2026-01-02"})
signed.action_sign()
amendment = signed.browse(signed.action_amend()["res_id"])
amendment.plan = "Refer to cardiology, and call the patient on Monday."
signed.message_post(body="Called the pharmacy.")
signed.message_subscribe([env.ref("base.user_admin").partner_id.id])
env["mail.activity"].create(
    {
        "res_model_id": env["ir.model"]._get_id(signed._name),
        "res_id": amendment.id,
        "summary": "Sign it",
        "user_id": clinician.id,
    }
)
env["ir.attachment"].create(
    {"name": "ecg.txt", "raw": b"sinus", "res_model": signed._name, "res_id": amendment.id}
)
env["ir.filters"].create(
    {"name": "Today's", "model_id": signed._name, "domain": "[]", "user_ids": [Command.set([])]}
)
env["ir.default"].set(signed._name, "plan", "See the patient again.", user_id=clinician.id)

# A practice with an address, and referrals: a draft and one in each state of its message
company = env.ref("base.main_company")
company.direct_provider_id = env.ref("direct_messaging.provider_sandbox")
practice = env["direct.practice"].search([("company_id", "=", company.id)])
practice.write({"domain": "sunrise.direct.sandbox.test", "authentication_state": "authenticated"})
account = env["direct.account"].create(
    {
        "user_id": clinician.id,
        "practice_id": practice.id,
        "address": "jane.rivera@sunrise.direct.sandbox.test",
    }
)
for state in (None, "held", "queued", "accepted", "delivered", "failed", "cancelled"):
    referral = env["direct.referral"].create(
        {
            "company_id": company.id,
            "author_id": clinician.id,
            "res_model": signed._name,
            "res_id": signed.id,
            "patient_id": signed.patient_id.id,
            "reason": "Please evaluate.",
            "subject": "Referral",
            "recipient_ids": [
                Command.create(
                    {"name": "Maya Chen", "address": "maya.chen@lakeview.direct.sandbox.test"}
                )
            ],
        }
    )
    if state:
        referral.sent_at = Datetime.now()
        env["direct.message"].create(
            {
                "referral_id": referral.id,
                "account_id": account.id,
                "patient_id": signed.patient_id.id,
                "from_address": account.address,
                "to_address": referral.recipient_ids.address,
                "recipient_name": "Maya Chen",
                "subject": "Referral",
                "body": "Please see the attached documents.",
                "attachments": [("Clinical Note.pdf", "application/pdf", b"%PDF-1.4 note")],
                "state": state,
            }
        )
env["direct.message"].create(
    {
        "direction": "in",
        "state": "received",
        "account_id": account.id,
        "from_address": "maya.chen@lakeview.direct.sandbox.test",
        "to_address": account.address,
        "subject": "Consult report",
        "body": "Seen.",
    }
)
env.cr.commit()
