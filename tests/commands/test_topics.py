"""The broker is brought to the catalogue, and nothing that is somebody else's is touched."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from topics.catalog import CATALOG, WIRE_PAYLOADS, WIRE_REJECTS
from worker.settings import Settings
from worker.stream.catalogue import describe


def make(bootstrap, name, partitions, config):
    async def work():
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=config)])
        finally:
            await admin.close()

    asyncio.run(work())


def alter(bootstrap, name, config):
    async def work():
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, config)])
        finally:
            await admin.close()

    asyncio.run(work())


def present(kafka, prefix):
    return asyncio.run(describe(Settings(bootstrap=kafka.bootstrap, prefix=prefix)))


def test_a_new_broker_gets_every_topic_and_a_second_time_nothing_changes(wiretrace, kafka, prefix):
    apply = ("topics", "apply", "--bootstrap", kafka.bootstrap, "--prefix", prefix)
    said = wiretrace(*apply)
    assert (said.code, said.err) == (0, "")
    assert [line.split()[:2] for line in said.out.splitlines()] == [
        ["created", f"{prefix}-{topic.name}"] for topic in CATALOG
    ]
    found = present(kafka, prefix)
    for topic in CATALOG:
        there = found[f"{prefix}-{topic.name}"]
        assert there.partitions == topic.partitions
        assert topic.config().items() <= dict(there.config).items()
    again = wiretrace(*apply)
    assert (again.code, again.out, again.err) == (0, "nothing to change\n", "")


def test_a_setting_that_differs_is_set_and_those_of_others_stay(wiretrace, kafka, prefix):
    target = ("--bootstrap", kafka.bootstrap, "--prefix", prefix)
    wiretrace("topics", "apply", *target)
    name = f"{prefix}-{WIRE_REJECTS.name}"
    mine = {**WIRE_REJECTS.config(), "retention.ms": "1000", "segment.ms": "60000"}
    alter(kafka.bootstrap, name, mine)
    listed = wiretrace("topics", "list", *target)
    difference = f"retention.ms 1000 → {WIRE_REJECTS.retention_ms}"
    assert next(line for line in listed.out.splitlines() if difference in line).startswith(name)
    said = wiretrace("topics", "apply", *target)
    assert said.out == f"changed {name}: {difference}\n"
    there = present(kafka, prefix)[name]
    assert there.own["segment.ms"] == "60000"
    assert there.config["retention.ms"] == str(WIRE_REJECTS.retention_ms)


def test_partitions_grow_only_when_asked_and_are_never_taken_away(wiretrace, kafka, prefix):
    small, large = f"{prefix}-{WIRE_PAYLOADS.name}", f"{prefix}-{WIRE_REJECTS.name}"
    make(kafka.bootstrap, small, 1, WIRE_PAYLOADS.config())
    make(kafka.bootstrap, large, 9, WIRE_REJECTS.config())
    apply = ("topics", "apply", "--bootstrap", kafka.bootstrap, "--prefix", prefix)
    said = wiretrace(*apply)
    assert said.code == 0
    assert said.err.splitlines() == [
        f"wiretrace: {small} has 1 partition, the catalogue says 6 (--grow adds them)",
        f"wiretrace: {large} has 9 partitions, the catalogue says 3 (partitions are never removed)",
    ]
    assert f"grew {small} from 1 to 6 partitions" in wiretrace(*apply, "--grow").out
    found = present(kafka, prefix)
    assert (found[small].partitions, found[large].partitions) == (6, 9)


def test_a_list_tells_what_is_missing(wiretrace, kafka, prefix):
    said = wiretrace("topics", "list", "--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert said.code == 0
    assert said.out.count(" missing ") == len(CATALOG)


def test_what_the_broker_refuses_is_one_line(wiretrace, kafka, prefix):
    said = wiretrace(
        "topics", "apply", "--bootstrap", kafka.bootstrap, "--prefix", prefix, "--replication", 3
    )
    assert said.code == 2
    assert "replication factor" in said.complaint()
