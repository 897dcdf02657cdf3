"""JSON Feed 1 and 1.1 (jsonfeed.org): one story for each item."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, cast

from worker.errors import WireError
from worker.formats.blocks import html_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.json_fields import Fields, objects
from worker.formats.times import rfc3339
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.story import Draft, Kind

_TEASER: Final = 80
"""Words up to which the text of an item is a teaser, as in RSS."""


def parse(source: Source) -> Iterator[Item]:
    """Yield the items of a feed; one that is broken is yielded as its error."""
    tree = cast("Mapping[str, object]", source.tree)
    feed = Fields(tree)
    items = list(objects(tree.get("items"))) if isinstance(tree.get("items"), list) else []
    if not items:
        yield Hollow(reason="a feed without items")
    for item in items:
        try:
            yield _story(Fields(item), feed, source)
        except WireError as error:
            yield error


def _story(item: Fields, feed: Fields, source: Source) -> Draft:
    identifier = item.line("id")
    url = item.line("url", "externalurl")
    people = item.records("authors", "author") or feed.records("authors", "author")
    whole = item.raw("contenthtml", "contenttext")
    text = whole or item.raw("summary")
    draft = Draft(
        headline=item.line("title"),
        deck=item.line("summary") if whole else None,
        byline=", ".join(name for one in people if (name := one.line("name"))) or None,
        outlet=feed.line("title"),
        url=url,
        native_id=identifier or url,
        native_ids=tuple(dict.fromkeys(name for name in (identifier, url) if name)),
        language=(item.line("language") or feed.line("language") or "").split("-")[0].lower() or None,
        published=rfc3339(item.get("datepublished")),
        first_created=rfc3339(item.get("datepublished")),
        version_created=rfc3339(item.get("datemodified")) or rfc3339(item.get("datepublished")),
        keywords=tuple(item.strings("tags")),
        warnings=source.warnings,
    )
    if text:
        draft = sort_blocks(draft, html_blocks(text), web=True)
    told = finish(draft)
    words = sum(len(part.text.split()) for part in told.paragraphs)
    return replace(told, kind=Kind.STUB) if told.kind is Kind.STORY and words < _TEASER else told
