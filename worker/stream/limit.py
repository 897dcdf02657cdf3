"""Whether so many payloads are refused that the fault must be ours: a bad deploy, not bad input."""

from collections import deque
from collections.abc import Callable
from typing import Final

SECONDS: Final = 60  # that are looked back on
LEAST: Final = 200  # payloads in them, or there is no verdict


class TooManyRejects(Exception):
    """The limit was passed; the worker stops instead of emptying the feed into the rejects."""


class RejectLimit:
    """Counts the payloads of the last minute, and those of them that were refused."""

    def __init__(self, percent: int, *, clock: Callable[[], float]) -> None:
        """Allow ``percent`` of the payloads, 0 for any number; ``clock`` gives monotonic seconds."""
        self._percent = percent
        self._clock = clock
        self._seconds: deque[list[int]] = deque()  # second, payloads, refused
        self._payloads = 0
        self._refused = 0

    def count(self, *, refused: bool) -> None:
        """Count one payload. Raises TooManyRejects."""
        if not self._percent:
            return
        now = int(self._clock())
        if not self._seconds or self._seconds[-1][0] != now:
            self._seconds.append([now, 0, 0])
        while self._seconds[0][0] <= now - SECONDS:
            _, payloads, gone = self._seconds.popleft()
            self._payloads -= payloads
            self._refused -= gone
        self._seconds[-1][1] += 1
        self._seconds[-1][2] += refused
        self._payloads += 1
        self._refused += refused
        if self._payloads >= LEAST and self._refused * 100 > self._payloads * self._percent:
            raise TooManyRejects(
                f"{self._refused} of the last {self._payloads} payloads were refused, "
                f"the limit is {self._percent} per cent"
            )
