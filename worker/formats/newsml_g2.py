"""NewsML-G2 (IPTC): messages, news items and packages, as AP, Reuters, ANSA, STT and dpa send them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from worker.dialects.reuters import signal_version
from worker.dialects.versions import Version, read_version
from worker.errors import WireError
from worker.formats.blocks import Block, html_blocks, tree_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.fields import (
    code_of,
    earliest,
    field_credits,
    once,
    owner_of,
    qualified,
    subjects_of,
    told_time,
    with_dateline,
    with_deck,
    with_distributor,
    zone_of,
)
from worker.formats.nitf import NitfBody, read_body
from worker.formats.wire import NO_TIME, finish
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
from worker.story import Draft, PubStatus, Subject

_ITEMS: Final = ("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_COUNTERS: Final = ("recordSequenceNumber", "runningnumber", "itemIdSequence")
_DERIVED: Final = ("derivedFrom", "previousVersion", "replaces", "corrects", "isDerivedFrom", "updateOf")
_REFERENCES: Final = 20
_SENT: Final = 6
"""Place of the agency's number in ``service:number:priority:category:words:agency:number``."""

_SUB: Final = 2
_NO_NOTES: Final = ("closingline", "dpacontacts", "notepad")
_OTHERS: Final = ("refuno", "replaces", "previousId")
"""Types of ids that name another item: the one that TT's version replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """Every id of an item; AP's item id and dpa's agency number link it to the same item elsewhere."""

    native: str | None
    version: str | None
    every: tuple[str, ...]
    number: str | None


def parse(source: Source) -> Iterator[Item]:
    """Yield a story for each text item, Hollow for packages and pictures, an error for a broken item."""
    for read in read_roots(source.text, _ITEMS):
        if isinstance(read, WireError):
            yield read
            continue
        root, repairs = read
        sender = text_of(child(root, "header", "sender"))
        found = False
        for item in descendants(root, *_ITEMS):
            found = True
            try:
                yield _read_item(item, sender, (*source.warnings, *repairs))
            except WireError as error:
                yield error
        if not found:
            yield Hollow(reason="a message without items")


def _read_item(item: Element, sender: str | None, warnings: tuple[str, ...]) -> Draft | Hollow:
    name = local(item)
    if name == "packageItem":
        references = once(attribute(each, "residref", "href") for each in descendants(item, "itemRef"))
        listed = ", ".join(references[:_REFERENCES])
        return Hollow(reason=f"package {attribute(item, 'guid')} of references: {listed}")
    if name != "newsItem":
        return Hollow(reason=f"{name} {attribute(item, 'guid')}: no news")
    kind = code_of(attribute(child(item, "itemMeta", "itemClass"), "qcode", "uri"))
    if kind not in (None, "text", "composite"):
        return Hollow(reason=f"{kind} item {attribute(item, 'guid')}: no text")
    return _story(item, sender, list(warnings))


def _story(item: Element, sender: str | None, warnings: list[str]) -> Draft:
    meta, about = child(item, "itemMeta"), child(item, "contentMeta")
    owners = field_credits(_owners(item, meta, about))
    agency = zone_of(owners)
    status = code_of(attribute(child(meta, "pubStatus"), "qcode", "uri"))
    embargoed = text_of(child(meta, "embargoed"))
    until = told_time(embargoed, "embargoed", warnings, agency=agency)
    created = told_time(text_of(child(meta, "versionCreated")), "versionCreated", warnings, agency=agency)
    signals = [attribute(each, "qcode") or "" for each in children(meta, "signal")]
    roles = [attribute(each, "qcode") or "" for each in children(meta, "role")]
    ids = _ids(item, about)
    body, blocks = _body(child(item, "contentSet"))
    headlines = children(about, "headline")
    language = attribute(child(about, "language"), "tag") or attribute(item, "lang")
    headline = _headline(headlines, language)
    draft = Draft(
        headline=line_of(headline)
        or line_of(text_of(child(meta, "title")))
        or (body.headline if body else None),
        byline=line_of(text_of(child(about, "by"))) or (body.byline if body else None),
        native_id=ids.native,
        native_version=ids.version,
        native_ids=ids.every,
        transmission_no=ids.number,
        urgency=_urgency(text_of(child(about, "urgency"))),
        ed_note="\n".join(once(_notes(meta))) or None,
        editorial_types=once(text_of(child(each, "name")) for each in children(meta, "role")),
        embargo_until=until,
        expires=_expiry(item, meta, warnings, agency),
        published=created,
        version_created=created,
        first_created=told_time(
            text_of(child(meta, "firstCreated")), "firstCreated", warnings, agency=agency
        ),
        copyright=_copyright(item),
        language=language,
        keywords=once(text_of(word) for word in children(about, "keyword")),
        subjects=_subjects(about),
        refers_to=_links(meta, about, ids),
        agency=owner_of(owners),
        credits=owners,
        warnings=tuple(warnings),  # the last field: what the others found is in it
    )
    draft = sort_blocks(draft, blocks)
    draft = with_dateline(
        draft,
        text_of(child(about, "dateline")) or (body.dateline if body else None),
        place=body.place if body else None,
    )
    draft = with_deck(
        draft,
        *(text_of(each) for each in headlines if text_of(each) != headline),
        body.deck if body else None,
    )
    labels = [version for code in (*signals, *roles) if (version := signal_version(code))]
    genres = (text_of(child(each, "name")) for each in children(about, "genre"))
    labels += [version for name in genres if name and (version := read_version(name))]  # dpa: EXTRA
    draft = finish(
        draft,
        slugline=text_of(child(about, "slugline")),
        labels=_plain_labels(labels, draft),
        status=status,
        signals=[code_of(code) or "" for code in signals],
    )
    draft = with_distributor(draft, sender)
    if embargoed and until is None and draft.pub_status is PubStatus.USABLE:
        return replace(
            draft,
            pub_status=PubStatus.EMBARGOED,
            warnings=(*draft.warnings, NO_TIME),
        )
    return draft


def _expiry(item: Element, meta: Element | None, warnings: list[str], agency: str | None) -> str | None:
    """Tell when the item ends, or the first of the rights to all of it."""
    rights = [each for each in children(item, "rightsInfo") if attribute(each, "idrefs", "scope") is None]
    ends = [("expires", text_of(child(meta, "expires")))]
    ends += [("validto", attribute(each, "validto")) for each in rights]
    return earliest(told_time(text, name, warnings, agency=agency) for name, text in ends)


def _plain_labels(labels: list[Version], draft: Draft) -> list[Version]:
    """Keep the labels that signals give; an item without copy is no correction of anything."""
    return (
        labels
        if draft.paragraphs or any(label.kind.value in {"kill", "withhold"} for label in labels)
        else []
    )


def _ids(item: Element, about: Element | None) -> _Ids:
    guid, version = attribute(item, "guid"), attribute(item, "version")
    native, number = guid, None
    ids = [guid]
    for each in children(about, "altId"):
        kind, text = code_of(attribute(each, "type")), text_of(each)
        if text is None or kind is None:
            continue
        if kind == "itemId":
            native = text
        elif kind == "recordSequenceNumber":
            version = text
        elif kind == "runningnumber":
            number = text
        elif kind == "iptc7901Id" and text.count(":") >= _SENT:
            number = number or f"dpa {text.split(':')[_SENT]}"
            ids.append(f"dpa {text.split(':')[_SENT]}")
        if kind not in (*_COUNTERS, *_OTHERS):
            ids.append(text)
    return _Ids(native=native, version=version, every=once((native, *ids)), number=number)


def _owners(item: Element, meta: Element | None, about: Element | None) -> Iterator[str | None]:
    """List who wrote, owns or provides the item, the surest first."""
    yield text_of(child(about, "creditline"))
    for source in children(about, "infoSource"):
        yield _named(source)
    rights = child(item, "rightsInfo")
    yield _named(child(rights, "copyrightHolder"))
    yield _named(child(meta, "provider"))


def _notes(meta: Element | None) -> Iterator[str | None]:
    """List the notes to editors; dpa also puts sign-offs, contacts and the notepad as a whole there."""
    for note in children(meta, "edNote"):
        if code_of(attribute(note, "role")) not in _NO_NOTES:
            yield text_of(note)


def _headline(headlines: list[Element], language: str | None) -> str | None:
    """Choose the headline: without a role or the main one, in the language of the copy; never a subhead."""
    ranked = sorted(
        headlines,
        key=lambda each: (_rank((attribute(each, "role") or "").lower()), not _speaks(each, language)),
    )
    told = (text_of(each) for each in ranked if _rank((attribute(each, "role") or "").lower()) < _SUB)
    return next((text for text in told if text), None)


def _speaks(headline: Element, language: str | None) -> bool:
    """Tell whether a headline is in a language, or says nothing of it."""
    own = attribute(headline, "lang")
    return own is None or language is None or own[:2].lower() == language[:2].lower()


def _rank(role: str) -> int:
    if "sub" in role:
        return _SUB
    return int((bool(role) and not role.endswith(("main", "headline"))) or "extended" in role)


def _named(party: Element | None) -> str | None:
    """Return the name of a party, however it is written: name, literal, or the code of its id."""
    if party is None:
        return None
    name = text_of(child(party, "name")) or attribute(party, "literal")
    code = attribute(party, "qcode")
    return name or (code_of(code) if code and not (code_of(code) or "").isdigit() else None)


def _copyright(item: Element) -> str | None:
    rights = child(item, "rightsInfo")
    return line_of(text_of(child(rights, "copyrightNotice"))) or _named(child(rights, "copyrightHolder"))


def _subjects(about: Element | None) -> tuple[Subject, ...]:
    """Take the subjects that were assigned; those that follow from them (``why:ancestor``) are noise."""
    assigned = (
        each
        for each in children(about, "subject")
        if code_of(attribute(each, "why")) not in ("ancestor", "inferred")
    )
    return subjects_of(qualified(attribute(each, "qcode", "literal")) for each in assigned)


def _links(meta: Element | None, about: Element | None, ids: _Ids) -> tuple[str, ...]:
    """List what the item derives from; a link to its own earlier version is no reference."""
    found = [
        text_of(each) for each in children(about, "altId") if code_of(attribute(each, "type")) in _OTHERS
    ]
    for link in children(meta, "link"):
        relation = code_of(attribute(link, "rel"))
        if relation is None or relation in _DERIVED:
            found.append(attribute(link, "residref", "guidref"))
    return tuple(each for each in once(found) if each not in ids.every)


def _urgency(text: str | None) -> int | None:
    return int(text) if text and len(text) == 1 and text in "12345678" else None


def _body(content: Element | None) -> tuple[NitfBody | None, list[Block]]:
    """Read the first rendition that has text: XML before escaped or plain text."""
    told: NitfBody | None = None
    for inline in children(content, "inlineXML"):
        document = next(descendants(inline, "nitf"), None)
        if document is not None:
            told = read_body(document)
            blocks = list(told.blocks)
        else:
            blocks = tree_blocks(inline)
        if blocks:
            return told, blocks
    for inline in children(content, "inlineData"):
        kind = attribute(inline, "contenttype") or "text/plain"
        if kind.startswith("text") or "xml" in kind or "html" in kind:
            blocks = html_blocks(raw_text(inline)) if not len(inline) else tree_blocks(inline)
            if blocks:
                return told, blocks
    return told, []
