"""What does the board forget, and when? Stories of which nothing was told for longer than it keeps them.

Time is that of the stream: a board that stands still forgets nothing. A few go with every batch of records,
the oldest first, so that forgetting holds up nothing. The counts of outlets stay.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from worker.board.copies import copy_of, evidence_of
from worker.board.words import unindex

LOT: Final = 100  # stories that go with a batch, at least

_NEWEST: Final = "SELECT max(updated) FROM stories WHERE into_id IS NULL"
_OVERDUE: Final = (
    "SELECT n, canonical_id FROM stories WHERE into_id IS NULL AND updated > 0 AND updated < ?"
    " ORDER BY updated, n LIMIT ?"
)
_ALIASES: Final = """
WITH RECURSIVE gone (id) AS (
  VALUES (?) UNION SELECT canonical_id FROM stories JOIN gone ON into_id = gone.id
) DELETE FROM stories WHERE canonical_id IN (SELECT id FROM gone)
"""


def forget(connection: sqlite3.Connection, keep: int, *, most: int) -> int:
    """Drop up to ``most`` stories told of last more than ``keep`` milliseconds before the newest; count them.

    Placements without a canonical story, such as held ones, go by when they were seen.
    """
    newest = connection.execute(_NEWEST).fetchone()[0]
    if newest is None:
        return 0
    before = newest - keep
    overdue = connection.execute(_OVERDUE, (before, most)).fetchall()
    placed = "SELECT n, story_id FROM variants WHERE story = ?"
    for story in overdue:
        _drop(connection, connection.execute(placed, (story["n"],)))
        connection.execute("DELETE FROM reaches WHERE story = ?", (story["n"],))
        connection.execute(_ALIASES, (story["canonical_id"],))
    alone = "SELECT n, story_id FROM variants WHERE story IS NULL AND seen < ? ORDER BY seen LIMIT ?"
    _drop(connection, connection.execute(alone, (before, most)))
    return len(overdue)


def _drop(connection: sqlite3.Connection, placements: Iterable[sqlite3.Row]) -> None:
    for n, story_id in list(placements):
        unindex(connection, n, copy_of(connection, n), evidence_of(connection, n).variant)
        for table in ("copies", "links", "variants"):
            connection.execute(f"DELETE FROM {table} WHERE n = ?", (n,))  # noqa: S608 - names of ours
        connection.execute("DELETE FROM lapses WHERE story_id = ?", (story_id,))
