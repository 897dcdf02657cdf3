"""Which canonical stories tell the same event in other words? Topic → links, precision before recall."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from worker import kernels
from worker.lineage.copies import UNDATED, Copies
from worker.matching.topic import Bag, Weighed, alike, keywords, shared_names, weigh
from worker.story import Coordinates
from worker.values import quick

HOUR: Final = 3_600_000  # milliseconds
NEAR: Final = 18 * HOUR  # stories of one day; most feeds give the date alone
FAR: Final = 60 * HOUR  # beyond, it is another event
NEAR_ALIKE: Final = 0.46
FAR_ALIKE: Final = 0.7  # also when the time of one is not known
NAMED_ALIKE: Final = 0.28  # of one day, with ``NAMES`` rare names in common: places, ships, witnesses
NAMES: Final = 7
WHOLE_MOST: Final = 0.25  # what the body may add to the likeness of the leads
SHARED: Final = 3  # keywords
POPULAR: Final = 64  # documents with one keyword; it says nothing of the event
COMPARED: Final = 8
LINKS: Final = 4


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A held document of another canonical story with the same event; likeness 0 to 1."""

    document: int
    canon: int
    likeness: float


def same_events(  # noqa: PLR0913 - the story in hand, in parts
    copies: Copies,
    lead: Bag,
    *,
    whole: Callable[[], Bag],
    payload: Coordinates,
    at: int | None,
    joined: set[int],
) -> tuple[Event, ...]:
    """Find the canonical stories of the same event.

    ``joined`` ones are left out, and the other parts of the same payload. ``whole`` reads all the
    words of the story, which not all need.
    """
    best: dict[int, Event] = {}
    lexicon = copies.lexicon
    ours: Weighed | None = None
    headed = weigh(lead, lexicon)
    for document, apart in _candidates(copies, lead, at=at, joined=joined):
        need = NEAR_ALIKE if apart <= NEAR else FAR_ALIKE
        likeness = alike(headed, weigh(copies.lead(document), lexicon))
        if likeness + WHOLE_MOST < (NAMED_ALIKE if apart <= NEAR else need):
            continue
        other = copies.story(document).coordinates
        if (other.topic, other.partition, other.offset) == (payload.topic, payload.partition, payload.offset):
            continue
        ours = ours or weigh(whole(), lexicon)
        theirs = weigh(copies.whole(document), lexicon)
        likeness += min(alike(ours, theirs) / 2, WHOLE_MOST)
        if apart <= NEAR and NAMED_ALIKE <= likeness < need:
            named = shared_names(ours, theirs) >= NAMES
            need = NAMED_ALIKE if named else need
        canon = copies.home(document)
        if likeness >= need and (canon not in best or likeness > best[canon].likeness):
            best[canon] = Event(document=document, canon=canon, likeness=likeness)
    ranked = sorted(best.values(), key=lambda event: (-event.likeness, event.document))
    return tuple(replace(event, likeness=min(event.likeness, 1.0)) for event in ranked[:LINKS])


def _candidates(copies: Copies, lead: Bag, *, at: int | None, joined: set[int]) -> list[tuple[int, int]]:
    """Find documents that share keywords, and how many milliseconds they are apart."""
    keys = keywords(lead, copies.lexicon)
    where, documents = copies.keyworded.probe(keys)
    if not len(documents):
        return []
    without = np.array(sorted(joined), np.int64)
    canons = np.where(copies.are_bare(documents), -1, copies.canon_of(documents))  # no text: no lead
    listed, often = kernels.often(where, documents, canons, without, len(keys), POPULAR, SHARED)
    found, hits = np.frombuffer(listed, np.uint32), np.frombuffer(often, np.int64)
    if not len(found):
        return []
    seen = copies.seen_at(found)
    dated = (seen != UNDATED) & (at is not None)
    gap = np.where(dated, np.abs(seen - (at or 0)), NEAR + 1)
    close = np.flatnonzero(gap <= FAR)
    order = close[np.lexsort((found[close], gap[close], -hits[close]))[:COMPARED]]
    return list(zip(found[order].tolist(), gap[order].tolist(), strict=True))
