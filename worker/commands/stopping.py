"""End a long-lived command by SIGTERM or Ctrl-C: the first asks, a second does not wait."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set; a second signal has its default effect."""
    asked = asyncio.Event()
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


async def unless(asked: asyncio.Event, receipt: "asyncio.Future[Any]", grace: float) -> bool:
    """Wait for ``receipt``, only ``grace`` seconds more once we are asked to stop; tell whether it came."""
    waiter: asyncio.Future[Any] = asyncio.ensure_future(asked.wait())
    try:
        await asyncio.wait({receipt, waiter}, return_when=asyncio.FIRST_COMPLETED)
        if not receipt.done():
            await asyncio.wait({receipt}, timeout=grace)
    finally:
        waiter.cancel()
    return receipt.done()
