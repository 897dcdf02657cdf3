"""The API: what the pages show, as JSON."""

from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse, Response

from worker.board import answers, outlets, parameters, problems, queries, rejects, replies
from worker.board.app import Board, board_of
from worker.board.conditional import DOCUMENTED, Conditional
from worker.board.copies import evidence_of
from worker.board.dossier import EVERY
from worker.board.filters import Filters
from worker.board.parameters import NARROWING, PAGE_SIZE, STORIES, VARIANTS, After, Asked, Limit, Text
from worker.board.problems import Unknown, described
from worker.board.rows import Page, StoryRow

T = TypeVar("T")
DIGITS: Final = 18  # of a number that the store can hold

OK: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": DOCUMENTED},
    304: {"description": "What If-None-Match names is still so.", "headers": DOCUMENTED},
    400: described("A parameter is broken; `faults` names it."),
    "default": described("Something else went wrong."),
}
UNKNOWN: Final[dict[int | str, dict[str, Any]]] = {
    308: {"description": "The story was merged; it goes on where Location says."},
    404: described("There is no such thing; `look` says where to look."),
}

router: Final = APIRouter(prefix="/api", route_class=Conditional, responses=OK, tags=["news"])

On = Annotated[Board, Depends(board_of)]
StoryFilters = Annotated[Filters, Depends(Asked(*STORIES))]
VariantFilters = Annotated[Filters, Depends(Asked(*VARIANTS))]
Id = Annotated[str, Path(description="Canonical id; one that was merged away leads on.")]


@router.get("/stories", openapi_extra=parameters.described(*STORIES))
def list_stories(
    request: Request, board: On, asked: StoryFilters, after: After = "", limit: Limit = PAGE_SIZE
) -> answers.StoryPage:
    """List canonical stories, the last seen first."""
    with board.store.reading() as connection:
        page = queries.stories(connection, asked, after=after or None, limit=limit)
    return _stories(request, board, page)


@router.get("/search", openapi_extra=parameters.described(*NARROWING))
def search_stories(  # noqa: PLR0913 - each is a parameter of the operation
    *,
    request: Request,
    board: On,
    asked: Annotated[Filters, Depends(Asked(*NARROWING))],
    q: Text,
    after: After = "",
    limit: Limit = PAGE_SIZE,
) -> answers.StoryPage:
    """Find the canonical stories that hold words in a headline or in copy, the last seen first."""
    with board.store.reading() as connection:
        page = queries.stories(connection, asked.searching(q), after=after or None, limit=limit)
    return _stories(request, board, page)


@router.get("/stories/{canonical_id}", responses=UNKNOWN, response_model=answers.WholeStory)
def get_story(board: On, canonical_id: Id) -> answers.WholeStory | Response:
    """Show one story: how it stands, its members, links, versions, and which outlets it reached."""
    with board.store.reading() as connection:
        row = queries.story(connection, canonical_id)
        if row is None:
            raise _no_story()
        if row.canonical_id != canonical_id:
            return _moved(row)
        return replies.whole_story(connection, row, board.hub.status)


@router.get(
    "/stories/{canonical_id}/variants",
    responses=UNKNOWN,
    response_model=answers.VariantPage,
)
def list_story_variants(
    request: Request, board: On, canonical_id: Id, after: After = "", limit: Limit = PAGE_SIZE
) -> answers.VariantPage | Response:
    """List the variants of a story in their order."""
    with board.store.reading() as connection:
        row = queries.story(connection, canonical_id)
        if row is None:
            raise _no_story()
        if row.canonical_id != canonical_id:
            return _moved(row, "/variants")
        page = queries.variants(
            connection, EVERY, canonical_id=canonical_id, after=after or None, limit=limit
        )
    return answers.VariantPage(
        items=[replies.variant(each) for each in page.rows],
        next=_next(request, page),
        board=replies.board_state(board.hub.status),
    )


@router.get(
    "/stories/{canonical_id}/variants/{sequence}", responses=UNKNOWN, response_model=answers.VariantEvidence
)
def get_variant(
    board: On, canonical_id: Id, sequence: Annotated[str, Path(description="Number of the variant.")]
) -> answers.VariantEvidence | Response:
    """Show one variant with what it kept, dropped, added and changed."""
    with board.store.reading() as connection:
        row = queries.story(connection, canonical_id)
        if row is None:
            raise _no_story()
        if row.canonical_id != canonical_id:
            return _moved(row, f"/variants/{quote(sequence, safe='')}")
        digits = sequence.isascii() and sequence.isdigit() and len(sequence) <= DIGITS
        found = queries.variant(connection, canonical_id, int(sequence)) if digits else None
        if found is None:
            at = f"/api/stories/{quote(canonical_id, safe='')}/variants"
            raise Unknown(f"This story has no variant {sequence[:40]!r}.", look=at)
        return replies.evidence(found, evidence_of(connection, found.n))


@router.get("/variants", openapi_extra=parameters.described(*VARIANTS))
def list_variants(
    request: Request, board: On, asked: VariantFilters, after: After = "", limit: Limit = PAGE_SIZE
) -> answers.VariantPage:
    """List placements of all stories, the newest first."""
    with board.store.reading() as connection:
        page = queries.variants(connection, asked, after=after or None, limit=limit)
    return answers.VariantPage(
        items=[replies.variant(each) for each in page.rows],
        next=_next(request, page),
        board=replies.board_state(board.hub.status),
    )


@router.get("/outlets")
def list_outlets(board: On) -> answers.OutletList:
    """List the outlets, those that run most first."""
    with board.store.reading() as connection:
        found = outlets.outlets(connection)
    return answers.OutletList(
        items=[replies.outlet_counts(each) for each in found], board=replies.board_state(board.hub.status)
    )


@router.get("/outlets/{name:path}", responses={404: UNKNOWN[404]})
def get_outlet(board: On, name: str) -> answers.OutletReport:
    """Show what an outlet runs, from whom, how fast, and what it does to it."""
    with board.store.reading() as connection:
        found = outlets.outlet(connection, name)
    if found is None:
        raise Unknown("The board has not met this outlet.", look="/api/outlets")
    return replies.outlet_report(found, board.hub.status)


@router.get("/rejects", responses={404: UNKNOWN[404]})
def list_rejects(
    request: Request,
    board: On,
    reason: Annotated[str, Query(max_length=200, description="Only what was refused so.")] = "",
    after: After = "",
    limit: Limit = rejects.PAGE,
) -> answers.RejectPage:
    """List refused payloads, the latest first, and count them by reason."""
    with board.store.reading() as connection:
        reasons = rejects.reasons(connection)
        if reason and reason not in dict(reasons):
            raise Unknown(f"Nothing was refused as {reason[:60]!r}.", look="/api/rejects")
        page = rejects.rejects(connection, reason=reason or None, after=after or None, limit=limit)
    return answers.RejectPage(
        reasons=replies.counted(reasons),
        items=[replies.reject(each) for each in page.rows],
        next=_next(request, page),
        board=replies.board_state(board.hub.status),
    )


@router.get("/webhooks")
def list_webhooks(board: On) -> answers.WebhookList:
    """List the webhooks that the board was started with, and how each of them does."""
    return answers.WebhookList(items=list(board.webhooks()), board=replies.board_state(board.hub.status))


def describe(app: FastAPI) -> dict[str, Any]:
    """Write the OpenAPI document; for ``app.openapi``."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        schemas["Problem"] = problems.Problem.model_json_schema(mode="serialization")
        app.openapi_schema = document
    return app.openapi_schema


def _stories(request: Request, board: Board, page: Page[StoryRow]) -> answers.StoryPage:
    return answers.StoryPage(
        items=[replies.story(each) for each in page.rows],
        next=_next(request, page),
        board=replies.board_state(board.hub.status),
    )


def _next(request: Request, page: Page[T]) -> str | None:
    """Write the address of the next page: the same question, after this one."""
    if page.after is None:
        return None
    asked = [each for each in request.query_params.multi_items() if each[0] != "after"]
    return f"{quote(request.url.path)}?{urlencode([*asked, ('after', page.after)])}"


def _no_story() -> Unknown:
    return Unknown("There is no such story on this board.", look="/api/stories")


def _moved(row: StoryRow, rest: str = "") -> Response:
    at = f"/api/stories/{quote(row.canonical_id, safe='')}{rest}"
    return RedirectResponse(at, HTTPStatus.PERMANENT_REDIRECT)
