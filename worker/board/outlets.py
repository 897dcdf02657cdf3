"""What does an outlet run, from whom, how fast, how much does it cut? Placements → medians and counts."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

LATEST: Final = 5_000  # placements of an outlet that its figures are drawn from
LISTED: Final = 1_000
STYLES: Final = 24
FROM: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """An outlet in a list; counts are of all that the board holds. ``last_seen`` is milliseconds."""

    outlet: str
    variants: int
    founded: int
    from_agency: int
    stripped: int
    last_seen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprints:
    """How an outlet treats the copy of one agency (None: of other outlets); it was not first with it.

    ``number`` is the size of the sample; medians are None where nothing was measured. ``lag`` is seconds,
    ``kept`` and ``own`` are shares. ``credited`` counts those whose copy had a credit to lose.
    """

    agency: str | None
    number: int
    lag: float | None
    kept: float | None
    own: float | None
    credited: int
    stripped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A change that this outlet makes: what the canonical copy has, what it writes, how often."""

    canonical: str
    variant: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """The figures of an outlet, of its latest ``sample`` placements."""

    row: OutletRow
    sample: int
    first: int
    reprints: tuple[Reprints, ...]
    relations: tuple[tuple[str, int], ...]
    taken_from: tuple[tuple[str, int], ...]
    styles: tuple[Style, ...]


def outlets(connection: sqlite3.Connection) -> tuple[OutletRow, ...]:
    """List the outlets, those that run most first."""
    rows = connection.execute(
        "SELECT outlet, variants, founded, from_agency, stripped, last_seen FROM outlets"
        " ORDER BY variants DESC, outlet LIMIT ?",
        (LISTED,),
    )
    return tuple(OutletRow(**dict(row)) for row in rows)


def outlet(connection: sqlite3.Connection, name: str) -> Outlet | None:
    """Draw the figures of an outlet; None when the board has not met it."""
    found = connection.execute(
        "SELECT outlet, variants, founded, from_agency, stripped, last_seen FROM outlets WHERE outlet = ?",
        (name,),
    ).fetchone()
    if found is None:
        return None
    rows = connection.execute(
        "SELECT v.agency, v.relation, v.lag, v.coverage, v.novelty, v.credit, p.outlet AS source"
        " FROM variants v LEFT JOIN variants p"
        " ON p.n = (SELECT min(n) FROM variants WHERE story_id = v.parent AND v.parent IS NOT NULL)"
        " WHERE v.outlet = ? ORDER BY v.n DESC LIMIT ?",
        (name, LATEST),
    ).fetchall()
    by_agency: dict[str | None, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        if row["relation"] not in {None, "original", "repeat"}:
            by_agency[row["agency"]].append(row)
    styles = connection.execute(
        "SELECT canonical, variant, times FROM styles WHERE outlet = ?"
        " ORDER BY times DESC, canonical LIMIT ?",
        (name, STYLES),
    )
    sources = Counter(row["source"] for row in rows if row["source"] not in {None, name})
    return Outlet(
        row=OutletRow(**dict(found)),
        sample=len(rows),
        first=sum(row["relation"] == "original" for row in rows),
        reprints=tuple(
            sorted(
                (_reprints(agency, of) for agency, of in by_agency.items()),
                key=lambda each: (-each.number, each.agency or ""),
            )
        ),
        relations=tuple(Counter(row["relation"] for row in rows if row["relation"]).most_common()),
        taken_from=tuple(sources.most_common(FROM)),
        styles=tuple(Style(**dict(row)) for row in styles),
    )


def _reprints(agency: str | None, rows: Sequence[sqlite3.Row]) -> Reprints:
    credited = [row for row in rows if row["credit"] in {"kept", "altered", "stripped"}]
    return Reprints(
        agency=agency,
        number=len(rows),
        lag=_median(rows, "lag"),
        kept=_median(rows, "coverage"),
        own=_median(rows, "novelty"),
        credited=len(credited),
        stripped=sum(row["credit"] == "stripped" for row in credited),
    )


def _median(rows: Sequence[sqlite3.Row], column: str) -> float | None:
    values = [row[column] for row in rows if row[column] is not None]
    return median(values) if values else None
