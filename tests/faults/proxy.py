"""A TCP proxy between worker and broker that can cut, freeze and slow what passes."""

import asyncio
import contextlib
from enum import Enum
from typing import Self

CHUNK = 64 * 1024


class Weather(Enum):
    CLEAR = "clear"
    CUT = "cut"  # connections are reset, new ones refused
    FROZEN = "frozen"  # connections stand, nothing passes: what a dead switch looks like
    SLOW = "slow"  # 64 kB/s a connection and 100 ms a chunk


class Proxy:
    """Listens on a port of its own and passes bytes to ``port`` on loopback."""

    def __init__(self, port: int = 0) -> None:
        self.target = port
        self.weather = Weather.CLEAR
        self._calm = asyncio.Event()
        self._calm.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def change(self, weather: Weather) -> None:
        self.weather = weather
        if weather is Weather.FROZEN:
            self._calm.clear()
        else:
            self._calm.set()
        if weather is Weather.CUT:
            for writer in list(self._open):
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        if self.weather is Weather.CUT:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        finally:
            for each in (writer, back):
                self._open.discard(each)
                each.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK):
                await self._calm.wait()
                if self.weather is Weather.SLOW:
                    await asyncio.sleep(0.1 + len(chunk) / CHUNK)
                sink.write(chunk)
                await sink.drain()
        sink.transport.abort()
