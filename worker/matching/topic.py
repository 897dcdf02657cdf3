"""What is a story about? Words weighed by rarity → how alike the events of two stories are.

An independent report shares no copy with another, but names, places and rare words, most of all in
headline and lede. All sums are of whole numbers, so that every machine finds the same.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.matching.narrative import UNPROSAIC, Narrative
from worker.matching.tokens import Hashes, tokens

Weights = npt.NDArray[np.int64]

LEDE: Final = 90  # words
HEADLINE: Final = 2  # times that a word of the headline counts
KEYWORDS: Final = 32
KEYWORD_LEDE: Final = 2  # occurrences that standing in the lede is worth
SLOTS: Final = 1 << 16  # counters; rare words share one by chance, which makes them less rare
HALVE: Final = 1 << 17  # stories after which the counters are halved
RATIOS: Final = 4_096
_RARITY: Final = np.array(
    [0, *((ratio**8).bit_length() - 1 for ratio in range(1, RATIOS))], np.int64
)  # eight times the binary logarithm, in whole numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The distinct words of a story, sorted, with the occurrences of each in all and on top."""

    words: Hashes
    counts: Weights
    top: Weights


class Lexicon:
    """Counts in how many stories each word stands; forgets slowly."""

    __slots__ = ("_counts", "_stories")

    def __init__(self) -> None:
        self._counts = np.zeros(SLOTS, np.int64)
        self._stories = 0

    def add(self, words: Hashes) -> None:
        """Count the distinct words of a story in."""
        self._counts[np.unique(_slots(words))] += 1
        self._stories += 1
        if self._stories >= HALVE:
            self._counts >>= 1
            self._stories >>= 1

    def rarity(self, words: Hashes) -> Weights:
        """Weigh words: 0 for one that is everywhere, 96 for one not seen among thousands of stories."""
        ratio = (self._stories + 1) // (self._counts[_slots(words)] + 1)
        rarity: Weights = _RARITY[np.minimum(ratio, RATIOS - 1)]
        return rarity


def _slots(words: Hashes) -> npt.NDArray[np.int64]:
    return (words & np.uint64(SLOTS - 1)).astype(np.int64)


def topic_of(narrative: Narrative, headline: str | None) -> Topic:
    """Read the topic of a story."""
    prose = narrative.words[narrative.marks != UNPROSAIC]
    head = tokens(headline or "").hashes
    top = np.concatenate((np.repeat(head, HEADLINE), prose[:LEDE]))
    words, counts = np.unique(np.concatenate((prose, head)), return_counts=True)
    above = np.bincount(np.searchsorted(words, top), minlength=len(words))
    return Topic(words=words, counts=counts.astype(np.int64), top=above.astype(np.int64))


def keywords(topic: Topic, lexicon: Lexicon) -> npt.NDArray[np.uint32]:
    """Choose the words that a story is found by: rare, frequent, high up. Sorted, distinct."""
    often = topic.counts + KEYWORD_LEDE * (topic.top > 0)
    weights = lexicon.rarity(topic.words) * np.minimum(often, 8)
    chosen = np.lexsort((topic.words, -weights))[:KEYWORDS]
    chosen = chosen[weights[chosen] > 0]
    return np.unique((topic.words[chosen] >> np.uint64(32)).astype(np.uint32))


def alike(one: Topic, other: Topic, lexicon: Lexicon) -> float:
    """Measure how alike two topics are, 0 to 1.5: cosine of the tops plus half that of the whole."""
    at = np.searchsorted(other.words, one.words)
    at[at == len(other.words)] = 0
    shared = np.flatnonzero(other.words[at] == one.words) if len(other.words) else at[:0]
    if not len(shared):
        return 0.0
    there = at[shared]
    ours, theirs = lexicon.rarity(one.words), lexicon.rarity(other.words)
    common = ours[shared] ** 2
    top = _cosine(
        int((common * one.top[shared] * other.top[there]).sum()),
        int(((ours * one.top) ** 2).sum()),
        int(((theirs * other.top) ** 2).sum()),
    )
    whole = _cosine(
        int((common * one.counts[shared] * other.counts[there]).sum()),
        int(((ours * one.counts) ** 2).sum()),
        int(((theirs * other.counts) ** 2).sum()),
    )
    return top + whole / 2


def _cosine(product: int, one: int, other: int) -> float:
    return product / sqrt(one * other) if one and other else 0.0
