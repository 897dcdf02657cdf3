from aiokafka.structs import TopicPartition

from worker.stream.lag import waiting

A, B = TopicPartition("wire-payloads", 0), TopicPartition("wire-payloads", 1)


def test_a_deep_backlog_counts_to_the_end_that_the_broker_tells():
    assert waiting({A: 100, B: 40}, {A: 0, B: 0}, {A: 5_100, B: 40}) == 5_000


def test_before_the_first_commit_all_that_the_broker_keeps_waits():
    assert waiting({A: None}, {A: 30}, {A: 50}) == 20


def test_what_retention_has_cut_does_not_wait():
    assert waiting({A: 10}, {A: 40}, {A: 50}) == 10


def test_a_topic_made_anew_shorter_than_the_offset_is_no_negative_lag():
    assert waiting({A: 100}, {A: 0}, {A: 3}) == 0
