"""How long a cold worker takes to rebuild its state from the log, and the memory of a story.

python -m tests.bench.recovery [--stories N] [--variants N]

Fills wire-stories and wire-placements of a broker of its own with generated stories through the core, no
worker involved, then rebuilds the state in a fresh process, as place does when the partition is assigned.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from tests.faults.feed import feed
from topics.catalog import WIRE_PLACEMENTS, WIRE_STORIES
from worker.broker import Broker
from worker.pipeline import split
from worker.settings import Settings
from worker.story import Coordinates, Story
from worker.stream import catalogue
from worker.stream.incoming import read_payload
from worker.stream.kafka import client_args
from worker.stream.ledger import Ledger
from worker.stream.outgoing import story_record
from worker.stream.placing import Placing
from worker.stream.rejects import Origin

LIMIT = 4 * 1024 * 1024
AIM = 500_000  # stories
STARTED = 1_760_000_000_000  # milliseconds; stories come a second apart
PAGE = os.sysconf("SC_PAGE_SIZE")
PART = 1000  # records between waits for the broker


def resident() -> int:
    """Count the bytes of memory that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def a_placing() -> Placing:
    return Placing(window=None, prefix="", limit=LIMIT)


async def fill(bootstrap: str, stories: int, variants: int) -> int:
    """Write both logs; return the bytes of the values."""
    placing, size = a_placing(), 0
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=bootstrap, compression_type="lz4", linger_ms=20, max_batch_size=512 * 1024
    )
    await producer.start()
    receipts = []
    for offset, payload in enumerate(feed(stories, variants=variants)):
        at = STARTED + 1000 * offset
        coordinates = Coordinates(topic="0" * 32, partition=0, offset=offset)
        (story,) = split(
            read_payload(value=payload.body, headers=payload.headers, coordinates=coordinates, appended=at)
        )
        assert isinstance(story, Story)
        record = story_record(story, prefix="")
        origin = Origin(
            topic=record.topic,
            topic_id="",
            partition=0,
            offset=offset,
            timestamp=at,
            key=record.key,
            value=record.value,
        )
        decision = placing.handle(origin).records[-1]
        for each in (record, decision):
            receipts.append(
                await producer.send(each.topic, key=each.key, value=each.value, headers=list(each.headers))
            )
            size += len(each.value or b"")
        if len(receipts) > PART:
            await asyncio.gather(*receipts)
            receipts = []
    await producer.stop()
    return size


async def rebuild(bootstrap: str) -> None:
    """Read both logs back as a worker does."""
    before = resident()
    ledger = Ledger(client_args(Settings(bootstrap=bootstrap)), prefix="")
    started, count = time.perf_counter(), 0
    await ledger.open()
    placing = a_placing()
    async for entry in ledger.read_back():
        placing.restore(entry.story, entry.decision)
        count += 1
    seconds = time.perf_counter() - started
    await ledger.close()
    grown = resident() - before
    sys.stdout.write(
        f"rebuilt {count} stories in {seconds:.1f} s: {count / seconds:.0f}/s, "
        f"{AIM / count * seconds:.0f} s for {AIM} at this rate; "
        f"{grown / count / 1024:.1f} kB of memory a story (the process), "
        f"{placing.size() / count / 1024:.1f} kB (index and copies)\n"
    )


async def prepare(bootstrap: str, stories: int, variants: int) -> None:
    await catalogue.apply(Settings(bootstrap=bootstrap))
    started = time.perf_counter()
    size = await fill(bootstrap, stories, variants)
    sys.stdout.write(
        f"filled {WIRE_STORIES.name} and {WIRE_PLACEMENTS.name} with {stories} stories, "
        f"{size / 1e6:.0f} MB, in {time.perf_counter() - started:.0f} s\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--variants", type=int, default=2, help="outlets that run each story")
    parser.add_argument("--rebuild", metavar="BOOTSTRAP", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rebuild:
        asyncio.run(rebuild(options.rebuild))
        return
    with tempfile.TemporaryDirectory() as folder, Broker.start(Path(folder)) as broker:
        asyncio.run(prepare(broker.bootstrap, options.stories, options.variants))
        command = [sys.executable, "-m", "tests.bench.recovery", "--rebuild", broker.bootstrap]
        subprocess.run(command, check=True, cwd=Path(__file__).resolve().parents[2])


if __name__ == "__main__":
    main()
