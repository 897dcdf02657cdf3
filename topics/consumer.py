"""Follow the canonical topics from Python: the present state first, then the live tail.

Needs aiokafka (the extra ``consumer``); nothing else in ``topics`` does::

    async with CanonicalConsumer(bootstrap="localhost:9092") as feed:
        async for item in feed:
            match item:
                case Snapshot(message=story): ...   # a canonical story as it stands
                case CaughtUp(): ...                # from here on it is live
                case Event(message=placed): ...     # a variant, a merge, a reach
                case Undecodable(reason=why): ...   # of a version that this code does not know

Why there is no gap and no repeat: a variant and the snapshot that counts it are one transaction. The tail
starts at the last stable offset of canonical-variants, taken *before* the snapshots are read up to the
high watermark of canonical-stories. So a variant before the start is in a snapshot: its transaction had
written there too, and reading committed up to the watermark waits for its outcome. A variant after the
start may be in a snapshot as well; then its sequence is not above the snapshot's, and it is left out.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS, topic_name
from topics.items import CaughtUp, Event, Item, Snapshot, Undecodable, read_event, read_snapshot
from topics.messages import CanonicalV1, LapseV1, MergeV1, ReachV1, VariantV1

__all__ = ["CanonicalConsumer", "CaughtUp", "Event", "Item", "MissingTopic", "Snapshot", "Undecodable"]

POLL_MS: Final = 500


class MissingTopic(LookupError):
    """A canonical topic is not on the broker."""


@dataclass(slots=True)
class _Present:
    """What the snapshots told, as far as the tail has to know it."""

    sequences: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def learn(self, message: CanonicalV1) -> None:
        """Remember a snapshot."""
        self.sequences[message.canonical_id] = message.sequence
        if message.into is not None:
            self.aliases[message.canonical_id] = message.into

    def tells(self, message: VariantV1 | MergeV1 | ReachV1 | LapseV1) -> bool:
        """Say whether a snapshot already counts the message."""
        if isinstance(message, MergeV1):
            return message.canonical_id in self.aliases
        if message.canonical_id is None or message.sequence is None:
            return False
        return message.sequence <= self.sequences.get(message.canonical_id, 0)


async def partitions_of(topic: str, client: Mapping[str, Any]) -> list[TopicPartition]:
    """List the partitions of a topic; MissingTopic when the broker does not have it.

    ``client`` is what aiokafka takes, ``bootstrap_servers`` included.
    """
    admin = AIOKafkaAdminClient(**client)
    try:
        await admin.start()
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    if described["error_code"] or not described["partitions"]:
        raise MissingTopic(f"the broker has no topic {topic!r}: was `wiretrace topics apply` run?")
    return sorted(TopicPartition(topic, each["partition"]) for each in described["partitions"])


class CanonicalConsumer:
    """An async iterator over the canonical topics, reading committed records only.

    With ``canonical_id`` it follows that story alone, through merges into others. With ``history`` it
    tells every variant that the log still holds instead of snapshots. With ``group_id`` it is durable: it
    tells variants from the group's committed position, at first from the beginning of the log; call
    ``commit`` when an item is dealt with, and after a crash the items since are told again.
    ``client`` goes to aiokafka: ``security_protocol``, ``sasl_mechanism``, ``ssl_context`` and the like.
    """

    def __init__(
        self,
        *,
        bootstrap: str,
        prefix: str = "",
        canonical_id: str | None = None,
        history: bool = False,
        group_id: str | None = None,
        **client: Any,  # noqa: ANN401 - whatever aiokafka takes
    ) -> None:
        self._variants = topic_name(CANONICAL_VARIANTS.name, prefix)
        self._stories = topic_name(CANONICAL_STORIES.name, prefix)
        self._wanted = None if canonical_id is None else {canonical_id}
        self._history = history
        self._group_id = group_id
        self._client = {**client, "bootstrap_servers": bootstrap}
        self._told: dict[TopicPartition, int] = {}
        self._consumer = AIOKafkaConsumer(
            **self._client,
            group_id=group_id,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        await asyncio.sleep(0)  # aiokafka's stop raises when its coordinator never had a turn
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._consumer.stop()

    def __aiter__(self) -> AsyncIterator[Item]:
        """Start over: each iterator begins with the present state."""
        if self._group_id is not None:
            return self._durable()
        return self._all() if self._history else self._present_and_tail()

    async def commit(self) -> None:
        """Mark every item told so far as dealt with, for the group; ValueError without ``group_id``."""
        if self._group_id is None:
            raise ValueError("only a consumer with a group_id has a position to commit")
        ours = self._consumer.assignment()
        offsets = {partition: offset for partition, offset in self._told.items() if partition in ours}
        if offsets:
            await self._consumer.commit(offsets)

    async def _durable(self) -> AsyncIterator[Item]:
        """Tell variants from the group's position."""
        self._consumer.subscribe([self._variants])
        async for record in self._consumer:
            item = read_event(record)
            self._told[TopicPartition(record.topic, record.partition)] = record.offset + 1
            if self._asked_for(item, record):
                yield item

    async def _all(self) -> AsyncIterator[Item]:
        """Tell every variant of the log, and when those of the past are told."""
        partitions = await partitions_of(self._variants, self._client)
        ends = await self._watermarks(partitions)
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        async for record in self._up_to(ends):
            item = read_event(record)
            if self._asked_for(item, record):
                yield item
        yield CaughtUp(stories=0)
        async for record in self._consumer:
            item = read_event(record)
            if self._asked_for(item, record):
                yield item

    async def _present_and_tail(self) -> AsyncIterator[Item]:
        """Tell the snapshots, then what they do not tell; the module's docstring says why that is all."""
        stories = await partitions_of(self._stories, self._client)
        variants = await partitions_of(self._variants, self._client)
        starts = await self._consumer.end_offsets(variants)  # last stable: this consumer reads committed
        snapshots, broken = await self._snapshots(stories)
        edges = await self._watermarks(variants)  # at and after these, no snapshot tells it

        present = _Present()
        for each in snapshots:
            present.learn(each.message)
        self._follow_aliases(present)
        told = [each for each in snapshots if self._wants(each.message.canonical_id)]
        for unread in broken:
            yield unread
        for snapshot in told:
            yield snapshot
        yield CaughtUp(stories=len(told))

        self._consumer.assign(variants)
        for partition in variants:
            self._consumer.seek(partition, starts[partition])
        async for record in self._consumer:
            item = read_event(record)
            in_doubt = record.offset < edges[TopicPartition(record.topic, record.partition)]
            if in_doubt and isinstance(item, Event) and present.tells(item.message):
                continue
            if self._asked_for(item, record):
                yield item

    async def _snapshots(self, partitions: list[TopicPartition]) -> tuple[list[Snapshot], list[Undecodable]]:
        """Read canonical-stories to its end: the last snapshot of each key, oldest record first."""
        ends = await self._watermarks(partitions)
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        last: dict[bytes | None, Snapshot | Undecodable] = {}
        async for record in self._up_to(ends):
            last.pop(record.key, None)
            if record.value is not None:  # a tombstone takes the story back
                last[record.key] = read_snapshot(record)
        found = [each for each in last.values() if isinstance(each, Snapshot)]
        return found, [each for each in last.values() if isinstance(each, Undecodable)]

    async def _up_to(self, ends: dict[TopicPartition, int]) -> AsyncIterator[ConsumerRecord]:
        """Read the assigned partitions until each has reached its end; waits for open transactions."""
        open_ = dict(ends)
        while True:
            for partition, end in list(open_.items()):
                if await self._consumer.position(partition) >= end:
                    del open_[partition]
            if not open_:
                return
            batches = await self._consumer.getmany(*open_, timeout_ms=POLL_MS)
            for records in batches.values():
                for record in records:
                    yield record

    async def _watermarks(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Ask for the high watermarks, which count records of open transactions too."""
        async with AIOKafkaConsumer(**self._client, group_id=None) as reader:
            ends: dict[TopicPartition, int] = await reader.end_offsets(list(partitions))
        return ends

    def _follow_aliases(self, present: _Present) -> None:
        """Let a wanted id stand for the canonical stories it was merged into."""
        queue = list(self._wanted or ())
        while queue and self._wanted is not None:
            into = present.aliases.get(queue.pop())
            if into is not None and into not in self._wanted:
                self._wanted.add(into)
                queue.append(into)

    def _wants(self, canonical_id: str | None) -> bool:
        """Say whether the caller asked for a canonical story."""
        return self._wanted is None or canonical_id in self._wanted

    def _asked_for(self, item: Event | Undecodable, record: ConsumerRecord) -> bool:
        """Say whether the caller asked for an item; a merge of a wanted story widens what is wanted."""
        if self._wanted is None:
            return True
        if isinstance(item, Undecodable):
            return record.key is not None and record.key.decode(errors="replace") in self._wanted
        if isinstance(item.message, MergeV1) and item.message.canonical_id in self._wanted:
            self._wanted.add(item.message.into)
        return self._wants(item.message.canonical_id) or (
            isinstance(item.message, MergeV1) and self._wants(item.message.into)
        )
