"""Disturb real workers on a real broker and account for every payload: ``python -m tests.faults --help``."""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.plan import FAULTS, Fault
from tests.faults.run import Effort, run_fault
from tests.faults.table import Row, load, render, store


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--fault", default="all", choices=["all", *FAULTS], help="which one")
    parser.add_argument("--seed", type=int, default=1, help="of the feed and of the plan")
    parser.add_argument("--payloads", type=int, default=2000, help="most payloads a fault may take")
    parser.add_argument("--rate", type=float, default=60.0, help="payloads a second")
    parser.add_argument("--kills", type=int, help="how often the fault acts, instead of its own number")
    parser.add_argument("--results", type=Path, help="file of rows to add to; the table is made of all")
    parser.add_argument("--table", action="store_true", help="only print the table of --results")
    parser.add_argument("--keep", type=Path, help="folder for the workers' logs")
    return parser.parse_args()


async def run(options: argparse.Namespace, chosen: list[Fault]) -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        logs = options.keep or Path(scratch)
        logs.mkdir(parents=True, exist_ok=True)
        calm = None
        for fault in [FAULTS["none"], *(each for each in chosen if each.name != "none")]:
            started = time.monotonic()
            effort = Effort(
                seed=options.seed,
                payloads=options.payloads,
                rate=None if fault.name == "none" else options.rate,
                times=fault.times if options.kills is None or not fault.times else options.kills,
            )
            row, membership = await run_fault(
                fault, effort, folder=Path(scratch) / fault.name, logs=logs, calm=calm
            )
            calm = calm or membership
            sys.stderr.write(f"{time.monotonic() - started:.0f} s: {row}\n")
            rows.append(row)
    return rows


def main() -> int:
    options = arguments()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own clients tell of each fault at length
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers are stopped on the way out
    rows: list[Row] = []
    if not options.table:
        chosen = list(FAULTS.values()) if options.fault == "all" else [FAULTS[options.fault]]
        rows = asyncio.run(run(options, chosen))
    if options.results:
        store(options.results, rows)
        rows = load(options.results)
    sys.stdout.write(render(rows))
    return 0 if all(row.clean() for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
