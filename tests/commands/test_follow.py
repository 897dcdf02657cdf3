"""Follow tells the present state, then what is placed, in lines for people or for programs."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from topics import messages
from topics.catalog import CANONICAL_STORIES, CANONICAL_VARIANTS
from topics.codec import Fault, decode, encode
from topics.items import CaughtUp, Event, Snapshot, Undecodable
from worker.commands.telling import Headlines, span, tell

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "topics" / "examples"
FERRY = "91b3d5f7a9c1e3058799bbddff113355"
WHERE = {"schema": None, "topic": "t", "partition": 0, "offset": 0, "timestamp": 0}


def example(name):
    return decode((EXAMPLES / f"{name}.json").read_bytes())


REPRINT = example("variant.v1/pass/a-reprint-without-its-credit")
ORIGINAL = example("variant.v1/pass/an-original-with-defaults")
KEPT = example("variant.v1/pass/a-brief-kept-unmatched")


def line(message, headlines=None):
    kind = Snapshot if isinstance(message, messages.CanonicalV1) else Event
    return "".join(text for text, _ in tell(kind(message=message, **WHERE), headlines or Headlines()))


def test_a_reprint_is_told_with_all_that_a_desk_asks():
    headlines = Headlines()
    headlines.note(FERRY, "Night ferry returns to port")
    assert line(REPRINT, headlines) == (
        "2026-11-22 21:11:42  Night ferry returns to port — Elder Valley News: edited, 97% kept, 6% new, "
        "AP credit stripped, 6 min 42 s behind; names Brandt → Brand; figures 14 → 40  "
        f"{REPRINT.story_id[:12]}"
    )


def test_an_original_gives_its_headline_to_the_variants_after_it():
    headlines = Headlines()
    assert line(ORIGINAL, headlines).endswith(f": original  {FERRY}")
    assert ORIGINAL.headline in line(REPRINT, headlines)


def test_a_story_that_was_not_matched_says_why():
    assert line(KEPT).endswith(
        f"Ferry limps home — Elder Valley News: kept: too short to match  {KEPT.story_id[:12]}"
    )


def test_a_trace_of_own_words_is_not_told_as_no_per_cent():
    assert REPRINT.variant is not None
    assert " new" not in line(replace(REPRINT, variant=replace(REPRINT.variant, novelty=0.002)))


def test_news_copy_cannot_send_a_terminal_commands():
    sly = replace(KEPT, headline="Ferry\x1b[2J\nlimps\u202e home")
    assert "Ferry [2J limps  home" in line(sly)


def test_snapshots_and_the_live_tail_are_told_apart():
    live = replace(
        decode(next((EXAMPLES / "canonical.v1" / "pass").glob("*.json")).read_bytes()),
        canonical_id="c1",
        status="live",
        into=None,
        headline="Ferry late",
        variants=1,
        outlets=2,
        agency=None,
        standing="running",
    )
    assert line(live).endswith("Ferry late — 1 variant in 2 outlets  c1")
    assert line(replace(live, status="alias", into="c2")).endswith("Ferry late — merged into c2  c1")
    assert tell(CaughtUp(stories=1), Headlines())[0][0].startswith("— 1 canonical story so far; what follows")


def test_what_cannot_be_read_is_told_with_its_place():
    item = Undecodable(reason=Fault.NOT_JSON, error="no JSON", value=b"x", **WHERE)
    assert "".join(text for text, _ in tell(item, Headlines())) == "cannot read t/0@0: no JSON"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.25, "0.2 s"),
        (42, "42 s"),
        (60, "1 min"),
        (402.25, "6 min 42 s"),
        (7500, "2 h 5 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_a_lag_is_told_in_its_two_largest_units(seconds, text):
    assert span(seconds) == text


def publish(bootstrap, prefix, *, variants=(), snapshots=()):
    async def work():
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            for topic, each in [
                *((CANONICAL_STORIES, each) for each in snapshots),
                *((CANONICAL_VARIANTS, each) for each in variants),
            ]:
                key = (each.canonical_id or each.story_id).encode()
                await producer.send_and_wait(f"{prefix}-{topic.name}", encode(each), key=key)

    asyncio.run(work())


@pytest.fixture
def target(wiretrace, kafka, prefix):
    flags = ("--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert wiretrace("topics", "apply", *flags).code == 0
    return flags


def test_json_lines_are_the_messages_of_the_topic(target, kafka, prefix):
    publish(kafka.bootstrap, prefix, variants=[ORIGINAL, REPRINT])
    done = subprocess.run(
        [sys.executable, "-m", "worker", "follow", "--json", "--from-beginning", "--count", "2", *target],
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    told = [orjson.loads(each) for each in done.stdout.splitlines()]
    assert told == [orjson.loads(encode(each)) for each in (ORIGINAL, REPRINT)]
    assert done.stderr == b""


def test_a_late_joiner_gets_the_present_and_idleness_ends_the_watch(wiretrace, target, kafka, prefix):
    snapshot = messages.CanonicalV1(canonical_id=FERRY, sequence=2, headline="Ferry", variants=2, outlets=2)
    publish(kafka.bootstrap, prefix, variants=[ORIGINAL, REPRINT], snapshots=[snapshot])
    said = wiretrace("follow", "--idle", 1, *target)
    assert said.code == 0
    first, second = said.out.splitlines()
    assert first.endswith(f"Ferry — 2 variants in 2 outlets  {FERRY}")
    assert second.startswith("— 1 canonical story so far")


def test_one_story_can_be_followed_alone(wiretrace, target, kafka, prefix):
    publish(kafka.bootstrap, prefix, variants=[replace(ORIGINAL, canonical_id="other"), REPRINT])
    said = wiretrace("follow", FERRY, "--from-beginning", "--idle", 1, *target)
    assert [each for each in said.out.splitlines() if "follows is live" not in each] == [line(REPRINT)]


@pytest.mark.parametrize(("flags", "topic"), [((), "stories"), (("--from-beginning",), "variants")])
def test_a_canonical_story_that_nothing_tells_of_is_not_waited_for(wiretrace, target, flags, topic):
    publish(target[1], target[3], variants=[ORIGINAL])
    said = wiretrace("follow", "f" * 32, *flags, *target)
    assert said.code == 2
    assert f"no canonical story '{'f' * 32}' on canonical-{topic}" in said.complaint()


def test_a_watch_ends_cleanly_on_sigterm(target):
    with subprocess.Popen(
        [sys.executable, "-m", "worker", "follow", *target], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert "what follows is live" in process.stdout.readline()
        process.terminate()
        assert process.wait(20) == 0


def test_topics_that_are_missing_are_told_with_the_way_to_get_them(wiretrace, kafka, prefix):
    said = wiretrace("follow", "--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert said.code == 2
    assert said.complaint().endswith(
        f"has no topic {prefix}-canonical-stories; make it with: wiretrace topics apply"
    )
