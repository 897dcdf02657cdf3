"""Keep and recall what only one page at a time needs of a placement: its facts and its copy."""

import sqlite3
from dataclasses import dataclass

import orjson
from cramjam import zstd

from topics.codec import reader_of
from topics.messages import Link, StoryV1, Variant, VariantV1

LEVEL = 3  # of zstd


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What variant.v1 tells of a placement beside its copy.

    ``against`` is the story whose copy its figures and its map are told against; None is the founding one.
    """

    variant: Variant | None
    links: tuple[Link, ...]
    against: str | None = None


def keep(connection: sqlite3.Connection, n: int, message: VariantV1) -> None:
    """Write the facts and the copy of placement ``n``."""
    _write(connection, n, message.story, variant=message.variant, links=message.links)


def rewrite(connection: sqlite3.Connection, n: int, copy: StoryV1, evidence: Evidence) -> None:
    """Put another copy and other facts in the place of those of placement ``n``."""
    _write(connection, n, copy, variant=evidence.variant, links=evidence.links)


def _write(
    connection: sqlite3.Connection, n: int, copy: StoryV1, *, variant: Variant | None, links: tuple[Link, ...]
) -> None:
    facts = orjson.dumps({"variant": variant, "links": links})
    packed = bytes(zstd.compress(orjson.dumps(copy), LEVEL))
    connection.execute("INSERT OR REPLACE INTO copies VALUES (?, ?, ?)", (n, facts, packed))


def evidence_of(connection: sqlite3.Connection, n: int) -> Evidence:
    """Read the facts of placement ``n``; LookupError when it is not there."""
    row = connection.execute("SELECT facts FROM copies WHERE n = ?", (n,)).fetchone()
    if row is None:
        raise LookupError(n)
    facts = orjson.loads(row[0])
    return Evidence(
        variant=None if facts["variant"] is None else reader_of(Variant)(facts["variant"]),
        links=tuple([reader_of(Link)(each) for each in facts["links"]]),
        against=(facts["variant"] or {}).get("against"),
    )


def copy_of(connection: sqlite3.Connection, n: int) -> StoryV1:
    """Read the whole record of placement ``n``; LookupError when it is not there."""
    row = connection.execute("SELECT copy FROM copies WHERE n = ?", (n,)).fetchone()
    if row is None:
        raise LookupError(n)
    copy: StoryV1 = reader_of(StoryV1)(orjson.loads(bytes(zstd.decompress(row[0]))))
    return copy
