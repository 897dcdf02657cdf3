"""The fold: one story after the other, in the order of the log → placements.

``place`` probes the index, verifies the candidates, decides and commits; ``restore`` commits what
was decided before. Only the commit changes state, so both leave the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from worker.lineage.catalogue import Canon, Catalogue, index_keys, narrative_of, outlet_number
from worker.lineage.credits import attribution
from worker.lineage.decide import HOLD_SHARE, Comparison, Verdict, decide
from worker.lineage.events import Event, same_events
from worker.lineage.placement import (
    Canonical,
    Decision,
    Kept,
    Link,
    LinkType,
    Merge,
    Passage,
    Placement,
    Relation,
    Status,
    Step,
    Variant,
)
from worker.lineage.probe import probe
from worker.lineage.variant import describe
from worker.matching.narrative import Narrative
from worker.matching.passages import passages
from worker.matching.recurrence import recurrent_words
from worker.matching.topic import Bag, lead_of, whole_of
from worker.matching.verify import compare
from worker.story import Kind, Story

FACTS_VERSION: Final = 1
COMPARED_LEAST: Final = 15  # common shingles; with fewer there is nothing to find
COPY_LEAST: Final = 8  # words: a shorter text is kept, not matched
MATCHED: Final = frozenset({Kind.STORY, Kind.ALERT, Kind.CORRECTION, Kind.PRESS_RELEASE})
BULLETINS: Final = frozenset({Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY})


class _Reading:
    """What is read of the story in hand, each part when it is first needed."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self.ready: Narrative | None = None

    @property
    def narrative(self) -> Narrative:
        """Read the copy."""
        if self.ready is None:
            self.ready = narrative_of(self._story)
        return self.ready

    @cached_property
    def lead(self) -> Bag:
        """Read the headline and the first words."""
        return lead_of(self._story.headline, self._story.copy())

    def whole(self) -> Bag:
        """Read all the prose."""
        return self._whole

    @cached_property
    def _whole(self) -> Bag:
        return whole_of(self.narrative)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was decided about one story, before it is committed."""

    facts: dict[str, Any]
    verdict: Verdict | None = None
    reading: "_Reading | None" = None
    events: tuple[Event, ...] = ()


class Fold:
    """Places stories; equal logs give equal placements, byte for byte."""

    def __init__(self, *, window: int | None = None) -> None:
        """Start empty; ``window`` is milliseconds of stream time, None to remember for ever."""
        self._window = window
        self._catalogue = Catalogue()
        self._seen: dict[tuple[str, int], tuple[int, int]] = {}

    def place(self, story: Story, *, at: int | None) -> Step:
        """Place the next story of the log at a stream time in milliseconds since 1970 UTC.

        Coordinates at or under the highest seen of their payload partition are a redelivery: nothing
        changes.
        """
        if self._is_redelivered(story):
            return Step(decision=Decision(at=at, story_id=story.id, redelivery=True, facts={}))
        self._expire(at)
        found = self._decide(story, at=at)
        return self._commit(story, found, at=at)

    def tick(self, *, at: int) -> Step:
        """Let time pass without a story."""
        self._expire(at)
        return Step(decision=Decision(at=at, story_id=None, redelivery=False, facts={"tick": True}))

    def restore(self, story: Story | None, decision: Decision) -> None:
        """Commit a decision of an earlier run; ``story`` is None for a tick."""
        if decision.redelivery:
            return
        self._expire(decision.at)
        if story is not None:
            self._apply(story, decision.facts, at=decision.at, reading=None)

    def size(self) -> int:
        """Count the bytes of the index and of the copies that are kept."""
        return self._catalogue.size()

    def _is_redelivered(self, story: Story) -> bool:
        place = story.coordinates
        seen = self._seen.get((place.topic, place.partition))
        return seen is not None and (place.offset, place.part) <= seen

    def _expire(self, at: int | None) -> None:
        if self._window is not None and at is not None:
            self._catalogue.expire(at - self._window)

    # Deciding: reads the catalogue, changes nothing in it

    def _decide(self, story: Story, *, at: int | None) -> _Found:
        if story.kind not in MATCHED:
            status = Status.NOTICE if story.kind in BULLETINS else Status.KEPT
            return _Found(facts=_facts(status=status, reason=f"not matched: {story.kind}"))
        if story.fingerprint.words < COPY_LEAST:
            return _Found(facts=_facts(status=Status.KEPT, reason="too short to match"))
        earlier = self._catalogue.known.get(bytes.fromhex(story.id))
        if earlier is not None:
            canon = self._catalogue.canons[earlier]
            return _Found(facts=_facts(status=Status.PLACED, canonical=canon.id, repeat=True))
        reading = _Reading(story)
        verdict = decide(self._verify(story, reading))
        parent = verdict.parent
        if parent is None:
            founded = blake2b(story.id.encode(), digest_size=16, person=b"canonical/1").hexdigest()
            facts = _facts(status=Status.PLACED, founds=founded)
        else:
            facts = self._joining(parent, verdict.bridges)
        events = same_events(
            self._catalogue,
            reading.lead,
            whole=reading.whole,
            payload=story.coordinates,
            at=at,
            joined={each.canon for each in (parent, *verdict.bridges) if each is not None},
        )
        return _Found(facts=facts, verdict=verdict, reading=reading, events=events)

    def _verify(self, story: Story, reading: "_Reading") -> list[Comparison]:
        candidates = probe(self._catalogue, index_keys(story.fingerprint), outlet=outlet_number(story))
        if not candidates.documents:
            return []
        narrative = reading.narrative
        recurrent = recurrent_words(narrative, candidates.recurrent) if len(candidates.recurrent) else None
        least = min(COMPARED_LEAST, len(narrative.words) // 2)
        comparisons = []
        for document in candidates.documents:
            held, theirs = self._catalogue.held[document], self._catalogue.narrative(document)
            evidence = compare(narrative, theirs, recurrent=recurrent, least=least)
            if evidence is not None:
                comparisons.append(
                    Comparison(document=document, canon=held.canon, drift=held.drift, evidence=evidence)
                )
        return comparisons

    def _joining(self, parent: Comparison, bridges: tuple[Comparison, ...]) -> dict[str, Any]:
        catalogue = self._catalogue
        home = catalogue.canons[min([parent.canon, *(bridge.canon for bridge in bridges)])]
        merges = [
            [catalogue.canons[each.canon].id, home.id, 1000 - each.sameness]
            for each in (parent, *bridges)
            if each.canon != home.number
        ]
        held = catalogue.held[parent.document]
        return _facts(
            status=Status.PLACED,
            canonical=home.id,
            merges=sorted(merges),
            parent=held.number,
            hops=held.hops + 1,
            drift=max(held.drift + 1000 - parent.sameness, 0),
            hold=parent.evidence.ours.share < HOLD_SHARE,
        )

    # Committing

    def _commit(self, story: Story, found: _Found, *, at: int | None) -> Step:
        facts = found.facts
        status = Status(facts["status"])
        decision = Decision(at=at, story_id=story.id, redelivery=False, facts=facts)
        if status is not Status.PLACED:
            self._apply(story, facts, at=at, reading=None)
            placement = Placement(status=status, story=story, reason=facts["reason"])
            return Step(decision=decision, placements=(placement,))
        variant = self._describe(story, found)
        facts["relation"] = variant.relation
        links = self._links(found)
        canon, merged = self._apply(story, facts, at=at, reading=found.reading)
        lag = None if at is None or canon.founded is None else at - canon.founded
        placement = Placement(
            status=status,
            story=story,
            canonical_id=canon.id,
            variant=replace(variant, sequence=canon.sequence, lag=lag),
            links=links,
        )
        merges = tuple(Merge(canonical_id=each.id, into=canon.id, story_id=story.id) for each in merged)
        canonicals: tuple[Canonical, ...] = (canon.snapshot(), *(each.snapshot() for each in merged))
        return Step(decision=decision, placements=(placement,), merges=merges, canonicals=canonicals)

    def _apply(
        self, story: Story, facts: Mapping[str, Any], *, at: int | None, reading: "_Reading | None"
    ) -> tuple[Canon, list[Canon]]:
        """Change the state as the facts say; the one place that does."""
        place = story.coordinates
        self._seen[place.topic, place.partition] = (place.offset, place.part)
        catalogue = self._catalogue
        if facts["status"] != Status.PLACED:
            return _NOWHERE, []
        if "founds" in facts:
            canon = catalogue.found(canonical_id=facts["founds"], story=story, at=at)
            catalogue.join(canon, story, relation=Relation.ORIGINAL, at=at)
            self._hold(canon, story, at=at, hops=0, drift=0, reading=reading)
            return canon, []
        canon = catalogue.canons[catalogue.by_id[facts["canonical"]]]
        if "repeat" in facts:
            catalogue.repeat(canon, story, at=at)
            return canon, []
        merged = []
        for young_id, _, drift in facts["merges"]:
            young = catalogue.canons[catalogue.by_id[young_id]]
            catalogue.merge(canon, young, drift=drift, at=at)
            merged.append(young)
        catalogue.join(canon, story, relation=Relation(facts["relation"]), at=at)
        if facts["hold"]:
            self._hold(canon, story, at=at, hops=facts["hops"], drift=facts["drift"], reading=reading)
        return canon, merged

    def _hold(  # noqa: PLR0913 - what is known of a copy
        self, canon: Canon, story: Story, *, at: int | None, hops: int, drift: int, reading: "_Reading | None"
    ) -> None:
        """Keep a copy; of a recovered story the lead is read."""
        reading = reading or _Reading(story)
        self._catalogue.hold(
            canon, story, at=at, hops=hops, drift=drift, lead=reading.lead, narrative=reading.ready
        )

    # Telling

    def _describe(self, story: Story, found: _Found) -> Variant:
        facts = found.facts
        if "founds" in facts:
            agency = attribution(story).agency
            kept = Kept.KEPT if agency else Kept.NONE
            return Variant(
                relation=Relation.ORIGINAL, coverage=1.0, novelty=0.0, sequence=0, agency=agency, credit=kept
            )
        catalogue = self._catalogue
        canon = catalogue.canons[catalogue.by_id[facts["canonical"]]]
        number = canon.held[0]
        repeat = "repeat" in facts
        told = describe(
            canonical=catalogue.story(number),
            variant=story,
            canonical_narrative=catalogue.narrative(number),
            variant_narrative=(found.reading or _Reading(story)).narrative,
            agency=canon.agency,
            parent=story.id if repeat else catalogue.held[facts["parent"]].story_id,
            hops=1 if repeat else facts["hops"],
        )
        return replace(told, relation=Relation.REPEAT) if repeat else told

    def _links(self, found: _Found) -> tuple[Link, ...]:
        if found.verdict is None or found.reading is None:
            return ()
        links = []
        for kind, each in found.verdict.links:
            ours = each.evidence.ours
            theirs = self._catalogue.narrative(each.document)
            links.append(
                Link(
                    type=kind,
                    canonical_id=self._catalogue.canons[each.canon].id,
                    story_id=self._catalogue.held[each.document].story_id,
                    share=round(
                        ours.share if kind == "derives_from" else ours.quoted / max(ours.words, 1), 4
                    ),
                    passages=tuple(
                        Passage(own=run.own, other=run.other, words=run.words)
                        for run in passages(found.reading.narrative, theirs, ours.covered)
                    ),
                )
            )
        links += [
            Link(
                type=LinkType.SAME_EVENT,
                canonical_id=self._catalogue.canons[event.canon].id,
                story_id=self._catalogue.held[event.document].story_id,
                share=round(event.likeness, 4),
            )
            for event in found.events
        ]
        return tuple(links)


def _facts(*, status: Status, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"version": FACTS_VERSION, "status": str(status), **facts}


_NOWHERE: Final = Canon(
    number=-1, id="", story_id="", headline=None, agency=None, language=None, founded=None, updated=None
)
