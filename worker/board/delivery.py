"""Post what matches saved filters: signed, at least once, again with growing pauses, at last no more."""

import asyncio
import hmac
import sqlite3
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlsplit

import aiohttp
import structlog

from worker.board.app import Board
from worker.board.guard import PublicResolver, Refused, check_literal
from worker.board.outbox import Message, Outbox
from worker.board.saved import Hook

T = TypeVar("T")

# Pauses after the first, second, … attempt, as Standard Webhooks proposes: ten attempts in about three days.
RETRIES: Final = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
TIMEOUT: Final = 15.0  # seconds for an attempt
REST: Final = 5.0  # seconds that a receiver is left alone after a failed attempt
GATHER: Final = 0.2  # seconds in which updates of the board are taken together
LOOK: Final = 30.0  # seconds after which the store is looked at in any case

log = structlog.get_logger("wiretrace.webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How deliveries are made; pauses are seconds.

    ``private`` lets them go to private addresses, ``again`` posts once more what was given up before.
    """

    private: bool = False
    again: bool = False
    retries: tuple[float, ...] = RETRIES
    rest: float = REST
    timeout: float = TIMEOUT


def signature(message_id: str, timestamp: int, body: bytes, secret: bytes) -> str:
    """Sign a delivery as Standard Webhooks has it: HMAC-SHA256 over id, time in seconds and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, signed, "sha256")).decode()


async def run(board: Board, hooks: tuple[Hook, ...], outbox: Outbox, post: Post) -> None:
    """Post until cancelled; each webhook has its own pace, so a slow receiver holds up nobody else."""
    if post.again:
        log.info("webhook.revived", deliveries=outbox.revive(now=board.clock()))
    connector = aiohttp.TCPConnector(resolver=None if post.private else PublicResolver(), force_close=True)
    with ThreadPoolExecutor(1, thread_name_prefix="board-webhooks") as thread:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=post.timeout),
            ) as session,
            asyncio.TaskGroup() as tasks,
        ):
            for hook in hooks:
                sender = Sender(board, hook, outbox, post, session, thread)
                tasks.create_task(sender.collect())
                tasks.create_task(sender.send())


class Sender:
    """Takes over and posts what one webhook asks for."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a sender works with
        self,
        board: Board,
        hook: Hook,
        outbox: Outbox,
        post: Post,
        session: aiohttp.ClientSession,
        thread: ThreadPoolExecutor,
    ) -> None:
        self._board, self._hook, self._outbox, self._post = board, hook, outbox, post
        self._session, self._thread = session, thread
        self._news = asyncio.Event()

    async def collect(self) -> None:
        """Take over what came to the store, at once and whenever the board tells that something moved."""
        moved = asyncio.Event()
        listening = asyncio.create_task(self._listen(moved))
        try:
            while True:
                moved.clear()
                try:
                    more = await self._call(self._take_over)
                except sqlite3.OperationalError as error:  # a full disk, a store that is being rebuilt
                    log.warning("webhook.not_collected", webhook=self._hook.name, why=str(error))
                    more = False
                self._news.set()
                if not more:
                    await _first_of(moved, LOOK)
                    await asyncio.sleep(GATHER)
        finally:
            listening.cancel()

    async def send(self) -> None:
        """Post what is due, one delivery at a time."""
        while True:
            try:
                await self._send_next()
            except sqlite3.OperationalError as error:  # a full disk: posted again when it is noted again
                log.warning("webhook.not_noted", webhook=self._hook.name, why=str(error))
                await asyncio.sleep(self._post.rest)

    async def _send_next(self) -> None:
        self._news.clear()
        message = await self._call(lambda: self._outbox.next(self._hook.name))
        pause = LOOK if message is None else (message.due - self._board.clock()) / 1000
        if message is None or pause > 0:
            await _first_of(self._news, pause)
        elif not await self._attempt(message):
            await asyncio.sleep(self._post.rest)

    async def _attempt(self, message: Message) -> bool:
        """Post once and note the outcome; True when it was taken."""
        error, gone = await self._deliver(message)
        if error is None:
            await self._call(lambda: self._outbox.delivered(self._hook.name, message))
            log.info("webhook.delivered", webhook=self._hook.name, id=message.id)
            return True
        dead = gone or message.attempts >= len(self._post.retries)
        pause = 0.0 if dead else self._post.retries[message.attempts]
        due = None if dead else self._board.clock() + int(pause * 1000)
        await self._call(lambda: self._outbox.failed(self._hook.name, message, error, due=due))
        number = message.attempts + 1
        if dead:
            log.error("webhook.dead", webhook=self._hook.name, id=message.id, attempt=number, why=error)
        else:
            log.warning("webhook.failed", webhook=self._hook.name, id=message.id, attempt=number, why=error)
        return False

    async def _deliver(self, message: Message) -> tuple[str | None, bool]:
        """Post once: why it was not taken (None: it was), and whether the receiver is gone for good."""
        now = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "wiretrace",
            "webhook-id": message.id,
            "webhook-timestamp": str(now),
            "webhook-signature": " ".join(
                signature(message.id, now, message.body, each) for each in self._hook.secrets
            ),
        }
        try:
            if not self._post.private:
                check_literal(urlsplit(self._hook.url).hostname or "")
            async with self._session.post(
                self._hook.url, data=message.body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _why(error, self._post.timeout), False
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return None, False
        return f"answered {status}", status == HTTPStatus.GONE

    def _take_over(self) -> bool:
        with self._board.store.reading() as connection:
            return self._outbox.collect(connection, self._hook, now=self._board.clock())

    async def _listen(self, moved: asyncio.Event) -> None:
        async for _ in self._board.hub.listen():
            moved.set()

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


async def _first_of(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, so long at most; not by wait_for, which can swallow a cancellation before 3.12."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _why(error: Exception, timeout: float) -> str:
    """Say why an attempt failed, without the path of its address: that may hold a token."""
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match inner:
        case Refused():
            return f"refused: {inner}"
        case TimeoutError():
            return f"no answer within {timeout:g} s"
        case OSError(strerror=str(text)):
            return f"cannot connect: {text}"
        case _:
            return type(error).__name__
