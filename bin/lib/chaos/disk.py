"""A small disk of its own for the documents, which can get full."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SIZE = "2g"  # a limit; what nobody writes takes no memory


class Disk:
    """A file system in memory at a folder, with what the folder had in it.

    `missing` says why there is none: only root can mount one, and not in every container.
    """

    def __init__(self, folder):
        self._folder = folder
        self.missing = ""

    def mount(self):
        detach(self._folder)
        with tempfile.TemporaryDirectory(dir=self._folder.parent) as aside:
            kept = shutil.move(self._folder, Path(aside, "kept"))
            self._folder.mkdir()
            mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", self._folder]
            try:
                subprocess.run(mount, check=True, capture_output=True, text=True)
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", None) or str(error)
                self.missing = " ".join(said.split())
            shutil.copytree(kept, self._folder, dirs_exist_ok=True)

    @contextlib.contextmanager
    def full(self):
        """Let nothing more be written."""
        self._remount(self._used())
        try:
            yield
        finally:
            self._remount(SIZE)

    def _used(self):
        """Its size in bytes when no more than what is there has room."""
        at = os.statvfs(self._folder)
        return (at.f_blocks - at.f_bfree) * at.f_frsize

    def _remount(self, size):
        mount = ["mount", "-o", f"remount,size={size}", self._folder]
        subprocess.run(mount, check=True, capture_output=True)


def detach(folder):
    """Take away what is mounted there, with all that is on it."""
    if folder.is_mount():
        # What a killed server still has open goes when that is gone
        subprocess.run(["umount", "--lazy", folder], check=True)
