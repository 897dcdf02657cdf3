"""The AP Media API: feeds, items, and the NITF rendition where the client has put it into the item.

Source: AP Media API developer guide. ``altids.itemid`` names the chain, ``version`` the version, and the
body comes as a NITF document beside the JSON; an item without it is a stub until that arrives.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, cast

from worker.dialects.agencies import agency_called
from worker.dialects.status import read_urgency
from worker.errors import Malformed, WireError
from worker.formats.blocks import html_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.fields import told_time
from worker.formats.json_fields import Fields, objects
from worker.formats.times import rfc3339
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.story import Dateline, Draft

_TEXT: Final = frozenset({"text", "composite", ""})
_BODIES: Final = ("nitf", "anpa", "text", "html")


def parse(source: Source) -> Iterator[Item]:
    """Yield one story for each text item; pictures, sound and video are no stories."""
    tree = cast("Mapping[str, object]", source.tree)
    data = tree.get("data")
    inner = data if isinstance(data, Mapping) else tree
    listed = inner.get("items")
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    items = [entry["item"] if isinstance(entry.get("item"), Mapping) else entry for entry in entries]
    alone = inner.get("item")
    if isinstance(alone, Mapping):
        items.append(alone)
    if not items and "altids" in tree:
        items.append(tree)
    if not items:
        yield Hollow(reason="a feed without items")
    for item in items:
        try:
            yield _story(cast("Mapping[str, object]", item), source)
        except WireError as error:
            yield error


def _story(tree: Mapping[str, object], source: Source) -> Item:
    fields = Fields(tree)
    kind = (fields.line("type") or "").lower()
    if kind not in _TEXT:
        return Hollow(reason=f"{kind}, no text")
    ids = Fields(next(objects(tree.get("altids")), {}))
    item_id = ids.line("itemid")
    uri = fields.line("uri")
    headline = fields.line("headline")
    if not (item_id or uri):
        return Malformed("an item of the AP Media API without an id")
    origins = [text for one in fields.records("infosource") if (text := one.line("name"))]
    agency = next((found for name in origins if (found := agency_called(name))), None)
    warnings = list(source.warnings)
    embargo = fields.line("embargoed")
    until = rfc3339(embargo)
    status = fields.line("pubstatus")
    if embargo and until is None:
        warnings.append(f"embargo is no date: {embargo[:40]!r}")
        status = "embargoed" if (status or "usable").lower() == "usable" else status
    place = Fields(next(objects(tree.get("datelinelocation")), {}))
    located = fields.line("located")
    version = fields.raw("version")
    draft = Draft(
        headline=headline or fields.line("title"),
        deck=fields.line("headlineextended", "descriptionsummary"),
        byline=_byline(fields),
        dateline=Dateline(text=located, place=place.line("city") or located) if located else None,
        native_id=item_id or uri,
        native_ids=tuple(
            dict.fromkeys(
                name
                for name in (item_id, uri, ids.line("etag"), ids.line("friendlykey"), ids.line("transref"))
                if name
            )
        ),
        native_version=version,
        transmission_no=ids.line("transref"),
        agency=agency or agency_called(fields.line("provider")) or "AP",
        distributor="AP",
        language=(fields.line("language") or "").split("-")[0].lower() or None,
        urgency=read_urgency(fields.get("urgency", "editorialpriority")),
        ed_note=fields.line("ednote"),
        editorial_types=tuple(fields.strings("editorialtypes")),
        embargo_until=until,
        expires=told_time(fields.line("expires"), "expires", warnings, agency="AP"),
        first_created=rfc3339(fields.get("firstcreated")),
        version_created=rfc3339(fields.get("versioncreated")),
        published=rfc3339(fields.get("firstcreated")) or rfc3339(fields.get("versioncreated")),
        copyright=fields.line("copyrightnotice"),
        keywords=tuple(fields.strings("keywords")),
        subjects=fields.subjects("subject"),
        url=next(
            (one.line("href") for one in fields.records("links") if one.line("rel") == "canonical"), None
        ),
        refers_to=tuple(
            text
            for one in fields.records("derivedfrom", "refersto")
            if (text := one.line("itemid", "uri", "id"))
        ),
        warnings=tuple(warnings),
    )
    body = _body(tree, fields)
    if body:
        draft = sort_blocks(draft, html_blocks(body))
    told = finish(
        draft,
        slugline=fields.line("slugline") or ids.line("referenceid") or fields.line("title"),
        status=status,
        signals=fields.strings("signals"),
        provider=origins[0] if origins else fields.line("provider"),
    )
    if not told.paragraphs:
        told = replace(told, warnings=(*told.warnings, "the body is in another payload: its NITF rendition"))
    return told


def _byline(fields: Fields) -> str | None:
    given = [
        ", ".join(part for part in (one.line("by"), one.line("title")) if part)
        for one in fields.records("bylines")
    ]
    return ", ".join(text for text in given if text) or fields.line("byline")


def _body(tree: Mapping[str, object], fields: Fields) -> str | None:
    """Find the body where a client has joined it: in its rendition, or in a field of the item."""
    renditions = tree.get("renditions")
    if isinstance(renditions, Mapping):
        for name in _BODIES:
            for rendition in objects(renditions.get(name)):
                if text := Fields(rendition).raw("value", "content", "body", "data"):
                    return text
            if isinstance(text := renditions.get(name), str) and "<" in text:
                return text
    return fields.raw("bodynitf", "bodyxhtml", "bodyhtml", "bodytext", "body")
