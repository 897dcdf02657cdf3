"""What is to become of a story? The state and the story → the facts of a decision; nothing is changed."""

from base64 import b64encode
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from worker.lineage.bulletins import read_bulletin
from worker.lineage.catalogue import Catalogue
from worker.lineage.copies import Copies
from worker.lineage.decide import HOLD_SHARE, Comparison, Verdict
from worker.lineage.events import Event, same_events
from worker.lineage.facts import new_facts
from worker.lineage.filing import is_filing, is_notice, is_part
from worker.lineage.imprint import index_keys, outlet_number
from worker.lineage.placement import Status
from worker.lineage.probe import probe
from worker.lineage.reading import Reading
from worker.lineage.sampled import compare_sampled
from worker.lineage.segments import Segment, segments
from worker.lineage.settle import Settled, settle_copy, settle_filing
from worker.lineage.state import State
from worker.lineage.waiting import embargo
from worker.matching.recurrence import recurrent_words
from worker.matching.verify import compare
from worker.story import Kind, Story
from worker.values import quick

COMPARED_LEAST: Final = 20  # common shingles; with fewer there is nothing to find
COPY_LEAST: Final = 8  # words: a shorter text is kept, not matched
ALERT_LEAST: Final = 3  # words of an agency's alert, which may be one short sentence
MATCHED: Final = frozenset({Kind.STORY, Kind.ALERT, Kind.CORRECTION, Kind.PRESS_RELEASE})


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided about one story, before it is committed; ``parts`` when it comes apart instead."""

    facts: dict[str, Any]
    verdict: Verdict | None = None
    reading: Reading | None = None
    events: tuple[Event, ...] = ()
    parts: list[Segment] = field(default_factory=list)
    foreseen: dict[str, Any] = field(default_factory=dict)  # the facts of a held story, were it placed now


def decide_story(
    state: State, story: Story, *, at: int | None, holds: bool = True, whole: bool = False
) -> Decided:
    """Decide about a story; a ``whole`` one is not taken apart (any more), ``holds`` minds its embargo."""
    if is_notice(story):
        return Decided(facts=new_facts(status=Status.NOTICE, **read_bulletin(state.names, story, at=at)))
    if holds and (rest := embargo(story, at)) is not None:
        found = match_story(state, story, at=at, whole=True)
        reason, until = rest
        held = new_facts(status=Status.HELD, reason=reason, until=until)
        return replace(found, facts=held, foreseen=found.facts)
    return match_story(state, story, at=at, whole=whole)


def match_story(state: State, story: Story, *, at: int | None, whole: bool) -> Decided:
    """Decide where a story belongs that is no bulletin, whatever its embargo says."""
    if story.kind not in MATCHED:
        return Decided(facts=new_facts(status=Status.KEPT, reason=f"not matched: {story.kind}"))
    if is_part(story):
        return match_part(state, story, at=at)
    filing = is_filing(story)
    if story.fingerprint.words < (ALERT_LEAST if filing and story.kind is Kind.ALERT else COPY_LEAST):
        return Decided(facts=new_facts(status=Status.KEPT, reason="too short to match"))
    earlier = state.catalogue.canon(story.id)
    if earlier is not None:
        return Decided(facts=new_facts(status=Status.PLACED, joins=earlier.story_id, repeat=True))
    reading = Reading(story)
    comparisons = _verify(state.catalogue.copies, story, reading)
    parts = [] if whole or len(comparisons) < 2 else segments(story, reading.narrative, comparisons)
    if parts:
        return Decided(facts={}, parts=parts)
    settled = (
        settle_filing(state.names, story, lambda: reading.narrative, comparisons, at=at)
        if filing
        else settle_copy(state.chains, comparisons)
    )
    verdict = settled.verdict
    joined = _joined(settled)
    facts = _going(state.catalogue, settled, joined)
    events = same_events(
        state.catalogue.copies,
        reading.lead,
        whole=reading.whole,
        payload=story.coordinates,
        at=at,
        joined=joined,
    )
    return Decided(facts=facts, verdict=verdict, reading=reading, events=events)


def match_part(state: State, part: Story, *, at: int | None) -> Decided:
    """Decide about an add or a later take: it continues a version, or waits for one."""
    catalogue = state.catalogue
    canon = state.names.continued(part, at=at)
    chain = state.chains.of(canon.number) if canon is not None else None
    edition = chain.current if chain is not None else None
    if canon is None or edition is None or not catalogue.copies.is_held(edition.document):
        reason = "a part of a story whose first take has not come"
        return Decided(facts=new_facts(status=Status.KEPT, reason=reason, waits=True))
    if catalogue.copies.is_bare(edition.document):
        reason = "a part of a story, the right to which has ended"
        return Decided(facts=new_facts(status=Status.KEPT, reason=reason))
    if catalogue.canon(part.id) is not None:
        return Decided(facts=new_facts(status=Status.PLACED, joins=canon.story_id, repeat=True))
    facts = new_facts(
        status=Status.PLACED,
        joins=canon.story_id,
        merges=[],
        hops=catalogue.copies.hops(edition.document) + 1,
        heritage=None,
        part=edition.story_id,
    )
    return Decided(facts=facts)


def _verify(copies: Copies, story: Story, reading: Reading) -> list[Comparison]:
    """Compare a story with the copies that may share copy with it."""
    candidates = probe(copies, index_keys(story.fingerprint), outlet=outlet_number(story))
    if not candidates.documents:
        return []
    narrative = reading.narrative
    recurrent = recurrent_words(narrative, candidates.recurrent)
    least = min(COMPARED_LEAST, len(narrative.words) // 2)
    comparisons = []
    for document in candidates.documents:
        if copies.is_bare(document):
            sketch = copies.story(document).fingerprint
            evidence = compare_sampled(narrative, sketch, recurrent=recurrent)
        else:
            theirs = copies.narrative(document)
            evidence = compare(
                narrative, theirs, recurrent=recurrent, heritage=copies.heritage(document), least=least
            )
        if evidence is not None:
            comparisons.append(Comparison(document=document, canon=copies.home(document), evidence=evidence))
    return comparisons


def _joined(settled: Settled) -> set[int]:
    """List the numbers of the canonical stories that a story belongs to, and so makes one."""
    parent, home = settled.verdict.parent, settled.home
    joined: set[int] = set() if parent is None else {parent.canon}
    joined.update([each.canon for each in settled.verdict.bridges])
    if home is not None:
        joined.add(home.number)
    return joined


def _going(catalogue: Catalogue, settled: Settled, numbers: set[int]) -> dict[str, Any]:
    """Say whether a story founds or how it joins ``numbers``; what its names tell comes with it.

    ``heritage`` is None when its copy adds nothing worth keeping.
    """
    parent = settled.verdict.parent
    if not numbers:
        return new_facts(status=Status.PLACED, founds=True) | settled.facts
    home = catalogue.canon_at(min(numbers))
    merges = [catalogue.canon_at(number).story_id for number in numbers - {home.number}]
    heritage = None
    if parent is not None and parent.evidence.ours.share < HOLD_SHARE:
        heritage = b64encode(np.packbits(parent.evidence.inherited).tobytes()).decode()
    facts = new_facts(
        status=Status.PLACED,
        joins=home.story_id,
        merges=sorted(merges),
        hops=catalogue.copies.hops(home.held[0] if parent is None else parent.document) + 1,
        heritage=heritage,
    )
    return facts | settled.facts
