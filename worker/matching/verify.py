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

from worker import kernels
from worker.matching.narrative import Mask, Narrative
from worker.matching.sketch import WIDTH
from worker.values import quick

Places = npt.NDArray[np.int32]

REACH: Final = 12  # words from one match to the next that may line up
SLACK: Final = 2  # words by which the two distances may differ
GAP: Final = 2  # words that may differ inside a common run
SOLID: Final = 10  # words: what shares no copy has no longer runs, but for a few
RUN: Final = 5  # words; shorter runs are phrases of the language
_MEASURE: Final = (WIDTH, REACH, SLACK, GAP, RUN, SOLID)
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
    of ours that one copy tells itself and the other quotes (None: too few). ``there`` is where theirs
    has each shingle of ours first, -1 where it has not.
    """

    ours: Side
    theirs: Side
    inherited: Mask
    there: Places
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

    Between two matches that stand equally far apart in both copies single words that agree count as well.
    A shingle that one copy does not tell itself is not told in the other either.
    ``recurrent`` marks words of ours that recur all over the outlet, ``heritage`` the words of theirs
    that come from its canonical copy (None: all of them).
    """
    found = kernels.compare(
        ours.words,
        ours.marks,
        ours.ordered,
        ours.order,
        theirs.words,
        theirs.marks,
        theirs.ordered,
        theirs.order,
        recurrent,
        _MEASURE,
        least,
        LENT_LEAST,
    )
    if found is None:
        return None
    forth, back, places, lent = found
    side, there = _side(*forth), np.frombuffer(places, np.int32)
    inherited = side.covered
    if heritage is not None:
        shingles = (there >= 0).nonzero()[0]
        inherited = inherited & _spread(shingles[heritage[there[shingles]]], WIDTH, len(ours.words))
    return Evidence(
        ours=side,
        theirs=_side(*back),
        inherited=inherited,
        there=there,
        lent=None if lent is None else np.frombuffer(lent, np.bool_),
    )


def _side(  # noqa: PLR0913, PLR0917 - as the kernel gives it
    words: int, told: int, common: int, solid: int, shared: int, quoted: int, covered: bytearray
) -> Side:
    return Side(
        words=words,
        told=told,
        common=common,
        solid=solid,
        shared=shared,
        quoted=quoted,
        covered=np.frombuffer(covered, np.bool_),
    )


def _spread(starts: npt.NDArray[np.int64], width: int, size: int) -> Mask:
    """Mark ``width`` words from each start."""
    single = np.zeros(size + width, np.bool_)
    single[starts] = True
    mask = single.copy()
    for step in range(1, width):
        mask[step:] |= single[:-step]
    return mask[:size]


def solid_words(mask: Mask) -> int:
    """Count the marked words that stand in runs of at least ``SOLID``."""
    return kernels.solid(mask, SOLID)
