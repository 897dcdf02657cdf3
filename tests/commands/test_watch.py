"""A watched drop on a real broker: what an agency's client drops is published, and lost by no kill."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import contextmanager

import orjson
import pytest
from aiokafka import AIOKafkaConsumer

from topics.catalog import WIRE_PAYLOADS
from topics.headers import PayloadHeaders, read_headers


@pytest.fixture
def target(wiretrace, kafka, prefix):
    flags = ("--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert wiretrace("topics", "apply", *flags).code == 0
    return flags


@contextmanager
def watching(folder, target, *flags):
    """Run the command in a process of its own; its log lines are read from its standard output."""
    arguments = [
        sys.executable,
        "-m",
        "worker",
        "replay",
        "--watch",
        folder,
        "--settle",
        "300ms",
        *flags,
        *target,
    ]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, env=os.environ | {"WIRETRACE_LOG_FORMAT": "json"}
    ) as run:
        try:
            yield run
        finally:
            run.kill()


def until(run, **counts):
    """Read the log until each event (``published=2``) came so often; give the lines of those events."""
    found = []
    while any(sum(line["event"] == f"drop.{name}" for line in found) < n for name, n in counts.items()):
        line = orjson.loads(run.stdout.readline())
        if line["event"].removeprefix("drop.") in counts:
            found.append(line)
    return found


def records(target):
    """Read everything on wire-payloads."""

    async def work():
        consumer = AIOKafkaConsumer(
            f"{target[3]}-{WIRE_PAYLOADS.name}", bootstrap_servers=target[1], auto_offset_reset="earliest"
        )
        found = []
        async with consumer, asyncio.timeout(30):
            while batch := await consumer.getmany(timeout_ms=1500):
                found.extend(record for part in batch.values() for record in part)
        return found

    return asyncio.run(work())


def test_a_drop_is_published_and_sorted_and_sigterm_ends_it_cleanly(target, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(orjson.dumps({"file": "b.xml", "outlet": "Harbour Gazette", "feed": "ftp"}))
    with watching(drop, target, "--manifest", manifest, "--feed", "agency-drop") as run:
        until(run, watched=1)
        (drop / "a.xml.part").write_bytes(b"<nitf>first")
        (drop / "b.xml").write_bytes(b"<nitf>b</nitf>")
        until(run, published=1)
        (drop / "a.xml.part").rename(drop / "a.xml")
        until(run, published=1)
        (drop / "a.xml").write_bytes(b"<nitf>second")
        (drop / "two.jsonl").write_bytes(b'{"id":"x","text":"late"}\n{"id":"y","text":"later"}\n')
        (drop / "huge").write_bytes(os.urandom(5 << 20))
        (drop / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00\x00")
        told = until(run, published=2, failed=2)
        assert {line["file"] for line in told if line["event"] == "drop.failed"} == {"huge", "cut.jsonl.gz"}
        run.send_signal(signal.SIGTERM)
        assert run.wait(20) == 0
    found = defaultdict(list)
    for record in records(target):
        headers = read_headers(PayloadHeaders, record.headers)
        found[headers.subject].append((record.value, headers.outlet, headers.feed, headers.id))
    assert [value for value, *_ in found["a.xml"]] == [b"<nitf>first", b"<nitf>second"]
    assert [facts[1:3] for facts in found["a.xml"]] == [(None, "agency-drop")] * 2
    assert [facts[:3] for facts in found["b.xml"]] == [(b"<nitf>b</nitf>", "Harbour Gazette", "ftp")]
    assert set(found) == {"a.xml", "b.xml", "x", "y"}
    assert len({facts[3] for rows in found.values() for facts in rows}) == 5
    assert {path.name for path in (drop / "done").iterdir()} == {"a.xml", "a~2.xml", "b.xml", "two.jsonl"}
    reasons = {path.name: path.read_text() for path in (drop / "failed").glob("*.reason.txt")}
    assert reasons["huge.reason.txt"].startswith(f"too_large: {5 << 20} bytes")
    assert reasons["cut.jsonl.gz.reason.txt"].startswith("unreadable: ")


def test_a_kill_at_any_moment_loses_no_file_and_what_comes_twice_has_the_same_id(target, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    bodies = {f"{number:03}.txt": f"story {number}".encode() for number in range(200)}
    for name, body in bodies.items():
        (drop / name).write_bytes(body)
    for kills in (1, 60):
        with watching(drop, target) as run:
            until(run, published=kills)
            run.kill()
            run.wait()
    with watching(drop, target) as run:
        left = 200 - len(list((drop / "done").iterdir()))
        until(run, published=left)
        run.terminate()
        assert run.wait(20) == 0
    ids = defaultdict(set)
    seen = Counter()
    for record in records(target):
        ids[record.value].add(dict(record.headers)["ce_id"])
        seen[record.value] += 1
    assert set(seen) == set(bodies.values())
    assert all(len(each) == 1 for each in ids.values())
    assert {path.name: path.read_bytes() for path in (drop / "done").iterdir()} == bodies
    assert seen.total() < 200 + 3 * 60  # what was under way is repeated, and no more


def test_a_payload_that_the_broker_has_and_whose_file_was_not_moved_is_repeated_under_its_id(
    wiretrace, target, tmp_path, monkeypatch
):
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "story.txt").write_bytes(b"the ferry stopped")

    def killed(_self, taken):
        assert taken.exists()
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr("worker.commands.drop.Drop.finish", killed)
        assert wiretrace("replay", "--watch", drop, "--settle", "50ms", *target).code == 9
    with watching(drop, target) as run:
        until(run, published=1)
    first, second = records(target)
    assert first.value == second.value == b"the ferry stopped"
    assert dict(first.headers)["ce_id"] == dict(second.headers)["ce_id"]
    assert (drop / "done" / "story.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--watch", "{tmp}/none"], "none: no such directory"),
        (["--watch", "{tmp}", "--settle", "soon"], "--settle: 'soon'"),
        (["--watch", "{tmp}", "--rate", "5"], "--watch takes no other paths"),
        (["--watch", "{tmp}", "{tmp}"], "--watch takes no other paths"),
        (["{tmp}", "--feed", "x"], "are for --watch"),
        (["--watch", "{tmp}", "--done", "{tmp}"], "different folders"),
    ],
)
def test_wrong_flags_of_a_watch_are_told_before_a_broker_is_asked(wiretrace, tmp_path, arguments, complaint):
    said = wiretrace(
        "replay", *[each.format(tmp=tmp_path) for each in arguments], "--bootstrap", "127.0.0.1:1"
    )
    assert said.code == 2
    assert complaint in said.complaint()


def test_a_drop_whose_done_folder_is_a_link_is_refused_before_a_broker_is_asked(wiretrace, tmp_path):
    drop, outside = tmp_path / "drop", tmp_path / "outside"
    drop.mkdir()
    outside.mkdir()
    (drop / "done").symlink_to(outside)
    said = wiretrace("replay", "--watch", drop, "--bootstrap", "127.0.0.1:1")
    assert said.code == 2
    assert "done: is a link" in said.complaint()


def test_links_in_a_drop_are_never_published_whatever_they_are_called(target, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    (tmp_path / "secret.jsonl").write_bytes(b'{"id":"secret","text":"not for the wire"}\n')
    for name in ("a.txt", "b.jsonl", "c.xml"):
        (drop / name).symlink_to(tmp_path / "secret.jsonl")
    (drop / "story.txt").write_bytes(b"the ferry stopped")
    with watching(drop, target) as run:
        told = until(run, published=1, failed=3)
        assert {line["file"] for line in told if line["event"] == "drop.failed"} == {
            "a.txt",
            "b.jsonl",
            "c.xml",
        }
        run.terminate()
        assert run.wait(20) == 0
    (only,) = records(target)
    assert only.value == b"the ferry stopped"
    reasons = {path.name: path.read_text() for path in (drop / "failed").glob("*.reason.txt")}
    assert sorted(reasons) == ["a.txt.reason.txt", "b.jsonl.reason.txt", "c.xml.reason.txt"]
    assert all(reason.startswith("not_a_file: ") for reason in reasons.values())
