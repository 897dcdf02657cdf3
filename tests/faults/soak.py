"""Feed two workers for an hour while a fault comes every minute: ``python -m tests.faults.soak --help``.

Worker ``one`` lives from beginning to end, so that its memory tells of leaks; it is frozen, cut off, slowed
down and left without a broker. Worker ``two`` is killed, stopped and frozen as well.

The window is short, so that the state stops growing and memory ought to; what was written is read and folded
anew while the run lasts.
"""

import argparse
import asyncio
import logging
import math
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import plot
from tests.faults.feed import feed
from tests.faults.kafka import Kafka
from tests.faults.memory import per_hour, resident
from tests.faults.proxy import Proxy, Weather
from tests.faults.run import row_of
from tests.faults.stage import Stage, Unsettled
from tests.faults.table import Row, store
from tests.faults.tally import Auditor
from worker.settings import duration_ms

TIMEOUT = 12.0  # seconds of a session: on a busy machine heartbeats come late
SAMPLE = 5.0  # seconds between looks at memory and lag
WARM = 0.2  # of the run, before memory counts
FLAT = 0.1  # of its mean that memory may rise by after that
DRAIN = 900.0  # seconds that the backlog of the end may take

Strike = Callable[[Stage, random.Random], Awaitable[None]]


async def _kill(stage: Stage, chance: random.Random) -> None:
    stage.kill("two")
    await asyncio.sleep(chance.choice([0.0, 3.0, 15.0]))
    stage.start("two")


async def _term(stage: Stage, chance: random.Random) -> None:
    await stage.stop("two")
    await asyncio.sleep(chance.choice([0.0, 5.0]))
    stage.start("two")


def _freeze(name: str) -> Strike:
    async def strike(stage: Stage, chance: random.Random) -> None:
        stage.workers[name].suspend()
        try:
            await asyncio.sleep(TIMEOUT + chance.uniform(1.0, 4.0))
        finally:
            stage.workers[name].wake()

    return strike


async def _broker(stage: Stage, chance: random.Random) -> None:
    await stage.kafka.crash(chance.choice([0.0, 3.0]))


def _weather(kind: Weather) -> Strike:
    async def strike(stage: Stage, chance: random.Random) -> None:
        proxy = stage.kafka.proxy
        assert isinstance(proxy, Proxy)
        proxy.change(kind)
        try:
            await asyncio.sleep(chance.choice([0.5, 3.0, TIMEOUT + 3.0]))
        finally:
            proxy.change(Weather.CLEAR)

    return strike


STRIKES: dict[str, Strike] = {
    "kill -9 of two": _kill,
    "SIGTERM of two": _term,
    "SIGSTOP of one": _freeze("one"),
    "SIGSTOP of two": _freeze("two"),
    "kill -9 of the broker": _broker,
    "network cut": _weather(Weather.CUT),
    "network frozen": _weather(Weather.FROZEN),
    "network slow": _weather(Weather.SLOW),
}


@dataclass(slots=True, kw_only=True)
class Run:
    """What was noted: seconds from the start with MB, records or the name of a fault."""

    memory: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {"worker one": [], "worker two": []}
    )
    lag: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: {"payloads": [], "stories": []})
    marks: list[tuple[float, str]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        return time.monotonic() - self.started

    def slope(self, minutes: float) -> tuple[float, float]:
        """Tell how memory of the worker that lives on rises after warm-up, MB an hour, and its mean."""
        warm = [
            (x, y) for x, y in self.memory["worker one"] if minutes * 60 * WARM < x <= minutes * 60 and y > 0
        ]
        return per_hour(warm), sum(y for _, y in warm) / max(len(warm), 1)


async def _sample(stage: Stage, run: Run) -> None:
    """Note memory and lag until cancelled."""
    told = 0.0
    while True:
        await asyncio.sleep(SAMPLE)
        for name, samples in run.memory.items():
            worker = stage.workers[name.removeprefix("worker ")]
            if worker.process is not None and worker.alive():
                samples.append((run.now(), resident(worker.process.pid)))
        lags = {}
        for half, topic in (("payloads", "wire-payloads"), ("stories", "wire-stories")):
            label = f'wiretrace_consumer_lag{{topic="{stage.topic(topic)}"}}'
            each = [await worker.metric(label) for worker in stage.workers.values()]
            lags[half] = sum(lag for lag in each if lag is not None)
            if any(lag is not None for lag in each):
                run.lag[half].append((run.now(), lags[half]))
        if run.now() - told > 60:
            told = run.now()
            sizes = ", ".join(f"{name} {samples[-1][1]:.0f} MB" for name, samples in run.memory.items())
            sys.stdout.write(
                f"{told:6.0f} s  sent {len(stage.sent)}  seen {len(stage.seen)}  "
                f"lag {lags['payloads']:.0f} payloads, {lags['stories']:.0f} stories  {sizes}\n"
            )
            sys.stdout.flush()


async def _disturb(stage: Stage, run: Run, chance: random.Random, *, every: float) -> None:
    """Strike until cancelled: each fault once in a random order, then again."""
    names: list[str] = []
    while True:
        due = (len(run.marks) + 1) * every - run.now()
        await asyncio.sleep(max(due, 0.0))
        names = names or chance.sample(sorted(STRIKES), len(STRIKES))
        name = names.pop()
        run.marks.append((run.now(), name))
        stage.strike()
        await STRIKES[name](stage, chance)


async def _calm(stage: Stage) -> str:
    """End all faults and wait until everything is accounted for; return why it is not."""
    started = time.monotonic()
    assert isinstance(stage.kafka.proxy, Proxy)
    stage.kafka.proxy.change(Weather.CLEAR)
    for name, worker in stage.workers.items():
        if not worker.alive():
            stage.start(name)
    try:
        await stage.settled(DRAIN)
    except Unsettled as error:
        return f"not accounted for: {error}"
    sys.stdout.write(f"caught up {time.monotonic() - started:.0f} s after the feed ended\n")
    await asyncio.sleep(2 * SAMPLE)  # let the lag be told once more
    return ""


async def soak(options: argparse.Namespace) -> tuple[Run, Row]:
    """Run it and account for every payload."""
    window = duration_ms(options.window)
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        logs = options.keep or scratch
        logs.mkdir(parents=True, exist_ok=True)
        proxy = await stack.enter_async_context(Proxy())
        kafka = await asyncio.to_thread(Kafka, scratch / "broker", proxy)
        stack.callback(kafka.stop)
        await kafka.topics("soak")
        settings = {
            "WIRETRACE_WINDOW": options.window,
            "WIRETRACE_SESSION_TIMEOUT": f"{TIMEOUT:.0f}s",
            "WIRETRACE_PARSE_TIME": "10s",
            "WIRETRACE_STATE_DIR": str(scratch / "state-{name}"),
            "WIRETRACE_STATE_INTERVAL": "60s",
        }
        stage = Stage(kafka, prefix="soak", logs=logs, **settings)
        auditor = Auditor(kafka.bootstrap, "soak", window=window)
        async with stage.running(), asyncio.TaskGroup() as group:
            stage.start("one")
            stage.start("two")
            enough = asyncio.Event()
            payloads = feed(10**8, seed=options.seed, together=True)
            feeding = group.create_task(
                stage.feed(payloads, rate=options.rate, enough=enough, ahead=options.ahead)
            )
            await stage.met()
            run = Run()
            sampling = group.create_task(_sample(stage, run))
            chance = random.Random(options.seed)
            disturbing = group.create_task(_disturb(stage, run, chance, every=options.every))
            await asyncio.sleep(options.minutes * 60)
            enough.set()
            await feeding
            disturbing.cancel()
            await asyncio.gather(disturbing, return_exceptions=True)
            note = await _calm(stage)
            sampling.cancel()
            for name in stage.workers:
                await stage.stop(name)
        report = await auditor.report(len(stage.sent))
    return run, row_of("soak", stage, report, note=note)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=100.0, help="payloads a second")
    parser.add_argument(
        "--ahead", type=float, default=math.inf, help="hold the feed back while so many payloads wait"
    )
    parser.add_argument("--every", type=float, default=60.0, help="seconds between faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--window", default="2m", help="of the workers")
    parser.add_argument("--plot", type=Path, help="SVG file to write")
    parser.add_argument("--results", type=Path, help="file of rows of the fault suite to add to")
    parser.add_argument("--keep", type=Path, help="folder for the workers' logs")
    options = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own clients tell of each fault at length
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers are stopped on the way out
    run, row = asyncio.run(soak(options))
    rise, mean = run.slope(options.minutes)
    flat = abs(rise) * options.minutes / 60 * (1 - WARM) <= FLAT * mean
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(k for _, k in run.marks).items()))
    most = {half: max((lag for _, lag in lags), default=0) for half, lags in run.lag.items()}
    last = {half: lags[-1][1] if lags else None for half, lags in run.lag.items()}
    pace = row.payloads / options.minutes / 60
    sys.stdout.write(
        f"{row.payloads} payloads in {options.minutes:g} minutes, {pace:.0f} a second, {row.injected} faults "
        f"({kinds})\n"
        f"lost {row.lost}, repeated {row.repeated}, differing {row.differing}, astray {row.astray}, "
        f"uncommitted {row.uncommitted}, split twice {row.again}, exits {row.exits} {row.note}\n"
        f"lag at most {most}, at the end {last}\n"
        f"memory of worker one after warm-up: mean {mean:.0f} MB, {rise:+.1f} MB an hour: "
        f"{'flat' if flat else 'NOT FLAT'}\n"
    )
    if options.plot:
        panels = {
            "memory with children, MB": run.memory,
            "lag, records": run.lag,
        }
        options.plot.write_text(plot.render(panels, run.marks), encoding="utf-8")
    if options.results:
        store(options.results, [row])
    return 0 if row.clean() and flat else 1


if __name__ == "__main__":
    sys.exit(main())
