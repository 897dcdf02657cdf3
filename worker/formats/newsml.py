"""NewsML 1.0 to 1.2 (IPTC), as AFP, ANA-MPE and Business Wire send it.

A news item holds components in components. Those of one EquivalentsList, or with the roles of parts
(Body, HeadLine, Contact, Photo), are one story; components of role Main with headlines of their own are
several.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from worker.dialects.versions import Version, VersionKind
from worker.errors import WireError
from worker.formats.blocks import Block, html_blocks, tree_blocks
from worker.formats.draft import Hollow, Item, Source
from worker.formats.fields import (
    earliest,
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
from worker.formats.newsml_parts import Part, copy_parts, formal_name, group_stories, is_text, role_text
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
from worker.story import Draft, Subject

_UPDATES: Final = {"U": VersionKind.UPDATE, "A": VersionKind.UPDATE, "C": VersionKind.CORRECTED}


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories of each news item, Hollow for one without text, an error for a broken one."""
    for read in read_roots(source.text, ("NewsItem",)):
        if isinstance(read, WireError):
            yield read
            continue
        root, repairs = read
        found = False
        for item in descendants(root, "NewsItem"):
            found = True
            try:
                yield from _read_item(item, root, (*source.warnings, *repairs))
            except WireError as error:
                yield error
        if not found:
            yield Hollow(reason="a NewsML document without items")


def _read_item(item: Element, root: Element, warnings: tuple[str, ...]) -> Iterator[Item]:
    if any(inner is not item for inner in descendants(item, "NewsItem")):
        yield Hollow(reason=f"package {_identity(item)[0]} of items")
        return
    parts = copy_parts(item)
    groups = group_stories(parts)
    if not groups and is_text(item):
        yield _story(item, root, [], warnings)
    elif not groups:
        yield Hollow(reason=f"item {_identity(item)[0]} without text")
    for number, group in enumerate(groups):
        draft = _story(item, root, group, warnings)
        if len(groups) > 1 and draft.native_id:
            draft = replace(
                draft,
                native_id=f"{draft.native_id}#{number + 1}",
                native_ids=(f"{draft.native_id}#{number + 1}", *draft.native_ids),
            )
        yield draft


def _story(item: Element, root: Element, parts: list[Part], given: tuple[str, ...]) -> Draft:
    warnings = list(given)
    management = child(item, "NewsManagement")
    native, version, ids = _identity(item)
    lines = _Lines(item, parts[0].component if parts else None)
    owners = field_credits(_owners(item, root, lines))
    agency = zone_of(owners)
    status = formal_name(management, "Status")
    until = _embargo_end(management, warnings, agency) if (status or "").lower() == "embargoed" else None
    body, blocks = _body(parts)
    draft = Draft(
        headline=lines.text("HeadLine") or (body.headline if body else None) or role_text(item, "headline"),
        byline=lines.text("ByLine") or (body.byline if body else None),
        native_id=native,
        native_version=version,
        native_ids=ids,
        transmission_no=line_of(text_of(child(root, "NewsEnvelope", "TransmissionId"))),
        urgency=_urgency(
            formal_name(management, "Urgency")
            or text_of(child(management, "Urgency"))
            or formal_name(child(root, "NewsEnvelope"), "Priority")
        ),
        ed_note="\n".join(once(_notes(item))) or None,
        embargo_until=until,
        expires=_rights_end(parts, warnings, agency),
        first_created=told_time(
            text_of(child(management, "FirstCreated")), "FirstCreated", warnings, agency=agency
        ),
        version_created=(
            created := told_time(
                text_of(child(management, "ThisRevisionCreated")),
                "ThisRevisionCreated",
                warnings,
                agency=agency,
            )
        ),
        published=created,
        copyright=lines.text("CopyrightLine"),
        language=_language(item, parts),
        keywords=once((*_keywords(item), lines.text("KeywordLine"))),
        subjects=_subjects(item),
        refers_to=once(attribute(each, "NewsItem") for each in children(management, "DerivedFrom")),
        agency=owner_of(owners),
        credits=owners,
        warnings=tuple(warnings),  # the last field: what the others found is in it
    )
    draft = sort_blocks(draft, blocks)
    told = lines.text("DateLine") or (body.dateline if body else None)
    draft = with_dateline(draft, told, place=body.place if body else None)
    draft = with_deck(draft, lines.text("SubHeadLine"), body.deck if body else None)
    label = line_of(text_of(child(item, "Identification", "NameLabel")))
    draft = finish(
        draft,
        slugline=lines.text("SlugLine") or label,
        labels=_labels(item, management),
        status=status,
    )
    sender = attribute(child(root, "NewsEnvelope", "SentFrom", "Party"), "FormalName")
    return with_distributor(draft, sender)


class _Lines:
    """The news lines of a story: those of its own component first, then those around it, then any."""

    def __init__(self, item: Element, component: Element | None) -> None:
        near = [] if component is None else [component, *component.iterancestors()]
        found = [lines for each in near if (lines := child(each, "NewsLines")) is not None]
        self._named: dict[str, list[Element]] = {}
        for lines in (*found, *(each for each in descendants(item, "NewsLines") if each not in found)):
            firsts = {local(line): line for line in reversed(children(lines))}
            for name, line in firsts.items():
                self._named.setdefault(name, []).append(line)

    def text(self, name: str) -> str | None:
        """Return the first line of this name that is not empty; one of each group of lines counts."""
        return next((text for line in self._named.get(name, ()) if (text := line_of(text_of(line)))), None)


def _identity(item: Element) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Read the id of the chain, the revision, and every id; the public identifier ends in the revision."""
    identifier = child(item, "Identification", "NewsIdentifier")
    public = text_of(child(identifier, "PublicIdentifier"))
    revision = text_of(child(identifier, "RevisionId"))
    number = text_of(child(identifier, "NewsItemId"))
    chain = public
    if public and revision and ":" in public:
        start, _, end = public.rpartition(":")
        chain = start if end.rstrip("ANU") == revision else public
    if chain is None and number:
        parts = (text_of(child(identifier, name)) for name in ("ProviderId", "DateId"))
        chain = ":".join(part for part in ("urn:newsml", *parts, number) if part)
    if chain is None:  # TASS keeps its id in the descriptive metadata
        chain = text_of(next(descendants(item, "guid"), None)) or attribute(item, "Duid")
    return chain, revision, once((chain, public, number))


def _owners(item: Element, root: Element, lines: _Lines) -> Iterator[str | None]:
    for name in ("Provider", "Source"):
        for party in descendants(item, name):
            yield attribute(child(party, "Party"), "FormalName")
    yield lines.text("CreditLine")
    yield text_of(child(item, "Identification", "NewsIdentifier", "ProviderId"))
    yield attribute(child(root, "NewsEnvelope", "NewsService"), "FormalName")


def _embargo_end(management: Element | None, warnings: list[str], agency: str | None) -> str | None:
    for change in children(management, "StatusWillChange"):
        until = told_time(text_of(child(change, "DateAndTime")), "StatusWillChange", warnings, agency=agency)
        if until:
            return until
    warnings.append(NO_TIME)
    return None


def _rights_end(parts: list[Part], warnings: list[str], agency: str | None) -> str | None:
    """Tell when the first of the rights to use a story ends; those of pictures beside it are not its own."""
    around = dict.fromkeys(
        each for part in parts for each in (part.component, *part.component.iterancestors())
    )
    rights = (children(child(each, "RightsMetadata"), "UsageRights") for each in around)
    ends = once(text_of(child(each, "EndDate")) for found in rights for each in found)
    told = [told_time(text, "EndDate", warnings, agency=agency) for text in ends]
    return earliest(told)


def _notes(item: Element) -> Iterator[str | None]:
    for note in descendants(item, "Instruction", "EdNote"):
        yield text_of(note) or attribute(note, "FormalName")
    for line in descendants(item, "NewsLine"):
        if "note" in (formal_name(line, "NewsLineType") or "").lower():
            yield text_of(child(line, "NewsLineText"))


def _labels(item: Element, management: Element | None) -> list[Version]:
    labels = []
    update = attribute(child(item, "Identification", "NewsIdentifier", "RevisionId"), "Update")
    if update in _UPDATES:
        labels.append(Version(label=f"Update {update}", kind=_UPDATES[update]))
    if (formal_name(management, "NewsItemType") or "").lower() in ("alert", "flash"):
        labels.append(Version(label="Alert", kind=VersionKind.ALERT))
    return labels


def _language(item: Element, parts: list[Part]) -> str | None:
    near = [part.component for part in parts[:1]]
    for place in (*near, item):
        found = next(descendants(place, "Language"), None)
        if name := attribute(found, "FormalName"):
            return name.lower()
    return attribute(item, "lang")


def _keywords(item: Element) -> Iterator[str | None]:
    for each in descendants(item, "Property"):
        if "keyword" in (attribute(each, "FormalName") or "").lower():
            yield attribute(each, "Value")


def _subjects(item: Element) -> tuple[Subject, ...]:
    return subjects_of(
        (attribute(each, "Scheme") or "IptcSubjectCodes", attribute(each, "FormalName"))
        for each in descendants(item, "Subject", "SubjectMatter", "SubjectDetail", "SubjectQualifier")
    )


def _urgency(text: str | None) -> int | None:
    return int(text) if text and len(text) == 1 and text in "12345678" else None


def _body(parts: list[Part]) -> tuple[NitfBody | None, list[Block]]:
    told: NitfBody | None = None
    blocks: list[Block] = []
    for part in parts:
        document = next(descendants(part.content, "nitf"), None)
        if document is not None:
            body = read_body(document)
            told = told or body
            blocks += body.blocks
        elif len(part.content):
            blocks += tree_blocks(part.content)
        else:
            blocks += html_blocks(raw_text(part.content))
    return told, blocks
