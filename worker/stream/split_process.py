"""The worker's end of the split process: start it, ask it in order, bury it and start another."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from mode import Service

import worker
from worker.errors import Reason
from worker.stream import metrics
from worker.stream.frames import LENGTH, answer_in, frame
from worker.stream.rejects import Origin
from worker.stream.splitting import Answer, Terms, refusal

log = structlog.get_logger("wiretrace.split")

GRACE: Final = 20  # seconds beyond the time limit until a process that does not come back is killed
START_WITHIN: Final = 300  # seconds; a starved machine takes its time, and no payload is to blame
STARTS: Final = 3  # in a row that may fail
LOOK_EVERY: Final = 1.0  # seconds
TRIES: Final = 2  # processes that may die of one payload
BUFFER: Final = 1 << 20  # bytes


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A payload whose answer is awaited."""

    origin: Origin
    answer: "asyncio.Future[Answer]"
    deaths: int = 0
    seconds: int = field(default=0)  # that it has been the next one to be answered


class SplitProcess(Service):
    """Answers come in the order of the questions. A payload of which two processes die is refused."""

    def __init__(self, terms: Terms, **kwargs: Any) -> None:  # noqa: ANN401
        self._terms = terms
        self._process: Process | None = None
        self._ready = False  # the process has started and takes payloads
        self._starting = 0  # looks since it was started
        self._failed = 0  # starts in a row
        self._waiting: deque[_Asked] = deque()
        self._asking = asyncio.Lock()  # what waits and what was written go in the same order
        super().__init__(**kwargs)

    async def on_start(self) -> None:
        """Start the process."""
        await self._spawn()

    async def on_stop(self) -> None:
        """End the process: what it has in hand is read again by whoever comes next."""
        await self._bury()
        for asked in self._waiting:
            asked.answer.cancel()

    async def split(self, origin: Origin) -> "asyncio.Future[Answer]":
        """Ask for a payload to be split; the answer comes with the future."""
        asked = _Asked(origin=origin, answer=asyncio.get_running_loop().create_future())
        async with self._asking:
            self._waiting.append(asked)
            self._ask(asked)
            await self._drain()
        return asked.answer

    @property
    def pid(self) -> int:
        """Tell which process splits now."""
        return 0 if self._process is None else self._process.pid

    @Service.task
    async def _listen(self) -> None:
        while not self.should_stop:
            process = self._process
            if process is None or process.stdout is None:
                return
            try:
                size = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
                body = await process.stdout.readexactly(size)
            except asyncio.IncompleteReadError:
                if not self.should_stop:
                    await self._replace(process)
                continue
            if self._ready:
                self._answered(answer_in(body))
            self._ready, self._failed = True, 0

    @Service.task
    async def _watch(self) -> None:
        """Kill a process that does not come back; looks are counted, so that our own sleep counts for one."""
        while not self.should_stop:
            await self.sleep(LOOK_EVERY)
            if self._process is not None and not self._ready:
                self._starting += 1
                if self._starting > START_WITHIN:
                    self._process.kill()
            elif self._waiting and self._process is not None:
                self._waiting[0].seconds += 1
                if self._waiting[0].seconds > self._terms.seconds + GRACE:
                    self._process.kill()

    def _answered(self, answer: Answer) -> None:
        asked = self._waiting.popleft()
        if not asked.answer.done():
            asked.answer.set_result(answer)

    async def _replace(self, process: Process) -> None:
        """Start another process for one that died, and ask it what is not answered."""
        code = await process.wait()
        metrics.SPLIT_DEATHS.inc()
        log.error("split.died", code=code, waiting=len(self._waiting), ready=self._ready)
        if not self._ready:
            self._failed += 1
            if self._failed >= STARTS:
                raise RuntimeError(f"the split process does not start: code {code}, {STARTS} times")
        elif self._waiting:
            asked = self._waiting[0]
            asked.deaths += 1
            if asked.seconds > self._terms.seconds + GRACE:
                message = f"not split within {self._terms.seconds:g} s"
                self._answered(refusal(asked.origin, self._terms, Reason.TOO_SLOW, message))
            elif asked.deaths >= TRIES:
                message = f"the split process died of it {TRIES} times, the last time with code {code}"
                self._answered(refusal(asked.origin, self._terms, Reason.INTERNAL, message))
        async with self._asking:
            await self._spawn()
            for asked in self._waiting:  # not drained: whoever waits for that does not read the answers
                self._ask(asked)

    def _ask(self, asked: _Asked) -> None:
        """Write a question; if the process is gone, its successor is asked all that waits."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(frame(asked.origin))

    async def _drain(self) -> None:
        """Wait while the process has more before it than a pipe takes."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(ConnectionError):
                await self._process.stdin.drain()

    async def _spawn(self) -> None:
        """Start the process with our own code, whatever stands in the working directory."""
        root = str(Path(worker.__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._ready, self._starting = False, 0
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "worker.stream.split_child",
            stdin=PIPE,
            stdout=PIPE,
            limit=BUFFER,
            env={**os.environ, "PYTHONPATH": path},
        )
        if self._process.stdin is not None:
            self._process.stdin.write(frame(self._terms))

    async def _bury(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
