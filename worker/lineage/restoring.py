"""How does a decision of an earlier run come back? From its facts and imprints; version 1 from its story."""

from collections.abc import Callable, Sequence
from typing import Any

from worker.lineage.applying import apply, imprint_for
from worker.lineage.facts import needs_story
from worker.lineage.imprint import Imprint, read_imprints, sketched
from worker.lineage.lapsing import let_lapse
from worker.lineage.placement import Decision
from worker.lineage.segments import Segment, part_of
from worker.lineage.state import State
from worker.story import Story


def restore(state: State, story: Story | None, decision: Decision) -> None:
    """Apply what was decided before; ``Fold.restore`` tells what is asked and raised."""
    if decision.redelivery:
        return
    state.catalogue.copies.loading = True
    bare = needs_story(decision)
    state.expire(decision.at)
    let_lapse(state, decision.at)
    imprints: Sequence[Imprint] = read_imprints(decision.imprints)
    released, takes = _listed(decision, "released"), _listed(decision, "takes")
    parts = _listed(decision, "parts")
    all_facts: list[Any] = [part[-1] for part in parts] or [decision.facts]
    if decision.story_id is None or (bare and story is None):
        all_facts = []
    elif not bare and len(imprints) != len(released) + len(all_facts) + len(takes):
        raise ValueError(f"the decision about story {decision.story_id} has lost its imprints")
    _restore_waited(state, released, imprints, state.waiting.release, at=decision.at)
    for number, facts in enumerate(all_facts):
        if bare and story is not None:
            imprint = imprint_for(state.catalogue, _part(story, parts, number), facts)
        else:
            imprint = imprints[len(released) + number]
        if not number:
            state.see(imprint.coordinates)
        apply(state, imprint, facts, at=decision.at)
    behind = imprints[len(released) + len(all_facts) :]
    _restore_waited(state, takes, behind, state.waiting.join, at=decision.at)
    state.departed.told()


def _listed(decision: Decision, name: str) -> list[Any]:
    """Give what a decision says of several stories: those that had waited, or the parts of a page."""
    listed: list[Any] = decision.facts.get(name, [])  # type: ignore[assignment]
    return listed


def _restore_waited(
    state: State,
    waited: list[Any],
    imprints: Sequence[Imprint],
    leave: Callable[[str], None],
    *,
    at: int | None,
) -> None:
    for (story_id, facts), imprint in zip(waited, imprints, strict=False):
        leave(story_id)
        apply(state, imprint, facts, at=at)


def _part(story: Story, parts: list[Any], number: int) -> Story:
    """Cut the part out that a decision took apart, or give the whole story, of the present sketch."""
    if not parts:
        return sketched(story)
    first, last, headed, _ = parts[number]
    return part_of(story, Segment(first=first, last=last, headed=headed), number)
