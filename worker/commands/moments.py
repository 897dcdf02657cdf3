"""Moments and spans of time as flags take them: so long, so long ago, or an RFC 3339 time."""

from datetime import UTC, datetime

from worker.commands.exits import fail
from worker.settings import duration_ms


def span_ms(text: str | None, flag: str) -> int | None:
    """Read a duration as milliseconds. None stays None; what is none ends the program, naming ``flag``."""
    try:
        return None if text is None else duration_ms(text)
    except ValueError as error:
        fail(f"{flag}: {text!r} {error}")


def moment_ms(text: str | None, flag: str) -> int | None:
    """Read a duration before now, or a time or date, as milliseconds since 1970 UTC.

    Without an offset it is UTC. None stays None; what cannot be read ends the program
    with a line that names ``flag``.
    """
    if text is None:
        return None
    try:
        return int(datetime.now(tz=UTC).timestamp() * 1000) - duration_ms(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        fail(f"{flag}: {text[:40]!r} is neither a duration such as 2h nor an RFC 3339 time")
