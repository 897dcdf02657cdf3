"""The fold: one story after the other, in the order of the log → placements.

``place`` probes the index, verifies the candidates, decides and commits; ``restore`` commits what
was decided before. Only the commit changes state, so both leave the same.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from worker.errors import OtherVersion
from worker.lineage.bulletins import read_bulletin, told_actions
from worker.lineage.catalogue import Canon, Catalogue, canonical_id, narrative_of, tokens_of
from worker.lineage.chains import Chains
from worker.lineage.credits import attribution
from worker.lineage.decide import HOLD_SHARE, Comparison, Verdict
from worker.lineage.departed import Departed
from worker.lineage.events import Event, same_events
from worker.lineage.filing import is_filing, is_notice, is_part
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
from worker.lineage.keeping import read_state, write_state
from worker.lineage.names import Names
from worker.lineage.nearest import kept_paragraphs, nearest, with_version
from worker.lineage.orders import Changed, Orders
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
from worker.lineage.settle import Settled, settle_copy, settle_filing
from worker.lineage.steps import joined, together
from worker.lineage.takes import with_part
from worker.lineage.variant import describe
from worker.lineage.waiting import Waiting, embargo
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
ALERT_LEAST: Final = 3  # words of an agency's alert, which may be one short sentence
MATCHED: Final = frozenset({Kind.STORY, Kind.ALERT, Kind.CORRECTION, Kind.PRESS_RELEASE})


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
    foreseen: dict[str, Any] = field(default_factory=dict)  # the facts of a held story, were it placed now


@dataclass(frozen=True, slots=True, kw_only=True)
class _Applied:
    """What the commit changed; ``sequence`` is that of the story in hand, before events about it.

    ``document`` numbers its copy, where that is held.
    """

    canon: Canon | None = None
    merged: tuple[Canon, ...] = ()
    sequence: int = 0
    document: int | None = None
    changed: Changed = field(default_factory=Changed)


class Fold:
    """Places stories; equal logs give equal placements, byte for byte."""

    def __init__(self, *, window: int | None = None, hold: bool = True) -> None:
        """Start empty; ``window`` is milliseconds of stream time, None to remember for ever.

        ``hold`` keeps embargoed stories back until their time; else they are placed as they come.
        """
        self._window = window
        self._holds = hold
        self._catalogue = Catalogue()
        self._chains = Chains(self._catalogue)
        self._names = Names(self._catalogue, self._chains)
        self._orders = Orders(self._catalogue, self._chains, self._names)
        self._waiting = Waiting()
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
        released = self._release(at)
        found = self._decide(story, at=at)
        own = (
            self._place_parts(story, found.parts, at=at) if found.parts else self._commit(story, found, at=at)
        )
        takes = self._take(found, at=at)
        self._see(story.coordinates)
        return replace(together(released, own, takes), expired=self._departed.told())

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
        return joined(steps, Decision(at=at, story_id=story.id, redelivery=False, facts=facts))

    def tick(self, *, at: int) -> Step:
        """Let time pass without a story; what is due is released."""
        if self._loading:
            self._catalogue.settle()
            self._loading = False
        self._expire(at)
        own = Step(decision=Decision(at=at, story_id=None, redelivery=False, facts={"tick": True}))
        return replace(together(self._release(at), own, []), expired=self._departed.told())

    def _release(self, at: int | None) -> list[Step]:
        """Place the stories whose embargo is over."""
        if at is None or at < self._waiting.due:
            return []
        steps = []
        for story in self._waiting.ready(at):
            self._waiting.release(story.id)
            steps.append(self._commit(story, self._match(story, at=at, whole=True), at=at))
        return steps

    def _take(self, found: _Found, *, at: int | None) -> list[Step]:
        """Join the parts that waited for the version that was just placed."""
        if not self._waiting.parts or "edition" not in found.facts:
            return []
        steps = []
        for part in self._waiting.in_order():
            joining = self._part(part, at=at)
            if "part" in joining.facts:
                self._waiting.join(part.id)
                steps.append(self._commit(part, joining, at=at))
        return steps

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
        imprints: Sequence[Imprint] = read_imprints(decision.imprints)
        released, takes = self._waited(decision, "released"), self._waited(decision, "takes")
        parts: list[Any] = decision.facts.get("parts", [])  # type: ignore[assignment]
        all_facts: list[Any] = [part[-1] for part in parts] or [decision.facts]
        if decision.story_id is None or (bare and story is None):
            all_facts = []
        elif not bare and len(imprints) != len(released) + len(all_facts) + len(takes):
            raise ValueError(f"the decision about story {decision.story_id} has lost its imprints")
        self._restore_waited(released, imprints, self._waiting.release, at=decision.at)
        for number, facts in enumerate(all_facts):
            if bare and story is not None:
                imprint = self._imprint(_part(story, parts, number), facts, None)
            else:
                imprint = imprints[len(released) + number]
            if not number:
                self._see(imprint.coordinates)
            self._apply(imprint, facts, at=decision.at, load=True)
        self._restore_waited(
            takes, imprints[len(released) + len(all_facts) :], self._waiting.join, at=decision.at
        )
        self._departed.told()

    @staticmethod
    def _waited(decision: Decision, name: str) -> list[Any]:
        """Give what a decision says of stories that had waited: ids and facts."""
        waited: list[Any] = decision.facts.get(name, [])  # type: ignore[assignment]
        return waited

    def _restore_waited(
        self,
        waited: list[Any],
        imprints: Sequence[Imprint],
        leave: Callable[[str], Story | None],
        *,
        at: int | None,
    ) -> None:
        for (story_id, facts), imprint in zip(waited, imprints, strict=False):
            leave(story_id)
            self._apply(imprint, facts, at=at, load=True)

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        seen = orjson.dumps([[*place, *at] for place, at in self._seen.items()])
        parts = {"catalogue": self._catalogue.capture(), "departed": self._departed.capture()}
        arrays = {f"{part}/{name}": each for part, held in parts.items() for name, each in held.items()}
        life = {
            "names": self._names.capture(),
            "chains": self._chains.capture(),
            "orders": self._orders.capture(),
            "waiting": self._waiting.capture(),
        }
        return {
            **arrays,
            "seen": np.frombuffer(seen, np.uint8),
            "life": np.frombuffer(write_state(life), np.uint8),
        }

    def resume(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over what ``capture`` gave, in a fold that is empty."""
        for name, part in (("catalogue", self._catalogue), ("departed", self._departed)):
            start = f"{name}/"
            part.resume({k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)})
        for topic, partition, offset, number in orjson.loads(arrays["seen"].tobytes()):
            self._seen[topic, partition] = (offset, number)
        life = read_state(arrays["life"].tobytes())
        self._names.resume(life["names"])
        self._chains.resume(life["chains"])
        self._orders.resume(life["orders"])
        self._waiting.resume(life["waiting"])

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
            before = at - self._window
            for departure in self._catalogue.expire(before):
                self._departed.add(departure, at=at)
                self._orders.forget(departure.number)
            self._departed.forget(before)
            self._orders.expire(before)
            self._waiting.expire(before)

    def _imprint(self, story: Story, facts: Mapping[str, Any], reading: "_Reading | None") -> Imprint:
        """Make the imprint of a story, or of a part, as what was decided asks for."""
        if "founds" in facts or "edition" in facts or facts.get("heritage") is not None:
            reading = reading or _Reading(story)
            if self._loading:
                self._catalogue.lexicon.settle()
            return held_imprint_of(story, reading.lead, self._catalogue.lexicon)
        waits = "until" in facts or "waits" in facts
        return imprint_of(story, copy="repeat" not in facts, whole=waits)

    # Deciding: reads the catalogue, changes nothing in it

    def _decide(self, story: Story, *, at: int | None, whole: bool = False) -> _Found:
        """Decide about a story; a ``whole`` one is not taken apart (any more)."""
        if is_notice(story):
            return _Found(facts=_facts(status=Status.NOTICE, **read_bulletin(self._names, story, at=at)))
        if self._holds and (rest := embargo(story, at)) is not None:
            found = self._match(story, at=at, whole=True)
            reason, until = rest
            return replace(
                found, facts=_facts(status=Status.HELD, reason=reason, until=until), foreseen=found.facts
            )
        return self._match(story, at=at, whole=whole)

    def _match(self, story: Story, *, at: int | None, whole: bool) -> _Found:
        if story.kind not in MATCHED:
            return _Found(facts=_facts(status=Status.KEPT, reason=f"not matched: {story.kind}"))
        if is_part(story):
            return self._part(story, at=at)
        filing = is_filing(story)
        if story.fingerprint.words < (ALERT_LEAST if filing and story.kind is Kind.ALERT else COPY_LEAST):
            return _Found(facts=_facts(status=Status.KEPT, reason="too short to match"))
        earlier = self._catalogue.canon(story.id)
        if earlier is not None:
            return _Found(facts=_facts(status=Status.PLACED, joins=earlier.story_id, repeat=True))
        reading = _Reading(story)
        comparisons = self._verify(story, reading)
        parts = [] if whole or len(comparisons) < 2 else segments(story, reading.narrative, comparisons)
        if parts:
            return _Found(facts={}, parts=parts)
        settled = (
            settle_filing(self._names, story, lambda: reading.narrative, comparisons, at=at)
            if filing
            else settle_copy(self._chains, comparisons)
        )
        verdict = settled.verdict
        parent = verdict.parent
        facts = self._going(settled)
        events = same_events(
            self._catalogue,
            reading.lead,
            whole=reading.whole,
            payload=story.coordinates,
            at=at,
            joined={
                *(each.canon for each in (parent, *verdict.bridges) if each is not None),
                *((settled.home.number,) if settled.home is not None else ()),
            },
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

    def _going(self, settled: Settled) -> dict[str, Any]:
        """Say whether a story founds or how it joins; what its names tell comes with it.

        ``heritage`` is None when its copy adds nothing worth keeping.
        """
        parent, bridges, named = settled.verdict.parent, settled.verdict.bridges, settled.home
        if parent is None and named is None:
            return _facts(status=Status.PLACED, founds=True) | settled.facts
        catalogue = self._catalogue
        numbers = {each.canon for each in (parent, *bridges) if each is not None}
        numbers |= {named.number} if named is not None else set()
        home = catalogue.canon_at(min(numbers))
        merges = [catalogue.canon_at(number).story_id for number in numbers - {home.number}]
        heritage = None
        if parent is not None and parent.evidence.ours.share < HOLD_SHARE:
            heritage = b64encode(np.packbits(parent.evidence.inherited).tobytes()).decode()
        return (
            _facts(
                status=Status.PLACED,
                joins=home.story_id,
                merges=sorted(merges),
                hops=catalogue.hops(home.held[0] if parent is None else parent.document) + 1,
                heritage=heritage,
            )
            | settled.facts
        )

    def _part(self, story: Story, *, at: int | None) -> _Found:
        """Decide about an add or a later take: it continues a version, or waits for one."""
        canon = self._names.continued(story, at=at)
        chain = self._chains.of(canon.number) if canon is not None else None
        edition = chain.current if chain is not None else None
        if canon is None or edition is None or not self._catalogue.is_held(edition.document):
            reason = "a part of a story whose first take has not come"
            return _Found(facts=_facts(status=Status.KEPT, reason=reason, waits=True))
        if self._catalogue.canon(story.id) is not None:
            return _Found(facts=_facts(status=Status.PLACED, joins=canon.story_id, repeat=True))
        facts = _facts(
            status=Status.PLACED,
            joins=canon.story_id,
            merges=[],
            hops=self._catalogue.hops(edition.document) + 1,
            heritage=None,
            part=edition.story_id,
        )
        return _Found(facts=facts)

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
            placement = self._unplaced(story, found, status)
            changed = self._apply(imprint, facts, at=at, load=False, story=story).changed
            return Step(
                decision=decision,
                placements=(placement,),
                canonicals=tuple(map(self._show, changed.canons.values())),
                reaches=tuple(changed.reaches),
            )
        acts_on = told_actions(catalogue, facts)
        variant = self._describe(story, found)
        facts["relation"] = variant.relation.value
        if variant.version is not None and variant.version.story_id != story.id:
            facts["carries"] = [variant.version.story_id, f"{kept_paragraphs(variant):x}"]
        links = self._links(found)
        applied = self._apply(imprint, facts, at=at, load=False, story=story)
        canon, merged = applied.canon, applied.merged
        if canon is None:
            raise LookupError(f"story {story.id} was placed nowhere")
        if "joins" in facts and canon.crowd is not None:
            crowd = canon.crowd
            facts["standing"] = [canon.founded, applied.sequence, crowd.variants, crowd.repeats]
        if found.reading is not None and applied.document is not None:
            lead, narrative = found.reading.lead, found.reading.ready
            catalogue.make_ready(applied.document, story=story, lead=lead, narrative=narrative)
        lag = None if at is None or canon.founded is None else at - canon.founded
        placement = Placement(
            status=status,
            story=story,
            canonical_id=canon.id,
            variant=replace(variant, sequence=applied.sequence, lag=lag),
            links=links,
            acts_on=acts_on,
        )
        merges = tuple(Merge(canonical_id=each.id, into=canon.id, story_id=story.id) for each in merged)
        others = [each for each in applied.changed.canons.values() if each.number != canon.number]
        return Step(
            decision=decision,
            placements=(placement,),
            merges=merges,
            canonicals=tuple(map(self._show, (canon, *merged, *others))),
            reaches=tuple(applied.changed.reaches),
        )

    def _show(self, canon: Canon) -> Canonical:
        """Show a canonical story as it stands now."""
        return self._orders.shown(self._catalogue.snapshot(canon), canon)

    def _unplaced(self, story: Story, found: _Found, status: Status) -> Placement:
        """Tell a story that is not placed; a held one with where it would go now."""
        placement = Placement(
            status=status,
            story=story,
            reason=found.facts["reason"],
            acts_on=told_actions(self._catalogue, found.facts),
        )
        if found.foreseen.get("status") != Status.PLACED:
            return placement
        variant = self._describe(story, replace(found, facts=found.foreseen))
        canon = self._catalogue.canon(found.foreseen.get("joins", ""))
        home = canonical_id(story.id).hex() if canon is None else canon.id
        sequence = 1 if canon is None else canon.sequence + 1
        return replace(placement, canonical_id=home, variant=replace(variant, sequence=sequence))

    def _apply(
        self,
        imprint: Imprint,
        facts: Mapping[str, Any],
        *,
        at: int | None,
        load: bool,
        story: Story | None = None,
    ) -> _Applied:
        """Change the state as the facts say; the one place that does.

        ``story`` is that of the imprint, where it is at hand.
        """
        if facts["status"] != Status.PLACED:
            if facts.get("until") is not None:
                self._waiting.hold(sketched(imprint.story()), facts["until"])
            if "waits" in facts:
                self._waiting.keep(sketched(imprint.story()), at)
            if "acts" not in facts and not self._orders.watches:
                return _Applied()
            return _Applied(changed=self._orders.noticed(story or imprint.story(), facts, at=at))
        merged: list[Canon] = []
        if "founds" in facts:
            canon: Canon | None = self._catalogue.found(imprint.id, at=at)
            document = self._found(canon, imprint, at=at, load=load) if canon is not None else None
        else:
            earlier = self._catalogue.canon(facts["joins"])
            canon = earlier or self._adopt(imprint, facts, at=at)
            if canon is None:
                return _Applied()
            document = canon.held[0] if earlier is None else None
            if "repeat" in facts:
                self._catalogue.repeat(canon, imprint.id, at=at)
            else:
                merged = self._merge(canon, facts["merges"], at=at)
                self._catalogue.join(canon, imprint, relation=Relation(facts["relation"]), at=at)
                document = self._keep(canon, imprint, facts, at=at, load=load) if earlier else document
        if canon is None:
            return _Applied()
        sequence = canon.sequence
        changed = Changed()
        if "founds" not in facts or "edition" in facts or self._orders.watches:
            story = story or imprint.story()
            changed = self._orders.placed(canon, story, facts, document=document, at=at)
        return _Applied(
            canon=canon, merged=tuple(merged), sequence=sequence, document=document, changed=changed
        )

    def _found(self, canon: Canon, imprint: Imprint, *, at: int | None, load: bool) -> int:
        """Hold the copy of a founding story."""
        self._departed.returns(canon.id)
        return self._catalogue.hold(canon, imprint, at=at, hops=0, heritage=None, load=load)

    def _keep(
        self, canon: Canon, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None, load: bool
    ) -> int | None:
        """Hold the copy of a story that joined, where it adds something; return its number."""
        if "part" in facts:
            self._attach(canon, imprint.story(), facts["part"], at=at, load=load)
            return None
        if "edition" not in facts and facts["heritage"] is None:
            return None
        return self._catalogue.hold(
            canon,
            imprint,
            at=at,
            hops=facts["hops"],
            heritage=None if "edition" in facts else b64decode(facts["heritage"]),
            load=load,
            kept=self._chains.documents(canon.number),
        )

    def _merge(self, canon: Canon, young_ids: list[str], *, at: int | None) -> list[Canon]:
        """Let a canonical story take over younger ones."""
        merged = []
        for young_id in young_ids:
            young = self._catalogue.canon(young_id)
            if young is not None and young.number != canon.number:
                self._chains.gather(canon, young)
                self._catalogue.merge(canon, young, at=at)
                self._orders.merged(canon, young)
                merged.append(young)
        return merged

    def _attach(self, canon: Canon, part: Story, version: str, *, at: int | None, load: bool) -> None:
        """Hold a version with one more part in the place of what was held of it."""
        chain = self._chains.of(canon.number)
        edition = chain.edition(version) if chain is not None else None
        if edition is None or not self._catalogue.is_held(edition.document):
            return
        if self._loading:
            self._catalogue.settle()
        copy = with_part(self._catalogue.story(edition.document), edition, part)
        imprint = held_imprint_of(copy, _Reading(copy).lead, self._catalogue.lexicon)
        hops = self._catalogue.hops(edition.document)
        self._catalogue.drop(canon, edition.document)
        edition.document = self._catalogue.hold(canon, imprint, at=at, hops=hops, heritage=None, load=load)
        edition.takes.append((part.part_no or 0, len(part.paragraphs)))
        self._chains.lead(canon)

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
        is_version = "edition" in facts
        if "founds" in facts:
            agency = attribution(story).agency
            kept = Kept.KEPT if agency else Kept.NONE
            original = Variant(
                relation=Relation.ORIGINAL,
                coverage=1.0,
                novelty=0.0,
                sequence=0,
                agency=agency,
                credit=kept,
                expired=self._departed.whose(index_keys(story.fingerprint)),
            )
            return with_version(original, story, carried=None, is_version=is_version)
        catalogue = self._catalogue
        canon = catalogue.canon(facts["joins"])
        if canon is None:
            raise LookupError(f"no canonical story founded by {facts['joins']}")
        narrative = (found.reading or _Reading(story)).narrative
        chain = self._chains.of(canon.number)
        carried = nearest(catalogue, chain, narrative)
        if "part" in facts and chain is not None and (carried := chain.edition(facts["part"])):
            story = with_part(catalogue.story(carried.document), carried, story)
            narrative = narrative_of(story)
        number = canon.held[0] if carried is None else carried.document
        parent = (
            number if found.verdict is None or found.verdict.parent is None else found.verdict.parent.document
        )
        again = "repeat" in facts and found.verdict is None  # the very same story
        told = describe(
            canonical=catalogue.story(number),
            variant=story,
            canonical_narrative=catalogue.narrative(number),
            variant_narrative=narrative,
            agency=canon.crowd.agency if canon.crowd else None,
            parent=story.id if again else catalogue.story(parent).id,
            hops=facts.get("hops", 1),
        )
        if "part" in facts:
            told = replace(told, relation=Relation.EXPANDED, paragraphs=())  # its rows count the whole copy
        if "repeat" in facts:
            told = replace(told, relation=Relation.REPEAT)
        return with_version(told, story, carried=carried, is_version=is_version)

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
