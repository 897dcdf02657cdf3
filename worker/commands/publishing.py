"""Publish deliveries to wire-payloads at a pace, as CloudEvents, and wait for every ack."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from worker.commands.payloads import Delivery
from worker.commands.progress import Tell
from worker.commands.sending import OverTopicLimit, Sender, open_sender, settle
from worker.commands.stopping import pause, stopping
from worker.settings import Settings

UNDER_WAY: Final = 500  # payloads sent whose acks are out

Read = Callable[[], Iterable[Delivery]]


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
    stopped: bool = False
    refused: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Say it in one line."""
        payloads = f"{self.published} payload{'' if self.published == 1 else 's'}"
        rate = self.published / self.seconds if self.seconds else 0.0
        refused = f", {len(self.refused)} too large for the topic" if self.refused else ""
        return (
            f"published {payloads} ({self.size / 1000:.1f} kB) to {self.topic} in {self.seconds:.1f} s,"
            f" {rate:.0f}/s, all acknowledged{refused}{', stopped before the end' if self.stopped else ''}"
        )


async def replay(
    read: Read,
    settings: Settings,
    *,
    pace: Pace,
    loop: int | None,
    as_published: bool,
    tell: Tell,
    stoppable: bool = False,
) -> Summary:
    """Publish what ``read`` gives, ``loop`` times (None: for ever), and return when all is acknowledged.

    ``as_published`` sets the delivery time to the time of publication where that is known. ``tell``
    hears the number of payloads acknowledged so far. Where it is ``stoppable``, SIGTERM and SIGINT end it
    when what is under way is acknowledged, a second signal at once. Raises MissingTopic, InputError,
    KafkaError.
    """
    async with open_sender(settings) as sender:
        summary = Summary(topic=sender.topic)
        started = time.monotonic()
        with stopping() if stoppable else nullcontext(asyncio.Event()) as asked:
            deliveries = _paced(read, pace, loop, asked)
            await _send_all(sender, deliveries, summary, as_published=as_published, tell=tell)
            summary.stopped = asked.is_set()
    summary.seconds = time.monotonic() - started
    return summary


async def _send_all(
    sender: Sender, deliveries: AsyncIterator[Delivery], summary: Summary, *, as_published: bool, tell: Tell
) -> None:
    waiting: deque[tuple[Delivery, asyncio.Future[Any]]] = deque()
    async for delivery in deliveries:
        try:
            receipt = await sender.send(delivery, as_published=as_published)
        except OverTopicLimit as refused:
            summary.refused.append(str(refused))
            continue
        waiting.append((delivery, receipt))
        while waiting and (len(waiting) > UNDER_WAY or waiting[0][1].done()):
            await _settle(*waiting.popleft(), summary, tell)
    while waiting:
        await _settle(*waiting.popleft(), summary, tell)


async def _settle(delivery: Delivery, receipt: "asyncio.Future[Any]", summary: Summary, tell: Tell) -> None:
    try:
        await settle(delivery, receipt)
    except OverTopicLimit as refused:
        summary.refused.append(str(refused))
        return
    summary.published += 1
    summary.size += len(delivery.payload.body)
    tell(summary.published)


async def _paced(read: Read, pace: Pace, loop: int | None, asked: asyncio.Event) -> AsyncIterator[Delivery]:
    """Give the deliveries when they are due; slower than asked when the broker is slower."""
    started = time.monotonic()
    due = 0.0  # seconds after the start
    for _ in count() if loop is None else range(loop):
        offset = due
        for number, (delivery, gap) in enumerate(_schedule(read(), pace)):
            due = offset + gap
            if pace != Pace() and (delay := started + due - time.monotonic()) > 0:
                await pause(asked, delay)
            elif number % 50 == 0:
                await asyncio.sleep(0)  # let acks in
            if asked.is_set():
                return
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
