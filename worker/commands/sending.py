"""Send deliveries to wire-payloads as CloudEvents, each acknowledged by every copy of the topic."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
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

REPLAY: Final = "/wiretrace/replay"
POLL: Final = "/wiretrace/poll"
STOP_WITHIN: Final = 5.0  # seconds


class OverTopicLimit(Exception):
    """A payload is larger than the topic takes; the message names it and its size."""


class Sender:
    """One producer on wire-payloads; ``largest`` is the size in bytes that the topic surely takes."""

    def __init__(self, producer: Any, topic: str, largest: int, source: str) -> None:  # noqa: ANN401
        self._producer = producer
        self.topic = topic
        self.largest = largest
        self._source = source

    async def send(self, delivery: Delivery, *, as_published: bool = False) -> "asyncio.Future[Any]":
        """Hand a delivery to the producer; what comes back is done when the broker has it.

        ``as_published`` sets the delivery time to the time of publication where that is known. Raises
        OverTopicLimit, KafkaError; so does ``settle``, which waits for what comes back.
        """
        try:
            receipt: asyncio.Future[Any] = await self._producer.send(
                self.topic,
                key=key_of(delivery),
                value=delivery.payload.body,
                headers=headers_of(delivery, now=now_ms(), as_published=as_published, source=self._source),
            )
        except MessageSizeTooLargeError:
            raise OverTopicLimit(_too_large(delivery)) from None
        return receipt


async def settle(delivery: Delivery, receipt: "asyncio.Future[Any]") -> None:
    """Wait until the broker has a delivery. Raises OverTopicLimit, KafkaError."""
    try:
        await receipt
    except MessageSizeTooLargeError:
        raise OverTopicLimit(_too_large(delivery)) from None


@asynccontextmanager
async def open_sender(settings: Settings, source: str = REPLAY) -> AsyncIterator[Sender]:
    """Open a producer on wire-payloads; ``source`` is who delivers. Raises MissingTopic, KafkaError."""
    topic = full_name(WIRE_PAYLOADS, settings)
    present = await require([WIRE_PAYLOADS], settings)
    largest = _largest(int(present[topic].config["max.message.bytes"]))
    producer = AIOKafkaProducer(
        **client_args(settings),
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_batch_size=256 * 1024,
        max_request_size=largest,
    )
    await producer.start()
    try:
        yield Sender(producer, topic, largest, source)
    finally:
        with suppress(TimeoutError):  # a broker that does not answer must not keep us from ending
            await asyncio.wait_for(producer.stop(), STOP_WITHIN)


def key_of(delivery: Delivery) -> bytes:
    """Key a payload by outlet and item, so that the versions of one item stay in order."""
    return f"{delivery.outlet or delivery.payload.feed or 'unknown'}/{delivery.item}".encode(
        "utf-8", "replace"
    )


def headers_of(
    delivery: Delivery, *, now: int, as_published: bool, source: str = REPLAY
) -> list[tuple[str, bytes]]:
    """Write the CloudEvents headers; what is not known has none. ``now`` is milliseconds since 1970 UTC."""
    payload = delivery.payload
    time_ms = delivery.published if as_published and delivery.published is not None else now
    return write_headers(
        PayloadHeaders(
            id=payload.id or delivery.item,
            source=source,
            subject=delivery.item,
            time=time_text(time_ms),
            content_type=payload.content_type,
            outlet=payload.outlet,
            feed=payload.feed,
            url=payload.url,
            published=payload.published,
        )
    )


def now_ms() -> int:
    """Return the time in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def _largest(message_bytes: int) -> int:
    """Leave room for the frame, and for what zstd adds to bytes that do not compress (1/256)."""
    return message_bytes - message_bytes // 128 - 4096


def _too_large(delivery: Delivery) -> str:
    return f"{delivery.name} ({len(delivery.payload.body)} bytes)"
