"""What does the Wire page show of each story beside its row? Who ran it, and when."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from worker.board.rows import StoryRow

DOTS: Final = 60
NAMED: Final = 4
WIDTH: Final = 160  # of the strip, in its own units
LEAST_MS: Final = 3_600_000  # a strip is never shorter than an hour
STRIP: Final = "SELECT outlet, seen, relation, credit FROM variants WHERE story = ? ORDER BY sequence LIMIT ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A sighting on the strip: its place, and its kind: ``first``, ``stripped``, ``repeat`` or ``ran``."""

    x: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story on the Wire: the first outlets that ran it, in order, and its sightings over time."""

    row: StoryRow
    outlets: tuple[str, ...]
    dots: tuple[Dot, ...]


def items(connection: sqlite3.Connection, rows: Iterable[StoryRow]) -> tuple[Item, ...]:
    """Add to stories who ran them and when."""
    return tuple(_item(row, connection.execute(STRIP, (row.n, DOTS)).fetchall()) for row in rows)


def _item(row: StoryRow, sightings: Sequence[sqlite3.Row]) -> Item:
    outlets = dict.fromkeys(each["outlet"] for each in sightings if each["outlet"] is not None)
    times = [each["seen"] for each in sightings if each["seen"] is not None]
    first = min(times, default=0)
    length = max(max(times, default=0) - first, LEAST_MS)
    return Item(
        row=row,
        outlets=tuple(outlets)[:NAMED],
        dots=tuple(
            Dot(x=round(4 + (WIDTH - 8) * (each["seen"] - first) / length, 1), kind=_kind(each))
            for each in sightings
            if each["seen"] is not None
        ),
    )


def _kind(sighting: sqlite3.Row) -> str:
    if sighting["relation"] in {"original", "repeat"}:
        return "first" if sighting["relation"] == "original" else "repeat"
    return "stripped" if sighting["credit"] == "stripped" else "ran"
