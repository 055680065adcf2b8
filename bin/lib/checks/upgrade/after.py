"""Run in `odoo shell` after the upgrade: what `before.py` left works as it did."""
# ruff: noqa: F821, S101 - the shell has `env`; what is wrong here fails the check

clinician = env.ref("direct_messaging.user_clinician")
notes = env["direct.clinical.note"].with_user(clinician)
signed, amendment = (
    env.ref("direct_messaging_note.note_maria").with_user(clinician),
    notes.search([("amends_id", "!=", False)]),
)
assert signed.state == "signed"
assert signed.problem_ids[0].snomed_code == "194828000"
assert {row["state"] for row in signed.direct_delivery()} == {
    "held",
    "queued",
    "accepted",
    "delivered",
    "failed",
    "cancelled",
}
assert signed.action_amend()["res_model"] == signed._name
for referral in env["direct.referral"].with_user(clinician).search([]):
    assert referral.action_open_note()["res_id"] == signed.id

# The practice's own prefix and its next number, the clinician's own default, the activity
created = notes.create({"patient_id": signed.patient_id.id})
assert created.name == "VISIT00043", created.name
assert created.plan == "See the patient again."
assert amendment.activity_ids.summary == "Sign it"
assert env["ir.attachment"].search([("res_model", "=", notes._name)]).raw == b"sinus"
text, _type = env["ir.actions.report"]._render_qweb_html(signed._direct_report(), signed.ids)
assert b"Angina pectoris" in text

# Whatever has an XML id is there
ours = env["ir.model.data"].search(
    [("module", "in", ("direct_messaging", "direct_messaging_note"))]
)
for model, known in ours.grouped("model").items():
    found = set(env[model].browse(known.mapped("res_id")).exists().ids)
    missing = known.filtered(lambda one, found=found: one.res_id not in found)
    assert not missing, missing.mapped("name")
