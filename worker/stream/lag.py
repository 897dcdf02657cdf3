"""How many records wait before each half of the worker, by the broker's word.

A consumer knows a partition's end from its last fetch, and one whose buffers are full fetches nothing: in a
deep backlog that end is far too low. So the ends are asked for, over a connection of their own.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from mode import Service

from worker.settings import Settings
from worker.stream import metrics
from worker.stream.kafka import client_args
from worker.stream.vitals import Part

EVERY: Final = 1.0  # seconds between looks
ANSWER_WITHIN: Final = 5.0  # seconds; a broker that is away is asked again later

Done = Mapping[TopicPartition, int | None]
"""The next offset to do by partition; None where nothing was done yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One half of the worker: what it reads, where its lag is told, and how far it is.

    ``done`` gives nothing while the half knows no assignment; its lag then stays as it was.
    """

    topic: str
    part: Part
    done: Callable[[], Done | None]


def waiting(done: Done, starts: Done, ends: Done) -> int:
    """Count the records from ``done`` to ``ends``; what retention has cut before ``starts`` does not wait."""
    count = 0
    for partition, end in ends.items():
        first = max(done.get(partition) or 0, starts.get(partition) or 0)
        count += max(0, (end or 0) - first)
    return count


class LagWatch(Service):
    """Tells the lag of both halves, in their vitals and as a metric."""

    def __init__(self, settings: Settings, *halves: Half, **kwargs: Any) -> None:  # noqa: ANN401
        self._consumer = AIOKafkaConsumer(**client_args(settings), enable_auto_commit=False)
        self._halves = halves
        self._before: dict[str, Done] = {}
        super().__init__(**kwargs)

    async def on_start(self) -> None:
        """Connect."""
        await self._consumer.start()

    async def on_stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await self.sleep(EVERY)
            for half in self._halves:
                if (done := half.done()) is not None:
                    await self._tell(half, dict(done))

    async def _tell(self, half: Half, done: Done) -> None:
        try:
            starts, ends = await asyncio.wait_for(self._bounds(done), ANSWER_WITHIN)
        except (KafkaError, OSError, TimeoutError):
            return  # the broker cannot be asked; the lag stays as it was
        half.part.lag = waiting(done, starts, ends)
        if half.part.lag == 0 or done != self._before.get(half.topic):
            half.part.progress = time.monotonic()
        self._before[half.topic] = done
        metrics.LAG.labels(half.topic).set(half.part.lag)

    async def _bounds(self, done: Done) -> tuple[Done, Done]:
        partitions = list(done)
        if not partitions:
            return {}, {}
        return (
            await self._consumer.beginning_offsets(partitions),
            await self._consumer.end_offsets(partitions),
        )
