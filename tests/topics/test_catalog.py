import pytest

from topics import catalog
from topics.catalog import CATALOG, Cleanup, topic_name
from topics.messages import MESSAGES


def test_the_topics_are_those_of_the_design():
    assert [topic.name for topic in CATALOG] == [
        "wire-payloads",
        "wire-stories",
        "wire-placements",
        "canonical-variants",
        "canonical-stories",
        "wire-rejects",
    ]


def test_every_message_has_a_topic_and_every_topic_an_owner_and_a_purpose():
    assert {message for topic in CATALOG for message in topic.messages} == set(MESSAGES)
    assert all(topic.owner and topic.purpose and topic.key for topic in CATALOG)
    assert all(topic.messages or topic.raw for topic in CATALOG)


def test_no_name_mixes_dots_and_underscores():
    for topic in CATALOG:
        assert topic.name == topic.name.lower()
        assert not set(topic.name) & set("._")


def test_all_that_could_match_meets_in_one_partition():
    assert catalog.WIRE_STORIES.partitions == catalog.WIRE_PLACEMENTS.partitions == 1


def test_a_canonical_story_and_its_variants_share_key_and_partitions():
    assert catalog.CANONICAL_STORIES.partitions == catalog.CANONICAL_VARIANTS.partitions
    assert catalog.CANONICAL_STORIES.cleanup is Cleanup.COMPACT
    assert catalog.CANONICAL_VARIANTS.cleanup is Cleanup.DELETE


def test_a_payload_at_its_limit_fits_and_so_does_its_reject():
    assert catalog.WIRE_PAYLOADS.max_message_bytes > catalog.PAYLOAD_BYTES
    assert catalog.WIRE_REJECTS.max_message_bytes > catalog.WIRE_PAYLOADS.max_message_bytes
    assert catalog.CANONICAL_VARIANTS.max_message_bytes > catalog.WIRE_STORIES.max_message_bytes


def test_the_log_and_its_placements_cover_the_window():
    week = 7 * catalog.DAY_MS
    assert catalog.WIRE_STORIES.retention_ms == catalog.WIRE_PLACEMENTS.retention_ms > week


def test_the_configuration_is_spelt_as_kafka_spells_it():
    config = catalog.CANONICAL_STORIES.config()
    assert config["cleanup.policy"] == "compact"
    assert config["retention.ms"] == "-1"
    assert all(isinstance(value, str) for value in config.values())


def test_a_prefix_is_joined_with_a_dash():
    assert topic_name("wire-stories") == "wire-stories"
    assert topic_name("wire-stories", "staging") == "staging-wire-stories"
    assert topic_name("wire-stories", "desk.staging") == "desk.staging-wire-stories"


@pytest.mark.parametrize("prefix", ["a.b_c", "spaced out", "-", "é", "x" * 250])
def test_a_prefix_that_kafka_or_its_metrics_would_trip_over_is_refused(prefix):
    with pytest.raises(ValueError, match="topic name"):
        topic_name("wire-stories", prefix)


def test_what_drives_stream_time_carries_the_time_of_its_arrival():
    append = {topic.name for topic in CATALOG if topic.config()["message.timestamp.type"] == "LogAppendTime"}
    assert append == {"wire-payloads", "wire-stories"}
