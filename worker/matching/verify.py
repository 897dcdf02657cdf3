"""How much of what two outlets tell is common copy? Two narratives → evidence.

Words count as common when they stand in a shingle that both have, when at most ``GAP`` words part
them from others that do (tense, figures, house style), and when they make up a run of ``RUN``
words. What is quoted, or no prose, in either copy is left out on both sides: the composition of an
overlap decides, not its amount.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.matching.narrative import TOLD, UNPROSAIC, Mask, Narrative
from worker.matching.sketch import WIDTH
from worker.matching.tokens import Hashes, Positions

REACH: Final = 12  # words from one match to the next that may line up
SLACK: Final = 2  # words by which the two distances may differ
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
    """What comparing two copies found; ``ours`` is the story in hand, ``theirs`` the older one.

    ``inherited`` marks the words of ``ours.covered`` that theirs has from the canonical copy.
    """

    ours: Side
    theirs: Side
    inherited: Mask


def compare(
    ours: Narrative,
    theirs: Narrative,
    *,
    recurrent: Mask | None = None,
    heritage: Mask | None = None,
    least: int = 0,
) -> Evidence | None:
    """Compare two copies; None when they have fewer than ``least`` shingles in common.

    ``recurrent`` marks words of ours that recur all over the outlet, ``heritage`` the words of theirs
    that come from its canonical copy (None: all of them).
    """
    hits, there = _matches(ours, theirs)
    if len(hits) < least:
        return None
    told = ours.told if recurrent is None else ours.told & ~recurrent
    side = _side(ours, theirs, hits, there, told, theirs.told)
    if side.shared < least:
        return None
    inherited = side.covered
    if heritage is not None:
        inherited = inherited & _spread(hits[heritage[there]], WIDTH, len(ours.words))
    return Evidence(
        ours=side,
        theirs=_side(theirs, ours, *_matches(theirs, ours), theirs.told, told),
        inherited=inherited,
    )


def _matches(ours: Narrative, theirs: Narrative) -> tuple[Positions, Positions]:
    """Find the shingles of ours that theirs has, and where theirs has each first."""
    if not len(theirs.ordered):
        return ours.order[:0], theirs.order
    at = theirs.ordered.searchsorted(ours.ordered)  # both sorted: several times as fast as in any order
    found = (theirs.ordered.take(at, mode="clip") == ours.ordered).nonzero()[0]
    return ours.order[found], theirs.order[at[found]]


def _side(  # noqa: PLR0913, PLR0917 - two copies, where they match, and what counts in each
    ours: Narrative,
    theirs: Narrative,
    hits: Positions,
    there: Positions,
    ours_told: Mask,
    theirs_told: Mask,
) -> Side:
    size = len(ours.words)
    width = min(WIDTH, size)
    sums = np.zeros(len(theirs_told) + 1, np.int32)
    theirs_told.cumsum(out=sums[1:])
    told_there = sums.take(there + width, mode="clip") - sums[there]
    shared = _runs(_spread(hits, width, size) | _between(ours.words, theirs.words, hits, there))
    untold = _spread(hits[2 * told_there < width], width, size)
    told = ours_told & ~untold
    common = shared & told
    prose = ours.marks != UNPROSAIC
    shared &= prose
    speech = prose & ((ours.marks != TOLD) | untold)
    return Side(
        words=int(np.count_nonzero(prose)),
        told=int(np.count_nonzero(told)),
        common=int(np.count_nonzero(common)),
        solid=solid_words(common),
        shared=int(np.count_nonzero(shared)),
        quoted=int(np.count_nonzero(shared & ~common & speech)),
        covered=common,
    )


def _between(ours: Hashes, theirs: Hashes, hits: Positions, there: Positions) -> Mask:
    """Mark the single words that agree between two matches which stand equally far apart in both copies.

    Paraphrase swaps words and keeps their order, so what stands between two matches lines up.
    """
    mask = np.zeros(len(ours), np.bool_)
    order = hits.argsort(kind="stable")
    hits, there = hits[order], there[order]
    apart = hits[1:] - hits[:-1]
    near = (apart > 1) & (apart <= REACH) & (abs(there[1:] - there[:-1] - apart) <= SLACK)
    first = near.nonzero()[0]
    if not len(first):
        return mask
    sizes = apart[first]
    steps = np.arange(int(sizes.sum())) - (sizes.cumsum() - sizes).repeat(sizes)
    at = hits[first].repeat(sizes) + steps
    forth = there[first].repeat(sizes) + steps
    back = there[first + 1].repeat(sizes) - sizes.repeat(sizes) + steps
    words = ours[at]
    agree = theirs.take(forth, mode="clip") == words
    agree |= theirs.take(back, mode="clip") == words
    mask[at[agree]] = True
    return mask


def _spread(starts: Positions, width: int, size: int) -> Mask:
    """Mark ``width`` words from each start."""
    single = np.zeros(size + width, np.bool_)
    single[starts] = True
    mask = single.copy()
    for step in range(1, width):
        mask[step:] |= single[:-step]
    return mask[:size]


def solid_words(mask: Mask) -> int:
    """Count the marked words that stand in runs of at least ``SOLID``."""
    edges = _edges(mask)
    sizes = edges[1::2] - edges[::2]
    return int(sizes[sizes >= SOLID].sum())


def _edges(mask: Mask) -> Positions:
    """Find where marked runs start and end, alternately."""
    padded = np.zeros(len(mask) + 2, np.bool_)
    padded[1:-1] = mask
    edges: Positions = (padded[1:] != padded[:-1]).nonzero()[0]
    return edges


def _runs(mask: Mask) -> Mask:
    """Close gaps of at most ``GAP`` words and drop runs of fewer than ``RUN``."""
    edges = _edges(mask)
    if not len(edges):
        return mask
    apart = np.ones(len(edges) // 2 + 1, np.bool_)
    apart[1:-1] = edges[2::2] - edges[1:-1:2] > GAP
    starts, ends = edges[::2][apart[:-1]], edges[1::2][apart[1:]]
    long = ends - starts >= RUN
    steps = np.zeros(len(mask) + 1, np.int8)
    steps[starts[long]] = 1
    steps[ends[long]] = -1
    result: Mask = steps[:-1].cumsum(dtype=np.int8).view(np.bool_)
    return result
