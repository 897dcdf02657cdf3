"""An embargo on a real broker: nobody is told before its time, whatever happens to the worker."""

import asyncio
import time
from datetime import UTC, datetime

import orjson
import pytest

from tests.faults.audit import read
from tests.faults.feed import Numbered
from tests.faults.stage import free_port
from tests.faults.workers import WorkerProcess, publish
from tests.stream.test_bulletins import nitf
from tests.stream.test_life import check_refold, ready
from tests.stream.test_worker import arrive
from topics.catalog import topic_name

pytestmark = [pytest.mark.broker, pytest.mark.slow]

AHEAD = 15  # seconds


async def test_a_silent_feed_and_a_killed_worker_release_an_embargo_at_its_time(
    kafka, prefix, apply_topics, tmp_path
):
    await apply_topics(prefix)
    variants, port = topic_name("canonical-variants", prefix), free_port()
    worker = WorkerProcess(
        bootstrap=kafka.bootstrap,
        prefix=prefix,
        log=tmp_path / "log",
        WIRETRACE_TICK_INTERVAL="1s",
        WIRETRACE_HTTP_PORT=str(port),
    )
    worker.start()
    try:
        await ready(port)
        until = time.time() + AHEAD
        release = datetime.fromtimestamp(until, UTC).strftime("%Y%m%dT%H%M%SZ")
        held = nitf("elevator.1", f'management-status="embargoed"><date.release norm="{release}"/')
        feed = [Numbered(number=0, story=0, key=b"desk", body=held, headers=[])]
        await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), feed, rate=None)
        facts = await decided(kafka.bootstrap, topic_name("wire-placements", prefix))
        assert facts["status"] == "held"
        assert abs(facts["until"] / 1000 - until) < 1.5
        assert await read(kafka.bootstrap, variants) == []
        assert await read(kafka.bootstrap, topic_name("canonical-stories", prefix)) == []
        worker.kill()
        worker.start()
        (released,) = await arrive(kafka.bootstrap, variants, 1)
        assert released.timestamp >= facts["until"]
        told = orjson.loads(released.value)
        assert (told["status"], told["story"]["pub_status"]) == ("placed", "embargoed")
    finally:
        worker.kill()
    await check_refold(kafka.bootstrap, prefix)


async def decided(bootstrap, topic, within=120.0):
    """Wait until a story is decided, among the ticks; give the facts."""
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        for record in await read(bootstrap, topic):
            facts = orjson.loads(record.value)["facts"]
            if "status" in facts:
                return facts
        await asyncio.sleep(0.2)
    pytest.fail("no story was decided")
