"""The .pot file of an addon: what Odoo exports, and the sentences of plain Python."""

import tempfile
from pathlib import Path

import polib

from place import ADDON, CHECKOUT, NOTE
from servers import databases
from servers.odoo_command import run_odoo, server_arguments
from strings.plain import sentences

FILES = {
    ADDON: CHECKOUT / f"i18n/{ADDON}.pot",
    NOTE: CHECKOUT / f"addons/{NOTE}/i18n/{NOTE}.pot",
}
PLAIN = {ADDON: ("hisp", "tools"), NOTE: ()}
# Odoo looks for strings in all that lies in the addon's folder; these are not of the addon
FOREIGN = ("addons", "bin", "docs", "phimail_stand_in", "sandbox", "tests", "updox_stand_in")
EXPORT = """
from odoo.tools.translate import trans_export
for addon in {addons!r}:
    with open(f"{folder}/{{addon}}.pot", "wb") as file:
        trans_export(None, [addon], file, "po", env)
"""


class Stale(Exception):
    """A .pot file is not what the source says."""


def check():
    """Demand that the .pot files are those of the source."""
    for addon, content in exported().items():
        path = FILES[addon]
        if not path.exists() or path.read_text() != content:
            raise Stale(f"{path.relative_to(CHECKOUT)} is out of date: run bin/strings.")


def exported():
    """The content of each file of `FILES`, as it has to be; takes a database and some seconds."""
    with databases.temporary("strings") as database, tempfile.TemporaryDirectory() as folder:
        script = EXPORT.format(addons=list(FILES), folder=folder)
        run_odoo("strings", "shell", *server_arguments(database), "--no-http", script=script)
        return {addon: _completed(addon, Path(folder, f"{addon}.pot")) for addon in FILES}


def _completed(addon, path):
    template = polib.pofile(str(path))
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        del template.metadata[name]  # the same strings are the same file
    foreign = tuple(f"code:addons/{addon}/{folder}/" for folder in FOREIGN)
    for entry in list(template):
        entry.occurrences = [o for o in entry.occurrences if not o[0].startswith(foreign)]
        if not entry.occurrences:
            template.remove(entry)
    for folder in PLAIN[addon]:
        for sentence in sentences(CHECKOUT, folder):
            if sentence.whole:
                _add(template, addon, sentence)
    template.sort(key=lambda entry: entry.msgid)
    return str(template)


def _add(template, addon, sentence):
    where = (f"code:addons/{addon}/{sentence.path}", "0")
    entry = template.find(sentence.text)
    if not entry:
        comment = f"module: {addon}\nodoo-python"
        entry = polib.POEntry(msgid=sentence.text, comment=comment)
        template.append(entry)
    if where not in entry.occurrences:
        entry.occurrences.append(where)
