"""Prove that an upgrade keeps what a practice has.

A database is made with a release of the code, filled, and upgraded to what the checkout has now.
The code of the release comes out of the repository's history; the database that it makes is kept
in the work folder.
"""

import subprocess
from pathlib import Path

from place import ADDON, CHECKOUT, NOTE, PLACE
from servers import databases
from servers.odoo_command import OdooFailed, run_odoo, server_arguments
from servers.postgres import execute

# The oldest code that is upgraded from: version 19.0.1.0.0, with the clinical note in the addon
RELEASE = "e388f7ceddab26e350b965a9a2b6ead170b6331f"
BEFORE, AFTER = (Path(__file__).with_name(name).read_text() for name in ("before.py", "after.py"))

# What has to be the same before and after. The last is a number that PostgreSQL itself keeps.
KEPT = (
    "SELECT id, name, state, patient_id, author_id, plan, signed_at, amends_id, write_date"
    " FROM direct_clinical_note ORDER BY id",
    *(
        f"SELECT id, note_id, name, write_date FROM direct_clinical_{line} ORDER BY id"  # noqa: S608
        for line in ("problem", "medication", "allergy")
    ),
    "SELECT id, name, state, res_model, res_id, patient_id, author_id FROM direct_referral"
    " ORDER BY id",
    "SELECT id, name, state, direction, referral_id, patient_id FROM direct_message ORDER BY id",
    "SELECT id, model FROM ir_model WHERE model IN ('direct.clinical.note',"
    " 'direct.clinical.problem', 'direct.clinical.medication', 'direct.clinical.allergy')"
    " ORDER BY id",
    "SELECT id, body FROM mail_message WHERE model = 'direct.clinical.note' ORDER BY id",
    "SELECT partner_id FROM mail_followers WHERE res_model = 'direct.clinical.note' ORDER BY 1",
    "SELECT res_id, res_model_id, summary FROM mail_activity ORDER BY id",
    "SELECT id, name, domain FROM ir_filters WHERE model_id = 'direct.clinical.note'",
    "SELECT id, prefix FROM ir_sequence WHERE code = 'direct.clinical.note'",
)

# What a database knows of the addons, whatever numbers its records have. A field that sms adds to
# every thread is said to be ours too, or not, as modules happen to be loaded; and a new database
# has the example addon, whose model inherits ours.
KNOWN = f"""
    SELECT module, model, name FROM ir_model_data
    WHERE module IN ('{ADDON}', '{NOTE}') AND name NOT LIKE 'field%message_has_sms_error'
    AND name NOT LIKE '%example_visit%'
    UNION ALL
    SELECT module.name, 'constraint', rule.name FROM ir_model_constraint rule
    JOIN ir_module_module module ON module.id = rule.module
    WHERE module.name IN ('{ADDON}', '{NOTE}')
    UNION ALL
    SELECT '', 'table', tablename FROM pg_tables WHERE tablename LIKE 'direct%'
"""  # noqa: S608


class NotKept(Exception):
    """The upgrade lost or changed something, or left something behind."""


def check_notes():
    """The database gets the addon of the notes, and keeps everything."""
    with _released("upgrade") as database:
        _shell("upgrade-before", database, BEFORE, _released_code())
        before = [execute(query, database) for query in KEPT]
        databases.upgrade(database)
        for query, rows in zip(KEPT, before, strict=True):
            if rows != execute(query, database):
                raise NotKept(f"not the same after the upgrade: {query}")
        _compare_with_a_new_one(database)
        _shell("upgrade-after", database, AFTER)
        databases.uninstall(database, NOTE)
    print(f"  {sum(map(len, before))} rows are as they were")


def check_addon_missing():
    """Without the addon of the notes in addons_path the upgrade changes nothing and says why."""
    with _released("missing") as database:
        folder = PLACE / "addons-without-note"
        folder.mkdir(exist_ok=True)
        if not (folder / ADDON).exists():
            (folder / ADDON).symlink_to(CHECKOUT)
        known = sorted(execute(KNOWN, database))
        arguments = ["--addons-path", folder, "-u", ADDON, "--no-http", "--stop-after-init"]
        try:
            run_odoo("upgrade-missing", *server_arguments(database), *arguments)
        except OdooFailed as refused:
            if "Add the folder addons/" not in str(refused):
                raise
        else:
            raise NotKept("upgraded without the addon of the notes")
        if known != sorted(execute(KNOWN, database)):
            raise NotKept("changed although the upgrade was refused")


def _released(purpose):
    """A database of the release with its demo data, dropped in the end."""
    return databases.temporary(
        purpose,
        make=lambda database: databases.create_from(
            "template_released_", RELEASE[:8], "a release", _install_released, database
        ),
    )


def _install_released(database):
    arguments = ["--addons-path", _released_code(), "-i", ADDON, "--with-demo"]
    run_odoo("released", *server_arguments(database), *arguments, "--no-http", "--stop-after-init")


def _released_code():
    """The folder to find the release's addon in."""
    folder = PLACE / "released" / RELEASE[:8]
    if not folder.exists():
        part = folder.with_suffix(".part")
        (part / ADDON).mkdir(parents=True, exist_ok=True)
        archive = ["git", "-C", CHECKOUT, "archive", RELEASE]
        try:
            content = subprocess.run(archive, check=True, capture_output=True).stdout
        except subprocess.CalledProcessError as problem:
            raise OdooFailed(
                f"The release {RELEASE[:8]} is not in this repository's history:"
                f" fetch all of it.\n{problem.stderr.decode()}"
            ) from None
        subprocess.run(["tar", "-x", "-C", part / ADDON], input=content, check=True)
        part.rename(folder)
    return folder


def _compare_with_a_new_one(database):
    """Demand that the upgraded database knows what one that is installed now knows, and no more."""
    with databases.temporary("new") as fresh:
        new = set(execute(KNOWN, fresh))
    upgraded = set(execute(KNOWN, database))
    if upgraded != new:
        lines = [f"only upgraded: {row}" for row in sorted(upgraded - new)]
        lines += [f"only new: {row}" for row in sorted(new - upgraded)]
        raise NotKept("\n".join(lines))


def _shell(title, database, script, addons_path=None):
    path = ["--addons-path", addons_path] if addons_path else []
    run_odoo(title, "shell", *server_arguments(database), *path, "--no-http", script=script)
