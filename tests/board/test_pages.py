"""Pages say what the store holds, escape what others wrote, and answer what cannot be asked."""

import re

import pytest
from lxml import html

from tests.board.conftest import event, original
from topics.headers import RejectHeaders
from topics.items import Refused
from topics.messages import Carrier, MergeV1, ReachV1
from worker.board import queries
from worker.board.filters import Filters
from worker.board.hub import State, Status
from worker.board.writer import write

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
BIDI = "\u202egnorw\u2066 \u202b"
HUGE = "A" * 1_000_000


async def ok(pages, path):
    answer = await pages.get(path)
    assert answer.status_code == 200, path
    return answer.text


@pytest.mark.usefixtures("filled")
async def test_every_page_of_the_sample_is_there(pages, filled):
    wire = await ok(pages, "/")
    paths = {*re.findall(r'href="(/(?:stories|outlets)/[^"#?]+)"', wire)}
    assert len(paths) > 15
    for path in sorted(paths):
        await ok(pages, path)
    with filled.reading() as connection:
        for row in queries.variants(connection, Filters(), limit=100).rows:
            if row.relation not in {None, "original", "repeat"}:
                text = await ok(pages, f"/stories/{row.canonical_id}?variant={row.sequence}")
                assert 'id="diff"' in text


async def test_hostile_news_never_becomes_markup(pages, store):
    paragraphs = [
        {"text": EVIL, "role": "copy"},
        {"text": HUGE, "role": "copy"},
        {"text": BIDI, "role": "copy"},
    ]
    evil = original(
        canonical_id="c1",
        headline=EVIL + BIDI,
        outlet=EVIL,
        slug=EVIL,
        agency=EVIL,
        url="javascript:alert(3)",
        paragraphs=paragraphs,
    )
    write(store, [event(evil, 0), event(original(canonical_id="c2", headline=HUGE, outlet=HUGE), 1)], {})
    why = RejectHeaders(
        reject_id="ab" * 16,
        error_class="unknown_format",
        error_message=EVIL,
        error_stage="split",
        topic="wire-payloads",
        partition=0,
        offset=0,
        dlt_topic="wire-payloads",
        worker_version="0",
    )
    where = {"schema": None, "topic": "wire-rejects", "partition": 0, "offset": 0, "timestamp": 0}
    write(store, [Refused(why=why, value=EVIL.encode() + b"\xff\x00", **where)], {})
    for path in (
        "/",
        "/stories/c1",
        "/stories/c2",
        "/outlets",
        "/rejects",
        f"/outlets/{EVIL}",
        "/?text=" + EVIL,
    ):
        text = (await pages.get(path)).text
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
        assert "javascript:" not in text, path
        assert len(text) < 300_000, path
    wire = await ok(pages, "/")
    for line in wire.split("\n"):
        assert "\u202e" not in re.sub(r"<bdi>[^<]*</bdi>|aria-label=\"[^\"]*\"|<option[^>]*>", "", line)


@pytest.mark.parametrize("path", ["/stories/nope", "/outlets/nope", "/nope", "/stories/%00"])
async def test_what_is_not_there_is_told_with_a_way_back(pages, path):
    answer = await pages.get(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("/?badge=lost", "badge"),
        ("/?since=yesterday", "is no time"),
        ("/?colour=red", "is no filter"),
        ("/?after=xx", "cursor"),
        ("/?text=%22", "quotation mark"),
        ("/rejects?reason=nope", "reason"),
        ("/outlets/Zephyr24?after=1", "cursor"),
        ("/events?badge=lost", "badge"),
    ],
)
async def test_broken_filters_say_what_is_wrong(pages, query, said):
    answer = await pages.get(query)
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.usefixtures("filled")
async def test_a_variant_that_is_not_there_is_told(pages, filled):
    with filled.reading() as connection:
        (row, *_) = queries.stories(connection, Filters()).rows
    assert (await pages.get(f"/stories/{row.canonical_id}?variant=99")).status_code == 404
    assert (await pages.get(f"/stories/{row.canonical_id}?variant=x")).status_code == 400


async def test_pages_ask_nothing_of_anybody_else(pages):
    answer = await pages.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for element in html.fromstring(answer.text).iter():
        for name, value in element.attrib.items():
            assert not name.startswith(("on", "style"))
            assert name not in {"src", "href", "action"} or re.match(r"/(?!/)|#", value)


@pytest.mark.usefixtures("filled")
async def test_the_board_serves_what_it_has_while_the_broker_is_away(pages, hub):
    hub.stand(Status(State.AWAY, 1_795_381_500_000, "no answer"))
    text = await ok(pages, "/")
    assert "The broker is away since" in text
    assert text.count('class="item"') == 11
    assert "broker: away" in await ok(pages, "/healthz")


async def test_a_merged_story_is_found_under_its_old_id(pages, store):
    merge = MergeV1(canonical_id="younger", into="older", story_id="b")
    write(store, [event(original(canonical_id="older"), 0), event(merge, 1)], {})
    answer = await pages.get("/stories/younger")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/stories/older"


async def test_a_kill_names_who_still_carries_the_copy(pages, store):
    write(store, [event(original(canonical_id="c1"), 0)], {})
    kill = ReachV1(
        canonical_id="c1",
        sequence=3,
        action="kill",
        cause="ordered",
        story_id="k",
        ordered_by="k",
        note=EVIL,
        carrying=1,
        carriers=(Carrier(outlet="Pier Post", story_id="s", url="https://pier.example/1"),),
    )
    told = event(kill, 1)
    write(store, [told], {})
    write(store, [told], {})
    text = await ok(pages, "/stories/c1")
    assert "Kill and correction reach" in text
    assert text.count("Pier Post") == 1
    assert "1 item</strong> of outlets still carries the copy" in text
    assert "<script>alert" not in text
