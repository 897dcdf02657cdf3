"""The fold: one story after the other, in the order of the log → placements.

``place`` decides, tells and applies; ``restore`` applies what was decided before. Only applying changes
what is known of stories, so both leave the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy.typing as npt

from worker.lineage.applying import Applied, apply, imprint_for, waits
from worker.lineage.bulletins import told_actions
from worker.lineage.canons import Canon
from worker.lineage.deciding import Decided, decide_story, match_part, match_story
from worker.lineage.facts import new_facts
from worker.lineage.filing import milliseconds
from worker.lineage.imprint import sketched, write_imprints
from worker.lineage.lapse import bare, bare_imprint, is_over, unquoted
from worker.lineage.lapsing import Lapsed, let_lapse
from worker.lineage.nearest import kept_paragraphs
from worker.lineage.placement import Canonical, Decision, Merge, Placement, Status, Step
from worker.lineage.reading import Reading
from worker.lineage.restoring import restore
from worker.lineage.segments import Segment, part_of
from worker.lineage.state import State
from worker.lineage.steps import joined, together, with_ends
from worker.lineage.telling import told_links, told_unplaced, told_variant
from worker.story import Story

_PLACED: Final = Status.PLACED


class Fold:
    """Places stories; equal logs give equal placements, byte for byte."""

    def __init__(self, *, window: int | None = None, hold: bool = True) -> None:
        """Start empty; ``window`` is milliseconds of stream time, None to remember for ever.

        ``hold`` keeps embargoed stories back until their time; else they are placed as they come.
        """
        self._holds = hold
        self._state = State(window=window)

    def place(self, story: Story, *, at: int | None) -> Step:
        """Place the next story of the log at a stream time in milliseconds since 1970 UTC.

        Coordinates at or under the highest seen of their payload partition are a redelivery: nothing
        changes.
        """
        state = self._state
        if state.is_redelivered(story.coordinates):
            return Step(decision=Decision(at=at, story_id=story.id, redelivery=True, facts={}))
        story = sketched(story)
        state.catalogue.copies.end_loading()
        state.expire(at)
        lapsed = let_lapse(state, at)
        told = self._tell_lapsed(lapsed)
        released = self._release(at)
        decided = decide_story(state, story, at=at, holds=self._holds)
        if decided.parts:
            own = self._place_parts(story, decided.parts, at=at)
        else:
            own = self._commit(story, decided, at=at)
        takes = self._take([*released, own], at=at)
        state.see(story.coordinates)
        step = together(released, own, takes)
        return with_ends(step, lapsed.lapses, told, state.departed.told())

    def tick(self, *, at: int) -> Step:
        """Let time pass without a story; what is due is released."""
        state = self._state
        state.catalogue.copies.end_loading()
        state.expire(at)
        lapsed = let_lapse(state, at)
        told = self._tell_lapsed(lapsed)
        own = Step(decision=Decision(at=at, story_id=None, redelivery=False, facts={"tick": True}))
        released = self._release(at)
        takes = self._take(released, at=at)
        step = together(released, own, takes)
        return with_ends(step, lapsed.lapses, told, state.departed.told())

    def restore(self, story: Story | None, decision: Decision) -> None:
        """Commit a decision of an earlier run.

        ``story`` is needed for a decision of version 1 alone, which has no imprints, see ``needs_story``.
        Raises OtherVersion, and ValueError when the imprints of a decision are gone or damaged.
        """
        restore(self._state, story, decision)

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        return self._state.capture()

    def resume(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take over what ``capture`` gave, in a fold that is empty."""
        self._state.resume(arrays)

    def size(self) -> dict[str, int]:
        """Count the bytes of the state by what they are for."""
        return self._state.size()

    def canonicals(self) -> int:
        """Count the canonical stories that are remembered."""
        return self._state.catalogue.canonicals()

    def held_since(self) -> int | None:
        """Tell the stream time at which the oldest story came that is still embargoed; None without any."""
        return self._state.waiting.since()

    def _place_parts(self, story: Story, parts: list[Segment], *, at: int | None) -> Step:
        """Place each part of a page that comes apart."""
        steps = []
        for number, segment in enumerate(parts):
            part = part_of(story, segment, number)
            decided = decide_story(self._state, part, at=at, holds=self._holds, whole=True)
            steps.append(self._commit(part, decided, at=at))
        facts = new_facts(
            status=_PLACED,
            parts=[
                [segment.first, segment.last, segment.headed, step.decision.facts]
                for segment, step in zip(parts, steps, strict=True)
            ],
        )
        return joined(steps, Decision(at=at, story_id=story.id, redelivery=False, facts=facts))

    def _release(self, at: int | None) -> list[Step]:
        """Place the stories whose embargo is over, a bounded number; the others go with the next record."""
        waiting = self._state.waiting
        if at is None or at < waiting.due:
            return []
        steps = []
        for story in waiting.ready(at):
            waiting.release(story.id)
            decided = match_story(self._state, story, at=at, whole=True)
            steps.append(self._commit(story, decided, at=at))
        return steps

    def _take(self, placed: list[Step], *, at: int | None) -> list[Step]:
        """Join the parts that waited for a version that was just placed."""
        waiting = self._state.waiting
        if not waiting.parts or not any("edition" in step.decision.facts for step in placed):
            return []
        steps = []
        for part in waiting.in_order():
            joining = match_part(self._state, part, at=at)
            if "part" in joining.facts:
                waiting.join(part.id)
                steps.append(self._commit(part, joining, at=at))
        return steps

    def _commit(self, story: Story, decided: Decided, *, at: int | None) -> Step:
        """Tell a story and apply what was decided; facts that telling and applying find out are noted too."""
        state, facts = self._state, decided.facts
        end, placed = milliseconds(story.expires), facts["status"] == _PLACED
        over = is_over(end, at)
        if end is not None and placed:
            facts["expires"] = end
        imprint = imprint_for(state.catalogue, story, facts, decided.reading)
        shown = bare(story, (decided.reading or Reading(story)).narrative) if over else story
        if over and not waits(facts):
            imprint = bare_imprint(imprint, shown)
        decision = Decision(
            at=at, story_id=story.id, redelivery=False, facts=facts, imprints=write_imprints([imprint])
        )
        if not placed:
            placement = replace(told_unplaced(state, story, decided), story=shown)
            applied = apply(state, imprint, facts, at=at, story=shown)
            return self._step(decision, placement, applied)
        acts_on = told_actions(state.catalogue, facts)
        variant = told_variant(state, story, facts, decided, at=at)
        facts["relation"] = str(variant.relation)
        if variant.version is not None and variant.version.story_id != story.id:
            facts["carries"] = [variant.version.story_id, f"{kept_paragraphs(variant):x}"]
        if over:
            variant = unquoted(variant, story.id)
        links = told_links(state, decided)
        applied = apply(state, imprint, facts, at=at, story=shown)
        canon = applied.canon
        if canon is None:
            raise LookupError(f"story {story.id} was placed nowhere")
        if "joins" in facts and (crowd := canon.crowd) is not None:
            facts["standing"] = [canon.founded, applied.sequence, crowd.variants, crowd.repeats]
        if decided.reading is not None and applied.document is not None and not over:
            state.catalogue.copies.make_ready(applied.document, story, decided.reading, size=imprint.size)
        if "founds" not in facts:
            founded = canon.founded
            lag = None if at is None or founded is None else at - founded
            variant = replace(variant, sequence=applied.sequence, lag=lag)
        placement = Placement(
            status=_PLACED,
            story=shown,
            canonical_id=canon.id,
            variant=variant,
            links=links,
            acts_on=acts_on,
        )
        return self._step(decision, placement, applied)

    def _step(self, decision: Decision, placement: Placement, applied: Applied) -> Step:
        """Put together what one story came to, with the present state of the canonical stories it changed."""
        own = [] if applied.canon is None else [applied.canon, *applied.merged]
        touched = [
            canon for number, canon in applied.changed.canons.items() if not own or number != own[0].number
        ]
        merges = [
            Merge(canonical_id=young.id, into=own[0].id, story_id=placement.story.id)
            for young in applied.merged
        ]
        return Step(
            decision=decision,
            placements=(placement,),
            merges=tuple(merges),
            canonicals=tuple([self._show(each) for each in own + touched]),
            reaches=tuple(applied.changed.reaches),
        )

    def _tell_lapsed(self, lapsed: Lapsed) -> tuple[Canonical, ...]:
        """Show the canonical stories whose text was dropped, before anything else happens to them."""
        return tuple([self._show(canon) for canon in lapsed.canons])

    def _show(self, canon: Canon) -> Canonical:
        """Show a canonical story as it stands now."""
        return self._state.orders.shown(self._state.catalogue.snapshot(canon), canon)
