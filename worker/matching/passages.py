"""Which runs of copy are borrowed, and where do they stand? Covered words → pairs of paragraph ranges."""

from dataclasses import dataclass
from typing import Final

from worker import kernels
from worker.matching.narrative import Mask, Narrative
from worker.matching.sketch import WIDTH
from worker.matching.verify import Places
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


def passages(ours: Narrative, theirs: Narrative, there: Places, covered: Mask) -> tuple[Run, ...]:
    """List the covered runs of ours, adjoining ones of the same paragraphs joined, in order.

    ``there`` is what comparing the two found, see ``verify.Evidence``.
    """
    runs: list[Run] = []
    for own, other, words in kernels.borrowed(covered, there, ours.starts, theirs.starts, WIDTH, LEAST):
        if runs and runs[-1].own == own and runs[-1].other == other:
            runs[-1] = Run(own=own, other=other, words=words + runs[-1].words)
        else:
            runs.append(Run(own=own, other=other, words=words))
    longest = sorted(range(len(runs)), key=lambda place: (-runs[place].words, place))[:MOST]
    return tuple(runs[place] for place in sorted(longest))
