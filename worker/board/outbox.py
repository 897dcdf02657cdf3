"""What is still to be posted to webhooks? A durable outbox beside the store, filled from it by offsets.

It has a file of its own: the store is built anew when its shape changes, and what was posted must not be
posted again for that. A webhook's place in canonical-variants and what it has to post change in one
transaction, so nothing is missed; what was posted is deleted after the answer, so it may be posted twice,
with the same id.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from topics.catalog import CANONICAL_VARIANTS
from topics.times import time_text
from worker.board import queries, replies
from worker.board.answers import Webhook
from worker.board.rows import VariantRow
from worker.board.saved import Hook
from worker.board.store import StoreError

FILE: Final = "webhooks.sqlite3"
AT_ONCE: Final = 200  # placements of a partition that one turn reads for a webhook
DEAD_KEPT: Final = 1000  # of each webhook
BUSY_MS: Final = 10_000

TABLES: Final = """
CREATE TABLE IF NOT EXISTS hooks (
  name TEXT PRIMARY KEY, topic_id TEXT NOT NULL, delivered INTEGER NOT NULL DEFAULT 0, error TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
  hook TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (hook, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, hook TEXT NOT NULL, body BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due INTEGER
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (hook, due);
"""
FORGET: Final = (
    "DELETE FROM hooks WHERE name NOT IN (SELECT value FROM json_each(?))",
    "DELETE FROM places WHERE hook NOT IN (SELECT value FROM json_each(?))",
    "DELETE FROM outbox WHERE hook NOT IN (SELECT value FROM json_each(?))",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A delivery: ``attempts`` were made, the next is ``due`` (milliseconds)."""

    id: str
    body: bytes
    attempts: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a webhook does."""

    pending: int
    delivered: int
    dead: int
    last_error: str | None


class Outbox:
    """The outbox in a folder. One thread at a time; ``tally`` from any."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = _connect(path)
        self._db.executescript(TABLES)

    @classmethod
    def open(cls, folder: Path, hooks: Sequence[Hook]) -> "Outbox":
        """Open the outbox of a folder; webhooks that are no more are forgotten, with what they had to post.

        Raises StoreError when it cannot be used.
        """
        names = orjson.dumps([hook.name for hook in hooks]).decode()
        try:
            outbox = cls(folder / FILE)
            with outbox._writing() as db:
                for statement in FORGET:
                    db.execute(statement, (names,))
        except sqlite3.Error as error:
            raise StoreError(f"the outbox in {folder} cannot be used: {error}") from error
        return outbox

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def collect(self, board: sqlite3.Connection, hook: Hook, *, now: int) -> bool:
        """Take over what came to the store for a webhook; True when there may be more.

        A webhook that was never seen begins with what comes next.
        """
        topic = CANONICAL_VARIANTS.name
        told = board.execute("SELECT value FROM meta WHERE name = ?", (f"topic:{topic}",)).fetchone()
        if told is None:  # nothing was read yet
            return False
        positions = {
            row["partition"]: row["next"]
            for row in board.execute("SELECT partition, next FROM positions WHERE topic = ?", (topic,))
        }
        with self._writing() as db:
            places = self._places(db, hook, told[0], positions)
            more = False
            for partition, upto in positions.items():
                at = places.get(partition, 0)
                rows = queries.landed(board, hook.asked, partition, at, limit=AT_ONCE)
                full = len(rows) == AT_ONCE
                more = more or full
                for offset, row in rows:
                    key = f"{hook.name}\0{told[0]}\0{partition}\0{offset}".encode()
                    name = "msg_" + blake2b(key, digest_size=16).hexdigest()
                    body = _body(board, hook, row, now)
                    db.execute(
                        "INSERT OR IGNORE INTO outbox (id, hook, body, due) VALUES (?, ?, ?, ?)",
                        (name, hook.name, body, now),
                    )
                after = rows[-1][0] + 1 if full else upto
                db.execute(
                    "INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (hook.name, partition, max(at, after))
                )
        return more

    def next(self, hook: str) -> Message | None:
        """Give the delivery that is due first; None when there is none."""
        row = self._db.execute(
            "SELECT id, body, attempts, due FROM outbox WHERE hook = ? AND due IS NOT NULL"
            " ORDER BY due, n LIMIT 1",
            (hook,),
        ).fetchone()
        return None if row is None else Message(**dict(row))

    def delivered(self, hook: str, message: Message) -> None:
        """Note that a delivery was taken."""
        with self._writing() as db:
            db.execute("DELETE FROM outbox WHERE id = ?", (message.id,))
            db.execute("UPDATE hooks SET delivered = delivered + 1, error = NULL WHERE name = ?", (hook,))

    def failed(self, hook: str, message: Message, error: str, *, due: int | None) -> None:
        """Note that an attempt failed; the next is ``due`` (milliseconds), None for never."""
        with self._writing() as db:
            db.execute("UPDATE outbox SET attempts = attempts + 1, due = ? WHERE id = ?", (due, message.id))
            db.execute("UPDATE hooks SET error = ? WHERE name = ?", (error, hook))
            db.execute(
                "DELETE FROM outbox WHERE hook = :hook AND due IS NULL AND n NOT IN (SELECT n FROM outbox"
                " WHERE hook = :hook AND due IS NULL ORDER BY n DESC LIMIT :kept)",
                {"hook": hook, "kept": DEAD_KEPT},
            )

    def revive(self, *, now: int) -> int:
        """Make what was given up due again, with all its attempts before it, and count it."""
        with self._writing() as db:
            return db.execute("UPDATE outbox SET attempts = 0, due = ? WHERE due IS NULL", (now,)).rowcount

    def tally(self, hook: str) -> Tally:
        """Count what a webhook has to post, posted, and gave up."""
        with closing(_connect(self._path)) as db:
            told = db.execute("SELECT delivered, error FROM hooks WHERE name = ?", (hook,)).fetchone()
            counts = db.execute(
                "SELECT count(due), count(*) - count(due) FROM outbox WHERE hook = ?", (hook,)
            ).fetchone()
        return Tally(
            pending=counts[0],
            dead=counts[1],
            delivered=told["delivered"] if told else 0,
            last_error=told["error"] if told else None,
        )

    @staticmethod
    def _places(
        db: sqlite3.Connection, hook: Hook, topic_id: str, positions: dict[int, int]
    ) -> dict[int, int]:
        """Find where a webhook stands; a topic that was made again is read from its beginning."""
        known = db.execute("SELECT topic_id FROM hooks WHERE name = ?", (hook.name,)).fetchone()
        if known is None:
            db.execute("INSERT INTO hooks (name, topic_id) VALUES (?, ?)", (hook.name, topic_id))
            return dict(positions)
        if known["topic_id"] != topic_id:
            db.execute("UPDATE hooks SET topic_id = ? WHERE name = ?", (topic_id, hook.name))
            db.execute("DELETE FROM places WHERE hook = ?", (hook.name,))
        rows = db.execute("SELECT partition, next FROM places WHERE hook = ?", (hook.name,))
        return {row["partition"]: row["next"] for row in rows}

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def standing(hooks: Sequence[Hook], outbox: Outbox) -> tuple[Webhook, ...]:
    """Say how each webhook does; its secret and the path of its address stay here."""
    return tuple(
        Webhook.model_validate(
            {
                "name": hook.name,
                "host": hook.host,
                "filter": dict(hook.given),
                **asdict(outbox.tally(hook.name)),
            }
        )
        for hook in hooks
    )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what was taken over is not taken over again
    return connection


def _body(board: sqlite3.Connection, hook: Hook, row: VariantRow, now: int) -> bytes:
    """Write what is posted: type, timestamp and data, as Standard Webhooks has it."""
    story = None if row.canonical_id is None else queries.story(board, row.canonical_id)
    data: dict[str, Any] = {
        "webhook": hook.name,
        "filter": dict(hook.given),
        "variant": replies.variant(row).model_dump(mode="json"),
        "story": None if story is None else replies.story(story).model_dump(mode="json"),
    }
    timestamp = time_text(now if row.seen is None else row.seen)
    return orjson.dumps({"type": "variant.matched", "timestamp": timestamp, "data": data})
