"""Text as lines that know the gap above them and what kind of furniture they are, if any."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from worker.dialects.bylines import is_byline
from worker.dialects.credits import credit_of
from worker.formats.furniture import furniture_kind, rules_for
from worker.story import Credit, CreditKind, FurnitureKind

LONG: Final = 80
"""Characters from which a line without furniture's shape counts as a paragraph of copy."""

_TITLE_LONGEST: Final = 180
_TITLE_WORDS: Final = 28
_ENDS: Final = ".,;:…"
_TYPOGRAPHIC: Final = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"))
_NONE: Final[Mapping[str, FurnitureKind]] = MappingProxyType({})
_SENTENCE_END: Final = re.compile(r"[.!?…。？！]['\"’”)\]\s]{0,3}$")


class Line(NamedTuple):
    """One non-blank line without the white space around it, and the blank lines above it."""

    text: str
    blanks: int
    kind: FurnitureKind | None
    credit: Credit | None
    is_long: bool
    """The line is a paragraph of copy by its length."""
    is_title: bool
    """The line could be a headline: short, capital, without a full stop."""


def read_lines(text: str, marked: Mapping[str, FurnitureKind] = _NONE) -> list[Line]:
    """Cut text at line feeds (CR LF and CR count as one) and classify every non-blank line.

    ``marked`` are lines whose markup says that they are furniture, where their shape does not.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    held = rules_for(text)
    lines: list[Line] = []
    blanks = 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        if not stripped:
            blanks += 1
            continue
        credit = credit_of(stripped)
        if credit is None:
            kind = furniture_kind(stripped, held) or marked.get(stripped)
        elif credit.kind is CreditKind.COPYRIGHT:
            kind = FurnitureKind.COPYRIGHT
        else:
            kind = FurnitureKind.CREDIT
        long = kind is None and len(stripped) >= LONG
        lines.append(Line(stripped, blanks, kind, credit, long, kind is None and is_title(stripped)))
        blanks = 0
    return lines


def usual_gap(lines: Sequence[Line]) -> int:
    """Count the blank lines that usually stand between two lines of this page."""
    gaps: dict[int, int] = {}
    for line in lines[1:]:
        gaps[line.blanks] = gaps.get(line.blanks, 0) + 1
    return max(gaps, key=gaps.__getitem__, default=0)


def is_title(text: str) -> bool:
    """Tell whether ``text`` has the shape of a headline."""
    return (
        8 <= len(text) <= _TITLE_LONGEST
        and text[-1] not in _ENDS
        and not text[0].islower()
        and 1 <= text.count(" ") < _TITLE_WORDS
        and not is_byline(text)
    )


def ends_sentence(text: str) -> bool:
    """Tell whether ``text`` ends as a sentence does, quotation marks aside."""
    return _SENTENCE_END.search(text[-5:]) is not None


def same_words(text: str) -> str:
    """Fold what two prints of one headline may differ in: case, quotes, dashes, spaces, the last mark."""
    if not text.isascii():
        for mark, plain in _TYPOGRAPHIC:
            text = text.replace(mark, plain)
    return " ".join(text.casefold().split()).strip(" .:'\"")
