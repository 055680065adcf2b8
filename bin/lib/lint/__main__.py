"""bin/lint's own checks: a line for each problem."""

import sys
from pathlib import Path

from lint import documents, exceptions, size, wings

ROOT = Path(__file__).resolve().parents[3]

problems = exceptions.judge([*documents.check(ROOT), *size.check(ROOT), *wings.check(ROOT)])
print("".join(f"{problem}\n" for problem in sorted(set(problems))), end="")
sys.exit(bool(problems))
