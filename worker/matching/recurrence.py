"""Where does a copy hold passages that recur? Recurrent sampled shingles → words left out."""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.narrative import Mask, Narrative
from worker.matching.sketch import BOUND, SHIFT, WIDTH

Keys = npt.NDArray[np.uint32]

LEAST: Final = 3  # sampled shingles in a row, some two dozen words: less is a phrase of the outlet
MARGIN: Final = 4  # words beyond the outermost sampled shingle


def recurrent_words(narrative: Narrative, keys: Keys) -> Mask | None:
    """Mark the words of the passages whose sampled shingles are all among the recurrent keys, sorted.

    None when no word is marked.
    """
    found = kernels.recurring(narrative.shingles, keys, BOUND, SHIFT, WIDTH, MARGIN, LEAST)
    return None if found is None else np.frombuffer(found, np.bool_)
