"""Feeds of outlets and agencies: RSS 0.9 to 2.0 and RDF, Atom (RFC 4287), exports of WordPress.

Each item or entry is a story. Its copy is the fullest of what the feed gives: encoded content, Atom
content (text, HTML, XHTML, NITF), a description of more than eighty words; a shorter one is a teaser.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from worker.dialects.agencies import agency_at
from worker.errors import WireError
from worker.formats.blocks import Block, html_blocks, text_blocks, tree_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.fields import deck_of, field_credits, once, subjects_of, told_time, with_dateline
from worker.formats.nitf import NitfBody, read_body
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.formats.wiretext import line_of
from worker.formats.xmltree import (
    Element,
    attribute,
    child,
    children,
    descendants,
    local,
    raw_text,
    read_roots,
    text_of,
)
from worker.story import Draft, Kind, PubStatus

_ITEMS: Final = ("item", "entry")
_TEASER: Final = 80
_FULLER: Final = 3
_IDS: Final = ("ManagementId", "original_article_id", "identifier", "uuid", "UUID", "articleId")
_BODIES: Final = (
    "body",
    "bodytext",
    "fulltext",
    "full-text",
    "story",
    "articlebody",
    "newstext",
    "full_text",
)
_POSTS: Final = frozenset({"post", "page", "article", "news", "story"})
_DRAFTS: Final = frozenset({"draft", "auto-draft", "trash", "pending", "private"})
_PERIOD_END: Final = re.compile(r"\bend\s?=\s?(?P<end>[^;]{1,64})")
_CAPTION: Final = re.compile(r"\[caption\b[^\]]{0,400}\](.{0,4000}?)\[/caption\]", re.DOTALL)
_SHORTCODE: Final = re.compile(
    r"\[/?(?:gallery|embed|video|audio|playlist|vc_\w{1,30}|et_pb_\w{1,30}|fusion_\w{1,30}|su_\w{1,30}|youtube|twitter"
    r"|instagram|soundcloud|contact-form\S{0,9}|newsletter\w{0,20}|adrotate|ad|related\w{0,20}|shortcode)\b[^\]]{0,400}\]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """What a feed says of itself."""

    title: str | None
    language: str | None
    copyright: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """The copy of an item; ``teaser`` when the feed gives no more than a description.

    ``beside`` counts the words of a vendor's own element that holds more than the content does.
    """

    blocks: list[Block]
    body: NitfBody | None = None
    teaser: bool = False
    beside: int = 0


def parse(source: Source) -> Iterator[Item]:
    """Yield a story for each item, Hollow for one without text, an error for a broken one."""
    for read in read_roots(source.text, _ITEMS):
        if isinstance(read, WireError):
            yield read
            continue
        root, repairs = read
        feed = _feed(root)
        found = False
        for item in descendants(root, *_ITEMS):
            found = True
            try:
                yield _read_item(item, feed, [*source.warnings, *repairs])
            except WireError as error:
                yield error
        if not found:
            yield Hollow(reason="a feed without items")


def _feed(root: Element) -> _Feed:
    top = next(descendants(root, "channel"), root)
    return _Feed(
        title=line_of(text_of(child(top, "title"))) if local(root) not in _ITEMS else None,
        language=line_of(text_of(child(top, "language"))) or attribute(root, "lang"),
        copyright=line_of(text_of(child(top, "copyright")) or text_of(child(top, "rights"))),
    )


def _read_item(item: Element, feed: _Feed, warnings: list[str]) -> Draft | Hollow:
    post = text_of(child(item, "post_type"))
    state = text_of(child(item, "status")) if post else None
    if post and post not in _POSTS:
        return Hollow(reason=f"WordPress {post[:40]}, no post")
    if state in _DRAFTS:
        return Hollow(reason=f"WordPress post in state {state}")
    copy = _copy(item)
    if not copy.blocks:
        return Hollow(reason=f"item without text: {line_of(text_of(child(item, 'title')))}")
    return _story(item, feed, copy, warnings, future=state == "future")


def _story(item: Element, feed: _Feed, copy: _Copy, warnings: list[str], *, future: bool) -> Draft:
    ids = once(
        (
            text_of(child(item, "guid")) or text_of(child(item, "id")) or attribute(item, "about"),
            *(text_of(each) for each in descendants(item, *_IDS)),
        )
    )
    url = _link(item)
    origin = child(item, "source")
    body = copy.body
    published = _time(item, warnings, "pubDate", "published", "issued", "date")
    updated = _time(item, warnings, "updated", "modified")
    draft = Draft(
        outlet=feed.title,
        url=url,
        published=updated or published,
        first_created=published,
        version_created=updated or published,
        headline=_title(item) or (body.headline if body else None),
        byline=body.byline if body else None,
        language=attribute(item, "lang") or feed.language,
        native_id=ids[0] if ids else url,
        native_version=text_of(_any(item, "ManagementSequenceNumber")),
        native_ids=ids or once((url,)),
        ed_note="\n".join(once(text_of(note) for note in descendants(item, "EdNote", "editorsNote"))) or None,
        embargo_until=_time(item, warnings, "post_date_gmt") if future else None,
        expires=_expiry(item, warnings),
        copyright=line_of(text_of(child(item, "rights"))) or feed.copyright,
        keywords=once(
            attribute(each, "term") or text_of(each)
            for each in children(item, "category", "keywords", "subject")
        ),
        subjects=subjects_of(
            (attribute(each, "scheme", "domain"), attribute(each, "term", "nicename"))
            for each in children(item, "category")
        ),
        credits=field_credits(
            name for name in (_origin(origin), text_of(child(item, "credit"))) if agency_at(name)
        ),
    )
    draft = sort_blocks(draft, copy.blocks, web=True)
    draft = replace(draft, byline=draft.byline or _byline(item))  # the feed may name who keyed it in
    draft = with_dateline(
        draft,
        text_of(_any(item, "DateLine")) or (body.dateline if body else None),
        place=body.place if body else None,
    )
    summary = text_of(child(item, "description")) or text_of(child(item, "summary"))
    deck = None if copy.teaser or (summary and len(summary) > 600) else deck_of(draft, _plain(summary))
    if copy.beside:
        warnings.append(f"another element of the item holds {copy.beside} words, more than its content")
    draft = finish(
        replace(draft, deck=deck, warnings=tuple(warnings)),
        slugline=text_of(child(item, "post_name")) or text_of(_any(item, "SlugLine")),
        status=text_of(_any(item, "PublishingStatus")) or text_of(_any(item, "publishing_status")),
    )
    if copy.teaser and draft.kind is Kind.STORY:
        draft = replace(draft, kind=Kind.STUB)
    if future and draft.embargo_until is None:
        draft = replace(draft, pub_status=PubStatus.EMBARGOED)
    return draft


def _copy(item: Element) -> _Copy:
    """Choose the copy of an item, the fullest first."""
    encoded = [each for each in children(item, "encoded") if "excerpt" not in str(each.tag)]
    for element in (*encoded, *children(item, "content")):
        if local(element) == "content" and attribute(element, "medium", "url"):
            continue  # a picture of Media RSS
        body, blocks = _blocks(element)
        if blocks:
            others = max((len(raw_text(each).split()) for each in descendants(item, *_BODIES)), default=0)
            return _Copy(blocks=blocks, body=body, beside=others if others > _FULLER * _words(blocks) else 0)
    told = [_blocks(each)[1] for each in descendants(item, *_BODIES)]
    if told and (fullest := max(told, key=_words)):
        first = _any(item, "first_line")
        return _Copy(blocks=[*(_blocks(first)[1] if first is not None else []), *fullest])
    for summary in children(item, "description", "summary", "subtitle"):
        blocks = _blocks(summary)[1]
        if blocks:
            return _Copy(blocks=blocks, teaser=_words(blocks) <= _TEASER)
    return _Copy(blocks=[])


def _words(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)


def _blocks(element: Element) -> tuple[NitfBody | None, list[Block]]:
    """Read content by what it holds, then by its type: XML, escaped HTML, or plain text."""
    document = next(descendants(element, "nitf"), None)
    if document is not None:
        body = read_body(document)
        return body, list(body.blocks)
    if len(element):
        return None, tree_blocks(element)
    text = raw_text(element)
    if not text.strip():
        return None, []
    if attribute(element, "type") in ("text", "text/plain"):
        return None, text_blocks(text)
    if "[" in text:
        text = _SHORTCODE.sub(" ", _CAPTION.sub(r"<figcaption>\1</figcaption>", text))
    return None, html_blocks(text)


def _title(item: Element) -> str | None:
    return _plain(text_of(child(item, "title"))) or line_of(text_of(_any(item, "HeadLine")))


def _plain(text: str | None) -> str | None:
    """Make a title plain: feeds escape markup in it once or twice."""
    line = line_of(text)
    if line and "<" in line:
        return " ".join(block.text for block in html_blocks(line)) or None
    return line


def _byline(item: Element) -> str | None:
    names = [text_of(each) for each in children(item, "creator")]
    names += [
        text_of(child(author, "name")) if len(author) else text_of(author)
        for author in children(item, "author")
    ]
    names.append(text_of(_any(item, "ByLine")))
    return ", ".join(once(name for name in names if name and "@" not in name)) or None


def _link(item: Element) -> str | None:
    for link in children(item, "link"):
        target = attribute(link, "href") or text_of(link)
        if target and attribute(link, "rel") in (None, "alternate"):
            return target
    guid = child(item, "guid")
    address = text_of(guid)
    permanent = (attribute(guid, "isPermaLink") or "true").lower() == "true"
    return address if permanent and address and address.startswith("http") else None


def _origin(source: Element | None) -> str | None:
    """Name the feed that an item comes from."""
    if source is None:
        return None
    return text_of(child(source, "title")) or text_of(source)


def _any(item: Element, name: str) -> Element | None:
    return next(descendants(item, name), None)


def _expiry(item: Element, warnings: list[str]) -> str | None:
    """Tell when an item ends: ``dcterms:valid``, a DCMI period, else the element of RSS 0.93."""
    period = _PERIOD_END.search(text_of(child(item, "valid")) or "")
    ends = told_time(period["end"], "valid", warnings) if period else None
    return ends or _time(item, warnings, "expirationDate")


def _time(item: Element, warnings: list[str], *names: str) -> str | None:
    for name in names:
        if moment := told_time(text_of(child(item, name)), name, warnings):
            return moment
    return None
