"""Tell open pages what moves: server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from worker.board.app import Board
from worker.board.filters import Filters
from worker.board.hub import LookAgain, RejectsMoved, StatusMoved, StoryMoved, Update
from worker.board.pages import Asked, On, status_line, wire_row

router: Final = APIRouter(include_in_schema=False)

REMEMBERED: Final = 256  # rendered rows

Rendered = dict[tuple[int, Filters], "asyncio.Task[str | None]"]


class Rows:
    """Renders the row of an update once for all who asked for the same; belongs to one event loop."""

    def __init__(self) -> None:
        self._rendered: Rendered = {}

    async def row(self, board: Board, number: int, canonical_id: str, asked: Filters) -> str | None:
        """Give the row; None when the filters do not ask for the story."""
        key = (number, asked)
        if key not in self._rendered:
            while len(self._rendered) >= REMEMBERED:
                del self._rendered[next(iter(self._rendered))]
            work: Callable[[], str | None] = partial(wire_row, board, asked, canonical_id)
            self._rendered[key] = asyncio.create_task(asyncio.to_thread(work))
        return await asyncio.shield(self._rendered[key])


rows: Final = Rows()


@router.get("/events", response_class=EventSourceResponse)
async def events(
    board: On,
    asked: Asked,
    story: Annotated[str | None, Query()] = None,
    since: Annotated[int | None, Query(alias="from", ge=0)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Stream what moves: rows of the Wire, or that ``story`` moved.

    A page says from which update on it knows nothing (``from``), a browser that comes back what it heard
    last (``Last-Event-ID``), so that nothing between is missed.
    """
    digits = last_event_id or ""
    if digits.isascii() and digits.isdigit() and len(digits) < 18:
        since = int(digits) + 1
    first = board.hub.next if since is None else since
    yield ServerSentEvent(event="status", raw_data=_one_line(status_line(board)), id=str(first - 1))
    async for number, update in board.hub.listen(first):
        told = await _told(board, asked, story, number, update)
        if told is not None:
            event, data = told
            yield ServerSentEvent(event=event, raw_data=data, id=str(number))


async def _told(
    board: Board, asked: Filters, story: str | None, number: int, update: Update
) -> tuple[str, str] | None:
    """Say what a listener is told of an update: event name and data; None for nothing."""
    match update:
        case StoryMoved(canonical_id=canonical_id) if story is None:
            row = await rows.row(board, number, canonical_id, asked)
            return None if row is None else ("row", _one_line(row))
        case StoryMoved(canonical_id=canonical_id):
            return ("moved", orjson.dumps(canonical_id).decode()) if canonical_id == story else None
        case RejectsMoved():
            return "rejects", "{}"
        case LookAgain():
            return "again", "{}"
        case StatusMoved():
            return "status", _one_line(status_line(board))


def _one_line(html: str) -> str:
    """Put HTML on one line: a line end would end the field."""
    return " ".join(html.split())
