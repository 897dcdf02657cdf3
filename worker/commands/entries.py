"""Cut a feed into its entries, each a feed of its own that says of itself what the whole said."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, cast
from urllib.parse import urljoin

import orjson
from lxml import etree

from worker.errors import WireError
from worker.formats import Format, Source
from worker.formats.sniff import sniff
from worker.formats.times import rfc3339
from worker.formats.wiretext import line_of
from worker.formats.xmltree import (
    BROKEN,
    Element,
    attribute,
    child,
    children,
    descendants,
    local,
    read_roots,
    text_of,
)

MEDIA: Final = {Format.RSS: "application/rss+xml", Format.ATOM: "application/atom+xml"}
JSON_FEED: Final = "application/feed+json"
UNSTEADY: Final = frozenset(
    {
        "pubDate", "lastBuildDate", "date", "updated", "modified", "published", "issued", "created",
        "comments", "commentCount", "total", "statistics", "starRating", "community", "views", "likes",
        "shares", "rank", "rating", "score",
    }
)  # fmt: skip
"""Elements that change while the words of an entry do not."""

MOST: Final = 1_000
"""Entries of one feed; what is behind them is read when they are gone."""

AROUND_LONGEST: Final = 65_536
"""Bytes that a feed may say of itself: each entry says it again, a thousand times in all."""

LONGEST: Final = 2_000
"""Characters of an id or address; a longer id is digested, a longer address dropped."""

_MARKUP: Final = re.compile(r"<[^<>]{0,4000}>")


class NoFeed(Exception):
    """What was fetched is no feed; the message says what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: what names it in its feed, its words as a digest, and itself as a payload."""

    id: str
    digest: str
    url: str | None
    published: str | None
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that was fetched; one that is not ``whole`` was cut or broken, and has to be fetched again."""

    title: str | None
    entries: tuple[Entry, ...]
    whole: bool = True


def read_feed(body: bytes, content_type: str | None, *, url: str) -> Feed:
    """Read RSS, RDF, Atom or JSON Feed; ``url`` is where it was fetched. Raises NoFeed.

    Entries that share an id are told apart by their words; a broken entry beside sound ones is left out.
    """
    try:
        sources = [
            each for each in sniff(body, content_type, largest=len(body) * 20) if isinstance(each, Source)
        ]
        for source in sources:
            if source.format in MEDIA:
                return _xml(source, url)
            if source.format is Format.JSON_FEED:
                return _json(source, url)
    except WireError as error:
        raise NoFeed(f"{error.reason.value}: {error}") from None
    raise NoFeed(f"no feed but {sources[0].format.value}" if sources else "no feed")


def _xml(source: Source, url: str) -> Feed:
    title, whole = None, True
    entries: list[Entry] = []
    for read in read_roots(source.text, ("item", "entry")):
        if isinstance(read, WireError):
            whole = False
            continue
        root, repairs = read
        whole = whole and not any(each.startswith(BROKEN) for each in repairs)
        top = next(descendants(root, "channel"), root)
        title = title or (
            line_of(text_of(child(top, "title"))) if local(root) not in ("item", "entry") else None
        )
        entries.extend(_xml_entry(item, whole, source.format, url) for item, whole in _documents(root))
        if len(entries) >= MOST:
            break
    if not entries and not whole:
        raise NoFeed("malformed: a feed that is broken, and no entry in it is whole")
    return Feed(title=title, entries=_told_apart(entries[:MOST]), whole=whole)


def _documents(root: Element) -> Iterator[tuple[Element, bytes]]:
    """Yield each item with a document in which it is the only one."""
    items = list(descendants(root, "item", "entry"))[:MOST]
    shell = deepcopy(root)
    places = list(descendants(shell, "item", "entry"))
    parent = places[0].getparent() if places else None
    for place in places:
        if (around := place.getparent()) is not None:
            around.remove(place)
    if root in items or not places or len(etree.tostring(shell, encoding="utf-8")) > AROUND_LONGEST:
        yield from ((item, etree.tostring(item, encoding="utf-8", xml_declaration=True)) for item in items)
        return
    for item in items:
        alone = deepcopy(item)
        alone.tail = "\n"
        if parent is not None:
            parent.append(alone)
        yield item, etree.tostring(shell, encoding="utf-8", xml_declaration=True)
        if parent is not None:
            parent.remove(alone)


def _xml_entry(item: Element, body: bytes, format_: Format, url: str) -> Entry:
    link = next(
        (
            target
            for each in children(item, "link")
            if attribute(each, "rel") in (None, "alternate")
            and (target := attribute(each, "href") or text_of(each))
        ),
        None,
    )
    guid = text_of(child(item, "guid")) or text_of(child(item, "id")) or attribute(item, "about")
    if link is None and guid and guid.startswith(("http://", "https://")):
        link = guid
    digest = _digest(
        text for each in children(item) if local(each) not in UNSTEADY and (text := text_of(each))
    )
    times = (text_of(child(item, name)) for name in ("updated", "published", "pubDate", "date", "issued"))
    return Entry(
        id=guid or link or line_of(text_of(child(item, "title"))) or digest,
        digest=digest,
        url=_absolute(url, link),
        published=next((moment for time in times if time and (moment := rfc3339(time))), None),
        body=body,
        content_type=MEDIA[format_],
    )


def _json(source: Source, url: str) -> Feed:
    tree = cast("dict[str, object]", source.tree)
    told = {key: value for key, value in tree.items() if key != "items"}
    if len(orjson.dumps(told)) > AROUND_LONGEST:
        told = {key: told.get(key) for key in ("version", "title") if len(str(told.get(key))) <= LONGEST}
    items = tree.get("items")
    entries = []
    for item in items[:MOST] if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        link = _text(item.get("url")) or _text(item.get("external_url"))
        digest = _digest(
            text
            for key in ("title", "content_html", "content_text", "summary")
            if (text := _text(item.get(key)))
        )
        entries.append(
            Entry(
                id=_text(item.get("id")) or link or digest,
                digest=digest,
                url=_absolute(url, link),
                published=rfc3339(item.get("date_modified")) or rfc3339(item.get("date_published")),
                body=orjson.dumps({**told, "items": [item]}),
                content_type=JSON_FEED,
            )
        )
    return Feed(title=_text(tree.get("title")), entries=_told_apart(entries))


def _told_apart(entries: list[Entry]) -> tuple[Entry, ...]:
    """Keep one entry of each id and words; one with the id of an earlier one is named by its words too."""
    found: dict[str, Entry] = {}
    for entry in entries:
        name = entry.id if len(entry.id) <= LONGEST else _digest(iter([entry.id]))
        if name in found and found[name].digest != entry.digest:
            name = f"{name}#{entry.digest}"
        found.setdefault(
            name,
            Entry(
                id=name,
                digest=entry.digest,
                url=entry.url if entry.url and len(entry.url) <= LONGEST else None,
                published=entry.published,
                body=entry.body,
                content_type=entry.content_type,
            ),
        )
    return tuple(found.values())


def _digest(texts: Iterator[str]) -> str:
    """Digest the words of an entry; markup and white space do not count."""
    digest = blake2b(digest_size=12, person=b"entry-words/1")
    for text in texts:
        digest.update(" ".join(_MARKUP.sub(" ", text).split()).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def _absolute(base: str, link: str | None) -> str | None:
    try:
        return urljoin(base, link) if link else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return line_of(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
