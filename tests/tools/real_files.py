"""Real files, from the tests of packages: `bin/setup` fetches those of `tests/corpora.lock`."""

import os
import re
import tarfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import files
from pathlib import Path

import odoo.addons

FORMS = re.compile(
    r"\.(?:avif|bmp|dcm|docx|gif|hei[cf]|jpe?g|od[pst]|pdf|png|tiff?|tnef|webp)", re.I
)


def all_files() -> Iterator[tuple[str, bytes]]:
    """Yield each file of all packages: its name, with that of its package, and its content."""
    for archive in sorted(_folder().glob("*.tar.gz")):
        with tarfile.open(archive) as packed:
            for member in packed:
                if member.isreg() and FORMS.fullmatch(Path(member.name).suffix):
                    yield member.name, packed.extractfile(member).read()
    for path in files("pydicom"):
        if path.suffix == ".dcm":
            yield str(path), path.locate().read_bytes()


def content(name: str) -> bytes:
    """Return a file by the end of its name."""
    if name.startswith("odoo/"):
        folders = (Path(folder) for folder in odoo.addons.__path__)
        paths = (folder / name.removeprefix("odoo/") for folder in folders)
        return next(path for path in paths if path.exists()).read_bytes()
    return next(found for path, found in named().items() if path.endswith(f"/{name}"))


@cache
def named() -> dict[str, bytes]:
    """Return all of them, read once; 100 MB, for whoever is done with them to clear."""
    return dict(all_files())


def _folder():
    return Path(os.environ["DIRECT_MESSAGING_PLACE"], "corpora")
