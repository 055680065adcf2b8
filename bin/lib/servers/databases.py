"""Databases made by cloning templates: a second for each instead of half a minute.

A base template holds Odoo with what the addon depends on; from it comes a template with the addon,
for each state of the addon's files.
"""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from place import ADDON, DATA, EXAMPLE, NOTE, PLACE, addon_digest, odoo_digest
from servers.odoo_command import OdooFailed, run_odoo, server_arguments
from servers.postgres import BINARIES, OWN, ROLE, execute, running

FILESTORE = DATA / "filestore"


def _compile_assets(database):
    """Compile the browser's assets now: else each test class does it again."""
    script = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"
    run_odoo("assets", "shell", *server_arguments(database), "--no-http", script=script)


def _change_modules(title, database, *arguments):
    run_odoo(title, *server_arguments(database), *arguments, "--no-http", "--stop-after-init")


def install(database, modules):
    _change_modules(f"install-{modules}", database, "-i", modules, "--with-demo")


def upgrade(database):
    _change_modules("upgrade", database, "-u", ADDON)


def uninstall(database, addon=ADDON):
    """Uninstall an addon with all that depends on it, and demand that none of it is left."""
    run_odoo("uninstall", "module", "uninstall", *server_arguments(database), addon)
    models = "direct.clinical.%" if addon == NOTE else "direct.%"
    left = execute(f"SELECT model FROM ir_model WHERE model LIKE '{models}'", database)  # noqa: S608
    if left:
        raise OdooFailed(f"uninstall left behind: {', '.join(name for (name,) in left)}")


def names(prefix):
    rows = execute("SELECT datname FROM pg_database ORDER BY datname")
    return [name for (name,) in rows if name.startswith(prefix)]


def drop(database):
    execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    shutil.rmtree(FILESTORE / database, ignore_errors=True)


def clone(template, database):
    drop(database)
    execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
    _clone_files(template, database)


def _clone_files(template, database):
    shutil.rmtree(FILESTORE / database, ignore_errors=True)
    if (FILESTORE / template).exists():
        # Odoo never writes to a stored file again, so both can have the same.
        shutil.copytree(FILESTORE / template, FILESTORE / database, copy_function=os.link)


def _rename(database, name):
    execute(f'ALTER DATABASE "{database}" RENAME TO "{name}"')
    if (FILESTORE / database).exists():
        (FILESTORE / database).rename(FILESTORE / name)


@contextmanager
def locked(path: Path):
    """Let one process at a time do what follows."""
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _ensure_base():
    prefix = "template_odoo_"
    name = prefix + odoo_digest()
    with locked(PLACE / "base.lock"):
        if name not in names(prefix):
            print("Installing Odoo into a template database (a minute, once)", flush=True)
            part = f"part_{name}"
            for abandoned in names(f"part_{prefix}"):
                drop(abandoned)
            install(part, "base_setup,mail")
            _compile_assets(part)
            _rename(part, name)
    return name


def ensure_template():
    """Have a template with the addon as its files are now; return its name."""
    with locked(PLACE / "template.lock"):
        return _ensure_template()


def _ensure_template():
    return _ensure("template_addon_", addon_digest(), "the addon", _install_addon)


def _install_addon(database):
    install(database, f"{ADDON},{NOTE},{EXAMPLE}")
    _compile_assets(database)


def _ensure(prefix, digest, what, build):
    base = _ensure_base()
    name = f"{prefix}{digest}_{base[-8:]}"
    existing = names(prefix)
    if name not in existing:
        print(f"Installing {what} into a template database", flush=True)
        part = f"part_{prefix}"
        clone(base, part)
        build(part)
        _rename(part, name)
        for old in existing:
            drop(old)
    return name


def create_from(prefix, digest, what, build, database):
    """Make a database from a template of another kind, which is kept until its digest changes.

    :param build: called with a database that holds Odoo, when there is no such template yet
    """
    with locked(PLACE / "template.lock"):
        clone(_ensure(prefix, digest, what, build), database)


def create_without_addon(database):
    """Make a database with Odoo alone, and what the addon depends on."""
    clone(_ensure_base(), database)


def create(database):
    """Make a database with the addon and its demo data."""
    with locked(PLACE / "template.lock"):
        clone(_ensure_template(), database)


def create_in(cluster, database):
    """Make such a database in another cluster that is running."""
    dump = cluster.folder / "template.dump"
    tool = {"check": True, "capture_output": True}
    with running(), locked(PLACE / "template.lock"):
        template = _ensure_template()
        source = ["-h", OWN.folder, "-U", ROLE]
        subprocess.run([BINARIES / "pg_dump", *source, "-Fc", "-Z0", "-f", dump, template], **tool)
        _clone_files(template, database)
    cluster.execute(f'CREATE DATABASE "{database}"')
    target = ["-h", cluster.folder, "-U", ROLE, "-d", database]
    subprocess.run([BINARIES / "pg_restore", *target, "-j2", dump], **tool)
    dump.unlink()


def _drop_abandoned(prefix):
    """Drop what killed runs left: the name ends with the number of the process it belongs to."""
    for name in names(prefix):
        if not Path("/proc", name.rpartition("_")[2]).exists():
            drop(name)


@contextmanager
def temporary(purpose, make=create):
    """A database with the addon and its demo data, or as `make` makes it; dropped in the end."""
    prefix = f"{purpose}_{PLACE.name}_"
    _drop_abandoned(prefix)
    name = f"{prefix}{os.getpid()}"
    make(name)
    try:
        yield name
    finally:
        drop(name)
