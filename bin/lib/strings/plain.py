"""Sentences in plain Python, which marks none of them: they are told by looking like sentences."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

# A capital, words, and the end of a sentence; SQL begins with a word in capitals
SENTENCE = re.compile(r"(?!SELECT|UPDATE|DELETE|INSERT)[A-Z“%{][^\n]* .*[a-z)”}.][.?!]", re.DOTALL)
PART = "{}"


@dataclass(frozen=True)
class Sentence:
    """
    :param path: where it stands, below the root
    :param whole: whether it stands there as one string; one made of parts cannot be translated
    """

    path: Path
    line: int
    text: str
    whole: bool


def sentences(root, folder):
    """All sentences in the Python of a folder, in their order, without docstrings and tests."""
    for path in sorted((root / folder).rglob("*.py")):
        if "tests" in path.relative_to(root).parts:
            continue
        for line, text, whole in sorted(_strings(ast.parse(path.read_bytes()))):
            if SENTENCE.fullmatch(text):
                yield Sentence(path.relative_to(root), line, text, whole)


def _strings(node):
    """(line, text, whole) of each string below a node; parts of an f-string are one string."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.lineno, child.value, True
        elif isinstance(child, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else PART for p in child.values)
            yield child.lineno, "".join(parts), False
        else:
            yield from _strings(child)
