"""The split process answers in order, takes a poisonous payload with it, and never outlives its worker."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from topics.catalog import WIRE_STORIES
from worker.pipeline import Limits
from worker.stream import splitting
from worker.stream.frames import LENGTH, answer_in, frame, origin_in, terms_in
from worker.stream.rejects import Origin
from worker.stream.split_process import SplitProcess
from worker.stream.splitting import Terms, answer

TERMS = Terms(prefix="", limits=Limits(), seconds=5.0, memory=1 << 30)
STORY = (
    "The harbour board voted on Tuesday to close the eastern quay for the winter, the harbour master told "
    "reporters, because two of its cranes had failed their yearly inspection in the week before."
)


def origin(number, text=STORY, **facts):
    article = {"id": f"a{number}", "outlet": "Harbour Post", "text": text}
    return Origin(
        topic="wire-payloads",
        topic_id="t0",
        partition=0,
        offset=number,
        timestamp=1_700_000_000_000,
        key=None,
        value=orjson.dumps(article),
        headers=(("content-type", b"application/json"),),
        **facts,
    )


def test_what_goes_through_the_pipe_comes_out_the_same():
    asked = origin(3)
    told = answer(asked, TERMS)
    assert told.stories == 1
    assert origin_in(frame(asked)[LENGTH:]) == asked
    assert terms_in(frame(TERMS)[LENGTH:]) == TERMS
    assert answer_in(frame(told)[LENGTH:]) == told


def test_a_payload_that_takes_more_memory_than_it_may_is_refused(monkeypatch):
    def hungry(_payload, _limits):
        raise MemoryError

    monkeypatch.setattr("worker.stream.splitting.split", hungry)
    told = answer(origin(0), TERMS)
    assert told.reasons == ("out_of_memory",)
    assert b"1024 MiB" in dict(told.records[0].headers)["x-error-message"]


@pytest.mark.parametrize("name", ["x-attempt", "ce_id", "traceparent", "content-type"])
def test_a_header_without_a_value_is_refused_with_its_payload_like_any(name):
    told = answer(replace(origin(0), value=b"", headers=((name, None),)), TERMS)
    assert len(told.records) == 1
    assert told.outcome == "rejected"


@pytest.mark.parametrize(
    "facts",
    [
        {"headers": (("junk", b"a" * 12_000_000),)},
        {"headers": tuple((f"h{number}", b"") for number in range(20_000))},
        {"key": b"k" * 12_000_000},
    ],
)
def test_a_dead_letter_leaves_out_headers_and_keys_that_no_topic_takes(facts):
    (letter,) = answer(replace(origin(0), **{"value": b"", **facts}), TERMS).records
    assert letter.size() < 100_000
    assert b"left out" in dict(letter.headers)["x-error-message"]


def test_a_story_that_no_topic_takes_counts_as_refused(monkeypatch):
    monkeypatch.setattr(splitting, "WIRE_STORIES", replace(WIRE_STORIES, max_message_bytes=900))
    told = answer(origin(0), TERMS)
    assert (told.stories, told.reasons, told.outcome) == (0, ("too_large",), "rejected")


async def running(terms=TERMS):
    process = SplitProcess(terms)
    await process.start()
    await ready(process)
    return process


async def ready(process):
    while not process._ready:  # noqa: ASYNC110 - the process tells nobody
        await asyncio.sleep(0.005)


async def test_answers_come_in_the_order_of_the_questions():
    process = await running()
    try:
        futures = [await process.split(origin(number)) for number in range(200)]
        answers = [await asyncio.wait_for(each, 30) for each in futures]
    finally:
        await process.stop()
    assert [each.stories for each in answers] == [1] * 200
    offsets = [orjson.loads(each.records[0].value)["coordinates"]["offset"] for each in answers]
    assert offsets == list(range(200))


async def test_when_the_process_is_killed_every_payload_is_still_answered_once():
    process = await running()
    try:
        futures = [await process.split(origin(number)) for number in range(400)]
        await futures[20]
        os.kill(process.pid, signal.SIGKILL)
        answers = [await asyncio.wait_for(each, 30) for each in futures]
    finally:
        await process.stop()
    assert [each.stories for each in answers] == [1] * 400


async def test_large_payloads_are_asked_again_of_the_next_process_without_a_stall():
    process = await running(replace(TERMS, seconds=30.0))
    large = " ".join(f"{STORY} Berth {berth} stays open." for berth in range(4_000))
    try:
        os.kill(process.pid, signal.SIGSTOP)  # so that all of them wait when it dies
        asking = asyncio.gather(*(process.split(origin(number, text=large)) for number in range(8)))
        await asyncio.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
        answers = [await asyncio.wait_for(each, 60) for each in await asyncio.wait_for(asking, 60)]
    finally:
        await process.stop()
    assert [each.stories + len(each.reasons) for each in answers] == [1] * 8


async def test_a_payload_of_which_every_process_dies_is_refused_and_its_neighbours_are_not():
    process = await running()
    deaths = 0
    try:
        os.kill(process.pid, signal.SIGSTOP)  # so that the payload is still its to answer when it dies
        first, second = await process.split(origin(0)), await process.split(origin(1))
        while not first.done():
            pid = process.pid
            os.kill(pid, signal.SIGKILL)
            deaths += 1
            while process.pid == pid:  # noqa: ASYNC110 - the process tells nobody
                await asyncio.sleep(0.005)
            if not first.done():
                os.kill(process.pid, signal.SIGSTOP)
                process._ready = True  # as if it had just begun with the payload
        told = await first
        assert deaths == 2
        assert told.reasons == ("internal",)
        assert (await asyncio.wait_for(second, 30)).stories == 1
    finally:
        await process.stop()


async def test_a_process_that_dies_while_it_starts_is_no_payloads_fault():
    process = SplitProcess(TERMS)
    await process.start()
    try:
        first = await process.split(origin(0))
        os.kill(process.pid, signal.SIGKILL)
        assert (await asyncio.wait_for(first, 60)).stories == 1
    finally:
        await process.stop()


async def test_a_process_that_does_not_come_back_is_killed_and_the_payload_refused_as_too_slow(monkeypatch):
    monkeypatch.setattr("worker.stream.split_process.GRACE", 0)
    monkeypatch.setattr("worker.stream.split_process.LOOK_EVERY", 0.05)
    process = await running(Terms(prefix="", limits=Limits(), seconds=2.0, memory=1 << 30))
    try:
        os.kill(process.pid, signal.SIGSTOP)
        told = await asyncio.wait_for(await process.split(origin(0)), 30)
        assert told.reasons == ("too_slow",)
        monkeypatch.setattr("worker.stream.split_process.LOOK_EVERY", 60)
        assert (await asyncio.wait_for(await process.split(origin(1)), 30)).stories == 1
    finally:
        await process.stop()


def test_the_process_ends_with_its_worker_however_that_died():
    program = (
        "import sys, time\n"
        "from subprocess import PIPE, Popen\n"
        "child = Popen([sys.executable, '-m', 'worker.stream.split_child'], stdin=PIPE)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{child}/stat").read_text(encoding="ascii").split()[2]
        except OSError:
            return
        if state == "Z":  # dead; whoever took it over has not looked yet
            return
        time.sleep(0.05)
    pytest.fail("the split process lives on")
