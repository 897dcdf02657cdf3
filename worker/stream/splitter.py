"""The agent ``split``: a payload in, its stories and rejects out, acknowledged when the broker has them.

The split process does the work; it is asked here, and what it answers is published and acknowledged in order.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

import faust
import structlog
from mode import Service

from topics.catalog import WIRE_PAYLOADS, topic_name
from worker.settings import Settings
from worker.stream import metrics
from worker.stream.guard import TopicGuard
from worker.stream.limit import RejectLimit, TooManyRejects
from worker.stream.publish import Publisher
from worker.stream.rejects import Origin
from worker.stream.split_process import SplitProcess
from worker.stream.splitting import Answer, Terms
from worker.stream.tracing import Handling, Publishing, Tracing

log = structlog.get_logger("wiretrace.split")

ASKED: Final = 64  # payloads that the split process has before it
UNDER_WAY: Final = 500  # payloads whose records the broker has not acknowledged yet


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnderWay:
    """A payload whose records are handed over; ``sent`` is when, by the performance counter."""

    event: Any
    receipts: "list[asyncio.Future[Any]]"
    sent: float
    publishing: Publishing


class Splitter(Service):
    """Acknowledges payloads in the order of the log, each when all its records are delivered.

    A delivery that fails ends the process: what was not acknowledged is read again by whoever comes next.
    """

    def __init__(
        self,
        app: faust.App,
        settings: Settings,
        publisher: Publisher,
        guard: TopicGuard,
        tracing: Tracing,
        **kwargs: Any,  # noqa: ANN401 - mode's
    ) -> None:
        self._publisher = publisher
        self._guard = guard
        self._tracing = tracing
        self._process = SplitProcess(
            Terms(
                prefix=settings.prefix,
                limits=settings.limits(),
                seconds=settings.parse_time,
                memory=settings.parse_memory,
            )
        )
        self._reject_limit = RejectLimit(settings.reject_limit, clock=time.monotonic)
        self._topic_id = ""
        self._known = asyncio.Event()  # that is
        self._asked: asyncio.Queue[tuple[Any, Origin, asyncio.Future[Answer]]] = asyncio.Queue(ASKED)
        self._under_way: asyncio.Queue[_UnderWay] = asyncio.Queue(UNDER_WAY)
        channel = app.topic(
            topic_name(WIRE_PAYLOADS.name, settings.prefix),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
        )
        app.agent(channel, name="split")(self._split)
        app.on_partitions_assigned.connect(self._assigned)
        super().__init__(**kwargs)

    async def _assigned(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - Faust's signal
        """Ask for the topic's id before records of the new assignment are split."""
        self._topic_id = await self._guard.payloads_id()
        self._known.set()

    async def on_start(self) -> None:
        """Start the split process."""
        await self.add_runtime_dependency(self._process)

    async def _split(self, stream: Any) -> None:  # noqa: ANN401 - Faust's stream
        async for event in stream.noack().events():
            await self._known.wait()  # Faust may let records through before it has told us of the assignment
            origin = self._origin(event.message)
            try:
                await self._asked.put((event, origin, await self._process.split(origin)))
            except Exception as error:  # left to Faust, it would go on with the next event
                await self.crash(error)
                raise

    @Service.task
    async def _publish(self) -> None:
        while not self.should_stop:
            event, origin, answering = await self._asked.get()
            answer = await answering
            with self._tracing.handling("split", origin, took=answer.seconds) as trace:
                trace.tell({"stories": answer.stories, "rejects": ",".join(answer.reasons) or None})
            records, publishing = trace.publish(answer.records)
            receipts = await self._publisher.publish(records)
            sent = time.perf_counter()
            await self._under_way.put(
                _UnderWay(event=event, receipts=receipts, sent=sent, publishing=publishing)
            )
            _tell(answer, origin, trace)
            try:
                self._reject_limit.count(refused=answer.outcome == "rejected")
            except TooManyRejects as error:
                log.critical("rejects.limit", message=str(error))
                raise

    @Service.task
    async def _acknowledge(self) -> None:
        while not self.should_stop:
            payload = await self._under_way.get()
            await asyncio.gather(*payload.receipts)
            payload.publishing.end()
            metrics.STAGE_SECONDS.labels("publish").observe(time.perf_counter() - payload.sent)
            payload.event.ack()

    def _origin(self, message: Any) -> Origin:  # noqa: ANN401 - Faust's message
        return Origin(
            topic=message.topic,
            topic_id=self._topic_id,
            partition=message.partition,
            offset=message.offset,
            timestamp=None if message.timestamp is None else round(message.timestamp * 1000),
            key=message.key,
            value=message.value,
            headers=tuple(message.headers or ()),
        )


def _tell(answer: Answer, origin: Origin, trace: Handling) -> None:
    """Log and count what became of one payload."""
    metrics.STAGE_SECONDS.labels("split").observe(answer.seconds)
    metrics.PAYLOADS.labels(answer.outcome).inc()
    metrics.LAST_MESSAGE.labels(origin.topic).set_to_current_time()
    for name in answer.formats:
        metrics.STORIES.labels(name).inc()
    for reason in answer.reasons:
        metrics.REJECTS.labels(reason).inc()
    at = {"partition": origin.partition, "offset": origin.offset}
    if answer.defect is not None:
        log.error("payload.broke", topic=origin.topic, exception=answer.defect, **at)
    log.info(
        "payload.handled",
        stories=answer.stories,
        rejects=list(answer.reasons),
        ms=round(answer.seconds * 1000, 2),
        **at,
        **trace.trace_id,
    )
