"""Publish deliveries to wire-payloads at a pace, as CloudEvents, and wait for every ack."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from topics.catalog import WIRE_PAYLOADS
from topics.headers import PayloadHeaders, write_headers
from topics.times import time_text
from worker.commands.payloads import Delivery
from worker.settings import Settings
from worker.stream.catalogue import full_name, require
from worker.stream.kafka import client_args

SOURCE: Final = "/wiretrace/replay"
UNDER_WAY: Final = 500  # payloads sent whose acks are out
PLAIN_EVERY: Final = 5.0  # seconds between lines of progress where there is no terminal

Read = Callable[[], Iterable[Delivery]]
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast: ``rate`` payloads a second, or ``speed`` times the distances of publication; else at once."""

    rate: float | None = None
    speed: float | None = None


@dataclass(slots=True, kw_only=True)
class Summary:
    """What became of the payloads; ``refused`` names those that the topic does not take."""

    topic: str
    published: int = 0
    size: int = 0
    seconds: float = 0.0
    refused: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Say it in one line."""
        payloads = f"{self.published} payload{'' if self.published == 1 else 's'}"
        rate = self.published / self.seconds if self.seconds else 0.0
        refused = f", {len(self.refused)} too large for the topic" if self.refused else ""
        return (
            f"published {payloads} ({self.size / 1000:.1f} kB) to {self.topic} in {self.seconds:.1f} s,"
            f" {rate:.0f}/s, all acknowledged{refused}"
        )


async def replay(
    read: Read, settings: Settings, *, pace: Pace, loop: int | None, as_published: bool, tell: Tell
) -> Summary:
    """Publish what ``read`` gives, ``loop`` times (None: for ever), and return when all is acknowledged.

    ``as_published`` sets the delivery time to the time of publication where that is known. ``tell``
    hears the number of payloads acknowledged so far. Raises MissingTopic, InputError, KafkaError.
    """
    topic = full_name(WIRE_PAYLOADS, settings)
    present = await require([WIRE_PAYLOADS], settings)
    limit = _largest(int(present[topic].config["max.message.bytes"]))
    summary = Summary(topic=topic)
    producer = AIOKafkaProducer(
        **client_args(settings),
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_batch_size=256 * 1024,
        max_request_size=limit,
    )
    started = time.monotonic()
    await producer.start()
    try:
        await _send_all(producer, _paced(read, pace, loop), summary, as_published=as_published, tell=tell)
    finally:
        await producer.stop()
    summary.seconds = time.monotonic() - started
    return summary


async def _send_all(
    producer: Any,  # noqa: ANN401 - aiokafka has no types
    deliveries: AsyncIterator[Delivery],
    summary: Summary,
    *,
    as_published: bool,
    tell: Tell,
) -> None:
    waiting: deque[tuple[Delivery, asyncio.Future[Any]]] = deque()
    async for delivery in deliveries:
        try:
            receipt = await producer.send(
                summary.topic,
                key=key_of(delivery),
                value=delivery.payload.body,
                headers=headers_of(delivery, now=_now_ms(), as_published=as_published),
            )
        except MessageSizeTooLargeError:
            summary.refused.append(_too_large(delivery))
            continue
        waiting.append((delivery, receipt))
        while waiting and (len(waiting) > UNDER_WAY or waiting[0][1].done()):
            await _settle(*waiting.popleft(), summary, tell)
    while waiting:
        await _settle(*waiting.popleft(), summary, tell)


async def _settle(delivery: Delivery, receipt: "asyncio.Future[Any]", summary: Summary, tell: Tell) -> None:
    try:
        await receipt
    except MessageSizeTooLargeError:
        summary.refused.append(_too_large(delivery))
        return
    summary.published += 1
    summary.size += len(delivery.payload.body)
    tell(summary.published)


def key_of(delivery: Delivery) -> bytes:
    """Key a payload by outlet and item, so that the versions of one item stay in order."""
    return f"{delivery.outlet or delivery.payload.feed or 'unknown'}/{delivery.item}".encode(
        "utf-8", "replace"
    )


def headers_of(delivery: Delivery, *, now: int, as_published: bool) -> list[tuple[str, bytes]]:
    """Write the CloudEvents headers; what is not known has none. ``now`` is milliseconds since 1970 UTC."""
    payload = delivery.payload
    time_ms = delivery.published if as_published and delivery.published is not None else now
    return write_headers(
        PayloadHeaders(
            id=payload.id or delivery.item,
            source=SOURCE,
            subject=delivery.item,
            time=time_text(time_ms),
            content_type=payload.content_type,
            outlet=payload.outlet,
            feed=payload.feed,
            url=payload.url,
            published=payload.published,
        )
    )


async def _paced(read: Read, pace: Pace, loop: int | None) -> AsyncIterator[Delivery]:
    """Give the deliveries when they are due; slower than asked when the broker is slower."""
    started = time.monotonic()
    due = 0.0  # seconds after the start
    for _ in count() if loop is None else range(loop):
        offset = due
        for number, (delivery, gap) in enumerate(_schedule(read(), pace)):
            due = offset + gap
            if pace != Pace() and (delay := started + due - time.monotonic()) > 0:
                await asyncio.sleep(delay)
            elif number % 50 == 0:
                await asyncio.sleep(0)  # let acks in
            yield delivery
        if pace.rate is not None:
            due += 1 / pace.rate


def _schedule(deliveries: Iterable[Delivery], pace: Pace) -> Iterator[tuple[Delivery, float]]:
    """Say how many seconds after the first each delivery is due.

    By ``speed`` they go in the order of publication; one without a time follows the one before it.
    """
    if pace.speed is None:
        for number, delivery in enumerate(deliveries):
            yield delivery, number / pace.rate if pace.rate else 0.0
        return
    timed: list[tuple[int, Delivery]] = []
    last: int | None = None
    untimed: list[Delivery] = []
    for delivery in deliveries:
        last = delivery.published if delivery.published is not None else last
        if last is None:
            untimed.append(delivery)
        else:
            timed.append((last, delivery))
    for delivery in untimed:
        yield delivery, 0.0
    timed.sort(key=lambda each: each[0])  # stable: the input's order where times are equal
    for at, delivery in timed:
        yield delivery, (at - timed[0][0]) / 1000 / pace.speed


def _largest(message_bytes: int) -> int:
    """Leave room for the frame, and for what zstd adds to bytes that do not compress (1/256)."""
    return message_bytes - message_bytes // 128 - 4096


def _too_large(delivery: Delivery) -> str:
    return f"{delivery.name} ({len(delivery.payload.body)} bytes)"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def progress(expected: int | None) -> Iterator[Tell]:
    """Show progress on standard error: a bar on a terminal, else a line every five seconds."""
    if not sys.stderr.isatty():
        yield _plain()
        return
    from rich.console import Console  # noqa: PLC0415 - slow, and needed on a terminal only
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("publishing", total=expected, rate="")

        def tell(published: int) -> None:
            rate = published / max(time.monotonic() - started, 0.001)
            bar.update(task, completed=published, rate=f"{rate:.0f}/s")

        yield tell


def _plain() -> Tell:
    last = time.monotonic()

    def tell(published: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_EVERY:
            last = time.monotonic()
            sys.stderr.write(f"published {published}\n")

    return tell
