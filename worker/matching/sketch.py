"""Which shingles stand for a copy? Those whose hash falls under a fixed bound.

Sampling by value (not by count) keeps containment: what a brief samples, the long story that
contains it samples as well. The version names the words, the hash, the width and the rate.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.tokens import HASH, Hashes, Tokens
from worker.story import Fingerprint
from worker.views import viewed

Order = npt.NDArray[np.uint32]

VERSION: Final = 2
WIDTH: Final = 3  # words; machine paraphrase leaves few longer runs
RATE: Final = 12  # one shingle in so many is sampled
LEAST: Final = 8  # shingles of a copy that is too short to sample: its smallest
BOUND: Final = 2**64 // RATE
_ORDER: Final = np.dtype(np.uint32)
SHIFT: Final = 29  # a sampled hash is below 2**61: so many bits leave the 32 in which they differ


def shingle_hashes(words: Hashes, *, width: int = WIDTH) -> tuple[Hashes, Order, Hashes]:
    """Hash each run of ``width`` words; a shorter text gives one shingle of all it has.

    Returned are the hashes, the order that sorts them, and the sorted ones.
    """
    hashes, order, ordered = kernels.shingles(words, width)
    return (
        viewed(hashes, HASH),
        viewed(order, _ORDER),
        viewed(ordered, HASH),
    )


def fingerprint(copy: Tokens) -> Fingerprint:
    """Sample the shingles of a copy; shingles run across paragraphs, because desks re-cut those."""
    sampled = kernels.sample(copy.hashes, WIDTH, BOUND, LEAST)
    return Fingerprint(version=VERSION, words=len(copy.hashes), hashes=sampled)


def sampled_hashes(fingerprint: Fingerprint) -> Hashes:
    """Read the sampled hashes back, sorted and distinct."""
    return viewed(fingerprint.hashes, HASH)
