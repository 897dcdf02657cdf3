"""Who is told what, live? One ring of updates that every listener reads at its own place.

A listener holds a number and no queue, so a thousand of them cost no memory that grows, and a slow one
cannot make it grow: who fell out of the ring is told to look again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RING: Final = 512


class State(StrEnum):
    """How the board stands to the broker."""

    STARTING = "starting"  # nothing has been heard yet
    CATCHING_UP = "catching up"  # what happened before is being read
    LIVE = "live"
    AWAY = "away"  # no broker answers


@dataclass(frozen=True, slots=True)
class Status:
    """The state, since when (milliseconds since 1970 UTC), and one line of why."""

    state: State
    since: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class StoryMoved:
    """A story has changed."""

    canonical_id: str


@dataclass(frozen=True, slots=True)
class RejectsMoved:
    """Something was refused."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """So much happened, or so much was missed, that a page had better be asked for anew."""


@dataclass(frozen=True, slots=True)
class StatusMoved:
    """The board stands otherwise to the broker."""

    status: Status


Update = StoryMoved | RejectsMoved | LookAgain | StatusMoved


class Hub:
    """Updates in, updates out to whoever listens; belongs to one event loop."""

    def __init__(self, status: Status) -> None:
        self.status = status
        self._ring: deque[Update] = deque(maxlen=RING)
        # The number of the update that comes next: above those that an earlier board told, whose listeners
        # come back with them.
        self._next = status.since * 1000
        self._news = asyncio.Event()
        self._closed = False

    @property
    def next(self) -> int:
        """Say the number of the next update."""
        return self._next

    def tell(self, *updates: Update) -> None:
        """Tell everybody."""
        if not updates:
            return
        self._ring.extend(updates)
        self._next += len(updates)
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """Let every listener end."""
        self._closed = True
        self._news.set()

    def stand(self, status: Status) -> None:
        """Change the status; told when the state is another."""
        changed = status.state != self.status.state
        self.status = status
        if changed:
            self.tell(StatusMoved(status))

    async def listen(
        self, since: int | None = None, *, idle: float | None = None
    ) -> AsyncIterator[list[tuple[int, Update]]]:
        """Yield the updates that came, with their numbers, from number ``since`` on.

        ``LookAgain`` stands for those that are gone, an empty list for ``idle`` seconds without any. Ends
        when the hub is closed.
        """
        place = self._next if since is None or since > self._next else since
        while not self._closed:
            first = self._next - len(self._ring)
            if place < first:
                place = self._next
                yield [(place - 1, LookAgain())]
            elif place < self._next:
                news = [(number, self._ring[number - first]) for number in range(place, self._next)]
                place = self._next
                yield news
            else:
                try:
                    async with asyncio.timeout(idle):
                        await self._news.wait()
                except TimeoutError:
                    yield []
