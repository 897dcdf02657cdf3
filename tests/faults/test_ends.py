"""How a worker ends, and that nothing is lost by it: exit codes, refused records, a feed of rejects."""

import asyncio

import pytest

from tests.faults.audit import audit, read
from tests.faults.feed import Numbered, feed
from tests.faults.kafka import Kafka, configure, delete
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.settings import Settings

pytestmark = pytest.mark.broker


async def ended(worker, within=120.0):
    """Wait until a worker ends by itself; return its exit code."""
    return await asyncio.to_thread(worker.process.wait, within)


async def placed(bootstrap, prefix, count, within=120.0):
    """Wait until so many placements are committed."""
    topic = topic_name("canonical-variants", prefix)
    for _ in range(int(within / 0.5)):
        if len(await read(bootstrap, topic)) >= count:
            return
        await asyncio.sleep(0.5)
    pytest.fail(f"fewer than {count} placed after {within:.0f} s")


async def test_a_story_that_the_broker_refuses_ends_the_worker_and_is_split_again_when_it_is_back(
    kafka, prefix, apply_topics, tmp_path
):
    await apply_topics(prefix)
    await configure(kafka.bootstrap, prefix, "wire-stories", {"max.message.bytes": "500"})
    log = tmp_path / "worker.log"
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=log)
    worker.start()
    await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), list(feed(20)), rate=None)
    assert await ended(worker) == 1
    assert "publish.failed" in log.read_text()

    await configure(kafka.bootstrap, prefix, "wire-stories", {})
    worker.start()
    await placed(kafka.bootstrap, prefix, 20)
    assert worker.stop() == 0
    report = await audit(kafka.bootstrap, prefix, window=Settings().window_ms, sent=range(20))
    assert (report.lost, report.repeated, report.differing, report.uncommitted) == ([], [], 0, 0)


async def test_a_feed_of_nothing_but_rejects_stops_the_worker_loudly(kafka, prefix, apply_topics, tmp_path):
    await apply_topics(prefix)
    log = tmp_path / "worker.log"
    bad = [
        Numbered(number=n, story=n, key=None, body=b"\xff\xd8\xff\xe0 picture %d" % n, headers=[])
        for n in range(500)
    ]
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=log)
    worker.start()
    await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), bad, rate=None)
    assert await ended(worker) == 1
    assert "rejects.limit" in log.read_text()
    assert 200 <= len(await read(kafka.bootstrap, topic_name("wire-rejects", prefix))) < 300


async def test_a_missing_topic_and_too_few_partitions_are_told_at_start(
    kafka, prefix, apply_topics, tmp_path
):
    log = tmp_path / "worker.log"
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=log)
    worker.start()
    assert await ended(worker) == 2
    assert "topics apply" in log.read_text()
    await apply_topics(prefix)
    rejects = topic_name("wire-rejects", prefix)
    await delete(kafka.bootstrap, rejects)
    worker.start()
    assert await ended(worker) == 2
    assert rejects in log.read_text()


SESSION = 6  # seconds
REFUSALS = {
    "wire-rejects": None,
    "canonical-variants": None,
    "wire-stories": "place.log_replaced",
    "wire-placements": "place.decisions_missing",
}


async def without(name, kafka, prefix, apply_topics, log):
    """Delete a topic under a worker, watch it end and stay away, make the topic again, see if it goes on."""
    await apply_topics(prefix)
    payloads = list(feed(60))
    session = {"WIRETRACE_SESSION_TIMEOUT": f"{SESSION}s"}
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=log, **session)
    worker.start()
    await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), payloads[:20], rate=None)
    await placed(kafka.bootstrap, prefix, 20)
    gone = topic_name(name, prefix)
    await delete(kafka.bootstrap, gone)
    await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), payloads[20:40], rate=None)
    assert await ended(worker) == 1
    assert "topic.gone" in log.read_text()
    assert gone in log.read_text()
    worker.start()
    assert await ended(worker) == 2

    await apply_topics(prefix)
    await asyncio.sleep(SESSION + 2)  # or the group hands out what it had when the topic was gone: nothing
    worker.start()
    if (refusal := REFUSALS[name]) is not None:
        assert await ended(worker) == 1
        assert refusal in log.read_text()
        return
    await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), payloads[40:], rate=None)
    await placed(kafka.bootstrap, prefix, 40 if name == "canonical-variants" else 60)
    assert await asyncio.to_thread(worker.stop) == 0
    if name == "wire-rejects":
        report = await audit(kafka.bootstrap, prefix, window=Settings().window_ms, sent=range(60))
        assert (report.lost, report.repeated, report.differing, report.uncommitted) == ([], [], 0, 0)


@pytest.mark.slow
async def test_a_topic_that_vanishes_ends_the_worker_and_it_goes_on_only_where_that_is_safe(
    kafka, prefix, apply_topics, tmp_path
):
    async with asyncio.TaskGroup() as group:
        for name in REFUSALS:
            log = tmp_path / f"{name}.log"
            group.create_task(without(name, kafka, f"{prefix}-{name}", apply_topics, log))


async def test_a_worker_stops_in_time_while_the_broker_is_gone(prefix, tmp_path):
    kafka = await asyncio.to_thread(Kafka, tmp_path / "broker")
    try:
        await kafka.topics(prefix)
        worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=tmp_path / "worker.log")
        worker.start()
        await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), list(feed(5)), rate=None)
        await placed(kafka.bootstrap, prefix, 5)
        kafka.down()
        started = asyncio.get_running_loop().time()
        assert await asyncio.to_thread(worker.stop, 30.0) in (0, 1)
        assert asyncio.get_running_loop().time() - started < 20
    finally:
        kafka.stop()
