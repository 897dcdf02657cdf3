"""Replay puts files on wire-payloads as a feed would, and ends when the broker has them all."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from itertools import pairwise
from subprocess import PIPE

import orjson
import pytest
from aiokafka import AIOKafkaConsumer

from topics.catalog import WIRE_PAYLOADS
from topics.headers import PayloadHeaders, read_headers
from worker.commands.payloads import read_payloads
from worker.commands.publishing import Pace, _schedule
from worker.story import Coordinates
from worker.stream.incoming import read_payload


@pytest.fixture
def target(wiretrace, kafka, prefix):
    """Flags for a broker that has the topics."""
    flags = ("--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert wiretrace("topics", "apply", *flags).code == 0
    return flags


def records(target, count):
    """Read the first ``count`` records of wire-payloads, in the order of their timestamps."""

    async def work():
        consumer = AIOKafkaConsumer(
            f"{target[3]}-{WIRE_PAYLOADS.name}",
            bootstrap_servers=target[1],
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=8 << 20,
        )
        async with consumer, asyncio.timeout(30):
            found = [await consumer.getone() for _ in range(count)]
            assert not await consumer.getmany(timeout_ms=300)
        return sorted(found, key=lambda record: (record.timestamp, record.offset))

    return asyncio.run(work())


def test_files_arrive_byte_for_byte_with_what_is_known_of_them(wiretrace, target, tmp_path):
    (tmp_path / "1.txt").write_bytes(b"\x00\xff ferry\r\n")
    (tmp_path / "2.html").write_bytes("<p>Fähre</p>".encode())
    manifest = tmp_path / "manifest.jsonl"
    facts = {
        "file": "2.html",
        "outlet": "Küsten-Bote",
        "url": "https://bote.example/1",
        "published": "2026-03-18T18:02:10Z",
        "feed": "crawl",
        "content_type": "text/html; charset=utf-8",
    }
    manifest.write_bytes(orjson.dumps(facts))
    said = wiretrace("replay", tmp_path, "--manifest", manifest, *target)
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(
        rf"published 2 payloads \(0\.0 kB\) to {target[3]}-wire-payloads"
        r" in \d+\.\d s, \d+/s, all acknowledged\n",
        said.out,
    )
    found = {record.key: record for record in records(target, 2)}
    bare, told = found[b"unknown/1.txt"], found["Küsten-Bote/2.html".encode()]
    assert bare.value == b"\x00\xff ferry\r\n"
    assert told.value == "<p>Fähre</p>".encode()
    assert {name for name, _ in bare.headers} == {
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"
    }  # fmt: skip
    headers = read_headers(PayloadHeaders, told.headers)
    assert headers.type == "dev.wiretrace.payload.delivered.v1"
    assert (headers.outlet, headers.feed, headers.url) == ("Küsten-Bote", "crawl", facts["url"])
    assert (headers.content_type, headers.published) == (facts["content_type"], facts["published"])


def test_the_worker_reads_from_kafka_what_trace_reads_from_files(wiretrace, target, tmp_path):
    (tmp_path / "1.txt").write_bytes(b"ferry")
    (tmp_path / "2.jsonl").write_bytes(b'{"id":"x","outlet":"Harbour Gazette","text":"late"}\n')
    wiretrace("replay", tmp_path, *target, "--rate", "20")
    at = Coordinates(topic="t", partition=0, offset=0)
    read = [
        read_payload(value=each.value, headers=each.headers, coordinates=at, appended=0)
        for each in records(target, 2)
    ]
    for delivery, payload in zip(read_payloads([tmp_path]), read, strict=True):
        for name in ("body", "content_type", "id", "outlet", "feed", "url", "published"):
            assert getattr(payload, name) == getattr(delivery.payload, name)


def test_a_loop_sends_the_same_deliveries_again_at_the_asked_rate(wiretrace, target, tmp_path):
    lines = [orjson.dumps({"id": f"n{number}", "text": "x"}) for number in range(3)]
    (tmp_path / "news.jsonl").write_bytes(b"\n".join(lines))
    wiretrace("replay", tmp_path / "news.jsonl", "--loop", 2, "--rate", "20/s", *target)
    found = records(target, 6)
    assert [record.value for record in found] == lines * 2
    ids = [dict(record.headers)["ce_id"] for record in found]
    assert ids[:3] == ids[3:]
    assert len(set(ids)) == 3
    gaps = [after.timestamp - before.timestamp for before, after in pairwise(found)]
    assert sum(gaps) >= 230  # five gaps of 50 ms; a busy machine may be slower, never faster


def test_ctrl_c_ends_a_loop_for_ever_with_what_was_published(target, tmp_path):
    (tmp_path / "1.txt").write_bytes(b"the ferry stopped")
    replay = [sys.executable, "-m", "worker", "replay", tmp_path, "--loop", "0", "--rate", "50/s", *target]
    with subprocess.Popen(replay, stdout=PIPE, stderr=PIPE, text=True) as run:
        assert run.stderr is not None
        assert run.stderr.readline().startswith("published ")  # the progress after five seconds
        run.send_signal(signal.SIGINT)
        said, complaint = run.communicate(timeout=60)
    assert run.returncode == 130
    assert complaint == ""
    told = re.fullmatch(r"published (\d+) payloads .*, all acknowledged, stopped before the end\n", said)
    assert told is not None
    assert len(records(target, int(told[1]))) == int(told[1])


def test_publication_times_set_the_pace_and_the_order(tmp_path):
    times = {"a": "2026-03-18T10:00:00Z", "b": "2026-03-18T09:00:00Z", "c": None, "d": "2026-03-18T12:00:00Z"}
    lines = [orjson.dumps({"id": name, "published": at, "text": "x"}) for name, at in times.items()]
    (tmp_path / "news.jsonl").write_bytes(b"\n".join(lines))
    schedule = _schedule(read_payloads([tmp_path]), Pace(speed=3600.0))
    assert [(each.name, due) for each, due in schedule] == [("b", 0.0), ("c", 0.0), ("a", 1.0), ("d", 3.0)]


def test_a_replay_as_published_tells_the_time_of_publication(wiretrace, target, tmp_path):
    (tmp_path / "news.jsonl").write_bytes(b'{"id":"a","published":"2026-03-18T10:00:00+01:00","text":"x"}')
    wiretrace("replay", tmp_path, "--as-published", *target)
    (record,) = records(target, 1)
    assert dict(record.headers)["ce_time"] == b"2026-03-18T09:00:00.000Z"


def test_a_payload_over_the_limit_of_payloads_is_sent_and_one_over_the_topics_is_reported(
    wiretrace, target, tmp_path
):
    (tmp_path / "1-large").write_bytes(os.urandom((4 << 20) + 1000))
    (tmp_path / "2-huge").write_bytes(os.urandom(5 << 20))
    (tmp_path / "3-small").write_bytes(b"ferry")
    said = wiretrace("replay", tmp_path, *target)
    assert said.code == 1
    assert "published 2 payloads" in said.out
    assert "1 too large for the topic" in said.out
    assert said.complaint() == f"wiretrace: not published: {tmp_path / '2-huge'} ({5 << 20} bytes)"
    assert sorted(len(record.value) for record in records(target, 2)) == [5, (4 << 20) + 1000]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["{tmp}/nowhere"], "nowhere: no such file or directory"),
        (["{tmp}"], "holds no payload file"),
        (["/dev/null"], "/dev/null: is no file and no directory"),
        ([__file__, "--manifest", __file__], "test_replay.py:1: is no JSON"),
        ([__file__, "--rate", "fast"], "--rate: 'fast' is no number above 0, such as 50/s"),
        ([__file__, "--speed", "0x"], "--speed: '0x'"),
        ([__file__, "--rate", "5", "--speed", "5"], "give one"),
    ],
)
def test_wrong_input_is_named_before_a_broker_is_asked(wiretrace, tmp_path, arguments, complaint):
    said = wiretrace(
        "replay", *[each.format(tmp=tmp_path) for each in arguments], "--bootstrap", "127.0.0.1:1"
    )
    assert said.code == 2
    assert complaint in said.complaint()


def test_a_broker_without_the_topic_is_told_how_to_get_it(wiretrace, kafka, prefix):
    said = wiretrace("replay", __file__, "--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert said.code == 2
    assert said.complaint().endswith(
        f"has no topic {prefix}-wire-payloads; make it with: wiretrace topics apply"
    )
