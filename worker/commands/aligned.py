"""Rows of text under one another: how a verb shows a table."""

from collections.abc import Iterator, Sequence


def aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Give of each row what stands before its last cell, padded alike in all rows, and that cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for *cells, last in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)), last
