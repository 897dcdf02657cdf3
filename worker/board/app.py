"""Build the web application around a store and a hub; whoever serves it also runs the intake."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.board.answers import Webhook
from worker.board.filters import BadFilter
from worker.board.hub import Hub
from worker.board.store import Store

HERE: Final = Path(__file__).parent
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What every page is made from; ``app.state.board`` holds it. ``clock`` gives milliseconds since 1970."""

    store: Store
    hub: Hub
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    webhooks: Callable[[], tuple[Webhook, ...]] = tuple  # how each of them does


def build(board: Board, *, intake: Callable[[], Coroutine[Any, Any, None]] | None = None) -> FastAPI:
    """Build the application; ``intake`` runs as long as it does."""
    from worker.board import api, live, pages, subscribe  # noqa: PLC0415 - they ask this module what a board is

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = None if intake is None else asyncio.create_task(intake())
        yield
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    app = FastAPI(
        title="wiretrace board",
        description="Canonical stories, their variants and the outlets that run them.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.board = board
    app.state.events = live.Events(board)
    app.add_middleware(_Secure)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(live.router)
    app.include_router(api.router)
    app.include_router(subscribe.router)
    app.include_router(pages.router)
    app.add_exception_handler(BadFilter, _bad_filter)
    app.add_exception_handler(RequestValidationError, _bad_filter)
    app.add_exception_handler(HTTPException, _http)
    app.openapi = partial(api.describe, app)  # type: ignore[method-assign]  # as FastAPI's manual has it
    return app


def board_of(request: Request) -> Board:
    """Give the board that serves a request; a dependency of routes."""
    board: Board = request.app.state.board
    return board


class _Secure:
    """Adds the headers that keep a page to itself to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured)


async def _bad_filter(request: Request, error: Exception) -> Response:
    """Say what is wrong with the parameters: 400, as a page or as problem details."""
    from worker.board import pages, problems  # noqa: PLC0415 - as above

    match error:
        case BadFilter():
            faults = error.faults
        case RequestValidationError():
            faults = {str(each["loc"][-1])[:40]: str(each["msg"]) for each in error.errors()}
        case _:
            faults = {}
    answer = problems.bad_filter if problems.wanted(request) else pages.bad_filter
    return answer(request, faults)


async def _http(request: Request, error: Exception) -> Response:
    """Answer with a page and a way back, or with problem details."""
    from worker.board import pages, problems  # noqa: PLC0415 - as above

    if not isinstance(error, HTTPException):
        error = HTTPException(500, "fault")
    if problems.wanted(request):
        return problems.http(request, error)
    return pages.not_there(request, error.status_code, str(error.detail))
