"""The loops of the core in C: native/*.c, compiled when the project is installed (decision 0016).

Arrays are one-dimensional, contiguous and of the type that is named; sizes are checked, ValueError when
they do not fit. What is given back are the bytes of new arrays, in the byte order of the machine. Pure
functions, but for ``post``, ``count`` and ``quicken``; some take no arrays.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Numbers: TypeAlias = npt.NDArray[np.int64]
Keys: TypeAlias = npt.NDArray[np.uint32]
Places: TypeAlias = npt.NDArray[np.int32]
Mask: TypeAlias = npt.NDArray[np.bool_]
Packed: TypeAlias = bytearray | npt.NDArray[Any]  # as another kernel gives it, or the array
Side: TypeAlias = tuple[int, int, int, int, int, int, bytearray]
Column: TypeAlias = tuple[npt.NDArray[Any], Numbers, int, int]  # see ``lineage.columns.Columns.column``
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
    clock: tuple[str, int],
    /,
) -> tuple[list[_Line], list[tuple[int, int]], list[int], list[int]]:
    """Cut a text at line feeds: its lines as ``formats.lines.Line``, and the numbers of some of them.

    Those are the lines that are not plain, with the reasons, the titles, and what may be a ``clock``.

    Plain is a line that does not open with a word of ``openings`` (0: the next word counts), nor with a
    figure or a mark other than ``quotes``, does not end in a figure or a mark of ``closing``, holds a space
    and no word of ``held``; both tell how long a line may be for that to count. Reasons are bits: one for
    each word of ``held``, and above them one for all else. A ``title`` has a length from one number to
    another, fewer spaces than the third but one, and none of the marks at its end. A ``dateline`` opens with
    two capitals, or with one or a mark and has a mark within so many characters. A ``clock`` opens with a
    figure or a mark and has at most so many characters.
    """

def commonest(text: str, words: Hashes, /) -> tuple[int, int, int]:
    """Count the words of a text that are among ``words`` but for case, all words, and foreign characters.

    White space parts them. ``words`` are of eight letters of ASCII at most, each as the number that its
    bytes are, the first on top. Foreign is what stands behind Latin (from U+0370 on) and is no punctuation
    or sign (U+2000 to U+2FFF).
    """

def words(
    texts: Sequence[str],
    kinds: npt.NDArray[np.uint8],
    values: Hashes,
    upper: Mask,
    folds: Hashes,
    folded: Hashes,
    /,
) -> tuple[bytearray, bytearray, bytearray]:
    """Read words: their hashes (uint64), first characters (int64), and whether those are capitals (bool).

    The characters count as though the texts were joined by line ends.

    ``kinds``, ``values`` and ``upper`` tell of each character of the basic plane what it is, what it adds
    to a hash, and whether it is a capital. A hash among the sorted ``folds`` becomes the one in ``folded``,
    0: no word.
    """

def holding(paragraphs: Sequence[str], signs: Sequence[str], /) -> list[list[int]]:
    """List for each sign the paragraphs that hold it; 32 signs at most, none of them empty."""

def quoted(paragraphs: Sequence[str], whole: bytes | bytearray, most: int, /) -> list[list[tuple[int, int]]]:
    """List the spans between marks of speech in each paragraph; one that is flagged as ``whole`` is one span.

    Curly marks open or close. A straight one opens before a letter or a figure, and after a space, a bracket
    or a dash; else it closes, as it does inside a span before a space, or after a stop. What a paragraph
    leaves open runs to its end, and on where the first mark of the next ``most`` paragraphs is a closing one.
    """

def lay_out(
    paragraphs: Sequence[str], words: Packed, capital: Packed, share: float, /
) -> tuple[bytearray, list[tuple[int, int]]]:
    """Find the first word of each paragraph (int64), then their number, and the paragraphs of capitals.

    ``words`` are where the words start in the paragraphs joined by line ends. Of capitals is one with such a
    ``share`` of them; with each stands how many words it has.
    """

def mark(
    marks: bytearray,
    words: Packed,
    paragraphs: Sequence[str],
    spans: Sequence[Sequence[tuple[int, int]]],
    value: int,
    least: int,
    /,
) -> None:
    """Mark in place the words within spans of characters, given for each paragraph, of ``least`` words."""

def squeeze(text: str, /) -> bytes:
    """Encode a text (UTF-8, lone surrogates too), each run of white space as one space, none at the ends."""

def parts(text: str, /) -> int:
    """Count what white space parts, as ``len(text.split())`` does."""

def quicken(
    cls: type[Any],
    names: tuple[str, ...],
    defaults: dict[str, Any],
    makers: dict[str, Callable[[], Any]],
    placed: int,
    frozen: bool,
    /,
) -> None:
    """Let calls of a class with slots fill those ``names`` in themselves; ``values.quick`` says more.

    What has no default may have one of the ``makers`` of it. The first ``placed`` may be given without their
    names. What is ``frozen`` and holds atoms alone is not looked at by the collector.
    """

def tell(
    words: Hashes,
    marks: bytearray,
    starts: bytearray,
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
    """Hash each run of ``width`` words: hashes (uint64), what order sorts them (uint32), sorted hashes."""

def sample(words: Hashes, width: int, bound: int, least: int, /) -> bytes:
    """List the distinct shingles below ``bound``, sorted (uint64), or the ``least`` smallest if fewer are."""

def cut(hashes: bytes, shift: int, most: int, /) -> bytearray:
    """List the 32 bits (uint32) above ``shift`` of each of the first ``most`` hashes."""

def bag(copy: Hashes, capital: Packed, starts: Packed, end: int, head: Hashes, /) -> bytes:
    """Count the words of a copy that start before an ``end``, and twice those of ``head``.

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
    /,
) -> tuple[int, list[tuple[int, int]]]:
    """Compare a bag with others, words weighed as for ``keywords``, but that all of a count counts.

    Given is the sum of the squares of its weights; then of each other bag the sum of the products of the
    weights of the words that both have, and the sum of its squares.
    """

def names(
    one: bytes,
    others: list[bytes],
    known: npt.NDArray[np.uint32],
    stories: int,
    base: int,
    table: npt.NDArray[np.uint8],
    rare: int,
    /,
) -> list[int]:
    """Count the names that a bag has in common with each of some others, of a rarity of ``rare`` or more."""

def count(known: npt.NDArray[np.uint32], slots: npt.NDArray[np.uint16], /) -> None:
    """Count one more story under each of its slots, in place."""

def slots(bag: bytes, /) -> bytearray:
    """List the distinct low 16 bits of the words of a bag, sorted (uint16)."""

def compare(
    words: Hashes,
    marks: npt.NDArray[np.uint8],
    ordered: Hashes,
    order: Keys,
    their_words: Hashes,
    their_marks: npt.NDArray[np.uint8],
    their_ordered: Hashes,
    their_order: Keys,
    recurrent: Mask | None,
    measure: tuple[int, int, int, int, int, int],
    least: int,
    lent: int,
    /,
) -> tuple[Side, Side, bytearray, bytearray | None] | None:
    """Measure two copies against each other: what each has of the other, and where theirs has what ours has.

    A side are words of prose, told, common, in solid runs, shared and quoted, as in ``verify.Side``; and
    which are common (bool). Then comes the first place in theirs of each shingle of ours (int32, -1: none).
    Last come the words of ours that one copy tells and the other quotes (bool); None where fewer than
    ``lent`` are common that are quoted. All is None where fewer than ``least`` shingles are common, or words
    of ours. The measure is: words of a shingle, and ``REACH``, ``SLACK``, ``GAP``, ``RUN`` and ``SOLID`` of
    matching/verify.py. What is ``recurrent`` in ours is not told.
    """

def solid(mask: Mask, least: int, /) -> int:
    """Count the masked words that stand in runs of ``least``."""

def borrowed(
    covered: Mask, there: Places, starts: Numbers, their_starts: Numbers, width: int, least: int, /
) -> list[tuple[tuple[int, int], tuple[int, int], int]]:
    """List the covered runs of ``least`` words: first and last paragraph here and there, and their words.

    There a run stands around the middle one of the places of its shingles, at most twice its words away.
    """

def recurring(
    shingles: Hashes, keys: Keys, bound: int, shift: int, width: int, margin: int, least: int, /
) -> bytearray | None:
    """Mask the words of runs of ``least`` shingles below a bound, the high bits of all of which are keys.

    ``keys`` are sorted. ``margin`` more words are masked at both ends. None where none are.
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
    ``post``, then in the ``runs``, the last first. A run is its sorted postings (uint64, key above
    document), and where each of a power of two of ranges of keys starts in them, and the last one ends
    (uint32).
    """

def vote(
    places: Packed,
    documents: Packed,
    canons: Column,
    outlets: Column,
    keys: Keys,
    outlet: int,
    popular: int,
    recurrent: int,
    everywhere: int,
    /,
) -> tuple[bytearray, bytearray, bytearray, bytearray]:
    """Let postings vote for documents.

    Given are those voted for, sorted (uint32), votes (int64) and their strength (int64), then the keys
    that are furniture (uint32), in order: ``recurrent`` canonical stories of the outlet (0: not known) hold
    it, or ``everywhere`` (1 to 64) of all outlets. That of the outlet has no vote, nor has a key with more
    than ``popular`` documents, where others have one. A rare key votes the stronger. Postings of a canonical
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

def often(places: Packed, documents: Packed, keys: int, popular: int, least: int, /) -> list[tuple[int, int]]:
    """List the documents with ``least`` postings, in order, and how many they have.

    Keys with more than ``popular`` postings count for nothing.
    """

Sentences: TypeAlias = Sequence[Sequence[str]]

def pairs(
    ours: Sentences,
    theirs: Sentences,
    alike: float,
    least: int,
    inside: float,
    least_inside: int,
    ordered: bool,
    /,
) -> list[tuple[int, int]]:
    """Pair sentences, lists or tuples of at most 128 words, with what they have most in common, best first.

    Common are words in the same order, in any unless ``ordered``. They are ``least`` words and at least a
    share ``alike`` of both, or ``least_inside`` words and a share ``inside`` of the shorter one; of equally
    good pairs the first counts.
    """

def hosts(ours: Sentences, theirs: Sentences, share: float, least: int, /) -> list[tuple[int, int]]:
    """Find for each of ours the first of theirs that has the most words in common with it, and how many.

    Sentences are as in ``pairs``; common are words in the same order. Fewer than ``least``, or than such a
    ``share`` of ours, are none: (0, 0).
    """

def runs(ours: Sequence[str], theirs: Sequence[str], /) -> list[tuple[int, int, int]]:
    """Find the runs of a longest common subsequence: first word on both sides, and length.

    Of several such subsequences it is that of rapidfuzz. Memory is a bit for each two words that stand
    between what both begin and end with.
    """
