"""Read the topics into the store, for as long as the board lives, whatever the broker does."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError

from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS, WIRE_REJECTS, topic_name
from topics.consumer import MissingTopic
from topics.tail import Batch, TopicTail
from worker.board.hub import Hub, LookAgain, RejectsMoved, State, Status, StoryMoved
from worker.board.store import Store
from worker.board.writer import Written, write

TOPICS: Final = (CANONICAL_STORIES, CANONICAL_VARIANTS, WIRE_REJECTS)
AGAIN_FIRST: Final = 0.5  # seconds until the broker is tried again; doubles
AGAIN_MOST: Final = 3.0
MANY: Final = 100  # stories in one batch, above which pages are asked for anew instead

log = structlog.get_logger("wiretrace.board")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where to read. ``client`` is what aiokafka takes beside ``bootstrap``.

    ``topic_id`` asks the broker for a topic's id, which changes when it is deleted and made again.
    """

    bootstrap: str
    topic_id: Callable[[str], Awaitable[str]]
    prefix: str = ""
    client: dict[str, Any] = field(default_factory=dict)


async def run(source: Source, store: Store, hub: Hub, *, keep: int | None = None) -> None:
    """Read until cancelled. A broker that is away or lacks the topics, or a full disk, is tried again.

    Writing has a thread of its own: pages are served meanwhile. ``keep`` is how many milliseconds of stream
    time a story stays, None for ever.
    """
    pause = AGAIN_FIRST
    with ThreadPoolExecutor(1, thread_name_prefix="board-writer") as writer:
        while True:
            try:
                await _read(source, store, hub, writer, keep)
            except (KafkaError, OSError, MissingTopic, sqlite3.OperationalError) as error:
                if hub.status.state is State.LIVE:
                    pause = AGAIN_FIRST
                why = " ".join(str(error).split()) or type(error).__name__
                if hub.status.state is not State.AWAY:
                    log.warning("broker.away", why=why)
                    hub.stand(Status(State.AWAY, now(), why))
                await asyncio.sleep(pause)
                pause = min(2 * pause, AGAIN_MOST)


async def _read(source: Source, store: Store, hub: Hub, writer: ThreadPoolExecutor, keep: int | None) -> None:
    """Read from the stored positions until the broker goes away."""
    loop = asyncio.get_running_loop()
    ids = {topic.name: await source.topic_id(topic_name(topic.name, source.prefix)) for topic in TOPICS}
    if not await loop.run_in_executor(writer, store.match, ids):
        log.warning("store.rebuilt", why="the topics were made again")
        hub.tell(LookAgain())
    positions = await loop.run_in_executor(writer, store.positions)
    tail = TopicTail(
        bootstrap=source.bootstrap,
        prefix=source.prefix,
        topics=TOPICS,
        positions=positions,
        **source.client,
    )
    async with tail:
        hub.stand(Status(State.CATCHING_UP, now()))
        async for batch in tail:
            written = Written()
            if batch.positions:
                writes = partial(write, store, batch.items, batch.positions, keep=keep)
                written = await loop.run_in_executor(writer, writes)
            _tell(hub, batch, written)


def _tell(hub: Hub, batch: Batch, written: Written) -> None:
    """Tell the listeners what a batch changed; while catching up, only that it is over."""
    if not batch.live:
        return
    if hub.status.state is not State.LIVE:
        log.info("board.live")
        hub.stand(Status(State.LIVE, now()))
        hub.tell(LookAgain())
        return
    if len(written.stories) > MANY:
        hub.tell(LookAgain())
    else:
        hub.tell(*(StoryMoved(each) for each in written.stories))
    if written.rejects:
        hub.tell(RejectsMoved())


def now() -> int:
    """Tell the time in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000
