"""How much of what two outlets tell is common copy? Two narratives → evidence.

Words count as common when they stand in a shingle that both have, when at most ``GAP`` words part
them from others that do (tense, figures, house style), and when they make up a run of ``RUN``
words. What is quoted, or no prose, in either copy is left out on both sides: the composition of an
overlap decides, not its amount.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.matching.narrative import TOLD, UNPROSAIC, Mask, Narrative
from worker.matching.sketch import WIDTH

GAP: Final = 2  # words that may differ inside a common run
SOLID: Final = 10  # words: what shares no copy has no longer runs, but for a few
RUN: Final = 5  # words; shorter runs are phrases of the language


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One copy as the other sees it, in words.

    ``words`` counts its prose, ``told`` its narrative, ``common`` what of that is common copy and
    ``solid`` what of it stands in runs of ``SOLID`` words; ``shared`` counts all common words, quotation
    included, ``quoted`` those in quotation. ``covered`` marks the common narrative a word.
    """

    words: int
    told: int
    common: int
    solid: int
    shared: int
    quoted: int
    covered: Mask

    @property
    def share(self) -> float:
        """Divide common narrative by narrative, 0 to 1."""
        return self.common / self.told if self.told else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What comparing two copies found; ``ours`` is the story in hand, ``theirs`` the older one."""

    ours: Side
    theirs: Side


def compare(ours: Narrative, theirs: Narrative, *, recurrent: Mask | None = None) -> Evidence:
    """Compare two copies; ``recurrent`` marks words of ours that recur all over the outlet."""
    told = ours.told if recurrent is None else ours.told & ~recurrent
    return Evidence(
        ours=_side(ours, theirs, told, theirs.told),
        theirs=_side(theirs, ours, theirs.told, told),
    )


def _side(ours: Narrative, theirs: Narrative, ours_told: Mask, theirs_told: Mask) -> Side:
    size = len(ours.words)
    if not size or not len(theirs.words):
        return Side(
            words=size, told=0, common=0, solid=0, shared=0, quoted=0, covered=np.zeros(size, np.bool_)
        )
    at = np.searchsorted(theirs.ordered, ours.shingles)
    at[at == len(theirs.ordered)] = 0
    hits = np.flatnonzero(theirs.ordered[at] == ours.shingles)
    there = theirs.order[at[hits]]
    width = min(WIDTH, size)
    last = np.minimum(there + width, len(theirs.words))
    told_there = np.concatenate(([0], np.cumsum(theirs_told)))
    shared = _runs(_spread(hits, width, size))
    untold = _spread(hits[2 * (told_there[last] - told_there[there]) < width], width, size)
    told = ours_told & ~untold
    common = shared & told
    prose = ours.marks != UNPROSAIC
    shared &= prose
    speech = prose & ((ours.marks != TOLD) | untold)
    return Side(
        words=int(prose.sum()),
        told=int(told.sum()),
        common=int(common.sum()),
        solid=solid_words(common),
        shared=int(shared.sum()),
        quoted=int((shared & ~common & speech).sum()),
        covered=common,
    )


def _spread(starts: npt.NDArray[np.int64], width: int, size: int) -> Mask:
    """Mark ``width`` words from each start."""
    mask = np.zeros(size + width, np.bool_)
    for step in range(width):
        mask[starts + step] = True
    return mask[:size]


def solid_words(mask: Mask) -> int:
    """Count the marked words that stand in runs of at least ``SOLID``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    sizes = edges[1::2] - edges[::2]
    return int(sizes[sizes >= SOLID].sum())


def _runs(mask: Mask) -> Mask:
    """Close gaps of at most ``GAP`` words and drop runs of fewer than ``RUN``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return mask
    apart = starts[1:] - ends[:-1] > GAP
    starts = starts[np.concatenate(([True], apart))]
    ends = ends[np.concatenate((apart, [True]))]
    long = ends - starts >= RUN
    steps = np.zeros(len(mask) + 1, np.int8)
    steps[starts[long]] = 1
    steps[ends[long]] = -1
    result: Mask = np.cumsum(steps[:-1]).astype(np.bool_)
    return result
