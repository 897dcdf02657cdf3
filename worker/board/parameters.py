"""The parameters of lists as the API describes and takes them: exactly what their schemas allow."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request

from worker.board import filters
from worker.board.app import Board, board_of
from worker.board.filters import CHOICES, LANGUAGE, VALUE_MOST, BadFilter, Filters
from worker.board.queries import PAGE, PAGE_MOST
from worker.board.rows import CURSOR

# Words and phrases in quotation marks, sixteen at most; the first holds a letter, a digit or no ASCII.
# Spelt so that every engine reads it alike; matching is at worst quadratic in the length, which is bounded.
SPACES: Final = r"\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
LETTER: Final = rf"[^\x00-/:-@\[-`{{-\x7f{SPACES}]"
WORD: Final = rf'[^\x00-\x20\x7f"{SPACES}]'
TEXT: Final = re.compile(rf'(?:"[^"]*{LETTER}[^"]*"|{WORD}*{LETTER}{WORD}*)(?: +(?:"[^"]+"|{WORD}+)){{0,15}}')
TIME: Final = [
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "date"},
    {"type": "string", "pattern": "^[0-9]{1,6}[mhdw]$"},
]
NAME: Final = {"type": "string", "minLength": 1, "maxLength": VALUE_MOST}
PATTERNS: Final = MappingProxyType({"language": LANGUAGE, "text": TEXT, "q": TEXT})

SCHEMAS: Final[Mapping[str, tuple[Mapping[str, Any], str]]] = MappingProxyType(
    {
        "agency": (NAME, "Agency that a story is attributed to, such as AP."),
        "outlet": (NAME, "Outlet that ran it."),
        "slug": (NAME, "Slug without its version words."),
        "language": ({"type": "string", "pattern": f"^{LANGUAGE.pattern}$"}, "BCP 47 code, as it stands."),
        "since": ({"anyOf": TIME}, "Seen at or after: a time, a day, or so long ago (90m, 12h, 7d, 2w)."),
        "until": ({"anyOf": TIME}, "Seen at or before."),
        "text": (
            {"type": "string", "pattern": f"^{TEXT.pattern}$", "maxLength": VALUE_MOST},
            'Words that all occur; "a phrase" in quotation marks; a star ends a word that may go on.',
        ),
        "badge": (
            {"type": "array", "items": {"type": "string", "enum": list(filters.BADGES)}},
            "Stories that bear it; may be given several times.",
        ),
        "credit": (
            {"type": "string", "enum": list(CHOICES["credit"])},
            "What became of the agency's credit; of stories: in one variant at least.",
        ),
        "relation": (
            {"type": "string", "enum": list(CHOICES["relation"])},
            "Kind of variant; of stories: that one variant at least is of.",
        ),
    }
)
EXAMPLES: Final = MappingProxyType(
    {"agency": "AP", "language": "en", "since": "7d", "text": "ferry harb*", "credit": "stripped"}
)


def described(*names: str) -> dict[str, Any]:
    """Describe filters as parameters of an operation."""
    parameters = []
    for name in names:
        schema, text = SCHEMAS[name]
        parameter = {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        parameters.append(parameter | ({"example": EXAMPLES[name]} if name in EXAMPLES else {}))
    return {"parameters": parameters}


STORIES: Final = tuple(SCHEMAS)
NARROWING: Final = tuple(name for name in SCHEMAS if name != "text")  # beside a text
VARIANTS: Final = tuple(name for name in SCHEMAS if name != "badge")

After = Annotated[
    str,
    Query(pattern=f"^({CURSOR})?$", max_length=40, description="Where the page before ended: follow `next`."),
]
Limit = Annotated[int, Query(ge=1, le=PAGE_MOST, description="Most items on a page.")]
Text = Annotated[
    str, Query(pattern=f"^{TEXT.pattern}$", max_length=VALUE_MOST, description=SCHEMAS["text"][1])
]
PAGE_SIZE: Final = PAGE


Pairs = list[tuple[str, str]]


class Asked:
    """Reads the filters of a request, and no others than ``names``; a dependency of operations."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __call__(self, request: Request, board: Annotated[Board, Depends(board_of)]) -> Filters:
        """Raise BadFilter, which tells every fault at once."""
        return read(request.query_params.multi_items(), self._names, now=board.clock())


def read(pairs: Iterable[tuple[str, str]], names: tuple[str, ...], *, now: int) -> Filters:
    """Read parameters as strictly as their schemas are written. Raises BadFilter."""
    given = [(name, text) for name, text in pairs if name not in {"after", "limit", "q"}]
    faults: dict[str, str] = {}
    for name, text in given:
        pattern = PATTERNS.get(name)
        if name not in names:
            faults[name[:40]] = f"is no filter here; there are {', '.join(names)}"
        elif not text:
            faults[name] = "is empty"
        elif name in CHOICES and text != text.strip():
            faults[name] = f"{text[:40]!r} has spaces around it"
        elif len(text) > VALUE_MOST:
            faults[name] = f"is longer than {VALUE_MOST} characters"
        elif pattern and not pattern.fullmatch(text):
            faults[name] = f"{text[:60]!r} is not of the form that the API describes"
    times, others = _apart(given)
    try:
        asked = filters.read(others, now=now)
        since, until = (filters.read(each, now=now) for each in times)
    except BadFilter as error:
        raise BadFilter(error.faults | faults) from None
    if faults:
        raise BadFilter(faults)
    return replace(asked, since=since.since, until=until.until)


def _apart(given: Iterable[tuple[str, str]]) -> tuple[tuple[Pairs, Pairs], Pairs]:
    """Take the two ends of a time apart: a schema cannot say that one is before the other.

    A time that ends before it begins has nothing in it, which is no fault.
    """
    ends: dict[str, Pairs] = {"since": [], "until": []}
    others: Pairs = []
    for name, text in given:
        ends.get(name, others).append((name, text))
    return (ends["since"], ends["until"]), others
