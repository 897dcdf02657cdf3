"""Follow feeds: each new or changed entry becomes one payload, remembered once the broker has it."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiokafka.errors import KafkaError

from worker.commands.entries import Entry, NoFeed, read_feed
from worker.commands.fetching import Answer, Fetcher, FetchError, open_fetcher
from worker.commands.memory import Known, Memory
from worker.commands.payloads import Delivery, content_id, milliseconds
from worker.commands.robots import Robots
from worker.commands.sending import POLL, OverTopicLimit, Sender, open_sender, settle
from worker.commands.stopping import pause, stopping
from worker.settings import Settings
from worker.story import Payload

log = structlog.get_logger("wiretrace.poll")

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5"
)
FEED_BYTES: Final = 16 * 1024 * 1024
TIMEOUT: Final = 30.0  # seconds a request may take in all
FIRST_WAIT: Final = 60.0  # seconds after a first failure; doubles with each that follows
LONGEST_WAIT: Final = 6 * 3600.0
LONGEST_ASKED: Final = 86_400.0  # seconds that a host may ask us to stay away
GRACE: Final = 5.0  # seconds for what is under way when we are asked to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed to follow; ``outlet`` is the name that the user gives it, else the feed's own title counts."""

    url: str
    outlet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How feeds are asked: seconds between polls of one feed and between requests to one host."""

    interval: float
    gap: float
    contact: str | None = None
    articles: bool = False
    once: bool = False


async def poll(
    subscriptions: Sequence[Subscription], memory: Memory, settings: Settings, manners: Manners
) -> int:
    """Follow feeds until SIGTERM or SIGINT, or ask each once; return how many could not be read last.

    Raises MissingTopic, KafkaError, sqlite3.Error.
    """
    given = frozenset(urlsplit(each.url).hostname or "" for each in subscriptions)
    async with (
        open_sender(settings, POLL) as sender,
        open_fetcher(gap=manners.gap, given=given, timeout_s=TIMEOUT, contact=manners.contact) as fetcher,
    ):
        followers = [_Follower(each, memory, fetcher, sender, manners) for each in subscriptions]
        with stopping() as asked:
            log.info("poll.started", feeds=len(followers), topic=sender.topic)
            tasks = [asyncio.create_task(each.follow(asked)) for each in followers]
            try:
                await _until(tasks, asked)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    published = sum(each.published for each in followers)
    failing = sum(each.failing for each in followers)
    log.info("poll.stopped", published=published, failing=failing)
    return failing


async def _until(tasks: list[asyncio.Task[None]], asked: asyncio.Event) -> None:
    """Wait until every feed is done or one breaks; once we are asked to stop, only for what is under way."""
    stop = asyncio.create_task(_asked(asked))
    try:
        waiting = {stop, *tasks}
        while waiting != {stop} and not asked.is_set():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        left = waiting - {stop}
        if left:
            done, _ = await asyncio.wait(left, timeout=GRACE)
            for task in done:
                task.result()
    finally:
        stop.cancel()


async def _asked(asked: asyncio.Event) -> None:
    await asked.wait()


class _Follower:
    """One feed being followed."""

    def __init__(
        self, subscription: Subscription, memory: Memory, fetcher: Fetcher, sender: Sender, manners: Manners
    ) -> None:
        self.subscription = subscription
        self.published = 0
        self.failing = False
        self._memory = memory
        self._fetcher = fetcher
        self._sender = sender
        self._manners = manners
        self._robots = Robots(fetcher)
        self._random = random.SystemRandom()

    async def follow(self, asked: asyncio.Event) -> None:
        """Ask for the feed again and again, until it is gone or we are asked to stop."""
        url = self.subscription.url
        early = min(self._memory.known(url).due - time.time(), LONGEST_ASKED)
        if early > 0:
            log.info("poll.waiting", feed=url, due_s=round(early))
            if self._manners.once:
                self.failing = True
                return
            await pause(asked, early)
        while not asked.is_set():
            known = self._memory.known(url)
            try:
                known, wait = await self._ask(known, asked), self._manners.interval
                self.failing = False
            except (FetchError, NoFeed) as error:
                self.failing = True
                if isinstance(error, FetchError) and error.status == 410:
                    log.warning("poll.gone", feed=url)
                    return
                known, wait = self._backed_off(known, error)
                log.warning("poll.failed", feed=url, reason=str(error), again_s=round(wait))
            self._memory.answered(url, known, now=time.time())
            if self._manners.once:
                return
            await pause(asked, wait * self._random.uniform(0.9, 1.1))

    def _backed_off(self, known: Known, error: Exception) -> tuple[Known, float]:
        """Wait twice as long after each failure, with jitter, and as long as the host asks for."""
        wait = min(FIRST_WAIT * 2 ** min(known.failures, 20), LONGEST_WAIT)
        wait = max(wait * self._random.uniform(0.75, 1.25), self._manners.interval)
        if isinstance(error, FetchError) and error.wait is not None:
            wait = max(wait, min(error.wait, LONGEST_ASKED))
        return replace(known, failures=known.failures + 1, due=time.time() + wait), wait

    async def _ask(self, known: Known, asked: asyncio.Event) -> Known:
        """Get the feed if it changed, publish what is new in it. Raises FetchError, NoFeed, KafkaError."""
        url = self.subscription.url
        headers = {"Accept": ACCEPT}
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.modified:
            headers["If-Modified-Since"] = known.modified
        answer = await self._fetcher.get(url, headers=headers, largest=FEED_BYTES)
        if answer.status == 304:
            log.info("poll.unchanged", feed=url)
            return replace(known, failures=0, due=0.0)
        feed = read_feed(answer.body, answer.content_type, url=answer.url)
        outlet = self.subscription.outlet or feed.title or urlsplit(url).hostname or url
        seen = time.time_ns()
        fresh = 0
        for entry in reversed(feed.entries):  # feeds list the newest first
            if asked.is_set():
                return replace(known, title=feed.title)  # what is left is asked for again: no new validators
            if self._memory.digest(url, entry.id) != entry.digest:
                await self._publish(entry, outlet)
                fresh += 1
            self._memory.remember(url, entry.id, entry.digest, seen=seen)
        self.published += fresh
        log.info("poll.fetched", feed=url, entries=len(feed.entries), published=fresh)
        if not feed.whole:
            return Known(title=feed.title)  # without validators, so that what was cut is asked for again
        return Known(etag=answer.etag, modified=answer.modified, title=feed.title)

    async def _publish(self, entry: Entry, outlet: str) -> None:
        """Publish one entry, or its page; return when the broker has it. Raises FetchError, KafkaError."""
        page = await self._page(entry) if self._manners.articles and entry.url else None
        feed = self.subscription.url
        delivery = Delivery(
            kind="id",
            name=entry.id,
            index=0,
            item=entry.id,
            outlet=outlet,
            published=milliseconds(entry.published),
            payload=Payload(
                body=page.body if page else entry.body,
                content_type=page.content_type if page else entry.content_type,
                id=content_id(outlet, feed, entry.url, entry.id, entry.digest.encode()),
                outlet=outlet,
                feed=feed,
                url=page.url if page else entry.url,
                published=entry.published,
            ),
        )
        try:
            await settle(delivery, await self._sender.send(delivery))
        except OverTopicLimit as error:
            log.warning("poll.refused", feed=feed, entry=entry.id, reason=f"too_large: {error}")
        except KafkaError as error:
            if not error.retriable:
                raise
            raise FetchError(f"not acknowledged: {str(error) or type(error).__name__}") from None

    async def _page(self, entry: Entry) -> Answer | None:
        """Fetch the page of an entry; None, and the entry is published itself, when there is none for us."""
        address = entry.url or ""
        page, reason = None, "robots.txt asks us not to"
        try:
            if await self._robots.allow(address):
                page = await self._fetcher.get(
                    address, headers={"Accept": "text/html, */*;q=0.5"}, largest=self._sender.largest
                )
                reason = "an empty page"
        except FetchError as error:
            reason = str(error)
        if page is None or not page.body.strip():
            log.warning("poll.page_failed", feed=self.subscription.url, entry=entry.id, reason=reason)
            return None
        return page
