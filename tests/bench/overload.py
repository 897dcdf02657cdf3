"""A feed faster than the worker: does memory stay flat, does anything get lost, does the lag return to zero?

python -m tests.bench.overload [--minutes N] [--rate R] [--slow]

Feeds a worker R payloads a second, prints its memory and lag every few seconds, then waits until the lag is
zero. What the worker writes is read and folded anew meanwhile, and every payload is accounted for. ``--slow``
lets the network between worker and broker carry 64 kB/s a connection while the feed runs.

The window is short, so that the state stops growing and memory ought to.
"""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.faults.audit import Report
from tests.faults.feed import feed
from tests.faults.kafka import Kafka
from tests.faults.memory import per_hour, resident
from tests.faults.proxy import Proxy, Weather
from tests.faults.stage import Stage
from tests.faults.tally import Auditor
from worker.settings import duration_ms

EVERY = 10.0  # seconds between samples
DRAIN = 3600.0  # seconds that the lag may take to return to zero
WARM = 0.3  # of the run, before memory counts: fetch buffers and the window fill up
FLAT = 0.15  # of its mean that memory may rise by after that

Sample = tuple[float, float, float]  # seconds, MB, records that wait before both halves


async def sample(stage: Stage, samples: list[Sample]) -> None:
    """Note and print memory and lag until cancelled."""
    worker = stage.workers["one"]
    started = time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        assert worker.process is not None
        size = resident(worker.process.pid)
        lags = [
            await worker.metric(f'wiretrace_consumer_lag{{topic="{stage.topic(name)}"}}')
            for name in ("wire-payloads", "wire-stories")
        ]
        seconds = time.monotonic() - started
        if None not in lags:
            samples.append((seconds, size, sum(lag or 0 for lag in lags)))
        sys.stdout.write(
            f"{seconds:6.0f} s  {size:6.1f} MB  sent {len(stage.sent)}  seen {len(stage.seen)}  "
            f"lag of split {lags[0]}, of place {lags[1]}\n"
        )
        sys.stdout.flush()


async def run(options: argparse.Namespace) -> tuple[Report, list[Sample], float]:
    """Overload a worker; return the audit, the samples, and the seconds that it took to catch up."""
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="overload-")))
        proxy = await stack.enter_async_context(Proxy()) if options.slow else None
        kafka = await asyncio.to_thread(Kafka, scratch / "broker", proxy)
        stack.callback(kafka.stop)
        await kafka.topics("overload")
        stage = Stage(kafka, prefix="overload", logs=scratch, WIRETRACE_WINDOW=options.window)
        auditor = Auditor(kafka.bootstrap, "overload", window=duration_ms(options.window))
        samples: list[Sample] = []
        async with stage.running():
            stage.start()
            enough = asyncio.Event()
            feeding = asyncio.create_task(
                stage.feed(feed(10**8, together=True), rate=options.rate, enough=enough)
            )
            await stage.met()
            if proxy is not None:
                proxy.change(Weather.SLOW)
            sampling = asyncio.create_task(sample(stage, samples))
            await asyncio.wait({feeding, sampling}, timeout=options.minutes * 60)
            enough.set()
            await feeding
            if proxy is not None:
                proxy.change(Weather.CLEAR)
            calm = time.monotonic()
            await stage.settled(DRAIN)
            drained = time.monotonic() - calm
            await asyncio.sleep(2 * EVERY)  # let the lag be told once more
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
        return await auditor.report(len(stage.sent)), samples, drained


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--window", default="1m")
    parser.add_argument("--slow", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the worker is stopped on the way out
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    report, samples, drained = asyncio.run(run(options))
    end = options.minutes * 60
    warm = [(seconds, size) for seconds, size, _ in samples if end * WARM < seconds <= end]
    mean = sum(size for _, size in warm) / max(len(warm), 1)
    rise = per_hour(warm)
    flat = rise * (end / 3600) * (1 - WARM) <= FLAT * mean
    most, last = max(lag for _, _, lag in samples), samples[-1][2]
    sys.stdout.write(
        f"{report.payloads} payloads in {options.minutes:g} minutes, lag at most {most:.0f}, "
        f"caught up {drained:.0f} s later, lag then {last:.0f}\n"
        f"lost {len(report.lost)}, repeated {len(report.repeated)}, differing {report.differing}, "
        f"astray {report.astray}, uncommitted {report.uncommitted}\n"
        f"memory while overloaded, after warm-up: mean {mean:.0f} MB, at most "
        f"{max((size for _, size in warm), default=0):.0f} MB, {rise:+.0f} MB an hour: "
        f"{'flat' if flat else 'NOT FLAT'}\n"
    )
    bad = (
        report.lost or report.repeated or report.differing or report.uncommitted
    )  # a short window parts stories
    return 0 if flat and not last and not bad else 1


if __name__ == "__main__":
    sys.exit(main())
