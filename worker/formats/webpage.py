"""An HTML page: what it says of itself (JSON-LD, OpenGraph), and its main text.

Sources: schema.org/NewsArticle, the Open Graph protocol (ogp.me), rel=canonical (RFC 6596).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Final

import orjson
from resiliparse.parse.html import ElementNode, HTMLTree

from worker.errors import NoCopy
from worker.formats.charset import clean
from worker.formats.draft import Item, Source
from worker.formats.html_text import parse_html, tree_text
from worker.formats.page import read_page
from worker.formats.times import rfc3339

_ARTICLES: Final = ("Article", "BlogPosting", "LiveBlogPosting", "Report")
_LEAST_WORDS: Final = 8
_LEAST_CHARACTERS: Final = 60
_LEAST_LINES: Final = 3
_BLOCKS: Final = 50
_GRAPH: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meta:
    """What the page says of itself."""

    headline: str | None
    byline: str | None
    outlet: str | None
    url: str | None
    published: str | None
    language: str | None
    body: str | None


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories of a page. Raises NoCopy for a page without an article, TooDeep."""
    tree = parse_html(source.text, nesting=source.nesting)
    meta = _read_meta(tree)
    found = False
    for draft in read_page(
        _body(tree, meta), title=meta.headline, byline=meta.byline, outlet=source.outlet or meta.outlet
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
            warnings=(*source.warnings, *draft.warnings),
        )
    if not found:
        raise NoCopy("a page without an article")


def _is_prose(text: str) -> bool:
    return text.count(" ") + 1 >= _LEAST_WORDS or len(text) >= _LEAST_CHARACTERS


def _body(tree: HTMLTree, meta: _Meta) -> str:
    """Choose the copy: the article body that the page declares if it has paragraphs, else the main text."""
    declared = meta.body or ""
    if declared.count("\n") + 1 >= _LEAST_LINES:
        return declared
    main = tree_text(tree, main=True)
    if any(_is_prose(line) for line in main.split("\n")):
        return main
    if _is_prose(declared):
        return declared
    paragraphs = (" ".join((node.text or "").split()) for node in _all(tree, "p"))
    return "\n".join(text for text in paragraphs if text)


def _read_meta(tree: HTMLTree) -> _Meta:
    article = _json_ld(tree)
    return _Meta(
        headline=_words(article.get("headline"))
        or _property(tree, "og:title")
        or _element(tree, "h1", "title"),
        byline=_names(article.get("author")) or _property(tree, "author"),
        outlet=_property(tree, "og:site_name") or _names(article.get("publisher")),
        url=_attribute(tree, 'link[rel="canonical"]', "href") or _property(tree, "og:url"),
        published=rfc3339(article.get("datePublished")) or rfc3339(_property(tree, "article:published_time")),
        language=(_attribute(tree, "html", "lang") or "").split("-")[0].split("_")[0].lower() or None,
        body=_lines(article.get("articleBody")),
    )


def _json_ld(tree: HTMLTree) -> Mapping[str, object]:
    """Find the best article among the JSON-LD blocks: a kind of NewsArticle before any other article."""
    second: Mapping[str, object] = {}
    for block in _all(tree, 'script[type="application/ld+json"]')[:_BLOCKS]:
        try:
            data = orjson.loads(clean(block.text or "").strip())
        except orjson.JSONDecodeError:
            continue
        for node in _nodes(data):
            types = _types(node)
            if any(name.endswith("NewsArticle") for name in types):
                return node
            if not second and any(name in _ARTICLES for name in types):
                second = node
    return second


def _nodes(data: object) -> Iterator[Mapping[str, object]]:
    """Walk lists and ``@graph`` breadth first, so many nodes at most."""
    queue: list[object] = [data]
    for value in queue:
        if isinstance(value, list):
            queue.extend(value[: _GRAPH - len(queue)])
        elif isinstance(value, dict):
            yield value
            for name in ("@graph", "mainEntity", "mainEntityOfPage"):
                if isinstance(value.get(name), list | dict) and len(queue) < _GRAPH:
                    queue.append(value[name])


def _types(node: Mapping[str, object]) -> Sequence[str]:
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return [name.rsplit("/", 1)[-1] for name in names if isinstance(name, str)]


def _names(value: object) -> str | None:
    """Join the names of people or organisations, however they are written."""
    values = value if isinstance(value, list) else [value]
    names = [_words(item.get("name") if isinstance(item, dict) else item) for item in values[:20]]
    return ", ".join(name for name in names if name) or None


def _words(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return " ".join(unescape(unescape(value)).split()) or None if isinstance(value, str) else None


def _lines(value: object) -> str | None:
    return unescape(value).strip() or None if isinstance(value, str) else None


def _property(tree: HTMLTree, name: str) -> str | None:
    return _attribute(tree, f'meta[property="{name}"]', "content") or _attribute(
        tree, f'meta[name="{name}"]', "content"
    )


def _attribute(tree: HTMLTree, selector: str, name: str) -> str | None:
    node = _first(tree, selector)
    return _words(node.get_attribute(name)) if node is not None else None


def _element(tree: HTMLTree, *selectors: str) -> str | None:
    for selector in selectors:
        node = _first(tree, selector)
        if node is not None and (text := _words(node.text)):
            return text
    return None


def _first(tree: HTMLTree, selector: str) -> ElementNode | None:
    return tree.document.query_selector(selector) if tree.document is not None else None


def _all(tree: HTMLTree, selector: str) -> list[ElementNode]:
    return list(tree.document.query_selector_all(selector)) if tree.document is not None else []
