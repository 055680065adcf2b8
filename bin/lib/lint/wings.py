"""The wings of models/ have a direction: a lower one never uses an upper one.

The table under "Wings" in docs/architecture.md says which wing may use which. Here it is held
against imports, names of models, XML ids, and fields and methods that only an upper wing defines.
So are models and fields of the addons in addons/, which stand above all wings.
What cannot be known from the source (a method that several wings define, say) passes.
"""

import ast
import re
from collections import defaultdict

from lint.source import File, Problem, models_of_xml_ids

TABLE = "docs/architecture.md"

# What each folder beside models/ may import of the addon. The stand-ins for providers are
# programs of their own, and share no code with what they stand in front of.
FOLDERS = {
    "tools": {"tools"},
    "hisp": {"hisp", "tools"},
    "sandbox": {"sandbox"},
    "phimail_stand_in": {"phimail_stand_in", "sandbox"},
    "updox_stand_in": {"updox_stand_in", "sandbox"},
}
ABOVE = ("controllers", "phimail_stand_in", "sandbox", "tests", "updox_stand_in")
# Names of ours that Odoo's own models have as well
OF_ODOO = {
    "action_done",
    "author_id",
    "company_id",
    "partner_id",
    "recipient_ids",
    "res_id",
    "res_model",
    "user_id",
}


def check(root):
    """The problems of the addon at `root`."""
    table = Table((root / TABLE).read_text())
    yield from _of_picture(root, table)
    yield from _of_wings(root, table)
    yield from _of_folders(root)


class Table:
    """Which wing may use which.

    `named` has those that the table names for each wing, `below` all that it may use then.
    """

    def __init__(self, text):
        section = text.partition("\n## Wings\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)/` \|.*\|([^|]*)\|$", section, re.MULTILINE)
        self.named = {wing: set(re.findall(r"\w+", may_use)) for wing, may_use in rows}
        for wing, others in self.named.items():
            if others == {"all"}:
                self.named[wing] = set(self.named) - {wing}
        self.below = {wing: self._below(wing) for wing in self.named}

    def _below(self, wing):
        return {wing}.union(*(self._below(other) for other in self.named[wing]))


def _of_picture(root, table):
    """Table, folders, and what each wing says of itself are one picture."""
    wings = {path.parent.name: path for path in (root / "models").glob("*/__init__.py")}
    for wing in sorted(set(wings) ^ set(table.named)):
        missing = "is no wing of models/" if wing in table.named else "is missing"
        yield Problem(TABLE, 1, wing, f"{wing}/ {missing}: see the table of wings")
    for wing in sorted(set(wings) & set(table.named)):
        path = wings[wing].relative_to(root)
        says = ast.get_docstring(File(root, path).tree) or ""
        may_use = re.search(r"\n(?:May use|Uses) ([^.]*)\.\s*\Z", says)
        if not may_use or not says.partition("\n\n")[0].endswith("."):
            text = "a sentence of what lives here, then 'May use ...'"
            yield Problem(str(path), 1, "docstring", text)
            continue
        said = set(table.named) & set(re.findall(r"\w+", may_use[1]))
        if "all other" in may_use[1]:
            said = set(table.named) - {wing}
        if said != table.named[wing]:
            named = ", ".join(sorted(table.named[wing])) or "no other wing"
            yield Problem(str(path), 1, "docstring", f"may use {named} by the table in {TABLE}")


def _of_wings(root, table):
    """Each use of an upper wing."""
    files = [(file, file.path.parts[1]) for file in _files(root, "models")]
    others = [(file, "an addon of its own") for file in _files(root, "addons")]
    made, members = _who_makes(files + others)
    for model, wings in made.items():
        if len(wings) > 1:
            text = f"{model} is made in {' and in '.join(sorted(wings))}"
            yield Problem("models", 1, model, text)
    records = models_of_xml_ids(root)
    # Who uses a name that plain Python has too, or Odoo, need not mean the wing's
    common = OF_ODOO.union(*(file.names() for file in _files(root, "hisp", "tools")))

    for file, wing in files:
        path = str(file.path)
        if wing not in table.below:
            if file.path.name != "__init__.py":
                yield Problem(path, 1, "wing", "belongs to no wing")
            continue
        below = table.below[wing]

        def upward(line, what, wings, wing=wing, below=below, path=path):
            if wings and not wings & below:
                text = f"{wing} uses {what} of {' and '.join(sorted(wings))}"
                yield Problem(path, line, what, text)

        for line, parts in file.imports():
            folder, *rest = parts
            if folder == "models" and rest:
                yield from upward(line, ".".join(parts), {rest[0]})
            elif folder in ABOVE:
                yield Problem(path, line, folder, f"imports {folder}/, which is above all wings")
        for line, text in file.strings():
            yield from upward(line, text, made.get(records.get(text, text), set()))
        for line, name in [*file.attributes(), *_names_in(file.strings())]:
            if "_" in name and name not in common:
                yield from upward(line, name, members.get(name, set()))


def _who_makes(files):
    """The wings that make each model, and those that give one a field or method of each name."""
    made, members = defaultdict(set), defaultdict(set)
    for file, wing in files:
        for _node, model, is_made in file.models():
            if is_made:
                made[model].add(wing)
        for name in file.members():
            members[name].add(wing)
    return made, members


def _names_in(strings):
    """The names in strings that are paths of fields, as in a domain."""
    for line, text in strings:
        if re.fullmatch(r"\w+(\.\w+)*", text):
            for name in text.split("."):
                yield line, name


def _of_folders(root):
    """Each import that a folder of plain Python may not have."""
    for folder, may_use in FOLDERS.items():
        for file in _files(root, folder):
            for line, [first, *_rest] in file.imports():
                if first in {"odoo", "models", *ABOVE, *FOLDERS} - may_use:
                    yield Problem(str(file.path), line, first, f"{folder}/ imports {first}")


def _files(root, *folders):
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield File(root, path.relative_to(root))
