"""The worker on a real broker: what it refuses, what it publishes, how it stops."""

import asyncio
import contextlib
import random
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import orjson
import pytest

from tests.faults.audit import read
from tests.faults.feed import Numbered
from tests.faults.stage import free_port
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.commands.payloads import read_payloads
from worker.commands.trace import trace_lines

pytestmark = pytest.mark.broker

ROOT = Path(__file__).resolve().parents[2]
EVENT = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"/tests"),
    ("ce_type", b"dev.wiretrace.payload.delivered.v1"),
]
COPY = b"The harbour board voted nine to two on Thursday to rebuild the north pier before the winter storms."
BAD = [
    ("empty_payload", b"", []),
    ("empty_payload", b" \n\t ", []),
    ("undecodable", bytes(range(128, 160)) * 8, []),
    ("unknown_format", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", []),
    ("no_copy", b'{"outlet": "Pier Post", "title": "Video"}', [("content-type", b"application/json")]),
    ("no_copy", b"<!doctype html><html><body><script>1</script></body></html>", []),
    ("malformed", b'{"outlet": "Pier Post", "text": "The harb', [("content-type", b"application/json")]),
    ("too_large", b"x" * (4 * 1024 * 1024 + 1), []),
    ("bad_headers", COPY, EVENT[:2]),
    ("bad_headers", COPY, [*EVENT, ("ce_time", b"soon")]),
]


@contextlib.asynccontextmanager
async def running(kafka, prefix, tmp_path, **settings):
    worker = WorkerProcess(
        bootstrap=kafka.bootstrap, prefix=prefix, log=tmp_path / f"{prefix}.log", name=prefix, **settings
    )
    worker.start()
    try:
        yield worker
    except BaseException:
        worker.kill()
        raise
    assert worker.stop() == 0


async def arrive(bootstrap, topic, count, within=120.0):
    """Wait until a topic holds ``count`` records; return them."""
    deadline = asyncio.get_running_loop().time() + within
    while len(records := await read(bootstrap, topic)) < count:
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"{len(records)} of {count} records on {topic}")
        await asyncio.sleep(0.3)
    return records


async def test_bad_input_goes_to_the_rejects_with_its_reason_and_the_worker_goes_on(
    kafka, prefix, apply_topics, tmp_path
):
    await apply_topics(prefix)
    topic = topic_name("wire-payloads", prefix)
    # One key, so one partition: whatever blocked it would keep the good payload at its end away.
    feed = [
        Numbered(number=n, story=n, key=b"desk", body=body, headers=headers)
        for n, (_, body, headers) in enumerate([*BAD, ("", COPY, EVENT)])
    ]
    async with running(kafka, prefix, tmp_path):
        await publish(kafka.bootstrap, topic, feed, rate=None)
        (placed,) = await arrive(kafka.bootstrap, topic_name("canonical-variants", prefix), 1)
        letters = await arrive(kafka.bootstrap, topic_name("wire-rejects", prefix), len(BAD))

    assert orjson.loads(placed.value)["story"]["paragraphs"][0]["text"] == COPY.decode()
    assert len(letters) == len(BAD)
    told = {}
    for letter in letters:
        headers = {name: value.decode() for name, value in letter.headers if name.startswith("x-")}
        told[int(headers["x-original-offset"])] = (letter, headers)
    assert len({headers["x-reject-id"] for _, headers in told.values()}) == len(BAD)
    for offset, (reason, body, headers) in enumerate(BAD):
        letter, ours = told[offset]
        assert ours["x-error-class"] == reason, body[:40]
        assert ours["x-error-message"]
        assert ours["x-original-topic"] == topic
        assert ours["x-original-partition"] == str(placed_partition(told))
        assert letter.key == b"desk"
        assert [pair for pair in letter.headers if pair in headers] == headers
        if reason == "too_large":
            assert body.startswith(letter.value)
            assert len(letter.value) < 10_000
            assert ours["x-original-size"] == str(len(body))
            assert ours["x-original-digest"] == blake2b(body, digest_size=16).hexdigest()
        else:
            assert letter.value == body


async def test_megabytes_without_a_pattern_and_a_header_without_a_value_stop_nothing(
    kafka, prefix, apply_topics, tmp_path
):
    await apply_topics(prefix)
    letters = [chr(code) for code in range(0x400, 0x800) if chr(code).isalpha()]
    noise = "".join(random.Random(7).choices(letters, k=1_900_000)).encode()  # hardly smaller when packed
    bodies = [(noise, EVENT), (b"", [("x-attempt", None)]), (COPY, EVENT)]
    feed = [
        Numbered(number=n, story=n, key=b"desk", body=body, headers=headers)
        for n, (body, headers) in enumerate(bodies)
    ]
    async with running(kafka, prefix, tmp_path):
        await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), feed, rate=None)
        placed = await arrive(kafka.bootstrap, topic_name("canonical-variants", prefix), 2)
        (letter,) = await arrive(kafka.bootstrap, topic_name("wire-rejects", prefix), 1)
    assert [
        orjson.loads(each.value)["status"] for each in sorted(placed, key=lambda each: len(each.value))
    ] == [
        "placed",
        "kept",
    ]
    assert dict(letter.headers)["x-error-class"] == b"empty_payload"


def placed_partition(told):
    (partition,) = {int(headers["x-original-partition"]) for _, headers in told.values()}
    return partition


def test_trace_tells_the_same_reasons(tmp_path):
    names = []
    for number, (reason, body, headers) in enumerate(BAD):
        if any(name.startswith("ce_") for name, _ in headers):
            continue  # files have no headers
        (tmp_path / f"{number:02}.bin").write_bytes(body)
        names.append(reason)
    lines = list(trace_lines(read_payloads([tmp_path])))
    assert [line["reason"] for line in lines] == names
    assert {line["status"] for line in lines} == {"rejected"}


def plain(line):
    """A placement without what a file and a broker must tell differently: times and coordinates."""
    line = {key: value for key, value in line.items() if key not in {"payload", "seen", "coordinates"}}
    line["story"] = {
        key: value for key, value in line["story"].items() if key not in {"received", "coordinates"}
    }
    if line["variant"]:
        line["variant"] = {key: value for key, value in line["variant"].items() if key != "lag"}
    return line


@pytest.mark.shared
async def test_the_seeds_through_kafka_and_through_trace_are_placed_alike(
    kafka, prefix, apply_topics, tmp_path, shared
):
    await apply_topics(prefix)
    manifest = shared / "seeds-manifest.jsonl"
    traced = [plain(line) for line in trace_lines(read_payloads([shared / "seeds"], manifest))]
    command = [sys.executable, "-m", "worker"]
    where = ["--bootstrap", kafka.bootstrap, "--prefix", prefix]
    async with running(kafka, prefix, tmp_path, WIRETRACE_HTTP_PORT=str(free_port())) as worker:
        await worker.ready()  # files then arrive, and are split, one by one
        replayed = await asyncio.to_thread(
            subprocess.run,
            [*command, "replay", str(shared / "seeds"), "--manifest", str(manifest), "--rate", "2", *where],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        followed = await asyncio.to_thread(
            subprocess.run,
            [*command, "follow", "--json", "--from-beginning", "--count", "6", "--idle", "20", *where],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    assert b"5 payloads" in replayed.stdout
    lines = [orjson.loads(line) for line in followed.stdout.splitlines()]
    placed = sorted(
        (plain(line) for line in lines if line["schema"] == "variant.v1"), key=lambda line: line["story_id"]
    )
    assert placed == sorted(traced, key=lambda line: line["story_id"])
