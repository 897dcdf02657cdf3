"""Entries of a feed: each a payload that is read as it was in its feed, and named the same at each look."""

import json
from pathlib import Path

import pytest

from worker.commands.entries import NoFeed, read_feed
from worker.pipeline import split
from worker.story import Payload, Story

FEEDS = Path(__file__).resolve().parents[1] / "formats" / "feed"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>
<title>Harbour Gazette</title><link>https://gazette.example/</link><lastBuildDate>{built}</lastBuildDate>{items}
</channel></rss>"""
ITEM = (
    "<item><title>{title}</title><link>/{n}</link><guid isPermaLink='false'>g{n}</guid>"
    "<pubDate>{date}</pubDate>"
    "<slash:comments>{comments}</slash:comments>"
    "<description>&lt;p class='{style}'&gt;The ferry stopped.&lt;/p&gt;"
    "</description></item>"
)


def feed(*items, built="Sun, 22 Nov 2026 10:00:00 GMT"):
    return RSS.format(built=built, items="".join(items)).encode()


def item(n, title="Ferry stops", date="Sun, 22 Nov 2026 09:00:00 GMT", comments=0, style="a"):
    return ITEM.format(n=n, title=title, date=date, comments=comments, style=style)


def read(body, content_type=None):
    return read_feed(body, content_type, url="https://gazette.example/feed/")


@pytest.mark.parametrize("name", ["outlet.rss", "agency.atom"])
def test_an_entry_alone_is_read_as_it_is_in_its_feed(name):
    whole = (FEEDS / name).read_bytes()
    stories = [part for part in split(Payload(body=whole)) if isinstance(part, Story)]
    entries = read(whole).entries
    alone = [
        part
        for entry in entries
        for part in split(Payload(body=entry.body, content_type=entry.content_type))
        if isinstance(part, Story)
    ]
    assert len(stories) > 1
    for one, other in zip(stories, alone, strict=True):
        for field in (
            "headline",
            "outlet",
            "url",
            "native_ids",
            "published",
            "language",
            "paragraphs",
            "kind",
        ):
            assert getattr(one, field) == getattr(other, field)


def test_a_json_feed_is_cut_as_well():
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "Gazette", "home_page_url": "x"}
    items = [{"id": n, "url": f"/{n}", "content_text": f"The ferry stopped {n} times."} for n in range(2)]
    found = read(json.dumps({**body, "items": items}).encode())
    assert (found.title, [each.id for each in found.entries]) == ("Gazette", ["0", "1"])
    (story,) = split(Payload(body=found.entries[1].body))
    assert (story.outlet, story.paragraphs[0].text) == ("Gazette", "The ferry stopped 1 times.")


def test_rdf_keeps_its_items_outside_the_channel():
    body = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b'<channel><title>Gazette</title></channel><item rdf:about="a"><title>One</title>'
        b'<description>x</description></item><item rdf:about="b"><title>Two</title><description>y'
        b"</description></item></rdf:RDF>"
    )
    found = read(body)
    assert [each.id for each in found.entries] == ["a", "b"]
    assert [split(Payload(body=each.body))[0].headline for each in found.entries] == ["One", "Two"]


def test_only_new_words_make_an_entry_new():
    (before,) = read(feed(item(1))).entries
    (same,) = read(
        feed(item(1, date="Mon, 23 Nov 2026 09:00:00 GMT", comments=7, style="b"), built="now")
    ).entries
    (after,) = read(feed(item(1, title="Ferry sails"))).entries
    assert before.id == same.id == after.id == "g1"
    assert before.digest == same.digest
    assert before.digest != after.digest
    assert before.url == "https://gazette.example/1"
    assert before.published == "2026-11-22T09:00:00Z"


def test_entries_with_one_id_and_other_words_are_told_apart_the_same_way_each_time():
    body = feed(item(1), item(1, title="Another"), item(1))
    first, second = read(body).entries
    assert first.id == "g1"
    assert second.id.startswith("g1#")
    assert [each.id for each in read(body).entries] == [first.id, second.id]


def test_a_broken_item_does_not_lose_its_neighbours():
    body = feed(item(1), "<item><title>Cut <b>off</title></item>", item(3))
    assert [each.id for each in read(body).entries] == ["g1", "g3"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><html><body><p>Just a moment</p></body></html>", "html-page"),
        (b"", "empty_payload"),
        (b"\x89PNG\r\n\x1a\n", "unknown_format"),
        (b"<rss><channel><item>", "malformed"),
        (b'{"error": "rate limit"}', "json-article"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body, reason):
    with pytest.raises(NoFeed, match=reason):
        read(body)


def test_an_endless_id_or_address_is_not_carried_along():
    body = feed(
        f"<item><guid>{'g' * 9000}</guid><link>https://x.example/{'y' * 9000}</link><title>a</title></item>"
    )
    (entry,) = read(body).entries
    assert len(entry.id) < 50
    assert entry.url is None


LOQUACIOUS = "word " * 40_000


@pytest.mark.parametrize(
    "feed",
    [
        RSS.format(
            built=LOQUACIOUS,
            items="".join(f"<item><guid>{n}</guid><title>t</title></item>" for n in range(50)),
        ).encode(),
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1",
                "description": LOQUACIOUS,
                "items": [{"id": str(n), "content_text": "t"} for n in range(50)],
            }
        ).encode(),
    ],
)
def test_what_a_feed_says_of_itself_at_length_is_not_said_again_with_each_entry(feed):
    entries = read_feed(feed, None, url="https://gazette.example/feed").entries
    assert len(entries) == 50
    assert sum(len(each.body) for each in entries) < len(feed)
