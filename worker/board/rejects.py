"""What was refused, and why? Dead letters → rows."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from worker.board.rows import Page, cursor, read_cursor

PAGE: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRow:
    """A dead letter; ``sample`` is how its bytes begin, ``written`` is milliseconds."""

    n: int
    reject_id: str
    reason: str
    message: str
    stage: str
    topic: str
    partition: int
    offset: int
    part: int | None
    attempt: int
    written: int
    size: int
    sample: bytes


def reasons(connection: sqlite3.Connection) -> tuple[tuple[str, int], ...]:
    """Count the rejects by reason, the most first."""
    rows = connection.execute(
        "SELECT reason, count(*) AS times FROM rejects GROUP BY reason ORDER BY 2 DESC, 1"
    )
    return tuple((row["reason"], row["times"]) for row in rows)


def rejects(
    connection: sqlite3.Connection, *, reason: str | None = None, after: str | None = None, limit: int = PAGE
) -> Page[RejectRow]:
    """List the rejects, the latest first. Raises BadFilter for a cursor that was not made here."""
    before = read_cursor(after)[1] if after is not None else None
    rows = [
        RejectRow(**dict(row))
        for row in connection.execute(
            "SELECT * FROM rejects WHERE (:reason IS NULL OR reason = :reason)"
            " AND (:before IS NULL OR n < :before) ORDER BY n DESC LIMIT :limit",
            {"reason": reason, "before": before, "limit": limit + 1},
        )
    ]
    more = len(rows) > limit
    return Page(tuple(rows[:limit]), cursor(0, rows[limit - 1].n) if more else None)
