"""The parameters of lists as the API describes and takes them: exactly what their schemas allow."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request

from worker.board import filters
from worker.board.app import Board, board_of
from worker.board.filters import CHOICES, LANGUAGE, VALUE_MOST, BadFilter, Filters
from worker.board.queries import PAGE, PAGE_MOST
from worker.board.rows import CURSOR

# A word or a phrase in quotation marks, and up to fifteen more; at least the first holds a letter or digit.
# Each repetition ends where a character of another class begins: matching is at worst quadratic in 200.
TEXT: Final = re.compile(
    r'(?:"[^"]*[^\W_][^"]*"|[^\s"]*[^\W_][^\s"]*)(?: +(?:"[^"]+"|[^\s"]+)){0,15}',
)
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
        "until": ({"anyOf": TIME}, "Seen at or before; `since` must not be after it."),
        "text": (
            {"type": "string", "pattern": f"^{TEXT.pattern}$", "maxLength": VALUE_MOST},
            'Words that all occur; "a phrase" in quotation marks; a star at the end of a word for any end.'
            " The pattern reads every script's letters as word characters.",
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
    faults = {}
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
    try:
        asked = filters.read(given, now=now)
    except BadFilter as error:
        raise BadFilter(faults | error.faults) from None
    if faults:
        raise BadFilter(faults)
    return asked
