"""Feeds are valid, hold what the filters ask for, and never carry markup of others."""

import pytest
from lxml import etree, html

from tests.board.conftest import event, original
from worker.board.writer import write
from worker.formats.sniff import sniff

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = "<script>alert(1)</script>&lt;b&gt; \u202egnorw\u2066 & more"
FEEDS = ["/feeds/stories.atom", "/feeds/stories.rss", "/feeds/variants.atom", "/feeds/variants.rss"]


async def feed(pages, path):
    answer = await pages.get(path)
    assert answer.status_code == 200, answer.text
    return answer, etree.fromstring(answer.content)


@pytest.mark.usefixtures("filled")
async def test_a_feed_of_ap_copy_without_credit_lists_just_that(pages):
    answer, root = await feed(pages, "/feeds/variants.atom?agency=AP&credit=stripped")
    asked = (await pages.get("/api/variants?agency=AP&credit=stripped")).json()["items"]
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == len(asked) > 0
    assert [each.findtext(f"{ATOM}title") for each in entries] == [each["headline"] for each in asked]
    assert answer.headers["content-type"].startswith("application/atom+xml")
    ids = [each.findtext(f"{ATOM}id") for each in entries]
    assert len(set(ids)) == len(ids)
    for each in entries:
        (page,) = each.findall(f"{ATOM}link")
        assert (await pages.get(page.get("href"))).status_code == 200


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", FEEDS)
async def test_every_feed_has_what_its_format_demands(pages, path):
    _, root = await feed(pages, f"{path}?language=en")
    if path.endswith("rss"):
        channel = root.find("channel")
        assert all(channel.findtext(name) for name in ("title", "link", "description", "lastBuildDate"))
        items = channel.findall("item")
        assert all(item.findtext(name) for item in items for name in ("title", "link", "guid", "pubDate"))
    else:
        items = root.findall(f"{ATOM}entry")
        for each in (root, *items):
            assert all(each.findtext(ATOM + name) for name in ("id", "title", "updated"))
        assert all(item.findtext(f"{ATOM}author/{ATOM}name") for item in items)
    assert items


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", FEEDS)
async def test_our_own_reader_takes_our_feeds(pages, path):
    answer, _ = await feed(pages, path)
    (source,) = sniff(answer.content)
    assert source.format.value == path.rpartition(".")[2]


@pytest.mark.parametrize("path", FEEDS)
async def test_hostile_news_never_becomes_markup_in_a_feed(pages, store, path):
    write(store, [event(original(headline=EVIL + "\x0b\ufffe", outlet=EVIL, agency=EVIL, slug=EVIL), 0)], {})
    answer, root = await feed(pages, path)
    assert b"<script" not in answer.content
    for element in root.iter():
        text = "".join(filter(None, (element.text, *element.attrib.values())))
        assert "\u202e" not in text
        if path.endswith("rss"):
            assert "<" not in text
            assert "&lt;b" not in text or element.tag == "description"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", FEEDS)
async def test_a_feed_that_did_not_change_is_not_sent_again(pages, path):
    answer, _ = await feed(pages, path)
    again = await pages.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("path", FEEDS)
async def test_a_feed_without_entries_is_still_a_feed(pages, path):
    await feed(pages, path)


@pytest.mark.parametrize("path", FEEDS)
async def test_a_broken_filter_of_a_feed_is_told(pages, path):
    answer = await pages.get(f"{path}?credit=lost")
    assert answer.status_code == 400
    assert "credit" in answer.json()["faults"]


@pytest.mark.usefixtures("filled")
async def test_the_wire_names_the_feeds_of_its_filters(pages):
    head = html.fromstring((await pages.get("/?agency=AP&badge=stripped")).text).head
    paths = [each.get("href") for each in head.findall("link") if each.get("rel") == "alternate"]
    assert len(paths) == 2
    for path in paths:
        assert "agency=AP" in path
        await feed(pages, path)
