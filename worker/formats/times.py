"""Times as payloads write them, made RFC 3339."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from worker.dialects.zones import local_time

_LONGEST: Final = 64
_MINUTE: Final = timedelta(minutes=1)
_MILLISECONDS: Final = 100_000_000_000
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPACT: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?(?:\.\d{1,9})?\s?(Z|[+-]\d{2}:?\d{2})?"
)

_UNIX: Final = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<time>\d\d:\d\d:\d\d)"
    r" (?P<zone>[A-Z]{2,5}) (?P<year>\d{4})"
)
"""``Tue Jan 28 15:49:07 CET 2020``, as Java and date(1) write a time."""

_EUROPEAN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s(\d{1,2})[:.](\d\d)(?:[:.]\d\d)?)?")
"""``28.09.2018 11:15``: between dots the day always comes first."""

_AMERICAN: Final = re.compile(
    r"(?P<month>[A-Z][a-z]{2})[a-z]{0,6}\.? (?P<day>\d{1,2}), (?P<year>\d{4})"
    r"(?:,? (?:at )?(?P<hour>\d{1,2}):(?P<minute>\d\d) ?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<rest> [A-Z]{2,4})?"
)
"""``January 28, 2020`` and ``Jan. 28, 2020 3:15 PM``."""

_ZONES: Final = {
    "CET": "+0100",
    "CEST": "+0200",
    "BST": "+0100",
    "MEZ": "+0100",
    "MESZ": "+0200",
    "AEST": "+1000",
}
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


def rfc3339(value: object, *, agency: str | None = None) -> str | None:
    """Write a date or time as RFC 3339, seconds precision; None when it is no date.

    Takes ISO 8601, RFC 2822 and Unix times (seconds or milliseconds). A day alone becomes its midnight
    and a time without zone is taken as its agency's, else as UTC.

    >>> rfc3339("2020-02-03T10:20:00+01:00")
    '2020-02-03T10:20:00+01:00'
    """
    if isinstance(value, str):
        text = value.strip()
        return _rfc3339(text, agency) if text and len(text) <= _LONGEST else None
    return _formatted(_moment(value), agency)


@lru_cache(maxsize=1_024)
def _rfc3339(text: str, agency: str | None) -> str | None:
    """Write a short text as a time; an item says its times several times over, a day's articles their day."""
    return _formatted(_moment(text), agency)


def _formatted(moment: datetime | None, agency: str | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = local_time(moment, agency)
    offset = moment.utcoffset()
    if offset is None or offset % _MINUTE:
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def has_zone(value: str) -> bool:
    """Tell whether a time names its offset; a time without one is its agency's guess."""
    moment = _moment(value)
    return moment is not None and moment.tzinfo is not None


def _moment(value: object) -> datetime | None:
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if abs(value) > _MILLISECONDS else value, tz=UTC)
        if not isinstance(value, str) or not (text := value.strip()) or len(text) > _LONGEST:
            return None
        if text[:4].isdigit():
            return _written(text)
        return _european(text) or _spelt(text) or parsedate_to_datetime(text)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def _european(text: str) -> datetime | None:
    found = _EUROPEAN.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - its zone is its agency's


def _spelt(text: str) -> datetime | None:
    """Read a time with the name of its month first."""
    if unix := _UNIX.fullmatch(text):
        zone = _ZONES.get(unix["zone"], unix["zone"])
        return parsedate_to_datetime(f"{unix['day']} {unix['month']} {unix['year']} {unix['time']} {zone}")
    american = _AMERICAN.fullmatch(text)
    month = _MONTHS.find(american["month"]) if american else -1
    if american is None or month < 0 or month % 3:
        return None
    hour = int(american["hour"] or 0) % 12 + (12 if (american["half"] or "a") in "pP" else 0)
    zone = (american["rest"] or "").strip()
    written = (
        f"{american['day']} {american['month']} {american['year']} {hour:02}:{american['minute'] or '00'}:00"
    )
    return parsedate_to_datetime(f"{written} {_ZONES.get(zone, zone)}".strip())


def _written(text: str) -> datetime | None:
    text = text.removesuffix("Z") if text.endswith("ZZ") else text
    if _DAY.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second, zone = compact.groups()
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone or ''}"
    elif text.isdigit():
        return None
    return datetime.fromisoformat(text.removesuffix(" UTC"))
