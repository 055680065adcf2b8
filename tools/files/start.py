"""The first lines of the limited process; `limited.py` runs this file by its path.

The modules here import each other relative to the addon's folder. Importing the addon would
import Odoo, so a package without code stands in for it.
"""

import sys
import types
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path[:] = sys.argv[1:]
    addon = sys.modules["addon"] = types.ModuleType("addon")
    addon.__path__ = [str(Path(__file__).parents[2])]
    import_module("addon.tools.files.child").serve()
