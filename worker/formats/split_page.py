"""Where one page holds several stories: cut at marks that are certain, never on a guess.

The marks are a headline that is printed twice as the page's own was, a headline with a dateline after
the end of a story, a wide gap with a headline and a new cast of names, and the clock times of a live
file. A page that shows none of them stays whole.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.dialects.datelines import dateline_of
from worker.formats.furniture import ends_in_source
from worker.formats.lines import Line, Lines, same_words, usual_gap
from worker.story import FurnitureKind
from worker.values import quick

_OPENING: Final = 9
"""Lines within which a page repeats the headline of a story."""

_TOP: Final = 4
"""Lines from the top within which a page prints its own headline first."""

_DATELINE_WITHIN: Final = 6
_LEAST_COPY: Final = 2
_NEW_CAST_COPY: Final = 3
_BEFORE: Final = 400
"""Lines of the story before in which a new cast is looked for."""

_OLD_NAMES: Final = 0.25
_LEAST_NAMES: Final = 6
_LEAST_ENTRIES: Final = 3
_NAME: Final = re.compile(r"(?<=[a-z,;’'\"“‘] )[A-Z][a-zà-ÿ]{3,}")
_POSTED: Final = re.compile(r"@\w|://|\bpic\.twitter|[.!?]\s{1,3}[A-Z“].{0,200}[^.!?”\"]$")
"""An embedded post: a handle, an address, or several sentences of which the last has no full stop."""

_END_MARKS: Final = frozenset({FurnitureKind.CREDIT, FurnitureKind.COPYRIGHT, FurnitureKind.SEPARATOR})
_CLOCK: Final = re.compile(
    r"(?:\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\.?)?|\d{1,2}\s?[ap]\.?m\.?|noon|midnight)"
    r"(?:\s?\(?[A-Z]{2,4}\)?)?(?P<headline>\s?[:–—\-]\s?\S.{0,200})?",
    re.IGNORECASE,
)
_LIVE: Final = re.compile(r"(?:AP\s)?(?:The Latest|LIVE|Live|As it happened)\b")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Where stories begin (line numbers, the first is 0); ``live`` when they are entries of one file."""

    starts: tuple[int, ...]
    live: bool = False


_WHOLE: Final = Cuts(starts=(0,))


def find_cuts(page: Lines, title: str | None = None) -> Cuts:
    """Find where the stories of a page begin."""
    lines = page.rows
    entries = _clock_entries(page, title)
    if entries:
        return Cuts(starts=(0, *entries[1:]), live=True)
    enough = _enough(lines, 0)
    candidates = _candidates(page, enough)
    if not candidates:
        return _WHOLE
    usual = usual_gap(lines)
    doubled = _doubled(lines)
    candidates = [
        number
        for number in candidates
        if lines[number].blanks > 2 * usual
        or lines[number - 1].kind in _END_MARKS
        or doubled < min(_TOP, number)
    ]
    if not candidates:
        return _WHOLE
    starts = [0]
    printed = _printed(page)
    for number in candidates:
        if number < enough:
            continue
        if (
            _opens_twice(lines, number, printed, usual, doubled)
            or _opens_with_dateline(lines, number, usual)
            or _opens_with_new_cast(lines, number, usual, starts[-1])
        ):
            starts.append(number)
            enough = _enough(lines, number)
    return Cuts(starts=tuple(starts))


def is_clock(text: str) -> bool:
    """Tell whether a line is nothing but the clock time that heads an entry of a live file."""
    found = _CLOCK.fullmatch(text) if text[:1].isdigit() or text[:1] in "nNmM" else None
    return found is not None and found["headline"] is None


def _candidates(page: Lines, start: int) -> list[int]:
    """List the lines from ``start`` on at which a story could begin."""
    lines = page.rows
    found = {number for number in page.titles if number >= start}
    for number in page.furniture:
        below = number + 1
        if start <= below < len(lines) and lines[below].is_long and lines[number].kind in _END_MARKS:
            found.add(below)
    return sorted(found)


def _printed(page: Lines) -> dict[str, list[int]]:
    printed: dict[str, list[int]] = {}
    for number in page.titles:
        printed.setdefault(same_words(page.rows[number].text), []).append(number)
    return {words: numbers for words, numbers in printed.items() if len(numbers) > 1}


def _doubled(lines: Sequence[Line]) -> int:
    """Return the number of the headline at the top that is printed twice there, or one behind all lines."""
    for number, line in enumerate(lines[:_TOP]):
        if line.is_title:
            words = same_words(line.text)
            for other in lines[number + 1 : number + 1 + _OPENING]:
                if other.is_title and same_words(other.text) == words:
                    return number
    return len(lines)


def _copy(lines: Sequence[Line], least: int) -> bool:
    """Tell whether ``lines`` hold at least so many paragraphs of copy, repeats not counted."""
    return len({line.text for line in lines if line.is_long and not ends_in_source(line.text)}) >= least


def _enough(lines: Sequence[Line], start: int) -> int:
    """Return the number of the line above which a story that begins at ``start`` has enough copy."""
    seen: set[str] = set()
    for number in range(start, len(lines)):
        line = lines[number]
        if line.is_long and not ends_in_source(line.text):
            seen.add(line.text)
            if len(seen) >= _LEAST_COPY:
                return number + 1
    return len(lines)


def _opens_twice(
    lines: Sequence[Line], number: int, printed: dict[str, list[int]], usual: int, doubled: int
) -> bool:
    """Tell whether a headline comes again after captions alone, as the page's own did, and copy follows.

    Embedded posts are printed twice as well, so one doubled line alone proves nothing.
    """
    if not printed or not lines[number].is_title:
        return False
    if lines[number].blanks <= 2 * usual and doubled >= min(_TOP, number):
        return False
    prints = printed.get(same_words(lines[number].text), [])
    for again in prints[bisect_right(prints, number) :][:_OPENING]:
        if again <= number + _OPENING:
            between = lines[number + 1 : again]
            texts = [line.text for line in between]
            shut = all(
                not line.is_long or texts.count(line.text) > 1 or ends_in_source(line.text)
                for line in between
            )
            return bool(between) and shut and _copy(lines[again + 1 : again + 13], _LEAST_COPY)
    return False


def _opens_with_dateline(lines: Sequence[Line], number: int, usual: int) -> bool:
    """Tell whether a headline (or none) and a dateline follow the end of a story."""
    ended = lines[number - 1].kind in _END_MARKS
    if not ended and lines[number].blanks <= 2 * usual:
        return False
    if lines[number].is_long:
        dateline = dateline_of(lines[number].text)
        return ended and dateline is not None and dateline.agency is not None
    for line in lines[number + 1 : number + 1 + _DATELINE_WITHIN]:
        if line.is_long and not ends_in_source(line.text):
            return dateline_of(line.text) is not None
    return False


def _opens_with_new_cast(lines: Sequence[Line], number: int, usual: int, start: int) -> bool:
    """Tell whether a wide gap, a headline and names follow that the story before never mentions."""
    headline = lines[number].text
    if lines[number].blanks <= 2 * usual or headline.count(" ") < 3 or _POSTED.search(headline):
        return False
    following = [line.text for line in lines[number + 1 : number + 12] if line.is_long][:_NEW_CAST_COPY]
    if any(_POSTED.search(text) for text in following):
        return False
    before = [line.text for line in lines[max(start, number - _BEFORE) : number] if line.is_long]
    if len(following) < _NEW_CAST_COPY or len(before) < _NEW_CAST_COPY:
        return False
    cast = set(_NAME.findall("\n".join((headline, *following))))
    known = "\n".join(before)
    return len(cast) >= _LEAST_NAMES and sum(name in known for name in cast) <= _OLD_NAMES * len(cast)


def _clock_entries(page: Lines, title: str | None) -> list[int]:
    """List the clock lines of a live file, newest first or last; empty when the page is none."""
    if len(page.timed) < _LEAST_ENTRIES:
        return []
    lines = page.rows
    clocks = [number for number in page.timed if _CLOCK.fullmatch(lines[number].text)]
    if len(clocks) < _LEAST_ENTRIES:
        return []
    ruled = sum(lines[number - 1].kind is FurnitureKind.SEPARATOR for number in clocks[1:])
    heads = [title or "", *(line.text for line in lines[: clocks[0]])]
    live = any(_LIVE.match(head) for head in heads)
    if ruled + 1 < len(clocks) and not (live and ruled * 2 >= len(clocks)):
        return []
    ends = [*clocks[1:], len(lines)]
    return [number for number, end in zip(clocks, ends, strict=True) if _copy(lines[number + 1 : end], 1)]
