"""What several stories of one record came to, as one step."""

from dataclasses import replace

from worker.lineage.imprint import read_imprints, write_imprints
from worker.lineage.placement import Canonical, Decision, Lapse, Step


def together(before: list[Step], own: Step, after: list[Step]) -> Step:
    """Make one step of a story's own and those of stories that had waited; its facts keep them apart."""
    if not before and not after:
        return own
    waited = {
        name: [[step.decision.story_id, step.decision.facts] for step in steps]
        for name, steps in (("released", before), ("takes", after))
        if steps
    }
    decision = replace(own.decision, facts=own.decision.facts | waited)
    return joined([*before, own, *after], decision)


def joined(steps: list[Step], decision: Decision) -> Step:
    """Put steps behind one another; of each canonical story the last state stays."""
    present = {each.canonical_id: each for step in steps for each in step.canonicals}
    imprints = [each for step in steps for each in read_imprints(step.decision.imprints)]
    return Step(
        decision=replace(decision, imprints=write_imprints(imprints)),
        placements=tuple(placement for step in steps for placement in step.placements),
        merges=tuple(merge for step in steps for merge in step.merges),
        canonicals=tuple(present.values()),
        reaches=tuple(reach for step in steps for reach in step.reaches),
    )


def with_ends(
    step: Step, lapses: tuple[Lapse, ...], canonicals: tuple[Canonical, ...], expired: tuple[str, ...]
) -> Step:
    """Add to a step what time ended: texts dropped before it, and canonical stories that left the window.

    ``canonicals`` are those of the texts, as they stood then.
    """
    if lapses:
        present = {each.canonical_id: each for each in (*canonicals, *step.canonicals)}
        step = replace(step, lapses=lapses, canonicals=tuple(present.values()))
    return replace(step, expired=expired) if expired else step
