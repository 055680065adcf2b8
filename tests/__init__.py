"""Tests that run in Odoo, in a folder for each wing.

Odoo's loader takes the modules of this package that are called ``test_*``: here they are, as
``test_<folder>_<name>``.
"""

from importlib import import_module
from pathlib import Path

for path in sorted(Path(__file__).parent.glob("*/test_*.py")):
    folder = path.parent.name
    name = f"test_{folder}_{path.stem.removeprefix('test_')}"
    globals()[name] = import_module(f".{folder}.{path.stem}", __name__)
