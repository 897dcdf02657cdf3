"""Everything that the Story page shows of one canonical story."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from topics.messages import Member
from worker.board import queries
from worker.board.copies import Evidence, copy_of, evidence_of
from worker.board.diff import Diff, compare
from worker.board.filters import Filters
from worker.board.matrix import Line, Matrix, line
from worker.board.rows import LinkRow, StoryRow, VariantRow

SHOWN: Final = 100  # variants on a page
EVERY: Final = Filters()


@dataclass(frozen=True, slots=True)
class Node:
    """A variant in the tree, with what was most likely taken from it."""

    variant: VariantRow
    children: "list[Node]" = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Who carries a version; None is copy whose version nobody named."""

    name: str | None
    carried: tuple[VariantRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A variant beside the copy of its canonical story; ``diff`` is None when that copy is not held."""

    variant: VariantRow
    founder: VariantRow | None
    evidence: Evidence
    diff: Diff | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A canonical story with its variants; ``after`` is the cursor of the variants that did not fit."""

    story: StoryRow
    variants: tuple[VariantRow, ...]
    after: str | None
    longest: float
    trees: tuple[Node, ...]
    matrices: tuple[Matrix, ...]
    versions: tuple[Version, ...]
    compared: Compared | None
    links: tuple[LinkRow, ...]
    forgotten: tuple[Member, ...]
    reaches: tuple[dict[str, Any], ...]
    aliases: tuple[str, ...]
    continues: StoryRow | None


def dossier(
    connection: sqlite3.Connection, story: StoryRow, *, sequence: int | None = None, after: str | None = None
) -> Dossier:
    """Collect it; ``sequence`` chooses the variant to compare, else the one that changed most."""
    page = queries.variants(connection, EVERY, canonical_id=story.canonical_id, after=after, limit=SHOWN)
    evidence = {row.n: evidence_of(connection, row.n) for row in page.rows}
    return Dossier(
        story=story,
        variants=page.rows,
        after=page.after,
        longest=max((row.lag or 0.0 for row in page.rows), default=0.0),
        trees=_trees(page.rows),
        matrices=_matrices(connection, page.rows, evidence),
        versions=versions(page.rows),
        compared=_compared(connection, story, page.rows, sequence),
        links=queries.links(connection, story),
        forgotten=queries.forgotten(connection, story),
        reaches=queries.reaches(connection, story),
        aliases=queries.aliases(connection, story.canonical_id),
        continues=_continued(connection, evidence.values()),
    )


def _continued(connection: sqlite3.Connection, evidence: Iterable[Evidence]) -> StoryRow | None:
    """Find the story outside the window that this one goes on from."""
    for each in evidence:
        if each.variant is not None and each.variant.expired is not None:
            return queries.story(connection, each.variant.expired)
    return None


def _trees(rows: Sequence[VariantRow]) -> tuple[Node, ...]:
    """Hang every variant under its nearest parent; those whose parent is not here are roots."""
    nodes: dict[str, Node] = {}
    roots: list[Node] = []
    for row in rows:
        if row.story_id in nodes:  # a repeat
            continue
        node = nodes[row.story_id] = Node(row)
        parent = nodes.get(row.parent or "")
        (parent.children if parent is not None else roots).append(node)
    return tuple(roots)


def _matrices(
    connection: sqlite3.Connection, rows: Sequence[VariantRow], evidence: dict[int, Evidence]
) -> tuple[Matrix, ...]:
    """Make a matrix for each copy that maps count: the founding one, later versions, merged stories."""
    by_copy: dict[tuple[str | None, str | None], list[VariantRow]] = defaultdict(list)
    for row in rows:
        if row.relation != "repeat":
            by_copy[row.published_under, evidence[row.n].against].append(row)
    made: list[Matrix] = []
    for (_, against), members in by_copy.items():
        founder = queries.founder(connection, members[0], against)
        if founder is None or founder.lapsed:
            continue
        paragraphs = len(copy_of(connection, founder.n).paragraphs)
        lines: list[Line] = []
        for row in members:
            told = evidence[row.n].variant
            lines.append(line(row, told.paragraphs if told else (), paragraphs))
        columns = len(lines[0].cells)
        made.append(Matrix(founder, columns, columns < paragraphs, tuple(lines)))
    return tuple(made)


def versions(rows: Sequence[VariantRow]) -> tuple[Version, ...]:
    """Group the variants by the version that they name, in order of appearance; none when none is named."""
    by_name: dict[str | None, list[VariantRow]] = defaultdict(list)
    for row in rows:
        if row.relation != "repeat":
            by_name[row.version].append(row)
    if set(by_name) <= {None}:
        return ()
    return tuple(Version(name=name, carried=tuple(carried)) for name, carried in by_name.items())


def _compared(
    connection: sqlite3.Connection, story: StoryRow, rows: Sequence[VariantRow], sequence: int | None
) -> Compared | None:
    """Compare the variant that was asked for."""
    if sequence is not None:
        chosen = queries.variant(connection, story.canonical_id, sequence)
    else:
        changed = [row for row in rows if row.relation not in {"original", "repeat", None}]
        chosen = max(changed, key=_interest, default=None)
    if chosen is None:
        return None
    evidence = evidence_of(connection, chosen.n)
    founder = queries.founder(connection, chosen, evidence.against)
    diff = None
    if founder is not None and evidence.variant is not None and not (founder.lapsed or chosen.lapsed):
        diff = compare(copy_of(connection, founder.n), copy_of(connection, chosen.n), evidence.variant)
    return Compared(variant=chosen, founder=founder, evidence=evidence, diff=diff)


def _interest(row: VariantRow) -> tuple[float, int]:
    return (row.novelty or 0.0) + (1 - (row.coverage or 0.0)), -(row.sequence or 0)
