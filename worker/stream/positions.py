"""Faust's Kafka consumer, whose committed offsets name the topic that they count in.

An offset means nothing in a topic that was deleted and made again under the same name, and a commit that
was under way is repeated by the client until the new topic takes it. So each commit carries the topic's id
as its metadata, and an offset of another id is not a place to go on from.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport

from worker.settings import Settings
from worker.stream.kafka import client_args
from worker.stream.topic_id import topic_id

log = structlog.get_logger("wiretrace.split")


class _Thread(AIOKafkaConsumerThread):
    """The thread in which Faust's consumer lives. It reads one topic."""

    topic_id = ""

    async def seek_to_committed(self) -> Mapping[Any, Any]:
        """Go on where the group is in this very topic, else at its beginning; tell the offsets."""
        found: Mapping[Any, Any] = await self.call_thread(self._seek)
        return found

    async def _seek(self) -> dict[TopicPartition, int | None]:
        consumer = self._ensure_consumer()
        partitions = consumer.assignment()
        app: Any = self.app
        settings: Settings = app.settings_of_worker
        for name in {partition.topic for partition in partitions}:
            self.topic_id = await topic_id(name, client_args(settings))
        committed = await consumer._coordinator.fetch_committed_offsets(partitions)  # noqa: SLF001 - with metadata
        found: dict[TopicPartition, int | None] = {}
        for partition in partitions:
            position: OffsetAndMetadata | None = committed.get(partition)
            if position is None or position.offset < 0:
                found[partition] = None
            elif position.metadata in {"", self.topic_id}:
                found[partition] = position.offset
                consumer.seek(partition, position.offset)
            else:
                log.warning("payloads.from_the_beginning", partition=partition.partition)
                found[partition] = None
                await consumer.seek_to_beginning(partition)
        return found

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        """Commit with the topic's id; False when the group was rebalanced meanwhile."""
        consumer = self._ensure_consumer()
        ours = self.assignment()
        try:
            await consumer.commit(
                {
                    TopicPartition(each.topic, each.partition): OffsetAndMetadata(offset, self.topic_id)
                    for each, offset in offsets.items()
                    if each in ours
                }
            )
        except CommitFailedError as error:
            if "already rebalanced" not in str(error):
                await self.crash(error)
            return False
        except Exception as error:  # noqa: BLE001 - as Faust's own: the consumer is of no use any more
            await self.crash(error)
            return False
        return True


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class PayloadTransport(Transport):
    """Kafka for Faust, with committed offsets that name their topic's id."""

    Consumer = _Consumer
