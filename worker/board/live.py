"""Tell open pages what moves: server-sent events.

What is sent of an update is made once for all who asked for the same, and a listener gets all that came
since its last turn in one write: a thousand listeners cost little more than one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from worker.board.app import Board
from worker.board.filters import Filters
from worker.board.hub import LookAgain, RejectsMoved, StatusMoved, StoryMoved, Update
from worker.board.pages import Asked, status_line, wire_row

router: Final = APIRouter(include_in_schema=False)

REMEMBERED: Final = 1024  # events made
IDLE: Final = 15.0  # seconds without an event, after which a comment keeps the connection open
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Sent = dict[tuple[int, Filters], "asyncio.Task[bytes]"]


class Events:
    """Makes the event of an update once for all who asked for the same; belongs to one event loop."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._made: Sent = {}

    async def of(self, number: int, update: Update, asked: Filters, story: str | None) -> bytes:
        """Give the event; empty when who asked is not told of the update."""
        match update:
            case StoryMoved(canonical_id=canonical_id) if story is None:
                return await self._once(number, asked, partial(self._row, number, canonical_id, asked))
            case StoryMoved(canonical_id=canonical_id):
                return event("moved", "{}", number) if canonical_id == story else b""
            case RejectsMoved():
                return event("rejects", "{}", number)
            case LookAgain():
                return event("again", "{}", number)
            case StatusMoved():
                return event("status", status_line(self.board), number)

    async def _once(self, number: int, asked: Filters, work: Callable[[], bytes]) -> bytes:
        key = (number, asked)
        made = self._made.get(key)
        if made is None:
            while len(self._made) >= REMEMBERED:
                del self._made[next(iter(self._made))]
            made = self._made[key] = asyncio.create_task(asyncio.to_thread(work))
        return made.result() if made.done() else await asyncio.shield(made)

    def _row(self, number: int, canonical_id: str, asked: Filters) -> bytes:
        row = wire_row(self.board, asked, canonical_id)
        return b"" if row is None else event("row", row, number)


@router.get("/events")
async def events(
    request: Request,
    asked: Asked,
    story: Annotated[str | None, Query()] = None,
    since: Annotated[int | None, Query(alias="from", ge=0)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Stream what moves: rows of the Wire, or that ``story`` moved.

    A page says from which update on it knows nothing (``from``), a browser that comes back what it heard
    last (``Last-Event-ID``), so that nothing between is missed.
    """
    digits = last_event_id or ""
    if digits.isascii() and digits.isdigit() and len(digits) < 18:
        since = int(digits) + 1
    made: Events = request.app.state.events
    first = made.board.hub.next if since is None else since
    return StreamingResponse(
        _stream(made, asked, story, first),
        media_type="text/event-stream",
        headers=HEADERS,
    )


async def _stream(made: Events, asked: Filters, story: str | None, first: int) -> AsyncIterator[bytes]:
    yield event("status", status_line(made.board), first - 1)
    async for news in made.board.hub.listen(first, idle=IDLE):
        told = b"".join([await made.of(number, update, asked, story) for number, update in news])
        if told or not news:
            yield told or b":\n\n"


def event(name: str, html: str, number: int) -> bytes:
    """Write an event; the HTML is put on one line, for a line end would end the field."""
    return f"event: {name}\ndata: {' '.join(html.split())}\nid: {number}\n\n".encode()
