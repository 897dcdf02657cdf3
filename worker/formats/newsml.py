"""NewsML 1.0 to 1.2 (IPTC), as AFP, ANA-MPE and Business Wire send it.

A news item holds components in components. Those of one EquivalentsList, or with the roles of parts
(Body, HeadLine, Contact, Photo), are one story; components of role Main with headlines of their own are
several.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from worker.dialects.versions import Version, VersionKind
from worker.errors import WireError
from worker.formats.blocks import Block, html_blocks, tree_blocks
from worker.formats.draft import Draft, Hollow, Item, Source
from worker.formats.fields import (
    agency_sent,
    deck_of,
    field_credits,
    once,
    owner_of,
    subjects_of,
    told_time,
    with_dateline,
    zone_of,
)
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
from worker.story import Subject

_PARTS: Final = (
    "photo", "picture", "image", "graphic", "logo", "video", "audio", "caption", "contact", "stylesheet",
    "headline", "subheadline", "thumbnail", "icon", "preview", "quicklook", "abstract", "summary", "byline",
    "animation", "multimedia", "keyword", "note",
)  # fmt: skip
"""Roles, in lower case, of what is no copy."""

_MEDIA: Final = ("photo", "graphic", "video", "audio", "image", "animation", "complexdata")
_UPDATES: Final = {"U": VersionKind.UPDATE, "A": VersionKind.UPDATE, "C": VersionKind.CORRECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One text of an item: its content, the component that it stands in and the role of that."""

    content: Element
    component: Element
    role: str


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
    parts = _copy_parts(item)
    groups = _stories(parts)
    if not groups:
        status = _formal(item, "Status")
        if (not parts and status and status.lower() not in ("usable", "")) or _is_text(item):
            yield _story(item, root, [], warnings)
        else:
            yield Hollow(reason=f"item {_identity(item)[0]} without text")
        return
    for number, group in enumerate(groups):
        draft = _story(item, root, group, warnings)
        if len(groups) > 1 and draft.native_id:
            draft = replace(
                draft,
                native_id=f"{draft.native_id}#{number + 1}",
                native_ids=(f"{draft.native_id}#{number + 1}", *draft.native_ids),
            )
        yield draft


def _is_text(item: Element) -> bool:
    """Tell whether an item without copy was meant to be text: it has a headline and no medium."""
    media = [(attribute(each, "FormalName") or "").lower() for each in descendants(item, "MediaType")]
    return not any(name in _MEDIA for name in media) and next(descendants(item, "HeadLine"), None) is not None


def _copy_parts(item: Element) -> list[_Part]:
    """List the texts of an item that can be copy, in document order."""
    parts = []
    for content in descendants(item, "DataContent"):
        component = next((each for each in content.iterancestors() if local(each) == "NewsComponent"), item)
        holder = next((each for each in content.iterancestors() if local(each) == "ContentItem"), component)
        media = (_formal(holder, "MediaType") or "text").lower()
        form = (_formal(holder, "Format") or "").lower()
        role = (_role(content) or "").lower()
        encoded = any(local(each) == "Encoding" for each in content.iterancestors())
        if (
            media in _MEDIA
            or form in ("css", "javascript")
            or encoded
            or any(part in role for part in _PARTS)
        ):
            continue
        parts.append(_Part(content=content, component=component, role=role))
    bodies = [part for part in parts if part.role == "body"]
    return bodies or parts


def _stories(parts: list[_Part]) -> list[list[_Part]]:
    """Group texts into stories: one for each component with a headline of its own, alternatives once."""
    groups: dict[int, list[_Part]] = {}
    taken: set[int] = set()
    for part in parts:
        if next(part.content.itertext(), None) is None:
            continue
        choice = next(
            (
                each
                for each in part.component.iterancestors()
                if local(each) == "NewsComponent" and attribute(each, "EquivalentsList") == "yes"
            ),
            None,
        )
        if choice is not None:
            if id(choice) in taken:
                continue
            taken.add(id(choice))
        owner = part.component if child(part.component, "NewsLines", "HeadLine") is not None else None
        groups.setdefault(id(owner) if owner is not None else 0, []).append(part)
    if 0 in groups and len(groups) > 1:
        # Texts without a headline belong to the story before them.
        rest = groups.pop(0)
        next(iter(groups.values())).extend(rest)
    return list(groups.values())


def _story(item: Element, root: Element, parts: list[_Part], given: tuple[str, ...]) -> Draft:
    warnings = list(given)
    management = child(item, "NewsManagement")
    native, version, ids = _identity(item)
    lines = _Lines(item, parts[0].component if parts else None)
    owners = field_credits(_owners(item, root, lines))
    agency = zone_of(owners)
    status = _formal(management, "Status")
    until = _embargo_end(management, warnings, agency) if (status or "").lower() == "embargoed" else None
    body, blocks = _body(parts)
    draft = Draft(
        headline=lines.text("HeadLine") or (body.headline if body else None) or _role_text(item, "headline"),
        byline=lines.text("ByLine") or (body.byline if body else None),
        native_id=native,
        native_version=version,
        native_ids=ids,
        transmission_no=line_of(text_of(child(root, "NewsEnvelope", "TransmissionId"))),
        urgency=_urgency(_formal(management, "Urgency") or _formal(child(root, "NewsEnvelope"), "Priority")),
        ed_note="\n".join(once(_notes(item))) or None,
        embargo_until=until,
        first_created=told_time(
            text_of(child(management, "FirstCreated")), "FirstCreated", warnings, agency=agency
        ),
        version_created=told_time(
            text_of(child(management, "ThisRevisionCreated")), "ThisRevisionCreated", warnings, agency=agency
        ),
        copyright=lines.text("CopyrightLine"),
        language=_language(item, parts),
        keywords=once((*_keywords(item), lines.text("KeywordLine"))),
        subjects=_subjects(item),
        refers_to=once(attribute(each, "NewsItem") for each in children(management, "DerivedFrom")),
        agency=owner_of(owners),
        credits=owners,
    )
    draft = replace(sort_blocks(draft, blocks), published=draft.version_created)
    told = lines.text("DateLine") or (body.dateline if body else None)
    draft = with_dateline(draft, told, place=body.place if body else None)
    deck = deck_of(draft, lines.text("SubHeadLine"), body.deck if body else None)
    label = line_of(text_of(child(item, "Identification", "NameLabel")))
    draft = finish(
        replace(draft, deck=deck, warnings=tuple(warnings)),
        slugline=lines.text("SlugLine") or label,
        labels=_labels(item, management),
        status=status,
    )
    sender = attribute(child(root, "NewsEnvelope", "SentFrom", "Party"), "FormalName")
    return replace(draft, distributor=agency_sent(sender, draft) if sender else None)


class _Lines:
    """The news lines of a story: those of its own component first, then those around it, then any."""

    def __init__(self, item: Element, component: Element | None) -> None:
        near = [] if component is None else [component, *component.iterancestors()]
        found = [lines for each in near if (lines := child(each, "NewsLines")) is not None]
        self._found = [*found, *(each for each in descendants(item, "NewsLines") if each not in found)]

    def text(self, name: str) -> str | None:
        """Return the first line of this name that is not empty."""
        return next((text for lines in self._found if (text := line_of(text_of(child(lines, name))))), None)


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
    return chain, revision, once((chain, public, number))


def _owners(item: Element, root: Element, lines: _Lines) -> Iterator[str | None]:
    for name in ("Provider", "Source"):
        for party in descendants(item, name):
            yield attribute(child(party, "Party"), "FormalName")
    yield lines.text("CreditLine")
    yield text_of(child(item, "Identification", "NewsIdentifier", "ProviderId"))
    yield attribute(child(root, "NewsEnvelope", "NewsService"), "FormalName")


def _formal(element: Element | None, name: str) -> str | None:
    """Return the FormalName of a child."""
    return attribute(child(element, name), "FormalName")


def _role(content: Element) -> str | None:
    """Return the nearest role over a content."""
    for each in content.iterancestors():
        if local(each) == "NewsComponent" and (role := _formal(each, "Role")):
            return role
        if local(each) == "NewsItem":
            return None
    return None


def _role_text(item: Element, role: str) -> str | None:
    """Return the text of the component of a role."""
    for component in descendants(item, "NewsComponent"):
        if (_formal(component, "Role") or "").lower() == role:
            return line_of(text_of(next(descendants(component, "DataContent"), None)))
    return None


def _embargo_end(management: Element | None, warnings: list[str], agency: str | None) -> str | None:
    for change in children(management, "StatusWillChange"):
        until = told_time(text_of(child(change, "DateAndTime")), "StatusWillChange", warnings, agency=agency)
        if until:
            return until
    warnings.append("embargoed without a time that can be read")
    return None


def _notes(item: Element) -> Iterator[str | None]:
    for note in descendants(item, "Instruction", "EdNote"):
        yield text_of(note) or attribute(note, "FormalName")
    for line in descendants(item, "NewsLine"):
        if "note" in (_formal(line, "NewsLineType") or "").lower():
            yield text_of(child(line, "NewsLineText"))


def _labels(item: Element, management: Element | None) -> list[Version]:
    labels = []
    update = attribute(child(item, "Identification", "NewsIdentifier", "RevisionId"), "Update")
    if update in _UPDATES:
        labels.append(Version(label=f"Update {update}", kind=_UPDATES[update]))
    if (_formal(management, "NewsItemType") or "").lower() in ("alert", "flash"):
        labels.append(Version(label="Alert", kind=VersionKind.ALERT))
    return labels


def _language(item: Element, parts: list[_Part]) -> str | None:
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


def _body(parts: list[_Part]) -> tuple[NitfBody | None, list[Block]]:
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
