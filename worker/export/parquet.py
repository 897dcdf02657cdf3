"""Write placements as Parquet in bounded memory: rows to files on disk, the rest is DuckDB's.

Merges come late in the log and change what was written, so the rows wait on disk until the log is read;
then one statement a file resolves them, sorts and writes, spilling to disk beyond its memory.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import duckdb
import orjson

from topics.catalog import CANONICAL_VARIANTS
from topics.items import Event
from topics.messages import LapseV1, MergeV1, VariantV1
from topics.times import time_ms, time_text
from worker.export.columns import COPY, LINKS, STORIES, Column, Row, row

MEMORY: Final = "256MB"  # DuckDB's; Python holds one message at a time
LONGEST: Final = CANONICAL_VARIANTS.max_message_bytes  # a row is shorter than the message that it tells
MERGES: Final = {"canonical_id": "VARCHAR", "into_id": "VARCHAR"}
LAPSES: Final = {"story_id": "VARCHAR", "ended": "TIMESTAMPTZ"}
QUOTES: Final = ("names", "figures", "house_style")  # columns of lists that hold words of the story
FINAL: Final = """
final AS (
  WITH RECURSIVE chain(canonical_id, into_id) USING KEY (canonical_id) AS (
    SELECT canonical_id, into_id FROM merges
    UNION
    SELECT chain.canonical_id, merges.into_id FROM chain JOIN merges ON chain.into_id = merges.canonical_id
  )
  FROM chain
)"""
"""Each merged id with the one that goes on, however often that was merged in turn."""
CANON: Final = """
canon AS (
  SELECT
    coalesce(final.into_id, stories.placed_in) AS canonical_id,
    arg_min(headline, coalesce(seen, placed_at)) AS headline,
    min(coalesce(seen, placed_at)) AS founded,
    count(*) FILTER (relation <> 'repeat') AS variants,
    count(DISTINCT outlet) AS outlets
  FROM stories LEFT JOIN final ON final.canonical_id = stories.placed_in
  GROUP BY 1
)"""


LAPSED: Final = "lapsed AS (SELECT story_id, min(ended) AS ended FROM lapses GROUP BY 1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an export wrote."""

    stories: int
    links: int


class Export:
    """Takes events of canonical-variants in their order, then writes ``to`` and its links file.

    ``since`` and ``until`` are milliseconds since 1970 UTC, the first included, the last not; a story is
    in when it was delivered then. What a canonical story counts and when it was founded is told from all
    that was taken. Nothing is written before ``write``, and a file is there whole or not at all.
    """

    def __init__(
        self, to: Path, *, since: int | None = None, until: int | None = None, copy: bool = False
    ) -> None:
        self._to = to
        self._since, self._until = since, until
        self._stories: tuple[Column, ...] = (*STORIES, COPY) if copy else STORIES
        self._folder = tempfile.TemporaryDirectory(prefix=".export-", dir=to.parent)
        self._files: dict[str, BufferedWriter] = {}

    def __enter__(self) -> Self:
        for name in ("stories", "links", "merges", "lapses"):
            self._files[name] = (Path(self._folder.name) / f"{name}.jsonl").open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        self._folder.cleanup()

    @property
    def links(self) -> Path:
        """Name the file of the links: ``stories.parquet`` has ``stories.links.parquet`` beside it."""
        return self._to.with_name(f"{self._to.stem}.links.parquet")

    def take(self, event: Event) -> None:
        """Note one event."""
        match event.message:
            case MergeV1(canonical_id=old, into=into):
                self._put("merges", {"canonical_id": old, "into_id": into})
            case LapseV1(story_id=story_id, expires=ended):
                self._put("lapses", {"story_id": story_id, "ended": ended})
            case VariantV1() as placed:
                inside = self._wants(event.timestamp if placed.seen is None else time_ms(placed.seen))
                facts = row(self._stories, (placed, event))
                facts["placed_at"] = time_text(event.timestamp)
                self._put("stories", {**facts, "inside": inside})
                for link in placed.links if inside else ():
                    self._put("links", row(LINKS, (placed, link)))

    def write(self) -> Written:
        """Write the files."""
        for file in self._files.values():
            file.flush()
        with duckdb.connect(Path(self._folder.name) / "export.duckdb") as database:
            database.execute(f"SET memory_limit = '{MEMORY}'")
            database.execute("SET threads = 1")  # each has a buffer of the longest row, and more
            database.execute("SET TimeZone = 'UTC'")
            database.execute("SET preserve_insertion_order = false")
            self._load(database, "merges", MERGES)
            self._load(database, "stories", {**_types(self._stories), "inside": "BOOLEAN"})
            self._load(database, "links", _types(LINKS))
            self._load(database, "lapses", LAPSES)
            database.execute(_lapse_sql(self._stories))
            stories = self._copy(database, self._to, _stories_sql(self._stories))
            links = self._copy(database, self.links, _links_sql())
        return Written(stories=stories, links=links)

    def _wants(self, at: int) -> bool:
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)

    def _put(self, name: str, facts: Row) -> None:
        self._files[name].write(orjson.dumps(facts, option=orjson.OPT_APPEND_NEWLINE))

    def _load(self, database: duckdb.DuckDBPyConnection, name: str, types: dict[str, str]) -> None:
        """Make a table of a file of rows, which is not needed any more."""
        columns = ", ".join(f"{_quoted(column)}: {_text(type_)}" for column, type_ in types.items())
        path = Path(self._folder.name) / f"{name}.jsonl"
        database.execute(
            f"CREATE TABLE {name} AS FROM read_json({_text(str(path))}, format = 'newline_delimited', "
            f"columns = {{{columns}}}, maximum_object_size = {LONGEST})"
        )
        path.unlink()

    def _copy(self, database: duckdb.DuckDBPyConnection, to: Path, query: str) -> int:
        part = Path(self._folder.name) / to.name
        database.execute(f"COPY ({query}) TO {_text(str(part))} (FORMAT parquet, COMPRESSION zstd)")
        (count,) = database.execute("SELECT count(*) FROM read_parquet($1)", [str(part)]).fetchone() or (0,)
        part.replace(to)
        return int(count)


def _stories_sql(columns: Sequence[Column]) -> str:
    return f"""
WITH {FINAL}, {CANON}, {LAPSED}
SELECT {_selected(columns, "stories")}
FROM stories
LEFT JOIN final ON final.canonical_id = stories.placed_in
LEFT JOIN canon ON canon.canonical_id = coalesce(final.into_id, stories.placed_in)
LEFT JOIN lapsed ON lapsed.story_id = stories.story_id
WHERE stories.inside
ORDER BY seen, payload_topic, payload_partition, payload_offset, payload_part"""  # noqa: S608 - our own names


def _lapse_sql(columns: Sequence[Column]) -> str:
    """Take the text out of the stories, the right to which has ended."""
    emptied = [f"{name} = CASE WHEN {name} IS NOT NULL THEN [] END" for name in QUOTES]
    texts = ["headline", *(column.name for column in columns if column is COPY)]
    changes = ", ".join([*emptied, *(f"{_quoted(name)} = NULL" for name in texts)])
    return f"UPDATE stories SET {changes} WHERE story_id IN (SELECT story_id FROM lapses)"  # noqa: S608 - our own names


def _links_sql() -> str:
    return f"""
WITH {FINAL}
SELECT {_selected(LINKS, "links")}
FROM links
LEFT JOIN final ON final.canonical_id = links.placed_in
LEFT JOIN final AS other ON other.canonical_id = links.linked_to
ORDER BY seen, story_id, type, other_story_id"""  # noqa: S608 - our own names


def _types(columns: Sequence[Column]) -> dict[str, str]:
    return {column.name: column.type for column in columns if column.sql is None}


def _selected(columns: Sequence[Column], rows: str) -> str:
    return ", ".join(
        f"{column.sql or f'{rows}.{_quoted(column.name)}'} AS {_quoted(column.name)}" for column in columns
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
