"""A tail goes on from kept positions: nothing twice, nothing missed; expiry and dead letters are told."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS, WIRE_REJECTS, topic_name
from topics.codec import encode
from topics.consumer import MissingTopic
from topics.headers import RejectHeaders, write_headers
from topics.items import Expired, Refused, Snapshot, Undecodable
from topics.messages import CanonicalV1, MergeV1
from topics.tail import TopicTail

WHY = RejectHeaders(
    reject_id="ab" * 16,
    error_class="no_copy",
    error_message="nothing to read",
    error_stage="split",
    topic="wire-payloads",
    partition=0,
    offset=7,
    dlt_topic="wire-payloads",
    worker_version="0",
)


async def read_to_the_end(kafka, prefix, positions):
    """Everything up to the first batch that is live, and the positions after it."""
    items = []
    async with TopicTail(bootstrap=kafka.bootstrap, prefix=prefix, positions=positions) as tail:
        async for batch in tail:
            items += batch.items
            positions = {**positions, **batch.positions}
            if batch.live:
                return items, positions
    raise AssertionError


async def publish(kafka, prefix, records):
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for topic, key, value, headers in records:
            await producer.send_and_wait(topic_name(topic.name, prefix), value, key=key, headers=headers)


async def test_a_tail_goes_on_where_its_reader_stopped(kafka, prefix, apply_topics):
    await apply_topics(prefix)
    merges = [MergeV1(canonical_id=f"y{n}", into=f"o{n}", story_id="b") for n in range(40)]
    snapshot = CanonicalV1(canonical_id="c", sequence=1)
    await publish(
        kafka,
        prefix,
        [
            *((CANONICAL_VARIANTS, each.into.encode(), encode(each), []) for each in merges[:30]),
            (CANONICAL_STORIES, b"c", encode(snapshot), []),
            (CANONICAL_STORIES, b"c", None, []),
            (WIRE_REJECTS, None, b"\xff\x00", write_headers(WHY)),
            (WIRE_REJECTS, None, b"x", []),
        ],
    )
    items, positions = await read_to_the_end(kafka, prefix, {})
    told = [each.message for each in items if hasattr(each, "message")]
    assert sorted(each.into for each in told if isinstance(each, MergeV1)) == sorted(
        m.into for m in merges[:30]
    )
    standing = [each for each in items if isinstance(each, Snapshot | Expired)]
    assert [type(each) for each in standing] == [Snapshot, Expired]
    assert standing[1].canonical_id == "c"
    (refused,) = [each for each in items if isinstance(each, Refused)]
    assert (refused.why, refused.value) == (WHY, b"\xff\x00")
    assert len([each for each in items if isinstance(each, Undecodable)]) == 1

    await publish(kafka, prefix, [(CANONICAL_VARIANTS, m.into.encode(), encode(m), []) for m in merges[30:]])
    items, positions = await read_to_the_end(kafka, prefix, positions)
    assert sorted(each.message.into for each in items) == sorted(m.into for m in merges[30:])
    assert (await read_to_the_end(kafka, prefix, positions))[0] == []


async def test_a_position_that_the_broker_does_not_have_begins_anew(kafka, prefix, apply_topics):
    await apply_topics(prefix)
    merge = MergeV1(canonical_id="y", into="o", story_id="b")
    await publish(kafka, prefix, [(CANONICAL_VARIANTS, b"o", encode(merge), [])])
    far = {(CANONICAL_VARIANTS.name, number): 10_000 for number in range(6)}
    items, _ = await read_to_the_end(kafka, prefix, far)
    assert [each.message for each in items] == [merge]


async def test_topics_that_are_missing_are_named(kafka, prefix):
    with pytest.raises(MissingTopic, match=prefix):
        async with TopicTail(bootstrap=kafka.bootstrap, prefix=prefix, positions={}):
            pass


async def test_a_tail_that_is_cancelled_ends(kafka, prefix, apply_topics):
    await apply_topics(prefix)
    task = asyncio.create_task(forever(kafka, prefix))
    await asyncio.sleep(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def forever(kafka, prefix):
    async with TopicTail(bootstrap=kafka.bootstrap, prefix=prefix, positions={}) as tail:
        async for _ in tail:
            pass
