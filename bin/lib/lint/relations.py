"""Lists of records are those of models/core/relations.py, which no reader can spoil for another."""

import ast

from lint.source import File, Problem

OURS = "models/core/relations.py"
KINDS = ("One2many", "Many2many")


def check(root):
    """A problem for each list of our models that is Odoo's own kind of field."""
    for folder in ("models", "addons"):
        for path in sorted((root / folder).rglob("*.py")):
            file = File(root, path.relative_to(root))
            if str(file.path) == OURS or "tests" in file.path.parts:
                continue
            for line, kind in _odoos(file.tree):
                text = f"{kind} of Odoo: use relations.{kind} of {OURS}"
                yield Problem(str(file.path), line, kind, text)


def _odoos(tree):
    """(line, kind) of each list that is Odoo's own kind of field, however it is reached."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "odoo.fields":
            yield from ((node.lineno, each.name) for each in node.names if each.name in KINDS)
        elif isinstance(node, ast.Attribute) and node.attr in KINDS:
            yield from [(node.lineno, node.attr)] * (ast.unparse(node.value) == "fields")
