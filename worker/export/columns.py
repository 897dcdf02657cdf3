"""What each file of an export holds: the columns, their DuckDB types and what they mean.

``docs/export.md`` is rendered from these tables; the writer and the reader of a row are one list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from topics.items import Event
from topics.messages import Change, Link, VariantV1
from topics.shapes import fields_of

SWAPS: Final = "STRUCT(canonical VARCHAR, variant VARCHAR)[]"
MAP: Final = "STRUCT(change VARCHAR, canonical INTEGER, variant INTEGER, similarity DOUBLE)[]"
CREDITS: Final = (
    "STRUCT(source VARCHAR, byline VARCHAR, dateline VARCHAR, contributor VARCHAR, copyright VARCHAR)"
)
PASSAGES: Final = "STRUCT(own INTEGER[], other INTEGER[], words INTEGER)[]"

Row = dict[str, Any]
Placed = tuple[VariantV1, Event]
"""A placement and the record that told of it."""
Linked = tuple[VariantV1, Link]
"""A placement and one of its ties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: either ``of`` reads it from what is exported, or it is ``sql`` over the whole export.

    ``field`` names the field of the contract that it holds, with the class before the dot; without a
    ``doc`` of its own its description there is the column's.
    """

    name: str
    type: str
    doc: str = ""
    field: str | None = None
    of: Callable[[Any], object] | None = None
    sql: str | None = None


def _variant(name: str, type_: str, field: str | None = None) -> Column:
    """Hold a field of the variant; null when the story was not matched."""
    field = field or name
    return Column(
        name=name,
        type=type_,
        field=f"Variant.{field}",
        of=lambda placed: getattr(placed[0].variant, field, None),
    )


def _structs(name: str, type_: str) -> Column:
    """Hold a list of structures of the variant; empty when there are none, null when it was not matched."""
    return Column(
        name=name,
        type=type_,
        field=f"Variant.{name}",
        of=lambda placed: getattr(placed[0].variant, name, None),
    )


def _story(name: str, type_: str = "VARCHAR", column: str | None = None) -> Column:
    """Hold a field of the story."""
    return Column(
        name=column or name,
        type=type_,
        field=f"StoryV1.{name}",
        of=lambda placed: getattr(placed[0].story, name),
    )


def _placed(name: str, type_: str = "VARCHAR", column: str | None = None, doc: str = "") -> Column:
    """Hold a field of the placement."""
    return Column(
        name=column or name,
        doc=doc,
        type=type_,
        field=f"VariantV1.{name}",
        of=lambda placed: getattr(placed[0], name),
    )


def _where(name: str, type_: str, column: str) -> Column:
    """Hold a part of the payload's coordinates."""
    return Column(
        name=column,
        type=type_,
        field=f"Coordinates.{name}",
        of=lambda placed: getattr(placed[0].coordinates, name),
    )


def _words(text: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _count(change: Change) -> Column:
    """Count the rows of the paragraph map with one change."""

    def of(placed: Placed) -> int | None:
        variant = placed[0].variant
        return None if variant is None else sum(row.change == change for row in variant.paragraphs)

    return Column(
        name=f"paragraphs_{change}", type="INTEGER", of=of, doc=f"paragraphs of the map that were {change}"
    )


STORIES: Final = (
    _placed("story_id"),
    _placed("status"),
    Column(
        name="canonical_id",
        type="VARCHAR",
        doc="canonical story that it belongs to now, after merges; null unless it was matched",
        sql="coalesce(final.into_id, stories.placed_in)",
    ),
    _placed("canonical_id", column="placed_in", doc="canonical story that it was placed in, before merges"),
    _variant("sequence", "INTEGER"),
    _placed("outlet"),
    _variant("relation", "VARCHAR"),
    _variant("coverage", "DOUBLE"),
    _variant("novelty", "DOUBLE"),
    _variant("lag_seconds", "DOUBLE", "lag"),
    _variant("parent", "VARCHAR"),
    _variant("hops", "INTEGER"),
    _variant("agency", "VARCHAR"),
    _variant("expired", "VARCHAR"),
    Column(
        name="version",
        type="VARCHAR",
        field="Variant.version",
        doc="story that brought the agency's version which it carries; null when none had come",
        of=lambda placed: (version := placed[0].variant and placed[0].variant.version) and version.story_id,
    ),
    _variant("against", "VARCHAR"),
    _variant("credit", "VARCHAR"),
    Column(
        name="credit_lines",
        type=CREDITS,
        field="Variant.credit_lines",
        of=lambda placed: placed[0].variant and placed[0].variant.credit_lines,
    ),
    _structs("names", SWAPS),
    _structs("figures", SWAPS),
    _structs("house_style", SWAPS),
    *(_count(change) for change in ("kept", "edited", "moved", "dropped", "added")),
    _structs("paragraphs", MAP),
    Column(
        name="links", type="INTEGER", of=lambda placed: len(placed[0].links), doc="rows in the links file"
    ),
    _placed("seen", "TIMESTAMPTZ"),
    Column(
        name="placed_at",
        type="TIMESTAMPTZ",
        of=lambda placed: placed[1].timestamp,
        doc="when the worker published the placement",
    ),
    _placed("headline"),
    Column(
        name="canonical_headline",
        type="VARCHAR",
        doc="headline of the earliest variant of the canonical story that the topic still holds",
        sql="canon.headline",
    ),
    Column(
        name="canonical_founded",
        type="TIMESTAMPTZ",
        doc="first sighting of the canonical story among what the topic still holds",
        sql="canon.founded",
    ),
    Column(
        name="canonical_variants",
        type="BIGINT",
        doc="variants of the canonical story that the topic still holds, repeats left out",
        sql="canon.variants",
    ),
    Column(
        name="canonical_outlets",
        type="BIGINT",
        doc="outlets among them",
        sql="canon.outlets",
    ),
    _story("feed"),
    _story("url"),
    _story("published"),
    _story("source_format"),
    _story("kind"),
    _story("language"),
    _story("byline"),
    Column(
        name="dateline",
        type="VARCHAR",
        field="Dateline.text",
        of=lambda placed: placed[0].story.dateline and placed[0].story.dateline.text,
    ),
    _story("agency", column="credited_agency"),
    _story("slug"),
    _story("version_kind"),
    _story("version_no", "INTEGER"),
    _story("native_id"),
    _story("native_version"),
    _story("urgency", "INTEGER"),
    _story("pub_status"),
    _story("embargo_until"),
    _story("expires"),
    Column(
        name="lapsed",
        type="TIMESTAMPTZ",
        doc="when the right to its text ended, as was told: headline and copy are null, lists of words empty",
        sql="lapsed.ended",
    ),
    Column(
        name="words",
        type="INTEGER",
        of=lambda placed: sum(_words(each.text) for each in placed[0].story.paragraphs),
        doc="words of copy: what white space divides and holds a letter or digit",
    ),
    _placed("reason"),
    _story("payload_id"),
    _where("topic", "VARCHAR", "payload_topic"),
    _where("partition", "INTEGER", "payload_partition"),
    _where("offset", "BIGINT", "payload_offset"),
    _where("part", "INTEGER", "payload_part"),
)
COPY: Final = Column(
    name="copy",
    type="VARCHAR[]",
    of=lambda placed: [each.text for each in placed[0].story.paragraphs],
    doc="the copy as delivered, a text a paragraph; only with `--copy`",
)
LINKS: Final = (
    Column(name="story_id", type="VARCHAR", field="VariantV1.story_id", of=lambda tie: tie[0].story_id),
    Column(
        name="canonical_id",
        type="VARCHAR",
        doc="canonical story that it belongs to now, after merges",
        sql="coalesce(final.into_id, links.placed_in)",
    ),
    Column(
        name="placed_in",
        type="VARCHAR",
        doc="canonical story that it was placed in, before merges",
        of=lambda tie: tie[0].canonical_id,
    ),
    Column(name="type", type="VARCHAR", field="Link.type", of=lambda tie: tie[1].type),
    Column(
        name="other_canonical_id",
        type="VARCHAR",
        doc="the other canonical story, after merges",
        sql="coalesce(other.into_id, links.linked_to)",
    ),
    Column(
        name="linked_to",
        type="VARCHAR",
        doc="the other canonical story, before merges",
        of=lambda tie: tie[1].canonical_id,
    ),
    Column(name="other_story_id", type="VARCHAR", field="Link.story_id", of=lambda tie: tie[1].story_id),
    Column(name="share", type="DOUBLE", field="Link.share", of=lambda tie: tie[1].share),
    Column(
        name="passages",
        type=PASSAGES,
        field="Link.passages",
        of=lambda tie: tie[1].passages,
    ),
    Column(name="seen", type="TIMESTAMPTZ", field="VariantV1.seen", of=lambda tie: tie[0].seen),
)

FILES: Final[Mapping[str, tuple[Column, ...]]] = MappingProxyType(
    {"stories.parquet": (*STORIES, COPY), "stories.links.parquet": LINKS}
)
"""Each file, as the example of the documentation names it, with its columns."""


def row(columns: tuple[Column, ...], item: "Placed | Linked") -> Row:
    """Read the columns that are read and not computed."""
    return {column.name: column.of(item) for column in columns if column.of is not None}


def meaning(column: Column) -> str:
    """Say what a column holds: its own text, or that of the contract's field."""
    if column.doc or column.field is None:
        return column.doc
    from topics import messages  # noqa: PLC0415 - by name, for the dictionary alone

    owner, _, name = column.field.partition(".")
    (field,) = [each for each in fields_of(getattr(messages, owner)) if each.name == name]
    closed = field.shape.values
    values = f": {', '.join(f'`{value}`' for value in closed)}" if closed else ""
    return f"{field.doc}{values}"
