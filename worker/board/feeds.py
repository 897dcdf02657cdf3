"""Write stories and variants as feeds: Atom (RFC 4287) and RSS 2.0."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from html import escape
from typing import Final
from urllib.parse import quote

from lxml import etree

from topics.times import time_text
from worker.board.rows import StoryRow, VariantRow

ATOM: Final = "http://www.w3.org/2005/Atom"
TITLE_MOST: Final = 300
URN: Final = "urn:wiretrace"

# What XML cannot hold, and controls that would turn the text of whatever page shows the feed.
UNFIT: Final = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
TURNING: Final = re.compile("[\\u202a-\\u202e\\u2066-\\u2069]")

ENTITY: Final = re.compile("&(?=[#A-Za-z0-9]{1,40};)")
ANGLES: Final = str.maketrans({"<": "‹", ">": "›"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a feed; ``path`` is where the board shows it, ``updated`` is milliseconds."""

    id: str
    title: str
    path: str
    updated: int
    published: int | None
    author: str
    summary: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed; ``root`` is the board's address without a slash at its end."""

    root: str
    here: str
    page: str
    title: str
    entries: tuple[Entry, ...]


def story_entry(row: StoryRow) -> Entry:
    """Make an entry of a canonical story; it is the same entry however often it moves."""
    badges = tuple(each for each in ("stripped", "corrected", "killed", "embargoed") if getattr(row, each))
    return Entry(
        id=f"{URN}:story:{quote(row.canonical_id, safe='')}",
        title=row.headline or ("(text expired)" if row.lapsed else "(no headline)"),
        path=f"/stories/{quote(row.canonical_id, safe='')}",
        updated=row.updated,
        published=row.founded,
        author=row.agency or "unknown",
        summary=_sentence(f"{row.variants} variants in {row.outlets} outlets", *badges),
        categories=tuple(filter(None, (row.agency, row.slug, *badges))),
    )


def variant_entry(row: VariantRow) -> Entry:
    """Make an entry of a placement."""
    at, key = "/", f"kept:{row.story_id}"
    if row.canonical_id is not None:
        story = quote(row.canonical_id, safe="")
        at, key = f"/stories/{story}?variant={row.sequence}#diff", f"{row.published_under}:{row.sequence}"
    kept = "" if row.coverage is None else f"keeps {row.coverage:.0%} of the canonical copy"
    credit = "" if row.credit in {None, "none"} else f"credit {row.credit}"
    return Entry(
        id=f"{URN}:variant:{quote(key)}",
        title=row.headline or ("(text expired)" if row.lapsed else "(no headline)"),
        path=at,
        updated=row.seen or 0,
        published=row.seen,
        author=row.outlet or "unknown",
        summary=_sentence(row.relation or row.status, kept, credit),
        categories=tuple(filter(None, (row.agency, row.relation, row.credit))),
    )


def atom(feed: Feed) -> bytes:
    """Write a feed as Atom. Everything of others is plain text (``type="text"``)."""
    root = etree.Element(_a("feed"), nsmap={None: ATOM})  # type: ignore[dict-item]  # None is the default
    _add(root, _a("id"), feed.root + feed.here)
    _add(root, _a("title"), _plain(feed.title))
    _add(root, _a("updated"), time_text(max((each.updated for each in feed.entries), default=0)))
    _add(root, _a("link"), rel="self", type="application/atom+xml", href=feed.root + feed.here)
    _add(root, _a("link"), rel="alternate", type="text/html", href=feed.root + feed.page)
    _add(root, _a("generator"), "wiretrace")
    for each in feed.entries:
        entry = _add(root, _a("entry"))
        _add(entry, _a("id"), each.id)
        _add(entry, _a("title"), _plain(each.title), type="text")
        _add(entry, _a("updated"), time_text(each.updated))
        if each.published is not None:
            _add(entry, _a("published"), time_text(each.published))
        _add(_add(entry, _a("author")), _a("name"), _plain(each.author))
        _add(entry, _a("link"), rel="alternate", type="text/html", href=feed.root + each.path)
        for term in each.categories:
            _add(entry, _a("category"), term=_plain(term))
        _add(entry, _a("summary"), _plain(each.summary), type="text")
    return _written(root)


def rss(feed: Feed) -> bytes:
    """Write a feed as RSS 2.0. Some read its titles as text and some as HTML: they hold no ``<``."""
    root = etree.Element("rss", version="2.0", nsmap={"atom": ATOM})
    channel = _add(root, "channel")
    _add(channel, "title", _safe(feed.title))
    _add(channel, "link", feed.root + feed.page)
    _add(channel, "description", _safe(feed.title))
    _add(channel, _a("link"), rel="self", type="application/rss+xml", href=feed.root + feed.here)
    _add(channel, "generator", "wiretrace")
    if feed.entries:
        _add(channel, "lastBuildDate", _date(max(each.updated for each in feed.entries)))
    for each in feed.entries:
        item = _add(channel, "item")
        _add(item, "title", _safe(each.title))
        _add(item, "link", feed.root + each.path)
        _add(item, "guid", each.id, isPermaLink="false")
        _add(item, "pubDate", _date(each.published if each.published is not None else each.updated))
        _add(item, "description", escape(_plain(f"{each.author}: {each.summary}")))  # HTML, escaped once more
        for term in each.categories:
            _add(item, "category", _safe(term))
    return _written(root)


def _a(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _plain(text: str) -> str:
    """Make text fit for XML and short enough for a list."""
    text = TURNING.sub("", UNFIT.sub("\ufffd", text))
    return text if len(text) <= TITLE_MOST else text[: TITLE_MOST - 1] + "…"


def _safe(text: str) -> str:
    """Make text that is the same read as text and as HTML: no tag, and no entity that could become one."""
    return _plain(ENTITY.sub("＆", text)).translate(ANGLES)


def _date(milliseconds: int) -> str:
    return formatdate(milliseconds // 1000, usegmt=True)


def _sentence(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def titled(what: str, given: Iterable[tuple[str, str]]) -> str:
    """Name a feed by what it holds and its filters."""
    return _sentence(f"wiretrace: {what}", *(f"{name} {value}" for name, value in given))
