"""Read every topic back and account for every payload."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from topics.catalog import CATALOG, topic_name
from worker.stream.placing import Placing
from worker.stream.rejects import origin_of

PUBLISHED = ("canonical-variants", "canonical-stories", "wire-placements")


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of the payloads. All lists are empty and all counts 0 when nothing went wrong."""

    payloads: int
    placed: int
    rejected: int
    lost: list[tuple[int, int]] = field(default_factory=list)
    repeated: list[tuple[int, int, int]] = field(default_factory=list)
    differing: int = 0
    membership: frozenset[frozenset[str]] = frozenset()


async def read(bootstrap: str, topic: str, *, committed: bool = True) -> list[Any]:
    """Every record of a topic to its present end, partition by partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        isolation_level="read_committed" if committed else "read_uncommitted",
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic) or ())]
        if not partitions:
            await consumer._client.force_metadata_update()
            await consumer._client.fetch_all_metadata()
            partitions = [TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: dict[TopicPartition, list[Any]] = {partition: [] for partition in partitions}
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                found[partition] += records
        return [record for partition in partitions for record in found[partition]]
    finally:
        await consumer.stop()


def refold(stories: list[Any], *, prefix: str, window: int | None, topic_id: str) -> dict[tuple[str, Any], list[bytes]]:
    """Fold recorded stories anew; values by topic and key, in order."""
    placing = Placing(window=window, prefix=prefix, limit=4 * 1024 * 1024)
    told: dict[tuple[str, Any], list[bytes]] = defaultdict(list)
    for record in stories:
        for out in placing.handle(origin_of(record, topic_id)).records:
            told[out.topic, out.key].append(out.value)
    return told


async def audit(bootstrap: str, prefix: str, *, window: int | None) -> Report:
    """Account for every payload of ``prefix``'s topics."""
    topics = {each.name: topic_name(each.name, prefix) for each in CATALOG}
    payloads = await read(bootstrap, topics["wire-payloads"])
    variants = await read(bootstrap, topics["canonical-variants"])
    rejects = await read(bootstrap, topics["wire-rejects"])
    stories = await read(bootstrap, topics["wire-stories"])

    placed: Counter[tuple[int, int, int]] = Counter()
    into: dict[str, str] = {}
    members: dict[str, str] = {}
    for record in variants:
        message = orjson.loads(record.value)
        if message["schema"] == "merge.v1":
            into[message["canonical_id"]] = message["into"]
            continue
        at = message["coordinates"]
        placed[at["partition"], at["offset"], at["part"]] += 1
        if message["canonical_id"] is not None:
            members[message["story_id"]] = message["canonical_id"]
    refused = {
        (int(headers["x-original-partition"]), int(headers["x-original-offset"]))
        for headers in ({k: v.decode() for k, v in record.headers} for record in rejects)
        if headers["x-original-topic"] == topics["wire-payloads"]
    }
    accounted = {(partition, offset) for partition, offset, _ in placed} | refused

    told = refold(stories, prefix=prefix, window=window, topic_id="audit")
    published: dict[tuple[str, Any], list[bytes]] = defaultdict(list)
    for name in PUBLISHED:
        for record in variants if name == "canonical-variants" else await read(bootstrap, topics[name]):
            published[record.topic, record.key].append(record.value)
    kept = {topics[name] for name in PUBLISHED}
    told = {key: values for key, values in told.items() if key[0] in kept}
    differing = sum(told.get(key) != published.get(key) for key in told.keys() | published.keys())

    groups: dict[str, set[str]] = defaultdict(set)
    for story, canonical in members.items():
        while canonical in into:
            canonical = into[canonical]
        groups[canonical].add(story)
    return Report(
        payloads=len(payloads),
        placed=len(placed),
        rejected=len(refused),
        lost=sorted({(r.partition, r.offset) for r in payloads} - accounted),
        repeated=sorted(at for at, times in placed.items() if times > 1),
        differing=differing,
        membership=frozenset(frozenset(group) for group in groups.values()),
    )
