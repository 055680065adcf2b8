"""What is known to be wrong still: `exceptions.toml`, with a reason for each.

A table for each file; in it the word for what is wrong, and why it is not mended yet. A line that
is not true any more is a problem itself, so the list only gets shorter.
"""

import tomllib
from pathlib import Path

from lint.source import Problem

FILE = Path(__file__).with_name("exceptions.toml")


def judge(problems, text=None):
    """The problems that are no exceptions, and the exceptions that are no problems.

    :param text: what stands in the file, for tests
    """
    listed = tomllib.loads(FILE.read_text() if text is None else text)
    needless = {(path, what) for path, reasons in listed.items() for what in reasons}
    left = [p for p in problems if not listed.get(p.path, {}).get(p.what, "").strip()]
    needless -= {(problem.path, problem.what) for problem in problems}
    for path, what in needless:
        text = f"{path}: {what} is no exception any more, remove the line"
        left.append(Problem(FILE.name, 1, what, text))
    return left
