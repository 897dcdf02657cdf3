"""What does the Wire page show of each story beside its row? Who ran it, and when."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from worker.board.rows import StoryRow

DOTS: Final = 60
KINDS: Final = ("ran", "repeat", "stripped", "first")  # the later is drawn over the earlier
NAMED: Final = 4
WIDTH: Final = 160  # of the strip, in its own units
LEAST_MS: Final = 3_600_000  # a strip is never shorter than an hour
STRIP: Final = "SELECT outlet, seen, relation, credit FROM variants WHERE story = ? ORDER BY sequence LIMIT ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story on the Wire: the first outlets that ran it, in order, and its sightings over time.

    ``strip`` has the dots of each kind (``ran``, ``repeat``, ``stripped``, ``first``) as the path of an SVG:
    one dot is a line of no length with a round end.
    """

    row: StoryRow
    outlets: tuple[str, ...]
    strip: tuple[tuple[str, str], ...]


def items(connection: sqlite3.Connection, rows: Iterable[StoryRow]) -> tuple[Item, ...]:
    """Add to stories who ran them and when."""
    return tuple(_item(row, connection.execute(STRIP, (row.n, DOTS)).fetchall()) for row in rows)


def _item(row: StoryRow, sightings: Sequence[sqlite3.Row]) -> Item:
    outlets = dict.fromkeys(each[0] for each in sightings if each[0] is not None)
    seen = [(each[1], _kind(each[2], each[3])) for each in sightings if each[1] is not None]
    first = min([at for at, _ in seen], default=0)
    length = max(max([at for at, _ in seen], default=0) - first, LEAST_MS)
    dots: dict[str, dict[int, None]] = {kind: {} for kind in KINDS}
    for at, kind in seen:
        dots[kind][4 + (WIDTH - 8) * (at - first) // length] = None
    return Item(
        row=row,
        outlets=tuple(outlets)[:NAMED],
        strip=tuple((kind, "".join([f"M{x} 12h0" for x in dots[kind]])) for kind in KINDS if dots[kind]),
    )


def _kind(relation: str | None, credit: str | None) -> str:
    if relation in {"original", "repeat"}:
        return "first" if relation == "original" else "repeat"
    return "stripped" if credit == "stripped" else "ran"
