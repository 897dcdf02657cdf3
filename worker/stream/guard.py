"""Watch that the topics of the worker stay what they are: neither gone nor made anew under it.

A producer repeats what it sends to a topic that is gone until it gives up, and what it sends to one that was
made anew arrives; Faust would skip the records of a payload topic that was made anew up to the old offsets.
Neither it nor any other client says that a log was lost.
"""

import time
from typing import Any, Final, NoReturn

from aiokafka.errors import KafkaError
from mode import Service

from topics.catalog import CATALOG, WIRE_PAYLOADS, topic_name
from worker.settings import Settings
from worker.stream.halt import halt
from worker.stream.kafka import client_args
from worker.stream.topic_id import topic_ids

EVERY: Final = 2.0  # seconds between looks
MISSING_SECONDS: Final = 5.0  # without a topic before we give up: metadata lags behind a restart


class TopicGuard(Service):
    """Ends the process when a topic is not the one that the worker began with.

    What was not acknowledged is read again by whoever comes next, who says at its start which topics are
    missing, or at its recovery that logs do not belong together. No offset of a payload topic that is gone
    may be committed any more, or whoever comes next would skip as many payloads of the new one.
    """

    def __init__(self, settings: Settings, **kwargs: Any) -> None:  # noqa: ANN401
        self._args = client_args(settings)
        self._payloads = topic_name(WIRE_PAYLOADS.name, settings.prefix)
        written = [topic_name(each.name, settings.prefix) for each in CATALOG if each.written_by_worker]
        self._topics = [self._payloads, *written]
        self._known: dict[str, str] = {}
        self._missing_since: dict[str, float] = {}
        super().__init__(**kwargs)

    async def on_start(self) -> None:
        """Learn the ids. Raises KafkaError."""
        await self._look()

    async def payloads_id(self) -> str:
        """Ask anew for the id of the payload topic, which is part of every story's coordinates.

        Halts when it is another than it was, or after a while without the topic. Raises KafkaError when the
        broker cannot be asked.
        """
        while self._payloads not in (found := await self._look()):
            await self.sleep(EVERY)
        return found[self._payloads]

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await self.sleep(EVERY)
            try:
                await self._look()
            except (KafkaError, OSError, TimeoutError):
                continue  # the broker cannot be asked; the clients say so

    async def _look(self) -> dict[str, str]:
        """Tell the ids of the topics that there are. Raises KafkaError."""
        found = await topic_ids(self._topics, self._args)
        self._compare(found, time.monotonic())
        return found

    def _compare(self, found: dict[str, str], now: float) -> None:
        """Compare ids with those known; halts on another one, or after a while without one."""
        for topic in self._topics:
            if topic not in found:
                if now - self._missing_since.setdefault(topic, now) >= MISSING_SECONDS:
                    self._gone(topic)
                continue
            self._missing_since.pop(topic, None)
            if self._known.setdefault(topic, found[topic]) != found[topic]:
                self._replaced(topic, before=self._known[topic], now=found[topic])

    def _gone(self, topic: str) -> NoReturn:
        if topic == self._payloads:
            halt("payloads.gone", topic=topic)
        halt("topic.gone", topic=topic, advice="wiretrace topics apply makes it")

    def _replaced(self, topic: str, *, before: str, now: str) -> NoReturn:
        if topic == self._payloads:
            halt("payloads.replaced", topic=topic, before=before, now=now)
        halt("topic.replaced", topic=topic, before=before, now=now)
