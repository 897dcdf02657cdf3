"""The pages: Wire, Story, Outlets, Outlet, Rejects, and those that say what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
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

ELSEWHERE: Final = ("after", "from", "story")  # parameters that are no filters

On = Annotated[Board, Depends(board_of)]
After = Annotated[str | None, Query()]


def filters_of(request: Request, board: On) -> Filters:
    """Read the filters of a request; a dependency of routes. Raises BadFilter."""
    return filters.read(request.query_params.multi_items(), now=board.clock(), also=ELSEWHERE)


@dataclass(frozen=True, slots=True)
class View:
    """Renders pages of a board; ``event`` is the update from which on a page knows nothing."""

    board: Board
    event: int

    def page(self, name: str, *, status_code: int = HTTPStatus.OK, **context: Any) -> Response:  # noqa: ANN401 - what the template needs
        """Render a template."""
        text = templates.get_template(name).render(status=self.board.hub.status, event=self.event, **context)
        return HTMLResponse(text, status_code, headers={"Cache-Control": "no-cache"})


def view_of(board: On) -> View:
    """Note the number of the next update before anything is read; a dependency of routes."""
    return View(board, board.hub.next)


Asked = Annotated[Filters, Depends(filters_of)]
Shown = Annotated[View, Depends(view_of)]


@router.get("/")
def wire_page(view: Shown, asked: Asked, after: After = None) -> Response:
    """Show the canonical stories as they move."""
    with view.board.store.reading() as connection:
        page = queries.stories(connection, asked, after=after)
        return view.page(
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
def story_page(view: Shown, canonical_id: str, variant: str | None = None, after: After = None) -> Response:
    """Show one story: who ran it when, from whom, and what they made of it."""
    if variant is not None and not (variant.isascii() and variant.isdigit() and len(variant) < 10):
        raise BadFilter({"variant": f"{variant[:40]!r} is no number of a variant"})
    with view.board.store.reading() as connection:
        row = queries.story(connection, canonical_id)
        if row is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such story on this board.")
        if row.canonical_id != canonical_id:
            return RedirectResponse(f"/stories/{row.canonical_id}", HTTPStatus.PERMANENT_REDIRECT)
        shown = dossier(connection, row, sequence=None if variant is None else int(variant), after=after)
        if variant is not None and shown.compared is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"This story has no variant {variant}.")
        return view.page("story.html", it=shown, paged=after is not None)


@router.get("/outlets")
def outlets_page(view: Shown) -> Response:
    """List the outlets."""
    with view.board.store.reading() as connection:
        return view.page("outlets.html", outlets=outlets.outlets(connection))


@router.get("/outlets/{name:path}")
def outlet_page(view: Shown, name: str, after: After = None) -> Response:
    """Show what an outlet runs, from whom, and what it does to it."""
    with view.board.store.reading() as connection:
        found = outlets.outlet(connection, name)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "The board has not met this outlet.")
        page = queries.variants(connection, Filters(outlet=name), after=after)
        return view.page("outlet.html", it=found, page=page)


@router.get("/rejects")
def rejects_page(view: Shown, reason: str | None = None, after: After = None) -> Response:
    """Show what was refused, and how to put it back."""
    with view.board.store.reading() as connection:
        counted = rejects.reasons(connection)
        if reason and reason not in dict(counted):
            raise BadFilter({"reason": f"nothing was refused as {reason[:40]!r}"})
        page = rejects.rejects(connection, reason=reason or None, after=after)
        return view.page("rejects.html", reasons=counted, reason=reason or None, page=page)


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
    return view_of(board_of(request)).page(
        "bad.html", status_code=HTTPStatus.BAD_REQUEST, faults=faults, back=request.url.path
    )


def not_there(request: Request, status: int, detail: str) -> Response:
    """Say that there is no such page, with a way back."""
    return view_of(board_of(request)).page("gone.html", status_code=status, code=status, detail=detail)
