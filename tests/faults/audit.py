"""Read every topic back and account for every payload."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from topics.catalog import CATALOG, WIRE_PAYLOADS, topic_name
from worker.settings import Settings
from worker.stream.placing import Placing
from worker.stream.rejects import origin_of

PUBLISHED = ("canonical-variants", "canonical-stories", "wire-placements")


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of the payloads. All lists are empty and all counts 0 when nothing went wrong."""

    payloads: int
    placed: int
    rejected: int
    lost: list[Any] = field(default_factory=list)  # payloads: partition and offset, or the feed's numbers
    repeated: list[tuple[str, int, int, int]] = field(default_factory=list)
    differing: int = 0
    again: int = 0  # records of wire-stories that came twice; place drops them
    uncommitted: int = 0  # payloads past the committed offsets of split
    astray: int = 0  # payloads that stand in another company than they should
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
            partitions = [
                TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic) or ())
            ]
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


def refold(
    stories: list[Any], *, prefix: str, window: int | None, topic_id: str
) -> dict[tuple[str, Any], list[bytes]]:
    """Fold recorded stories anew; values by topic and key, in order."""
    placing = Placing(window=window, prefix=prefix, limit=4 * 1024 * 1024)
    told: dict[tuple[str, Any], list[bytes]] = defaultdict(list)
    for record in stories:
        for out in placing.handle(origin_of(record, topic_id)).records:
            told[out.topic, out.key].append(out.value)
    return told


def number_of(record: Any, rejects: str) -> int | None:
    """Read which payload of the feed a record of canonical-variants or wire-rejects tells of."""
    if record.topic == rejects:
        payload_id = dict(record.headers).get("ce_id", b"").decode()
    else:
        payload_id = (orjson.loads(record.value).get("story") or {}).get("payload_id") or ""
    _, _, number = payload_id.partition("item-")
    return int(number) if number.isdigit() else None


def decision_of(record: Any) -> int:
    """Read which record of wire-stories one of wire-placements decides.

    Behind the last one there may be ticks, and stories that came again, when the workers stop.
    """
    offset: int = orjson.loads(record.value)["source"]["offset"]
    return offset


def _followed(canonical: str, into: dict[str, str]) -> str:
    """Follow merges to where a story stands now."""
    while canonical in into:
        canonical = into[canonical]
    return canonical


async def uncommitted(bootstrap: str, prefix: str) -> int:
    """Count the payloads past the committed offsets of split."""
    topic = topic_name("wire-payloads", prefix)
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=Settings(prefix=prefix).split_group,
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(WIRE_PAYLOADS.partitions)]
        ends = await consumer.end_offsets(partitions)
        return sum([ends[each] - (await consumer.committed(each) or 0) for each in partitions])
    finally:
        await consumer.stop()


async def audit(
    bootstrap: str,
    prefix: str,
    *,
    window: int | None,
    sent: Collection[int] | None = None,
    refolded: bool = True,
) -> Report:
    """Account for every payload of ``prefix``'s topics, and for the numbers that a feed ``sent``.

    Without ``refolded`` the recorded stories are not folded anew.
    """
    topics = {each.name: topic_name(each.name, prefix) for each in CATALOG}
    payloads = await read(bootstrap, topics["wire-payloads"])
    variants = await read(bootstrap, topics["canonical-variants"])
    rejects = await read(bootstrap, topics["wire-rejects"])
    stories = await read(bootstrap, topics["wire-stories"])

    placed: Counter[tuple[str, int, int, int]] = Counter()
    into: dict[str, str] = {}
    members: dict[str, str] = {}
    for record in variants:
        message = orjson.loads(record.value)
        if message["schema"] == "merge.v1":
            into[message["canonical_id"]] = message["into"]
            continue
        if message["schema"] in {"reach.v1", "lapse.v1"}:
            continue
        at = message["coordinates"]
        placed[at["topic"], at["partition"], at["offset"], at["part"]] += 1
        if message["canonical_id"] is not None:
            members[message["story_id"]] = message["canonical_id"]
    refused = {
        (int(headers["x-original-partition"]), int(headers["x-original-offset"]))
        for headers in ({k: v.decode() for k, v in record.headers} for record in rejects)
        if headers["x-original-topic"] == topics["wire-payloads"]
    }
    accounted = {(partition, offset) for _, partition, offset, _ in placed} | refused

    placements = await read(bootstrap, topics["wire-placements"])
    decided = [record for record in stories if placements and record.offset <= decision_of(placements[-1])]
    told = refold(decided if refolded else [], prefix=prefix, window=window, topic_id="audit")
    published: dict[tuple[str, Any], list[bytes]] = defaultdict(list)
    for record in (*variants, *placements, *await read(bootstrap, topics["canonical-stories"])):
        published[record.topic, record.key].append(record.value)
    kept = {topics[name] for name in PUBLISHED}
    told = {key: values for key, values in told.items() if key[0] in kept}
    keys = told.keys() | published.keys() if refolded else ()
    differing = sum(told.get(key) != published.get(key) for key in keys)

    groups: dict[str, set[str]] = defaultdict(set)
    for story, canonical in members.items():
        groups[_followed(canonical, into)].add(story)
    lost: list[Any] = sorted({(r.partition, r.offset) for r in payloads} - accounted)
    if sent is not None:
        told_of = {number_of(record, topics["wire-rejects"]) for record in (*variants, *rejects)}
        lost = sorted(set(sent) - told_of)
    coordinates = [
        tuple(each.values())
        for each in (orjson.loads(record.value).get("coordinates") for record in stories)
        if each is not None
    ]
    return Report(
        payloads=len(payloads) if sent is None else len(sent),
        placed=len(placed),
        rejected=len(refused),
        lost=lost,
        repeated=sorted(at for at, times in placed.items() if times > 1),
        again=len(coordinates) - len(set(coordinates)),
        uncommitted=await uncommitted(bootstrap, prefix),
        differing=differing,
        membership=frozenset(frozenset(group) for group in groups.values()),
    )
