"""Text as lines that know the gap above them and what kind of furniture they are, if any."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from worker import kernels
from worker.dialects import bylines, credits
from worker.formats import furniture, furniture_rules
from worker.formats.furniture_rules import Rule
from worker.story import Credit, CreditKind, FurnitureKind

LONG: Final = 80
"""Characters from which a line without furniture's shape counts as a paragraph of copy."""

_TITLE: Final = (8, 180, 28, ".,;:…")
"""A headline has at least and at most so many characters, fewer words than that, and no such mark at its end."""

_OPENING: Final = re.compile(r"[^\W_]*")
_QUOTES: Final = "\"'“”‘’„«"
_CLOSING: Final = "{};)"
_REMEMBERED: Final = 120
_TYPOGRAPHIC: Final = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"))
_NONE: Final[Mapping[str, FurnitureKind]] = MappingProxyType({})
_STOPS: Final = ".!?…。？！"
_SENTENCE_END: Final = re.compile(rf"[{_STOPS}]['\"’”)\]\s]{{0,3}}$")


def _openings(*given: Mapping[str, int]) -> dict[str, int]:
    """Fold words to the letters and digits that they begin with; the longest line that any of them allows."""
    found: dict[str, int] = {}
    for words in given:
        for word, longest in words.items():
            if (opening := _OPENING.match(word.lower())) and opening.group():
                found[opening.group()] = max(longest, found.get(opening.group(), 0))
    return found | {"the": 0}  # the word behind it tells


_OPENINGS: Final = _openings(furniture.OPENINGS, credits.OPENINGS, bylines.OPENINGS)
_HELD: Final = (*furniture.HELD, *credits.HELD)


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
    is_plain: bool
    """The line opens and ends as prose does, and holds nothing that anything else is told by."""


def read_lines(text: str, marked: Mapping[str, FurnitureKind] = _NONE) -> list[Line]:
    """Cut text at line feeds (CR LF and CR count as one) and classify every non-blank line.

    ``marked`` are lines whose markup says that they are furniture, where their shape does not. Only what
    is not plain is asked what it is: most lines are prose.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines, asked, held = kernels.lines(Line, text, _OPENINGS, _HELD, _QUOTES, _CLOSING, LONG, _TITLE)
    rules = furniture.rules_for(held)
    for number in asked:
        lines[number] = _told(lines[number], rules)
    if marked:
        for number, line in enumerate(lines):
            if line.kind is None and (kind := marked.get(line.text)):
                lines[number] = Line(line.text, line.blanks, kind, None, False, False, False)  # noqa: FBT003 - a row
    return lines


def _told(line: Line, rules: tuple[Rule, ...]) -> Line:
    """Ask what a line is that is not plain."""
    text = line.text
    kind, credit = _remembered(text) if len(text) <= _REMEMBERED else _kind_of(text, rules)
    if kind is not None:
        return Line(text, line.blanks, kind, credit, False, False, False)  # noqa: FBT003 - a row
    if line.is_title and bylines.is_byline(text):
        return line._replace(is_title=False)
    return line


def _kind_of(
    text: str, rules: tuple[Rule, ...] = furniture_rules.HELD
) -> tuple[FurnitureKind | None, Credit | None]:
    credit = credits.credit_of(text)
    if credit is None:
        return furniture.furniture_kind(text, rules), None
    if credit.kind is CreditKind.COPYRIGHT:
        return FurnitureKind.COPYRIGHT, credit
    return FurnitureKind.CREDIT, credit


_remembered: Final = lru_cache(maxsize=4_096)(_kind_of)
"""Pages repeat their buttons and notices for ever; a long line is asked anew, so that little is remembered."""


def usual_gap(lines: Sequence[Line]) -> int:
    """Count the blank lines that usually stand between two lines of this page."""
    gaps = Counter([line.blanks for line in lines[1:]])
    return max(gaps, key=gaps.__getitem__, default=0)


def ends_sentence(text: str) -> bool:
    """Tell whether ``text`` ends as a sentence does, quotation marks aside."""
    return text[-1:] in _STOPS or _SENTENCE_END.search(text[-5:]) is not None


def same_words(text: str) -> str:
    """Fold what two prints of one headline may differ in: case, quotes, dashes, spaces, the last mark."""
    if not text.isascii():
        for mark, plain in _TYPOGRAPHIC:
            text = text.replace(mark, plain)
    return " ".join(text.casefold().split()).strip(" .:'\"")
