"""What does the outlet itself tell? A copy → hashed words, each marked as told, quoted or no prose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.matching.prose import (
    LINES_LEAST,
    LIST_CAPITALS,
    LIST_LEAST,
    PROSE_SIGNS,
    Span,
    is_list,
    may_be_gallery,
    unprosaic,
)
from worker.matching.quotation import SPEECH_SIGNS, quotations
from worker.matching.sketch import WIDTH, Order, shingle_hashes
from worker.matching.tokens import Hashes, Positions, Tokens, tokens
from worker.values import quick
from worker.views import viewed

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

_SIGNS: Final = (*SPEECH_SIGNS, *PROSE_SIGNS)
_MARK: Final = np.dtype(np.uint8)
_TOLD: Final = np.dtype(np.bool_)
_START: Final = np.dtype(np.int64)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """The words of a copy as hashes, with what each is; shingles run across paragraphs.

    ``marks`` holds TOLD, QUOTED, UNPROSAIC or SPOKEN a word; ``told`` masks the words that the
    outlet tells itself. ``starts`` holds the first word of each paragraph, then the number of
    words. ``order`` sorts ``shingles`` into ``ordered``.
    """

    words: Hashes
    marks: npt.NDArray[np.uint8]
    told: Mask
    starts: Positions
    shingles: Hashes
    order: Order
    ordered: Hashes

    def paragraph(self, word: int) -> int:
        """Tell the number of the paragraph that holds a word."""
        return int(np.searchsorted(self.starts, word, side="right")) - 1


def read(
    paragraphs: Sequence[str], *, cited: frozenset[int] = frozenset(), found: Tokens | None = None
) -> Narrative:
    """Read a copy; ``cited`` counts the paragraphs that the format marks as quotation.

    ``found`` are the tokens of the copy, where they have been read.
    """
    found = found or tokens(*paragraphs)
    starts, listed = kernels.lay_out(paragraphs, found.starts, found.capital, LIST_CAPITALS)
    marks = bytearray(len(found.hashes))
    signed = kernels.holding(paragraphs, _SIGNS)
    spans = quotations(paragraphs, cited=cited, signed=signed[: len(SPEECH_SIGNS)])
    kernels.mark(marks, found.starts, paragraphs, spans, QUOTED, QUOTE_LEAST)
    shapes = _shapes(paragraphs, signed[len(SPEECH_SIGNS) :], listed, len(marks))
    if shapes:
        within = [shapes.get(place, ()) for place in range(len(paragraphs))]
        kernels.mark(marks, found.starts, paragraphs, within, UNPROSAIC, 1)
    told = kernels.tell(found.hashes, marks, starts, FIRST_PERSON, NEAR, BETWEEN, TOLD_LEAST)
    shingles, order, ordered = shingle_hashes(found.hashes, width=WIDTH)
    return Narrative(
        words=found.hashes,
        marks=viewed(marks, _MARK),
        told=viewed(told, _TOLD),
        starts=viewed(starts, _START),
        shingles=shingles,
        order=order,
        ordered=ordered,
    )


def _shapes(
    paragraphs: Sequence[str], signed: Sequence[Sequence[int]], listed: Sequence[tuple[int, int]], words: int
) -> dict[int, list[Span]]:
    """Find the spans that are no prose.

    ``signed`` are the paragraphs that hold each of ``PROSE_SIGNS``, ``listed`` those of capitals, with
    their words.
    """
    *captions, injected = signed
    captioned = any(captions)
    doubtful = {place for place, size in listed if size >= LIST_LEAST}
    places = doubtful.union(injected, *captions)
    if captioned:
        places.update([place for place, text in enumerate(paragraphs) if may_be_gallery(text)])
    found = {
        place: spans
        for place in sorted(places)
        if (spans := unprosaic(paragraphs[place], captions=captioned, listed=place in doubtful))
    }
    lines = [(place, size) for place, size in listed if size < LIST_LEAST]
    if len(lines) >= LINES_LEAST and words - sum([size for _, size in lines]) >= TOLD_LEAST:
        for place in _line_lists(paragraphs, [place for place, _ in lines]):
            found[place] = [(0, len(paragraphs[place]))]
    return found


def _line_lists(paragraphs: Sequence[str], lines: Sequence[int]) -> Iterator[int]:
    """Find the lists with an item a line: adjoining ``lines`` that are a list when they are put together."""
    for _, run in groupby(enumerate(lines), lambda each: each[1] - each[0]):
        places = [place for _, place in run]
        if len(places) >= LINES_LEAST and is_list(" ".join([paragraphs[place] for place in places])):
            yield from places
