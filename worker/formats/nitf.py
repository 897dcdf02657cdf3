"""NITF, the News Industry Text Format (IPTC, 3.0 to 3.6), as AP, PA, EFE, AAP, NTB and CP send it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from worker.dialects.pa import read_title
from worker.dialects.signoffs import is_sign_off
from worker.dialects.versions import Version, VersionKind, read_version
from worker.formats.blocks import Block, tree_blocks
from worker.formats.draft import Item, Source
from worker.formats.fields import (
    field_credits,
    once,
    owner_of,
    subjects_of,
    told_time,
    with_dateline,
    with_deck,
    with_distributor,
    zone_of,
)
from worker.formats.wire import NO_TIME, finish
from worker.formats.wirecopy import sort_blocks
from worker.formats.wiretext import line_of
from worker.formats.xmltree import Element, attribute, child, children, descendants, read_xml, text_of
from worker.story import Draft, FurnitureKind, Subject

_SLUGS: Final = ("anpa-keyword", "NTBStikkord", "slug", "slugline", "Slug", "SlugLine")
_OWN_IDS: Final = ("NTBID", "NTBIPTCSequence", "item-id", "guid")
_SOURCES: Final = ("aap-original-source", "aap-source", "source", "Source")
_GONE: Final = frozenset({"canceled", "cancelled", "withheld", "killed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NitfBody:
    """What the body of a NITF document says, alone or inside another format."""

    headline: str | None
    byline: str | None
    deck: str | None
    abstract: str | None
    dateline: str | None
    place: str | None
    distributor: str | None
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]


def parse(source: Source) -> Iterator[Item]:
    """Yield the one story of a document. Raises Malformed for broken XML, TooDeep."""
    root, repairs = read_xml(source.text)
    for document in descendants(root, "nitf"):
        yield read_document(document, (*source.warnings, *repairs))
        return


def read_document(root: Element, warnings: tuple[str, ...]) -> Draft:
    """Read one NITF document with its head."""
    head = child(root, "head")
    docdata = child(head, "docdata")
    metas = _metas(head)
    body = read_body(root)
    told = list(warnings)
    owners = field_credits((*_sources(metas), *_holders(docdata, root), body.distributor))
    agency = zone_of(owners)
    issued = told_time(
        _norm(docdata, "date.issue")
        or attribute(next(descendants(head, "pubdata"), None), "date.publication"),
        "date.issue",
        told,
        agency=agency,
    )
    released = told_time(_norm(docdata, "date.release"), "date.release", told, agency=agency)
    status, refers_to = _status(docdata)
    embargoed = (status or "").lower() == "embargoed"
    if embargoed and released is None:
        told.append(NO_TIME)
    slug, labels = _slug(head, metas, body, agency)
    is_slug = agency == "EFE"
    draft = Draft(
        headline=body.headline or line_of(text_of(child(head, "title"))),
        byline=body.byline,
        native_id=attribute(child(docdata, "doc-id"), "id-string"),
        native_version=_version(head, docdata),
        native_ids=once(
            (
                attribute(child(docdata, "doc-id"), "id-string"),
                *(metas.get(name) for name in _OWN_IDS),
                attribute(child(docdata, "du-key"), "key"),
            )
        ),
        transmission_no=metas.get("anpa-sequence") or attribute(child(head, "pubdata"), "id"),
        urgency=_urgency(attribute(child(docdata, "urgency"), "ed-urg")),
        ed_note="\n".join(once((*_messages(docdata), *body.notes))) or None,
        embargo_until=released if embargoed else None,
        expires=told_time(_norm(docdata, "date.expire"), "date.expire", told, agency=agency),
        published=issued,
        version_created=issued,
        copyright=_copyright(docdata, root),
        keywords=once(attribute(word, "key") or text_of(word) for word in descendants(docdata, "keyword")),
        subjects=_subjects(head, metas),
        language=attribute(root, "baselang", "lang"),
        refers_to=refers_to,
        agency=owner_of(owners),
        credits=owners,
        warnings=tuple(told),  # the last field: what the others found is in it
    )
    draft = sort_blocks(draft, body.blocks)
    draft = with_dateline(draft, body.dateline, place=body.place)
    draft = with_deck(draft, None if is_slug else body.deck, body.abstract)
    draft = finish(draft, slugline=slug, labels=labels, status=status)
    return with_distributor(draft, body.distributor or metas.get("aap-source"))


def read_body(root: Element) -> NitfBody:
    """Read the body of a ``nitf`` element; text of ``body.head`` never counts as copy."""
    body = child(root, "body")
    top = child(body, "body.head")
    content = child(body, "body.content")
    blocks = tree_blocks(content if content is not None else body) if body is not None else []
    for line in descendants(child(body, "body.end"), "tagline"):
        blocks += [Block(block.text, block.role, FurnitureKind.CREDIT) for block in tree_blocks(line)]
    dateline = child(top, "dateline")
    location = child(dateline, "location")
    heading = next(descendants(top, "hl1"), None)
    deck = next(descendants(top, "hl2"), None)
    return NitfBody(
        headline=line_of(text_of(heading)) or _bare_heading(child(top, "hedline")),
        byline=_byline(top),
        deck=text_of(deck),
        abstract=text_of(child(top, "abstract")),
        dateline=text_of(location) or _bare(dateline),
        place=text_of(location),
        distributor=line_of(text_of(child(top, "distributor"))),
        notes=once(text_of(note) for note in children(top, "note")),
        blocks=tuple(blocks),
    )


def _bare_heading(hedline: Element | None) -> str | None:
    """Return the text of a heading without levels; the second level alone is a deck."""
    return None if child(hedline, "hl2") is not None else line_of(text_of(hedline))


def _metas(head: Element | None) -> Mapping[str, str]:
    """Map the agency's extras by name; empty ones are absent."""
    pairs = ((attribute(meta, "name"), attribute(meta, "content")) for meta in children(head, "meta"))
    return {name: content for name, content in pairs if name and content}


def _norm(docdata: Element | None, name: str) -> str | None:
    return attribute(child(docdata, name), "norm")


def _status(docdata: Element | None) -> tuple[str | None, tuple[str, ...]]:
    """Read the status of the document, or the one that it gives another, and which that is."""
    own = attribute(docdata, "management-status")
    other = attribute(docdata, "management-doc-idref")
    given = attribute(docdata, "management-idref-status")
    if other and given and given.lower() in _GONE:
        own = given
    return own, (other,) if other else ()


def _slug(
    head: Element | None, metas: Mapping[str, str], body: NitfBody, agency: str | None
) -> tuple[str | None, list[Version]]:
    """Find the slug where the agency keeps it, and the take that it numbers."""
    slug = next((metas[name] for name in _SLUGS if name in metas), None)
    take = metas.get("anpa-takekey")
    labels = [version] if take and (version := read_version(take)) else []
    title = text_of(child(head, "title"))
    if slug is None and agency == "PA" and title:
        slug, number = read_title(title)
        if number is not None and number > 1:
            labels.append(Version(label=f"take {number}", kind=VersionKind.TAKE, part=number))
    if slug is None and agency == "EFE":
        slug = line_of(body.deck)
    return slug, labels


def _byline(top: Element | None) -> str | None:
    """Join bylines; the title in ``byttl`` follows its name behind a comma."""
    names = []
    for line in children(top, "byline"):
        titles = [text for each in descendants(line, "byttl") if (text := text_of(each))]
        for title in descendants(line, "byttl"):
            title.text = None
            for inner in list(title):
                title.remove(inner)
        name = line_of(text_of(line))
        names.append(", ".join(part for part in (name and name.rstrip(" ,"), *titles) if part))
    byline = "; ".join(name for name in names if name)
    return None if not byline or is_sign_off(byline) else byline


def _bare(dateline: Element | None) -> str | None:
    """Return the text of a dateline without its ``story.date``, which agencies fill with anything."""
    if dateline is None:
        return None
    parts = [dateline.text or ""]
    for part in dateline:
        if "date" not in str(part.tag):
            parts.append(text_of(part) or "")
        parts.append(part.tail or "")
    return " ".join(" ".join(parts).split()) or None


def _holders(docdata: Element | None, root: Element) -> Iterator[str | None]:
    yield attribute(child(docdata, "doc.copyright"), "holder")
    yield from (text_of(owner) for owner in descendants(child(root, "body", "body.head"), "rights.owner"))
    yield attribute(child(docdata, "doc-id"), "regsrc")
    for source in descendants(docdata, "from-src"):
        yield attribute(source, "src-name")


def _sources(metas: Mapping[str, str]) -> Iterator[str | None]:
    yield from (metas.get(name) for name in _SOURCES)
    if any(name.startswith("NTB") for name in metas):
        yield "NTB"


def _messages(docdata: Element | None) -> Iterator[str | None]:
    yield from (attribute(message, "info") for message in children(docdata, "ed-msg"))


def _version(head: Element | None, docdata: Element | None) -> str | None:
    """Read the version where the agency keeps it: du-key, series, or the comment of its last revision."""
    comments = [attribute(each, "comment") or "" for each in children(head, "revision-history")]
    return (
        attribute(child(docdata, "du-key"), "version")
        or attribute(child(docdata, "series"), "series.part")
        or next((comment for comment in reversed(comments) if comment.isdigit()), None)
    )


def _urgency(text: str | None) -> int | None:
    return int(text) if text and text in "12345678" and len(text) == 1 else None


def _copyright(docdata: Element | None, root: Element) -> str | None:
    notice = child(docdata, "doc.copyright")
    holder, year = attribute(notice, "holder"), attribute(notice, "year")
    if holder:
        return f"{holder} {year}" if year else holder
    return line_of(text_of(next(descendants(child(root, "body", "body.head"), "rights.owner"), None)))


def _subjects(head: Element | None, metas: Mapping[str, str]) -> tuple[Subject, ...]:
    pairs: list[tuple[str | None, str | None]] = [
        (attribute(each, "tobject.subject.ipr") or "IPTC", attribute(each, "tobject.subject.refnum"))
        for each in descendants(head, "tobject.subject")
    ]
    pairs += [(attribute(each, "type"), attribute(each, "value")) for each in descendants(head, "classifier")]
    pairs += [(name, metas.get(name)) for name in ("category", "anpa-category", "NTBKategori", "categoria")]
    return subjects_of(pairs)
