"""What a consumer of the canonical topics is told, and how a record becomes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from topics.codec import DecodeError, Fault, decode, decode_as
from topics.headers import RejectHeaders, read_headers
from topics.messages import CanonicalV1, LapseV1, MergeV1, ReachV1, VariantV1


class Record(Protocol):
    """A consumed record, as every Python client has it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where an item came from. ``schema`` is the message and version that the record claims to be.

    ``timestamp`` is the record's, in milliseconds since 1970 UTC.
    """

    schema: str | None
    topic: str
    partition: int
    offset: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Told):
    """A canonical story as it stands now."""

    message: CanonicalV1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Told):
    """A placement, a merge, whom a kill or a correction reaches, or that the right to a story has ended."""

    message: VariantV1 | MergeV1 | ReachV1 | LapseV1


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecodable(Told):
    """A record that this version of the contract cannot read, and why."""

    reason: Fault
    error: str
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(Told):
    """A tombstone on canonical-stories: the story left the window and is matched no more."""

    canonical_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Told):
    """A dead letter: a payload or part that could not become a story. ``value`` may be an excerpt."""

    why: RejectHeaders
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """What follows happened after the consumer was opened; ``stories`` counts the snapshots before."""

    stories: int


Item = Snapshot | Event | Undecodable | CaughtUp


def read_snapshot(record: Record) -> Snapshot | Undecodable:
    """Read a record of canonical-stories."""
    try:
        message = decode_as(CanonicalV1, record.value or b"")
    except DecodeError as error:
        return _undecodable(record, error)
    return Snapshot(message=message, schema=message.schema, **_where(record))


def read_event(record: Record) -> Event | Undecodable:
    """Read a record of canonical-variants."""
    try:
        message = decode(record.value or b"")
    except DecodeError as error:
        return _undecodable(record, error)
    if not isinstance(message, VariantV1 | MergeV1 | ReachV1 | LapseV1):
        what = f"{message.schema} does not belong on {record.topic}"
        return _undecodable(record, DecodeError(Fault.UNEXPECTED_SCHEMA, what, schema=message.schema))
    return Event(message=message, schema=message.schema, **_where(record))


def read_standing(record: Record) -> Snapshot | Expired | Undecodable:
    """Read a record of canonical-stories, of which a tombstone tells that the story expired."""
    if record.value is None:
        return Expired(
            canonical_id=(record.key or b"").decode("utf-8", "replace"), schema=None, **_where(record)
        )
    return read_snapshot(record)


def read_refused(record: Record) -> Refused | Undecodable:
    """Read a record of wire-rejects."""
    try:
        why = read_headers(RejectHeaders, record.headers)
    except DecodeError as error:
        return _undecodable(record, error)
    return Refused(why=why, value=record.value or b"", schema=None, **_where(record))


def _undecodable(record: Record, error: DecodeError) -> Undecodable:
    """Keep a record that cannot be read, and why."""
    return Undecodable(
        reason=error.reason,
        error=str(error),
        value=record.value,
        schema=error.schema,
        **_where(record),
    )


def _where(record: Record) -> dict[str, Any]:
    """Say where a record came from."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
    }
