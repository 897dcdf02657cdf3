"""End a long-lived command by SIGTERM or Ctrl-C: the first asks, a second does not wait."""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Asked(asyncio.Event):
    """Set when we are asked to stop; knows since when, so that all who wait share one time of grace."""

    def __init__(self) -> None:
        super().__init__()
        self.since: float | None = None

    def set(self) -> None:
        """Ask to stop."""
        self.since = time.monotonic() if self.since is None else self.since
        super().set()

    def left(self, grace: float) -> float:
        """Return how much of ``grace`` seconds is left."""
        return grace if self.since is None else max(0.0, self.since + grace - time.monotonic())


@contextmanager
def stopping() -> Iterator[Asked]:
    """Give an event that SIGTERM and SIGINT set; a second signal has its default effect."""
    asked = Asked()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def stop() -> None:
        asked.set()
        for each in signals:
            loop.remove_signal_handler(each)

    for each in signals:
        loop.add_signal_handler(each, stop)
    try:
        yield asked
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


async def pause(asked: asyncio.Event, seconds: float) -> None:
    """Sleep so many seconds, or until we are asked to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asked.wait(), seconds)


async def unless(asked: Asked, receipt: "asyncio.Future[Any]", grace: float) -> bool:
    """Wait for ``receipt``, only ``grace`` seconds in all once we are asked to stop; tell whether it came."""
    waiter: asyncio.Future[Any] = asyncio.ensure_future(asked.wait())
    try:
        await asyncio.wait({receipt, waiter}, return_when=asyncio.FIRST_COMPLETED)
        if not receipt.done():
            await asyncio.wait({receipt}, timeout=asked.left(grace))
    finally:
        waiter.cancel()
    return receipt.done()
