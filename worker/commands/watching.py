"""Publish the files of a watched drop, and move each when the broker has it: at least once, never lost."""

import asyncio
import time
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError

from worker.commands.drop import Drop, Gone, Unfinished, Unreadable
from worker.commands.payloads import (
    LINES,
    Delivery,
    Facts,
    InputError,
    article_deliveries,
    file_delivery,
)
from worker.commands.sending import OverTopicLimit, Sender, open_sender, settle
from worker.commands.stopping import Asked, pause, stopping, unless
from worker.settings import Settings

log = structlog.get_logger("wiretrace.replay")

LONGEST_LOOK: Final = 0.5  # seconds between looks at the drop
BATCH: Final = 50  # files sent before their acks are awaited
UNDER_WAY: Final = 500  # payloads of one file whose acks are out
STOPPED: Final = "asked to stop before it was acknowledged"
GRACE: Final = 5.0  # seconds for acks once we are asked to stop


@dataclass(slots=True)
class _Sent:
    """One file under way: the payloads whose acks are out, and what was refused."""

    taken: Path
    waiting: deque[tuple[Delivery, "asyncio.Future[Any]"]]
    payloads: int = 0
    size: int = 0
    refused: str | None = None
    again: str | None = None


async def watch(
    drop: Drop, settings: Settings, *, known: Mapping[str, Facts], facts: Facts, interval: float
) -> None:
    """Publish what is dropped until SIGTERM or SIGINT.

    ``known`` says of file names what ``facts`` says of all others; ``interval`` is seconds between looks.
    Raises MissingTopic, DropError, KafkaError.
    """
    published = failed = 0
    async with open_sender(settings) as sender:
        with stopping() as asked:
            log.info("drop.watched", folder=str(drop.folder), topic=sender.topic)
            while not asked.is_set():
                ready = drop.complete(time.monotonic())
                for name, reason, moved in drop.refused:
                    log.warning("drop.failed", file=name, reason=reason, moved=moved.name)
                failed += len(drop.refused)
                drop.refused.clear()
                for batch in _batches(ready):
                    if asked.is_set():
                        break
                    under_way = []
                    for path in batch:
                        try:
                            sent = _Sent(drop.take(path), deque())
                        except Gone:
                            continue
                        under_way.append(sent)
                        await _send(drop, sent, sender, known.get(path.name, facts), asked)
                    for sent in under_way:
                        await _settle_down_to(0, sent, asked)
                        published += sent.payloads
                        failed += _move(drop, sent)
                if not ready:
                    await pause(asked, min(interval, LONGEST_LOOK))
    log.info("drop.left", folder=str(drop.folder), published=published, failed=failed)


def _batches(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    return (paths[start : start + BATCH] for start in range(0, len(paths), BATCH))


def _move(drop: Drop, sent: _Sent) -> bool:
    """Move a file to where it belongs now that nothing of it is under way; tell whether it failed."""
    name = sent.taken.name
    if sent.again is not None:
        drop.release(sent.taken)
        log.warning("drop.again", file=name, reason=sent.again)
        return False
    if sent.refused is not None:
        moved = drop.fail(sent.taken, sent.refused)
        log.warning("drop.failed", file=name, reason=sent.refused, moved=moved.name)
        return True
    moved = drop.finish(sent.taken)
    log.info("drop.published", file=name, payloads=sent.payloads, bytes=sent.size, moved=moved.name)
    return False


async def _send(drop: Drop, sent: _Sent, sender: Sender, facts: Facts, asked: Asked) -> None:
    """Send what a file holds; what goes wrong is said in ``sent``."""
    try:
        for delivery in payloads_of(drop, sent.taken, sender.largest, facts):
            try:
                handed = asyncio.ensure_future(sender.send(delivery))
                if not await unless(asked, handed, GRACE):
                    handed.cancel()
                    sent.again = STOPPED
                    return
                sent.waiting.append((delivery, handed.result()))
            except OverTopicLimit as error:
                sent.refused = sent.refused or f"too_large: {error}"
            await _settle_down_to(UNDER_WAY, sent, asked)
            if sent.again is not None:
                return
    except Unreadable as error:
        sent.refused = str(error)
    except (InputError, OSError, EOFError, zlib.error) as error:
        sent.refused = (
            f"unreadable: {error}; {sent.payloads + len(sent.waiting)} payloads before it are published"
        )
    except Unfinished:
        sent.again = "it changed while it was read"
    except KafkaError as error:
        _retry(sent, error)


def payloads_of(drop: Drop, taken: Path, largest: int, facts: Facts) -> Iterator[Delivery]:
    """Read a taken file as replay does: a payload, or one a line.

    Raises Unreadable, Unfinished, InputError, OSError, EOFError, zlib.error; behind the first payloads too.
    """
    if not taken.name.endswith(LINES):
        yield file_delivery(taken, drop.read(taken, largest), facts, 0)
        return
    with drop.reading(taken) as file:
        yield from article_deliveries(taken, file)


async def _settle_down_to(count: int, sent: _Sent, asked: Asked) -> None:
    """Await the oldest acks of a file until only ``count`` are out."""
    while len(sent.waiting) > count:
        delivery, receipt = sent.waiting.popleft()
        try:
            if not await unless(asked, receipt, GRACE):
                sent.again = STOPPED
                sent.waiting.clear()
                return
            await settle(delivery, receipt)
        except OverTopicLimit as error:
            sent.refused = sent.refused or f"too_large: {error}"
        except KafkaError as error:
            _retry(sent, error)
        else:
            sent.payloads += 1
            sent.size += len(delivery.payload.body)


def _retry(sent: _Sent, error: KafkaError) -> None:
    """Leave the file for later when the broker may come back; else the error ends the command."""
    if not error.retriable:
        raise error
    sent.again = f"not acknowledged: {str(error) or type(error).__name__}"
