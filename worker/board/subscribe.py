"""Feeds to subscribe to: the filters of the API, as Atom or RSS."""

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from worker.board import feeds, parameters, queries
from worker.board.api import OK, On, StoryFilters, VariantFilters
from worker.board.app import Board
from worker.board.conditional import Conditional
from worker.board.feeds import Entry, Feed
from worker.board.filters import Filters
from worker.board.parameters import STORIES, VARIANTS

router: Final = APIRouter(prefix="/feeds", route_class=Conditional, responses=OK, tags=["feeds"])


class Atom(Response):
    """An Atom feed."""

    media_type = "application/atom+xml"


class Rss(Response):
    """An RSS feed."""

    media_type = "application/rss+xml"


@router.get("/stories.atom", response_class=Atom, openapi_extra=parameters.described(*STORIES))
def stories_atom(request: Request, board: On, asked: StoryFilters) -> Response:
    """Give the canonical stories that moved last as Atom."""
    return Atom(feeds.atom(_stories(request, board, asked)))


@router.get("/stories.rss", response_class=Rss, openapi_extra=parameters.described(*STORIES))
def stories_rss(request: Request, board: On, asked: StoryFilters) -> Response:
    """Give the canonical stories that moved last as RSS."""
    return Rss(feeds.rss(_stories(request, board, asked)))


@router.get("/variants.atom", response_class=Atom, openapi_extra=parameters.described(*VARIANTS))
def variants_atom(request: Request, board: On, asked: VariantFilters) -> Response:
    """Give the newest variants as Atom."""
    return Atom(feeds.atom(_variants(request, board, asked)))


@router.get("/variants.rss", response_class=Rss, openapi_extra=parameters.described(*VARIANTS))
def variants_rss(request: Request, board: On, asked: VariantFilters) -> Response:
    """Give the newest variants as RSS."""
    return Rss(feeds.rss(_variants(request, board, asked)))


def _stories(request: Request, board: Board, asked: Filters) -> Feed:
    with board.store.reading() as connection:
        rows = queries.stories(connection, asked).rows
    return _feed(request, "stories", tuple(feeds.story_entry(row) for row in rows))


def _variants(request: Request, board: Board, asked: Filters) -> Feed:
    with board.store.reading() as connection:
        rows = queries.variants(connection, asked).rows
    return _feed(request, "variants", tuple(feeds.variant_entry(row) for row in rows))


def _feed(request: Request, what: str, entries: tuple[Entry, ...]) -> Feed:
    query = f"?{request.url.query}" if request.url.query else ""
    return Feed(
        root=str(request.base_url).rstrip("/"),
        here=quote(request.url.path) + query,
        page="/" + (query if what == "stories" else ""),
        title=feeds.titled(what, request.query_params.multi_items()),
        entries=entries,
    )
