"""A feed faster than the worker: does memory stay flat, does anything get lost, does the lag return to zero?

python -m tests.bench.overload [--seconds N] [--rate R] [--slow] [--refold]

Feeds a worker R payloads a second, prints its memory and lag every few seconds, then waits until the lag is
zero and accounts for every payload. ``--slow`` lets the network between worker and broker carry 64 kB/s a
connection meanwhile.
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

from tests.faults.audit import audit
from tests.faults.feed import feed
from tests.faults.proxy import Proxy, Weather
from tests.faults.stage import Kafka, Stage
from worker.settings import Settings

EVERY = 5.0  # seconds between samples
DRAIN = 3600.0  # seconds that the lag may take to return to zero
WARM = 3  # samples before memory counts


def resident(pid: int) -> float:
    """Count the MB of memory that a process holds (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


async def sample(stage: Stage, samples: list[float]) -> None:
    """Print memory and lag until cancelled."""
    worker = stage.workers["one"]
    started = time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        assert worker.process is not None
        samples.append(resident(worker.process.pid))
        lags = [
            await worker.metric(f'wiretrace_consumer_lag{{topic="{stage.topic(name)}"}}')
            for name in ("wire-payloads", "wire-stories")
        ]
        sys.stdout.write(
            f"{time.monotonic() - started:6.0f} s  {samples[-1]:6.1f} MB  sent {len(stage.sent)}  "
            f"seen {len(stage.seen)}  lag of split {lags[0]}, of place {lags[1]}\n"
        )
        sys.stdout.flush()


async def run(options: argparse.Namespace) -> bool:
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="overload-")))
        proxy = await stack.enter_async_context(Proxy()) if options.slow else None
        kafka = await asyncio.to_thread(Kafka, scratch / "broker", proxy)
        stack.callback(kafka.stop)
        await kafka.topics("overload")
        stage = Stage(kafka, prefix="overload", logs=scratch)
        samples: list[float] = []
        async with stage.running():
            stage.start()
            enough = asyncio.Event()
            feeding = asyncio.create_task(stage.feed(feed(10**7), rate=options.rate, enough=enough))
            await stage.met()
            if proxy is not None:
                proxy.change(Weather.SLOW)
            sampling = asyncio.create_task(sample(stage, samples))
            await asyncio.sleep(options.seconds)
            enough.set()
            await feeding
            if proxy is not None:
                proxy.change(Weather.CLEAR)
            calm = time.monotonic()
            behind = len(stage.sent) - len(stage.seen)
            await stage.settled(DRAIN)
            drained = time.monotonic() - calm
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
        report = await audit(
            kafka.bootstrap, "overload", window=Settings().window_ms, sent=stage.sent, refolded=options.refold
        )
    later = samples[WARM:] or samples
    sys.stdout.write(
        f"{report.payloads} payloads in {options.seconds:.0f} s, {behind} behind at the end, "
        f"caught up {drained:.0f} s later; lost {len(report.lost)}, repeated {len(report.repeated)}, "
        f"differing {report.differing if options.refold else 'not looked at'}; "
        f"memory {min(later):.0f} to {max(later):.0f} MB, "
        f"{(later[-1] - later[0]) * 1024 / max(report.payloads, 1):.2f} kB a payload\n"
    )
    return not (report.lost or report.repeated or report.differing)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--refold", action="store_true", help="also fold the stories anew and compare")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the worker is stopped on the way out
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    return 0 if asyncio.run(run(options)) else 1


if __name__ == "__main__":
    sys.exit(main())
