"""Which texts have to go at a stream time? The one place that drops them, live and from the log alike."""

from dataclasses import dataclass
from typing import Final

from worker.lineage.canons import Canon
from worker.lineage.placement import Lapse
from worker.lineage.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """What was dropped: the events in order, and the canonical stories that show less now."""

    lapses: tuple[Lapse, ...] = ()
    canons: tuple[Canon, ...] = ()


_NOTHING: Final = Lapsed()


def let_lapse(state: State, at: int | None) -> Lapsed:
    """Drop the texts whose right has ended, a bounded number of them; the others go with the next record."""
    if at is None or at < state.lapses.due:
        return _NOTHING
    lapses: list[Lapse] = []
    canons: dict[int, Canon] = {}
    for end in state.lapses.over(at):
        canon = state.catalogue.canon(end.story_id) or state.catalogue.canon(end.home)
        if canon is None:  # it left the window, its text with it
            continue
        _drop(state, canon, end.story_id, end.at)
        sequence = state.catalogue.count(canon)
        lapses.append(Lapse(canonical_id=canon.id, sequence=sequence, story_id=end.story_id, expires=end.at))
        canons[canon.number] = canon
    return Lapsed(lapses=tuple(lapses), canons=tuple(canons.values()))


def _drop(state: State, canon: Canon, story_id: str, end: int) -> None:
    catalogue, chain = state.catalogue, state.chains.of(canon.number)
    copies = catalogue.copies
    for number in canon.held:
        if not copies.is_bare(number) and copies.story(number).id == story_id:
            copies.lay_bare(number, end)
    crowd = canon.crowd
    edition = None if chain is None else chain.edition(story_id)
    own = None if edition is None else edition.version.headline
    if chain is not None:
        chain.lapse(story_id)
    if crowd is not None and (crowd.story_id == story_id or (own is not None and crowd.headline == own)):
        current = None if chain is None else chain.current
        crowd.headline = None if current is None else current.version.headline
