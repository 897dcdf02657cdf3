"""ninjs 1, 2 and 3, and the flavours of superdesk, TT, NTB, dpa and the BBC.

Source: IPTC News in JSON. Version 1 has ``headline`` and ``body_xhtml``, 2 has ``headlines[]`` and
``bodies[]``, 3 is 2 in camel case; names are folded, so that one reader takes them all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, cast

from worker.dialects.agencies import agency_called
from worker.dialects.status import read_urgency
from worker.errors import Malformed, WireError
from worker.formats.blocks import Block, html_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.fields import told_time
from worker.formats.json_fields import Fields, objects
from worker.formats.lines import same_words
from worker.formats.times import rfc3339
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.story import Dateline, Draft, FurnitureKind, Kind, Role

_MEDIA: Final = frozenset(
    {"picture", "photo", "image", "audio", "video", "graphic", "graphics", "animation", "planning", "event"}
    | {"component", "complexobject", "gallery", "map", "widget"}
)
_BY_CHOICE: Final = ("xhtml", "html", "html5", "richhtml5", "richhtml", "nitf", "text")
_API: Final = re.compile(r"https?://[\w.\-]{1,60}/media/v/content/(?P<id>[0-9a-f]{32})\b")
_VIGNETTE: Final = 60
_SECTION: Final = re.compile(
    r"[A-ZÅÄÖÆØ][\w\s\-–,]{2,40}?\s?(?:TT|NTB|AFP|AP|Reuters|Ritzau|STT)(?:[-/](?:TT|NTB|AFP|Reuters|AP))?"
)
_DEEPEST: Final = 3


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories of an item, or of an envelope of items, associated texts included."""
    tree = cast("Mapping[str, object]", source.tree)
    envelope = Fields(tree)
    if envelope.get("total", "limit") is not None and isinstance(tree.get("item"), list):
        items = list(objects(tree["item"]))
        if not items:
            yield Hollow(reason="an envelope without items")
        for item in items:
            yield from _guarded(item, source)
        return
    yield from _item(tree, source, 0)


def _guarded(tree: Mapping[str, object], source: Source) -> Iterator[Item]:
    try:
        yield from _item(tree, source, 0)
    except WireError as error:
        yield error


def _item(tree: Mapping[str, object], source: Source, depth: int) -> Iterator[Item]:
    fields = Fields(tree)
    kind = (fields.line("type") or "text").lower()
    body = _body(fields)
    if kind in _MEDIA:
        yield Hollow(reason=f"{kind}, no text")
    elif kind in ("composite", "package") and body is None:
        yield Hollow(reason="a package of references")
    elif body is None and not _headline(fields):
        yield Malformed("an item with neither headline nor body")
    else:
        yield _story(fields, kind, body, source)
    if depth < _DEEPEST:
        for association in objects(tree.get("associations")):
            inner = Fields(association)
            if (inner.line("type") or "").lower() in ("text", "story", "composite") and _body(inner):
                yield from _item(association, source, depth + 1)


def _headline(fields: Fields) -> str | None:
    """Choose the main headline; every item has several in version 2."""
    given = fields.records("headlines")
    for roles in (("main", "headline"), (None, "")):
        for one in given:
            if (one.line("role") or None) in roles and (text := one.line("value")):
                return text
    return (
        next((text for one in given if (text := one.line("value"))), None)
        or fields.line("headline")
        or fields.line("title", "name")
    )


def _body(fields: Fields) -> str | None:
    """Choose the body: marked up before plain, because the plain one may lose breaks or the lead."""
    best: tuple[int, str] | None = None
    for one in fields.records("bodies", "body"):
        value = one.raw("value", "content")
        if value is None:
            continue
        told = f"{one.line('role') or ''} {one.line('contenttype', 'format') or ''}".lower()
        rank = next((at for at, name in enumerate(_BY_CHOICE) if name in told), len(_BY_CHOICE))
        if "<p" in value[:5_000] and rank >= len(_BY_CHOICE) - 1:
            rank = 1
        if best is None or rank < best[0]:
            best = (rank, value)
    if best:
        return best[1]
    return fields.raw("bodyxhtml", "bodyhtml", "bodyhtml5", "bodynitf", "bodytext", "articlehtml", "body")


def _story(fields: Fields, kind: str, body: str | None, source: Source) -> Draft:
    origin = fields.line("source", "provider", "agency", "creditline")
    holder = fields.line("copyrightholder", "distributor")
    infosource = next(
        (text for one in fields.records("infosources", "infosource") if (text := one.line("name"))), None
    )
    agency = agency_called(infosource) or agency_called(origin) or agency_called(holder)
    uri, guid = fields.line("uri", "urn"), fields.line("guid", "entryid")
    api = _API.match(uri) if uri else None
    chain = api["id"] if api else (uri or guid or fields.line("id"))
    warnings = list(source.warnings)
    embargo = fields.line("embargoed", "embargo", "embargodate", "embargoeduntil")
    until = rfc3339(embargo, agency=agency)
    status = fields.line("pubstatus", "status")
    if embargo and until is None and embargo.lower() not in ("false", "0", "null", "none"):
        warnings.append(f"embargo is no date: {embargo[:40]!r}")
        status = "embargoed" if (status or "usable").lower() == "usable" else status
    created = rfc3339(fields.get("versioncreated"), agency=agency)
    first = rfc3339(fields.get("firstcreated", "contentcreated"), agency=agency)
    draft = Draft(
        headline=_headline(fields),
        deck=_description(fields),
        byline=_byline(fields),
        native_id=chain,
        native_ids=tuple(dict.fromkeys(name for name in (chain, uri, guid, *_other_ids(fields)) if name)),
        native_version=fields.line("version"),
        agency=agency,
        distributor=agency_called(holder) or holder,
        language=_language(fields),
        urgency=read_urgency(fields.get("urgency", "priority")),
        ed_note=fields.line("ednote", "editorsnote") or _notes(fields),
        editorial_types=tuple(
            dict.fromkeys((*fields.strings("editorialtypes"), *([kind] if kind == "advisory" else [])))
        ),
        embargo_until=until,
        expires=told_time(fields.line("expires"), "expires", warnings, agency=agency),
        first_created=first,
        version_created=created,
        published=rfc3339(fields.get("published", "firstpublished"), agency=agency) or first or created,
        copyright=fields.line("copyrightnotice") or holder,
        keywords=_keywords(fields),
        subjects=fields.subjects("subject", "subjects"),
        url=_url(fields, uri),
        warnings=tuple(warnings),
    )
    if body:
        draft = sort_blocks(draft, _blocks(body, draft.headline))
    told = finish(
        draft,
        slugline=fields.line("slugline", "slug"),
        status=status,
        signals=fields.strings("signals"),
        provider=infosource or origin or holder,
    )
    located = fields.line("located", "dateline")
    if told.dateline is None and located and told.agency != "Reuters" and told.paragraphs:
        told = replace(told, dateline=Dateline(text=located, place=located))
    if kind == "advisory" and told.kind is Kind.STORY:
        told = replace(told, kind=Kind.ADVISORY)
    return told


def _blocks(body: str, headline: str | None) -> list[Block]:
    """List the paragraphs of a body; plain ones of TT begin with the headline and ``Försvar TT``."""
    top: list[Block] = []
    if "<" not in body[:2_000]:
        lines = body.strip().replace("\r\n", "\n").split("\n")
        if headline and same_words(lines[0]) == same_words(headline):
            top.append(Block(lines.pop(0).strip(), Role.COPY, FurnitureKind.REPEAT))
        if lines and _is_section(lines[0].strip()):
            top.append(Block(lines.pop(0).strip(), Role.COPY, FurnitureKind.OTHER))
        body = "\n".join(lines)
    blocks = html_blocks(body)
    for number, block in enumerate(blocks[:3]):
        if _is_section(block.text):
            blocks[number] = block._replace(peeled=FurnitureKind.OTHER)
    return top + blocks


def _is_section(line: str) -> bool:
    return len(line) <= _VIGNETTE and _SECTION.fullmatch(line) is not None


def _description(fields: Fields) -> str | None:
    """Read the abstract; a marked one is made plain."""
    texts = [
        one.raw("value")
        for one in fields.records("descriptions")
        if one.line("role") not in ("caption", "creditline")
    ]
    text = next((text for text in texts if text), None) or fields.raw("descriptiontext", "descriptionhtml")
    return " ".join(block.text for block in html_blocks(text)) or None if text else None


def _byline(fields: Fields) -> str | None:
    given = fields.line("byline", "by")
    if given:
        return given
    people = [one.line("name") for one in fields.records("authors") or fields.records("bylines")]
    titles = [one.line("by") for one in fields.records("bylines")]
    return ", ".join(name for name in (*titles, *people) if name) or None


def _other_ids(fields: Fields) -> list[str]:
    alt = fields.get("altids", "altid")
    if isinstance(alt, Mapping):
        return [value for value in alt.values() if isinstance(value, str) and value]
    return [text for one in fields.records("altids", "altid") if (text := one.line("value", "id"))]


def _notes(fields: Fields) -> str | None:
    """Join the notes to editors of dpa, without sign-offs and contacts."""
    notes = (
        one.line("ednote")
        for one in fields.records("ednotes")
        if not (one.line("role") or "").endswith(("closingline", "contacts", "short"))
    )
    return "\n".join(dict.fromkeys(note for note in notes if note)) or None


def _language(fields: Fields) -> str | None:
    code = fields.line("language")
    return code.replace("_", "-").split("-")[0].lower() or None if code else None


def _keywords(fields: Fields) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fields.strings("keywords", "keyword")))


def _url(fields: Fields, uri: str | None) -> str | None:
    links = [one.line("href") for one in fields.records("links") if one.line("rel") == "canonical"]
    return next((link for link in links if link), None) or (
        uri if uri and uri.startswith(("http://", "https://")) else None
    )
