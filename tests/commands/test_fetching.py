"""Fetching as a guest: one request a host at a time, bounded, nothing of our own network for strangers."""

import asyncio
import gzip
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from worker.commands.fetching import FetchError, open_fetcher, retry_after
from worker.commands.robots import Robots


@asynccontextmanager
async def serving(handler, *, gap=0.0, given=frozenset({"127.0.0.1"}), timeout_s=5.0):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        open_fetcher(gap=gap, given=given, timeout_s=timeout_s, contact="desk@gazette.example") as fetcher,
    ):
        yield fetcher, str(server.make_url("/"))


async def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_and_told_who_asks():
    times, under_way = [], []

    async def handler(request):
        assert request.headers["User-Agent"].startswith("wiretrace/")
        assert "desk@gazette.example" in request.headers["User-Agent"]
        under_way.append(1)
        assert len(under_way) == 1
        times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.02)
        under_way.pop()
        return web.Response(
            text="x", headers={"ETag": '"1"', "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}
        )

    async with serving(handler, gap=0.1) as (fetcher, base):
        answers = await asyncio.gather(*(fetcher.get(f"{base}{n}", headers={}, largest=10) for n in range(3)))
    assert [(each.status, each.body, each.etag) for each in answers] == [(200, b"x", '"1"')] * 3
    assert min(after - before for before, after in pairwise(times)) >= 0.1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("loop", "more than 5 redirects"),
        ("file", "no http address"),
        ("inside", "is not on the public internet"),
        ("nowhere", "a redirect to nowhere"),
        ("long", "more than 1000 bytes"),
        ("bomb", "more than 1000 bytes"),
        ("slow", "TimeoutError"),
        ("broken", "status 500"),
    ],
)
async def test_what_a_host_may_not_do_to_us(path, reason):
    async def handler(request):
        targets = {
            "loop": "/loop",
            "file": "file:///etc/passwd",
            "inside": "http://127.0.0.2/secret",
            "nowhere": "",
        }
        name = request.match_info["path"]
        if name in targets:
            return web.Response(status=302, headers={"Location": targets[name]} if targets[name] else {})
        if name == "bomb":
            return web.Response(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})
        if name == "slow":
            await asyncio.sleep(9)
        return web.Response(status=500 if name == "broken" else 200, body=bytes(2000))

    async with serving(handler, timeout_s=0.3 if path == "slow" else 5.0) as (fetcher, base):
        with pytest.raises(FetchError, match=reason):
            await fetcher.get(base + path, headers={}, largest=1000)


async def test_a_redirect_is_followed_to_where_it_ends():
    async def handler(request):
        if request.match_info["path"] == "old":
            raise web.HTTPMovedPermanently("new")
        return web.Response(text=request.path)

    async with serving(handler) as (fetcher, base):
        answer = await fetcher.get(f"{base}old", headers={}, largest=100)
    assert (answer.body, answer.url) == (b"/new", f"{base}new")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"]
)
async def test_an_address_that_the_user_did_not_give_must_be_public(address):
    async def handler(_request):
        return web.Response(text="secret")

    async with serving(handler, given=frozenset({"gazette.example"})) as (fetcher, base):
        port = base.rstrip("/").rsplit(":", 1)[1]
        with pytest.raises(FetchError, match="not on the public internet"):
            await fetcher.get(address.format(port=port), headers={}, largest=100)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Sun, 22 Nov 2026 10:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("99999999999", None),
        (None, None),
    ],
)
def test_a_host_says_when_to_come_back_in_seconds_or_by_a_date(value, seconds):
    assert retry_after(value, now=datetime(2026, 11, 22, 10, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("status", "rules", "allowed"),
    [
        (200, "User-agent: *\nDisallow: /private\n", [True, False]),
        (200, "User-agent: wiretrace\nDisallow: /\n", [False, False]),
        (404, "", [True, True]),
        (503, "", [False, False]),
    ],
)
async def test_pages_are_fetched_where_robots_txt_lets_us(status, rules, allowed):
    asked = []

    async def handler(request):
        asked.append(request.path)
        return web.Response(status=status, text=rules)

    async with serving(handler) as (fetcher, base):
        robots = Robots(fetcher)
        assert [await robots.allow(base + path) for path in ("story", "private/story")] == allowed
    assert asked == ["/robots.txt"]
