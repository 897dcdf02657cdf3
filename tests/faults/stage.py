"""Where faults happen: a broker, workers under a supervisor, a feed of numbered payloads, and a watcher."""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.faults.audit import number_of, uncommitted
from tests.faults.feed import DISTURBED, TOGETHER, VARIANTS, Numbered
from tests.faults.kafka import Kafka, free_port
from tests.faults.workers import WorkerProcess
from topics.catalog import CATALOG, topic_name

SESSION = 6.0  # seconds: the least that a broker allows by default
SETTLE = 300.0  # seconds that the last payloads may take: machines are busy
PATIENCE = 60.0  # seconds that a worker may take to recover before the next fault comes
UNDER_WAY = 1000  # payloads that the broker has not acknowledged yet
BLOCK = VARIANTS * TOGETHER  # payloads in which the feed's families are whole


async def pause(chance: random.Random, least: float = 0.3, most: float = 2.0) -> None:
    """Wait for a time that nobody has chosen."""
    await asyncio.sleep(chance.uniform(least, most))


class Unsettled(Exception):
    """Payloads were sent and are neither placed nor refused."""


class Stage:
    """One run of one fault, under a topic prefix of its own."""

    def __init__(self, kafka: Kafka, *, prefix: str, logs: Path, **settings: str) -> None:
        self.kafka = kafka
        self.prefix = prefix
        self.logs = logs
        self.settings = {  # of the workers; {name} is that of each
            "WIRETRACE_SESSION_TIMEOUT": f"{SESSION:.0f}s",
            "WIRETRACE_TICK_INTERVAL": "5s",
            "WIRETRACE_PARSE_TIME": "2s",
            **settings,
        }
        self.workers: dict[str, WorkerProcess] = {}
        self.sent: dict[int, float] = {}
        self.seen: dict[int, float] = {}
        self.struck: list[float] = []  # when each fault began
        self.exits: list[int] = []  # codes of workers that ended by themselves
        self.stops: list[int] = []  # codes of workers that were asked to end
        self.feeding = False
        self.disturbed = 0  # payloads that a fault has changed or added
        self._down: set[str] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: list[asyncio.Task[None]] = []

    def topic(self, name: str) -> str:
        return topic_name(name, self.prefix)

    # -- workers

    def start(self, name: str = "one") -> WorkerProcess:
        """Start a worker; from then on it is started again when it ends by itself."""
        if name not in self.workers:
            self.workers[name] = WorkerProcess(
                bootstrap=self.kafka.worker_bootstrap,
                prefix=self.prefix,
                log=self.logs / f"{self.prefix}-{name}.log",
                name=name,
                WIRETRACE_HTTP_PORT=str(free_port()),
                **{setting: value.format(name=name) for setting, value in self.settings.items()},
            )
        self.workers[name].start()
        self._down.discard(name)
        return self.workers[name]

    def kill(self, name: str = "one") -> None:
        self._down.add(name)
        self.workers[name].kill()

    async def stop(self, name: str = "one") -> None:
        self._down.add(name)
        self.stops.append(await asyncio.to_thread(self.workers[name].stop))

    async def owner(self, within: float = PATIENCE) -> str:
        """Find the worker that places."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for name, worker in self.workers.items():
                if name not in self._down and await worker.metric("wiretrace_placing") == 1.0:
                    return name
            await asyncio.sleep(0.2)
        raise Unsettled("nobody places")

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            for name, worker in self.workers.items():
                if name not in self._down and not worker.alive():
                    code = worker.process.returncode if worker.process else -1
                    self.exits.append(code)
                    worker.start()

    # -- faults

    def strike(self) -> None:
        """Note that a fault begins now."""
        self.struck.append(time.monotonic())

    async def recovered(self) -> None:
        """Wait until a payload that was sent after the last fault is placed."""
        await self._until(lambda: not self.feeding or self.recovery(self.struck[-1]) is not None)

    async def met(self) -> None:
        """Wait until the first payload is placed: faults of a worker that never started prove nothing."""
        await self._until(lambda: bool(self.seen))

    async def _until(self, true: Callable[[], bool]) -> None:
        for _ in range(int(PATIENCE / 0.1)):
            if true():
                return
            await asyncio.sleep(0.1)

    def recovery(self, struck: float) -> float | None:
        """Count the seconds from a fault until the first payload sent after it was placed."""
        after = []
        for number, sent in reversed(self.sent.items()):
            if sent < struck:
                break
            if number in self.seen:
                after.append(self.seen[number])
        return min(after) - struck if after else None

    # -- feed

    async def feed(
        self,
        payloads: Iterator[Numbered],
        *,
        rate: float | None,
        enough: asyncio.Event,
        ahead: float = math.inf,
    ) -> None:
        """Send payloads until they end, or until ``enough`` at the end of a block.

        The feed waits while more than ``ahead`` payloads are not accounted for; it does not make up for it.
        """
        producer: Any = AIOKafkaProducer(
            bootstrap_servers=self.kafka.bootstrap,
            enable_idempotence=True,
            linger_ms=5,
            max_request_size=8 * 1024 * 1024,
        )
        await producer.start()
        receipts: set[Any] = set()
        started, count = time.monotonic(), 0
        self.feeding = True
        try:
            for payload in payloads:
                if enough.is_set() and payload.number % BLOCK == 0:
                    break
                await self._flowing.wait()
                while len(self.sent) - len(self.seen) > ahead:
                    await asyncio.sleep(0.1)
                    started += 0.1
                if rate is not None and (wait := started + count / rate - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                count += 1
                receipt = await producer.send(
                    self.topic("wire-payloads"), key=payload.key, value=payload.body, headers=payload.headers
                )
                receipts.add(receipt)
                if len(receipts) > UNDER_WAY:
                    delivered, receipts = await asyncio.wait(receipts, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.gather(*delivered)
                self.sent[payload.number] = time.monotonic()
                self.disturbed += payload.story == DISTURBED
            await asyncio.gather(*receipts)
        finally:
            self.feeding = False
            await producer.stop()

    @contextlib.asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Hold the feed back, when all that it sent is accounted for."""
        self._flowing.clear()
        try:
            await asyncio.sleep(0.3)
            await self.accounted_for()
            yield
        finally:
            self._flowing.set()

    async def settled(self, within: float = SETTLE) -> None:
        """Wait until all that was sent is placed or refused, and split has committed so.

        Workers stopped earlier, in the middle of a rebalance, leave payloads for the next one to read again.
        Raises Unsettled.
        """
        deadline = time.monotonic() + within
        await self.accounted_for(within)
        while left := await uncommitted(self.kafka.bootstrap, self.prefix):
            if time.monotonic() > deadline:
                raise Unsettled(f"{left} past the committed offsets")
            await asyncio.sleep(0.2)

    async def accounted_for(self, within: float = SETTLE) -> None:
        """Wait until all that was sent is placed or refused. Raises Unsettled."""
        deadline = time.monotonic() + within
        while missing := self.sent.keys() - self.seen.keys():
            if time.monotonic() > deadline:
                raise Unsettled(f"{len(missing)} of {len(self.sent)}, among them {sorted(missing)[:5]}")
            await asyncio.sleep(0.2)

    async def _watch(self) -> None:
        """Note when each payload is first seen, placed or refused, by readers of committed records."""
        variants, rejects = self.topic("canonical-variants"), self.topic("wire-rejects")
        parts = {each.name: each.partitions for each in CATALOG}
        consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            wanted = [TopicPartition(variants, n) for n in range(parts["canonical-variants"])]
            wanted += [TopicPartition(rejects, n) for n in range(parts["wire-rejects"])]
            consumer.assign(wanted)
            await consumer.seek_to_beginning(*wanted)
            while True:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        if (number := number_of(record, rejects)) is not None:
                            self.seen.setdefault(number, time.monotonic())
        finally:
            await consumer.stop()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Stage"]:
        """Watch and supervise; at the end all workers are asked to stop."""
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._supervise())]
        try:
            yield self
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for name, worker in self.workers.items():
                if name not in self._down and worker.alive():
                    await self.stop(name)
