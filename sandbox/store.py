"""The one SQLite file that holds everything the sandbox knows."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1


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
        """Create the tables of a fresh file; say whether it was one."""
        connection = self.read()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA_VERSION:
            return False
        if version:
            raise RuntimeError(
                f"{self._path} was written by another version of the sandbox; "
                "delete it or give another file with --db."
            )
        statements = SCHEMA.read_text(encoding="utf-8")
        connection.executescript(
            f"BEGIN IMMEDIATE; {statements} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
        return True
