"""The fold: one story after the other, in the order of the log → placements.

``place`` probes the index, verifies the candidates, decides and commits; ``restore`` commits what
was decided before. Only the commit changes state, so both leave the same.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from worker.errors import OtherVersion
from worker.lineage.catalogue import Canon, Catalogue, narrative_of, tokens_of
from worker.lineage.credits import attribution
from worker.lineage.decide import HOLD_SHARE, Comparison, Verdict, decide
from worker.lineage.departed import Departed
from worker.lineage.events import Event, same_events
from worker.lineage.imprint import (
    Imprint,
    held_imprint_of,
    imprint_of,
    index_keys,
    outlet_number,
    read_imprints,
    sketched,
    write_imprints,
)
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
from worker.story import Coordinates, Kind, Story

FACTS_VERSION: Final = 2  # of what is decided, and of the facts that say so
READ_VERSIONS: Final = (1, 2)  # of facts that are restored
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
        self._departed = Departed()
        self._seen: dict[tuple[str, int], tuple[int, int]] = {}
        self._loading = False  # while decisions are restored, what they index waits

    def place(self, story: Story, *, at: int | None) -> Step:
        """Place the next story of the log at a stream time in milliseconds since 1970 UTC.

        Coordinates at or under the highest seen of their payload partition are a redelivery: nothing
        changes.
        """
        if self._is_redelivered(story):
            return Step(decision=Decision(at=at, story_id=story.id, redelivery=True, facts={}))
        story = sketched(story)
        if self._loading:
            self._catalogue.settle()
            self._loading = False
        self._expire(at)
        found = self._decide(story, at=at)
        if found.parts:
            step = self._place_parts(story, found.parts, at=at)
        else:
            step = self._commit(story, found, at=at)
        self._see(story.coordinates)
        return replace(step, expired=self._departed.told())

    def _place_parts(self, story: Story, parts: list[Segment], *, at: int | None) -> Step:
        """Place each part of a page that comes apart."""
        steps = []
        for number, segment in enumerate(parts):
            part = part_of(story, segment, number)
            found = self._decide(part, at=at, whole=True)
            steps.append(self._commit(part, found, at=at))
        facts = _facts(
            status=Status.PLACED,
            parts=[
                [segment.first, segment.last, segment.headed, step.decision.facts]
                for segment, step in zip(parts, steps, strict=True)
            ],
        )
        present = {each.canonical_id: each for step in steps for each in step.canonicals}
        return Step(
            decision=Decision(
                at=at,
                story_id=story.id,
                redelivery=False,
                facts=facts,
                imprints=write_imprints(
                    [each for step in steps for each in read_imprints(step.decision.imprints)]
                ),
            ),
            placements=tuple(placement for step in steps for placement in step.placements),
            merges=tuple(merge for step in steps for merge in step.merges),
            canonicals=tuple(present.values()),
        )

    def tick(self, *, at: int) -> Step:
        """Let time pass without a story."""
        self._expire(at)
        decision = Decision(at=at, story_id=None, redelivery=False, facts={"tick": True})
        return Step(decision=decision, expired=self._departed.told())

    def restore(self, story: Story | None, decision: Decision) -> None:
        """Commit a decision of an earlier run.

        ``story`` is needed for a decision of version 1 alone, which has no imprints, see ``needs_story``.
        Raises OtherVersion, and ValueError when the imprints of a decision are gone or damaged.
        """
        if decision.redelivery:
            return
        self._loading = True
        bare = needs_story(decision)
        self._expire(decision.at)
        parts: list[Any] = decision.facts.get("parts", [])  # type: ignore[assignment]
        all_facts: list[Any] = [part[-1] for part in parts] or [decision.facts]
        imprints: Sequence[Imprint] = read_imprints(decision.imprints)
        if decision.story_id is None or (bare and story is None):
            all_facts = []
        elif not bare and len(imprints) != len(all_facts):
            raise ValueError(f"the decision about story {decision.story_id} has lost its imprints")
        for number, facts in enumerate(all_facts):
            if bare and story is not None:
                imprint = self._imprint(_part(story, parts, number), facts, None)
            else:
                imprint = imprints[number]
            if not number:
                self._see(imprint.coordinates)
            self._apply(imprint, facts, at=decision.at, load=True)
        self._departed.told()

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        seen = orjson.dumps([[*place, *at] for place, at in self._seen.items()])
        parts = {"catalogue": self._catalogue.capture(), "departed": self._departed.capture()}
        arrays = {f"{part}/{name}": each for part, held in parts.items() for name, each in held.items()}
        return {**arrays, "seen": np.frombuffer(seen, np.uint8)}

    def resume(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over what ``capture`` gave, in a fold that is empty."""
        for name, part in (("catalogue", self._catalogue), ("departed", self._departed)):
            start = f"{name}/"
            part.resume({k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)})
        for topic, partition, offset, number in orjson.loads(arrays["seen"].tobytes()):
            self._seen[topic, partition] = (offset, number)

    def size(self) -> dict[str, int]:
        """Count the bytes of the state by what they are for."""
        return {**self._catalogue.size(), "departed": self._departed.size()}

    def canonicals(self) -> int:
        """Count the canonical stories that are remembered."""
        return self._catalogue.canonicals()

    def _is_redelivered(self, story: Story) -> bool:
        place = story.coordinates
        seen = self._seen.get((place.topic, place.partition))
        return seen is not None and (place.offset, place.part) <= seen

    def _see(self, place: Coordinates) -> None:
        self._seen[place.topic, place.partition] = (place.offset, place.part)

    def _expire(self, at: int | None) -> None:
        if self._window is not None and at is not None:
            for departure in self._catalogue.expire(at - self._window):
                self._departed.add(departure, at=at)
            self._departed.forget(at - self._window)

    def _imprint(self, story: Story, facts: Mapping[str, Any], reading: "_Reading | None") -> Imprint:
        """Make the imprint of a story, or of a part, as what was decided asks for."""
        if "founds" in facts or facts.get("heritage") is not None:
            reading = reading or _Reading(story)
            if self._loading:
                self._catalogue.lexicon.settle()
            return held_imprint_of(story, reading.lead, self._catalogue.lexicon)
        return imprint_of(story, copy="repeat" not in facts)

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
        home = catalogue.canon_at(min([parent.canon, *(bridge.canon for bridge in bridges)]))
        merges = [
            catalogue.canon_at(each.canon).story_id
            for each in (parent, *bridges)
            if each.canon != home.number
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
        imprint = self._imprint(story, facts, found.reading)
        decision = Decision(
            at=at, story_id=story.id, redelivery=False, facts=facts, imprints=write_imprints([imprint])
        )
        if status is not Status.PLACED:
            placement = Placement(status=status, story=story, reason=facts["reason"])
            return Step(decision=decision, placements=(placement,))
        variant = self._describe(story, found)
        facts["relation"] = variant.relation.value
        links = self._links(found)
        canon, merged = self._apply(imprint, facts, at=at, load=False)
        if canon is None:
            raise LookupError(f"story {story.id} was placed nowhere")
        if "joins" in facts and canon.crowd is not None:
            crowd = canon.crowd
            facts["standing"] = [canon.founded, canon.sequence, crowd.variants, crowd.repeats]
        if found.reading is not None and len(imprint.keys):
            lead, narrative = found.reading.lead, found.reading.ready
            catalogue.make_ready(canon.held[-1], story=story, lead=lead, narrative=narrative)
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
        self, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None, load: bool
    ) -> tuple[Canon | None, list[Canon]]:
        """Change the catalogue as the facts say; the one place that does."""
        catalogue = self._catalogue
        if facts["status"] != Status.PLACED:
            return None, []
        if "founds" in facts:
            founded = catalogue.found(imprint.id, at=at)
            self._departed.returns(founded.id)
            catalogue.hold(founded, imprint, at=at, hops=0, heritage=None, load=load)
            return founded, []
        earlier = catalogue.canon(facts["joins"])
        canon = earlier or self._adopt(imprint, facts, at=at)
        if canon is None:
            return None, []
        if "repeat" in facts:
            catalogue.repeat(canon, imprint.id, at=at)
            return canon, []
        merged = []
        for young_id in facts["merges"]:
            young = catalogue.canon(young_id)
            if young is not None and young.number != canon.number:
                catalogue.merge(canon, young, at=at)
                merged.append(young)
        catalogue.join(canon, imprint, relation=Relation(facts["relation"]), at=at)
        if facts["heritage"] is not None and earlier is not None:
            heritage = b64decode(facts["heritage"])
            catalogue.hold(canon, imprint, at=at, hops=facts["hops"], heritage=heritage, load=load)
        return canon, merged

    def _adopt(self, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None) -> Canon | None:
        """Open a canonical story whose founding is cut off the log; None for a repeat, which has no copy.

        The copy in hand stands for the lost one. What the decision tells of the canonical story goes on.
        """
        if "repeat" in facts:
            return None
        if not len(imprint.keys):
            self._catalogue.settle()
            story = sketched(imprint.story())
            imprint = held_imprint_of(story, _Reading(story).lead, self._catalogue.lexicon)
        founded, sequence, variants, repeats = facts.get("standing", (at, 2, 2, 0))
        canon = self._catalogue.found(facts["joins"], at=founded)
        self._catalogue.hold(canon, imprint, at=at, hops=0, heritage=None, load=True)
        self._catalogue.adopt(
            canon, facts["joins"], sequence=sequence - 1, variants=variants - 1, repeats=repeats
        )
        return canon

    # Telling

    def _describe(self, story: Story, found: _Found) -> Variant:
        facts = found.facts
        if "founds" in facts:
            agency = attribution(story).agency
            kept = Kept.KEPT if agency else Kept.NONE
            return Variant(
                relation=Relation.ORIGINAL,
                coverage=1.0,
                novelty=0.0,
                sequence=0,
                agency=agency,
                credit=kept,
                expired=self._departed.whose(index_keys(story.fingerprint)),
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
                    canonical_id=self._catalogue.canon_at(each.canon).id,
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
                canonical_id=self._catalogue.canon_at(event.canon).id,
                story_id=self._catalogue.story(event.document).id,
                share=round(event.likeness, 4),
            )
            for event in found.events
        ]
        return tuple(links)


def needs_story(decision: Decision) -> bool:
    """Tell whether a decision is restored from its story, as those of version 1 are. Raises OtherVersion."""
    version = decision.facts.get("version")
    if version not in {None, *READ_VERSIONS}:
        raise OtherVersion("a decision", found=version, known=READ_VERSIONS)
    return version == 1


def _part(story: Story, parts: list[Any], number: int) -> Story:
    """Cut the part out that a decision took apart, or give the whole story, of the present sketch."""
    if not parts:
        return sketched(story)
    first, last, headed, _ = parts[number]
    return part_of(story, Segment(first=first, last=last, headed=headed), number)


def _facts(*, status: Status, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"version": FACTS_VERSION, "status": str(status), **facts}
