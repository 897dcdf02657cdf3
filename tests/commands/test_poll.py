"""Feeds followed from loopback servers onto a real broker."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiokafka import AIOKafkaConsumer

from tests.commands.test_entries import feed, item
from topics.catalog import WIRE_PAYLOADS
from topics.headers import PayloadHeaders, read_headers
from worker.commands.memory import Memory
from worker.commands.polling import Manners, Subscription, poll
from worker.pipeline import split
from worker.settings import Settings
from worker.story import Payload


class Outlet:
    """A news site: a feed that changes, pages, and the requests that it saw."""

    def __init__(self):
        self.items = [item(1), item(2, title="Fog")]
        self.version = 1
        self.status = 200
        self.headers = {}
        self.seen = []

    async def answer(self, request):
        self.seen.append((request.path, request.headers.get("If-None-Match")))
        if request.path == "/robots.txt":
            return web.Response(status=404)
        if request.path.startswith("/feed"):
            tag = f'"{self.version}"'
            if self.status != 200:
                return web.Response(status=self.status, headers=self.headers)
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304)
            return web.Response(
                body=feed(*self.items), headers={"ETag": tag}, content_type="application/rss+xml"
            )
        if request.path.endswith("/2"):
            return web.Response(status=404)
        return web.Response(text="<html><body><p>The whole page.</p></body></html>", content_type="text/html")

    def change(self, *items):
        self.items = list(items)
        self.version += 1


@asynccontextmanager
async def open_outlet():
    outlet = Outlet()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", outlet.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        outlet.url = str(server.make_url("/feed"))
        yield outlet


@pytest.fixture
async def desk(kafka, prefix, apply_topics, tmp_path):
    """Look once at feeds, as a new process would: how many failed, and what was published."""
    await apply_topics(prefix)
    settings = Settings(bootstrap=kafka.bootstrap, prefix=prefix)
    consumer = AIOKafkaConsumer(
        f"{prefix}-{WIRE_PAYLOADS.name}", bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest"
    )

    async def look(*outlets, name=None, **manners):
        memory = Memory.open(tmp_path / "poll.sqlite", now=time.time())
        try:
            failing = await poll(
                [Subscription(url=each.url, outlet=name) for each in outlets],
                memory,
                settings,
                Manners(interval=60.0, gap=0.0, once=True, **manners),
            )
        finally:
            memory.close()
        found = []
        while batch := await consumer.getmany(timeout_ms=700):
            found.extend(record for part in batch.values() for record in part)
        read = [(read_headers(PayloadHeaders, each.headers), each.value) for each in found]
        return failing, sorted(read, key=lambda each: each[0].subject)

    async with consumer:
        yield look


async def test_an_entry_is_published_once_and_again_when_its_words_change(desk):
    async with open_outlet() as outlet:
        failing, first = await desk(outlet)
        assert (failing, [headers.subject for headers, _ in first]) == (0, ["g1", "g2"])
        headers, value = first[1]
        assert (headers.outlet, headers.feed) == ("Harbour Gazette", outlet.url)
        assert (headers.source, headers.content_type) == ("/wiretrace/poll", "application/rss+xml")
        assert (headers.url, headers.published) == (outlet.url.replace("/feed", "/2"), "2026-11-22T09:00:00Z")
        (story,) = split(Payload(body=value))
        assert (story.headline, story.outlet) == ("Fog", "Harbour Gazette")
        assert await desk(outlet) == (0, [])
        assert outlet.seen == [("/feed", None), ("/feed", '"1"')]
        outlet.change(item(3), item(2, title="Thick fog"), item(1, comments=5))
        _, second = await desk(outlet)
        assert [headers.subject for headers, _ in second] == ["g2", "g3"]
        assert second[0][0].id != first[1][0].id
        outlet.version += 1  # another validator, the same words
        assert await desk(outlet) == (0, [])


async def test_pages_are_published_instead_of_entries_where_there_is_one(desk):
    async with open_outlet() as outlet:
        _, found = await desk(outlet, name="Küsten-Bote", articles=True)
    (page, body), (entry, _) = found
    assert b"The whole page." in body
    assert (page.content_type, page.outlet) == ("text/html; charset=utf-8", "Küsten-Bote")
    assert (entry.subject, entry.content_type) == ("g2", "application/rss+xml")


async def test_a_host_that_asks_for_time_gets_it_over_a_restart_and_others_are_still_read(desk):
    async with open_outlet() as tired, open_outlet() as other:
        tired.status, tired.headers = 503, {"Retry-After": "3600"}
        failing, found = await desk(tired, other)
        assert (failing, len(found)) == (1, 2)
        tired.status = 200
        failing, found = await desk(tired, other)
        assert (failing, found) == (1, [])
        assert len(tired.seen) == 1


async def test_a_page_in_the_place_of_a_feed_is_a_failure_and_publishes_nothing(desk):
    async with open_outlet() as outlet:
        outlet.items = ["</channel><html>"]
        assert await desk(outlet) == (1, [])


async def test_a_feed_that_was_cut_is_asked_for_again_though_its_validator_is_the_same(desk):
    async with open_outlet() as outlet:
        sound, outlet.items = outlet.items, [item(1), "<item><title>Cut"]
        assert [headers.subject for headers, _ in (await desk(outlet))[1]] == ["g1"]
        outlet.items = sound
        assert [headers.subject for headers, _ in (await desk(outlet))[1]] == ["g2"]


async def known(memory, feed_url, entry):
    while memory.digest(feed_url, entry) is None:  # noqa: ASYNC110 - it is a file that changes
        await asyncio.sleep(0.05)


async def test_a_feed_is_followed_live_until_a_signal_ends_it(kafka, prefix, apply_topics, tmp_path):
    await apply_topics(prefix)
    settings = Settings(bootstrap=kafka.bootstrap, prefix=prefix)
    memory = Memory.open(tmp_path / "poll.sqlite", now=time.time())
    async with open_outlet() as outlet, asyncio.timeout(20):
        run = asyncio.create_task(
            poll([Subscription(url=outlet.url)], memory, settings, Manners(interval=0.1, gap=0.0))
        )
        await known(memory, outlet.url, "g2")
        outlet.change(item(7))
        await known(memory, outlet.url, "g7")
        os.kill(os.getpid(), signal.SIGTERM)
        assert await run == 0
    memory.close()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["gazette.example/feed"], "is no http address of a feed"),
        (["ftp://gazette.example/feed"], "is no http address of a feed"),
        (["Gazette=https://"], "is no http address of a feed"),
        (["https://me:secret@gazette.example/feed"], "an address with a password"),
        (["https://a.example/f", "A=https://a.example/f"], "a feed is named twice"),
        (["https://a.example/f", "--interval", "often"], "--interval: 'often'"),
        (["https://a.example/f", "--contact", "a\nb"], "--contact"),
    ],
)
def test_wrong_feeds_and_flags_are_told_before_anything_is_asked(wiretrace, arguments, complaint):
    said = wiretrace("poll", *arguments, "--bootstrap", "127.0.0.1:1")
    assert said.code == 2
    assert complaint in said.complaint()
    assert "secret" not in said.err
