"""Stories a second and latency through a real Kafka, from the payload's append to a readable variant.

python tests/bench/end_to_end.py [--stream FILE] [--limit N] [--rate N] [--seconds N]

A broker and one worker of its own. Throughput: every article is on the topic before the worker is measured,
stories counted until the last variant is readable (read committed). Latency: payloads at a set rate, the time
between the broker's append time of the payload and the moment a read-committed consumer has the variant.
"""

import argparse
import asyncio
import gzip
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.audit import read
from tests.faults.feed import Numbered
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.broker import Broker
from worker.settings import Settings
from worker.stream import catalogue

STREAM = Path(__file__).resolve().parents[3] / "shared" / "news" / "stream.jsonl.gz"


def payloads(path: Path, limit: int | None) -> list[Numbered]:
    found = []
    with gzip.open(path, "rb") as file:
        for number, line in zip(range(limit or 10**9), file, strict=False):
            article = orjson.loads(line)
            found.append(
                Numbered(
                    number=number,
                    story=number,
                    key=article["id"].encode(),
                    body=line.rstrip(),
                    headers=[("content-type", b"application/json")],
                )
            )
    return found


async def readable(consumer: Any, count: int, within: float) -> list[tuple[int, float]]:
    """Read variants until ``count`` stories came; the append time of each record's payload is not in it."""
    seen: list[tuple[int, float]] = []
    deadline = time.monotonic() + within
    while len(seen) < count and time.monotonic() < deadline:
        batches = await consumer.getmany(timeout_ms=100)
        now = time.time()
        for records in batches.values():
            for record in records:
                message = orjson.loads(record.value)
                if message["schema"] == "variant.v1":
                    at = message["coordinates"]
                    seen.append((at["partition"] * 10**9 + at["offset"], now))
    return seen


async def appended(bootstrap: str, topic: str) -> dict[int, float]:
    """Append times of the payloads, in seconds since 1970, by partition and offset."""
    return {r.partition * 10**9 + r.offset: r.timestamp / 1000 for r in await read(bootstrap, topic)}


async def listener(bootstrap: str, prefix: str) -> Any:
    consumer = AIOKafkaConsumer(
        topic_name("canonical-variants", prefix),
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    await consumer.start()
    return consumer


async def throughput(bootstrap: str, feed: list[Numbered], scratch: Path) -> None:
    await catalogue.apply(Settings(bootstrap=bootstrap, prefix="bench"))
    await publish(bootstrap, topic_name("wire-payloads", "bench"), feed, rate=None)
    consumer = await listener(bootstrap, "bench")
    worker = WorkerProcess(bootstrap=bootstrap, prefix="bench", log=scratch / "worker.log")
    worker.start()
    try:
        seen = await readable(consumer, len(feed), within=300)
    finally:
        worker.stop()
        await consumer.stop()
    first, last = min(at for _, at in seen), max(at for _, at in seen)
    print(f"{len(seen)} stories readable, {len(seen) / (last - first):.0f} stories/s (first to last variant)")


async def latency(bootstrap: str, feed: list[Numbered], rate: float, scratch: Path) -> None:
    await catalogue.apply(Settings(bootstrap=bootstrap, prefix="lag"))
    consumer = await listener(bootstrap, "lag")
    worker = WorkerProcess(bootstrap=bootstrap, prefix="lag", log=scratch / "worker.log")
    worker.start()
    topic = topic_name("wire-payloads", "lag")
    try:
        await publish(bootstrap, topic, feed[:50], rate=None)  # warm up
        await readable(consumer, 50, within=60)
        publishing = asyncio.create_task(publish(bootstrap, topic, feed[50:], rate=rate))
        seen = await readable(consumer, len(feed) - 50, within=len(feed) / rate + 60)
        await publishing
        times = await appended(bootstrap, topic)
    finally:
        worker.stop()
        await consumer.stop()
    waits = sorted((now - times[at]) * 1000 for at, now in seen)
    p99 = waits[int(len(waits) * 0.99) - 1]
    print(
        f"{len(waits)} stories at {rate:.0f}/s: p50 {statistics.median(waits):.0f} ms, p99 {p99:.0f} ms "
        "(payload appended to variant readable)"
    )


async def bench(options: argparse.Namespace) -> None:
    feed = payloads(options.stream, options.limit)
    with tempfile.TemporaryDirectory() as folder, Broker.start(Path(folder) / "kafka") as broker:
        await throughput(broker.bootstrap, feed, Path(folder))
        wanted = int(options.rate * options.seconds) + 50
        await latency(broker.bootstrap, feed[:wanted], options.rate, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stream", type=Path, default=STREAM)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    asyncio.run(bench(parser.parse_args()))


if __name__ == "__main__":
    main()
