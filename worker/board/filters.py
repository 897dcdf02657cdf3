"""What did somebody ask for? Query parameters → filters, or what is wrong with them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Self, get_args

from topics.messages import Kept, Relation
from topics.times import time_ms

BADGES: Final = ("stripped", "corrected", "killed", "embargoed")
VALUE_MOST: Final = 200  # characters
UNITS_MS: Final = MappingProxyType({"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000})
AGO: Final = re.compile(r"(\d{1,6})([mhdw])")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
WORD: Final = re.compile(r'"([^"]{1,200})"|([^\s"]{1,200})')
LETTER: Final = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]")  # the search knows what is a letter
WORDS_MOST: Final = 16

CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"badge": BADGES, "credit": get_args(Kept), "relation": get_args(Relation)}
)


class BadFilter(ValueError):
    """Parameters that cannot be: ``faults`` has a sentence for each, by parameter."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which stories or variants are asked for; what is None is not asked. Times are milliseconds.

    A story is asked for when it was seen between ``since`` and ``until``. ``credit`` and ``relation`` ask
    variants alone; of stories they ask for one that has such a variant.
    """

    agency: str | None = None
    outlet: str | None = None
    slug: str | None = None
    language: str | None = None
    since: int | None = None
    until: int | None = None
    text: str | None = None
    badges: tuple[str, ...] = ()
    credit: str | None = None
    relation: str | None = None
    given: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def __bool__(self) -> bool:
        return bool(self.given)

    def searching(self, text: str) -> Self:
        """Give these filters with a text to look for, which ``phrase`` accepts."""
        return replace(self, text=text)


NAMES: Final = (
    "agency",
    "outlet",
    "slug",
    "language",
    "since",
    "until",
    "text",
    "badge",
    "credit",
    "relation",
)


def read(pairs: Iterable[tuple[str, str]], *, now: int, also: Iterable[str] = ()) -> Filters:
    """Read query parameters; empty ones do not count, ``badge`` may come several times.

    ``now`` (milliseconds) is what durations count back from; ``also`` names parameters that somebody else
    reads. Raises BadFilter, which tells every fault at once.
    """
    given: dict[str, list[str]] = {}
    faults: dict[str, str] = {}
    passed = frozenset(also)
    for name, value in pairs:
        if name in passed or not value.strip():
            continue
        if name not in NAMES:
            faults[name[:40]] = f"is no filter; there are {', '.join(NAMES)}"
        elif len(value) > VALUE_MOST:
            faults[name] = f"is longer than {VALUE_MOST} characters"
        elif name in given and name != "badge":
            faults[name] = "is given more than once"
        else:
            given.setdefault(name, []).append(value.strip())
    values: dict[str, object] = {}
    for name, texts in given.items():
        try:
            values["badges" if name == "badge" else name] = _value(name, texts, now)
        except ValueError as error:
            faults[name] = str(error)
    since, until = values.get("since"), values.get("until")
    if isinstance(since, int) and isinstance(until, int) and since > until:
        faults["since"] = "is after until"
    if faults:
        raise BadFilter(faults)
    return Filters(
        **values,  # type: ignore[arg-type]  # each value was made for its field
        given=MappingProxyType({name: tuple(texts) for name, texts in given.items()}),
    )


def _value(name: str, texts: list[str], now: int) -> object:
    text = texts[0]
    if name in {"since", "until"}:
        return moment(text, now=now)
    if name in CHOICES:
        chosen = tuple(sorted({_one_of(each, CHOICES[name]) for each in texts}))
        return chosen if name == "badge" else chosen[0]
    if name == "language" and not LANGUAGE.fullmatch(text):
        raise ValueError(f"{_shown(text)} is no language code such as en or pt-BR")
    if name == "text":
        phrase(text)
    return text


def moment(text: str, *, now: int) -> int:
    """Read a time as milliseconds: RFC 3339, a day, or so long ago (90m, 12h, 7d, 2w). Raises ValueError.

    >>> moment("1970-01-02", now=0), moment("2h", now=7_200_000)
    (86400000, 0)
    """
    if ago := AGO.fullmatch(text):
        return now - int(ago[1]) * UNITS_MS[ago[2]]
    try:
        if DAY.fullmatch(text):
            return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000
        return time_ms(text.replace(" ", "+"))  # a plus sign that a browser read as a space
    except (ValueError, OverflowError):
        raise ValueError(
            f"{_shown(text)} is no time: 2026-11-22T21:05:00Z, 2026-11-22, or so long ago: 90m, 12h, 7d"
        ) from None


def phrase(text: str) -> str:
    """Turn what was typed into a query of FTS5: every word, phrases in quotation marks, a star for any end.

    Nothing else of FTS5's grammar is let through. Raises ValueError for nothing to look for.

    >>> phrase('ferry "ran aground" pass*')
    '"ferry" "ran aground" "pass"*'
    """
    if text.count('"') % 2:
        raise ValueError("has a quotation mark without its other half")
    terms: list[str] = []
    for found in WORD.finditer(text):
        term = found[1] or found[2]
        if LETTER.search(term):
            star = "*" if found[2] and term.endswith("*") else ""
            terms.append('"' + term.rstrip("*").replace("\0", " ") + '"' + star)
    if not terms:
        raise ValueError(f"{_shown(text)} holds no word to look for")
    if len(terms) > WORDS_MOST:
        raise ValueError(f"holds more than {WORDS_MOST} words")
    return " ".join(terms)


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(f"{_shown(text)} is none of {', '.join(choices)}")
    return text


def _shown(text: str) -> str:
    return repr(text[:60])
