"""The one SQLite file that holds everything the sandbox knows."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Each makes one version of the tables out of the one before, beginning with an empty file.
SCHEMAS = [Path(__file__).with_name(name) for name in ("schema.sql", "enrollments.sql")]


class Store:
    """Connections to the database: one a thread, one writer at a time.

    ``synchronous=NORMAL`` in WAL mode keeps each committed transaction when the process is killed;
    only a power failure could take the last ones.
    """

    def __init__(self, path: str | Path):
        self._path = str(path)
        self._local = threading.local()
        self._writing = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self.is_new = self._prepare()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have ``listener()`` called after each committed transaction, in the writer's thread."""
        self._listeners.append(listener)

    def read(self) -> sqlite3.Connection:
        """This thread's connection; each statement sees what is committed at that moment."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed at the end of the block, undone when it raises."""
        connection = self.read()
        with self._writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        for listener in self._listeners:
            listener()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _prepare(self) -> bool:
        """Create the tables of a fresh file, or those an old one lacks; say whether it was new."""
        connection = self.read()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(SCHEMAS):
            raise RuntimeError(
                f"{self._path} was written by a newer version of the sandbox; "
                "delete it or give another file with --db."
            )
        for number, schema in enumerate(SCHEMAS[version:], version + 1):
            statements = schema.read_text(encoding="utf-8")
            connection.executescript(
                f"BEGIN IMMEDIATE; {statements} PRAGMA user_version = {number}; COMMIT;"
            )
        return version == 0
