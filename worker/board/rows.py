"""What the queries return: rows, pages of them, and the cursors between pages."""

import re
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from worker.board.filters import BadFilter

T = TypeVar("T")

CURSOR: Final = r"(-?[0-9]{1,18})\.([0-9]{1,18})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A canonical story in a list. Times are milliseconds; ``pace`` counts variants of the last hour.

    The last hour is of the newest sighting on the board. ``stripped`` counts variants. ``lapsed`` is when the
    right to the text ended, here and below.
    """

    n: int
    canonical_id: str
    headline: str | None
    agency: str | None
    language: str | None
    slug: str | None
    version: str | None
    founded: int | None
    updated: int
    variants: int
    outlets: int
    repeats: int
    sequence: int
    stripped: int
    corrected: bool
    killed: bool
    embargoed: bool
    standing: str
    carrying: int
    lapsed: int | None
    pace: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRow:
    """A placement in a list. ``n`` names it in the store; ``canonical_id`` is the story that goes on.

    ``published_under`` is the canonical id whose copy its paragraph map counts. ``lag`` is seconds.
    """

    n: int
    canonical_id: str | None
    published_under: str | None
    sequence: int | None
    story_id: str
    status: str
    relation: str | None
    outlet: str | None
    headline: str | None
    url: str | None
    seen: int | None
    lag: float | None
    coverage: float | None
    novelty: float | None
    parent: str | None
    hops: int | None
    agency: str | None
    credit: str | None
    language: str | None
    slug: str | None
    kind: str | None
    pub_status: str | None
    version: str | None
    words: int | None
    reason: str | None
    lapsed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A tie between two canonical stories: ``outgoing`` when a variant of this story tells it."""

    type: str
    outgoing: bool
    canonical_id: str
    headline: str | None
    agency: str | None
    outlet: str | None
    share: float
    known: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows and the cursor of the next page; None at the end."""

    rows: tuple[T, ...]
    after: str | None


def cursor(first: int, n: int) -> str:
    """Write the place in a list after which the next page begins."""
    return f"{first}.{n}"


def read_cursor(text: str) -> tuple[int, int]:
    """Read a cursor; BadFilter when it was not made here."""
    found = re.fullmatch(CURSOR, text)
    if found is None:
        raise BadFilter({"after": "is no cursor of this list; follow the link of the page before"})
    return int(found[1]), int(found[2])
