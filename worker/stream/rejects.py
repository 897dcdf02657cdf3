"""Dead letters: the original record, untouched, with headers that say why and where it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from aiokafka import ConsumerRecord

from topics.catalog import WIRE_REJECTS, topic_name
from topics.headers import RejectHeaders, write_headers
from topics.shapes import fields_of
from worker import VERSION
from worker.errors import Reason
from worker.stream.publish import Outgoing

EXCERPT_BYTES: Final = 4096
BESIDE_BYTES: Final = 65_536  # of the original key, and of the original headers, that go along
HEADER_FRAME: Final = 8  # bytes that a header takes beside name and value
MESSAGE_CHARACTERS: Final = 500
OURS: Final = frozenset(str(field.header) for field in fields_of(RejectHeaders))
"""Headers of a dead letter; one of the original that has such a name would speak for us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A record as it came: where it was, and all of it. ``timestamp`` is milliseconds since 1970 UTC."""

    topic: str
    topic_id: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def origin_of(record: ConsumerRecord, topic_id: str) -> Origin:
    """Return a consumed record as the origin of what becomes of it."""
    return Origin(
        topic=record.topic,
        topic_id=topic_id,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )


def reject(  # noqa: PLR0913 - a dead letter tells all of this
    origin: Origin,
    *,
    prefix: str,
    stage: str,
    reason: Reason,
    message: str,
    limit: int,
    part: int | None = None,
) -> Outgoing:
    """Return the dead letter of ``origin``; a value over ``limit`` bytes goes as digest and excerpt.

    A key or headers of more than ``BESIDE_BYTES`` are left out, and the message says so.
    The reject id derives from topic id, partition, offset and part: a repeat after a crash counts once.
    """
    value = origin.value or b""
    cut = len(value) > limit
    beside = sum(HEADER_FRAME + len(name.encode()) + len(content or b"") for name, content in origin.headers)
    whole = beside <= BESIDE_BYTES
    key = origin.key if len(origin.key or b"") <= BESIDE_BYTES else None
    if not whole or key is not origin.key:
        message = f"{message[: MESSAGE_CHARACTERS // 2]} (its headers or key are too large and left out)"
    identity = f"{origin.topic_id}/{origin.partition}/{origin.offset}/{'' if part is None else part}"
    headers = RejectHeaders(
        reject_id=blake2b(identity.encode(), digest_size=16, person=b"reject-id/1").hexdigest(),
        error_class=reason.value,
        error_message=" ".join(message.split())[:MESSAGE_CHARACTERS],
        error_stage=stage,
        part=part,
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        timestamp=origin.timestamp,
        dlt_topic=origin.topic,
        digest=blake2b(value, digest_size=16).hexdigest() if cut else None,
        size=len(value) if cut else None,
        attempt=_attempt(origin.headers),
        worker_version=VERSION,
    )
    kept = ((name, content) for name, content in origin.headers if whole and name not in OURS)
    return Outgoing(
        topic=topic_name(WIRE_REJECTS.name, prefix),
        key=key,
        value=value[:EXCERPT_BYTES] if cut else origin.value,
        headers=(*kept, *write_headers(headers)),
    )


def _attempt(headers: Iterable[tuple[str, bytes | None]]) -> int:
    """Return which attempt this is: a redrive carries the number of the one before."""
    for name, value in headers:
        if name == "x-attempt" and value and value.isdigit() and len(value) < 6:
            return int(value) + 1
    return 1
