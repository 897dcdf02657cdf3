"""Where does a copy hold passages that recur? Recurrent sampled shingles → words left out."""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker.matching.narrative import Mask, Narrative
from worker.matching.sketch import BOUND, SHIFT, WIDTH

LEAST: Final = 3  # sampled shingles in a row, some two dozen words: less is a phrase of the outlet
MARGIN: Final = 4  # words beyond the outermost sampled shingle


def recurrent_words(narrative: Narrative, keys: npt.NDArray[np.uint32]) -> Mask:
    """Mark the words of the passages whose sampled shingles are all among the recurrent keys."""
    mask = np.zeros(len(narrative.words), np.bool_)
    if not len(keys):
        return mask
    sampled = np.flatnonzero(narrative.shingles < np.uint64(BOUND))
    cut = (narrative.shingles[sampled] >> np.uint64(SHIFT)).astype(np.uint32)
    flags = np.isin(cut, keys)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start >= LEAST:
            first = max(int(sampled[start]) - MARGIN, 0)
            mask[first : int(sampled[end - 1]) + WIDTH + MARGIN] = True
    return mask
