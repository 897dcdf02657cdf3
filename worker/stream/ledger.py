"""The placement log: written in transactions, read back on assignment. It is the position of ``place``."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import xxhash
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from topics import messages as wire
from topics.catalog import WIRE_PLACEMENTS, WIRE_STORIES, topic_name
from topics.codec import DecodeError, Fault, decode_as
from worker.errors import OtherVersion
from worker.lineage.facts import needs_story
from worker.lineage.placement import Decision
from worker.story import Story
from worker.stream import mapping
from worker.stream.outgoing import STATE
from worker.stream.publish import Outgoing, producer_args

READ: Final = 200  # records at a time: the event loop has a turn after each lot
TRANSACTION_TIMEOUT_MS: Final = 30_000
LOOK_MS: Final = 10_000  # to find one record
FETCH_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A decision of the past and the offset in wire-stories of the record it was made for.

    ``story`` is that record's, read only for a decision that carries no imprint of it.
    """

    offset: int
    story: Story | None
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A record of the placement log: its offset, and a digest of its value by which it is known again."""

    offset: int
    digest: int


class Ledger:
    """The transactional half of ``place``.

    Opening initialises the transactional producer: whoever held the same id is fenced from then on, and a
    transaction it left open is ended, so that what is read afterwards cannot change any more.
    """

    def __init__(self, client_args: dict[str, Any], *, prefix: str) -> None:
        self._client_args = client_args
        self._stories = TopicPartition(topic_name(WIRE_STORIES.name, prefix), 0)
        self._placements = TopicPartition(topic_name(WIRE_PLACEMENTS.name, prefix), 0)
        self.last: Mark | None = None  # the record that was written, or read back, last
        self.ahead = 0  # records of the log that are still to be read back
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
            written = await asyncio.gather(*receipts)
        for record, receipt in zip(reversed(records), reversed(written), strict=True):
            if record.topic == self._placements.topic:
                self.last = Mark(offset=receipt.offset, digest=_digest(record.value))
                break

    async def holds(self, mark: Mark) -> bool:
        """Tell whether the log has the very record that a mark names. Raises KafkaError."""
        async with self._consumer() as consumer:
            consumer.assign([self._placements])
            begin = (await consumer.beginning_offsets([self._placements]))[self._placements]
            end = (await consumer.end_offsets([self._placements]))[self._placements]
            if not begin <= mark.offset < end:
                return False
            consumer.seek(self._placements, mark.offset)
            found = await consumer.getmany(self._placements, timeout_ms=LOOK_MS, max_records=1)
            return any(
                record.offset == mark.offset and _digest(record.value) == mark.digest
                for record in found.get(self._placements, ())
            )

    async def read_back(self, after: Mark | None = None) -> AsyncIterator[list[Entry]]:
        """Yield the decisions of the log, or those after a mark, in its order and some at a time.

        Raises OtherVersion when a newer worker wrote one, KafkaError, DecodeError or ValueError when a log
        cannot be read: nothing is guessed. A decision of the previous version carries no imprint: its story
        is read from wire-stories, or is None when its record has expired.
        """
        self.last = after
        stories = _Stories(self)
        async for records in self._records(self._placements, 0 if after is None else after.offset + 1):
            entries = []
            for record in records:
                message = _placement(record)
                imprints = dict(record.headers).get(STATE) or b""
                decision = mapping.decision_from_wire(message, imprints=imprints)
                offset = message.source.offset
                story = await stories.at(offset) if needs_story(decision) else None
                entries.append(Entry(offset=offset, story=story, decision=decision))
            self.last = Mark(offset=records[-1].offset, digest=_digest(records[-1].value))
            yield entries

    async def _records(self, partition: TopicPartition, start: int) -> AsyncIterator[list[ConsumerRecord]]:
        """Yield the committed records of a partition from an offset to its present end."""
        async with self._consumer() as consumer:
            consumer.assign([partition])
            begin = (await consumer.beginning_offsets([partition]))[partition]
            end = (await consumer.end_offsets([partition]))[partition]
            consumer.seek(partition, max(start, begin))
            while (position := await consumer.position(partition)) < end:
                if partition == self._placements:
                    self.ahead = end - position
                batches = await consumer.getmany(partition, timeout_ms=1000, max_records=READ)
                if records := batches.get(partition):
                    yield records
            if partition == self._placements:
                self.ahead = 0

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **self._client_args,
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=FETCH_BYTES,
        )

    def stories(self) -> AsyncIterator[list[ConsumerRecord]]:
        """Yield the committed records of wire-stories."""
        return self._records(self._stories, 0)


class _Stories:
    """wire-stories, read beside a log of the previous version; not opened for one of this."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lots: AsyncIterator[list[ConsumerRecord]] | None = None
        self._records: list[ConsumerRecord] = []

    async def at(self, offset: int) -> Story | None:
        """Read the story at an offset; offsets rise from call to call."""
        if self._lots is None:
            self._lots = self._ledger.stories()
        while not self._records or self._records[-1].offset < offset:
            lot = await anext(self._lots, None)
            if lot is None:
                return None
            self._records = lot
        value = next((record.value for record in self._records if record.offset == offset), None)
        return None if value is None else mapping.story_from_wire(decode_as(wire.StoryV1, value))


def _placement(record: ConsumerRecord) -> wire.PlacementV1:
    try:
        return decode_as(wire.PlacementV1, record.value)
    except DecodeError as error:
        if error.reason is Fault.UNKNOWN_SCHEMA:
            what = f"record {record.offset} of {record.topic}"
            raise OtherVersion(what, found=error.schema, known=("placement.v1",)) from error
        raise


def _digest(value: bytes | None) -> int:
    return xxhash.xxh3_64_intdigest(value or b"")


def _heard(receipt: "asyncio.Future[Any]") -> None:
    """Hear out a receipt that nobody waits for any more, because one before it failed."""
    if not receipt.cancelled():
        receipt.exception()
