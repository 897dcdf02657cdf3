"""An HTML page: its main text, and over it what the page says of itself."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from resiliparse.parse.html import HTMLTree

from worker.dialects.credits import agency_of
from worker.errors import NoCopy
from worker.formats.draft import Item, Source
from worker.formats.html_text import parse_html, tree_text
from worker.formats.page import read_page
from worker.formats.page_head import Hints
from worker.formats.page_marks import all_elements
from worker.formats.page_meta import PageMeta, read_meta

_LEAST_WORDS: Final = 8
_LEAST_CHARACTERS: Final = 60
_LEAST_LINES: Final = 3


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories of a page. Raises NoCopy for a page without an article, TooDeep."""
    tree = parse_html(source.text, nesting=source.nesting)
    meta = read_meta(tree)
    ids = meta.ids
    found = False
    for draft in read_page(
        _body(tree, meta),
        title=meta.headline,
        byline=meta.byline,
        outlet=source.outlet or meta.outlet,
        hints=Hints(description=meta.description, decks=meta.decks, marked=meta.marked),
    ):
        if not any(_is_prose(text.text) for text in draft.paragraphs):
            continue
        found = True
        yield replace(
            draft,
            outlet=meta.outlet,
            url=meta.url,
            published=meta.published,
            language=meta.language or draft.language,
            native_id=(meta.url or ids[0]) if ids else None,
            native_ids=ids,
            slug=meta.slug,
            first_created=meta.published,
            version_created=meta.modified,
            keywords=meta.keywords,
            ed_note=meta.correction,
            credits=(*draft.credits, *meta.credits),
            agency=draft.agency or agency_of(meta.credits),
            warnings=(*source.warnings, *draft.warnings),
        )
        ids = ()  # an address names one story, the first
    if not found:
        raise NoCopy("a page without an article")


def _is_prose(text: str) -> bool:
    return text.count(" ") + 1 >= _LEAST_WORDS or len(text) >= _LEAST_CHARACTERS


def _body(tree: HTMLTree, meta: PageMeta) -> str:
    """Choose the copy: the article body that the page declares if it has paragraphs, else the main text."""
    declared = meta.body or ""
    if declared.count("\n") + 1 >= _LEAST_LINES:
        return declared
    main = tree_text(tree, main=True)
    if any(_is_prose(line) for line in main.split("\n")):
        return main
    if _is_prose(declared):
        return declared
    paragraphs = (" ".join((node.text or "").split()) for node in all_elements(tree, "p"))
    return "\n".join(text for text in paragraphs if text)
