"""What the addon's Python and XML say of themselves, without running them."""

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from lxml import etree

ADDON = "direct_messaging"
PACKAGE = ("odoo", "addons", ADDON)
XML_FOLDERS = ("data", "demo", "report", "security", "views")


@dataclass(frozen=True, order=True)
class Problem:
    """Something that a rule forbids, where it stands.

    :param what: a word for it, by which `exceptions.toml` can name it whatever its line is
    """

    path: str
    line: int
    what: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


@cache
def _parsed(content):
    return ast.parse(content)


class File:
    """A Python file; `path` is below the root of the addon."""

    def __init__(self, root: Path, path: Path):
        self.root, self.path = root, path

    @cached_property
    def tree(self):
        return _parsed((self.root / self.path).read_bytes())

    def imports(self):
        """(line, parts of the dotted name) of each import.

        What is the addon's begins with its folder, such as `("hisp", "mime")`, however it is
        imported.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                where = ()
            elif isinstance(node, ast.ImportFrom):
                above = self.path.parts[: len(self.path.parts) - node.level] if node.level else ()
                where = (*above, *(node.module or "").split("."))
            else:
                continue
            for alias in node.names:
                parts = tuple(part for part in (*where, *alias.name.split(".")) if part)
                yield node.lineno, parts[3:] if parts[:3] == PACKAGE else parts

    def strings(self):
        """(line, text) of each string."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value

    def attributes(self):
        """(line, name) of each attribute that is read, written or called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield node.lineno, node.attr

    def models(self):
        """(class, name of the model, whether it is made here) of each model."""
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                name, inherits = (texts_of(node, of) for of in ("_name", "_inherit"))
                if name or inherits:
                    [model, *_rest] = name or inherits
                    yield node, model, model not in inherits

    def members(self):
        """The names of fields and methods of each model that stands here."""
        for node, _model, _is_made in self.models():
            for statement in node.body:
                if isinstance(statement, ast.FunctionDef):
                    yield statement.name
                elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                    yield from (t.id for t in statement.targets if isinstance(t, ast.Name))

    def names(self):
        """The names of functions and of what a class declares, as plain Python does."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                yield node.name
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id


def texts_of(node, attribute):
    """The strings in the value that a class gives to `attribute`."""
    return [
        part.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == attribute for t in statement.targets)
        for part in ast.walk(statement.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def models_of_xml_ids(root):
    """The model that each XML record is about, by its whole id, where the record says so.

    A view or report names it in `model`, an action in `res_model`, a scheduled action or a rule
    refers to `model_direct_...`.
    """
    found = {}
    for folder in XML_FOLDERS:
        for path in sorted((root / folder).glob("*.xml")):
            for record in etree.parse(path).iter("record", "report"):
                for field in record.iterfind("field"):
                    model = field.text if field.get("name") in ("model", "res_model") else None
                    if field.get("name") == "model_id" and field.get("ref"):
                        model = field.get("ref").rpartition(".")[2].removeprefix("model_")
                        model = model.replace("_", ".")
                    if model:
                        found[f"{ADDON}.{record.get('id')}"] = model.strip()
    return found
