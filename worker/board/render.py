"""How do values look on a page? The templates' environment, and what they may call."""

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

SHORT: Final = 240  # characters of a headline or a name in a list
LONG: Final = 20_000  # characters of one paragraph
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
CONTROLS: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), " ")
SPANS: Final = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))


def environment() -> Environment:
    """Make the environment: everything is escaped, and what is missing is a fault."""
    made = Environment(
        loader=PackageLoader("worker.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        copy=copy,
        cut=cut,
        clock=clock,
        whole=whole,
        iso=iso,
        span=span,
        percent=percent,
        path=path,
        web=web,
        bytes=dump,
    )
    return made


def copy(text: object, most: int = LONG) -> Markup:
    """Write words that somebody else wrote: escaped, isolated from the direction of what stands around.

    An override or embedding that the words leave open ends with the element (UAX #9, isolates).
    """
    return Markup("<bdi>%s</bdi>") % escape(cut(text, most))


def cut(text: object, most: int = SHORT) -> str:
    """Cut words to a length, with an ellipsis; control characters become spaces."""
    whole = str(text).translate(CONTROLS)
    return whole if len(whole) <= most else whole[: most - 1] + "…"


def clock(milliseconds: int | None) -> str:
    """Write a time for people, UTC, to the minute.

    >>> clock(1795381500042)
    '22 Nov 21:05'
    """
    moment = _moment(milliseconds)
    return "time unknown" if moment is None else f"{moment.day} {moment:%b %H:%M}"


def whole(milliseconds: int | None) -> str:
    """Write a time for people in full; empty when there is none.

    >>> whole(1795381500042)
    '22 Nov 2026 21:05:00 UTC'
    """
    moment = _moment(milliseconds)
    return "" if moment is None else f"{moment.day} {moment:%b %Y %H:%M:%S} UTC"


def iso(milliseconds: int | None) -> str:
    """Write a time for machines; empty when there is none."""
    moment = _moment(milliseconds)
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def span(seconds: float | None) -> str:
    """Write a span of time in its two largest units.

    >>> span(402.25), span(7500), span(0)
    ('6 min 42 s', '2 h 5 min', '0 s')
    """
    if seconds is None:
        return "–"
    whole = round(seconds)
    for unit, length, below, divisor in SPANS:
        if whole >= length:
            rest = whole % length // divisor
            return f"{whole // length} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def percent(share: float | None) -> str:
    """Write a share as per cent, a whole number."""
    return "–" if share is None else f"{share:.0%}"


def path(text: object) -> str:
    """Write text as one segment of a path."""
    return quote(str(text), safe="")


def web(url: str | None) -> str | None:
    """Let an address through that a browser may follow from here: http and https alone."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def dump(value: bytes) -> str:
    """Show how bytes begin: as text where they are text, else as hexadecimal digits."""
    try:
        return value.decode("utf-8").translate(CONTROLS)
    except UnicodeDecodeError as error:
        if error.start >= len(value) - 3 and error.start > 0:  # the cut split a character
            return value[: error.start].decode("utf-8").translate(CONTROLS)
    return value[:256].hex(" ")


def _moment(milliseconds: int | None) -> datetime | None:
    try:
        return None if milliseconds is None else EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
