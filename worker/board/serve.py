"""Serve a board until SIGTERM or Ctrl-C, and end cleanly."""

import asyncio
import contextlib
import resource
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from worker.board import delivery, intake
from worker.board.app import Board, build
from worker.board.delivery import Post
from worker.board.hub import Hub, State, Status
from worker.board.intake import Source
from worker.board.outbox import Outbox, standing
from worker.board.saved import Hook
from worker.board.store import Store

DRAIN = 5  # seconds for answers that are on their way


class _Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn would raise them again at its end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen, and who hears the address."""

    host: str
    port: int
    ready: Callable[[str], None]


def serve(  # noqa: PLR0913 - all that a board is told
    source: Source,
    data: Path,
    at: Listening,
    *,
    keep: int | None = None,
    hooks: tuple[Hook, ...] = (),
    post: Post | None = None,
) -> None:
    """Serve the board of ``source`` from the store in ``data``, and post to webhooks.

    A story stays ``keep`` milliseconds of stream time after what was told of it last, None for ever.
    Raises StoreError and OSError (an address that is taken) before anything is served.
    """
    store = Store.open(data)
    try:
        with closing(Outbox.open(data, hooks)) as outbox:
            board = Board(
                store=store,
                hub=Hub(Status(State.STARTING, intake.now())),
                webhooks=partial(standing, hooks, outbox),
            )
            reading = partial(intake.run, source, store, board.hub, keep=keep)
            posting = partial(delivery.run, board, hooks, outbox, post or Post())
            asyncio.run(_serve(board, at, reading, posting))
    finally:
        store.close()


async def _serve(board: Board, at: Listening, *jobs: Callable[[], Coroutine[Any, Any, None]]) -> None:
    hub = board.hub
    faults: list[Exception] = []

    async def work() -> None:
        try:
            await asyncio.gather(*(job() for job in jobs))
        except Exception as error:  # noqa: BLE001 - a board that no longer reads must not look well: it ends
            faults.append(error)
            stop()

    app = build(board, intake=work)
    _allow_many_listeners()
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=DRAIN, lifespan="on"
    )
    server = _Server(config)

    def stop() -> None:
        hub.close()  # the event streams end, which would not end by themselves
        server.force_exit = server.should_exit  # asked twice
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    with _listening(at.host, at.port) as listener:
        told = listener.getsockname()
        at.ready(f"http://{told[0]}:{told[1]}/")
        await server.serve(sockets=[listener])
    if faults:
        raise faults[0]


def _listening(host: str, port: int) -> socket.socket:
    """Bind before anything else is done, so that a taken address is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    return listener


def _allow_many_listeners() -> None:
    """Raise the limit of open files to what the system allows: every listener holds one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65_536) if hard != resource.RLIM_INFINITY else 65_536
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
