"""What is told of a story that was decided? Its variant, its links, where a held one would go. Reads only."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from worker.lineage.bulletins import told_actions
from worker.lineage.canons import canonical_id
from worker.lineage.copies import Copies
from worker.lineage.credits import credited
from worker.lineage.deciding import Decided
from worker.lineage.imprint import index_keys
from worker.lineage.nearest import nearest, with_version
from worker.lineage.placement import (
    Kept,
    Link,
    LinkType,
    Passage,
    Placement,
    Relation,
    Status,
    Variant,
)
from worker.lineage.reading import narrative_of
from worker.lineage.sampled import describe_sampled
from worker.lineage.state import State
from worker.lineage.takes import with_part
from worker.lineage.variant import describe
from worker.matching.narrative import Narrative
from worker.matching.passages import passages
from worker.story import Story

_DERIVES_FROM: Final = LinkType.DERIVES_FROM
_SAME_EVENT: Final = LinkType.SAME_EVENT
_ORIGINAL: Final = Relation.ORIGINAL
_KEPT: Final = Kept.KEPT
_NONE: Final = Kept.NONE


def told_variant(
    state: State, story: Story, facts: Mapping[str, Any], decided: Decided, *, at: int | None
) -> Variant:
    """Tell how a story relates to the canonical story that it founds or joins by its facts, before it does.

    Sequence and lag are told of one that founds at a stream time; the fold tells those of the others.
    """
    is_version = "edition" in facts
    if "founds" in facts:
        return with_version(_original(state, story, at), story, carried=None, is_version=is_version)
    catalogue, copies = state.catalogue, state.catalogue.copies
    canon = catalogue.canon(facts["joins"])
    if canon is None:
        raise LookupError(f"no canonical story founded by {facts['joins']}")
    verdict, reading = decided.verdict, decided.reading
    narrative = _read_before(copies, canon.held[0], story) if reading is None else reading.narrative
    chain = state.chains.of(canon.number)
    carried = nearest(copies, chain, narrative)
    if "part" in facts and chain is not None and (carried := chain.edition(facts["part"])):
        story = with_part(copies.story(carried.document), carried, story)
        narrative = narrative_of(story)
    number = canon.held[0] if carried is None else carried.document
    parent = number if verdict is None or verdict.parent is None else verdict.parent.document
    again = "repeat" in facts and verdict is None  # the very same story
    told = _described(
        copies,
        number,
        story,
        narrative,
        agency=canon.crowd.agency if canon.crowd else None,
        parent=story.id if again else copies.story(parent).id,
        hops=facts.get("hops", 1),
    )
    if "part" in facts:
        told = replace(told, relation=Relation.EXPANDED, paragraphs=())  # its rows count the whole copy
    if "repeat" in facts:
        told = replace(told, relation=Relation.REPEAT)
    return with_version(told, story, carried=carried, is_version=is_version)


def _read_before(copies: Copies, number: int, story: Story) -> Narrative:
    """Read a story that was compared with nothing; most are a held one that came again."""
    if not copies.is_bare(number) and copies.story(number).paragraphs == story.paragraphs:
        return copies.narrative(number)
    return narrative_of(story)


def told_links(state: State, decided: Decided) -> tuple[Link, ...]:
    """Tell what ties a story to canonical stories that it does not belong to."""
    if decided.verdict is None or decided.reading is None:
        return ()
    catalogue, copies = state.catalogue, state.catalogue.copies
    links = []
    for kind, each in decided.verdict.links:
        ours, borrowed = each.evidence.ours, each.evidence.ours.covered
        share = ours.quoted / max(ours.words, 1)
        if kind is _DERIVES_FROM:
            share = (ours.common + each.lent) / max(ours.told + each.lent, 1)
            borrowed = borrowed if each.evidence.lent is None else borrowed | each.evidence.lent
        bare = copies.is_bare(each.document)
        theirs = None if bare else copies.narrative(each.document)
        runs = passages(decided.reading.narrative, theirs, each.evidence.there, borrowed) if theirs else ()
        links.append(
            Link(
                type=kind,
                canonical_id=catalogue.canon_at(each.canon).id,
                story_id=copies.item(each.document).id,
                share=round(share, 4),
                passages=tuple(Passage(own=run.own, other=run.other, words=run.words) for run in runs),
            )
        )
    links += [
        Link(
            type=_SAME_EVENT,
            canonical_id=catalogue.canon_at(event.canon).id,
            story_id=copies.item(event.document).id,
            share=round(event.likeness, 4),
        )
        for event in decided.events
    ]
    return tuple(links)


def told_unplaced(state: State, story: Story, decided: Decided) -> Placement:
    """Tell a story that is not placed; a held one with where it would go now."""
    placement = Placement(
        status=Status(decided.facts["status"]),
        story=story,
        reason=decided.facts["reason"],
        acts_on=told_actions(state.catalogue, decided.facts),
    )
    foreseen = decided.foreseen
    if foreseen.get("status") != Status.PLACED:
        return placement
    variant = told_variant(state, story, foreseen, decided, at=None)
    canon = state.catalogue.canon(foreseen.get("joins", ""))
    home = canonical_id(story.id).hex() if canon is None else canon.id
    sequence = 1 if canon is None else canon.sequence + 1
    return replace(placement, canonical_id=home, variant=replace(variant, sequence=sequence))


def _described(  # noqa: PLR0913 - as ``variant.describe``
    copies: Copies,
    number: int,
    story: Story,
    narrative: Narrative,
    *,
    agency: str | None,
    parent: str,
    hops: int,
) -> Variant:
    """Describe a story against a held copy, as well as what is kept of that allows."""
    if copies.is_bare(number):
        return describe_sampled(
            canonical=copies.story(number),
            variant=story,
            variant_narrative=narrative,
            agency=agency,
            parent=parent,
            hops=hops,
        )
    return describe(
        canonical=copies.story(number),
        variant=story,
        canonical_narrative=copies.narrative(number),
        variant_narrative=narrative,
        agency=agency,
        parent=parent,
        hops=hops,
    )


def _original(state: State, story: Story, at: int | None) -> Variant:
    """Tell a founding story; the departed one that it is a late variant of, where there is one."""
    agency = credited(story)
    return Variant(
        relation=_ORIGINAL,
        coverage=1.0,
        novelty=0.0,
        sequence=1,
        lag=None if at is None else 0,
        agency=agency,
        credit=_KEPT if agency else _NONE,
        expired=state.departed.whose(index_keys(story.fingerprint)),
    )
