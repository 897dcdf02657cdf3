"""Core values to the messages of the contract and back; nowhere else do the two meet.

Times are milliseconds in the core and RFC 3339 text on the wire, shares are rounded to four decimals.
"""

from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar, assert_never

from topics import messages as wire
from topics.times import time_ms, time_text
from worker.lineage.placement import (
    ActsOn,
    Canonical,
    Carrier,
    CreditLines,
    Decision,
    Lapse,
    Link,
    Member,
    Merge,
    ParagraphChange,
    Placement,
    Reach,
    Swap,
    Variant,
    Version,
)
from worker.story import (
    Coordinates,
    Credit,
    CreditKind,
    Dateline,
    Fingerprint,
    Furniture,
    FurnitureKind,
    Kind,
    Paragraph,
    PubStatus,
    Role,
    Story,
    Subject,
)

E = TypeVar("E", bound=StrEnum)
DECIMALS: Final = 4


def _members(kind: type[E]) -> Mapping[str, E]:
    """Map the wire's words to an enumeration; a look-up costs a third of a call of the class."""
    return MappingProxyType({each.value: each for each in kind})


KINDS: Final = _members(Kind)
ROLES: Final = _members(Role)
FURNITURE_KINDS: Final = _members(FurnitureKind)
CREDIT_KINDS: Final = _members(CreditKind)
PUB_STATUSES: Final = _members(PubStatus)


def story_to_wire(story: Story, *, fingerprint: bool = True) -> wire.StoryV1:
    """Turn a story into story.v1; inside variant.v1 it goes without its fingerprint."""
    return wire.StoryV1(
        id=story.id,
        coordinates=_coordinates(story.coordinates),
        received=_time(story.received),
        source_format=story.source_format,
        payload_id=story.payload_id,
        outlet=story.outlet,
        feed=story.feed,
        url=story.url,
        published=story.published,
        kind=_word(story.kind),
        headline=story.headline,
        deck=story.deck,
        byline=story.byline,
        dateline=None if story.dateline is None else _dateline(story.dateline),
        agency=story.agency,
        language=story.language,
        native_id=story.native_id,
        native_version=story.native_version,
        native_ids=story.native_ids,
        transmission_no=story.transmission_no,
        slug=story.slug,
        version_kind=story.version_kind,
        version_no=story.version_no,
        part_no=story.part_no,
        urgency=story.urgency,
        ed_note=story.ed_note,
        editorial_types=story.editorial_types,
        pub_status=_word(story.pub_status),
        embargo_until=story.embargo_until,
        expires=story.expires,
        first_created=story.first_created,
        version_created=story.version_created,
        copyright=story.copyright,
        distributor=story.distributor,
        keywords=story.keywords,
        subjects=tuple([wire.Subject(code=each.code, scheme=each.scheme) for each in story.subjects]),
        refers_to=story.refers_to,
        from_text=story.from_text,
        credits=tuple([_credit(each) for each in story.credits]),
        paragraphs=tuple(
            [wire.Paragraph(text=each.text, role=_word(each.role)) for each in story.paragraphs]
        ),
        furniture=tuple([_furniture(each) for each in story.furniture]),
        warnings=story.warnings,
        fingerprint=_fingerprint(story.fingerprint) if fingerprint else None,
    )


def story_from_wire(message: wire.StoryV1) -> Story:
    """Turn story.v1 into a story; ValueError when a time or the fingerprint cannot be read."""
    fingerprint = message.fingerprint
    return Story(
        id=message.id,
        coordinates=coordinates_from_wire(message.coordinates),
        received=_milliseconds(message.received),
        source_format=message.source_format,
        payload_id=message.payload_id,
        outlet=message.outlet,
        feed=message.feed,
        url=message.url,
        published=message.published,
        kind=KINDS[message.kind],
        headline=message.headline,
        deck=message.deck,
        byline=message.byline,
        dateline=None
        if message.dateline is None
        else Dateline(
            text=message.dateline.text,
            place=message.dateline.place,
            date=message.dateline.date,
            agency=message.dateline.agency,
        ),
        agency=message.agency,
        language=message.language,
        native_id=message.native_id,
        native_version=message.native_version,
        native_ids=message.native_ids,
        transmission_no=message.transmission_no,
        slug=message.slug,
        version_kind=message.version_kind,
        version_no=message.version_no,
        part_no=message.part_no,
        urgency=message.urgency,
        ed_note=message.ed_note,
        editorial_types=message.editorial_types,
        pub_status=PUB_STATUSES[message.pub_status],
        embargo_until=message.embargo_until,
        expires=message.expires,
        first_created=message.first_created,
        version_created=message.version_created,
        copyright=message.copyright,
        distributor=message.distributor,
        keywords=message.keywords,
        subjects=tuple([Subject(code=each.code, scheme=each.scheme) for each in message.subjects]),
        refers_to=message.refers_to,
        from_text=message.from_text,
        credits=tuple(
            [
                Credit(kind=CREDIT_KINDS[each.kind], text=each.text, agency=each.agency)
                for each in message.credits
            ]
        ),
        paragraphs=tuple([Paragraph(text=each.text, role=ROLES[each.role]) for each in message.paragraphs]),
        furniture=tuple(
            [
                Furniture(text=each.text, kind=FURNITURE_KINDS[each.kind], before=each.before)
                for each in message.furniture
            ]
        ),
        warnings=message.warnings,
        fingerprint=Fingerprint(version=0, words=0, hashes=b"")
        if fingerprint is None
        else Fingerprint(
            version=fingerprint.version,
            words=fingerprint.words,
            hashes=a2b_base64(fingerprint.hashes, strict_mode=True),
        ),
    )


def placement_to_wire(placement: Placement) -> wire.VariantV1:
    """Turn a placement into variant.v1, which is also a line of ``wiretrace trace``."""
    story, variant = placement.story, placement.variant
    record = story_to_wire(story, fingerprint=False)
    return wire.VariantV1(
        status=_word(placement.status),
        canonical_id=placement.canonical_id,
        sequence=None if variant is None else variant.sequence,
        story_id=story.id,
        outlet=story.outlet,
        headline=story.headline,
        seen=record.received,
        variant=None if variant is None else _variant(variant),
        links=tuple([_link(each) for each in placement.links]),
        story=record,
        reason=placement.reason,
        coordinates=record.coordinates,
        acts_on=tuple([_acts_on(each) for each in placement.acts_on]),
    )


def reach_to_wire(reach: Reach) -> wire.ReachV1:
    """Turn whom an order reaches into reach.v1."""
    return wire.ReachV1(
        canonical_id=reach.canonical_id,
        sequence=reach.sequence,
        action=_word(reach.action),
        cause=_word(reach.cause),
        story_id=reach.story_id,
        ordered_by=reach.ordered_by,
        outlet=reach.outlet,
        note=reach.note,
        carrying=reach.carrying,
        carriers=tuple([_carrier(each) for each in reach.carriers]),
    )


def lapse_to_wire(lapse: Lapse) -> wire.LapseV1:
    """Turn the end of the right to a story into lapse.v1."""
    return wire.LapseV1(
        canonical_id=lapse.canonical_id,
        sequence=lapse.sequence,
        story_id=lapse.story_id,
        expires=time_text(lapse.expires),
    )


def merge_to_wire(merge: Merge) -> wire.MergeV1:
    """Turn a merge into merge.v1."""
    return wire.MergeV1(canonical_id=merge.canonical_id, into=merge.into, story_id=merge.story_id)


def canonical_to_wire(canonical: Canonical) -> wire.CanonicalV1:
    """Turn the present state of a canonical story into canonical.v1."""
    return wire.CanonicalV1(
        status="live" if canonical.into is None else "alias",
        canonical_id=canonical.canonical_id,
        into=canonical.into,
        sequence=canonical.sequence,
        headline=canonical.headline,
        agency=canonical.agency,
        language=canonical.language,
        founded=_time(canonical.founded),
        updated=_time(canonical.updated),
        variants=canonical.variants,
        outlets=canonical.outlets,
        repeats=canonical.repeats,
        first=tuple([_member(each) for each in canonical.first]),
        latest=tuple([_member(each) for each in canonical.latest]),
        standing=_word(canonical.standing),
        ordered_by=canonical.ordered_by,
        slug=canonical.slug,
        versions=tuple([_version(each) for each in canonical.versions]),
        carrying=canonical.carrying,
        lapsed=_time(canonical.lapsed),
    )


def decision_to_wire(decision: Decision, *, offset: int, worker: str) -> wire.PlacementV1:
    """Turn a decision about the record at ``offset`` of wire-stories into placement.v1."""
    return wire.PlacementV1(
        source=wire.Source(offset=offset),
        at=_time(decision.at),
        story_id=decision.story_id,
        redelivery=decision.redelivery,
        facts=decision.facts,
        worker=worker,
    )


def decision_from_wire(message: wire.PlacementV1, *, imprints: bytes = b"") -> Decision:
    """Turn placement.v1 and the state in its header into the decision; ValueError for an unreadable time."""
    return Decision(
        at=_milliseconds(message.at),
        story_id=message.story_id,
        redelivery=message.redelivery,
        facts=message.facts,
        imprints=imprints,
    )


def tick_to_wire(at: int) -> wire.TickV1:
    """Say that stream time is ``at``, in milliseconds since 1970 UTC."""
    return wire.TickV1(at=time_text(at))


def tick_from_wire(message: wire.TickV1) -> int:
    """Read the stream time of a tick in milliseconds since 1970 UTC; ValueError when it is no time."""
    return time_ms(message.at)


def coordinates_from_wire(message: wire.Coordinates) -> Coordinates:
    """Turn the wire's coordinates into the core's."""
    return Coordinates(
        topic=message.topic, partition=message.partition, offset=message.offset, part=message.part
    )


def record_key(
    message: wire.VariantV1 | wire.MergeV1 | wire.ReachV1 | wire.LapseV1 | wire.CanonicalV1 | wire.StoryV1,
) -> bytes:
    """Key the record of a message as the catalogue says: canonical id, or story id where there is none.

    A merge goes under the id that goes on: in its partition it stands before the variants that follow, so
    that who follows the younger story misses none of them.
    """
    match message:
        case wire.StoryV1():
            key = message.id
        case wire.VariantV1():
            key = message.canonical_id or message.story_id
        case wire.MergeV1():
            key = message.into
        case wire.ReachV1() | wire.LapseV1() | wire.CanonicalV1():
            key = message.canonical_id
        case _:
            assert_never(message)
    return key.encode()


def _word(member: StrEnum) -> Any:  # noqa: ANN401 - each word is one of the literal that the field expects
    return member.value


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else time_text(milliseconds)


def _milliseconds(text: str | None) -> int | None:
    return None if text is None else time_ms(text)


def _coordinates(at: Coordinates) -> wire.Coordinates:
    return wire.Coordinates(topic=at.topic, partition=at.partition, offset=at.offset, part=at.part)


def _dateline(dateline: Dateline) -> wire.Dateline:
    return wire.Dateline(text=dateline.text, place=dateline.place, date=dateline.date, agency=dateline.agency)


def _credit(credit: Credit) -> wire.Credit:
    return wire.Credit(kind=_word(credit.kind), text=credit.text, agency=credit.agency)


def _furniture(line: Furniture) -> wire.Furniture:
    return wire.Furniture(text=line.text, kind=_word(line.kind), before=line.before)


def _fingerprint(fingerprint: Fingerprint) -> wire.Fingerprint:
    return wire.Fingerprint(
        version=fingerprint.version,
        words=fingerprint.words,
        hashes=b64encode(fingerprint.hashes).decode("ascii"),
    )


def _variant(variant: Variant) -> wire.Variant:
    return wire.Variant(
        relation=_word(variant.relation),
        coverage=round(variant.coverage, DECIMALS),
        novelty=round(variant.novelty, DECIMALS),
        sequence=variant.sequence,
        parent=variant.parent,
        hops=variant.hops,
        lag=None if variant.lag is None else variant.lag / 1000,
        agency=variant.agency,
        credit=_word(variant.credit),
        credit_lines=_credit_lines(variant.credit_lines),
        paragraphs=tuple([_change(each) for each in variant.paragraphs]),
        house_style=_swaps(variant.house_style),
        names=_swaps(variant.names),
        figures=_swaps(variant.figures),
        expired=variant.expired,
        version=None if variant.version is None else _version(variant.version),
        against=variant.against,
    )


def _version(version: Version) -> wire.Version:
    return wire.Version(
        story_id=version.story_id,
        kind=version.kind,
        number=version.number,
        native_version=version.native_version,
        created=version.created,
        headline=version.headline,
    )


def _acts_on(acts: ActsOn) -> wire.ActsOn:
    return wire.ActsOn(
        canonical_id=acts.canonical_id,
        action=_word(acts.action),
        named_by=_word(acts.named_by),
        certain=acts.certain,
    )


def _carrier(carrier: Carrier) -> wire.Carrier:
    return wire.Carrier(
        outlet=carrier.outlet,
        story_id=carrier.story_id,
        url=carrier.url,
        seen=_time(carrier.seen),
        version=carrier.version,
    )


def _credit_lines(lines: CreditLines) -> wire.CreditLines:
    return wire.CreditLines(
        source=_word(lines.source),
        byline=_word(lines.byline),
        dateline=_word(lines.dateline),
        contributor=_word(lines.contributor),
        copyright=_word(lines.copyright),
    )


def _change(row: ParagraphChange) -> wire.ParagraphChange:
    return wire.ParagraphChange(
        change=_word(row.change),
        canonical=row.canonical,
        variant=row.variant,
        similarity=round(row.similarity, DECIMALS),
    )


def _swaps(swaps: tuple[Swap, ...]) -> tuple[wire.Swap, ...]:
    return tuple([wire.Swap(canonical=each.canonical, variant=each.variant) for each in swaps])


def _link(link: Link) -> wire.Link:
    return wire.Link(
        type=_word(link.type),
        canonical_id=link.canonical_id,
        story_id=link.story_id,
        share=round(link.share, DECIMALS),
        passages=tuple(
            [wire.Passage(own=each.own, other=each.other, words=each.words) for each in link.passages]
        ),
    )


def _member(member: Member) -> wire.Member:
    return wire.Member(
        story_id=member.story_id,
        sequence=member.sequence,
        relation=_word(member.relation),
        outlet=member.outlet,
        url=member.url,
        seen=_time(member.seen),
        repeats=member.repeats,
    )
