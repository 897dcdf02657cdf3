"""Ritzau's own XML: ``RBNews``, alone or several in the answer of its queue."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from worker.dialects.versions import Version, VersionKind
from worker.errors import WireError
from worker.formats.blocks import html_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.fields import field_credits, once, subjects_of, told_time, with_dateline
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.formats.wiretext import line_of
from worker.formats.xmltree import Element, child, children, local, raw_text, read_roots, text_of
from worker.story import Draft, PubStatus

_ITEMS: Final = ("RBNews", "NewsItem", "News")
_FLAGS: Final = (
    ("Annuleret", VersionKind.KILL),
    ("Korrektion", VersionKind.CORRECTED),
    ("NyVersion", VersionKind.UPDATE),
    ("InfoFlash", VersionKind.ALERT),
)
_TRUE: Final = frozenset({"true", "1"})


def parse(source: Source) -> Iterator[Item]:
    """Yield a story for each element that has a NewsID, an error for a broken one."""
    for read in read_roots(source.text, _ITEMS):
        if isinstance(read, WireError):
            yield read
            continue
        root, repairs = read
        found = False
        for item in root.iter():
            if local(item) and child(item, "NewsID") is not None:
                found = True
                try:
                    yield _story(item, [*source.warnings, *repairs])
                except WireError as error:
                    yield error
        if not found:
            yield Hollow(reason="an answer of the queue without news")


def _story(item: Element, warnings: list[str]) -> Draft:
    labels = [
        Version(label=name, kind=kind)
        for name, kind in _FLAGS
        if (text_of(child(item, name)) or "").lower() in _TRUE
    ]
    if (text_of(child(item, "format")) or "").lower() in ("flash", "lyn"):
        labels.append(Version(label="Flash", kind=VersionKind.ALERT))
    canceled = any(label.kind is VersionKind.KILL for label in labels)
    held = [text for each in item if "mbargo" in local(each) and (text := text_of(each))]
    until = next((told_time(text, "Embargo", warnings, agency="Ritzau") for text in held[:1]), None)
    published = told_time(text_of(child(item, "PublishDate")), "PublishDate", warnings, agency="Ritzau")
    priority = text_of(child(item, "Priority")) or ""
    origin = text_of(child(item, "origin"))
    draft = Draft(
        headline=line_of(text_of(child(item, "headline"))),
        deck=line_of(text_of(child(item, "subtitle"))),
        byline=line_of(text_of(child(item, "byLine"))),
        native_id=text_of(child(item, "NewsID")),
        native_version=text_of(child(item, "version")),
        native_ids=once((text_of(child(item, "NewsID")), text_of(child(item, "HistID")))),
        urgency=int(priority) if len(priority) == 1 and priority in "12345678" else None,
        ed_note=line_of(text_of(child(item, "TilRedaktionen"))),
        embargo_until=until,
        published=published,
        version_created=published,
        language="da",
        keywords=once(text_of(word) for word in children(child(item, "SubjectKeyword"))),
        subjects=subjects_of(
            [("section", text_of(child(item, "sectionShort")))]
            + [("IPTC", text_of(code)) for code in children(child(item, "IPTCList"))]
        ),
        refers_to=once((text_of(child(item, "Replaces")), text_of(child(item, "replacedID")))),
        credits=field_credits((origin.strip("/ ") if origin else None, "Ritzau")),
    )
    draft = sort_blocks(draft, html_blocks(raw_text(child(item, "content"))))
    draft = with_dateline(draft, text_of(child(item, "town")))
    draft = finish(
        replace(draft, warnings=tuple(warnings)),
        slugline=text_of(child(item, "strapline")),
        labels=labels,
        status="canceled" if canceled else None,
    )
    if held and until is None and draft.pub_status is PubStatus.USABLE:
        return replace(draft, pub_status=PubStatus.EMBARGOED)
    return draft
