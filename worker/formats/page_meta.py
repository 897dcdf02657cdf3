"""What an HTML page says of itself: JSON-LD, OpenGraph, its canonical address and the ids in it.

Sources: schema.org/NewsArticle, the Open Graph protocol (ogp.me), rel=canonical (RFC 6596).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Final, cast

import orjson
from resiliparse.parse.html import ElementNode, HTMLTree

from worker.dialects.agencies import agency_called
from worker.formats.charset import clean
from worker.formats.page_marks import (
    DECKS,
    LONGEST_DECK,
    MOST,
    all_elements,
    credited,
    marked_lines,
    marked_texts,
    signed,
    words_of,
)
from worker.formats.times import rfc3339
from worker.story import Credit, CreditKind, FurnitureKind

_ARTICLES: Final = ("Article", "BlogPosting", "LiveBlogPosting", "Report")
_BLOCKS: Final = 50
_GRAPH: Final = 2_000
_METAS: Final = 300
_ORIGINS: Final = ("sourceOrganization", "provider", "creditText", "copyrightHolder", "isBasedOn")
"""Where an article names whose copy it is; the publisher is but the outlet."""

_WRAPPER: Final = re.compile(
    r"^\s{0,80}(?://)?\s{0,4}(?:<!\[CDATA\[|<!--)|(?://)?\s{0,4}(?:\]\]>|-->)\s{0,80}$"
)
_REUTERS: Final = re.compile(
    r"/(?:article/)?(?P<slug>[\w\-]{3,120})-(?P<id>id[A-Z]{2}[A-Z0-9]{6,14})(?:[/?#]|$)"
)
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(\d{5,12})(?![0-9A-Za-z])")
_DAY: Final = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)")
_POST: Final = re.compile(r"\b(?:postid|post-id|nodeid|page-node|article-id|node)-(\d{3,12})\b")
_SHORT: Final = re.compile(r"[?&]p=(\d{2,12})\b")
_SURE: Final = 12
_IDS: Final = (
    *(
        "article:id",
        "article_id",
        "articleid",
        "article-id",
        "article.id",
        "dc.identifier",
        "cms:id",
        "sailthru.id",
    ),
    *(
        "cXenseParse:recs:articleid",
        "brightspot.contentId",
        "vf:container_id",
        "parsely-post-id",
        "bt:id",
        "id",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMeta:
    """What a page says of itself; ``ids`` are its address and the numbers by which its site knows it."""

    headline: str | None = None
    description: str | None = None
    byline: str | None = None
    outlet: str | None = None
    url: str | None = None
    ids: tuple[str, ...] = ()
    slug: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    body: str | None = None
    keywords: tuple[str, ...] = ()
    correction: str | None = None
    credits: tuple[Credit, ...] = ()
    decks: tuple[str, ...] = ()
    marked: Mapping[str, FurnitureKind] = field(default_factory=dict)


def read_meta(tree: HTMLTree) -> PageMeta:
    """Read the head of a page; what is broken in it is passed over."""
    article = _json_ld(tree)
    metas = _read_metas(tree)
    url = _attribute(tree, 'link[rel="canonical"]', "href") or metas.get("og:url")
    reuters = _REUTERS.search(url) if url else None
    return PageMeta(
        headline=words_of(article.get("headline")) or _title(tree, metas),
        description=words_of(article.get("description"))
        or metas.get("og:description")
        or metas.get("description"),
        byline=_names(article.get("author")) or metas.get("author") or signed(tree),
        outlet=_names(article.get("publisher")) or metas.get("og:site_name"),
        url=url,
        ids=_ids(tree, metas, article, url),
        slug=reuters["slug"] if reuters else None,
        published=rfc3339(article.get("datePublished"))
        or rfc3339(metas.get("article:published_time"))
        or rfc3339(metas.get("og:article:published_time")),
        modified=rfc3339(article.get("dateModified"))
        or rfc3339(metas.get("article:modified_time"))
        or rfc3339(metas.get("og:article:modified_time")),
        language=(_attribute(tree, "html", "lang") or "").split("-")[0].split("_")[0].lower() or None,
        body=_lines(article.get("articleBody")),
        keywords=_keywords(metas, article),
        correction=words_of(_text_of(article.get("correction"))),
        credits=_credits(article) or credited(tree),
        decks=tuple(marked_texts(tree, DECKS, LONGEST_DECK)),
        marked=marked_lines(tree),
    )


def _ids(
    tree: HTMLTree, metas: Mapping[str, str], article: Mapping[str, object], url: str | None
) -> tuple[str, ...]:
    """List the ids of a page, the surest first: in its address, its identifiers, its classes, the address."""
    found: dict[str, None] = {}
    if url:
        if reuters := _REUTERS.search(url):
            found[reuters["id"]] = None
        path = url.split("://", 1)[-1].partition("/")[2].partition("?")[0]
        found.update(
            dict.fromkeys(number for number in reversed(_NUMBER.findall(path)) if not _DAY.match(number))
        )
    identifier = article.get("identifier")
    for value in identifier if isinstance(identifier, list) else [identifier]:
        if text := words_of(_text_of(value)):
            found[text] = None
    for name in _IDS:
        if text := metas.get(name):
            found[text] = None
    for pattern, text in (
        (_POST, _attribute(tree, "body", "class")),
        (_SHORT, _attribute(tree, 'link[rel="shortlink"]', "href")),
    ):
        if text:
            found.update(dict.fromkeys(pattern.findall(text)))
    if url:
        found[url] = None
    return tuple(found)[:MOST]


def _credits(article: Mapping[str, object]) -> tuple[Credit, ...]:
    """Read which agency an article names as its source; a publisher is its outlet and no credit."""
    for name in _ORIGINS:
        text = _names(article.get(name))
        if text and (agency := agency_called(text)):
            return (Credit(kind=CreditKind.FIELD, text=text, agency=agency),)
    return ()


def _title(tree: HTMLTree, metas: Mapping[str, str]) -> str | None:
    """Choose the title: that of OpenGraph, without the site's name where the heading shows it."""
    shared, shown = metas.get("og:title"), _element(tree, "h1")
    if shared and shown and len(shown) >= _SURE and shared.casefold().startswith(shown.casefold()):
        return shown
    return shared or shown or _element(tree, "title")


def _keywords(metas: Mapping[str, str], article: Mapping[str, object]) -> tuple[str, ...]:
    value = article.get("keywords")
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, list):
        given = [words_of(item) for item in value]
    else:
        text = words_of(value) or metas.get("news_keywords") or metas.get("keywords") or ""
        given = [part.strip() for part in text.split(",")]
    return tuple(dict.fromkeys(word for word in given if word))[:MOST]


def _text_of(value: object) -> object:
    if isinstance(value, dict):
        return value.get("text") or value.get("value") or value.get("name")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _json_ld(tree: HTMLTree) -> Mapping[str, object]:
    """Find the best article among the JSON-LD blocks: a kind of NewsArticle before any other article."""
    second: Mapping[str, object] = {}
    for block in all_elements(tree, 'script[type="application/ld+json"]')[:_BLOCKS]:
        data = _read_block(block.text or "")
        for node in _nodes(data):
            types = _types(node)
            if any(name.endswith("NewsArticle") for name in types):
                return node
            if not second and any(name in _ARTICLES for name in types):
                second = node
    return second


def _read_block(text: str) -> object:
    """Read one block, raw line breaks and a CDATA wrapper forgiven; None when it is broken."""
    text = _WRAPPER.sub("", clean(text)).strip()
    if not text:
        return None
    try:
        return cast("object", orjson.loads(text))
    except orjson.JSONDecodeError:
        pass
    try:
        return cast("object", json.loads(text, strict=False))
    except (ValueError, RecursionError):
        return None


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
    names = [words_of(item.get("name") if isinstance(item, dict) else item) for item in values[:20]]
    return ", ".join(name for name in names if name) or None


def _lines(value: object) -> str | None:
    return unescape(value).strip() or None if isinstance(value, str) else None


def _read_metas(tree: HTMLTree) -> Mapping[str, str]:
    """Read all ``meta`` elements at once: each look-up by selector walks the whole page."""
    found: dict[str, str] = {}
    for node in tree.document.get_elements_by_tag_name("meta")[:_METAS] if tree.document is not None else ():
        content = node.get_attribute("content")
        if content:
            for name in (node.get_attribute("property"), node.get_attribute("name")):
                if name and name not in found and (text := words_of(content)):
                    found[name] = text
    return found


def _attribute(tree: HTMLTree, selector: str, name: str) -> str | None:
    node = _first(tree, selector)
    return words_of(node.get_attribute(name)) if node is not None else None


def _element(tree: HTMLTree, *selectors: str) -> str | None:
    for selector in selectors:
        node = _first(tree, selector)
        if node is not None and (text := words_of(node.text)):
            return text
    return None


def _first(tree: HTMLTree, selector: str) -> ElementNode | None:
    return tree.document.query_selector(selector) if tree.document is not None else None
