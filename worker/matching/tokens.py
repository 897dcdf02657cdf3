"""The words of ``words.py`` as hashes, a whole copy at a time: text → arrays.

Characters are looked up in tables and summed up to word hashes without a loop over words
(a polynomial rolling hash: Karp and Rabin 1987), several times as fast as a regular expression.
``words.words`` and this module find the same words; a test holds them together.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.matching.words import FOLDS, SINGLES

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

_PLANE: Final = 1 << 16  # characters beyond, such as emoji, part words
_SPACE, _LETTER, _DIGIT, _SINGLE, _APOSTROPHE, _MARK, _POINT, _COMMA, _GLUE = range(9)
_ODD: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1


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


class _Powers:
    """Powers of an odd number and of its inverse modulo 2**64, grown as copies need."""

    def __init__(self) -> None:
        self.up = np.ones(1, np.uint64)
        self.down = np.ones(1, np.uint64)

    def reach(self, size: int) -> None:
        while len(self.up) < size:
            have = len(self.up)
            up, down = pow(_ODD, have, 1 << 64), pow(_ODD, -have, 1 << 64)
            self.up = np.concatenate((self.up, self.up * np.uint64(up)))
            self.down = np.concatenate((self.down, self.down * np.uint64(down)))


_POWERS: Final = _Powers()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words in order: hash, first character, and whether that is a capital."""

    hashes: Hashes
    starts: Positions
    capital: npt.NDArray[np.bool_]


@lru_cache(maxsize=8)
def tokens(text: str) -> Tokens:
    """Read the words of a text; where one process splits and places, the last copies are read once."""
    found = _raw(text)
    hashes = found.hashes
    doubtful = _MAY_FOLD.take((hashes & np.uint64(_SLOTS - 1)).astype(np.int64)).nonzero()[0]
    if not len(doubtful):
        return found
    place = np.minimum(_FOLD_KEYS.searchsorted(hashes[doubtful]), len(_FOLD_KEYS) - 1)
    known = _FOLD_KEYS[place] == hashes[doubtful]
    hashes[doubtful[known]] = _FOLD_VALUES[place[known]]
    kept = hashes != 0
    if kept.all():
        return found
    return Tokens(hashes[kept], found.starts[kept], found.capital[kept])


def _raw(text: str) -> Tokens:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    if len(codes) and int(codes.max()) >= _PLANE:
        codes = np.where(codes < _PLANE, codes, 32)
    kinds = np.zeros(len(codes) + 4, np.uint8)  # two spaces before and two behind
    kinds[2:-2] = _KINDS.take(codes)
    _glue(kinds, codes)
    solid = (kinds[2:-2] != _GLUE).nonzero()[0]
    inner, kept = kinds[2:-2].take(solid), codes.take(solid)
    size = len(inner)
    starts = np.ones(size + 1, np.bool_)
    starts[1:-1] = inner[1:] != inner[:-1]
    starts[:-1] |= inner == _SINGLE
    bounds = starts.nonzero()[0]
    is_word = _WORDS.take(inner.take(bounds[:-1]))
    first, after = bounds[:-1][is_word], bounds[1:][is_word]
    _POWERS.reach(size + 1)
    sums = np.zeros(size + 1, np.uint64)
    (_VALUES.take(kept) * _POWERS.up[:size]).cumsum(out=sums[1:])
    hashes = _mixed((sums.take(after) - sums.take(first)) * _POWERS.down.take(first))
    return Tokens(hashes, solid.take(first), _UPPER.take(kept.take(first)))


_WORDS: Final = np.isin(np.arange(9), (_LETTER, _DIGIT, _SINGLE))


def _glue(kinds: npt.NDArray[np.uint8], codes: npt.NDArray[np.uint32]) -> None:
    """Turn the marks inside words into glue, which parts nothing and counts for nothing."""
    marks = np.flatnonzero(kinds == _MARK)
    for at in marks.tolist():  # few: accents written apart
        if kinds[at - 1] == _LETTER or (kinds[at - 1] == _GLUE and at - 1 in marks):
            kinds[at] = _GLUE
    points = np.flatnonzero(kinds == _POINT)
    before, behind = kinds[points - 1], kinds[points + 1]
    letters = (before == _LETTER) & (codes[points - 3] < 128) & (kinds[points - 2] != _LETTER)
    letters &= kinds[points - 2] != _GLUE
    units = points[letters]
    kinds[points[(before == _DIGIT) & (behind == _DIGIT)]] = _DIGIT
    if len(units) > 1:
        kinds[units[:-1][np.diff(units) == 2]] = _GLUE
    commas = np.flatnonzero(kinds == _COMMA)
    kinds[commas[(kinds[commas - 1] == _DIGIT) & (kinds[commas + 1] == _DIGIT)]] = _GLUE
    apostrophes = np.flatnonzero(kinds == _APOSTROPHE)
    if len(apostrophes):
        before, behind = kinds[apostrophes - 1], kinds[apostrophes + 1]
        inside = apostrophes[((before == _LETTER) | (before == _GLUE)) & (behind == _LETTER)]
        kinds[inside] = _GLUE
        ends = (kinds[inside + 2] != _LETTER) & (kinds[inside + 2] != _GLUE)
        genitives = inside[ends & (codes[inside - 1] | 32 == ord("s"))]
        kinds[genitives + 1] = _GLUE


def _fold_tables() -> tuple[Hashes, Hashes]:
    pairs = sorted(
        (int(_raw(word).hashes[0]), int(_raw(fold).hashes[0]) if fold else 0) for word, fold in FOLDS.items()
    )
    return np.array([key for key, _ in pairs], np.uint64), np.array([value for _, value in pairs], np.uint64)


_FOLD_KEYS, _FOLD_VALUES = _fold_tables()
_SLOTS: Final = 1 << 14
_MAY_FOLD: Final = np.zeros(_SLOTS, np.bool_)
_MAY_FOLD[(_FOLD_KEYS & np.uint64(_SLOTS - 1)).astype(np.int64)] = True
