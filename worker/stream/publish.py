"""Publish records and wait for the broker's word: sent is not delivered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from mode import Service

from topics.catalog import CANONICAL_VARIANTS
from worker.stream.halt import halt

REQUEST_BYTES: Final = CANONICAL_VARIANTS.max_message_bytes  # the largest record that any topic takes

FRAME_BYTES: Final = 128  # more than a batch, a record or a header takes beside what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One record to publish."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    def size(self) -> int:
        """Bound the bytes that the record takes, uncompressed."""
        beside = sum(FRAME_BYTES + len(name) * 4 + len(value or b"") for name, value in self.headers)
        return FRAME_BYTES + len(self.key or b"") + len(self.value or b"") + beside


def producer_args(client_args: dict[str, Any], *, linger_ms: int) -> dict[str, Any]:
    """Return the arguments of every producer of the worker: idempotent, acknowledged by all, compressed."""
    return {
        **client_args,
        "acks": "all",
        "enable_idempotence": True,
        "compression_type": "zstd",
        "linger_ms": linger_ms,
        "max_batch_size": 512 * 1024,
        "max_request_size": REQUEST_BYTES,
    }


class Publisher(Service):
    """An idempotent producer for the stateless half of the worker.

    Idempotence keeps the order of a partition through retries, which the watermark of ``place`` rests on:
    a record that follows another is never in the log without it. For the same reason a record that cannot
    be delivered ends the process at once: an orderly stop would flush what came after it.
    """

    def __init__(self, client_args: dict[str, Any], *, linger_ms: int, **kwargs: Any) -> None:  # noqa: ANN401
        self._args = producer_args(client_args, linger_ms=linger_ms)
        self._producer: AIOKafkaProducer | None = None
        super().__init__(**kwargs)

    async def on_start(self) -> None:
        """Connect."""
        self._producer = AIOKafkaProducer(**self._args)
        await self._producer.start()

    async def on_stop(self) -> None:
        """Flush what is under way and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def publish(self, records: Sequence[Outgoing]) -> list["asyncio.Future[Any]"]:
        """Hand ``records`` over in order; each future ends when the broker has its record, or in an error.

        Waits while the buffer is full: a slow broker stops the intake.
        """
        if self._producer is None:
            msg = "the publisher is not started"
            raise RuntimeError(msg)
        receipts = []
        for record in records:
            receipt = await self._producer.send(
                record.topic, key=record.key, value=record.value, headers=list(record.headers)
            )
            receipt.add_done_callback(_delivered)
            receipts.append(receipt)
        return receipts


def _delivered(receipt: "asyncio.Future[Any]") -> None:
    """Look at the broker's word before the producer sends more; halts when it is no."""
    if not receipt.cancelled() and (error := receipt.exception()) is not None:
        halt("publish.failed", error=type(error).__name__, message=str(error)[:200])
