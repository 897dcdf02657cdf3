"""kill -9 of the worker while payloads flow: nothing lost, nothing repeated, the same placements."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.audit import audit, read
from tests.faults.feed import feed
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900)]

PAYLOADS = 5_000
KILLS = 10
RATE = 150.0
WINDOW = Settings().window_ms


async def settled(bootstrap: str, prefix: str, payloads: int, *, within: float = 300.0) -> None:
    """Wait until as many placements as payloads are committed."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        placed = {
            (record.headers, record.offset)
            for record in await read(bootstrap, topic_name("canonical-variants", prefix))
        }
        if len(placed) >= payloads:
            return
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"{len(placed)} of {payloads} placed after {within:.0f} s")
        await asyncio.sleep(2)


async def run(kafka, prefix: str, log: Path, *, kills: int) -> None:
    numbered = list(feed(PAYLOADS))
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=log)
    worker.start()
    try:
        publishing = asyncio.create_task(
            publish(
                kafka.bootstrap,
                topic_name("wire-payloads", prefix),
                numbered,
                rate=RATE if kills else None,
            )
        )
        chance = random.Random(7)
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(3.0, 6.0))
            worker.kill()
            worker.start()
        await publishing
        await settled(kafka.bootstrap, prefix, PAYLOADS)
        assert worker.alive()
    finally:
        assert worker.stop() == 0


async def test_ten_kills_while_5000_payloads_flow_lose_and_repeat_nothing(
    kafka, prefix, apply_topics, tmp_path
):
    calm = f"{prefix}-calm"
    await apply_topics(prefix)
    await apply_topics(calm)
    await run(kafka, prefix, tmp_path / "killed.log", kills=KILLS)
    report = await audit(kafka.bootstrap, prefix, window=WINDOW)
    assert report.payloads == PAYLOADS
    assert report.lost == []
    assert report.repeated == []
    assert report.placed == PAYLOADS
    assert report.rejected == 0
    assert report.differing == 0

    await run(kafka, calm, tmp_path / "calm.log", kills=0)
    undisturbed = await audit(kafka.bootstrap, calm, window=WINDOW)
    assert undisturbed.membership == report.membership
    assert len(report.membership) == PAYLOADS // 5
