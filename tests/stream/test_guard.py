"""The guard on a real broker: a topic that is taken from the worker ends it, by the name of the event."""

import asyncio
import time

import pytest

from tests.faults.kafka import delete
from topics.catalog import topic_name
from worker.settings import Settings
from worker.stream import guard as module
from worker.stream.guard import TopicGuard
from worker.stream.kafka import client_args
from worker.stream.topic_id import topic_id, topic_ids


class Halted(Exception):
    """Stands for the end of the process, which the test has to outlive."""


@pytest.fixture
def settings(kafka, prefix, monkeypatch):
    def halt(why, **facts):
        raise Halted(why, facts["topic"])

    monkeypatch.setattr(module, "halt", halt)
    return Settings(bootstrap=kafka.bootstrap, prefix=prefix)


async def guarding(settings, apply_topics):
    await apply_topics(settings.prefix)
    guard = TopicGuard(settings)
    await guard.on_start()
    return guard


async def deleted(topic, settings):
    """Delete a topic, and wait until the broker no longer tells of it."""
    await delete(settings.bootstrap, topic)
    for _ in range(100):
        if not await topic_ids([topic], client_args(settings)):
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{topic} is still there")


async def looking(guard, times):
    for _ in range(times):
        await guard.payloads_id()
        await asyncio.sleep(0.1)


async def test_split_is_told_the_id_of_the_payloads_that_the_broker_has(settings, apply_topics):
    guard = await guarding(settings, apply_topics)
    topic = topic_name("wire-payloads", settings.prefix)
    assert await guard.payloads_id() == await topic_id(topic, client_args(settings))


@pytest.mark.parametrize(
    ("name", "event"), [("wire-payloads", "payloads.replaced"), ("wire-stories", "topic.replaced")]
)
async def test_a_topic_that_was_made_anew_ends_the_worker_at_the_next_look(
    settings, apply_topics, name, event
):
    guard = await guarding(settings, apply_topics)
    topic = topic_name(name, settings.prefix)
    await deleted(topic, settings)
    await apply_topics(settings.prefix)
    with pytest.raises(Halted) as halted:
        await looking(guard, 20)  # the broker may take a moment to tell of the new topic
    assert halted.value.args == (event, topic)


async def test_a_topic_that_is_gone_ends_the_worker_after_a_while_and_not_before(
    settings, apply_topics, monkeypatch
):
    guard = await guarding(settings, apply_topics)
    topic = topic_name("wire-payloads", settings.prefix)
    await deleted(topic, settings)
    monkeypatch.setattr(module, "EVERY", 0.1)
    monkeypatch.setattr(module, "MISSING_SECONDS", 1.0)
    started = time.monotonic()
    with pytest.raises(Halted) as halted:
        await guard.payloads_id()
    assert halted.value.args == ("payloads.gone", topic)
    assert time.monotonic() - started >= 1.0
