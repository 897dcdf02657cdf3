"""What is a story about? Words weighed by rarity → how alike the events of two stories are.

An independent report shares no copy with another, but names, places and rare words, most of all in
headline and lede. All sums are of whole numbers, so that every machine finds the same.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.narrative import Mask
from worker.matching.tokens import Hashes, Tokens, tokens
from worker.values import quick

Weights = npt.NDArray[np.int64]
Slots = npt.NDArray[np.uint16]

LEAD: Final = 800  # characters of copy that tell what it is about
SPACE: Final = re.compile(r"\s")
RARE: Final = 56  # rarity of a name in one of some hundred stories, or fewer
EVERY: Final = 1 << 30
OFTEN: Final = 4  # occurrences that count when keywords are chosen
KEYWORDS: Final = 20
SLOTS: Final = 1 << 16  # counters; rare words share one by chance, which makes them less rare
LOT: Final = 4_096  # stories that are counted at once
HALVE: Final = 1 << 17  # stories after which the counters are halved
BASE: Final = 1_024  # stories without it that a name is taken to have been missing from at the start
RATIOS: Final = 4_096
_RARITY: Final = np.array(
    [0, *((ratio**8).bit_length() - 1 for ratio in range(1, RATIOS))], np.int64
)  # eight times the binary logarithm, in whole numbers


_NOTHING: Final = np.empty(0, np.uint64)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """The distinct words of a text, sorted, with the occurrences of each; ``names`` have a capital."""

    words: Hashes
    counts: Weights
    names: Mask


class Lexicon:
    """Counts in how many stories each word stands; forgets slowly."""

    __slots__ = ("_counts", "_stories", "_waiting")

    def __init__(self) -> None:
        self._counts = np.zeros(SLOTS, np.int64)
        self._stories = 0
        self._waiting: list[Slots] = []  # stories that are loaded, see ``load``

    def add(self, slots: Slots) -> None:
        """Count the distinct words of a story in, given by their slots: see ``slots_of``."""
        self._counts[slots] += 1  # once a slot, however many words share it
        self._count_stories(1)

    def load(self, slots: Slots) -> None:
        """Count a story in among many, before anybody asks: ``settle`` ends the loading."""
        self._waiting.append(slots)
        if len(self._waiting) >= LOT or self._stories + len(self._waiting) >= HALVE:
            self.settle()

    def settle(self) -> None:
        """Count what was loaded."""
        if self._waiting:
            self._counts += np.bincount(np.concatenate(self._waiting), minlength=SLOTS)
            self._count_stories(len(self._waiting))
            self._waiting = []

    def _count_stories(self, count: int) -> None:
        self._stories += count
        if self._stories >= HALVE:
            self._counts >>= 1
            self._stories >>= 1

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Copy the counters."""
        return {"counts": self._counts.copy(), "stories": np.array([self._stories], np.int64)}

    def resume(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over what ``capture`` gave."""
        self._counts[:] = arrays["counts"]
        (self._stories,) = arrays["stories"].tolist()

    def weigh(self, bag: Bag, *, most: int = EVERY) -> tuple[Weights, Weights, int]:
        """Weigh words: rarity, from 0 for one that is everywhere to 96; that times count; squares of that.

        A name weighs more at the start. At most ``most`` occurrences count.
        """
        rarity, weights, squares = kernels.weigh(
            bag.words, bag.counts, bag.names, self._counts, self._stories, BASE, _RARITY, most
        )
        return np.frombuffer(rarity, np.int64), np.frombuffer(weights, np.int64), squares


def slots_of(words: Hashes) -> Slots:
    """Tell which counters count the distinct words of a story."""
    return np.frombuffer(kernels.slots(words), np.uint16)


def lead_of(headline: str | None, copy: Tokens) -> Bag:
    """Read the headline and the words in the first ``LEAD`` characters of a copy; the headline's count twice.

    ``copy`` may be cut behind them: see ``top``.
    """
    stop = int(copy.starts.searchsorted(LEAD))
    return _bag(copy.hashes[:stop], copy.capital[:stop], tokens((headline or "")[:LEAD]).hashes)


def top(paragraphs: Iterable[str]) -> str:
    """Cut the first ``LEAD`` characters of a copy, to the end of their last word."""
    parts: list[str] = []
    size = 0
    for text in paragraphs:
        parts.append(text)
        size += len(text) + 1
        if size > LEAD:
            break
    copy = "\n".join(parts)
    rest = SPACE.search(copy, LEAD)
    return copy[: rest.start()] if rest else copy


def whole_of(copy: Tokens) -> Bag:
    """Read all words of a copy."""
    return _bag(copy.hashes, copy.capital)


def _bag(copy: Hashes, capital: Mask, head: Hashes = _NOTHING) -> Bag:
    """Count words, those of a headline twice; a name has a capital wherever it stands in the copy."""
    words, counts, names = kernels.bag(copy, capital, head)
    return Bag(
        words=np.frombuffer(words, np.uint64),
        counts=np.frombuffer(counts, np.int64),
        names=np.frombuffer(names, np.bool_),
    )


def keywords(lead: Bag, lexicon: Lexicon) -> npt.NDArray[np.uint32]:
    """Choose the words that a story is found by, the rarest and most frequent of its lead."""
    _, weights, _ = lexicon.weigh(lead, most=OFTEN)
    return np.frombuffer(kernels.heaviest(lead.words, weights, KEYWORDS), np.uint32)


@quick
@dataclass(frozen=True, slots=True)
class Weighed:
    """A bag with what its words weigh in one state of the lexicon: rarity, that times count, squares."""

    bag: Bag
    rarity: Weights
    weights: Weights
    squares: int


def weigh(bag: Bag, lexicon: Lexicon) -> Weighed:
    """Weigh a bag for comparing it: the rare words are the heavier."""
    return Weighed(bag, *lexicon.weigh(bag))


def alike(one: Weighed, other: Weighed) -> float:
    """Measure how alike two bags are, 0 to 1: the cosine of their weights."""
    product = kernels.product(one.bag.words, one.weights, other.bag.words, other.weights)
    return product / sqrt(one.squares * other.squares) if product else 0.0


def shared_names(one: Weighed, other: Weighed) -> int:
    """Count the rare names that two bags share."""
    at, shared = _shared(one.bag, other.bag)
    named = one.bag.names[shared] & other.bag.names[at[shared]]
    return int(np.count_nonzero(named & (one.rarity[shared] >= RARE)))


def _shared(one: Bag, other: Bag) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the words that two bags share: the place of each word of one in the other, and which are there."""
    if not len(other.words):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    at = other.words.searchsorted(one.words)
    return at, (other.words.take(at, mode="clip") == one.words).nonzero()[0]
