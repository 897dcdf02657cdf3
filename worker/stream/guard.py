"""Watch that the topics the worker writes stay what they are: neither gone nor made anew under it.

A producer repeats what it sends to a topic that is gone until it gives up, and what it sends to one that was
made anew arrives; neither it nor a consumer says that a log was lost. The payload topic is watched by split.
"""

import time
from typing import Any, Final

from aiokafka.errors import KafkaError
from mode import Service

from topics.catalog import CATALOG, topic_name
from worker.settings import Settings
from worker.stream.halt import halt
from worker.stream.kafka import client_args
from worker.stream.topic_id import topic_ids

EVERY: Final = 2.0  # seconds between looks
MISSING_SECONDS: Final = 5.0  # without a topic before we give up: metadata lags behind a restart


class TopicGuard(Service):
    """Ends the process when a topic is not the one that the worker began with.

    What was not acknowledged is read again by whoever comes next, who says at its start which topics are
    missing, or at its recovery that logs do not belong together.
    """

    def __init__(self, settings: Settings, **kwargs: Any) -> None:  # noqa: ANN401
        self._args = client_args(settings)
        self._topics = [topic_name(each.name, settings.prefix) for each in CATALOG if each.written_by_worker]
        self._known: dict[str, str] = {}
        self._missing_since: dict[str, float] = {}
        super().__init__(**kwargs)

    async def on_start(self) -> None:
        """Learn the ids. Raises KafkaError."""
        self._known = await topic_ids(self._topics, self._args)

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await self.sleep(EVERY)
            try:
                found = await topic_ids(self._topics, self._args)
            except (KafkaError, OSError, TimeoutError):
                continue  # the broker cannot be asked; the clients say so
            self._look(found, time.monotonic())

    def _look(self, found: dict[str, str], now: float) -> None:
        """Compare ids with those known; halts on another one, or after a while without one."""
        for topic in self._topics:
            if topic not in found:
                if now - self._missing_since.setdefault(topic, now) >= MISSING_SECONDS:
                    halt("topic.gone", topic=topic, advice="wiretrace topics apply makes it")
                continue
            self._missing_since.pop(topic, None)
            if self._known.setdefault(topic, found[topic]) != found[topic]:
                halt("topic.replaced", topic=topic, before=self._known[topic], now=found[topic])
