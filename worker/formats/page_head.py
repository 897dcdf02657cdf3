"""The lines above the copy of a page: headline, deck, byline, and the furniture between them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.dialects.bylines import is_byline
from worker.dialects.datelines import dateline_of
from worker.formats.furniture import ends_in_source, is_navigation, is_photo_credit
from worker.formats.lines import LONG, Line, ends_sentence, same_words, usual_gap
from worker.formats.split_page import is_clock
from worker.story import Credit, Furniture, FurnitureKind, Paragraph

_HEAD: Final = 15
"""Lines from the top within which a headline, deck, byline and captions are looked for."""

_DECK_LONGEST: Final = 400
_DECK_LINES: Final = 3
_DECK_WORDS: Final = 6
_LEAST_COPY: Final = 2
_LONG_WORD: Final = re.compile(r"\w{4,30}")
_NAME: Final = re.compile(r"(?:[A-ZÀ-Þ][\w.'’\-]{0,20}\s){1,3}[A-ZÀ-Þ][\w.'’\-]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the markup of a page tells of its lines.

    ``description`` is its summary of itself, ``decks`` are the lines marked as decks, ``marked`` those
    marked as captions, times or bylines.
    """

    description: str | None = None
    decks: tuple[str, ...] = ()
    marked: Mapping[str, FurnitureKind] = field(default_factory=dict)


NO_HINTS: Final = Hints()


@dataclass(slots=True)
class Sorted:
    """Where the lines of one story go, while they are being sorted."""

    headline: str | None = None
    deck: list[str] = field(default_factory=list)
    byline: str | None = None
    paragraphs: list[Paragraph] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)

    def peel(self, text: str, kind: FurnitureKind) -> None:
        """Put a line aside as furniture, where it stands."""
        self.furniture.append(Furniture(text=text, kind=kind, before=len(self.paragraphs)))


class Names:
    """Who may have signed a page, under the names that its lines are compared by; few pages ask."""

    __slots__ = ("_given", "_known")

    def __init__(self, given: tuple[str | None, ...]) -> None:
        """Keep what the payload names: authors, byline and outlet."""
        self._given = given
        self._known: frozenset[str] | None = None

    def hold(self, text: str) -> bool:
        """Tell whether a line is one of the names."""
        if self._known is None:
            self._known = frozenset([same_words(name) for name in self._given if name])
        return same_words(text) in self._known


def sort_head(  # noqa: PLR0913 - all that a payload says of the head
    lines: Sequence[Line],
    out: Sorted,
    *,
    title: str | None,
    byline: str | None,
    names: Names,
    hints: Hints,
) -> int:
    """Sort the lines above the copy; return the number of the line where the copy begins."""
    head = lines[:_HEAD]
    filed = next(
        (number for number, line in enumerate(head) if line.may_be_dated and dateline_of(line.text)), None
    )
    known = same_words(title) if title else None
    seen: set[str] = set()
    for number, line in enumerate(head):
        text = line.text
        if number == filed:
            return number
        kind = line.kind or _head_furniture(lines, number, names)
        if kind is None and (text in seen or (len(text) >= LONG and _comes_again(lines, number))):
            kind = FurnitureKind.REPEAT if line.is_title else FurnitureKind.CAPTION
        if kind is None and known and repeats(text, known):
            kind = FurnitureKind.REPEAT
        signed = kind is None and (is_byline(text) or _is_signed(lines, number, names))
        if signed and (byline or out.byline):
            kind = FurnitureKind.AUTHOR
        if kind:
            peel_line(out, line, kind)
        elif signed:
            out.byline = text
        elif known is None and _is_headline(lines, number):
            out.headline = text
            known = same_words(text)
        elif (
            _is_above_clock(lines, number)
            or (known and _is_deck(out, lines, number, filed))
            or _is_summary(lines, number, hints)
        ):
            out.deck.append(text)
        else:
            return number
        seen.add(text)
    return len(head)


def _comes_again(lines: Sequence[Line], number: int) -> bool:
    """Tell whether one of the next two lines says the same."""
    text = lines[number].text
    return text in [line.text for line in lines[number + 1 : number + 3]]


def _head_furniture(lines: Sequence[Line], number: int, names: Names) -> FurnitureKind | None:
    """Find furniture that only its place above the copy gives away."""
    line = lines[number]
    if len(line.text) <= LONG and names.hold(line.text.removeprefix("By ")):
        return FurnitureKind.AUTHOR
    if is_clock(line.text) or is_navigation(line.text):
        return FurnitureKind.OTHER
    if is_counter(lines, number):
        return FurnitureKind.SHARE
    if not _has_copy(lines, number + 1):
        return None
    if ends_in_source(line.text) or (_is_beside_picture(lines, number) and usual_gap(lines) > 0):
        return FurnitureKind.CAPTION
    return None


def _has_copy(lines: Sequence[Line], start: int) -> bool:
    """Tell whether paragraphs of copy stand from a line on, as many as make a story."""
    found = 0
    for line in lines[start:]:
        found += line.is_long
        if found == _LEAST_COPY:
            return True
    return False


def _is_beside_picture(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line stands without a gap under a photo credit, or as a title over a caption."""
    line = lines[number]
    if number == 0 or dateline_of(line.text):
        return False
    if line.blanks == 0 and is_photo_credit(lines[number - 1].text):
        return True
    below = lines[number + 1]
    return below.blanks == 0 and below.kind is FurnitureKind.CAPTION and line.is_title


def is_counter(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a bare number is a text size or a share count: it stands under a share button."""
    text = lines[number].text
    return number > 0 and len(text) <= 4 and text.isdigit() and lines[number - 1].kind is FurnitureKind.SHARE


def _is_signed(lines: Sequence[Line], number: int, names: Names) -> bool:
    """Tell whether a line is a name with the outlet or a word such as "Opinion contributor" under it."""
    if number + 1 >= len(lines) or _NAME.fullmatch(lines[number].text) is None:
        return False
    below = lines[number + 1].text
    return below.startswith("Opinion ") or (len(below) <= LONG and names.hold(below))


def _is_headline(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line heads the page: the shape of a title, and copy below it."""
    return lines[number].is_title and any(line.is_long for line in lines[number + 1 : number + _HEAD])


def _is_above_clock(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line introduces the first entry of a live file."""
    return (
        number + 1 < len(lines)
        and len(lines[number].text) <= _DECK_LONGEST
        and is_clock(lines[number + 1].text)
    )


def _is_deck(out: Sorted, lines: Sequence[Line], number: int, filed: int | None) -> bool:
    """Tell whether a line between headline and copy is a deck: before a dateline, or without full stop."""
    text = lines[number].text
    if len(text) > _DECK_LONGEST or len(out.deck) >= _DECK_LINES:
        return False
    if filed is not None:
        return number < filed
    if out.deck or ends_sentence(text) or text.count(" ") < _DECK_WORDS - 1 or text[-1] in ":;,":
        return False
    return len(text) <= 200 and _has_copy(lines, number + 1)


def _is_summary(lines: Sequence[Line], number: int, hints: Hints) -> bool:
    """Tell whether a line is the page's summary of itself, and not the lead.

    It is marked as one, or it is the description and the next line says it again.
    """
    text = lines[number].text
    if text in hints.decks:
        return any(line.is_long for line in lines[number + 1 :])
    if hints.description is None or same_words(text) != same_words(hints.description):
        return False
    below = next((line.text for line in lines[number + 1 :] if line.is_long), "").casefold()
    words = set(_LONG_WORD.findall(text.casefold()))
    return len(words) >= _DECK_WORDS and sum(word in below for word in words) * 2 >= len(words)


def longest_repeat(known: str) -> int:
    """Return how many characters a line has at most that prints the known headline again."""
    return len(known) + 4


def repeats(text: str, known: str) -> bool:
    """Tell whether ``text`` prints the known headline again, with or without the site's name."""
    if not 8 <= len(text) <= longest_repeat(known):
        return False
    first = text[0]
    if first.isalnum() and not known.startswith(first.casefold()):
        return False
    words = same_words(text)
    return words == known or (len(words) >= 25 and known.startswith(words))


def peel_line(out: Sorted, line: Line, kind: FurnitureKind) -> None:
    """Put a line aside as furniture and keep the credit that it may be."""
    out.peel(line.text, kind)
    if line.credit:
        out.credits.append(line.credit)
