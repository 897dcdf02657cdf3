"""The topics as data: ``wiretrace topics apply`` makes a broker match this."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from topics.headers import EventHeaders, PayloadHeaders, RejectHeaders
from topics.messages import (
    ArticleV1,
    CanonicalV1,
    LapseV1,
    MergeV1,
    Message,
    PlacementV1,
    ReachV1,
    StoryV1,
    TickV1,
    VariantV1,
)

HOUR_MS: Final = 60 * 60 * 1000
DAY_MS: Final = 24 * HOUR_MS
MIB: Final = 1024 * 1024
PAYLOAD_BYTES: Final = 4 * MIB
"""Largest payload by default; the topic allows headers and the frame of a record beside it."""

NAME: Final = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,200}[a-zA-Z0-9])?")


class Cleanup(StrEnum):
    """What the broker does with old records."""

    DELETE = "delete"
    COMPACT = "compact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. ``retention_ms`` None keeps records for ever; ``raw`` tells what a value is when not JSON.

    ``max_message_bytes`` bounds a batch of records, so a producer's largest request may not be above it.
    """

    name: str
    purpose: str
    owner: str
    key: str
    messages: tuple[type[Message], ...]
    headers: type[PayloadHeaders | RejectHeaders | EventHeaders]
    partitions: int
    cleanup: Cleanup
    retention_ms: int | None
    max_message_bytes: int
    raw: str | None = None
    internal: bool = False
    read_by_worker: bool = False
    written_by_worker: bool = True
    append_time: bool = False  # records carry the broker's time of arrival, which bounds stream time
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def config(self) -> dict[str, str]:
        """Spell the configuration that the broker must hold, by Kafka's names."""
        return {
            "cleanup.policy": self.cleanup.value,
            "retention.ms": "-1" if self.retention_ms is None else str(self.retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "LogAppendTime" if self.append_time else "CreateTime",
            **self.extra,
        }


WIRE_PAYLOADS: Final = Topic(
    name="wire-payloads",
    purpose="Payloads as feeds delivered them: bytes with CloudEvents headers, JSON articles, or bare bytes.",
    owner="feeds",
    key="outlet/item, so that the versions of one item stay in order; any or no key is read",
    messages=(ArticleV1,),
    read_by_worker=True,
    written_by_worker=False,
    raw="the bytes as delivered, in any format of the worker's table",
    headers=PayloadHeaders,
    partitions=6,
    cleanup=Cleanup.DELETE,
    retention_ms=7 * DAY_MS,
    max_message_bytes=PAYLOAD_BYTES + MIB // 2,
    append_time=True,
)
WIRE_STORIES: Final = Topic(
    name="wire-stories",
    purpose="One story a record, split and fingerprinted; one partition: its order decides placements.",
    owner="wiretrace split",
    key="story id; none for a tick",
    messages=(StoryV1, TickV1),
    read_by_worker=True,
    headers=EventHeaders,
    partitions=1,
    cleanup=Cleanup.DELETE,
    retention_ms=30 * DAY_MS,
    max_message_bytes=8 * MIB,
    append_time=True,
)
WIRE_PLACEMENTS: Final = Topic(
    name="wire-placements",
    purpose="Internal: what place decided for each record of wire-stories, with what it keeps of the story "
    "(header state); read back to rebuild its state.",
    owner="wiretrace place",
    key="story id; none for a tick",
    messages=(PlacementV1,),
    read_by_worker=True,
    headers=EventHeaders,
    partitions=1,
    cleanup=Cleanup.DELETE,
    retention_ms=WIRE_STORIES.retention_ms,
    max_message_bytes=10 * MIB,
    internal=True,
)
CANONICAL_VARIANTS: Final = Topic(
    name="canonical-variants",
    purpose="Every placement, merge, reach of an order and lapse, in order within a canonical story.",
    owner="wiretrace place",
    key="canonical id, of a merge the one that goes on; story id when the story has none",
    messages=(VariantV1, MergeV1, ReachV1, LapseV1),
    headers=EventHeaders,
    partitions=6,
    cleanup=Cleanup.DELETE,
    retention_ms=30 * DAY_MS,
    max_message_bytes=10 * MIB,
)
CANONICAL_STORIES: Final = Topic(
    name="canonical-stories",
    purpose="Each canonical story as it stands now, or the alias it became; a tombstone when it expired.",
    owner="wiretrace place",
    key="canonical id",
    messages=(CanonicalV1,),
    headers=EventHeaders,
    partitions=CANONICAL_VARIANTS.partitions,
    cleanup=Cleanup.COMPACT,
    retention_ms=None,
    max_message_bytes=MIB,
    extra=MappingProxyType(
        {"delete.retention.ms": str(7 * DAY_MS), "min.compaction.lag.ms": str(HOUR_MS)},
    ),
)
WIRE_REJECTS: Final = Topic(
    name="wire-rejects",
    purpose="Payloads and parts that could not become stories: the original bytes, and why.",
    owner="wiretrace split",
    key="as the source had it",
    messages=(),
    raw="the original value, or an excerpt of it when x-original-size is there",
    headers=RejectHeaders,
    partitions=3,
    cleanup=Cleanup.DELETE,
    retention_ms=30 * DAY_MS,
    max_message_bytes=WIRE_PAYLOADS.max_message_bytes * 6 // 5,
)

CATALOG: Final = (
    WIRE_PAYLOADS,
    WIRE_STORIES,
    WIRE_PLACEMENTS,
    CANONICAL_VARIANTS,
    CANONICAL_STORIES,
    WIRE_REJECTS,
)


def topic_name(name: str, prefix: str = "") -> str:
    """Name a topic on a broker whose topics carry a prefix, joined with a dash.

    ValueError when Kafka would refuse the name, or when it mixes dots and underscores, which collide in
    the names of the broker's metrics.

    >>> topic_name("wire-stories", "staging")
    'staging-wire-stories'
    """
    full = f"{prefix}-{name}" if prefix else name
    if not NAME.fullmatch(full):
        raise ValueError(f"no topic name: {full!r} (letters, digits, dots, dashes, underscores)")
    if "." in full and "_" in full:
        raise ValueError(f"a topic name may hold dots or underscores, not both: {full!r}")
    return full
