"""The fold: one story after the other, in the order of the log → placements.

``place`` probes the index, verifies the candidates, decides and commits; ``restore`` commits what
was decided before. Only the commit changes state, so both leave the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from worker.lineage.catalogue import Canon, Catalogue, index_keys, narrative_of, outlet_number
from worker.lineage.decide import HOLD_SHARE, Comparison, Verdict, decide
from worker.lineage.placement import (
    Canonical,
    Decision,
    Link,
    Merge,
    Passage,
    Placement,
    Relation,
    Status,
    Step,
    Variant,
)
from worker.lineage.probe import probe
from worker.matching.narrative import Narrative
from worker.matching.passages import passages
from worker.matching.recurrence import recurrent_words
from worker.matching.verify import compare
from worker.story import Kind, Story

FACTS_VERSION: Final = 1
COPY_LEAST: Final = 8  # words: a shorter text is kept, not matched
MATCHED: Final = frozenset({Kind.STORY, Kind.ALERT, Kind.CORRECTION, Kind.PRESS_RELEASE})
BULLETINS: Final = frozenset({Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was decided about one story, before it is committed."""

    facts: dict[str, Any]
    verdict: Verdict | None = None
    narrative: Narrative | None = None


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
        found = self._decide(story)
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
            self._apply(story, decision.facts, at=decision.at, narrative=None)

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

    def _decide(self, story: Story) -> _Found:
        if story.kind not in MATCHED:
            status = Status.NOTICE if story.kind in BULLETINS else Status.KEPT
            return _Found(facts=_facts(status=status, reason=f"not matched: {story.kind}"))
        if story.fingerprint.words < COPY_LEAST:
            return _Found(facts=_facts(status=Status.KEPT, reason="too short to match"))
        earlier = self._catalogue.known.get(bytes.fromhex(story.id))
        if earlier is not None:
            canon = self._catalogue.canons[earlier]
            return _Found(facts=_facts(status=Status.PLACED, canonical=canon.id, repeat=True))
        narrative = narrative_of(story)
        verdict = decide(self._verify(story, narrative))
        parent = verdict.parent
        if parent is None:
            founded = blake2b(story.id.encode(), digest_size=16, person=b"canonical/1").hexdigest()
            facts = _facts(status=Status.PLACED, founds=founded)
            return _Found(facts=facts, verdict=verdict, narrative=narrative)
        facts = self._joining(parent, verdict.bridges)
        return _Found(facts=facts, verdict=verdict, narrative=narrative)

    def _verify(self, story: Story, narrative: Narrative) -> list[Comparison]:
        candidates = probe(self._catalogue, index_keys(story.fingerprint), outlet=outlet_number(story))
        recurrent = recurrent_words(narrative, candidates.recurrent) if len(candidates.recurrent) else None
        comparisons = []
        for document in candidates.documents:
            held = self._catalogue.held[document]
            evidence = compare(narrative, self._catalogue.narrative(document), recurrent=recurrent)
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
            self._apply(story, facts, at=at, narrative=None)
            placement = Placement(status=status, story=story, reason=facts["reason"])
            return Step(decision=decision, placements=(placement,))
        variant = self._describe(story, found)
        facts["relation"] = variant.relation
        links = self._links(found)
        canon, merged = self._apply(story, facts, at=at, narrative=found.narrative)
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
        self, story: Story, facts: Mapping[str, Any], *, at: int | None, narrative: Narrative | None
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
            catalogue.hold(canon, story, hops=0, drift=0, narrative=narrative)
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
            catalogue.hold(canon, story, hops=facts["hops"], drift=facts["drift"], narrative=narrative)
        return canon, merged

    # Telling

    def _describe(self, story: Story, found: _Found) -> Variant:
        facts = found.facts
        if "founds" in facts:
            return Variant(relation=Relation.ORIGINAL, coverage=1.0, novelty=0.0, sequence=0)
        if "repeat" in facts:
            return Variant(relation=Relation.REPEAT, coverage=1.0, novelty=0.0, sequence=0, parent=story.id)
        parent = found.verdict.parent if found.verdict is not None else None
        if parent is None:
            raise AssertionError("a story that joins has a parent")
        held = self._catalogue.held[parent.document]
        return Variant(
            relation=Relation.EDITED,
            coverage=round(parent.evidence.theirs.share, 4),
            novelty=round(1 - parent.evidence.ours.share, 4),
            sequence=0,
            parent=held.story_id,
            hops=facts["hops"],
        )

    def _links(self, found: _Found) -> tuple[Link, ...]:
        if found.verdict is None or found.narrative is None:
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
                        for run in passages(found.narrative, theirs, ours.covered)
                    ),
                )
            )
        return tuple(links)


def _facts(*, status: Status, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"version": FACTS_VERSION, "status": str(status), **facts}


_NOWHERE: Final = Canon(
    number=-1, id="", story_id="", headline=None, agency=None, language=None, founded=None, updated=None
)
