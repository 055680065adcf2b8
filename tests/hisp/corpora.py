"""Real bounces with the answers that others give for them, from two packages of PyPI.

`flufl.bounce` (for Mailman, Apache license) has two lists of addresses for each, temporary and
permanent; `bounced` (MIT) has the action of each recipient where a notice is structured.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import files

from ...hisp.base import EventType

FAILED = frozenset({EventType.FAILED, EventType.EXPIRED})
DELAYED = frozenset({EventType.DELAYED})
# Dovecot says so where it refuses a message: taken at its word, which proves nothing
DELETED = {"simple_38.txt": frozenset({EventType.DELETED})}
NO_NOTICES = ("groupwise_03", "qmail_08", "tt_1234210666", "tt_1234211024", "tt_1234241664")
"""What is no bounce among them: letters and answers of programs that are away."""


@dataclass(frozen=True)
class Bounce:
    """A notice of a corpus; `kinds` are what its events may be, empty where nobody says."""

    name: str
    raw: bytes
    kinds: frozenset[EventType]


def bounces() -> Iterator[Bounce]:
    """Every notice of both packages, each once."""
    permanence = _permanence()
    for path in _paths("flufl.bounce", "flufl/bounce/tests/data/", ".txt"):
        if path.stem not in NO_NOTICES:
            yield Bounce(path.stem, _content(path), permanence.get(path.name, frozenset()))
    actions = _actions()
    for folder in ("tests/bounces/", "tests/bounce_email/"):
        for path in _paths("bounced", f"bounced/{folder}", ".eml"):
            if path.stem not in NO_NOTICES:
                yield Bounce(path.stem, _content(path), actions.get(path.stem, frozenset()))


def letters() -> Iterator[bytes]:
    """What is no bounce."""
    for package in ("flufl.bounce", "bounced"):
        for path in files(package):
            if path.stem in NO_NOTICES and "flufl_bounce" not in path.parts:
                yield _content(path)


def _paths(package, folder, suffix):
    return sorted(
        path
        for path in files(package)
        if path.as_posix().startswith(folder) and path.suffix == suffix
    )


def _content(path) -> bytes:
    return path.locate().read_bytes()


def _tree(package, name) -> ast.Module:
    [path] = (path for path in files(package) if path.as_posix() == name)
    return ast.parse(_content(path))


def _permanence() -> dict[str, frozenset]:
    """Of each file of `flufl.bounce` whether it is for good, from the table of its own tests."""
    [table] = (
        ast.literal_eval(node.value)
        for node in _tree("flufl.bounce", "flufl/bounce/testing/helpers.py").body
        if isinstance(node, ast.Assign) and node.targets[0].id == "DATA"
    )
    known = {row[1]: DELAYED if len(row) > 3 and row[3] else FAILED for row in table if row[2]}
    return known | DELETED


def _actions() -> dict[str, frozenset]:
    """Of each structured file of `bounced` the actions, from the table of its own tests."""
    [test] = (
        node
        for node in _tree("bounced", "bounced/tests/test_bounced.py").body
        if isinstance(node, ast.FunctionDef) and node.name == "test_bounces"
    )
    table = test.decorator_list[0].args[0]
    return {
        key.value: frozenset().union(*map(_kinds, value.elts))
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(value, ast.List)
    }


def _kinds(bounce: ast.Call) -> frozenset:
    action = next((word.value.value for word in bounce.keywords if word.arg == "action"), "failed")
    return DELAYED if action == "delayed" else FAILED
