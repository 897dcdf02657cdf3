"""The words of ``words.py`` as hashes, a whole copy at a time: text → arrays.

Tables say what each character is and what it adds to the hash of its word, a polynomial (Karp and Rabin
1987); the loop over characters is a kernel, many times as fast as a regular expression.
``words.words`` and this module find the same words; a test holds them together.
"""

import unicodedata
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.words import FOLDS, SINGLES
from worker.story import Paragraph
from worker.values import quick
from worker.views import viewed

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

HASH: Final = np.dtype(np.uint64)

_PLANE: Final = 1 << 16  # characters beyond, such as emoji, part words
_LETTER, _DIGIT, _SINGLE, _APOSTROPHE, _MARK, _POINT, _COMMA = range(1, 8)  # as native/words.c numbers them
_ODD: Final = 0x9E3779B97F4A7C15


def _mixed(values: Hashes) -> Hashes:
    """Spread numbers over 64 bits (splitmix64, Steele, Lea and Flood 2014)."""
    values = values + np.uint64(_ODD)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _folded(character: str) -> str:
    """Fold case and accent of one character to one character."""
    lower = character.lower()
    bare = "".join(part for part in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(part))
    return bare if len(bare) == 1 else lower[:1]


def _tables() -> tuple[npt.NDArray[np.uint8], Hashes, npt.NDArray[np.bool_]]:
    kinds = np.zeros(_PLANE, np.uint8)
    folded = np.zeros(_PLANE, np.uint64)
    upper = np.zeros(_PLANE, np.bool_)
    for code in range(_PLANE):
        character = chr(code)
        if character.isalnum() and (not character.isdecimal() or character.isascii()):
            kinds[code] = _DIGIT if character.isdecimal() else _LETTER
            folded[code] = ord(_folded(character))
            upper[code] = character.isupper()
    for first, last in SINGLES:
        kinds[first : last + 1] = _SINGLE
    for first, last in SINGLES:
        folded[first : last + 1] = np.arange(first, last + 1)
    kinds[ord("%")] = _SINGLE
    folded[ord("%")] = ord("%")
    folded[ord(".")] = ord(".")
    kinds[[ord(mark) for mark in "'’ʼ＇"]] = _APOSTROPHE
    kinds[0x300:0x370] = _MARK
    kinds[ord(".")] = _POINT
    kinds[ord(",")] = _COMMA
    return kinds, _mixed(folded), upper


_KINDS, _VALUES, _UPPER = _tables()


@quick
@dataclass(frozen=True, slots=True)
class Tokens:
    """Words in order: hash, first character (int64), and whether that is a capital (bool), for kernels."""

    hashes: Hashes
    starts: bytearray
    capital: bytearray


def tokens(*texts: str) -> Tokens:
    """Read the words of texts, as though they were joined by line ends."""
    return _read(texts, _FOLD_KEYS, _FOLD_VALUES)


_LATELY: Final[deque[tuple[tuple[Paragraph, ...], Tokens]]] = deque(maxlen=8)


def tokens_of(paragraphs: tuple[Paragraph, ...]) -> Tokens:
    """Read the words of a copy; where one process splits and places, the last copies are read once.

    They are known by the very object: to compare them costs a third of reading them anew.
    """
    for known, found in tuple(_LATELY):
        if known is paragraphs:
            return found
    found = tokens(*[each.text for each in paragraphs])
    _LATELY.appendleft((paragraphs, found))
    return found


def _read(texts: tuple[str, ...], keys: Hashes, values: Hashes) -> Tokens:
    hashes, starts, capital = kernels.words(texts, _KINDS, _VALUES, _UPPER, keys, values)
    return Tokens(viewed(hashes, HASH), starts, capital)


def _fold_tables() -> tuple[Hashes, Hashes]:
    none = np.empty(0, np.uint64)

    def value(word: str) -> int:
        return int(_read((word,), none, none).hashes[0]) if word else 0

    pairs = sorted((value(word), value(fold)) for word, fold in FOLDS.items())
    return np.array([key for key, _ in pairs], np.uint64), np.array([fold for _, fold in pairs], np.uint64)


_FOLD_KEYS, _FOLD_VALUES = _fold_tables()
