"""Milliseconds since 1970 UTC to the text of the contract, and back."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_UNZONED: Final = EPOCH.replace(tzinfo=None)  # its text has no offset to cut off
MILLISECOND: Final = timedelta(milliseconds=1)


def time_text(milliseconds: int) -> str:
    """Write a time as RFC 3339 in UTC with milliseconds; OverflowError outside the years 1 to 9999.

    >>> time_text(1795381500042)
    '2026-11-22T21:05:00.042Z'
    """
    moment = EPOCH_UNZONED + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds") + "Z"


def time_ms(text: str) -> int:
    """Read an RFC 3339 time with its offset as milliseconds since 1970 UTC; ValueError when it is none.

    >>> time_ms("2026-11-22T22:05:00.042+01:00")
    1795381500042
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without its offset: {text!r}")
    return (moment - EPOCH) // MILLISECOND
