"""From a payload with an end of its right to the records that say that it is over, byte for byte."""

import json
from dataclasses import replace

import orjson
import pytest

from tests.stream.records import recorded
from topics.catalog import CATALOG
from topics.codec import decode
from topics.messages import CanonicalV1, LapseV1, PlacementV1, VariantV1
from topics.times import time_ms
from worker.errors import OtherVersion, Reason, TooLarge
from worker.pipeline import split
from worker.story import Coordinates, Payload
from worker.stream import mapping
from worker.stream.outgoing import STATE, story_record, tick_record
from worker.stream.placing import Placing

HOUR = 3_600_000
NOON = time_ms("2026-11-22T12:00:00.000Z")
COPY = [
    "PORT ELDER (AP) — The night ferry to Saint Orla limped home on one engine on Sunday, its crew said.",
    "None of the 212 passengers was hurt when a fuel line burst in the second hour of the crossing.",
    "The harbour master had warned the owners twice this autumn that the line was older than the ship.",
    "A tug from the mainland stood by until the ferry had passed the lighthouse at the end of the pier.",
]


def agency(expires, version=1):
    told = {
        "uri": "http://agency.example/ferry",
        "type": "text",
        "version": str(version),
        "headline": "Ferry limps home",
        "slugline": "Elder-ferry",
        "source": "AP",
        "body_xhtml": "".join(f"<p>{text}</p>" for text in COPY),
        "expires": expires,
    }
    return json.dumps(told).encode(), None


def outlet(name):
    return "\n".join(["Engine fails at sea", *COPY]).encode(), name


def records(*feed):
    """Make records of wire-stories: payloads and ticks with their times."""
    found = []
    for number, (at, what) in enumerate(feed):
        if what is None:
            out = tick_record(at, prefix="")
        else:
            body, name = what
            place = Coordinates(topic="t", partition=0, offset=number)
            (story,) = split(Payload(body=body, outlet=name, received=at, coordinates=place))
            out = story_record(story, prefix="")
        found.append(recorded(out, topic_id="id", offset=number, at=at))
    return found


FEED = records(
    (NOON, agency("2026-11-22T18:00:00Z")),
    (NOON + HOUR, outlet("Harbour Gazette")),
    (NOON + 6 * HOUR, None),
    (NOON + 7 * HOUR, outlet("Elder Valley News")),
    (NOON + 8 * HOUR, agency("2026-11-22T18:00:00Z", version=2)),
)


def placing():
    return Placing(window=None, prefix="", limit=1_000_000)


def told(handled):
    return [
        (out.topic, out.key, out.value, out.headers) for each in handled for out in each.records if out.value
    ]


def messages(handled, kind):
    return [message for _, _, value, _ in told(handled) if isinstance(message := decode(value), kind)]


@pytest.fixture(scope="module")
def handled():
    place = placing()
    return [place.handle(each) for each in FEED]


def test_the_end_is_told_once_and_the_snapshot_says_it(handled):
    (lapse,) = messages(handled, LapseV1)
    first = messages(handled, VariantV1)[0]
    assert (lapse.story_id, lapse.canonical_id) == (first.story_id, first.canonical_id)
    assert (lapse.expires, lapse.sequence) == ("2026-11-22T18:00:00.000Z", 3)
    headers = [dict(headers) for *_, headers in told(handled)]
    types = [each["ce_type"].decode() for each in headers]
    assert types[types.index("dev.wiretrace.canonical.lapsed.v1") + 1] == "dev.wiretrace.canonical.changed.v1"
    shown = {each.sequence: (each.headline, each.lapsed) for each in messages(handled, CanonicalV1)}
    assert shown[2] == ("Ferry limps home", None)
    assert shown[3] == shown[4] == (None, "2026-11-22T18:00:00.000Z")


def test_what_came_too_late_leaves_no_text_on_any_topic_of_place(handled):
    late = messages(handled, VariantV1)[-1]
    assert (late.status, late.headline, late.story.paragraphs) == ("placed", None, ())
    assert len({each.canonical_id for each in messages(handled, VariantV1)}) == 1
    for *_, value, headers in told(handled[-1:]):
        assert b"lighthouse" not in value + dict(headers).get(STATE, b"")


def test_a_late_reprint_is_known_and_its_own_text_is_published(handled):
    reprint = messages(handled, VariantV1)[2]
    assert (reprint.outlet, reprint.variant.relation) == ("Elder Valley News", "verbatim")
    assert reprint.variant.credit_lines.dateline == "kept"
    assert reprint.variant.paragraphs == ()
    assert reprint.story.paragraphs


@pytest.mark.parametrize("cut", range(1, len(FEED)))
def test_a_worker_that_starts_from_the_log_or_a_capture_goes_on_alike(handled, cut):
    recovered, first, second = placing(), placing(), placing()
    for each in handled[:cut]:
        record = each.records[-1]
        decision = decode(record.value)
        assert isinstance(decision, PlacementV1)
        state = dict(record.headers).get(STATE, b"")
        recovered.restore(None, mapping.decision_from_wire(decision, imprints=state))
    for origin in FEED[:cut]:
        first.handle(origin)
    second.resume(*first.capture())
    expected = told(handled[cut:])
    for place in (recovered, second, first):
        assert told([place.handle(origin) for origin in FEED[cut:]]) == expected


def test_captured_state_of_the_layout_before_is_refused():
    kind, arrays = placing().capture()
    with pytest.raises(OtherVersion, match="the layout of the state is of version 1"):
        placing().resume({**kind, "layout": 1}, arrays)


def test_the_end_stands_in_the_facts_alone():
    decision = orjson.loads(placing().handle(FEED[0]).records[-1].value)
    assert decision["facts"]["expires"] == NOON + 6 * HOUR
    plain = orjson.loads(placing().handle(records((NOON, agency("")))[0]).records[-1].value)
    assert "expires" not in plain["facts"]


def test_a_record_that_no_topic_takes_is_never_sent(monkeypatch):
    (record, *_) = records((NOON, agency(None)))
    small = [replace(each, max_message_bytes=2_000) for each in CATALOG]
    monkeypatch.setattr("worker.stream.placing.CATALOG", small)
    place = Placing(window=HOUR, prefix="", limit=1_000)
    with pytest.raises(TooLarge, match="canonical-variants, which takes 2000"):
        place.handle(record)
    anew = Placing(window=HOUR, prefix="", limit=1_000)
    refused = anew.refuse(record, Reason.INTERNAL, "the fold broke at this record")
    assert [each.topic for each in refused.records] == ["wire-rejects", "wire-placements"]
