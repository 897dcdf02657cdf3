"""The pages: Wire, Story, Outlets, Outlet, Rejects, and those that say what went wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from worker.board import filters, outlets, queries, rejects, wire
from worker.board.app import Board, board_of
from worker.board.dossier import dossier
from worker.board.filters import BADGES, BadFilter, Filters
from worker.board.render import environment

router: Final = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
templates: Final = environment()

On = Annotated[Board, Depends(board_of)]
After = Annotated[str | None, Query()]


def filters_of(request: Request, board: On) -> Filters:
    """Read the filters of a request; a dependency of routes. Raises BadFilter."""
    return filters.read(
        request.query_params.multi_items(), now=board.clock(), also=("after", "story", "limit")
    )


Asked = Annotated[Filters, Depends(filters_of)]


@router.get("/")
def wire_page(board: On, asked: Asked, after: After = None) -> Response:
    """Show the canonical stories as they move."""
    with board.store.reading() as connection:
        page = queries.stories(connection, asked, after=after)
        return _page(
            board,
            "wire.html",
            items=wire.items(connection, page.rows),
            after=page.after,
            paged=after is not None,
            asked=asked,
            query=urlencode([(name, text) for name, texts in asked.given.items() for text in texts]),
            agencies=queries.facet(connection, "agency"),
            languages=queries.facet(connection, "language"),
            outlets=[row.outlet for row in outlets.outlets(connection)],
            badges=BADGES,
        )


@router.get("/stories/{canonical_id}")
def story_page(board: On, canonical_id: str, variant: str | None = None, after: After = None) -> Response:
    """Show one story: who ran it when, from whom, and what they made of it."""
    if variant is not None and not (variant.isascii() and variant.isdigit() and len(variant) < 10):
        raise BadFilter({"variant": f"{variant[:40]!r} is no number of a variant"})
    with board.store.reading() as connection:
        row = queries.story(connection, canonical_id)
        if row is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such story on this board.")
        if row.canonical_id != canonical_id:
            return RedirectResponse(f"/stories/{row.canonical_id}", HTTPStatus.PERMANENT_REDIRECT)
        shown = dossier(connection, row, sequence=None if variant is None else int(variant), after=after)
        if variant is not None and shown.compared is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"This story has no variant {variant}.")
        return _page(board, "story.html", it=shown, paged=after is not None)


@router.get("/outlets")
def outlets_page(board: On) -> Response:
    """List the outlets."""
    with board.store.reading() as connection:
        return _page(board, "outlets.html", outlets=outlets.outlets(connection))


@router.get("/outlets/{name:path}")
def outlet_page(board: On, name: str, after: After = None) -> Response:
    """Show what an outlet runs, from whom, and what it does to it."""
    with board.store.reading() as connection:
        found = outlets.outlet(connection, name)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "The board has not met this outlet.")
        page = queries.variants(connection, Filters(outlet=name), after=after)
        return _page(board, "outlet.html", it=found, page=page)


@router.get("/rejects")
def rejects_page(board: On, reason: str | None = None, after: After = None) -> Response:
    """Show what was refused, and how to put it back."""
    with board.store.reading() as connection:
        counted = rejects.reasons(connection)
        if reason and reason not in dict(counted):
            raise BadFilter({"reason": f"nothing was refused as {reason[:40]!r}"})
        page = rejects.rejects(connection, reason=reason or None, after=after)
        return _page(board, "rejects.html", reasons=counted, reason=reason or None, page=page)


@router.get("/healthz")
def healthz(board: On) -> Response:
    """Say that pages are served, and how the board stands to the broker."""
    return PlainTextResponse(f"ok\nbroker: {board.hub.status.state}\n")


def wire_row(board: Board, asked: Filters, canonical_id: str) -> str | None:
    """Render the row of one story as the Wire shows it; None when the filters do not ask for it."""
    with board.store.reading() as connection:
        page = queries.stories(connection, asked, only=canonical_id)
        if not page.rows:
            return None
        (item,) = wire.items(connection, page.rows)
        return templates.get_template("_row.html").render(item=item)


def status_line(board: Board) -> str:
    """Render how the board stands to the broker."""
    return templates.get_template("_status.html").render(status=board.hub.status)


def bad_filter(request: Request, faults: Mapping[str, str]) -> Response:
    """Say what is wrong with what was asked."""
    board = board_of(request)
    return _page(board, "bad.html", status_code=HTTPStatus.BAD_REQUEST, faults=faults, back=request.url.path)


def not_there(request: Request, status: int, detail: str) -> Response:
    """Say that there is no such page, with a way back."""
    return _page(board_of(request), "gone.html", status_code=status, code=status, detail=detail)


def _page(board: Board, name: str, *, status_code: int = HTTPStatus.OK, **context: Any) -> Response:  # noqa: ANN401 - what the template needs
    text = templates.get_template(name).render(status=board.hub.status, event=board.hub.next, **context)
    return HTMLResponse(text, status_code, headers={"Cache-Control": "no-cache"})
