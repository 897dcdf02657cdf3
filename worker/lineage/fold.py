"""The fold: one story after the other, in the order of the log → placements.

``place`` probes the index, verifies the candidates, decides and commits; ``restore`` commits what
was decided before. Only the commit changes state, so both leave the same.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from worker.lineage.catalogue import Canon, Catalogue, index_keys, narrative_of, outlet_number, tokens_of
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
from worker.lineage.segments import Segment, part_of, segments
from worker.lineage.variant import describe
from worker.matching.narrative import Narrative
from worker.matching.passages import passages
from worker.matching.recurrence import recurrent_words
from worker.matching.tokens import Tokens
from worker.matching.topic import Bag, lead_of, whole_of
from worker.matching.verify import compare
from worker.story import Kind, Story

FACTS_VERSION: Final = 1
COMPARED_LEAST: Final = 20  # common shingles; with fewer there is nothing to find
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
            self.ready = narrative_of(self._story, self._tokens)
        return self.ready

    @cached_property
    def lead(self) -> Bag:
        """Read the headline and the first words."""
        return lead_of(self._story.headline, self._tokens)

    @cached_property
    def _tokens(self) -> Tokens:
        return tokens_of(self._story)

    def whole(self) -> Bag:
        """Read all the words."""
        return whole_of(self._tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was decided about one story, before it is committed."""

    facts: dict[str, Any]
    verdict: Verdict | None = None
    reading: "_Reading | None" = None
    events: tuple[Event, ...] = ()
    parts: list[Segment] = field(default_factory=list)


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
        if found.parts:
            return self._place_parts(story, found.parts, at=at)
        step = self._commit(story, found, at=at)
        self._see(story)
        return step

    def _place_parts(self, story: Story, parts: list[Segment], *, at: int | None) -> Step:
        """Place each part of a page that comes apart."""
        steps = []
        for number, segment in enumerate(parts):
            part = part_of(story, segment, number)
            found = self._decide(part, at=at, whole=True)
            steps.append(self._commit(part, found, at=at))
        self._see(story)
        facts = _facts(
            status=Status.PLACED,
            parts=[
                [segment.first, segment.last, segment.headed, step.decision.facts]
                for segment, step in zip(parts, steps, strict=True)
            ],
        )
        present = {each.canonical_id: each for step in steps for each in step.canonicals}
        return Step(
            decision=Decision(at=at, story_id=story.id, redelivery=False, facts=facts),
            placements=tuple(placement for step in steps for placement in step.placements),
            merges=tuple(merge for step in steps for merge in step.merges),
            canonicals=tuple(present.values()),
        )

    def tick(self, *, at: int) -> Step:
        """Let time pass without a story."""
        self._expire(at)
        return Step(decision=Decision(at=at, story_id=None, redelivery=False, facts={"tick": True}))

    def restore(self, story: Story | None, decision: Decision) -> None:
        """Commit a decision of an earlier run; ``story`` is None for a tick."""
        if decision.redelivery:
            return
        self._expire(decision.at)
        if story is None:
            return
        parts: list[Any] = decision.facts.get("parts", [])  # type: ignore[assignment]
        for number, (first, last, headed, facts) in enumerate(parts):
            part = part_of(story, Segment(first=first, last=last, headed=headed), number)
            self._apply(part, facts, at=decision.at, reading=None)
        if not parts:
            self._apply(story, decision.facts, at=decision.at, reading=None)
        self._see(story)

    def size(self) -> int:
        """Count the bytes of the index and of the copies that are kept."""
        return self._catalogue.size()

    def canonicals(self) -> int:
        """Count the canonical stories that are remembered."""
        return len(self._catalogue.canons)

    def _is_redelivered(self, story: Story) -> bool:
        place = story.coordinates
        seen = self._seen.get((place.topic, place.partition))
        return seen is not None and (place.offset, place.part) <= seen

    def _see(self, story: Story) -> None:
        place = story.coordinates
        self._seen[place.topic, place.partition] = (place.offset, place.part)

    def _expire(self, at: int | None) -> None:
        if self._window is not None and at is not None:
            self._catalogue.expire(at - self._window)

    # Deciding: reads the catalogue, changes nothing in it

    def _decide(self, story: Story, *, at: int | None, whole: bool = False) -> _Found:
        """Decide about a story; a ``whole`` one is not taken apart (any more)."""
        if story.kind not in MATCHED:
            status = Status.NOTICE if story.kind in BULLETINS else Status.KEPT
            return _Found(facts=_facts(status=status, reason=f"not matched: {story.kind}"))
        if story.fingerprint.words < COPY_LEAST:
            return _Found(facts=_facts(status=Status.KEPT, reason="too short to match"))
        earlier = self._catalogue.canon(story.id)
        if earlier is not None:
            return _Found(facts=_facts(status=Status.PLACED, joins=earlier.story_id, repeat=True))
        reading = _Reading(story)
        comparisons = self._verify(story, reading)
        parts = [] if whole or len(comparisons) < 2 else segments(story, reading.narrative, comparisons)
        if parts:
            return _Found(facts={}, parts=parts)
        verdict = decide(comparisons)
        parent = verdict.parent
        if parent is None:
            facts = _facts(status=Status.PLACED, founds=True)
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
            theirs = self._catalogue.narrative(document)
            evidence = compare(
                narrative,
                theirs,
                recurrent=recurrent,
                heritage=self._catalogue.heritage(document),
                least=least,
            )
            if evidence is not None:
                comparisons.append(
                    Comparison(document=document, canon=self._catalogue.home(document), evidence=evidence)
                )
        return comparisons

    def _joining(self, parent: Comparison, bridges: tuple[Comparison, ...]) -> dict[str, Any]:
        """Say how a story joins; its ``heritage`` is None when its copy adds nothing worth keeping."""
        catalogue = self._catalogue
        adds = parent.evidence.ours.share < HOLD_SHARE
        home = catalogue.canons[min([parent.canon, *(bridge.canon for bridge in bridges)])]
        merges = [
            catalogue.canons[each.canon].story_id for each in (parent, *bridges) if each.canon != home.number
        ]
        heritage = np.packbits(parent.evidence.inherited).tobytes()
        return _facts(
            status=Status.PLACED,
            joins=home.story_id,
            merges=sorted(merges),
            hops=catalogue.hops(parent.document) + 1,
            heritage=b64encode(heritage).decode() if adds else None,
        )

    # Committing

    def _commit(self, story: Story, found: _Found, *, at: int | None) -> Step:
        facts = found.facts
        catalogue = self._catalogue
        status = Status(facts["status"])
        decision = Decision(at=at, story_id=story.id, redelivery=False, facts=facts)
        if status is not Status.PLACED:
            self._apply(story, facts, at=at, reading=None)
            placement = Placement(status=status, story=story, reason=facts["reason"])
            return Step(decision=decision, placements=(placement,))
        variant = self._describe(story, found)
        facts["relation"] = variant.relation.value
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
        canonicals: tuple[Canonical, ...] = tuple(map(catalogue.snapshot, (canon, *merged)))
        return Step(decision=decision, placements=(placement,), merges=merges, canonicals=canonicals)

    def _apply(
        self, story: Story, facts: Mapping[str, Any], *, at: int | None, reading: "_Reading | None"
    ) -> tuple[Canon, list[Canon]]:
        """Change the catalogue as the facts say; the one place that does."""
        catalogue = self._catalogue
        if facts["status"] != Status.PLACED:
            return _NOWHERE, []
        if "founds" in facts:
            canon = catalogue.found(story.id, at=at)
            self._hold(canon, story, at=at, hops=0, heritage=None, reading=reading)
            return canon, []
        earlier = catalogue.canon(facts["joins"])
        canon = earlier or catalogue.found(facts["joins"], at=at)
        if earlier is None:  # recovered from a log whose beginning is gone: this copy stands for the lost one
            self._hold(canon, story, at=at, hops=0, heritage=None, reading=reading)
        if "repeat" in facts:
            catalogue.repeat(canon, story, at=at)
            return canon, []
        merged = []
        for young_id in facts["merges"]:
            young = catalogue.canon(young_id)
            if young is not None and young is not canon:
                catalogue.merge(canon, young, at=at)
                merged.append(young)
        catalogue.join(canon, story, relation=Relation(facts["relation"]), at=at)
        if facts["heritage"] is not None:
            heritage = b64decode(facts["heritage"])
            self._hold(canon, story, at=at, hops=facts["hops"], heritage=heritage, reading=reading)
        return canon, merged

    def _hold(  # noqa: PLR0913 - what is known of a copy
        self,
        canon: Canon,
        story: Story,
        *,
        at: int | None,
        hops: int,
        heritage: bytes | None,
        reading: "_Reading | None",
    ) -> None:
        """Keep a copy; of a recovered story the lead is read."""
        reading = reading or _Reading(story)
        self._catalogue.hold(
            canon, story, at=at, hops=hops, heritage=heritage, lead=reading.lead, narrative=reading.ready
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
        canon = catalogue.canon(facts["joins"])
        if canon is None:
            raise LookupError(f"no canonical story founded by {facts['joins']}")
        number = canon.held[0]
        parent = found.verdict.parent if found.verdict is not None else None
        told = describe(
            canonical=catalogue.story(number),
            variant=story,
            canonical_narrative=catalogue.narrative(number),
            variant_narrative=(found.reading or _Reading(story)).narrative,
            agency=canon.crowd.agency if canon.crowd else None,
            parent=story.id if parent is None else catalogue.story(parent.document).id,
            hops=facts.get("hops", 1),
        )
        return replace(told, relation=Relation.REPEAT) if "repeat" in facts else told

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
                    story_id=self._catalogue.story(each.document).id,
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
                story_id=self._catalogue.story(event.document).id,
                share=round(event.likeness, 4),
            )
            for event in found.events
        ]
        return tuple(links)


def _facts(*, status: Status, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"version": FACTS_VERSION, "status": str(status), **facts}


_NOWHERE: Final = Canon(number=-1, story_id="", founded=None, updated=None)
