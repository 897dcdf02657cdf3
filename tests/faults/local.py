"""Faults of local state: a snapshot that is damaged, gone or old, and a disk that takes none.

A snapshot saves time and decides nothing. After each fault the worker's own counters are asked whether it met
what was done to it: a fault that nobody noticed proves nothing.
"""

import asyncio
import contextlib
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.stage import PATIENCE, Stage, Unsettled, pause

AGAIN = 0.3  # of the kills are followed by another before the worker has recovered
ROOM = 256 * 1024  # bytes that a file may have on a full disk: less than any snapshot, more than a log

Harm = Callable[[Path, bytes, random.Random], None]


def settings(folder: Path) -> dict[str, str]:
    """Give the settings of a worker that writes a snapshot every second."""
    return {"WIRETRACE_STATE_DIR": str(folder), "WIRETRACE_STATE_INTERVAL": "1s"}


def _flip(snapshot: Path, _earlier: bytes, chance: random.Random) -> None:
    raw = bytearray(snapshot.read_bytes())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    snapshot.write_bytes(raw)


def _cut(snapshot: Path, _earlier: bytes, chance: random.Random) -> None:
    os.truncate(snapshot, chance.randrange(snapshot.stat().st_size))


def _delete(snapshot: Path, _earlier: bytes, _chance: random.Random) -> None:
    snapshot.unlink()


def _put_back(snapshot: Path, earlier: bytes, _chance: random.Random) -> None:
    snapshot.write_bytes(earlier)


HARMS: tuple[tuple[Harm, str], ...] = (
    (_flip, "ignored"),
    (_cut, "ignored"),
    (_delete, ""),
    (_put_back, "used"),
)


async def state(stage: Stage, chance: random.Random, times: int) -> None:
    """Kill the only worker and harm its snapshot while it is down, each way in turn."""
    earlier = b""
    started = 0.0
    for turn in range(times):
        await pause(chance)
        snapshot = await _written(stage, since=started)
        if snapshot is None:
            return
        harm, outcome = HARMS[turn % len(HARMS)]
        stage.strike()
        stage.kill()
        earlier = earlier or snapshot.read_bytes()
        harm(snapshot, earlier, chance)
        started = time.time()
        stage.start()
        if chance.random() < AGAIN:
            await pause(chance, 0.1, 3.0)
            stage.kill()
            stage.start()
            await stage.recovered()
        else:
            await stage.recovered()
            await _met(stage, outcome)


async def disk(stage: Stage, chance: random.Random, times: int) -> None:
    """Let the disk be full, or the folder no folder, under the worker; kill it, and start it on the same."""
    started = 0.0
    for turn in range(times):
        await pause(chance)
        snapshot = await _written(stage, since=started)
        if snapshot is None:
            return
        broken, outcome = ((_full, "used"), (_no_folder, "ignored"))[turn % 2]
        stage.strike()
        with broken(stage, snapshot):
            await _met(stage, "failed")
            stage.kill()
            stage.start()
            started = time.time()
            _limit(stage, ROOM if broken is _full else resource.RLIM_INFINITY)
            await stage.recovered()
            await _met(stage, outcome)


@contextlib.contextmanager
def _full(stage: Stage, _snapshot: Path) -> Iterator[None]:
    """Refuse what is longer than a file may be, in the middle of it, as a full disk does."""
    _limit(stage, ROOM)
    try:
        yield
    finally:
        _limit(stage, resource.RLIM_INFINITY)


@contextlib.contextmanager
def _no_folder(_stage: Stage, snapshot: Path) -> Iterator[None]:
    """Put a file where the folder was: it can be neither written nor read, by root either."""
    folder = snapshot.parent
    aside = folder.rename(folder.with_name("aside"))
    folder.write_bytes(b"no folder")
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


def _limit(stage: Stage, size: int) -> None:
    """Set how long a file may be that the worker writes."""
    process = stage.workers["one"].process
    assert process is not None
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def _written(stage: Stage, *, since: float) -> Path | None:
    """Wait for a snapshot that is newer; None when the feed is over."""
    folder, name = Path(stage.settings["WIRETRACE_STATE_DIR"]), f"{stage.prefix}-place-0.state"
    deadline = time.monotonic() + PATIENCE
    while stage.feeding:
        with contextlib.suppress(OSError):
            if (folder / name).stat().st_mtime > since:
                return folder / name
        if time.monotonic() > deadline:
            raise Unsettled(f"no snapshot within {PATIENCE:.0f} s")
        await asyncio.sleep(0.1)
    return None


async def _met(stage: Stage, outcome: str) -> None:
    """Wait until the worker has counted such a snapshot; without one it must have met none."""
    deadline = time.monotonic() + PATIENCE
    while stage.feeding:
        counts = {
            each: await stage.workers["one"].metric(f'wiretrace_snapshots_total{{outcome="{each}"}}') or 0
            for each in ("used", "ignored", "failed")
        }
        if counts[outcome] if outcome else not counts["used"] + counts["ignored"]:
            return
        if time.monotonic() > deadline:
            raise Unsettled(f"no snapshot was {outcome or 'absent'}: {counts}")
        await asyncio.sleep(0.2)
