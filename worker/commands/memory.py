"""What ``poll`` remembers over restarts: which entries are published, and how each feed answers. SQLite."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

ENTRIES: Final = 5_000
"""Entries remembered of a feed, the last seen; a feed lists fewer (``entries.MOST``)."""

FORGET: Final = 90 * 86_400
"""Seconds after which a feed is forgotten that nobody polls."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS feeds (
  url TEXT PRIMARY KEY, etag TEXT, modified TEXT, failures INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL DEFAULT 0, polled REAL NOT NULL DEFAULT 0, title TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS entries (
  feed TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (feed, id)
) STRICT, WITHOUT ROWID;
"""
_VERSION: Final = 1


class MemoryFault(Exception):
    """The file cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a feed: its validators, failures in a row, when it is due (seconds since 1970)."""

    etag: str | None = None
    modified: str | None = None
    failures: int = 0
    due: float = 0.0
    title: str | None = None


class Memory:
    """The memory of one process; a second one is refused."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    @classmethod
    def open(cls, path: Path, *, now: float) -> Self:
        """Open or make the file; ``now`` is seconds since 1970. Raises MemoryFault."""
        connection: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=0.5, isolation_level=None)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA synchronous = FULL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version in (0, _VERSION):
                _prepare(connection, now)
                return cls(connection)
            told = f"written by another version of wiretrace ({version})"
        except (sqlite3.Error, OSError) as error:
            told = "another wiretrace polls with it" if "locked" in str(error) else str(error)
        if connection is not None:
            connection.close()
        raise MemoryFault(f"{path}: {told}")

    def close(self) -> None:
        """Let another process have the file."""
        self._sql.close()

    def known(self, feed: str) -> Known:
        """Tell what is known of a feed."""
        row = self._sql.execute(
            "SELECT etag, modified, failures, due, title FROM feeds WHERE url = ?", (feed,)
        ).fetchone()
        if row is None:
            return Known()
        return Known(etag=row[0], modified=row[1], failures=row[2], due=row[3], title=row[4])

    def digest(self, feed: str, entry: str) -> str | None:
        """Return the digest under which an entry was published last; None when it never was."""
        row = self._sql.execute(
            "SELECT digest FROM entries WHERE feed = ? AND id = ?", (feed, entry)
        ).fetchone()
        return None if row is None else str(row[0])

    def remember(self, feed: str, entry: str, digest: str, *, seen: int) -> None:
        """Note that an entry is published, or that a feed still lists it; ``seen`` counts up."""
        self._sql.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET digest = excluded.digest, seen = excluded.seen",
            (feed, entry, digest, seen),
        )

    def answered(self, feed: str, known: Known, *, now: float) -> None:
        """Note how a feed answered, and forget the entries that it has not listed for longest."""
        self._sql.execute("BEGIN")
        self._sql.execute(
            "INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?, ?)",
            (feed, known.etag, known.modified, known.failures, known.due, now, known.title),
        )
        self._sql.execute(
            "DELETE FROM entries WHERE feed = ? AND id IN"
            " (SELECT id FROM entries WHERE feed = ? ORDER BY seen DESC, id LIMIT -1 OFFSET ?)",
            (feed, feed, ENTRIES),
        )
        self._sql.execute("COMMIT")


def _prepare(connection: sqlite3.Connection, now: float) -> None:
    """Take the file for ourselves, make its tables, forget the feeds that nobody polls any more."""
    connection.execute("BEGIN EXCLUSIVE")
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute(
        "DELETE FROM entries WHERE feed IN (SELECT url FROM feeds WHERE polled < ?)", (now - FORGET,)
    )
    connection.execute("DELETE FROM feeds WHERE polled < ?", (now - FORGET,))
    connection.execute("COMMIT")
