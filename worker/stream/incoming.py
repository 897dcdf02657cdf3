"""Read the facts that come with a payload: CloudEvents headers in the Kafka binding, binary mode.

Source: CloudEvents Kafka Protocol Binding 1.0.2, section 3.2: attributes are headers prefixed ``ce_``,
UTF-8, and the record's value is the data as it is.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from topics.times import time_ms
from worker.errors import BadHeaders
from worker.story import Coordinates, Payload

LATEST: Final = 253_402_300_799_999  # the last millisecond of the year 9999
REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type")


def read_payload(
    *,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes | None]],
    coordinates: Coordinates,
    appended: int,
) -> Payload:
    """Return the payload of a Kafka record; a record without any ``ce_`` header is bare bytes.

    ``appended`` is the broker's append time in milliseconds since 1970 UTC; it is the delivery time when
    the headers name none. Raises BadHeaders when the headers are CloudEvents and break its rules.
    """
    facts = _decode(headers)
    if any(name.startswith("ce_") for name in facts):
        _check(facts)
    received = facts.get("ce_time")
    return Payload(
        body=value or b"",
        content_type=facts.get("content-type"),
        id=facts.get("ce_id"),
        outlet=facts.get("ce_outlet"),
        feed=facts.get("ce_feed"),
        url=facts.get("ce_url"),
        published=facts.get("ce_published"),
        received=appended if received is None else milliseconds(received),
        coordinates=coordinates,
    )


def arrived(headers: Iterable[tuple[str, bytes | None]]) -> int | None:
    """Read from a record of wire-stories when the broker got the payload, milliseconds since 1970 UTC."""
    for name, value in headers:
        if name == "ce_payloadtime":
            with suppress(ValueError):
                return time_ms((value or b"").decode())
    return None


def milliseconds(text: str) -> int:
    """Read an RFC 3339 time of 1970 to 9999 as milliseconds since 1970 UTC; without an offset it is UTC.

    Raises BadHeaders.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadHeaders(f"ce_time {text[:40]!r} is no RFC 3339 time") from error
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    found = round(time.timestamp() * 1000)
    if not 0 <= found <= LATEST:
        raise BadHeaders(f"ce_time {text[:40]!r} is out of range")
    return found


def _decode(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for name, value in headers:
        if not name.startswith("ce_") and name != "content-type":
            continue
        try:
            text = (value or b"").decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise BadHeaders(f"header {name} is not UTF-8") from error
        if text:
            facts[name] = text
    return facts


def _check(facts: dict[str, str]) -> None:
    absent = [name for name in REQUIRED if name not in facts]
    if absent:
        raise BadHeaders(f"CloudEvents headers without {', '.join(absent)}")
    if facts["ce_specversion"] != "1.0":
        raise BadHeaders(f"CloudEvents version {facts['ce_specversion'][:20]!r}, 1.0 is known")
