"""The consumer on a real broker: what a late joiner is told, with transactions running beside it."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS, topic_name
from topics.codec import Fault, encode
from topics.consumer import CanonicalConsumer, CaughtUp, Event, MissingTopic, Snapshot, Undecodable
from topics.messages import CanonicalV1, Coordinates, MergeV1, StoryV1, Variant, VariantV1

WAIT = 20.0


@pytest.fixture
async def topics(kafka, prefix):
    names = topic_name(CANONICAL_VARIANTS.name, prefix), topic_name(CANONICAL_STORIES.name, prefix)
    compact = {"cleanup.policy": "compact"}
    wanted = [
        NewTopic(name=names[0], num_partitions=3, replication_factor=1),
        NewTopic(name=names[1], num_partitions=3, replication_factor=1, topic_configs=compact),
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.create_topics(wanted)
    await admin.close()
    return names


class Place:
    """Writes as place does: variant and snapshot in one transaction."""

    def __init__(self, producer, names):
        self.producer = producer
        self.variants, self.stories = names

    async def placed(self, canonical_id, sequence, *, commit=True):
        story = StoryV1(
            id=f"{canonical_id}-{sequence}",
            coordinates=Coordinates(topic="t", partition=0, offset=sequence),
            source_format="text",
        )
        placed = VariantV1(
            status="placed",
            canonical_id=canonical_id,
            sequence=sequence,
            story_id=story.id,
            variant=Variant(relation="verbatim", coverage=1.0, novelty=0.0, sequence=sequence),
            story=story,
            coordinates=story.coordinates,
        )
        snapshot = CanonicalV1(canonical_id=canonical_id, sequence=sequence)
        key = canonical_id.encode()
        records = [(self.variants, key, encode(placed)), (self.stories, key, encode(snapshot))]
        await self.write(records, commit=commit)

    async def merged(self, younger, older):
        merge = MergeV1(canonical_id=younger, into=older, story_id="bridge")
        alias = CanonicalV1(status="alias", canonical_id=younger, into=older, sequence=1)
        await self.write(
            [
                (self.variants, older.encode(), encode(merge)),
                (self.stories, younger.encode(), encode(alias)),
            ]
        )

    async def write(self, records, *, commit=True):
        await self.producer.begin_transaction()
        sent = [await self.producer.send(topic, key=key, value=value) for topic, key, value in records]
        await asyncio.gather(*sent)
        await (self.producer.commit_transaction() if commit else self.producer.abort_transaction())


@asynccontextmanager
async def placing(kafka, prefix, names):
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap, transactional_id=f"{prefix}-place-0", acks="all"
    )
    async with producer:
        yield Place(producer, names)


async def take(feed, until):
    """Collect items up to the one that ``until`` accepts; fail when it does not come."""
    found = []
    async with asyncio.timeout(WAIT):
        async for item in feed:
            found.append(item)
            if until(item):
                return found
    raise AssertionError("the feed ended")


def caught_up(item):
    return isinstance(item, CaughtUp)


def placed(story_id):
    return lambda item: isinstance(item, Event) and item.message.story_id == story_id


def told(items):
    """Write items down shortly: snapshots as ``=c7``, variants as ``+c7``, merges as ``c>d``."""
    words = []
    for item in items:
        match item:
            case Snapshot(message=story):
                words.append(f"={story.canonical_id}{story.sequence}")
            case Event(message=MergeV1(canonical_id=younger, into=older)):
                words.append(f"{younger}>{older}")
            case Event(message=VariantV1(canonical_id=canonical_id, sequence=sequence)):
                words.append(f"+{canonical_id}{sequence}")
            case Undecodable(reason=reason):
                words.append(f"?{reason.value}")
            case CaughtUp(stories=stories):
                words.append(f"|{stories}")
    return words


async def test_a_late_joiner_is_told_the_present_then_what_happens(kafka, prefix, topics):
    async with placing(kafka, prefix, topics) as place:
        await place.placed("a", 1)
        await place.placed("a", 2)
        await place.placed("a", 3, commit=False)
        await place.placed("b", 1)
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix) as feed:
            items = await take(feed, caught_up)
            assert sorted(told(items[:-1])) == ["=a2", "=b1"]
            assert items[-1] == CaughtUp(stories=2)
            assert items[0].schema == "canonical.v1"
            assert (items[0].topic, items[0].partition >= 0, items[0].offset >= 0) == (topics[1], True, True)
            items = []
            following = aiter(feed)
            await take(following, caught_up)
            await place.placed("a", 3)
            assert told(await take(following, placed("a-3"))) == ["+a3"]


STORIES, LAST = "abcdefg", 40


async def write_all(place):
    for sequence in range(1, LAST + 1):
        for each in STORIES:
            if sequence % 9 == 0:
                await place.placed(each, sequence, commit=False)
            await place.placed(each, sequence)


async def join(kafka, prefix, delay):
    """Join after ``delay`` seconds; give each story's snapshot and the sequences told after it."""
    await asyncio.sleep(delay)
    present, heard = {}, {name: [] for name in STORIES}
    async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix) as feed:
        following = aiter(feed)
        for item in (await take(following, caught_up))[:-1]:
            present[item.message.canonical_id] = item.message.sequence
        while any([present.get(name, 0), *heard[name]][-1] < LAST for name in STORIES):
            item = (await take(following, lambda _: True))[0]
            heard[item.message.canonical_id].append(item.message.sequence)
    return present, heard


async def test_nobody_who_joins_in_the_middle_misses_or_repeats_a_variant(kafka, prefix, topics):
    async with placing(kafka, prefix, topics) as place:
        joined = [asyncio.create_task(join(kafka, prefix, 0.15 * turn)) for turn in range(8)]
        await write_all(place)
        for present, heard in await asyncio.gather(*joined):
            for name in STORIES:
                assert heard[name] == list(range(present.get(name, 0) + 1, LAST + 1))


async def test_one_story_is_followed_through_a_merge(kafka, prefix, topics):
    async with placing(kafka, prefix, topics) as place:
        for each in ("old", "new", "other"):
            await place.placed(each, 1)
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix, canonical_id="new") as feed:
            following = aiter(feed)
            assert told(await take(following, caught_up)) == ["=new1", "|1"]
            await place.placed("other", 2)
            await place.merged("new", "old")
            await place.placed("old", 2)
            heard = told(await take(following, placed("old-2")))
            assert [word for word in heard if "old2" in word or ">" in word][-1] == "+old2"
            assert "+other2" not in heard
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix, canonical_id="new") as feed:
            assert sorted(told(await take(feed, caught_up))) == ["=new1", "=old2", "|2"]


async def test_a_record_of_a_later_version_is_told_as_undecodable(kafka, prefix, topics):
    async with placing(kafka, prefix, topics) as place:
        await place.write([(topics[1], b"x", b'{"schema":"canonical.v9"}'), (topics[0], b"x", b"garbage")])
        await place.placed("a", 1)
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix) as feed:
            following = aiter(feed)
            present = await take(following, caught_up)
            assert sorted(told(present)) == ["=a1", "?unknown_schema", "|1"]
            assert next(each.schema for each in present if isinstance(each, Undecodable)) == "canonical.v9"
            tick = b'{"schema":"tick.v1","at":"2026-11-22T21:05:00.000Z"}'
            await place.write([(topics[0], b"a", tick)])
            await place.placed("a", 2)
            heard = await take(following, placed("a-2"))
            assert told(heard) == [f"?{Fault.UNEXPECTED_SCHEMA}", "+a2"]
            assert heard[0].value == tick


async def test_history_tells_every_variant_that_the_log_holds(kafka, prefix, topics):
    async with placing(kafka, prefix, topics) as place:
        for sequence in (1, 2, 3):
            await place.placed("a", sequence)
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix, history=True) as feed:
            following = aiter(feed)
            assert told(await take(following, caught_up)) == ["+a1", "+a2", "+a3", "|0"]
            await place.placed("a", 4)
            assert told(await take(following, placed("a-4"))) == ["+a4"]


async def test_a_durable_consumer_goes_on_where_it_had_committed(kafka, prefix, topics):
    async with placing(kafka, prefix, topics) as place:
        for sequence in (1, 2, 3):
            await place.placed("a", sequence)
        group = f"{prefix}-desk"
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix, group_id=group) as feed:
            assert told(await take(feed, placed("a-2"))) == ["+a1", "+a2"]
            await feed.commit()
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix, group_id=group) as feed:
            assert told(await take(feed, placed("a-3"))) == ["+a3"]
        async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix, group_id=group) as feed:
            assert told(await take(feed, placed("a-3"))) == ["+a3"]


async def test_a_broker_without_the_topics_says_so(kafka, prefix):
    async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix) as feed:
        with pytest.raises(MissingTopic, match="topics apply"):
            await take(feed, caught_up)


async def test_only_a_group_has_a_position(kafka, prefix):
    async with CanonicalConsumer(bootstrap=kafka.bootstrap, prefix=prefix) as feed:
        with pytest.raises(ValueError, match="group_id"):
            await feed.commit()
