"""Lines that are not copy, by their shape alone; what needs the lines around it stands in ``page.py``."""

import sys
from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from worker.formats import furniture_rules as rules
from worker.story import FurnitureKind as Kind


def _by_opening(grammar: Iterable[rules.Rule]) -> Mapping[str, tuple[rules.Rule, ...]]:
    table: dict[str, list[rules.Rule]] = {}
    for rule in grammar:
        for word in rule.openings.split():
            table.setdefault(word, []).append(rule)
    return MappingProxyType({word: tuple(found) for word, found in table.items()})


_OPENED: Final = _by_opening(rules.OPENED)
_LONGEST: Final = 1_000
_SHORT: Final = 120
_WORD: Final = 24
_GLUED_LONGEST: Final = 204
_STOPS: Final = ".,;:"  # end neither a headline nor the name behind a bar


OPENINGS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(rules.SHARE_WORDS, _SHORT)
    | {word: sys.maxsize for rule in rules.OPENED if not rule.needs for word in rule.openings.split()}
    | dict.fromkeys(rules.BEHIND_THE, sys.maxsize)
)
"""Words with which furniture opens, behind "the" or without it, and how long a line is that needs no look."""

HELD: Final = (
    *((rule.openings, sys.maxsize) for rule in rules.HELD),
    *(("/", _LONGEST), (":", _GLUED_LONGEST)),
)
"""What furniture holds that opens with other words, and in lines of what length; figures at an end aside."""

NEEDED: Final = tuple((word, sys.maxsize) for rule in rules.OPENED for word in rule.needs)
"""What furniture holds that opens with words of prose."""


def rules_for(words: Container[str]) -> tuple[rules.Rule, ...]:
    """Choose the rules on what a line holds for one that holds these words of ``HELD``, a text included."""
    return tuple([rule for rule in rules.HELD if rule.openings in words])


def furniture_kind(line: str, held: tuple[rules.Rule, ...] | None = None) -> Kind | None:
    """Say what kind of furniture a whole line is; None for copy, and whenever in doubt.

    The cheap tests come first: most lines are prose and cost a look at their first word. What gives
    furniture away stands in ``OPENINGS``, ``HELD`` and ``NEEDED``, too. ``held`` are the ``rules_for`` it.
    """
    first = line[:_WORD].split(None, 1)[0].lower().strip("[(:.,!|»>…")
    for rule in _OPENED.get(first, ()):
        if (not rule.needs or any(map(line.__contains__, rule.needs))) and rule.pattern.fullmatch(line):
            return rule.kind
    kind = _short(line, first) if len(line) <= _SHORT else None
    return kind or held_kind(line, rules_for(line) if held is None else held)


def held_kind(line: str, held: tuple[rules.Rule, ...]) -> Kind | None:
    """Say what kind of furniture a line is by what it holds and how it ends, its opening aside."""
    length = len(line)
    if length > _LONGEST:
        return Kind.CAPTION if line.count("Hide Caption") > 1 else None
    if is_photo_credit(line):
        return Kind.CAPTION
    if length >= _WORD and (line[-1] in "{};)" or " " not in line) and rules.STYLED.fullmatch(line):
        return Kind.OTHER
    for rule in held:
        if rule.pattern.fullmatch(line):
            return rule.kind
    return None if line[-1] in _STOPS else _ended(line, length)


def _ended(line: str, length: int) -> Kind | None:
    if "/" in line[-rules.CREDIT_LONGEST :] and rules.CREDITED.fullmatch(line):
        return Kind.CAPTION
    if length <= _GLUED_LONGEST and ":" in line and rules.GLUED.fullmatch(line):
        return Kind.RELATED
    return None


def ends_in_source(line: str) -> bool:
    """Tell whether a line ends in an agency in parentheses: a caption, or the source of a brief."""
    return line[-1:] in ").\xa0 " and ")" in line[-4:] and rules.NAMED_SOURCE.fullmatch(line) is not None


def is_navigation(line: str) -> bool:
    """Tell whether a line is a menu: short words between bars. A table row has that shape too."""
    return len(line) <= _SHORT and rules.NAVIGATION.fullmatch(line) is not None


def heads_related(line: str) -> bool:
    """Tell whether a line announces headlines of other stories and holds none itself."""
    return len(line) <= _WORD * 2 and rules.RELATED_HEAD.fullmatch(line.rstrip(" :»›>")) is not None


def is_photo_credit(line: str) -> bool:
    """Tell whether a line is a photographer and where the picture comes from, nothing else."""
    return len(line) <= 100 and "/" in line and rules.PHOTOGRAPHER.fullmatch(line) is not None


def _short(line: str, first: str) -> Kind | None:
    if rules.MARKS_ONLY.fullmatch(line):
        return Kind.SEPARATOR if rules.RULERS.issuperset(line) else Kind.OTHER
    if first in rules.SHARE_WORDS:
        words = line.lower().replace("(opens in new window)", "").split()
        if rules.SHARE_WORDS.issuperset(words) and not rules.SHARE_SIGNS.isdisjoint(words):
            return Kind.SHARE
    if first[:1].isdigit() and rules.COUNTED.fullmatch(line):
        return Kind.SHARE
    return None
