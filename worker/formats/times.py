"""Times as payloads write them, made RFC 3339."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from worker.dialects.zones import local_time

_LONGEST: Final = 64
_MILLISECONDS: Final = 100_000_000_000
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPACT: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?(?:\.\d{1,9})?\s?(Z|[+-]\d{2}:?\d{2})?"
)


def rfc3339(value: object, *, agency: str | None = None) -> str | None:
    """Write a date or time as RFC 3339, seconds precision; None when it is no date.

    Takes ISO 8601, RFC 2822 and Unix times (seconds or milliseconds). A day alone becomes its midnight
    and a time without zone is taken as its agency's, else as UTC.

    >>> rfc3339("2020-02-03T10:20:00+01:00")
    '2020-02-03T10:20:00+01:00'
    """
    moment = _moment(value)
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = local_time(moment, agency)
    offset = moment.utcoffset()
    if offset is None or offset % timedelta(minutes=1):
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
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def _written(text: str) -> datetime | None:
    if _DAY.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second, zone = compact.groups()
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone or ''}"
    elif text.isdigit():
        return None
    return datetime.fromisoformat(text.removesuffix(" UTC"))
