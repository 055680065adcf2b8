"""bin/lint's own checks: a line for each problem."""

import sys
from pathlib import Path

from lint import documents, exceptions, overrides, relations, sentences, size, wings

ROOT = Path(__file__).resolve().parents[3]

CHECKS = (documents, overrides, relations, sentences, size, wings)

problems = exceptions.judge([problem for check in CHECKS for problem in check.check(ROOT)])
print("".join(f"{problem}\n" for problem in sorted(set(problems))), end="")
sys.exit(bool(problems))
