"""The API tells what the pages show, page by page, and says what is wrong."""

import pytest

from tests.board.conftest import event, original
from topics.headers import RejectHeaders
from topics.items import Refused
from topics.messages import MergeV1
from worker.board.conditional import matches
from worker.board.hub import State, Status
from worker.board.writer import write


async def ask(pages, path):
    answer = await pages.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", ["/api/stories?language=en", "/api/variants?credit=stripped"])
async def test_paging_tells_everything_once_and_in_order(pages, path):
    whole = await ask(pages, path)
    assert whole["next"] is None
    told, at = [], f"{path}&limit=2"
    while at:
        page = await ask(pages, at)
        assert len(page["items"]) <= 2
        told += page["items"]
        at = page["next"]
    assert told == whole["items"]
    assert len(told) > 4


@pytest.mark.usefixtures("filled")
async def test_a_story_comes_whole(pages):
    listed = await ask(pages, "/api/search?q=ferry+aground&agency=AP")
    story = await ask(pages, listed["items"][0]["href"])
    assert {name: story[name] for name in listed["items"][0]} == listed["items"][0]
    members = story["members"]
    assert len(members) == story["variants"] + story["repeats"]
    assert members[0]["relation"] == "original"
    assert {each["outlet"] for each in story["ran_by"]} == {each["outlet"] for each in members}
    assert sum(each["sightings"] for each in story["ran_by"]) == len(members)
    page = await ask(pages, f"{listed['items'][0]['href']}/variants?limit=3")
    assert page["items"] == members[:3]
    cut = next(each for each in members if each["relation"] == "trimmed")
    evidence = await ask(pages, f"{listed['items'][0]['href']}/variants/{cut['sequence']}")
    assert "dropped" in {each["change"] for each in evidence["paragraphs"]}


@pytest.mark.usefixtures("filled")
async def test_a_search_finds_what_the_list_finds_by_text(pages):
    found = await ask(pages, "/api/search?q=strike")
    assert found["items"] == (await ask(pages, "/api/stories?text=strike"))["items"] != []
    assert (await ask(pages, "/api/search?q=%E2%80%94"))["items"] == []


@pytest.mark.usefixtures("filled")
async def test_an_outlet_is_found_by_its_name_and_counted(pages):
    for each in (await ask(pages, "/api/outlets"))["items"]:
        report = await ask(pages, each["href"])
        assert {name: report[name] for name in each} == each
        assert (
            0 < sum(count["times"] for count in report["relations"]) <= report["sample"] == each["variants"]
        )


async def test_an_outlet_with_any_name_is_found(pages, store):
    write(store, [event(original(outlet="a/b?c#d%2F <x>"), 0)], {})
    (each,) = (await ask(pages, "/api/outlets"))["items"]
    assert (await ask(pages, each["href"]))["outlet"] == each["outlet"]


async def test_a_merged_story_leads_to_the_one_that_goes_on(pages, store):
    merge = MergeV1(canonical_id="younger", into="older", story_id="b")
    write(store, [event(original(canonical_id="older"), 0), event(merge, 1)], {})
    for rest in ("", "/variants", "/variants/1"):
        answer = await pages.get(f"/api/stories/younger{rest}")
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/api/stories/older{rest}"
    assert (await ask(pages, "/api/stories/older"))["aliases"] == ["younger"]


async def test_rejects_are_listed_and_counted(pages, store):
    why = RejectHeaders(
        reject_id="ab" * 16,
        error_class="unknown_format",
        error_message="nobody claims it",
        error_stage="split",
        topic="wire-payloads",
        partition=0,
        offset=0,
        dlt_topic="wire-payloads",
        worker_version="0",
    )
    where = {"schema": None, "topic": "wire-rejects", "partition": 0, "offset": 0, "timestamp": 0}
    write(store, [Refused(why=why, value=b"\xff\x00<b>", **where)], {})
    told = await ask(pages, "/api/rejects?reason=unknown_format")
    assert told["reasons"] == [{"name": "unknown_format", "times": 1}]
    assert told["items"][0]["sample"] == "\ufffd\x00<b>"
    assert (await pages.get("/api/rejects?reason=nope")).status_code == 404


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("path", "look"),
    [
        ("/api/stories/nope", "/api/stories"),
        ("/api/stories/nope/variants", "/api/stories"),
        ("/api/outlets/nope", "/api/outlets"),
        ("/api/nope", "/api/openapi.json"),
        ("/feeds/nope.atom", "/api/openapi.json"),
    ],
)
async def test_what_is_not_there_is_told_with_where_to_look(pages, path, look):
    answer = await pages.get(path)
    assert answer.status_code == answer.json()["status"] == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["look"] == look
    assert (await pages.get(look)).status_code == 200


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/stories?badge=lost", "badge"),
        ("/api/stories?since=yesterday", "since"),
        ("/api/stories?colour=red", "colour"),
        ("/api/stories?agency=", "agency"),
        ("/api/stories?credit=+kept", "credit"),
        ("/api/stories?after=xx", "after"),
        ("/api/stories?limit=0", "limit"),
        ("/api/stories?text=%22", "text"),
        ("/api/variants?badge=killed", "badge"),
        ("/api/variants?outlet=a&outlet=b", "outlet"),
        ("/api/search", "q"),
        ("/api/search?q=%22", "q"),
        ("/api/rejects?limit=many", "limit"),
    ],
)
async def test_a_broken_filter_is_named(pages, path, name):
    answer = await pages.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()["faults"]) == [name]


@pytest.mark.usefixtures("filled")
async def test_what_did_not_change_is_not_sent_again(pages, store):
    answer = await pages.get("/api/stories")
    tag = answer.headers["etag"]
    again = await pages.get("/api/stories", headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    write(store, [event(original(canonical_id="new", story_id="new"), 500)], {})
    moved = await pages.get("/api/stories", headers={"If-None-Match": tag})
    assert moved.status_code == 200
    assert moved.headers["etag"] != tag


def test_a_tag_is_compared_weakly():
    assert matches('W/"a"', '"a"')
    assert matches("*", '"a"')
    assert not matches("", '"a"')


@pytest.mark.usefixtures("filled")
async def test_reads_go_on_while_the_broker_is_away_and_say_how_old_they_are(pages, hub):
    hub.stand(Status(State.AWAY, 1_795_381_500_000, "no answer"))
    answer = await pages.get("/api/stories")
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 11
    assert answer.json()["board"] == {"state": "away", "since": "2026-11-22T21:05:00.000Z"}
    assert answer.headers["wiretrace-broker"] == "away"
    assert answer.headers["wiretrace-broker-since"] == "2026-11-22T21:05:00.000Z"
