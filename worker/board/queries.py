"""Ask the store: typed rows, newest first, paged by keys. Each function reads through a given connection.

``Store.reading`` lends the connection; what is asked within one loan belongs to one state.
"""

import sqlite3
from typing import Any, Final

import orjson

from topics.codec import reader_of
from topics.messages import CanonicalV1, Member
from worker.board.filters import Filters, phrase
from worker.board.rows import LinkRow, Page, StoryRow, VariantRow, cursor, read_cursor

PAGE: Final = 50
PAGE_MOST: Final = 500
MATCHES_MOST: Final = 10_000  # placements, the newest, in which words are found
ALIASES_MOST: Final = 32
HOUR_MS: Final = 3_600_000


STORY_COLUMNS: Final = (
    "s.n, s.canonical_id, s.headline, s.agency, s.language, s.slug, s.version, s.founded, s.updated,"
    " s.variants, s.outlets, s.repeats, s.sequence, s.stripped, s.corrected, s.killed, s.embargoed,"
    " s.standing, s.carrying, s.lapsed,"
    " (SELECT count(*) FROM variants p WHERE p.story = s.n AND p.seen > :hour) AS pace"
)
VARIANT_COLUMNS: Final = (
    "v.n, s.canonical_id AS canonical_id, v.canonical_id AS published_under, v.sequence, v.story_id,"
    " v.status, v.relation, v.outlet, v.headline, v.url, v.seen, v.lag, v.coverage, v.novelty, v.parent,"
    " v.hops, v.agency, v.credit, v.language, v.slug, v.kind, v.pub_status, v.version, v.words, v.reason,"
    " v.lapsed"
)


def newest(connection: sqlite3.Connection) -> int:
    """Say when the newest sighting was, in milliseconds: the board's present; 0 when nothing was seen."""
    row = connection.execute("SELECT max(updated) FROM stories WHERE into_id IS NULL").fetchone()
    return int(row[0] or 0)


def stories(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    after: str | None = None,
    limit: int = PAGE,
    only: str | None = None,
) -> Page[StoryRow]:
    """List the stories asked for, the last seen first. ``only`` looks at one canonical id.

    Raises BadFilter for a cursor that was not made here. A text is looked for in the newest placements
    that hold it, ``MATCHES_MOST`` at most.
    """
    where, values = _story_filters(filters)
    if only is not None:
        where.append("s.canonical_id = :only")
        values["only"] = only
    if after is not None:
        where.append("(s.updated, s.n) < (:updated, :n)")
        values["updated"], values["n"] = read_cursor(after)
    values["hour"] = newest(connection) - HOUR_MS
    values["limit"] = limit + 1
    sql = (
        f"SELECT {STORY_COLUMNS} FROM stories s WHERE s.into_id IS NULL AND {' AND '.join(where) or '1'}"  # noqa: S608 - values are bound
        " ORDER BY s.updated DESC, s.n DESC LIMIT :limit"
    )
    rows = [_story(row) for row in connection.execute(sql, values)]
    more = len(rows) > limit
    return Page(tuple(rows[:limit]), cursor(rows[limit - 1].updated, rows[limit - 1].n) if more else None)


def story(connection: sqlite3.Connection, canonical_id: str) -> StoryRow | None:
    """Find the story that goes on under an id, through merges; None when there is none."""
    for _ in range(ALIASES_MOST):
        row = connection.execute(
            f"SELECT {STORY_COLUMNS}, s.into_id FROM stories s WHERE s.canonical_id = :id",  # noqa: S608 - ours
            {"id": canonical_id, "hour": newest(connection) - HOUR_MS},
        ).fetchone()
        if row is None:
            return None
        if row["into_id"] is None:
            return _story(row)
        canonical_id = row["into_id"]
    return None


def aliases(connection: sqlite3.Connection, canonical_id: str) -> tuple[str, ...]:
    """List the ids that were merged into a story, directly."""
    rows = connection.execute(
        "SELECT canonical_id FROM stories WHERE into_id = ? ORDER BY n LIMIT 100", (canonical_id,)
    )
    return tuple(row[0] for row in rows)


def variants(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    canonical_id: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[VariantRow]:
    """List placements: of one story in its order, else all that the filters ask for, the newest first.

    Badges do not ask variants. Raises BadFilter for a cursor that was not made here.
    """
    where, values = _variant_filters(filters)
    order, key = "v.n DESC", "n"
    if canonical_id is not None:
        where.append("s.canonical_id = :canonical_id")
        values["canonical_id"] = canonical_id
        order, key = "v.sequence, v.n", "sequence"
    if after is not None:
        first, values["n"] = read_cursor(after)
        if canonical_id is None:
            where.append("v.n < :n")
        else:
            where.append("(v.sequence, v.n) > (:sequence, :n)")
            values["sequence"] = first
    values["limit"] = limit + 1
    sql = (
        f"SELECT {VARIANT_COLUMNS} FROM variants v LEFT JOIN stories s ON s.n = v.story"  # noqa: S608 - values are bound
        f" WHERE {' AND '.join(where) or '1'} ORDER BY {order} LIMIT :limit"
    )
    rows = [VariantRow(**dict(row)) for row in connection.execute(sql, values)]
    if len(rows) <= limit:
        return Page(tuple(rows), None)
    last = rows[limit - 1]
    return Page(tuple(rows[:limit]), cursor(getattr(last, key) or 0, last.n))


def landed(
    connection: sqlite3.Connection, filters: Filters, partition: int, offset: int, *, limit: int
) -> list[tuple[int, VariantRow]]:
    """List the placements of a partition of canonical-variants, from an offset on, each with its own."""
    where, values = _variant_filters(filters)
    found = connection.execute(
        f"SELECT v.offset, {VARIANT_COLUMNS} FROM variants v LEFT JOIN stories s ON s.n = v.story"  # noqa: S608 - values are bound
        f" WHERE {' AND '.join(['v.partition = :partition AND v.offset >= :offset', *where])}"
        " ORDER BY v.offset LIMIT :limit",
        values | {"partition": partition, "offset": offset, "limit": limit},
    )
    return [
        (row["offset"], VariantRow(**{name: row[name] for name in VariantRow.__slots__})) for row in found
    ]


def variant(connection: sqlite3.Connection, canonical_id: str, sequence: int) -> VariantRow | None:
    """Find the variant of a story by its sequence; None when there is none."""
    row = connection.execute(
        f"SELECT {VARIANT_COLUMNS} FROM variants v JOIN stories s ON s.n = v.story"  # noqa: S608 - ours
        " WHERE s.canonical_id = ? AND v.sequence = ? ORDER BY v.n LIMIT 1",
        (canonical_id, sequence),
    ).fetchone()
    return None if row is None else VariantRow(**dict(row))


def founder(connection: sqlite3.Connection, row: VariantRow, against: str | None = None) -> VariantRow | None:
    """Find the copy whose paragraphs the paragraph map of a variant counts; None when it is not known.

    ``against`` names its story; None is the original of the id that the variant was published under.
    """
    if against is not None:
        found = connection.execute(
            f"SELECT {VARIANT_COLUMNS} FROM variants v LEFT JOIN stories s ON s.n = v.story"  # noqa: S608 - ours
            " WHERE v.story_id = ? ORDER BY v.n LIMIT 1",
            (against,),
        ).fetchone()
        return None if found is None else VariantRow(**dict(found))
    found = connection.execute(
        f"SELECT {VARIANT_COLUMNS} FROM variants v JOIN stories s ON s.n = v.story"  # noqa: S608 - ours
        " WHERE s.canonical_id = ? AND v.canonical_id = ? AND v.relation = 'original'"
        " ORDER BY v.sequence LIMIT 1",
        (row.canonical_id, row.published_under),
    ).fetchone()
    return None if found is None else VariantRow(**dict(found))


def forgotten(connection: sqlite3.Connection, row: StoryRow) -> tuple[Member, ...]:
    """List the members that only the snapshot of a story still knows: the log no longer holds them."""
    found = connection.execute("SELECT snapshot FROM stories WHERE n = ?", (row.n,)).fetchone()
    if found is None or found[0] is None:
        return ()
    told: CanonicalV1 = reader_of(CanonicalV1)(orjson.loads(found[0]))
    known = {
        each[0]
        for each in connection.execute("SELECT DISTINCT story_id FROM variants WHERE story = ?", (row.n,))
    }
    members = {each.story_id: each for each in (*told.first, *told.latest) if each.story_id not in known}
    return tuple(members.values())


def reaches(connection: sqlite3.Connection, row: StoryRow) -> tuple[dict[str, Any], ...]:
    """List what was told of the reach of kills, holds and corrections (reach.v1), in order."""
    found = connection.execute(
        "SELECT facts FROM reaches WHERE story = ? ORDER BY sequence, n LIMIT 1000", (row.n,)
    )
    return tuple(orjson.loads(each[0]) for each in found)


def links(connection: sqlite3.Connection, row: StoryRow) -> tuple[LinkRow, ...]:
    """List the ties of a story in both directions, each pair and type once, the strongest first."""
    sql = """
    SELECT l.type, 1 AS outgoing, l.canonical_id, max(l.share) AS share, v.outlet, o.into_id
      FROM variants v JOIN links l ON l.n = v.n LEFT JOIN stories o ON o.canonical_id = l.canonical_id
      WHERE v.story = :n GROUP BY l.type, l.canonical_id
    UNION ALL
    SELECT l.type, 0, s.canonical_id, max(l.share), v.outlet, NULL
      FROM links l JOIN variants v ON v.n = l.n JOIN stories s ON s.n = v.story
      WHERE l.canonical_id IN (SELECT :id UNION SELECT canonical_id FROM stories WHERE into_id = :id)
      GROUP BY l.type, s.canonical_id
    ORDER BY share DESC LIMIT 100
    """
    found: dict[tuple[str, bool, str], LinkRow] = {}
    for each in connection.execute(sql, {"n": row.n, "id": row.canonical_id}).fetchall():
        other = story(connection, each["canonical_id"])
        at = other.canonical_id if other else each["canonical_id"]
        if at == row.canonical_id:  # merged since
            continue
        found.setdefault(
            (each["type"], bool(each["outgoing"]), at),
            LinkRow(
                type=each["type"],
                outgoing=bool(each["outgoing"]),
                canonical_id=at,
                headline=other.headline if other else None,
                agency=other.agency if other else None,
                outlet=each["outlet"],
                share=each["share"],
                known=other is not None,
            ),
        )
    return tuple(found.values())


def facet(connection: sqlite3.Connection, column: str) -> tuple[str, ...]:
    """List the agencies or languages that stories have. ``column`` is agency or language."""
    if column not in {"agency", "language"}:
        raise ValueError(column)
    # A loose index scan: one seek a value, however many stories there are.
    sql = f"""
    WITH RECURSIVE found(value) AS (
      SELECT min({column}) FROM stories WHERE into_id IS NULL
      UNION ALL
      SELECT (SELECT min({column}) FROM stories WHERE into_id IS NULL AND {column} > value)
      FROM found WHERE value IS NOT NULL LIMIT 500
    ) SELECT value FROM found WHERE value IS NOT NULL"""  # noqa: S608 - the column is one of two
    return tuple(row[0] for row in connection.execute(sql))


def _story(row: sqlite3.Row) -> StoryRow:
    values = {name: row[name] for name in StoryRow.__slots__}
    for name in ("corrected", "killed", "embargoed"):
        values[name] = bool(values[name])
    return StoryRow(**values)


def _story_filters(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    """Spell filters as conditions on ``stories s``."""
    where: list[str] = []
    values: dict[str, Any] = {}
    for name in ("agency", "language", "slug"):
        if (value := getattr(filters, name)) is not None:
            where.append(f"s.{name} = :{name}")
            values[name] = value
    where += [f"s.{badge}" for badge in filters.badges]
    if filters.since is not None:
        where.append("s.updated >= :since")
        values["since"] = filters.since
    if filters.until is not None:
        where.append("s.founded <= :until")
        values["until"] = filters.until
    carried = [f"c.{name} = :{name}" for name in ("outlet", "credit", "relation") if getattr(filters, name)]
    if carried:
        values |= {name: getattr(filters, name) for name in ("outlet", "credit", "relation")}
        if filters.outlet is not None:  # an outlet has few stories: begin there
            where.append(f"s.n IN (SELECT c.story FROM variants c WHERE {' AND '.join(carried)})")  # noqa: S608
        else:
            where.append(f"EXISTS (SELECT 1 FROM variants c WHERE c.story = s.n AND {' AND '.join(carried)})")  # noqa: S608
    if filters.text is not None:
        where.append(
            "s.n IN (SELECT story FROM variants WHERE n IN"
            " (SELECT rowid FROM search WHERE search MATCH :text ORDER BY rowid DESC LIMIT :matches))"
        )
        values |= {"text": phrase(filters.text), "matches": MATCHES_MOST}
    return where, values


def _variant_filters(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    """Spell filters as conditions on ``variants v`` and its story ``s``."""
    where: list[str] = []
    values: dict[str, Any] = {}
    for name in ("outlet", "agency", "language", "slug", "credit", "relation"):
        if (value := getattr(filters, name)) is not None:
            where.append(f"v.{name} = :{name}")
            values[name] = value
    for name, sign in (("since", ">="), ("until", "<=")):
        if (value := getattr(filters, name)) is not None:
            where.append(f"v.seen {sign} :{name}")
            values[name] = value
    if filters.text is not None:
        where.append(
            "v.n IN (SELECT rowid FROM search WHERE search MATCH :text ORDER BY rowid DESC LIMIT :matches)"
        )
        values |= {"text": phrase(filters.text), "matches": MATCHES_MOST}
    return where, values
