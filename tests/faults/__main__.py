"""Disturb real workers on a real broker and account for every payload: ``python -m tests.faults --help``."""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.plan import FAULTS
from tests.faults.run import Effort, run_fault
from tests.faults.table import Row, load, render, store


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--fault",
        default="all",
        help=f"which: all, or of {', '.join(FAULTS)}; several with commas, also twice",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the feed and of the plan")
    parser.add_argument("--payloads", type=int, default=2000, help="most payloads a fault may take")
    parser.add_argument("--rate", type=float, default=60.0, help="payloads a second")
    parser.add_argument("--kills", type=int, help="how often the fault acts, instead of its own number")
    parser.add_argument("--results", type=Path, help="file of rows to add to; the table is made of all")
    parser.add_argument("--table", action="store_true", help="only print the table of --results")
    parser.add_argument("--keep", type=Path, help="folder for the workers' logs")
    options = parser.parse_args()
    options.chosen = [name for name in FAULTS if name != "none"]
    if options.fault != "all":
        options.chosen = [name for name in options.fault.split(",") if name != "none"]
        if unknown := sorted(set(options.chosen) - FAULTS.keys()):
            parser.error(f"no such fault: {', '.join(unknown)}")
    return options


async def run(options: argparse.Namespace) -> list[Row]:
    """Run the undisturbed feed, then each fault; every row is kept as soon as it is there."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        logs = options.keep or Path(scratch)
        logs.mkdir(parents=True, exist_ok=True)
        calm = None
        for number, name in enumerate(["none", *options.chosen]):
            fault = FAULTS[name]
            started = time.monotonic()
            effort = Effort(
                seed=options.seed,
                plan=number,
                payloads=options.payloads,
                rate=None if fault.name == "none" else options.rate,
                times=fault.times if options.kills is None or not fault.times else options.kills,
            )
            row, membership = await run_fault(
                fault, effort, folder=Path(scratch) / f"{number}-{name}", logs=logs, calm=calm
            )
            calm = calm or membership
            sys.stderr.write(f"{time.monotonic() - started:.0f} s: {row}\n")
            rows.append(row)
            if options.results:
                store(options.results, [row])
    return rows


def main() -> int:
    options = arguments()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own clients tell of each fault at length
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers are stopped on the way out
    rows = [] if options.table else asyncio.run(run(options))
    if options.results:
        rows = load(options.results)
    sys.stdout.write(render(rows))
    return 0 if all(row.clean() for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
