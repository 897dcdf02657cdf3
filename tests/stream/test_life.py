"""The life of a wire story on a real broker: every event in its order, with its reach."""

import asyncio
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.faults.audit import read, refold
from tests.faults.feed import Numbered
from tests.faults.stage import free_port
from tests.faults.workers import publish
from tests.stream.life import CARRIED, EVENTS, life
from tests.stream.test_worker import running
from topics.catalog import topic_name
from worker.commands.payloads import read_payloads
from worker.commands.trace import trace_lines

ROOT = Path(__file__).resolve().parents[2]
ANOTHER_ORDER = (
    "alert", "second", "first", "Beacon", "Dispatch", "Clarion", "Argus", "correction", "Echo", "Argus",
    "kill", "Forum", "Dispatch",
)  # fmt: skip
"""Of the same payloads: versions swapped, outlets among themselves between two orders."""


def in_order(names):
    """Give the payloads of the life in another order; a name that comes twice keeps its own order."""
    left = life()
    return [left.pop(next(place for place, each in enumerate(left) if each.name == name)) for name in names]


def write_files(folder, payloads):
    """Write payloads as files, named in order, and their manifest."""
    folder.mkdir()
    lines = []
    for number, sent in enumerate(payloads):
        file = f"{number:02}-{sent.name}.payload"
        (folder / file).write_bytes(sent.body)
        facts = {"file": file, "outlet": sent.outlet, "url": sent.url, "published": sent.time}
        lines.append(json.dumps({name: value for name, value in facts.items() if value}))
    manifest = folder.with_suffix(".jsonl")
    manifest.write_text("\n".join(lines), encoding="utf-8")
    return manifest


def events(messages):
    """Tell the reaches among messages, in order."""
    return [
        (each["action"], each["cause"], each["outlet"], {carrier["outlet"] for carrier in each["carriers"]})
        for each in messages
        if each["status"] == "reach"
    ]


def carried(messages):
    """Tell the version that each outlet carries, by the payload that brought it."""
    kinds = {(None, "alert"): "alert", (1, "writethru"): "first", (2, "writethru"): "second",
             (3, "writethru"): "correction"}  # fmt: skip
    return {
        each["outlet"]: kinds[each["variant"]["version"]["number"], each["variant"]["version"]["kind"]]
        for each in messages
        if each["status"] == "placed" and each["outlet"] and each["variant"]["version"]
    }


def check_ends(messages):
    """Check what no order of arrival may change."""
    assert carried(messages) == CARRIED
    assert {told[:3] for told in events(messages)} == {told[:3] for told in EVENTS}
    by_what = {told[:3]: told[3] for told in events(messages)}
    for told in EVENTS:
        if told[1] == "ordered":
            assert by_what[told[:3]] == told[3]
    assert events(messages)[-1][3] == EVENTS[-1][3]


@pytest.mark.parametrize("order", [None, ANOTHER_ORDER], ids=["as-it-was", "in-another-order"])
def test_files_tell_the_life_of_the_story(tmp_path, order):
    payloads = life() if order is None else in_order(order)
    manifest = write_files(tmp_path / "files", payloads)
    lines = list(trace_lines(read_payloads([tmp_path / "files"], manifest)))
    check_ends(lines)
    if order is None:
        assert events(lines) == EVENTS
    (followed,) = {each["canonical_id"] for each in lines if each["status"] == "reach"}
    assert sum(each["canonical_id"] == followed for each in lines if each["status"] == "placed") == 11


@pytest.mark.broker
@pytest.mark.slow
async def test_a_broker_tells_the_life_of_the_story_in_order(kafka, prefix, apply_topics, tmp_path):
    again, port = f"{prefix}b", free_port()
    await apply_topics(prefix)
    await apply_topics(again)
    feed = [
        Numbered(number=n, story=n, key=b"desk", body=sent.body, headers=headers_of(sent, n))
        for n, sent in enumerate(life())
    ]
    manifest = write_files(tmp_path / "files", in_order(ANOTHER_ORDER))
    async with (
        running(kafka, prefix, tmp_path),
        running(kafka, again, tmp_path, WIRETRACE_HTTP_PORT=str(port)),
    ):
        await publish(kafka.bootstrap, topic_name("wire-payloads", prefix), feed, rate=None)
        await ready(port)
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "worker", "replay", str(tmp_path / "files"), "--manifest", str(manifest),
             "--rate", "2", "--bootstrap", kafka.bootstrap, "--prefix", again],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        told = await settled(kafka.bootstrap, prefix)
        replayed = await settled(kafka.bootstrap, again)
    assert events(told) == EVENTS
    check_ends(told)
    check_ends(replayed)
    sequences = [
        each["sequence"] for each in told if each.get("sequence") and each["canonical_id"] == of(told)
    ]
    assert sequences == sorted(set(sequences))

    snapshots = [
        orjson.loads(each.value)
        for each in await read(kafka.bootstrap, topic_name("canonical-stories", prefix))
    ]
    standings = [each["standing"] for each in snapshots if each["canonical_id"] == of(told)]
    assert sorted(set(standings), key=standings.index) == ["running", "corrected", "killed"]
    last = [each for each in snapshots if each["canonical_id"] == of(told)][-1]
    assert [each["number"] for each in last["versions"]] == [None, 1, 2, 3]
    assert last["carrying"] == 5

    for each in (prefix, again):
        await check_refold(kafka.bootstrap, each)


def of(messages):
    (followed,) = {each["canonical_id"] for each in messages if each["status"] == "reach"}
    return followed


def headers_of(sent, number):
    facts = {
        "ce_specversion": "1.0", "ce_id": str(number), "ce_source": "/tests", "ce_time": sent.time,
        "ce_type": "dev.wiretrace.payload.delivered.v1", "ce_outlet": sent.outlet, "ce_url": sent.url,
    }  # fmt: skip
    return [(name, value.encode()) for name, value in facts.items() if value]


async def ready(port, within=120.0):
    """Wait until a worker has its partitions: files then arrive, and are split, one by one."""
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
            answer = await reader.read()
            writer.close()
            if b" 200 " in answer.split(b"\r\n", 1)[0]:
                return
        await asyncio.sleep(0.3)
    pytest.fail("the worker does not get ready")


async def settled(bootstrap, prefix, within=120.0):
    """Wait until all of the life is told; give the messages about its story and the rest, in order."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        records = await read(bootstrap, topic_name("canonical-variants", prefix))
        messages = [orjson.loads(record.value) for record in records]
        if len(messages) >= len(life()) + len(EVENTS):
            return messages
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"{len(messages)} messages: {[each['status'] for each in messages]}")
        await asyncio.sleep(0.3)


async def check_refold(bootstrap, prefix):
    """Fold the recorded stories again and compare every byte that was published."""
    stories = await read(bootstrap, topic_name("wire-stories", prefix))
    again = refold(stories, prefix=prefix, window=7 * 24 * 3_600_000, topic_id="audit")
    for name in ("canonical-variants", "canonical-stories", "wire-placements"):
        topic = topic_name(name, prefix)
        published = {}
        for record in await read(bootstrap, topic):
            published.setdefault(record.key, []).append(record.value)
        assert published == {key: values for (of_topic, key), values in again.items() if of_topic == topic}
