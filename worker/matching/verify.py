"""How much of what two outlets tell is common copy? Two narratives → evidence.

Words count as common when they stand in a shingle that both have, when at most ``GAP`` words part
them from others that do (tense, figures, house style), and when they make up a run of ``RUN``
words. What is quoted, or no prose, in either copy is left out on both sides: the composition of an
overlap decides, not its amount.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from worker import kernels
from worker.matching.narrative import QUOTED, Mask, Narrative
from worker.matching.sketch import WIDTH
from worker.matching.tokens import Positions
from worker.values import quick

REACH: Final = 12  # words from one match to the next that may line up
SLACK: Final = 2  # words by which the two distances may differ
GAP: Final = 2  # words that may differ inside a common run
SOLID: Final = 10  # words: what shares no copy has no longer runs, but for a few
RUN: Final = 5  # words; shorter runs are phrases of the language
LENT_LEAST: Final = 30  # words of common quotation in which an excerpt is looked for


@quick
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


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What comparing two copies found; ``ours`` is the story in hand, ``theirs`` the older one.

    ``inherited`` marks the words of ``ours.covered`` that theirs has from the canonical copy, ``lent`` those
    of ours that one copy tells itself and the other quotes (None: too few).
    """

    ours: Side
    theirs: Side
    inherited: Mask
    lent: Mask | None = None


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
    there, hits = _matches(ours, theirs)
    if hits < least:
        return None
    told = ours.told if recurrent is None else ours.told & ~recurrent
    side = _side(ours, theirs, there, told, theirs.told)
    if side.shared < least:
        return None
    inherited = side.covered
    if heritage is not None:
        shingles = (there >= 0).nonzero()[0]
        inherited = inherited & _spread(shingles[heritage[there[shingles]]], WIDTH, len(ours.words))
    back, _ = _matches(theirs, ours)
    lent = _lent(ours, theirs, there) if side.quoted >= LENT_LEAST else None
    if lent is not None and recurrent is not None:
        lent &= ~recurrent
    return Evidence(
        ours=side, theirs=_side(theirs, ours, back, theirs.told, told), inherited=inherited, lent=lent
    )


def _matches(ours: Narrative, theirs: Narrative) -> tuple[Positions, int]:
    """Find where theirs has each shingle of ours first, -1 where it has not; and how many it has."""
    there, hits = kernels.match(ours.ordered, ours.order, theirs.ordered, theirs.order)
    return np.frombuffer(there, np.int64), hits


def _side(ours: Narrative, theirs: Narrative, there: Positions, ours_told: Mask, theirs_told: Mask) -> Side:
    """Measure one copy against the other.

    Between two matches that stand equally far apart in both copies single words that agree count as well.
    A shingle that theirs does not tell itself is not told here either.
    """
    covered, words, told, common, solid, shared, quoted = kernels.side(
        ours.words,
        ours.marks,
        ours_told,
        there,
        theirs.words,
        theirs_told,
        WIDTH,
        REACH,
        SLACK,
        GAP,
        RUN,
        SOLID,
    )
    return Side(
        words=words,
        told=told,
        common=common,
        solid=solid,
        shared=shared,
        quoted=quoted,
        covered=np.frombuffer(covered, np.bool_),
    )


def _lent(ours: Narrative, theirs: Narrative, there: Positions) -> Mask:
    """Mark the words of ours that are narrative in one copy and quotation in the other."""
    at = (there >= 0).nonzero()[0]
    middle, their_middle = at + WIDTH // 2, there[at] + WIDTH // 2
    quoting = (ours.marks[middle] == QUOTED) & theirs.told[their_middle]
    quoted = ours.told[middle] & (theirs.marks[their_middle] == QUOTED)
    return _spread(at[quoting | quoted], WIDTH, len(ours.words))


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
    padded = np.zeros(len(mask) + 2, np.bool_)
    padded[1:-1] = mask
    edges = (padded[1:] != padded[:-1]).nonzero()[0]
    sizes = edges[1::2] - edges[::2]
    return int(sizes[sizes >= SOLID].sum())
