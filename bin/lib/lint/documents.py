"""What the documentation points at has to be there: files, pictures, tests, other names."""

import ast
import re
from functools import cache

from lint.names import Code
from lint.names import check as check_names
from lint.source import Problem

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]*))?\)")
PAGES = ("*.md", "docs/**/*.md", "*/README.md", "addons/*/README.md")


def check(root):
    """A problem for each link, each test and each other name that leads nowhere."""
    code = Code(root)
    for page in sorted({page for pattern in PAGES for page in root.glob(pattern)}):
        name, text = str(page.relative_to(root)), page.read_text()
        yield from check_names([(name, text)], code)
        of_class = (None, None)
        for number, line in enumerate(text.splitlines(), 1):
            for target, heading in LINK.findall(line):
                if not (page.parent / target).exists():
                    yield Problem(name, number, "link", f"there is no {target}")
                elif heading and heading not in _headings(page.parent / target if target else page):
                    yield Problem(name, number, "link", f"there is no heading {target}#{heading}")
            for path, *names in _named(line):
                of_class = (path, names[0]) if path else of_class
                test = names[-1]
                if not _has(root, *of_class, test):
                    yield Problem(name, number, "test", f"there is no {of_class[0]}::{test}")


@cache
def _headings(page):
    """What a link to each heading of a page ends with."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}


def _named(line):
    """Each (path or None, class or None, test) that a line names, in order."""
    for found in re.finditer(r"`([\w/.]+\.py)?::(\w+)(?:::(\w+))?`", line):
        path, first, second = found.groups()
        yield (path, first, second or first) if path else (None, first)


def _has(root, path, class_name, test):
    if not path or not (root / path).is_file():
        return False
    tests = _tests(root / path)
    return test in tests.get(class_name, ()) or (test == class_name and class_name in tests)


@cache
def _tests(path):
    """The methods of each class in a file."""
    return {
        node.name: {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
