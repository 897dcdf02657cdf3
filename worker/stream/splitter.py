"""The agent ``split``: a payload in, its stories and rejects out, acknowledged when the broker has them."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import faust
import structlog
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from mode import Service

from topics.catalog import WIRE_PAYLOADS, WIRE_STORIES, topic_name
from topics.codec import EncodeError
from worker.errors import BadHeaders, Reason
from worker.pipeline import Empty, Limits, Part, Rejected, split
from worker.settings import Settings
from worker.story import Coordinates, Story
from worker.stream import metrics
from worker.stream.deadline import OutOfTime, deadline
from worker.stream.halt import halt
from worker.stream.incoming import read_payload
from worker.stream.kafka import client_args
from worker.stream.limit import RejectLimit, TooManyRejects
from worker.stream.outgoing import story_record
from worker.stream.publish import Outgoing, Publisher
from worker.stream.rejects import Origin, reject
from worker.stream.topic_id import topic_id

log = structlog.get_logger("wiretrace.split")

WATCH_EVERY: Final = 2.0  # seconds between looks at the payload topic's id
MISSING_LOOKS: Final = 3  # without the topic before we give up: metadata lags behind a restart
UNDER_WAY: Final = 500  # payloads whose records the broker has not acknowledged yet
FRAME_BYTES: Final = 4096  # what a record needs beside its value


def outcome(origin: Origin, limits: Limits, seconds: float) -> tuple[Part, ...]:
    """Split one payload record within ``seconds``; never raises, a defect of ours is a reject too."""
    try:
        with deadline(seconds):
            return _split_payload(origin, limits)
    except OutOfTime:
        return (Rejected(reason=Reason.TOO_SLOW, message=f"not split within {seconds:g} s"),)


def _split_payload(origin: Origin, limits: Limits) -> tuple[Part, ...]:
    try:
        payload = read_payload(
            value=origin.value,
            headers=origin.headers,
            coordinates=Coordinates(topic=origin.topic_id, partition=origin.partition, offset=origin.offset),
            appended=origin.timestamp or 0,
        )
        return split(payload, limits)
    except BadHeaders as error:
        return (Rejected(reason=error.reason, message=str(error)),)
    except Exception as error:
        log.exception("payload.broke", topic=origin.topic, partition=origin.partition, offset=origin.offset)
        return (Rejected(reason=Reason.INTERNAL, message=f"{type(error).__name__}: {error}"),)


def records_of(parts: Sequence[Part], origin: Origin, *, prefix: str, limits: Limits) -> list[Outgoing]:
    """Return what a payload becomes on the topics: stories in their order, then rejects."""
    stories: list[Outgoing] = []
    letters: list[Outgoing] = []
    for part in parts:
        if isinstance(part, Story):
            refusal = _refuse_unsendable(part, stories, prefix)
            if refusal is None:
                continue
            part = refusal  # noqa: PLW2901 - the part became a reject
        if isinstance(part, Empty):
            part = Rejected(reason=Reason.NO_COPY, message=part.reason)  # noqa: PLW2901 - accounted for
        letters.append(
            reject(
                origin,
                prefix=prefix,
                stage="split",
                reason=part.reason,
                message=part.message,
                limit=limits.payload_bytes,
                part=part.part,
            )
        )
    return stories + letters


def _refuse_unsendable(story: Story, stories: list[Outgoing], prefix: str) -> Rejected | None:
    """Append the record of a story, or say why there can be none."""
    part = story.coordinates.part
    try:
        record = story_record(story, prefix=prefix)
    except EncodeError as error:
        return Rejected(reason=Reason.MALFORMED, message=str(error), part=part)
    if len(record.value or b"") + FRAME_BYTES > WIRE_STORIES.max_message_bytes:
        return Rejected(
            reason=Reason.TOO_LARGE, message="the story as JSON is over the topic's limit", part=part
        )
    stories.append(record)
    return None


class Splitter(Service):
    """Acknowledges payloads in the order of the log, each when all its records are delivered.

    A delivery that fails ends the process: what was not acknowledged is read again by whoever comes next.
    """

    def __init__(self, app: faust.App, settings: Settings, publisher: Publisher, **kwargs: Any) -> None:  # noqa: ANN401
        self._settings = settings
        self._publisher = publisher
        self._limits = settings.limits()
        self._reject_limit = RejectLimit(settings.reject_limit, clock=time.monotonic)
        self._topic = topic_name(WIRE_PAYLOADS.name, settings.prefix)
        self._topic_id = ""
        self._known = asyncio.Event()  # that is
        self._under_way: asyncio.Queue[tuple[Any, list[asyncio.Future[Any]]]] = asyncio.Queue(UNDER_WAY)
        channel = app.topic(
            self._topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        app.agent(channel, name="split")(self._split)
        app.on_partitions_assigned.connect(self._assigned)
        super().__init__(**kwargs)

    async def _assigned(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - Faust's signal
        """Ask for the topic's id, which is part of every story's coordinates."""
        self._same(await topic_id(self._topic, client_args(self._settings)))

    def _same(self, found: str) -> None:
        """Halt when the topic was made anew: Faust would skip its records up to the old offsets.

        No offset of the old topic may be committed any more, or whoever comes next would skip them too.
        """
        if self._topic_id not in {"", found}:
            halt("payloads.replaced", topic=self._topic, before=self._topic_id, now=found)
        self._topic_id = found
        self._known.set()

    @Service.task
    async def _watch_topic(self) -> None:
        """Look whether the topic is still the one that we read."""
        missing = 0
        while not self.should_stop:
            await self.sleep(WATCH_EVERY)
            if not self._topic_id:
                continue
            try:
                self._same(await topic_id(self._topic, client_args(self._settings)))
                missing = 0
            except UnknownTopicOrPartitionError:
                missing += 1
                if missing == MISSING_LOOKS:
                    halt("payloads.gone", topic=self._topic)
            except (KafkaError, OSError, TimeoutError):
                continue  # the broker cannot be asked; the consumer says so

    async def _split(self, stream: Any) -> AsyncIterator[str]:  # noqa: ANN401 - Faust's stream
        async for event in stream.noack().events():
            await self._known.wait()  # Faust may let records through before it has told us of the assignment
            started = time.perf_counter()
            origin = self._origin(event.message)
            parts = outcome(origin, self._limits, self._settings.parse_time)
            records = records_of(parts, origin, prefix=self._settings.prefix, limits=self._limits)
            try:
                receipts = await self._publisher.publish(records)
            except Exception as error:  # left to Faust, it would go on with the next event
                await self.crash(error)
                raise
            await self._under_way.put((event, receipts))
            outcome_ = _tell(parts, origin, time.perf_counter() - started)
            try:
                self._reject_limit.count(refused=outcome_ == "rejected")
            except TooManyRejects as error:
                log.critical("rejects.limit", message=str(error))
                await self.crash(error)
                raise
            yield outcome_

    @Service.task
    async def _acknowledge(self) -> None:
        while not self.should_stop:
            event, receipts = await self._under_way.get()
            await asyncio.gather(*receipts)
            event.ack()

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


def _tell(parts: Sequence[Part], origin: Origin, seconds: float) -> str:
    """Log and count what became of one payload; return it in a word."""
    metrics.STAGE_SECONDS.labels("split").observe(seconds)
    refused = [part for part in parts if isinstance(part, Rejected)]
    stories = sum(isinstance(part, Story) for part in parts)
    told = "split" if stories else "rejected" if refused else "empty"
    metrics.PAYLOADS.labels(told).inc()
    for part in refused:
        metrics.REJECTS.labels(part.reason.value).inc()
    log.info(
        "payload.handled",
        partition=origin.partition,
        offset=origin.offset,
        stories=stories,
        rejects=[part.reason.value for part in refused],
        ms=round(seconds * 1000, 2),
    )
    return told
