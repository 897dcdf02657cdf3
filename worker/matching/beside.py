"""How do two versions of a copy look beside each other? Texts and a paragraph map → rows of segments."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from worker import kernels

WORK_MAX: Final = 4_000_000  # words times words; larger paragraphs are shown as cut and new
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})

Change = tuple[str, int | None, int | None]
"""A row of a paragraph map: what became of it, its place in the version before, and in the one after."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand in both versions, or what one has where the other has something else."""

    before: str
    after: str
    same: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A passage in both versions; None where one has nothing. ``left`` and ``right`` count its paragraphs."""

    before: str | None
    after: str | None
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    moved: bool = False

    def segments(self) -> list[Segment]:
        """Compare word by word; typographic quotes do not count. White space is folded."""
        if self.before is None or self.after is None:
            return [Segment(_folded(self.before or ""), _folded(self.after or ""), same=False)]
        before, after = self.before.split(), self.after.split()
        if len(before) * len(after) > WORK_MAX:
            return [Segment(" ".join(before), " ".join(after), same=before == after)]
        runs = kernels.runs(
            [word.translate(_QUOTES) for word in before], [word.translate(_QUOTES) for word in after]
        )
        result: list[Segment] = []
        at = there = 0
        for a, b, size in [*runs, (len(before), len(after), 0)]:
            if a > at or b > there:
                result.append(Segment(" ".join(before[at:a]), " ".join(after[there:b]), same=False))
            at, there = a + size, b + size
            if size:
                result.append(Segment(" ".join(before[a:at]), " ".join(after[b:there]), same=True))
        return result


def rows(before: Sequence[str], after: Sequence[str], changes: Iterable[Change]) -> Iterator[Row]:
    """Pair the passages of two versions as a paragraph map says, in its order.

    Paragraphs that were split or merged come as one row. Rows of the map that point outside the
    copies are passed over.
    """
    left: list[int] = []
    right: list[int] = []
    for change, canonical, variant in changes:
        a, b = _place(canonical, before), _place(variant, after)
        if a is not None and b is not None and change != "moved":
            if left and a not in left and b not in right:
                yield _joined(before, after, left, right)
                left, right = [], []
            left.append(a)
            right.append(b)
            continue
        if left:
            yield _joined(before, after, left, right)
            left, right = [], []
        if a is not None and b is not None:
            yield Row(before[a], after[b], (a,), (b,), moved=True)
        elif a is not None:
            yield Row(before[a], None, (a,))
        elif b is not None:
            yield Row(None, after[b], (), (b,))
    if left:
        yield _joined(before, after, left, right)


def _place(place: int | None, texts: Sequence[str]) -> int | None:
    return place if place is not None and 0 <= place < len(texts) else None


def _joined(before: Sequence[str], after: Sequence[str], left: list[int], right: list[int]) -> Row:
    """Join the paragraphs of one passage, each once and in order."""
    ours, theirs = tuple(sorted(set(left))), tuple(sorted(set(right)))
    return Row(
        " ".join(before[place] for place in ours), " ".join(after[place] for place in theirs), ours, theirs
    )


def _folded(text: str) -> str:
    return " ".join(text.split())
