"""How does a decision change the state? The one place that does, live and from the log alike."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from worker.lineage.canons import Canon
from worker.lineage.catalogue import Catalogue
from worker.lineage.filing import is_filing
from worker.lineage.imprint import Imprint, held_imprint_of, imprint_of, sketched
from worker.lineage.orders import Changed
from worker.lineage.placement import Relation, Status
from worker.lineage.reading import Reading
from worker.lineage.state import State
from worker.lineage.takes import with_part
from worker.story import Story
from worker.values import quick

_PLACED: Final = Status.PLACED


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a decision changed; ``sequence`` is that of the story in hand, before events about it.

    ``document`` numbers its copy, where that is held.
    """

    canon: Canon | None = None
    merged: tuple[Canon, ...] = ()
    sequence: int = 0
    document: int | None = None
    changed: Changed = field(default_factory=Changed)


def imprint_for(
    catalogue: Catalogue, story: Story, facts: Mapping[str, Any], reading: Reading | None = None
) -> Imprint:
    """Make the imprint of a story, or of a part, as what was decided asks for."""
    if "founds" in facts or "edition" in facts or facts.get("heritage") is not None:
        reading = reading or Reading(story)
        catalogue.copies.lexicon.settle()
        return held_imprint_of(story, reading.lead, catalogue.copies.lexicon)
    return imprint_of(story, copy="repeat" not in facts, whole=waits(facts))


def waits(facts: Mapping[str, Any]) -> bool:
    """Tell whether a story is kept whole, to be placed later."""
    return "until" in facts or "waits" in facts


def apply(
    state: State, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None, story: Story | None = None
) -> Applied:
    """Change the state as the facts say. ``story`` is that of the imprint, where it is at hand."""
    if facts["status"] != _PLACED:
        return _put_by(state, imprint, facts, at=at, story=story)
    catalogue = state.catalogue
    merged: list[Canon] = []
    if "founds" in facts:
        canon = catalogue.found(imprint.id, at=at)
        state.departed.returns(canon.id)
        document: int | None = catalogue.hold(canon, imprint, at=at, hops=0, heritage=None)
    else:
        earlier = catalogue.canon(facts["joins"])
        if earlier is None and "repeat" in facts:  # its founding is cut off the log, and it has no copy
            return Applied()
        canon = earlier or _adopt(catalogue, imprint, facts, at=at)
        document = None if earlier else canon.held[0]
        if "repeat" in facts:
            catalogue.repeat(canon, imprint.id, at=at)
        else:
            merged = _merge(state, canon, facts["merges"], at=at)
            catalogue.join(canon, imprint, relation=Relation(facts["relation"]), at=at)
            document = _keep(state, canon, imprint, facts, at=at) if earlier else document
    _note_end(state, imprint, facts, document=document, at=at)
    sequence = canon.sequence
    changed = Changed()
    if "founds" not in facts or "edition" in facts or state.orders.watches:
        story = story or imprint.item()
        if not story.paragraphs and is_filing(story):
            story = (
                imprint.story()
            )  # the copy of an agency's version counts, that of an outlet is not looked at
        changed = state.orders.placed(canon, story, facts, document=document, at=at)
    return Applied(canon=canon, merged=tuple(merged), sequence=sequence, document=document, changed=changed)


def _note_end(
    state: State, imprint: Imprint, facts: Mapping[str, Any], *, document: int | None, at: int | None
) -> None:
    """Note when the right to a story ends; one that came later than that has brought no text."""
    end: int | None = facts.get("expires")
    if end is None:
        return
    home, late = facts.get("joins", imprint.id), at is not None and end <= at
    if not late or "repeat" in facts:
        state.lapses.add(imprint.id, home=home, at=end)
    if "again" in facts or "part" in facts:  # its words are held as those of another story
        state.lapses.add(facts.get("again") or facts["part"], home=home, at=end)
    if late and document is not None:
        state.catalogue.copies.came_bare(document, end)


def _put_by(
    state: State, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None, story: Story | None
) -> Applied:
    """Let a story wait that is not placed yet, and let take effect what it asks or stands in place of."""
    if facts.get("until") is not None:
        state.waiting.hold(sketched(imprint.story()), facts["until"], at)
    if "waits" in facts:
        state.waiting.keep(sketched(imprint.story()), at)
    if "acts" not in facts and not state.orders.watches:
        return Applied()
    return Applied(changed=state.orders.noticed(story or imprint.story(), facts, at=at))


def _keep(
    state: State, canon: Canon, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None
) -> int | None:
    """Hold the copy of a story that joined, where it adds something; return its number."""
    if "part" in facts:
        _attach(state, canon, imprint.story(), facts["part"], at=at)
        return None
    if "edition" not in facts and facts["heritage"] is None:
        return None
    return state.catalogue.hold(
        canon,
        imprint,
        at=at,
        hops=facts["hops"],
        heritage=None if "edition" in facts else b64decode(facts["heritage"]),
        kept=state.chains.documents(canon.number),
    )


def _merge(state: State, canon: Canon, young_ids: list[str], *, at: int | None) -> list[Canon]:
    """Let a canonical story take over younger ones."""
    merged = []
    for young_id in young_ids:
        young = state.catalogue.canon(young_id)
        if young is not None and young.number != canon.number:
            state.chains.gather(canon, young)
            state.catalogue.merge(canon, young, at=at)
            state.orders.merged(canon, young)
            merged.append(young)
    return merged


def _attach(state: State, canon: Canon, part: Story, version: str, *, at: int | None) -> None:
    """Hold a version with one more part in the place of what was held of it."""
    catalogue, copies = state.catalogue, state.catalogue.copies
    chain = state.chains.of(canon.number)
    edition = chain.edition(version) if chain is not None else None
    if edition is None or not copies.is_held(edition.document):
        return
    if copies.loading:
        copies.settle()
    copy = with_part(copies.story(edition.document), edition, part)
    imprint = held_imprint_of(copy, Reading(copy).lead, copies.lexicon)
    hops = copies.hops(edition.document)
    catalogue.drop(canon, edition.document)
    edition.document = catalogue.hold(canon, imprint, at=at, hops=hops, heritage=None)
    edition.takes.append((part.part_no or 0, len(part.paragraphs)))
    state.chains.lead(canon)


def _adopt(catalogue: Catalogue, imprint: Imprint, facts: Mapping[str, Any], *, at: int | None) -> Canon:
    """Open a canonical story whose founding is cut off the log.

    The copy in hand stands for the lost one. What the decision tells of the canonical story goes on.
    """
    if not len(imprint.keys):
        catalogue.copies.settle()
        story = sketched(imprint.story())
        imprint = held_imprint_of(story, Reading(story).lead, catalogue.copies.lexicon)
    founded, sequence, variants, repeats = facts.get("standing", (at, 2, 2, 0))
    canon = catalogue.found(facts["joins"], at=founded)
    catalogue.hold(canon, imprint, at=at, hops=0, heritage=None)
    catalogue.adopt(canon, facts["joins"], sequence=sequence - 1, variants=variants - 1, repeats=repeats)
    return canon
