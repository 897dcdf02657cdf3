"""The loops of the core in C: native/*.c, compiled when the project is installed (decision 0016).

Arrays are one-dimensional, contiguous and of the type that is named; sizes are checked, ValueError when
they do not fit. What is given back are the bytes of new arrays, in the byte order of the machine. Pure
functions, but for ``post`` and ``quicken``; ``lines`` takes no array.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Numbers: TypeAlias = npt.NDArray[np.int64]
Keys: TypeAlias = npt.NDArray[np.uint32]
Mask: TypeAlias = npt.NDArray[np.bool_]
_Line = TypeVar("_Line")

def lines(
    made: Callable[[str, int, bool, bool, bool, bool], _Line],
    text: str,
    openings: dict[str, int],
    held: tuple[tuple[str, int], ...],
    quotes: str,
    closing: str,
    long: int,
    title: tuple[int, int, int, str],
    dateline: tuple[str, int],
    /,
) -> tuple[list[_Line], list[int], list[str]]:
    """Cut a text at line feeds: its lines as ``formats.lines.Line``, which of them are not plain, and why.

    Plain is a line that does not open with a word of ``openings`` (0: the next word counts), nor with a
    figure or a mark other than ``quotes``, does not end in a figure or a mark of ``closing``, holds a space
    and no word of ``held``; both tell how long a line may be for that to count, and the words of ``held``
    that do come third. A ``title`` has a length from one number to another, fewer spaces than the third but
    one, and none of the marks at its end. A ``dateline`` opens with two capitals, or with one or a mark and
    has a mark within so many characters.
    """

def words(
    text: str, kinds: npt.NDArray[np.uint8], values: Hashes, upper: Mask, folds: Hashes, folded: Hashes, /
) -> tuple[bytearray, bytearray, bytearray]:
    """Read words: their hashes (uint64), first characters (int64), and whether those are capitals (bool).

    ``kinds``, ``values`` and ``upper`` tell of each character of the basic plane what it is, what it adds
    to a hash, and whether it is a capital. A hash among the sorted ``folds`` becomes the one in ``folded``,
    0: no word.
    """

def tell(
    words: Hashes,
    marks: npt.NDArray[np.uint8],
    starts: Numbers,
    persons: Hashes,
    near: int,
    between: int,
    least: int,
    /,
) -> bytearray:
    """Mask the words that an outlet tells itself (bool), and mark in place what is spoken.

    Spoken is what stands ``near`` a told word among ``persons``, and paragraphs up to ``between`` apart that
    both hold one; nothing is where fewer than ``least`` told words would be left. ``starts`` are the
    paragraphs'.
    """

def shingles(words: Hashes, width: int, /) -> tuple[bytearray, bytearray, bytearray]:
    """Hash each run of ``width`` words: hashes (uint64), the order that sorts them (int64), sorted hashes."""

def sample(words: Hashes, width: int, bound: int, least: int, /) -> bytes:
    """List the distinct shingles below ``bound``, sorted (uint64), or the ``least`` smallest if fewer are."""

def bag(copy: Hashes, capital: Mask, head: Hashes, /) -> tuple[bytearray, bytearray, bytearray]:
    """Count words, those of ``head`` twice: distinct ones, sorted (uint64), counts (int64), names (bool).

    A name stands in the copy, with a capital wherever it does.
    """

def weigh(
    words: Hashes,
    counts: Numbers,
    names: Mask,
    known: Numbers,
    stories: int,
    base: int,
    table: Numbers,
    most: int,
    /,
) -> tuple[bytearray, bytearray, int]:
    """Weigh words: rarity (int64), weight (int64), the sum of the squares of the weights.

    A weight is rarity times count, of which ``most`` count.
    ``known`` counts stories by the low bits of a word. Rarity is what the ``table`` says of the stories
    there are (and ``base`` more for a name) for each that has the word.
    """

def heaviest(words: Hashes, weights: Numbers, most: int, /) -> bytearray:
    """List the high halves (uint32) of the ``most`` words that weigh the most and more than nothing."""

def slots(words: Hashes, /) -> bytearray:
    """List the distinct low 16 bits of words, sorted (uint16)."""

def product(words: Hashes, weights: Numbers, others: Hashes, their_weights: Numbers, /) -> int:
    """Multiply the weights of the words that two sorted lists share, and sum that up."""

def match(ours: Hashes, our_order: Numbers, theirs: Hashes, their_order: Numbers, /) -> tuple[bytearray, int]:
    """Find where theirs has each shingle of ours first (int64, -1: nowhere), and how many it has.

    Both are sorted, by an order that is given.
    """

def side(
    words: Hashes,
    marks: npt.NDArray[np.uint8],
    told: Mask,
    there: Numbers,
    their_words: Hashes,
    their_told: Mask,
    width: int,
    reach: int,
    slack: int,
    gap: int,
    run: int,
    solid: int,
    /,
) -> tuple[bytearray, int, int, int, int, int, int]:
    """Measure a copy against another: its common narrative (bool a word), then counts as in ``verify.Side``.

    The counts are words, told, common, solid, shared and quoted; ``there`` is what ``match`` found.
    """

def post(
    keys: Keys, chains: Keys, held: Keys, documents: Keys, older: Keys, used: int, document: int, /
) -> None:
    """Write postings of a document behind the ``used`` ones of a chained hash table, in place.

    ``chains`` gives the newest posting of each chain, counted from 1, ``older`` the next older one; 0 ends
    it.
    """

def find(
    keys: Keys,
    chains: Keys,
    held: Keys,
    documents: Keys,
    older: Keys,
    used: int,
    runs: list[Any],
    most: int,
    /,
) -> tuple[bytearray, bytearray]:
    """Find the newest ``most`` postings of each key.

    Given are places in ``keys`` (int64) and documents (uint32), pairwise. They stand in the table of
    ``post``, then in the sorted ``runs`` (uint64, key above document), the last
    first.
    """

def look_up(numbers: Keys, column: Numbers, elders: Numbers, base: int, gone: int, /) -> bytearray:
    """Read a column of ``columns.Columns`` (int64); of numbers that have no row, ``gone``."""

def vote(
    places: Numbers,
    documents: Keys,
    canons: Numbers,
    outlets: Numbers,
    keys: int,
    outlet: int,
    popular: int,
    recurrent: int,
    everywhere: int,
    /,
) -> tuple[bytearray, bytearray, bytearray, bytearray]:
    """Let postings vote for documents.

    Given are those voted for, sorted (uint32), votes (int64) and their strength (int64), then of each key
    whether it is furniture (bool): ``recurrent`` canonical stories of the outlet (0: not known) hold it, or
    ``everywhere`` (1 to 64) of all outlets. That of the outlet has no vote, nor has a key with more than
    ``popular`` documents, where others have one. A rare key votes the stronger. Postings of a canonical
    story below 0 count for nothing.
    """

def choose(
    documents: Keys,
    hits: Numbers,
    strengths: Numbers,
    canons: Numbers,
    posted: Numbers,
    keys: int,
    share: float,
    votes: int,
    more: int,
    most: int,
    most_canons: int,
    per_canon: int,
    /,
) -> bytearray:
    """Choose the documents (uint32) with enough votes, the strongest first, at most so many in all.

    Enough is a ``share`` of the smaller of ``keys`` and ``posted``, up to ``votes`` and one for each
    ``more`` of those. They come from at most so many canonical stories, so many of each.
    """

def often(
    places: Numbers,
    documents: Keys,
    canons: Numbers,
    without: Numbers,
    keys: int,
    popular: int,
    least: int,
    /,
) -> tuple[bytearray, bytearray]:
    """List the documents with ``least`` postings, sorted (uint32), and how many they have (int64).

    Keys with more than ``popular`` postings count for nothing, nor do canonical stories below 0 or in
    ``without``.
    """

def quicken(
    made: type, names: tuple[str, ...], defaults: tuple[Any, ...], makers: tuple[Any, ...], positional: int, /
) -> None:
    """Make the instances of a class from now on; what ``quick.quick`` says of it.

    Each field has a name, a default (NotImplemented: none) and a maker of defaults (None: none).
    """
