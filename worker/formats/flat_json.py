"""Flat JSON records that no standard defines: Fingerpost, Reuters Connect, schema.org, form mails.

One table says which names a field goes by; names are folded. ``keywords`` of Fingerpost are joined by
``+`` and its empty status means usable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, cast

from worker.dialects.agencies import agency_called, agency_named
from worker.dialects.status import read_urgency
from worker.errors import NoCopy
from worker.formats.blocks import html_blocks
from worker.formats.draft import Item, Source
from worker.formats.json_fields import Fields
from worker.formats.times import rfc3339
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.story import Draft, Subject

BODIES: Final = (
    *("bodyxhtml", "bodyhtml", "contenthtml", "bodytext", "articlebody", "body"),
    *("content", "story", "copy", "fulltext", "text", "html"),
)
HEADLINES: Final = ("headline", "headl", "title", "head")
_IDS: Final = (
    *("usn", "versionedguid", "guid", "uri", "id", "identifier"),
    *("uniquename", "itemid", "storyid", "originalurn"),
)
_NO_ID: Final = frozenset({"0", "null", "none"})


def parse(source: Source) -> Iterator[Item]:
    """Yield the one story of a record. Raises NoCopy for a record without headline and text."""
    tree = cast("Mapping[str, object]", source.tree)
    yield replace(read_record(tree), warnings=source.warnings)


def read_record(tree: Mapping[str, object], given: Draft | None = None) -> Draft:
    """Read a record; ``given`` is what an envelope, such as a mail, already says.

    Raises NoCopy for a record without headline and text.
    """
    fields = Fields(tree)
    body = fields.raw(*BODIES)
    headline = fields.line(*HEADLINES)
    if body is None and headline is None:
        raise NoCopy("a record without headline and text")
    outer = given or Draft()
    feed = fields.line("sourcefeed", "source", "provider", "agency", "publisher", "sourceorganization")
    agency = agency_called(feed) or (agency_named(feed.replace("_", " ").replace("-", " ")) if feed else None)
    ids = [text for name in _IDS if (text := fields.line(name)) and text.lower() not in _NO_ID]
    embargo = fields.line("embargoed", "embargo", "embargodate")
    until = rfc3339(embargo, agency=agency)
    status = fields.line("pubstatus", "status")
    if embargo and until is None and embargo.lower() not in ("false", "0"):
        status = "embargoed" if not status or status.lower() == "usable" else status
    draft = replace(
        outer,
        headline=headline or outer.headline,
        deck=fields.line("subhead", "standfirst", "deck", "intro", "abstract", "description"),
        byline=fields.line("byline", "by", "author", "creator"),
        native_id=outer.native_id or (ids[0] if ids else None),
        native_ids=tuple(dict.fromkeys((*outer.native_ids, *ids))),
        native_version=fields.line("version"),
        agency=agency,
        language=(fields.line("language", "inlanguage") or "").split("-")[0].lower() or None,
        urgency=read_urgency(fields.line("urgency", "priority", "newsvalue")),
        ed_note=fields.line("ednote", "editorsnote", "correction", "editorialnote"),
        embargo_until=until,
        first_created=rfc3339(
            fields.get("firstversion", "firstcreated", "datepublished", "published"), agency=agency
        ),
        version_created=rfc3339(
            fields.get("versioncreated", "datemodified", "updated", "timestamp", "datetimesent"),
            agency=agency,
        )
        or outer.version_created,
        published=rfc3339(
            fields.get("firstversion", "firstcreated", "datepublished", "published", "versioncreated"),
            agency=agency,
        )
        or outer.published,
        copyright=fields.line("copyrightnotice", "copyright", "copyrightholder"),
        distributor=fields.line("copyrightholder"),
        keywords=_keywords(fields),
        subjects=_subjects(fields),
        url=fields.line("url", "link", "canonicalurl") or outer.url,
    )
    if body:
        draft = sort_blocks(draft, html_blocks(body))
    return finish(
        draft,
        slugline=fields.line("slug", "slugline"),
        status=status,
        signals=fields.strings("signals"),
        provider=agency or feed,
    )


def _keywords(fields: Fields) -> tuple[str, ...]:
    given = [part for text in fields.strings("keywords", "keyword", "tags") for part in text.split("+")]
    return tuple(dict.fromkeys(text.strip() for text in given if text.strip()))


def _subjects(fields: Fields) -> tuple[Subject, ...]:
    inner = fields.records("subjects", "subject")
    codes = [code for one in inner for code in one.strings("code")]
    return tuple(Subject(code=code) for code in dict.fromkeys(codes)) or tuple(
        Subject(code=text) for text in fields.strings("category", "mediacatcodes")
    )
