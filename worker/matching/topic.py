"""What is a story about? Words weighed by rarity → how alike the events of two stories are.

An independent report shares no copy with another, but names, places and rare words, most of all in
headline and lede. All sums are of whole numbers, so that every machine finds the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.matching.narrative import LEAD, UNPROSAIC, Narrative
from worker.matching.tokens import Hashes, tokens

Weights = npt.NDArray[np.int64]

SPACE: Final = re.compile(r"\s")
OFTEN: Final = 4  # occurrences that count when keywords are chosen
KEYWORDS: Final = 20
SLOTS: Final = 1 << 16  # counters; rare words share one by chance, which makes them less rare
HALVE: Final = 1 << 17  # stories after which the counters are halved
RATIOS: Final = 4_096
_RARITY: Final = np.array(
    [0, *((ratio**8).bit_length() - 1 for ratio in range(1, RATIOS))], np.int64
)  # eight times the binary logarithm, in whole numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """The distinct words of a text, sorted, with the occurrences of each."""

    words: Hashes
    counts: Weights


class Lexicon:
    """Counts in how many stories each word stands; forgets slowly."""

    __slots__ = ("_counts", "_stories")

    def __init__(self) -> None:
        self._counts = np.zeros(SLOTS, np.int64)
        self._stories = 0

    def add(self, words: Hashes) -> None:
        """Count the distinct words of a story in."""
        self._counts[_slots(words)] += 1  # once a slot, however many words share it
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


def lead_of(headline: str | None, paragraphs: Iterable[str], narrative: Narrative | None = None) -> Bag:
    """Read the headline and the first words of a copy; those of the headline count twice.

    ``narrative`` is that of the paragraphs, where it has been read; the answer is the same.
    """
    head = (headline or "")[:LEAD]
    if narrative is not None:
        read = tokens(head).hashes
        return _bag(np.concatenate((read, read, narrative.words[: narrative.lead])))
    found = tokens(f"{head}\n{_top(paragraphs)}")
    bounds = found.starts.searchsorted((len(head) + 1, len(head) + 1 + LEAD))
    return _bag(np.concatenate((found.hashes[: bounds[0]], found.hashes[: bounds[1]])))


def _top(paragraphs: Iterable[str]) -> str:
    """Cut the first ``LEAD`` characters of a copy, to the end of their last word."""
    top: list[str] = []
    size = 0
    for text in paragraphs:
        top.append(text)
        size += len(text) + 1
        if size > LEAD:
            break
    copy = "\n".join(top)
    rest = SPACE.search(copy, LEAD)
    return copy[: rest.start()] if rest else copy


def whole_of(narrative: Narrative) -> Bag:
    """Read the prose of a copy."""
    return _bag(narrative.words[narrative.marks != UNPROSAIC])


def _bag(read: Hashes) -> Bag:
    """Count words."""
    read.sort()
    first = np.ones(len(read) + 1, np.bool_)
    first[1:-1] = read[1:] != read[:-1]
    at = first.nonzero()[0]
    return Bag(words=read[at[:-1]], counts=at[1:] - at[:-1])


def keywords(lead: Bag, lexicon: Lexicon) -> npt.NDArray[np.uint32]:
    """Choose the words that a story is found by, the rarest and most frequent of its lead."""
    weights = lexicon.rarity(lead.words) * np.minimum(lead.counts, OFTEN)
    chosen = np.lexsort((lead.words, -weights))[:KEYWORDS]
    return (lead.words[chosen[weights[chosen] > 0]] >> np.uint64(32)).astype(np.uint32)


def alike(one: Bag, other: Bag, lexicon: Lexicon) -> float:
    """Measure how alike two bags are, 0 to 1: the cosine of their words, the rare ones heavier."""
    at = other.words.searchsorted(one.words)
    at[at == len(other.words)] = 0
    shared = np.flatnonzero(other.words[at] == one.words) if len(other.words) else at[:0]
    if not len(shared):
        return 0.0
    ours, theirs = lexicon.rarity(one.words) * one.counts, lexicon.rarity(other.words) * other.counts
    product = int((ours[shared] * theirs[at[shared]]).sum())
    return product / sqrt(int((ours * ours).sum()) * int((theirs * theirs).sum())) if product else 0.0
