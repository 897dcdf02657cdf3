"""What does the outlet itself tell? A copy → hashed words, each marked as told, quoted or no prose."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.matching.prose import may_hold_captions, unprosaic
from worker.matching.quotation import quotations
from worker.matching.sketch import WIDTH, Hashes, chunk_hashes, shingle_hashes, word_hashes

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

TOLD: Final = 0
QUOTED: Final = 1
UNPROSAIC: Final = 2
SPOKEN: Final = 3  # near a first person: a statement or testimony that carries no marks
NEAR: Final = 10  # words around a first person
BETWEEN: Final = 4  # paragraphs from one first person to the next that are one statement
TOLD_LEAST: Final = 40  # words: with less besides, a first person is the author's
FIRST_PERSON: Final = word_hashes("I we my our me ours myself ourselves I’m I’ve")
QUOTE_LEAST: Final = 4  # words: a shorter quotation is a figure of speech inside the narrative


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
    order: Positions
    ordered: Hashes

    def paragraph(self, word: int) -> int:
        """Tell the number of the paragraph that holds a word."""
        return int(np.searchsorted(self.starts, word, side="right")) - 1


def read(paragraphs: Sequence[str], *, cited: frozenset[int] = frozenset()) -> Narrative:
    """Read a copy; ``cited`` counts the paragraphs that the format marks as quotation."""
    hashes: list[tuple[int, ...]] = []
    marks = bytearray()
    starts = [0]
    captions = any(map(may_hold_captions, paragraphs))
    for text, quoted in zip(paragraphs, quotations(paragraphs, cited=cited), strict=True):
        for piece, mark in _pieces(text, quoted, captions=captions):
            found = chunk_hashes(piece)
            size = sum(map(len, found))
            marks += bytes([TOLD if mark == QUOTED and size < QUOTE_LEAST else mark]) * size
            hashes += found
        starts.append(len(marks))
    words = np.fromiter(chain.from_iterable(hashes), np.uint64, len(marks))
    shingles = shingle_hashes(words, width=WIDTH)
    order = np.argsort(shingles, kind="stable")
    marked = np.frombuffer(marks, np.uint8)
    told = _told(words, marked, np.array(starts, np.int64))
    return Narrative(
        words=words,
        marks=marked,
        told=told,
        starts=np.array(starts, np.int64),
        shingles=shingles,
        order=order,
        ordered=shingles[order],
    )


def _told(words: Hashes, marks: npt.NDArray[np.uint8], starts: Positions) -> Mask:
    """Mark the narrative; mark what somebody says in the first person as spoken.

    Paragraphs between two first persons that stand close are one statement, if it is not all there is.
    """
    told: Mask = marks == TOLD
    speakers = np.flatnonzero(np.isin(words, FIRST_PERSON) & told)
    if not len(speakers):
        return told
    steps = np.zeros(len(words) + 1, np.int32)
    np.add.at(steps, np.maximum(speakers - NEAR, 0), 1)
    np.add.at(steps, np.minimum(speakers + NEAR + 1, len(words)), -1)
    within = np.unique(np.searchsorted(starts, speakers, side="right") - 1)
    for one, other in pairwise(within.tolist()):
        if other - one <= BETWEEN:
            steps[starts[one]] += 1
            steps[starts[other + 1]] -= 1
    spoken = told & (np.cumsum(steps[:-1]) > 0)
    if int(told.sum()) - int(spoken.sum()) < TOLD_LEAST:
        return told
    marks[spoken] = SPOKEN
    return told & ~spoken


def _pieces(text: str, quoted: list[tuple[int, int]], *, captions: bool) -> list[tuple[str, int]]:
    """Cut a paragraph where its kind of text changes."""
    shaped = unprosaic(text, captions=captions)
    if not shaped:
        if not quoted:
            return [(text, TOLD)]
        spans = [(start, end, QUOTED) for start, end in quoted]
    elif shaped == [(0, len(text))] or not quoted:
        spans = [(start, end, UNPROSAIC) for start, end in shaped]
    else:
        spans = sorted(
            [(start, end, UNPROSAIC) for start, end in shaped]
            + [(start, end, QUOTED) for start, end in quoted]
        )
    pieces: list[tuple[str, int]] = []
    done = 0
    for start, end, mark in spans:
        if start > done:
            pieces.append((text[done:start], TOLD))
        if end > done:
            pieces.append((text[max(start, done) : end], mark))
            done = end
    if done < len(text):
        pieces.append((text[done:], TOLD))
    return pieces
