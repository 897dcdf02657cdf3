"""How long a worker takes to rebuild its state, cold and warm, and what a story costs in memory.

python -m tests.bench.recovery [--stories N]      # 500000 for the figures of docs/performance.md
python -m tests.bench.recovery --memory [--stories N]     # without a broker: bytes a story, by what for

Fills wire-placements of a real broker with the decisions about generated stories of real length, then
rebuilds the state in fresh processes as place does: cold from the log (and writes a snapshot), warm from
the snapshot, warm again with the file dropped from the page cache. Each places a few reprints of stories
that it must know, and all must place them alike.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from aiokafka import AIOKafkaProducer

from tests.bench.wire import Wire
from topics.catalog import WIRE_PLACEMENTS
from worker import logs
from worker.broker import Broker
from worker.lineage.fold import Fold
from worker.lineage.placement import Step
from worker.settings import Settings
from worker.story import Coordinates
from worker.stream import catalogue
from worker.stream.kafka import client_args
from worker.stream.ledger import Ledger
from worker.stream.outgoing import step_records
from worker.stream.recovery import Keeper
from worker.stream.snapshot import Snapshots
from worker.stream.vitals import Part

PER_DAY = 100_000
PAGE = os.sysconf("SC_PAGE_SIZE")
LOT = 1000  # records between waits for the broker
REAL = 1_000  # stories at the end of the log, see Wire
ASKED = 25  # reprints that a rebuilt state places
ROOT = Path(__file__).resolve().parents[2]


def resident() -> int:
    """Count the bytes of memory that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def settings_of(bootstrap: str, folder: Path) -> Settings:
    return Settings(bootstrap=bootstrap, state_dir=folder, window_ms=3650 * 86_400_000)


async def fill(bootstrap: str, stories: int) -> None:
    """Write the placement log as place does."""
    await catalogue.apply(Settings(bootstrap=bootstrap))
    started, size = time.perf_counter(), 0
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=bootstrap, compression_type="zstd", linger_ms=20, max_batch_size=512 * 1024
    )
    await producer.start()
    receipts = []
    for offset, (_, decision) in enumerate(Wire(per_day=PER_DAY).decisions(stories, real=REAL)):
        (record,) = step_records(Step(decision=decision), offset=offset, prefix="")
        receipts.append(
            await producer.send(record.topic, key=record.key, value=record.value, headers=[*record.headers])
        )
        size += len(record.value or b"") + len(decision.imprints)
        if len(receipts) > LOT:
            await asyncio.gather(*receipts)
            receipts = []
    await asyncio.gather(*receipts)
    await producer.stop()
    print(
        f"filled {WIRE_PLACEMENTS.name} with {stories} stories, {size / stories / 1024:.2f} kB a story, "
        f"in {time.perf_counter() - started:.0f} s",
        flush=True,
    )


async def rebuild(bootstrap: str, stories: int, folder: Path, how: str) -> None:
    """Rebuild the state as place does; after a cold start write a snapshot."""
    logs.configure(level="error", style="json")
    settings = settings_of(bootstrap, folder)
    before, part = resident(), Part()
    ledger = Ledger(client_args(settings), prefix="")
    await ledger.open()
    keeper = Keeper(settings, part)
    started, busy = time.perf_counter(), time.process_time()
    state = await keeper.recover(ledger, stories_id="bench", check=lambda: None)
    wall, cpu = time.perf_counter() - started, time.process_time() - busy
    grown = resident() - before
    print(
        f"{how}: {stories} stories in {wall:.1f} s ({cpu:.1f} s of CPU), {state.read} decisions read back; "
        f"{stories / wall:.0f}/s; {grown / stories / 1024:.2f} kB of memory a story",
        flush=True,
    )
    if how == "cold":
        keeper._written = float("-inf")
        started = time.perf_counter()
        keeper.keep(state.placing, position=state.position, mark=ledger.last)
        held = time.perf_counter() - started
        await keeper.close()
        size = os.stat(Snapshots(folder, prefix="")._path).st_size  # noqa: PTH116 - within a coroutine
        print(
            f"snapshot: the fold was held {held * 1000:.0f} ms, {size / 1e6:.0f} MB written "
            f"in {time.perf_counter() - started:.1f} s"
        )
        tell_size(state.placing.size(), stories)
    await ledger.close()
    print(f"places {json.dumps(asked(state.placing._fold, stories))}")


def asked(fold: Fold, stories: int) -> list[str]:
    """Let a rebuilt fold place reprints of some of the last stories; tell what became of them."""
    wire, told = Wire(per_day=PER_DAY, seed=2), []
    catalogue_ = fold._state.catalogue
    for number, document in enumerate(catalogue_.copies.columns.alive()[-ASKED:].tolist()):
        canon = catalogue_.canon_at(catalogue_.copies.home(document)).id
        story = wire.story(10 * stories + number, list(catalogue_.copies.story(document).copy()))
        story = replace(story, coordinates=Coordinates(topic="late", partition=0, offset=number))
        step = fold.place(story, at=story.received)
        (placed,) = step.placements
        told.append(f"{placed.canonical_id} {placed.variant.sequence if placed.variant else None}")
        # Paragraphs are drawn from a stock: one with copy of two stories makes them one.
        joined = {placed.canonical_id, *(merge.canonical_id for merge in step.merges)}
        assert canon in joined, "a reprint does not join its story"
    return told


def tell_size(size: dict[str, int], stories: int) -> None:
    kinds = ", ".join(f"{name} {count / stories:.0f}" for name, count in size.items())
    print(f"bytes a story: {kinds}", flush=True)


def memory(stories: int) -> None:
    """Restore stories without a broker; tell the bytes of each kind and what the process grew by."""
    decisions = Wire(per_day=PER_DAY).decisions(stories, real=REAL)
    fold, before = Fold(window=None), resident()
    copies = 0
    for _, decision in decisions:
        fold.restore(None, decision)
    fold.capture()  # brings all into arrays
    arrays = fold._state.catalogue.copies.columns.values
    alive = arrays["canon"] >= 0
    copies = int((arrays["size"][alive] - np.maximum(arrays["heritage"][alive], 0)).sum())
    size = fold.size()
    rest = sum(size.values()) - copies
    tell_size(size, stories)
    print(
        f"{stories} stories, {int(alive.sum())} copies held: {rest / stories:.0f} bytes a story, and "
        f"{copies / stories:.0f} of packed copy ({copies / int(alive.sum()):.0f} each); "
        f"the process grew by {(resident() - before) / stories:.0f} bytes a story, all included"
    )


def child(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.bench.recovery", *arguments]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    *lines, places = done.stdout.splitlines()
    print("\n".join(lines), flush=True)
    return places


def drop_from_cache(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--rebuild", nargs=3, metavar=("BOOTSTRAP", "FOLDER", "HOW"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        memory(options.stories)
        return
    if options.rebuild:
        bootstrap, folder, how = options.rebuild
        asyncio.run(rebuild(bootstrap, options.stories, Path(folder), how))
        return
    with tempfile.TemporaryDirectory() as folder, Broker.start(Path(folder) / "kafka") as broker:
        state = Path(folder) / "state"
        state.mkdir()
        asyncio.run(fill(broker.bootstrap, options.stories))
        told = []
        for how in ("cold", "warm", "warm, file not in the page cache"):
            if how.endswith("cache"):
                drop_from_cache(Snapshots(state, prefix="")._path)
            told.append(
                child("--stories", str(options.stories), "--rebuild", broker.bootstrap, str(state), how)
            )
        print("all three place reprints alike:", len(set(told)) == 1)
        if len(set(told)) > 1:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
