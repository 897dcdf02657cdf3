"""Keep what the topics told, durably: one SQLite file, one writer, many readers.

Every batch is one transaction with the positions after it, so a board that was killed goes on where
it stopped. Records may come in any order between partitions: a snapshot before its variants, a merge
before them; the rows end up the same.
"""

import fcntl
import queue
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final

from topics.tail import Positions
from worker.board.schema import TABLES, VERSION

FILE: Final = "board.sqlite3"
CLAIM: Final = "board.lock"
BUSY_MS: Final = 10_000
CACHE_KIB: Final = 32_768  # of the writer; readers map the file and need little
READER_CACHE_KIB: Final = 2_048
MAPPED: Final = 1 << 30  # bytes of the file that readers may map


class StoreError(RuntimeError):
    """The store cannot be used; the message is one line for the user."""


class Store:
    """A board's file. ``open`` it once; ``reading`` from any thread, ``writing`` from one at a time."""

    def __init__(self, path: Path, claim: IO[bytes]) -> None:
        self.path = path
        self._claim = claim  # a lock that lasts as long as we do
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._writer = _connect(path)

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """Open the store in a folder, made where it is missing; another version's is built anew.

        Raises StoreError when the folder or the file cannot be used, or another board uses it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            claim = (folder / CLAIM).open("wb")
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                claim.close()
                raise StoreError(f"another board uses the store in {folder}") from None
            store = cls(folder / FILE, claim)
            if store.meta("version") != str(VERSION):
                store.rebuild()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the store in {folder} cannot be used: {error}") from error
        return store

    def close(self) -> None:
        """Close every connection."""
        while not self._readers.empty():
            self._readers.get_nowait().close()
        self._writer.close()
        self._claim.close()

    def meta(self, name: str) -> str | None:
        """Read a fact about the store; None for a store that has none yet."""
        try:
            row = self._writer.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        except sqlite3.OperationalError:  # an empty file
            return None
        return None if row is None else str(row[0])

    def positions(self) -> Positions:
        """Say which record of each partition is next."""
        rows = self._writer.execute("SELECT topic, partition, next FROM positions")
        return {(topic, partition): after for topic, partition, after in rows}

    def rebuild(self) -> None:
        """Forget everything; the topics are read from their beginning."""
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
        with self.writing() as connection:
            for (name,) in connection.execute(f"{names} AND name NOT LIKE 'search_%'").fetchall():
                if not str(name).startswith("sqlite_"):
                    connection.execute(f'DROP TABLE IF EXISTS "{name}"')
            for statement in _statements(TABLES):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('version', ?)", (str(VERSION),))

    def match(self, topic_ids: Mapping[str, str]) -> bool:
        """Make sure that the rows come from these topics (id by name): if not, rebuild and say so."""
        known = {name: self.meta(f"topic:{name}") for name in topic_ids}
        if known == dict(topic_ids):
            return True
        first = not any(known.values())
        if not first:
            self.rebuild()
        with self.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                [(f"topic:{name}", topic_id) for name, topic_id in topic_ids.items()],
            )
        return first

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the writer for one transaction."""
        with self._transaction(self._writer, "BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a reader that sees one state of the store throughout."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = _connect(self.path, reader=True)
        try:
            with self._transaction(connection, "BEGIN"):
                yield connection
        finally:
            self._readers.put(connection)

    @staticmethod
    @contextmanager
    def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
        connection.execute(begin)
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _connect(path: Path, *, reader: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB if reader else CACHE_KIB}")
        cursor.execute(f"PRAGMA mmap_size = {MAPPED}")
        if reader:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")  # a power cut may lose a batch, with its positions
            cursor.execute("PRAGMA foreign_keys = OFF")
    return connection


def _statements(script: str) -> Iterator[str]:
    """Cut a script into statements; ``executescript`` would commit in between."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
