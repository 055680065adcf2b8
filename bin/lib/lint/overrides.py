"""The order of overrides is that of the wings, and never that of the imports within one.

A method of a model may stand in the file that makes the model, and once more in each wing. Where
two files of a wing would extend it, nothing but the order of imports says which is called first:
one method in the model's file, which calls both, says it. And whoever does not call `super()`
stands below all others, or what they do would be lost.
"""

import ast
from collections import defaultdict
from typing import NamedTuple

from lint.source import File, Problem
from lint.wings import TABLE, Table

# Each acts for providers of its own kinds alone, so that their order cannot matter; what kinds with
# logins share stands below them in models/provider/__init__.py
OF_ONE_KIND = {f"models/provider/{kind}.py" for kind in ("logins", "edge", "phimail", "updox")}
# An addon of its own stands above all wings
ALL = range(99)


class Definition(NamedTuple):
    path: str
    line: int
    wing: str
    is_made: bool
    calls_super: bool


def check(root):
    """A problem for each method whose order is hidden, and for each that hides others."""
    below = Table((root / TABLE).read_text()).below
    for (model, name), definitions in sorted(_definitions(root).items()):
        whole = f"{model}.{name}"
        extends = [d for d in definitions if not (d.is_made or d.path in OF_ONE_KIND)]
        of_wing = {definition.wing: definition for definition in reversed(extends)}
        for found in extends:
            if (first := of_wing[found.wing]) != found:
                text = f"{whole} stands in {first.path} too: which one is called first?"
                yield Problem(found.path, found.line, name, text)
        base = min(
            definitions,
            key=lambda d: (not d.is_made, len(below.get(d.wing, ALL)), d.calls_super),
        )
        for found in definitions:
            if found != base and not found.calls_super:
                text = f"{whole} calls no super(), so it hides that of {base.path}"
                yield Problem(found.path, found.line, name, text)
            elif not (base.is_made or base.wing in below.get(found.wing, {base.wing})):
                text = f"{whole} stands in {base.path}, and neither wing is below the other"
                yield Problem(found.path, found.line, name, text)


def _definitions(root):
    """The definitions of each method of each model, by (model, method)."""
    found = defaultdict(list)
    for folder in ("models", "addons"):
        for path in sorted((root / folder).rglob("*.py")):
            file = File(root, path.relative_to(root))
            for node, model, is_made in file.models():
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        where = (str(file.path), method.lineno, file.path.parts[1])
                        definition = Definition(*where, is_made, _calls_super(method))
                        found[model, method.name].append(definition)
    return {key: definitions for key, definitions in found.items() if len(definitions) > 1}


def _calls_super(method):
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
        for node in ast.walk(method)
    )
