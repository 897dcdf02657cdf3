"""What does a bulletin ask, and of which story? A kill, a hold, a corrective → facts for the decision.

An item whose story is not certain marks none: it names all that answer, for a person to decide.
"""

from collections.abc import Mapping
from typing import Any, Final

from worker.dialects.versions import VersionKind
from worker.lineage.catalogue import Catalogue
from worker.lineage.filing import is_filing
from worker.lineage.names import Names
from worker.lineage.placement import Action, ActsOn, NamedBy
from worker.lineage.settle import action_facts
from worker.story import Kind, PubStatus, Story

_ACTIONS: Final = {Kind.KILL: Action.KILL, Kind.WITHHOLD: Action.WITHHOLD, Kind.CORRECTION: Action.CORRECT}


def read_bulletin(names: Names, story: Story, *, at: int | None) -> dict[str, Any]:
    """Say in facts what a bulletin does and to which canonical stories, and in words what follows."""
    action = _action(story)
    victims, named_by = names.victims(story, at=at)
    certain = len(victims) <= 1
    reason = f"not matched: {story.kind}"
    if not certain:
        reason += f"; {len(victims)} stories answer to its {named_by}: none is marked, a person has to decide"
    elif not victims and action is not Action.ADVISE:
        reason += "; its story has not come"
    return {"reason": reason, "acts": action_facts(action, victims, named_by=named_by, certain=certain)}


def told_actions(catalogue: Catalogue, facts: Mapping[str, Any]) -> tuple[ActsOn, ...]:
    """Tell the canonical stories that the facts of a decision act on."""
    acts = facts.get("acts")
    if acts is None:
        return ()
    found = [(canon, named_by) for story_id, named_by in acts["on"] if (canon := catalogue.canon(story_id))]
    return tuple(
        ActsOn(
            canonical_id=canon.id,
            action=Action(acts["action"]),
            named_by=NamedBy(named_by),
            certain=acts["certain"],
        )
        for canon, named_by in found
    )


def _action(story: Story) -> Action:
    """Read what a bulletin asks; that of an outlet tells of another's, and asks nothing."""
    if not is_filing(story):
        return Action.ADVISE
    if story.version_kind == VersionKind.DISREGARD:
        return Action.DISREGARD
    if story.pub_status is PubStatus.CANCELED:
        return Action.KILL
    return _ACTIONS.get(story.kind, Action.ADVISE)
