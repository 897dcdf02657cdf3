"""Which runs of copy are borrowed, and where do they stand? Covered words → pairs of paragraph ranges."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.matching.narrative import Mask, Narrative
from worker.values import quick

LEAST: Final = 8  # words
MOST: Final = 16  # passages, the longest first


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A borrowed run: first and last paragraph on both sides, and its words."""

    own: tuple[int, int]
    other: tuple[int, int]
    words: int


def passages(ours: Narrative, theirs: Narrative, covered: Mask) -> tuple[Run, ...]:
    """List the covered runs of ours, adjoining ones of the same paragraphs joined, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], covered, [False]))))
    runs: list[Run] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        shingles = ours.shingles[start : max(end - 2, start + 1)]
        at = np.searchsorted(theirs.ordered, shingles)
        at[at == len(theirs.ordered)] = 0
        there = theirs.order[at[theirs.ordered[at] == shingles]]
        if end - start < LEAST or not len(there):
            continue
        middle = int(
            np.sort(there)[len(there) // 2]
        )  # a phrase that stands elsewhere too must not stretch the range
        near = there[np.abs(there - middle) <= 2 * (end - start)]
        run = Run(
            own=(ours.paragraph(start), ours.paragraph(end - 1)),
            other=(theirs.paragraph(int(near.min())), theirs.paragraph(int(near.max()))),
            words=end - start,
        )
        if runs and runs[-1].own == run.own and runs[-1].other == run.other:
            run = Run(own=run.own, other=run.other, words=run.words + runs.pop().words)
        runs.append(run)
    longest = sorted(range(len(runs)), key=lambda place: (-runs[place].words, place))[:MOST]
    return tuple(runs[place] for place in sorted(longest))
