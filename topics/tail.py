"""Follow the topics that tell outcomes from positions that the reader keeps, in batches.

For whoever has a durable store of its own: write the items of a batch and its positions in one
transaction, and after a crash nothing is told twice and nothing is missed::

    async with TopicTail(bootstrap="localhost:9092", positions=store.positions()) as tail:
        async for batch in tail:
            store.write(batch.items, batch.positions)

``CanonicalConsumer`` is for those who keep nothing: it begins with the present state.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError

from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS, WIRE_REJECTS, Topic, topic_name
from topics.consumer import partitions_of
from topics.items import Told, read_event, read_refused, read_standing

__all__ = ["READ", "Batch", "Position", "Positions", "TopicTail"]

Position = tuple[str, int]
"""Topic, by its name in the catalogue, and partition."""
Positions = Mapping[Position, int]
"""The offset of the next record to read."""

READ: Final[Mapping[str, Callable[[ConsumerRecord], Told]]] = MappingProxyType(
    {
        CANONICAL_VARIANTS.name: read_event,
        CANONICAL_STORIES.name: read_standing,
        WIRE_REJECTS.name: read_refused,
    }
)
"""The topics that can be followed, and how a record of each becomes an item."""

POLL_MS: Final = 500
ANSWER_WITHIN: Final = 5.0  # seconds
ASK_EVERY: Final = 2.0  # seconds without a record, after which the broker is asked whether it is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came in one turn, oldest first within each partition; may be empty.

    ``positions`` are those of the partitions that went on. ``live`` says that all that was on the topics
    when the tail was opened has been told.
    """

    items: tuple[Told, ...]
    positions: Positions
    live: bool


class TopicTail:
    """An async iterator of batches, reading committed records only.

    ``positions`` names the next offset by topic and partition; a partition that is not named, or whose
    position is no longer on the broker, is read from its beginning. Raises MissingTopic and KafkaError,
    the latter also when the broker goes away while nothing comes. ``client`` goes to aiokafka.
    """

    def __init__(
        self,
        *,
        bootstrap: str,
        positions: Positions,
        prefix: str = "",
        topics: Sequence[Topic] = (CANONICAL_STORIES, CANONICAL_VARIANTS, WIRE_REJECTS),
        most: int = 500,
        **client: Any,  # noqa: ANN401 - whatever aiokafka takes
    ) -> None:
        self._names = {topic_name(topic.name, prefix): topic.name for topic in topics}
        self._client = {**client, "bootstrap_servers": bootstrap}
        self._positions = dict(positions)
        self._most = most
        self._ends: dict[TopicPartition, int] = {}
        self._consumer: AIOKafkaConsumer  # made on entering, when the topics are known to be there

    async def __aenter__(self) -> Self:
        partitions = [each for name in self._names for each in await partitions_of(name, self._client)]
        self._consumer = AIOKafkaConsumer(
            **self._client,
            group_id=None,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        try:
            await self._consumer.start()
            self._consumer.assign(partitions)
            self._ends = await self._consumer.end_offsets(partitions)
            for each in partitions:
                begin = self._positions.get((self._names[each.topic], each.partition))
                if begin is None or begin > self._ends[each]:
                    await self._consumer.seek_to_beginning(each)
                else:
                    self._consumer.seek(each, begin)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        """Stop the consumer; that aiokafka cancels its own fetch from a dead broker is no news."""
        try:
            await self._consumer.stop()
        except asyncio.CancelledError:
            await self._consumer._client.close()  # noqa: SLF001 - what it would have done next
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise

    async def __aiter__(self) -> AsyncIterator[Batch]:
        """Tell batches for ever."""
        clock = asyncio.get_running_loop().time
        answered = clock()
        waiting = dict(self._ends)
        while True:
            found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=self._most)
            for partition, end in list(waiting.items()):
                if await self._consumer.position(partition) >= end:
                    del waiting[partition]
            if found:
                answered = clock()
            elif clock() - answered >= ASK_EVERY:
                await self._ask()
                answered = clock()
            yield Batch(
                items=tuple(
                    [
                        READ[self._names[partition.topic]](record)
                        for partition, records in found.items()
                        for record in records
                    ]
                ),
                positions={
                    (self._names[partition.topic], partition.partition): records[-1].offset + 1
                    for partition, records in found.items()
                },
                live=not waiting,
            )

    async def _ask(self) -> None:
        """Ask the broker for anything; KafkaConnectionError when it does not answer."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._consumer.end_offsets(list(self._ends)[:1])
        except TimeoutError as error:
            raise KafkaConnectionError(f"no answer within {ANSWER_WITHIN:.0f} s") from error
