"""The faults: each disturbs a stage while payloads flow, by a seeded plan."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.faults import local
from tests.faults.feed import DISTURBED, Numbered
from tests.faults.memory import family
from tests.faults.proxy import Proxy, Weather
from tests.faults.stage import BLOCK, SESSION, Stage, pause
from topics.catalog import CANONICAL_VARIANTS, WIRE_PAYLOADS, WIRE_REJECTS, WIRE_STORIES

ACCIDENT = 0.3  # of the kills come before the worker has recovered from the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the table. ``strike`` runs while the feed does and acts ``times`` times by default."""

    name: str
    what: str
    strike: Callable[[Stage, random.Random, int], Awaitable[None]]
    times: int
    workers: int = 1
    brokers: int = 1
    proxied: bool = False
    local: bool = False  # the worker keeps local state
    payloads: Callable[[Iterator[Numbered], random.Random], Iterator[Numbered]] | None = None


async def nothing(_stage: Stage, _chance: random.Random, _times: int) -> None:
    """The undisturbed run that the others are compared with."""


async def kill(stage: Stage, chance: random.Random, times: int) -> None:
    for _ in range(times):
        await pause(chance)
        if not stage.feeding:
            return
        stage.strike()
        stage.kill()
        stage.start()
        if chance.random() < ACCIDENT:
            await pause(chance, 0.1, 3.0)
        else:
            await stage.recovered()


async def kill_owner(stage: Stage, chance: random.Random, times: int) -> None:
    """Kill the one that places; it comes back when the standby has taken over, or at once."""
    for _ in range(times):
        await pause(chance)
        if not stage.feeding:
            return
        name = await stage.owner()
        stage.strike()
        stage.kill(name)
        if chance.random() < ACCIDENT:
            stage.start(name)
        await stage.recovered()
        if not stage.workers[name].alive():
            stage.start(name)


async def zombie(stage: Stage, chance: random.Random, times: int) -> None:
    """Freeze the one that places until its session is over and the other has taken over, then wake it."""
    for _ in range(times):
        await pause(chance)
        if not stage.feeding:
            return
        name = await stage.owner()
        stage.strike()
        stage.workers[name].suspend()
        try:
            await asyncio.sleep(SESSION + chance.uniform(1.0, 6.0))
        finally:
            stage.workers[name].wake()
        await stage.recovered()


async def term(stage: Stage, chance: random.Random, times: int) -> None:
    for _ in range(times):
        await pause(chance)
        if not stage.feeding:
            return
        stage.strike()
        await stage.stop()
        stage.start()
        await stage.recovered()


async def members(stage: Stage, chance: random.Random, times: int) -> None:
    """Two, then three workers; they leave by SIGTERM or kill -9 and come back, one always stays."""
    stage.start("two")
    for _ in range(times):
        await pause(chance, 1.0, 3.0)
        if not stage.feeding:
            return
        stage.strike()
        here = sorted(name for name, worker in stage.workers.items() if worker.alive())
        away = sorted({"one", "two", "three"} - set(here))
        if away and (len(here) == 1 or chance.random() < 0.5):
            stage.start(chance.choice(away))
        elif chance.random() < 0.5:
            stage.kill(chance.choice(here))
        else:
            await stage.stop(chance.choice(here))
        await stage.recovered()


async def broker(stage: Stage, chance: random.Random, times: int) -> None:
    for _ in range(times):
        await pause(chance, 1.0, 3.0)
        if not stage.feeding:
            return
        stage.strike()
        await stage.kafka.crash(chance.choice([0.0, 1.0, 5.0]))
        await stage.recovered()


async def one_of_three(stage: Stage, chance: random.Random, times: int) -> None:
    """Kill the controller that leads, then any broker, in turn; some stay away until the cluster goes on."""
    for turn in range(times):
        await pause(chance, 1.0, 3.0)
        if not stage.feeding:
            return
        number = stage.kafka.any(chance) if turn % 2 else stage.kafka.controller()
        stage.strike()
        await stage.kafka.crash(chance.choice([0.0, 5.0, 20.0]), number)
        await stage.recovered()


def network(*kinds: Weather) -> Callable[[Stage, random.Random, int], Awaitable[None]]:
    async def strike(stage: Stage, chance: random.Random, times: int) -> None:
        proxy = stage.kafka.proxy
        assert isinstance(proxy, Proxy)
        for _ in range(times):
            await pause(chance, 1.0, 3.0)
            if not stage.feeding:
                return
            stage.strike()
            proxy.change(chance.choice(kinds))
            try:
                await asyncio.sleep(chance.choice([0.5, 3.0, SESSION + 3.0]))
            finally:
                proxy.change(Weather.CLEAR)
            await stage.recovered()

    return strike


async def remake(stage: Stage, chance: random.Random, times: int) -> None:
    """Delete wire-payloads when all of it is placed, and make it again: offsets begin anew."""
    for _ in range(times):
        await pause(chance, 3.0, 5.0)
        if not stage.feeding:
            return
        async with stage.quiet():
            stage.strike()
            name = stage.topic(WIRE_PAYLOADS.name)
            await stage.kafka.delete(name)
            await asyncio.sleep(chance.choice([0.5, 0.5, 12.0]))
            await stage.kafka.topics(stage.prefix)
        await stage.recovered()


async def child(stage: Stage, chance: random.Random, times: int) -> None:
    """Kill the split process, and not the worker."""
    for _ in range(times):
        await pause(chance)
        if not stage.feeding:
            return
        process = stage.workers["one"].process
        assert process is not None
        stage.strike()
        for each in list(family(process.pid))[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        await stage.recovered()


async def vanish(stage: Stage, chance: random.Random, times: int) -> None:
    """Delete wire-rejects while payloads flow; some seconds later ``topics apply`` makes it again."""
    for _ in range(times):
        await pause(chance, 2.0, 4.0)
        if not stage.feeding:
            return
        stage.strike()
        await stage.kafka.delete(stage.topic(WIRE_REJECTS.name))
        await asyncio.sleep(chance.choice([1.0, 8.0]))
        await stage.kafka.topics(stage.prefix)
        await stage.recovered()


async def refuse(stage: Stage, chance: random.Random, times: int) -> None:
    """Let a topic that the worker writes take no record of common size for a while."""
    for _ in range(times):
        await pause(chance, 2.0, 4.0)
        if not stage.feeding:
            return
        name = chance.choice([WIRE_STORIES.name, CANONICAL_VARIANTS.name])
        stage.strike()
        await stage.kafka.configure(stage.prefix, name, {"max.message.bytes": "500"})
        await asyncio.sleep(chance.choice([3.0, 10.0]))
        await stage.kafka.configure(stage.prefix, name, {})
        await stage.recovered()


def jumping(payloads: Iterator[Numbered], chance: random.Random) -> Iterator[Numbered]:
    """Let one delivery time in ten be years off, either way.

    Not in the first block: stream time never runs backward, but it has to begin somewhere, and a log that
    begins 400 days ago expires its first story as soon as the second comes.
    """
    for payload in payloads:
        away = timedelta(days=chance.choice([-15_000, -400, -8, 8, 400, 15_000]))
        off = payload.number >= BLOCK and chance.random() < 0.1
        time = datetime.now(tz=UTC) + (away if off else timedelta())
        yield replace(
            payload,
            headers=[*payload.headers, ("ce_time", time.isoformat().encode())],
            story=DISTURBED if off else payload.story,
        )


HOSTILE = (
    b"",
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    b'{"outlet": "Pier Post", "text": "The harb',
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"<html>" + b"<div>" * 200_000 + b"words",
    b"<html><body>" + b"<p>one two three four five" * 150_000,
    b"<html><body><ul>" + b"<li>" * 1_000_000,
    b'{"title": "x", "text": "' + b"a b " * 900_000 + b'"}',
    b"x" * (4 * 1024 * 1024 + 1),
)


def hostile(payloads: Iterator[Numbered], chance: random.Random) -> Iterator[Numbered]:
    """Put a payload that means harm between every forty of the feed; its number is far above the feed's."""
    for payload in payloads:
        yield payload
        if payload.number % 40 == 20:
            number = 1_000_000 + payload.number
            headers = [pair for pair in payload.headers if pair[0] not in {"ce_id", "content-type"}]
            yield replace(
                payload,
                number=number,
                story=DISTURBED,
                body=chance.choice(HOSTILE),
                headers=[*headers, ("ce_id", f"item-{number}".encode())],
            )


FAULTS = {
    fault.name: fault
    for fault in (
        Fault(name="none", what="undisturbed, what the others are compared with", strike=nothing, times=0),
        Fault(name="kill", what="kill -9 of the only worker", strike=kill, times=40),
        Fault(
            name="owner",
            what="kill -9 of the worker that places, a standby beside it",
            strike=kill_owner,
            times=10,
            workers=2,
        ),
        Fault(
            name="zombie",
            what="SIGSTOP of the worker that places for longer than its session, then SIGCONT",
            strike=zombie,
            times=4,
            workers=2,
        ),
        Fault(name="term", what="SIGTERM and a new start", strike=term, times=8),
        Fault(name="members", what="one to three workers that join and leave", strike=members, times=12),
        Fault(name="broker", what="kill -9 of the broker, back after 0 to 5 s", strike=broker, times=5),
        Fault(
            name="cluster",
            what="kill -9 of one of three brokers, every other time the leading controller, 0 to 20 s away",
            strike=one_of_three,
            times=6,
            brokers=3,
        ),
        Fault(
            name="cut",
            what="connections to the broker reset and refused, 0.5 to 9 s",
            strike=network(Weather.CUT),
            times=6,
            proxied=True,
        ),
        Fault(
            name="frozen",
            what="connections stand and nothing passes, 0.5 to 9 s",
            strike=network(Weather.FROZEN),
            times=6,
            proxied=True,
        ),
        Fault(
            name="slow",
            what="64 kB/s and 0.1 s a chunk between worker and broker, 0.5 to 9 s",
            strike=network(Weather.SLOW),
            times=6,
            proxied=True,
        ),
        Fault(
            name="clock",
            what="one delivery time in ten days to 41 years off, either way",
            strike=nothing,
            times=0,
            payloads=jumping,
        ),
        Fault(
            name="hostile",
            what="payloads that are broken, too deep, too large, or take too much time or memory to read",
            strike=nothing,
            times=0,
            payloads=hostile,
        ),
        Fault(name="remake", what="wire-payloads deleted and made again", strike=remake, times=2),
        Fault(name="child", what="kill -9 of the split process alone", strike=child, times=10),
        Fault(
            name="refuse",
            what="wire-stories or canonical-variants refuses records for 3 to 10 s",
            strike=refuse,
            times=4,
        ),
        Fault(
            name="vanish",
            what="wire-rejects deleted while payloads flow, and made again",
            strike=vanish,
            times=2,
        ),
        Fault(
            name="state",
            what="kill -9 of the only worker, its snapshot damaged, cut, deleted or set back meanwhile",
            strike=local.state,
            times=8,
            local=True,
        ),
        Fault(
            name="disk",
            what="no room, or no folder, for snapshots, then kill -9 and a start on the same",
            strike=local.disk,
            times=4,
            local=True,
        ),
    )
}
