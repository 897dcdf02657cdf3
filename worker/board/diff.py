"""How does a variant read beside its canonical copy? Two records and the evidence → marked passages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from topics.messages import Furniture, StoryV1, Swap, Variant
from worker.matching.beside import Row, rows
from worker.matching.quotation import Span, quotations

PARAGRAPHS_MOST: Final = 400
CHARACTERS_MOST: Final = 20_000  # of one paragraph


@dataclass(frozen=True, slots=True)
class Piece:
    """Words with what is to be said of them: ``changed``, ``quote``, ``name``, ``figure``, ``style``."""

    text: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage of both copies beside each other. ``change`` is kept, edited, moved, dropped or added.

    ``number`` counts the paragraph in the canonical copy from 1, or says where it moved from.
    """

    change: str
    number: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of furniture on one side or both: ``kind`` says why it is no copy."""

    kind: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The whole comparison in reading order; ``cut`` says that the copies are longer than what is shown."""

    rows: tuple[Passage | Line, ...]
    cut: bool


def compare(canonical: StoryV1, story: StoryV1, variant: Variant) -> Diff:
    """Set a variant beside the canonical copy that its paragraph map counts."""
    before, after = _Side.of(canonical), _Side.of(story)
    changes = [(each.change, each.canonical, each.variant) for each in variant.paragraphs]
    swaps = [
        *(("name", each) for each in variant.names),
        *(("figure", each) for each in variant.figures),
        *(("style", each) for each in variant.house_style),
    ]
    passages = [_passage(row, before, after, swaps) for row in rows(before.texts, after.texts, changes)]
    cut = max(len(canonical.paragraphs), len(story.paragraphs)) > PARAGRAPHS_MOST
    return Diff(rows=tuple(_with_furniture(passages, canonical.furniture, story.furniture)), cut=cut)


@dataclass(frozen=True, slots=True)
class _Side:
    """The paragraphs of one copy, white space folded, and the quoted spans of each."""

    texts: tuple[str, ...]
    quotes: tuple[tuple[Span, ...], ...]

    @classmethod
    def of(cls, story: StoryV1) -> "_Side":
        paragraphs = story.paragraphs[:PARAGRAPHS_MOST]
        texts = tuple([" ".join(each.text.split())[:CHARACTERS_MOST] for each in paragraphs])
        cited = frozenset(place for place, each in enumerate(paragraphs) if each.role == "quote")
        return cls(texts, tuple([tuple(spans) for spans in quotations(texts, cited=cited)]))

    def quoted(self, places: Sequence[int]) -> list[Span]:
        """Give the quoted spans of joined paragraphs."""
        spans: list[Span] = []
        start = 0
        for place in places:
            spans += [(start + first, start + last) for first, last in self.quotes[place]]
            start += len(self.texts[place]) + 1
        return spans


def _passage(row: Row, before: _Side, after: _Side, swaps: Sequence[tuple[str, Swap]]) -> "_Placed":
    ours: list[tuple[str, bool]] = []
    theirs: list[tuple[str, bool]] = []
    for segment in row.segments():
        ours.append((segment.before, not segment.same))
        theirs.append((segment.after, not segment.same))
    lone = row.before is None or row.after is None
    left = _pieces(
        ours, before.quoted(row.left), [] if lone else [(kind, each.canonical) for kind, each in swaps]
    )
    right = _pieces(
        theirs, after.quoted(row.right), [] if lone else [(kind, each.variant) for kind, each in swaps]
    )
    if row.moved:
        change = "moved"
    elif lone:
        change = "dropped" if row.after is None else "added"
    else:
        change = "edited" if any(changed for _, changed in (*ours, *theirs)) else "kept"
    numbers = [str(place + 1) for place in row.left]
    number = numbers[0] if len(numbers) == 1 else "–".join(numbers[:1] + numbers[-1:]) if numbers else ""
    return _Placed(Passage(change=change, number=number, before=left, after=right), row.left, row.right)


@dataclass(frozen=True, slots=True)
class _Placed:
    passage: Passage
    left: tuple[int, ...]
    right: tuple[int, ...]


def _pieces(
    parts: Sequence[tuple[str, bool]], quotes: Sequence[Span], words: Sequence[tuple[str, str]]
) -> tuple[Piece, ...]:
    """Cut one side of a passage wherever something begins or ends to be true of it."""
    text = ""
    marked: list[tuple[int, int, str]] = [(first, last, "quote") for first, last in quotes]
    for words_, changed in parts:
        if not words_:
            continue
        text += " " if text else ""
        if changed:
            marked.append((len(text), len(text) + len(words_), "changed"))
        text += words_
    edits = [(first, last) for first, last, mark in marked if mark == "changed"]
    for kind, sought in words:
        for first, last in _found(text, sought):
            if any(first < stop and start < last for start, stop in edits):
                marked.append((first, last, kind))
    edges = sorted(
        {0, len(text), *(edge for first, last, _ in marked for edge in (first, min(last, len(text))))}
    )
    return tuple(
        [
            Piece(
                text[start:stop],
                tuple(sorted({mark for first, last, mark in marked if first <= start and stop <= last})),
            )
            for start, stop in pairwise(edges)
            if start < stop
        ]
    )


def _found(text: str, sought: str) -> Iterator[Span]:
    if sought.strip():
        for found in re.finditer(rf"(?<!\w){re.escape(' '.join(sought.split()))}(?!\w)", text):
            yield found.span()


def _with_furniture(
    passages: Sequence[_Placed], before: Iterable[Furniture], after: Iterable[Furniture]
) -> Iterator[Passage | Line]:
    """Put furniture where it stood: before the first passage that comes after it on its side."""
    ours, theirs = list(before), list(after)
    for placed in passages:
        if placed.left:
            while ours and ours[0].before <= placed.left[0]:
                yield _line(ours.pop(0), canonical=True)
        if placed.right:
            while theirs and theirs[0].before <= placed.right[0]:
                yield _line(theirs.pop(0), canonical=False)
        yield placed.passage
    for each in ours:
        yield _line(each, canonical=True)
    for each in theirs:
        yield _line(each, canonical=False)


def _line(furniture: Furniture, *, canonical: bool) -> Line:
    text = furniture.text[:CHARACTERS_MOST]
    return Line(kind=furniture.kind, before=text if canonical else None, after=None if canonical else text)
