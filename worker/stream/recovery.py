"""How the state of ``place`` comes back, and is kept meanwhile: the log, and a snapshot to start from."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiokafka import TopicPartition

from topics.catalog import WIRE_PLACEMENTS, topic_name
from worker.errors import OtherVersion
from worker.settings import Settings
from worker.stream import metrics
from worker.stream.kafka import client_args
from worker.stream.ledger import Ledger, Mark
from worker.stream.memory import give_back, trim, without_collections
from worker.stream.placing import Placing
from worker.stream.retention import Retention
from worker.stream.snapshot import Abandoned, Snapshots, Unusable
from worker.stream.topic_id import topic_id
from worker.stream.vitals import Part

log = structlog.get_logger("wiretrace.place")

TELL_EVERY: Final = 5.0  # seconds between log lines of a rebuild
WORTH: Final = 20_000  # decisions read back that make a snapshot worth its while at once


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A rebuilt state, the offset in wire-stories of its last decision, and how many were read back.

    ``story_id`` is the last decision's, None when it was read from no log or made for no story.
    """

    placing: Placing
    position: int
    story_id: str | None
    read: int


class Keeper:
    """Rebuilds the state of one matching partition and writes snapshots of it in the background."""

    def __init__(self, settings: Settings, part: Part) -> None:
        self._settings = settings
        self._part = part
        folder = settings.state_dir
        self._snapshots = None if folder is None else Snapshots(folder, prefix=settings.prefix)
        self._writing: asyncio.Task[None] | None = None
        self._written = time.monotonic()
        name = topic_name(WIRE_PLACEMENTS.name, settings.prefix)
        self._placements = TopicPartition(name, 0)
        self._retention = self._new_retention()
        self._cutting: asyncio.Task[None] | None = None
        self._ids: tuple[str, str] = ("", "")

    async def recover(self, ledger: Ledger, *, stories_id: str, check: Callable[[], None]) -> State:
        """Rebuild the state. ``check`` is called between lots and raises when the work is in vain.

        Raises OtherVersion, KafkaError, DecodeError or ValueError when a log cannot be read.
        """
        started = time.monotonic()
        self._ids = (stories_id, await topic_id(self._placements.topic, client_args(self._settings)))
        self._retention = self._new_retention()
        with without_collections():
            placing, position, after = await self._from_snapshot(ledger)
            check()
            count, told = 0, started
            story_id: str | None = None
            async for entries in ledger.read_back(after):
                for entry in entries:
                    placing.restore(entry.story, entry.decision)
                position, story_id = entries[-1].offset, entries[-1].decision.story_id
                if ledger.last is not None:
                    self._retention.note(entries[-1].decision.at, ledger.last.offset)
                count += len(entries)
                self._tell(count, ahead=ledger.ahead)
                check()
                if time.monotonic() - told > TELL_EVERY:
                    told = time.monotonic()
                    log.info("place.recovering", decisions=count, ahead=ledger.ahead)
                await asyncio.sleep(0)  # probes and heartbeats share this loop
        self._tell(count, ahead=0)
        give_back()
        seconds = time.monotonic() - started
        metrics.RECOVERY_SECONDS.set(seconds)
        log.info(
            "place.recovered",
            decisions=count,
            position=position,
            seconds=round(seconds, 3),
            start="log" if after is None else "snapshot",
        )
        if count >= WORTH:
            self._written = -self._settings.state_interval  # the next batch is followed by a snapshot
        return State(placing=placing, position=position, story_id=story_id, read=count)

    def keep(self, placing: Placing, *, position: int, mark: Mark | None) -> None:
        """Begin a snapshot, or a cut of the log, when one is due.

        Only the capture of a snapshot stops the fold; a thread writes it.
        """
        if mark is None:
            return
        self._retention.note(placing.now, mark.offset)
        before = self._retention.due(placing.held_since)
        if before is not None and (self._cutting is None or self._cutting.done()):
            self._cutting = asyncio.create_task(self._retention.cut(before))
        due = time.monotonic() - self._written > self._settings.state_interval
        if self._snapshots is None or not due or self._writing is not None:
            return
        self._written = time.monotonic()
        kind, arrays = placing.capture()
        facts = {
            **kind,
            "position": position,
            "mark": [mark.offset, mark.digest],
            "topics": list(self._ids),
        }
        held = time.monotonic() - self._written
        self._writing = asyncio.create_task(self._write(self._snapshots, facts, arrays, held))

    async def close(self) -> None:
        """Wait for the snapshot and the cut under way."""
        for task in (self._writing, self._cutting):
            if task is not None:
                await task

    async def abandon(self) -> None:
        """Give the snapshot under way up: the worker stops, and the one before will do."""
        if self._snapshots is not None:
            self._snapshots.abandoned = True
        await self.close()

    async def _write(
        self, snapshots: Snapshots, facts: dict[str, Any], arrays: dict[str, Any], held: float
    ) -> None:
        started = time.monotonic()
        try:
            size = await asyncio.to_thread(snapshots.write, facts, arrays)
        except Abandoned:
            pass
        except OSError as error:
            metrics.SNAPSHOTS.labels("failed").inc()
            log.warning("snapshot.failed", error=type(error).__name__, message=str(error)[:200])
        else:
            seconds = time.monotonic() - started
            metrics.SNAPSHOTS.labels("written").inc()
            metrics.SNAPSHOT_SECONDS.set(seconds)
            metrics.SNAPSHOT_BYTES.set(size)
            log.info("snapshot.written", bytes=size, seconds=round(seconds, 3), held=round(held, 3))
            await asyncio.to_thread(trim)
        finally:
            self._writing = None

    def _tell(self, count: int, *, ahead: int) -> None:
        """Tell how many decisions of a rebuild were read, and how many are to come."""
        self._part.ahead = ahead
        metrics.RECOVERED.labels("read").set(count)
        metrics.RECOVERED.labels("ahead").set(ahead)

    def _new_retention(self) -> Retention:
        return Retention(client_args(self._settings), self._placements, window=self._settings.window_ms)

    def _placing(self) -> Placing:
        return Placing(
            window=self._settings.window_ms,
            prefix=self._settings.prefix,
            limit=self._settings.payload_bytes,
            hold=self._settings.embargoes == "hold",
        )

    async def _from_snapshot(self, ledger: Ledger) -> tuple[Placing, int, Mark | None]:
        """Start from the snapshot, if there is one that can be used, else empty."""
        if self._snapshots is not None:
            await self.close()  # one that is being written is newer
            try:
                found = await asyncio.to_thread(self._snapshots.read)
                if found is not None:
                    return await self._resume(ledger, *found)
            except (Unusable, OtherVersion, MemoryError) as error:
                metrics.SNAPSHOTS.labels("ignored").inc()
                log.warning("snapshot.ignored", message=str(error)[:200])
                await asyncio.to_thread(self._snapshots.discard)
        return self._placing(), -1, None

    async def _resume(
        self, ledger: Ledger, facts: dict[str, Any], arrays: dict[str, Any]
    ) -> tuple[Placing, int, Mark]:
        """Take a snapshot over. Raises Unusable when it does not belong to this log, OtherVersion."""
        if facts.get("topics") != list(self._ids):
            raise Unusable("it belongs to topics that are gone")
        offset, digest = facts["mark"]
        mark = Mark(offset=offset, digest=digest)
        if not await ledger.holds(mark):
            raise Unusable(f"the log does not have the record at {offset} that it ends with")
        placing = self._placing()
        try:
            await asyncio.to_thread(placing.resume, facts, arrays)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise Unusable(f"its parts do not fit: {error!r}") from error
        metrics.SNAPSHOTS.labels("used").inc()
        log.info("snapshot.used", position=facts["position"], mark=offset)
        return placing, facts["position"], mark
