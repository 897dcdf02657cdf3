"""Show that two and three workers place as one does: ``python -m tests.faults.members --help``.

The same payloads go through one, two and three workers, each time on topics of their own, and the canonical
stories must have the same members. Which of several variants came first may differ from run to run, for the
workers read different partitions at a time; who stands with whom may not.
"""

import argparse
import asyncio
import logging
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.audit import audit
from tests.faults.feed import feed
from tests.faults.kafka import free_port
from tests.faults.run import Membership
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.broker import Broker
from worker.settings import Settings
from worker.stream import catalogue

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "worker" / "sample"
NAMES = ("one", "two", "three")
READY_WITHIN = 60.0  # seconds
QUIET = 3  # looks in a row at which nothing waits
PATIENCE = 900.0  # seconds until all is accounted for

Source = Callable[[str, str], Awaitable[None]]
"""Puts payloads on a broker's topics under a prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What so many workers made of a source."""

    source: str
    workers: int
    payloads: int
    rejected: int
    lost: int
    repeated: int
    differing: int
    split: tuple[int, ...]  # payloads by each worker
    placing: int  # workers that placed
    membership: Membership

    def clean(self) -> bool:
        return not (self.lost or self.repeated or self.differing) and self.placing == 1


async def generated(bootstrap: str, prefix: str, *, count: int, seed: int) -> None:
    """Publish a feed that nobody wrote."""
    await publish(bootstrap, topic_name("wire-payloads", prefix), list(feed(count, seed=seed)), rate=None)


async def replayed(bootstrap: str, prefix: str, *, paths: list[Path], manifest: Path | None) -> None:
    """Publish files as ``wiretrace replay`` does."""
    more = [] if manifest is None else ["--manifest", str(manifest)]
    command = [sys.executable, "-m", "worker", "replay", *map(str, paths), *more]
    command += ["--bootstrap", bootstrap, "--prefix", prefix]
    await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


async def run(bootstrap: str, name: str, source: Source, *, workers: int, logs: Path) -> Row:
    """Put a source through so many workers and account for all of it."""
    prefix = f"m-{name}-{workers}"
    await catalogue.apply(Settings(bootstrap=bootstrap, prefix=prefix))
    team = [
        WorkerProcess(
            bootstrap=bootstrap,
            prefix=prefix,
            log=logs / f"{prefix}-{each}.log",
            name=each,
            WIRETRACE_HTTP_PORT=str(free_port()),
        )
        for each in NAMES[:workers]
    ]
    try:
        for worker in team:
            worker.start()
        await _all_ready(team)
        await source(bootstrap, prefix)
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < QUIET and time.monotonic() < deadline:
            await asyncio.sleep(1.5)
            quiet = quiet + 1 if await _nothing_waits(team, prefix) else 0
        counts = [await worker.metric('wiretrace_payloads_total{outcome="split"}') for worker in team]
        placing = [await worker.metric("wiretrace_placing") for worker in team]
    finally:
        for worker in team:
            await asyncio.to_thread(worker.stop)
    report = await audit(bootstrap, prefix, window=Settings().window_ms)
    return Row(
        source=name,
        workers=workers,
        payloads=report.payloads,
        rejected=report.rejected,
        lost=len(report.lost),
        repeated=len(report.repeated),
        differing=report.differing,
        split=tuple(round(count or 0) for count in counts),
        placing=sum(each == 1 for each in placing),
        membership=report.membership,
    )


async def _nothing_waits(team: list[WorkerProcess], prefix: str) -> bool:
    """Ask the workers for their lag."""
    names = [topic_name(each, prefix) for each in ("wire-payloads", "wire-stories")]
    lags = [
        await worker.metric(f'wiretrace_consumer_lag{{topic="{name}"}}') for name in names for worker in team
    ]
    return all(lag == 0 for lag in lags)


async def _all_ready(team: list[WorkerProcess]) -> None:
    """Wait until each has its partitions and one of them places."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        ready = [await worker.answers("/readyz") for worker in team]
        if all(ready) and 1.0 in [await worker.metric("wiretrace_placing") for worker in team]:
            return
        await asyncio.sleep(0.3)
    raise TimeoutError("the workers were not ready in time")


def apart(one: Membership, other: Membership) -> int:
    """Count the canonical stories that are in one of two memberships alone."""
    return len(one ^ other)


def render(rows: list[Row]) -> str:
    """Render the table; every row is compared with the one worker of its source."""
    alone = {row.source: row.membership for row in rows if row.workers == 1}
    lines = [
        (
            "| source | workers | payloads | rejected | lost | repeated | differ from refold |"
            " canonical stories | in one membership alone | split by each | place |"
        ),
        "| --- |" + " ---: |" * 10,
    ]
    for row in rows:
        shares = " + ".join(map(str, row.split))
        other = apart(row.membership, alone[row.source])
        lines.append(
            f"| {row.source} | {row.workers} | {row.payloads} | {row.rejected} | {row.lost} |"
            f" {row.repeated} | {row.differing} | {len(row.membership)} | {other} |"
            f" {shares} | {row.placing} |"
        )
    return "\n".join(lines) + "\n"


async def compare(options: argparse.Namespace) -> list[Row]:
    """Run each source through one, two and three workers."""
    sources: dict[str, Source] = {
        "sample": partial(replayed, paths=[SAMPLE / "payloads"], manifest=SAMPLE / "manifest.jsonl"),
        "generated": partial(generated, count=options.payloads, seed=options.seed),
    }
    if options.stream is not None:
        sources["stream"] = partial(replayed, paths=[options.stream], manifest=None)
    rows = []
    with tempfile.TemporaryDirectory(prefix="members-") as scratch:
        folder = Path(scratch)
        with Broker.start(folder / "broker") as broker:
            for name, source in sources.items():
                for workers in (1, 2, 3):
                    row = await run(broker.bootstrap, name, source, workers=workers, logs=folder)
                    sys.stderr.write(f"{name}, {workers}: split {row.split}, lost {row.lost}\n")
                    rows.append(row)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.members", description=__doc__)
    parser.add_argument("--payloads", type=int, default=5000, help="of the generated feed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stream", type=Path, help="payload files or a .jsonl[.gz] to try as well")
    options = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers are stopped on the way out
    rows = asyncio.run(compare(options))
    sys.stdout.write(render(rows))
    alone = {row.source: row.membership for row in rows if row.workers == 1}
    return 0 if all(row.clean() and row.membership == alone[row.source] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
