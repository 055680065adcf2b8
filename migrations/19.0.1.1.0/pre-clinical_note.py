"""The built-in clinical note becomes an addon of its own, `direct_messaging_note`.

Every database gets that addon with the upgrade and keeps its notes; whoever has notes of an EHR can
uninstall it afterwards. What Odoo knows the notes' models, views and rules by changes hands before
anything is loaded, or Odoo would take it for leftovers and delete it.
"""

from odoo.exceptions import UserError
from odoo.modules import Manifest

NOTE = "direct_messaging_note"

# XML ids without the name of a model in them
MOVED = (
    "allergy_user",
    "clinical_note_document",
    "medication_user",
    "menu_notes",
    "note_maria",
    "note_tom",
    "note_user",
    "problem_user",
    "report_clinical_note",
    "rule_allergy_company",
    "rule_allergy_user",
    "rule_medication_company",
    "rule_medication_user",
    "rule_note_company",
    "rule_note_user",
    "rule_problem_company",
    "rule_problem_user",
    "sequence_clinical_note",
)


def migrate(cr, version):
    if not Manifest.for_addon(NOTE, display_warning=False):
        raise UserError(
            f"The clinical notes are in an addon of their own now, {NOTE}, and it is not in"
            " addons_path. Add the folder addons/ of direct_messaging, then upgrade again."
        )
    cr.execute(
        "UPDATE ir_model_data SET module = %s WHERE module = 'direct_messaging'"
        r" AND (name = ANY(%s) OR name LIKE '%%\_direct\_clinical\_%%'"
        r" OR name LIKE 'direct\_clinical\_%%')",
        [NOTE, list(MOVED)],
    )
    cr.execute(
        "UPDATE ir_model_constraint SET module = note.id FROM ir_module_module note, ir_model model"
        " WHERE note.name = %s AND model.id = ir_model_constraint.model"
        " AND model.model LIKE 'direct.clinical.%%'",
        [NOTE],
    )
    # Upgraded rather than installed: what a practice changed, such as the numbers' prefix, stays
    cr.execute(
        "UPDATE ir_module_module note SET state = 'to upgrade', latest_version = %s,"
        " demo = main.demo FROM ir_module_module main"
        " WHERE note.name = %s AND main.name = 'direct_messaging'",
        [version, NOTE],
    )
