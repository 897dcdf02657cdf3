"""Which shingles stand for a copy? Those whose hash falls under a fixed bound.

Sampling by value (not by count) keeps containment: what a brief samples, the long story that
contains it samples as well. The version names the words, the hash, the width and the rate.
"""

from typing import Final

import numpy as np

from worker.matching.tokens import Hashes, tokens
from worker.story import Fingerprint

VERSION: Final = 2
WIDTH: Final = 3  # words; machine paraphrase leaves few longer runs
RATE: Final = 12  # one shingle in so many is sampled
LEAST: Final = 8  # shingles of a copy that is too short to sample: its smallest
BOUND: Final = 2**64 // RATE
SHIFT: Final = 29  # a sampled hash is below 2**61: so many bits leave the 32 in which they differ
_FACTORS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


def shingle_hashes(words: Hashes, *, width: int = WIDTH) -> Hashes:
    """Hash each run of ``width`` words; a shorter text gives one shingle of all it has."""
    if not len(words):
        return np.empty(0, np.uint64)
    count = max(len(words) - width + 1, 1)
    mixed = np.zeros(count, np.uint64)
    for place in range(min(width, len(words))):
        mixed += words[place : place + count] * np.uint64(_FACTORS[place % len(_FACTORS)])
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed


def fingerprint(paragraphs: tuple[str, ...]) -> Fingerprint:
    """Sample the shingles of a copy; shingles run across paragraphs, because desks re-cut those."""
    hashes = tokens("\n".join(paragraphs)).hashes
    shingles = shingle_hashes(hashes)
    shingles = _distinct(shingles)
    sampled = shingles[: max(int(shingles.searchsorted(np.uint64(BOUND))), LEAST)]
    return Fingerprint(version=VERSION, words=len(hashes), hashes=sampled.astype("<u8").tobytes())


def _distinct(hashes: Hashes) -> Hashes:
    """Sort, and leave repeats out; ``np.unique`` takes several times as long."""
    ordered = np.sort(hashes)
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def sampled_hashes(fingerprint: Fingerprint) -> Hashes:
    """Read the sampled hashes back, sorted and distinct."""
    return np.frombuffer(fingerprint.hashes, dtype="<u8").astype(np.uint64)
