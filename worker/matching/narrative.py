"""What does the outlet itself tell? A copy → hashed words, each marked as told, quoted or no prose."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.prose import (
    INJECTED_SIGN,
    LINES_LEAST,
    LIST_CAPITALS,
    LIST_LEAST,
    is_list,
    may_hold_captions,
    unprosaic,
)
from worker.matching.quotation import quotations
from worker.matching.sketch import WIDTH, shingle_hashes
from worker.matching.tokens import Hashes, Positions, Tokens, tokens
from worker.values import quick

Mask = npt.NDArray[np.bool_]

TOLD: Final = 0
QUOTED: Final = 1
UNPROSAIC: Final = 2
SPOKEN: Final = 3  # near a first person: a statement or testimony that carries no marks
NEAR: Final = 10  # words around a first person
BETWEEN: Final = 4  # paragraphs from one first person to the next that are one statement
TOLD_LEAST: Final = 40  # words: with less besides, a first person is the author's
FIRST_PERSON: Final = tokens("I we my our me ours myself ourselves I’m I’ve").hashes
QUOTE_LEAST: Final = 4  # words: a shorter quotation is a figure of speech inside the narrative


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """The words of a copy as hashes, with what each is; shingles run across paragraphs.

    ``capital`` marks the words that start with a capital.
    ``marks`` holds TOLD, QUOTED, UNPROSAIC or SPOKEN a word; ``told`` masks the words that the
    outlet tells itself. ``starts`` holds the first word of each paragraph, then the number of
    words. ``order`` sorts ``shingles`` into ``ordered``.
    """

    words: Hashes
    capital: Mask
    marks: npt.NDArray[np.uint8]
    told: Mask
    starts: Positions
    shingles: Hashes
    order: Positions
    ordered: Hashes

    def paragraph(self, word: int) -> int:
        """Tell the number of the paragraph that holds a word."""
        return int(np.searchsorted(self.starts, word, side="right")) - 1


def read(
    paragraphs: Sequence[str], *, cited: frozenset[int] = frozenset(), found: Tokens | None = None
) -> Narrative:
    """Read a copy; ``cited`` counts the paragraphs that the format marks as quotation.

    ``found`` are the tokens of the copy, joined by line ends, where they have been read.
    """
    copy = "\n".join(paragraphs)
    found = found or tokens(copy)
    offsets = [0, *accumulate(len(text) + 1 for text in paragraphs)]
    starts = found.starts.searchsorted(offsets)
    marks = np.zeros(len(found.hashes), np.uint8)
    quoted = enumerate(quotations(paragraphs, cited=cited))
    _mark(marks, found, offsets, quoted, mark=QUOTED, least=QUOTE_LEAST)
    _mark(marks, found, offsets, _shapes(copy, paragraphs, found, starts), mark=UNPROSAIC, least=1)
    told = _told(found.hashes, marks, starts)
    shingles, order, ordered = shingle_hashes(found.hashes, width=WIDTH)
    return Narrative(
        words=found.hashes,
        capital=found.capital,
        marks=marks,
        told=told,
        starts=starts,
        shingles=shingles,
        order=order,
        ordered=ordered,
    )


def _mark(  # noqa: PLR0913 - what to mark, where, and with what
    marks: npt.NDArray[np.uint8],
    found: Tokens,
    offsets: Sequence[int],
    spans: Iterable[tuple[int, list[tuple[int, int]]]],
    *,
    mark: int,
    least: int,
) -> None:
    """Mark the words inside spans of characters, given paragraph by paragraph."""
    bounds: list[int] = []
    for place, within in spans:
        if within:
            offset = offsets[place]
            for start, end in within:
                bounds += (offset + start, offset + end)
    if bounds:
        places = found.starts.searchsorted(bounds).tolist()
        for first, last in zip(places[::2], places[1::2], strict=True):
            if last - first >= least:
                marks[first:last] = mark


def _shapes(
    copy: str, paragraphs: Sequence[str], found: Tokens, starts: Positions
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Find the spans that are no prose in the paragraphs that may hold some."""
    capitals = np.zeros(len(found.capital) + 1, np.int64)
    found.capital.cumsum(out=capitals[1:])
    sizes = starts[1:] - starts[:-1]
    upper = capitals[starts[1:]] - capitals[starts[:-1]]
    listed = (upper >= LIST_CAPITALS * sizes).nonzero()[0]
    doubtful: set[int] = set()
    if len(listed):
        short = sizes[listed] < LIST_LEAST
        doubtful.update(listed[~short].tolist())
        lines = listed[short]
        if len(lines) >= LINES_LEAST and len(found.hashes) - sizes[lines].sum() >= TOLD_LEAST:
            yield from _line_lists(paragraphs, lines.tolist())
    captions = may_hold_captions(copy)
    places = range(len(paragraphs)) if captions or INJECTED_SIGN in copy else sorted(doubtful)
    for place in places:
        yield place, unprosaic(paragraphs[place], captions=captions, listed=place in doubtful)


def _line_lists(
    paragraphs: Sequence[str], lines: Sequence[int]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Find the lists with an item a line: adjoining ``lines`` that are a list when they are put together."""
    for _, run in groupby(enumerate(lines), lambda each: each[1] - each[0]):
        places = [place for _, place in run]
        if len(places) >= LINES_LEAST and is_list(" ".join([paragraphs[place] for place in places])):
            yield from ((place, [(0, len(paragraphs[place]))]) for place in places)


def _told(words: Hashes, marks: npt.NDArray[np.uint8], starts: Positions) -> Mask:
    """Mark the narrative; mark what somebody says in the first person as spoken.

    Paragraphs between two first persons that stand close are one statement, if it is not all there is.
    """
    told = kernels.tell(words, marks, starts, FIRST_PERSON, NEAR, BETWEEN, TOLD_LEAST)
    return np.frombuffer(told, np.bool_)
