"""What is a story about? Words weighed by rarity → how alike the events of two stories are.

An independent report shares no copy with another, but names, places and rare words, most of all in
headline and lede. All sums are of whole numbers, so that every machine finds the same.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from sys import maxsize
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.tokens import Tokens, tokens
from worker.values import quick

Slots = npt.NDArray[np.uint16]
Keywords = npt.NDArray[np.uint32]

LEAD: Final = 800  # characters of copy that tell what it is about
SPACE: Final = re.compile(r"\s")
RARE: Final = 56  # rarity of a name in one of some hundred stories, or fewer
OFTEN: Final = 4  # occurrences that count when keywords are chosen
KEYWORDS: Final = 20
SLOTS: Final = 1 << 16  # counters; rare words share one by chance, which makes them less rare
LOT: Final = 4_096  # stories that are counted at once
HALVE: Final = 1 << 17  # stories after which the counters are halved
BASE: Final = 1_024  # stories without it that a name is taken to have been missing from at the start
RATIOS: Final = 4_096
EACH: Final = 12  # bytes of one word in a bag
_RARITY: Final = np.array(
    [0, *((ratio**8).bit_length() - 1 for ratio in range(1, RATIOS))], np.uint8
)  # eight times the binary logarithm, in whole numbers


_NOTHING: Final = np.empty(0, np.uint64)


@quick
@dataclass(frozen=True, slots=True)
class Bag:
    """The distinct words of a text, with the occurrences of each and whether it is a name.

    Packed as ``kernels.bag`` does: a long copy has hundreds of words.
    """

    packed: bytes

    def __len__(self) -> int:
        """Count the distinct words."""
        return len(self.packed) // EACH


class Lexicon:
    """Counts in how many stories each word stands; forgets slowly."""

    __slots__ = ("_asked", "_counts", "_stories", "_waiting")

    def __init__(self) -> None:
        self._counts = np.zeros(SLOTS, np.uint32)
        self._stories = 0
        self._waiting: list[Slots] = []  # stories that are loaded, see ``load``
        self._asked: tuple[Bag, Keywords] | None = None  # the last, while no story is counted in

    def add(self, slots: Slots) -> None:
        """Count the distinct words of a story in, given by their slots: see ``slots_of``."""
        kernels.count(self._counts, slots)  # once a slot, however many words share it
        self._count_stories(1)

    def load(self, slots: Slots) -> None:
        """Count a story in among many, before anybody asks: ``settle`` ends the loading."""
        self._waiting.append(slots)
        if len(self._waiting) >= LOT or self._stories + len(self._waiting) >= HALVE:
            self.settle()

    def settle(self) -> None:
        """Count what was loaded."""
        if self._waiting:
            self._counts += np.bincount(np.concatenate(self._waiting), minlength=SLOTS).astype(np.uint32)
            self._count_stories(len(self._waiting))
            self._waiting = []

    def _count_stories(self, count: int) -> None:
        self._asked = None
        self._stories += count
        if self._stories >= HALVE:
            self._counts >>= 1
            self._stories >>= 1

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Copy the counters."""
        return {"counts": self._counts.astype(np.int64), "stories": np.array([self._stories], np.int64)}

    def resume(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over what ``capture`` gave."""
        self._asked = None
        self._counts[:] = arrays["counts"]
        (self._stories,) = arrays["stories"].tolist()

    def keywords(self, lead: Bag) -> Keywords:
        """Choose the words that a story is found by, the rarest and most frequent of its lead.

        Telling and indexing ask for the same story, one after the other: nobody changes the array.
        """
        if self._asked is None or self._asked[0] is not lead:
            packed = kernels.keywords(
                lead.packed, self._counts, self._stories, BASE, _RARITY, OFTEN, KEYWORDS
            )
            self._asked = lead, np.frombuffer(packed, np.uint32)
        return self._asked[1]

    def alike(self, one: Bag, others: Iterable[Bag]) -> list[float]:
        """Measure how alike a bag and each of some others are, 0 to 1.

        A word weighs its rarity, from 0 for one that is everywhere to 96, times its count; a name weighs
        more at the start. Likeness is the cosine of the weights.
        """
        packed = [each.packed for each in others]
        squares, found = kernels.alike(one.packed, packed, self._counts, self._stories, BASE, _RARITY)
        return [product / sqrt(squares * theirs) if product else 0.0 for product, theirs in found]

    def names(self, one: Bag, others: Iterable[Bag]) -> list[int]:
        """Count the rare names that a bag shares with each of some others."""
        packed = [each.packed for each in others]
        return kernels.names(one.packed, packed, self._counts, self._stories, BASE, _RARITY, RARE)


def slots_of(bag: Bag) -> Slots:
    """Tell which counters count the distinct words of a story."""
    return np.frombuffer(kernels.slots(bag.packed), np.uint16)


def lead_of(headline: str | None, copy: Tokens) -> Bag:
    """Read the headline and the words in the first ``LEAD`` characters of a copy; the headline's count twice.

    ``copy`` may be cut behind them: see ``top``. A name has a capital wherever it stands in the copy.
    """
    head = tokens((headline or "")[:LEAD]).hashes
    return Bag(kernels.bag(copy.hashes, copy.capital, copy.starts, LEAD, head))


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
    return Bag(kernels.bag(copy.hashes, copy.capital, copy.starts, maxsize, _NOTHING))
