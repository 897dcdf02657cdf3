"""Text as lines that know the gap above them and what kind of furniture they are, if any."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from worker import kernels
from worker.dialects import bylines
from worker.dialects import credits as credit_lines
from worker.dialects.datelines import OPENING
from worker.formats import furniture
from worker.formats.furniture_rules import Rule
from worker.story import Credit, CreditKind, FurnitureKind
from worker.values import quick

LONG: Final = 80
"""Characters from which a line without furniture's shape counts as a paragraph of copy."""

CLOCK: Final = ("nNmM", 239)
"""What may open with a clock time opens so, or with a figure, and is no longer than that."""

_TITLE: Final = (8, 180, 28, ".,;:…")
"""A headline has from so many characters to so many, fewer spaces than that, and no such mark at its end."""

_OPENING: Final = re.compile(r"[^\W_]*")
_QUOTES: Final = "\"'“”‘’„«"
_CLOSING: Final = "{};)"
_REMEMBERED: Final = 120
_TYPOGRAPHIC: Final = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"))
_NONE: Final[Mapping[str, FurnitureKind]] = MappingProxyType({})
_STOPS: Final = (".", "!", "?", "…", "。", "？", "！")
_SENTENCE_END: Final = re.compile(rf"[{''.join(_STOPS)}]['\"’”)\]\s]{{0,3}}$")


def _openings(*given: Mapping[str, int]) -> dict[str, int]:
    """Fold words to the letters and digits that they begin with; the longest line that any of them allows."""
    found: dict[str, int] = {}
    for words in given:
        for word, longest in words.items():
            if (opening := _OPENING.match(word.lower())) and opening.group():
                found[opening.group()] = max(longest, found.get(opening.group(), 0))
    return found | {"the": 0}  # the word behind it tells


_OPENINGS: Final = _openings(furniture.OPENINGS, credit_lines.OPENINGS, bylines.OPENINGS)
_HELD: Final = (*credit_lines.HELD, *furniture.HELD, *furniture.NEEDED)
_HELPS: Final = (1 << len(credit_lines.HELD)) - 1
_OPENS: Final = 1 << (len(credit_lines.HELD) + len(furniture.HELD))
"""Why a line is not plain, as bits: of how it opens or ends from here on, below of what it holds alone."""


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """One non-blank line without the white space around it, and the blank lines above it."""

    text: str
    blanks: int
    is_long: bool = False
    """The line is a paragraph of copy by its length."""
    is_title: bool = False
    """The line could be a headline: short, capital, without a full stop."""
    is_plain: bool = False
    """The line opens and ends as prose does, and holds nothing that anything else is told by."""
    may_be_dated: bool = False
    """The line could open with a dateline, and is not known to be furniture."""
    kind: FurnitureKind | None = None
    credit: Credit | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a text, and which of them (numbers, rising) are of some shape: few are."""

    rows: list[Line]
    titles: list[int]
    furniture: list[int]
    timed: list[int]
    """What may open with a clock time."""


def read_lines(text: str, marked: Mapping[str, FurnitureKind] = _NONE) -> Lines:
    """Cut text at line feeds (CR LF and CR count as one) and classify every non-blank line.

    ``marked`` are lines whose markup says that they are furniture, where their shape does not. Only what
    is not plain is asked what it is: most lines are prose.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows, asked, titles, timed = kernels.lines(
        Line, text, _OPENINGS, _HELD, _QUOTES, _CLOSING, LONG, _TITLE, OPENING, CLOCK
    )
    peeled: list[int] = []
    for number, why in asked:
        rows[number] = line = _told(rows[number], why)
        if line.kind is not None:
            peeled.append(number)
    if marked:
        for number, line in enumerate(rows):
            if line.kind is None and (kind := marked.get(line.text)):
                rows[number] = Line(text=line.text, blanks=line.blanks, kind=kind)
                peeled.append(number)
        peeled.sort()
    return Lines(
        rows=rows,
        titles=[number for number in titles if rows[number].is_title],
        furniture=peeled,
        timed=timed,
    )


def _told(line: Line, why: int) -> Line:
    """Ask what a line is that is not plain."""
    text = line.text
    kind, credit = _remembered(text, why) if len(text) <= _REMEMBERED else _kind_of(text, why)
    if kind is not None:
        return Line(text=text, blanks=line.blanks, kind=kind, credit=credit)
    if line.is_title and bylines.is_byline(text):
        return replace(line, is_title=False)
    return line


def _kind_of(text: str, why: int) -> tuple[FurnitureKind | None, Credit | None]:
    """Ask for the kinds that a line can be, and for no others, by what keeps it from being plain."""
    credit = None
    if why >= _OPENS:
        credit = credit_lines.credit_of(text)
    elif why & _HELPS:
        credit = credit_lines.contributor_of(text)
    if credit is None:
        rules = _rules_for(why)
        return (furniture.furniture_kind if why >= _OPENS else furniture.held_kind)(text, rules), None
    if credit.kind is CreditKind.COPYRIGHT:
        return FurnitureKind.COPYRIGHT, credit
    return FurnitureKind.CREDIT, credit


@lru_cache(maxsize=256)
def _rules_for(why: int) -> tuple[Rule, ...]:
    """Choose the rules whose word a line holds."""
    return furniture.rules_for({word for bit, (word, _) in enumerate(_HELD) if why >> bit & 1})


_remembered: Final = lru_cache(maxsize=4_096)(_kind_of)
"""Pages repeat buttons and notices for ever; a long line is asked anew, so that little is remembered."""


def usual_gap(lines: Sequence[Line]) -> int:
    """Count the blank lines that usually stand between two lines of this page."""
    gaps = [line.blanks for line in lines[1:]]
    return max(dict.fromkeys(gaps), key=gaps.count, default=0)  # few gaps differ


def ends_sentence(text: str) -> bool:
    """Tell whether ``text`` ends as a sentence does, quotation marks aside."""
    return text.endswith(_STOPS) or _SENTENCE_END.search(text[-5:]) is not None


def same_words(text: str) -> str:
    """Fold what two prints of one headline may differ in: case, quotes, dashes, spaces, the last mark."""
    if not text.isascii():
        for mark, plain in _TYPOGRAPHIC:
            text = text.replace(mark, plain)
    return " ".join(text.casefold().split()).strip(" .:'\"")
