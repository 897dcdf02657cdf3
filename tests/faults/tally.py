"""Account for every payload while the feed runs: for runs too long to be read back at their end."""

import asyncio
import logging
import multiprocessing
import os
from collections import defaultdict, deque
from hashlib import blake2b
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.faults.audit import PUBLISHED, Report, decision_of, number_of, uncommitted
from tests.faults.feed import story_of
from topics.catalog import CATALOG, topic_name
from worker.settings import Settings
from worker.stream.placing import Placing
from worker.stream.rejects import origin_of


class Differences:
    """Compares two tellings of the same keys as they come, in any interleaving; keeps what is unmatched."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, Any], deque[tuple[bool, bytes]]] = defaultdict(deque)
        self._torn: set[tuple[str, Any]] = set()

    def hear(self, topic: str, key: Any, value: bytes | None, *, published: bool) -> None:
        digest = blake2b(value or b"", digest_size=16).digest()
        waiting = self._waiting[topic, key]
        if not waiting or waiting[0][0] == published:
            waiting.append((published, digest))
            return
        if waiting.popleft()[1] != digest:
            self._torn.add((topic, key))
        if not waiting:
            del self._waiting[topic, key]

    def count(self) -> int:
        """Count the keys that were told differently, or by one side alone."""
        return len(self._torn | self._waiting.keys())


class Tally:
    """Reads what a worker writes as it is written, and folds the stories beside it."""

    def __init__(self, bootstrap: str, prefix: str, *, window: int) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._topics = {each.name: topic_name(each.name, prefix) for each in CATALOG}
        self._placing = Placing(window=window, prefix=prefix, limit=Settings().payload_bytes)
        self._differences = Differences()
        self._split: set[tuple[Any, ...]] = set()  # coordinates on wire-stories
        self._placed: set[tuple[Any, ...]] = set()
        self._repeated: list[tuple[Any, ...]] = []
        self._rejected: set[int] = set()
        self._canonical: dict[int, str] = {}  # by number of the feed
        self._into: dict[str, str] = {}
        self._next = 0  # offset of wire-stories
        self._decided = -1  # as above: that of the last decision
        self._again = 0
        self._stories: asyncio.Queue[Any] = asyncio.Queue()  # read, for retention is short; not folded yet
        self._consumer: Any = None

    async def run(self) -> None:
        """Read and fold until cancelled; see ``report``."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read())
            group.create_task(self._fold_on())

    async def _read(self) -> None:
        self._consumer = consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )
        await consumer.start()
        partitions = [
            TopicPartition(self._topics[each.name], number)
            for each in CATALOG
            if each.written_by_worker
            for number in range(each.partitions)
        ]
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        try:
            while True:
                for records in (await consumer.getmany(timeout_ms=200, max_records=200)).values():
                    for record in records:
                        self._hear(record)
                    await asyncio.sleep(0)  # the feed and the proxy share this loop
        finally:
            await consumer.stop()

    async def _fold_on(self) -> None:
        while True:
            while self._next > self._decided:  # noqa: ASYNC110 - what is waited for changes with every record
                await asyncio.sleep(0.1)
            self._fold(await self._stories.get())
            await asyncio.sleep(0)

    async def caught_up(self) -> None:
        """Wait until all that is there has been read, and what is decided folded."""
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        while any([await self._consumer.position(each) < end for each, end in ends.items()]):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        while self._next <= self._decided:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.2)

    def _hear(self, record: Any) -> None:
        if record.topic == self._topics["wire-rejects"]:
            if (number := number_of(record, record.topic)) is not None:
                self._rejected.add(number)
            return
        if record.topic == self._topics["wire-stories"]:
            self._stories.put_nowait(record)
            return
        if record.topic == self._topics["wire-placements"]:
            self._decided = decision_of(record)
        self._differences.hear(record.topic, record.key, record.value, published=True)
        if record.topic == self._topics["canonical-variants"]:
            self._place(record)

    def _fold(self, record: Any) -> None:
        if record.offset != self._next:
            raise LookupError(f"retention cut wire-stories from {self._next} to {record.offset} unread")
        self._next = record.offset + 1
        if (at := orjson.loads(record.value).get("coordinates")) is not None:
            coordinates = tuple(at.values())
            self._again += coordinates in self._split
            self._split.add(coordinates)
        kept = {self._topics[name] for name in PUBLISHED}
        for out in self._placing.handle(origin_of(record, "tally")).records:
            if out.topic in kept:
                self._differences.hear(out.topic, out.key, out.value, published=False)

    def _place(self, record: Any) -> None:
        message = orjson.loads(record.value)
        if message["schema"] == "merge.v1":
            self._into[message["canonical_id"]] = message["into"]
            return
        coordinates = tuple(message["coordinates"].values())
        if coordinates in self._placed:
            self._repeated.append(coordinates)
        self._placed.add(coordinates)
        number = number_of(record, self._topics["wire-rejects"])
        if number is not None:
            self._canonical[number] = message["canonical_id"]

    async def report(self, sent: int) -> Report:
        """Tell what became of the first ``sent`` payloads of the feed."""
        return Report(
            payloads=sent,
            placed=len(self._placed),
            rejected=len(self._rejected),
            lost=sorted(set(range(sent)) - self._canonical.keys() - self._rejected),
            repeated=self._repeated,
            differing=self._differences.count(),
            again=self._again,
            astray=self._astray(),
            uncommitted=await uncommitted(self._bootstrap, self._prefix),
        )

    def _astray(self) -> int:
        """Count the payloads that do not stand with all the variants of their story, and with them alone."""
        stories, canonicals = defaultdict(set), defaultdict(set)
        for number, canonical in self._canonical.items():
            stories[self._now(canonical)].add(story_of(number))
            canonicals[story_of(number)].add(self._now(canonical))
        return sum(
            len(stories[self._now(canonical)]) + len(canonicals[story_of(number)]) > 2
            for number, canonical in self._canonical.items()
        )

    def _now(self, canonical: str) -> str:
        """Follow merges to where a story stands now."""
        while canonical in self._into:
            canonical = self._into[canonical]
        return canonical


class Auditor:
    """A tally in a process of its own, for folding takes half a core that the feed needs."""

    def __init__(self, bootstrap: str, prefix: str, *, window: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_keep_tally, args=(theirs, bootstrap, prefix, window), daemon=True
        )
        self._process.start()
        theirs.close()

    async def report(self, sent: int) -> Report:
        """Wait until all that is there has been read and folded; tell what became of ``sent`` payloads.

        Raises RuntimeError when the tally could not go on.
        """
        self._ours.send(sent)
        told: Report | str = await asyncio.to_thread(self._ours.recv)
        self._process.terminate()
        if isinstance(told, str):
            raise RuntimeError(told)  # noqa: TRY004 - what failed over there
        return told


def _keep_tally(pipe: Any, bootstrap: str, prefix: str, window: int) -> None:
    os.nice(10)  # who works comes first; at the end there is nobody else
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    asyncio.run(_tally(pipe, Tally(bootstrap, prefix, window=window)))


async def _tally(pipe: Any, tally: Tally) -> None:
    reading = asyncio.create_task(tally.run())
    asking = asyncio.create_task(asyncio.to_thread(pipe.recv))
    await asyncio.wait({reading, asking}, return_when=asyncio.FIRST_COMPLETED)
    if not reading.done():
        catching_up = asyncio.create_task(tally.caught_up())
        await asyncio.wait({reading, catching_up}, return_when=asyncio.FIRST_COMPLETED)
    if reading.done():
        pipe.send(f"the tally ended early: {reading.exception()!r}")
        return
    pipe.send(await tally.report(await asking))
    reading.cancel()
