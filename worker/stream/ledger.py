"""The placement log: written in transactions, read back on assignment. It is the position of ``place``."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from topics import messages as wire
from topics.catalog import WIRE_PLACEMENTS, WIRE_STORIES, topic_name
from topics.codec import decode_as
from worker.lineage.placement import Decision
from worker.story import Story
from worker.stream import mapping
from worker.stream.publish import Outgoing, producer_args

READ: Final = 2000  # records a poll
TRANSACTION_TIMEOUT_MS: Final = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A decision of the past, the record of wire-stories it was made for, and its story (None: a tick)."""

    offset: int
    story: Story | None
    decision: Decision


class Ledger:
    """The transactional half of ``place``.

    Opening initialises the transactional producer: whoever held the same id is fenced from then on, and a
    transaction it left open is ended, so that what is read afterwards cannot change any more.
    """

    def __init__(self, client_args: dict[str, Any], *, prefix: str) -> None:
        self._client_args = client_args
        self._stories = TopicPartition(topic_name(WIRE_STORIES.name, prefix), 0)
        self._placements = TopicPartition(topic_name(WIRE_PLACEMENTS.name, prefix), 0)
        self._producer = AIOKafkaProducer(
            **producer_args(client_args, linger_ms=0),
            transactional_id=f"{prefix}-place-0" if prefix else "place-0",
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        )

    async def open(self) -> None:
        """Connect and fence. Raises KafkaError."""
        await self._producer.start()

    async def close(self) -> None:
        """Disconnect; an open transaction is left to the next owner's fence."""
        with suppress(KafkaError):
            await self._producer.stop()

    async def write(self, records: Sequence[Outgoing]) -> None:
        """Publish ``records`` all or nothing. Raises KafkaError: then the position has to be read again."""
        async with self._producer.transaction():
            receipts = []
            for record in records:
                receipt = await self._producer.send(
                    record.topic, key=record.key, value=record.value, headers=list(record.headers)
                )
                receipt.add_done_callback(_heard)
                receipts.append(receipt)
            await asyncio.gather(*receipts)

    async def read_back(self) -> AsyncIterator[Entry]:
        """Yield every decision of the log with its story, in the order of the story log.

        The two logs are read side by side; a story whose record has expired yields its decision without
        it. Raises KafkaError, DecodeError or ValueError when a log cannot be read: nothing is guessed.
        """
        stories = self._records(self._stories)
        story: ConsumerRecord | None = None
        async for record in self._records(self._placements):
            message = decode_as(wire.PlacementV1, record.value)
            offset = message.source.offset
            while story is None or story.offset < offset:
                story = await anext(stories, None)
                if story is None:
                    break
            value = story.value if story is not None and story.offset == offset else None
            decision = mapping.decision_from_wire(message)
            yield Entry(offset=offset, story=_story(value, decision), decision=decision)

    async def _records(self, partition: TopicPartition) -> AsyncIterator[ConsumerRecord]:
        """Yield the committed records of a partition from its beginning to its present end."""
        consumer = AIOKafkaConsumer(
            **self._client_args,
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )
        await consumer.start()
        try:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end = (await consumer.end_offsets([partition]))[partition]
            while await consumer.position(partition) < end:
                batches = await consumer.getmany(partition, timeout_ms=1000, max_records=READ)
                for record in batches.get(partition, ()):
                    yield record
        finally:
            await consumer.stop()


def _heard(receipt: "asyncio.Future[Any]") -> None:
    """Hear out a receipt that nobody waits for any more, because one before it failed."""
    if not receipt.cancelled():
        receipt.exception()


def _story(value: bytes | None, decision: Decision) -> Story | None:
    if value is None or decision.redelivery or decision.story_id is None:
        return None
    return mapping.story_from_wire(decode_as(wire.StoryV1, value))
