"""The loops of the core in C: native/*.c, compiled when the project is installed (decision 0016).

Arrays are one-dimensional, contiguous and of the type that is named; sizes are checked, ValueError when
they do not fit. What is given back are the bytes of new arrays, in the byte order of the machine. Pure
functions, but for ``post`` and ``count``.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Numbers: TypeAlias = npt.NDArray[np.int64]
Keys: TypeAlias = npt.NDArray[np.uint32]
Mask: TypeAlias = npt.NDArray[np.bool_]
Column: TypeAlias = tuple[npt.NDArray[Any], Numbers, int, int]  # see ``lineage.columns.Columns.column``

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

def bag(copy: Hashes, capital: Mask, head: Hashes, /) -> bytes:
    """Count words, those of ``head`` twice.

    Given are the distinct words, sorted (uint64), then of each (uint32) twice its count, and one more for a
    name: it stands in the copy, with a capital wherever it does.
    """

def keywords(
    bag: bytes,
    known: npt.NDArray[np.uint32],
    stories: int,
    base: int,
    table: npt.NDArray[np.uint8],
    often: int,
    most: int,
    /,
) -> bytearray:
    """List the high halves (uint32) of the ``most`` words of a bag that weigh the most and more than nothing.

    A weight is rarity times count, of which ``often`` count. ``known`` counts stories by the low bits of a
    word. Rarity is what the ``table`` says of the stories there are (and ``base`` more for a name) for each
    that has the word.
    """

def alike(
    one: bytes,
    others: list[bytes],
    known: npt.NDArray[np.uint32],
    stories: int,
    base: int,
    table: npt.NDArray[np.uint8],
    rare: int,
    /,
) -> tuple[int, list[tuple[int, int, int]]]:
    """Compare a bag with others, words weighed as for ``keywords``, but that all of a count counts.

    Given is the sum of the squares of its weights; then of each other bag the sum of the products of the
    weights of the words that both have, the sum of its squares, and how many names both have whose rarity
    is ``rare`` or more.
    """

def count(known: npt.NDArray[np.uint32], slots: npt.NDArray[np.uint16], /) -> None:
    """Count one more story under each of its slots, in place."""

def slots(bag: bytes, /) -> bytearray:
    """List the distinct low 16 bits of the words of a bag, sorted (uint16)."""

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

def post(keys: Keys, chains: Keys, fresh: Keys, used: int, document: int, /) -> None:
    """Write postings of a document behind the ``used`` ones of a chained hash table, in place.

    ``chains`` gives the newest posting of each chain, counted from 1; ``fresh`` holds three numbers of a
    posting: key, document, the next older one of its chain. 0 ends it.
    """

def find(
    keys: Keys, chains: Keys, fresh: Keys, used: int, runs: list[Any], most: int, /
) -> tuple[bytearray, bytearray]:
    """Find the newest ``most`` postings of each key.

    Given are places in ``keys`` (int64) and documents (uint32), pairwise. They stand in the table of
    ``post``, then in the sorted ``runs`` (uint64, key above document), the last
    first.
    """

def vote(
    places: Numbers,
    documents: Keys,
    canons: Column,
    outlets: Column,
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
    documents: bytearray,
    hits: bytearray,
    strengths: bytearray,
    canons: Column,
    posted: Column,
    keys: int,
    share: float,
    votes: int,
    more: int,
    most: int,
    most_canons: int,
    per_canon: int,
    /,
) -> list[int]:
    """Choose the documents with enough votes, the strongest first, at most so many in all.

    Votes and strengths are those of ``vote``. Enough is a ``share`` of the smaller of ``keys`` and
    ``posted``, up to ``votes`` and one for each ``more`` of those. They come from at most so many canonical
    stories, so many of each.
    """

def often(places: Numbers, documents: Keys, keys: int, popular: int, least: int, /) -> list[tuple[int, int]]:
    """List the documents with ``least`` postings, in order, and how many they have.

    Keys with more than ``popular`` postings count for nothing.
    """
