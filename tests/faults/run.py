"""One fault from its feed to its audit."""

import asyncio
import random
import signal
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults import local
from tests.faults.audit import Report, audit
from tests.faults.feed import feed
from tests.faults.kafka import Kafka
from tests.faults.plan import Fault
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage, Unsettled
from tests.faults.table import Row
from worker.settings import Settings

NAMES = ("one", "two", "three")

Membership = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much of a fault: at most so many payloads, so many a second, and how often it acts.

    ``seed`` is that of the feed; with ``plan`` it is that of the plan.
    """

    seed: int
    plan: int = 0
    payloads: int
    rate: float | None
    times: int


async def run_fault(
    fault: Fault, effort: Effort, *, folder: Path, logs: Path, calm: Membership | None
) -> tuple[Row, Membership]:
    """Run a fault on a broker of its own; return what the audit found, and who stands with whom."""
    chance = random.Random(f"{effort.seed}/{effort.plan}/{fault.name}")
    note = ""
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy()) if fault.proxied else None
        kafka = await asyncio.to_thread(partial(Kafka, folder, proxy, brokers=fault.brokers))
        stack.callback(kafka.stop)
        prefix = f"f-{fault.name}"
        await kafka.topics(prefix)
        settings = local.settings(folder / "state") if fault.local else {}
        stage = Stage(kafka, prefix=prefix, logs=logs, **settings)
        async with stage.running():
            for name in NAMES[: fault.workers]:
                stage.start(name)
            numbered = feed(effort.payloads, seed=effort.seed)
            if fault.payloads is not None:
                numbered = fault.payloads(numbered, chance)
            enough = asyncio.Event()
            feeding = asyncio.create_task(stage.feed(numbered, rate=effort.rate, enough=enough))
            try:
                await stage.met()
                if effort.times:
                    await fault.strike(stage, chance, effort.times)
                    enough.set()
                await feeding
                await stage.settled()
            except Unsettled as error:
                note = f"not accounted for: {error}"
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)
        report = await audit(kafka.bootstrap, prefix, window=Settings().window_ms, sent=stage.sent)
        report.astray = 0 if calm is None else astray(report, calm)
    return row_of(fault.name, stage, report, note=note), report.membership


def row_of(fault: str, stage: Stage, report: Report, *, note: str) -> Row:
    """Put together what the stage noted and what the audit found."""
    recovery = [seconds for struck in stage.struck if (seconds := stage.recovery(struck)) is not None]
    return Row(
        fault=fault,
        injected=len(stage.struck) + stage.disturbed,
        payloads=report.payloads,
        rejected=report.rejected,
        lost=len(report.lost),
        repeated=len(report.repeated),
        differing=report.differing,
        astray=report.astray,
        uncommitted=report.uncommitted,
        unclean=sum(code not in (0, -signal.SIGTERM) for code in stage.stops),  # -15: it had not begun
        exits=len(stage.exits),
        again=report.again,
        recovery=[round(seconds, 2) for seconds in recovery],
        note=note,
    )


def astray(report: Report, calm: Membership) -> int:
    """Count the stories whose company is not that of the undisturbed run, as far as both have them."""
    known = frozenset().union(*calm)
    here = frozenset().union(*report.membership)
    ours = _company(report.membership, known)
    theirs = _company(calm, here)
    return sum(ours[story] != theirs[story] for story in ours.keys() & theirs.keys())


def _company(membership: Membership, among: Collection[str]) -> dict[str, frozenset[str]]:
    return {story: kept for group in membership for kept in [group & frozenset(among)] for story in kept}
