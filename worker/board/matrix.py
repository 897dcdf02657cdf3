"""What became of each paragraph, in every variant? Paragraph maps → a table of changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from topics.messages import ParagraphChange
from worker.board.rows import VariantRow

COLUMNS_MOST: Final = 80
RANK: Final = {"edited": 3, "moved": 2, "kept": 1}


@dataclass(frozen=True, slots=True)
class Cell:
    """A paragraph of the canonical copy in a variant; ``added`` counts the variant's own right after it."""

    change: str
    similarity: float
    added: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A variant in the matrix; ``before`` counts its own paragraphs above the first canonical one."""

    variant: VariantRow
    cells: tuple[Cell, ...]
    before: int
    added: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Variants by paragraphs of one canonical copy; ``cut`` says that it has more paragraphs than columns."""

    founder: VariantRow
    columns: int
    cut: bool
    lines: tuple[Line, ...] = field(default=())


def line(variant: VariantRow, changes: Sequence[ParagraphChange], paragraphs: int) -> Line:
    """Read one paragraph map; a paragraph without a row was not prose and counts as kept."""
    columns = min(paragraphs, COLUMNS_MOST)
    cells = [Cell("kept", 1.0)] * columns
    seen: set[int] = set()
    own: dict[int, int] = {}
    last = -1
    for row in changes:
        place = row.canonical
        if place is None:
            own[last] = own.get(last, 0) + 1
            continue
        if row.change not in {"dropped", "moved"}:
            last = place
        if place >= columns:
            continue
        if place not in seen or RANK.get(row.change, 0) > RANK.get(cells[place].change, 0):
            cells[place] = Cell(row.change, row.similarity)
        seen.add(place)
    for place, count in own.items():
        if 0 <= place < columns:
            cells[place] = Cell(cells[place].change, cells[place].similarity, count)
    return Line(variant, tuple(cells), own.get(-1, 0), sum(own.values()))
