"""Which canonical stories tell the same event in other words? Topic → links, precision before recall."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from worker.lineage.catalogue import UNDATED, Catalogue
from worker.matching.topic import Topic, alike, keywords
from worker.story import Coordinates

HOUR: Final = 3_600_000  # milliseconds
NEAR: Final = 18 * HOUR  # stories of one day; most feeds give the date alone
FAR: Final = 60 * HOUR  # beyond, it is another event
NEAR_ALIKE: Final = 0.45
FAR_ALIKE: Final = 0.68  # also when the time of one is not known
SHARED: Final = 3  # keywords
POPULAR: Final = 64  # documents with one keyword; it says nothing of the event
COMPARED: Final = 8
LINKS: Final = 4
MOST: Final = 1.5  # what ``alike`` gives for two equal topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A held document of another canonical story with the same event; likeness 0 to 1."""

    document: int
    canon: int
    likeness: float


def same_events(
    catalogue: Catalogue, topic: Topic, *, payload: Coordinates, at: int | None, joined: set[int]
) -> tuple[Event, ...]:
    """Find the canonical stories of the same event.

    ``joined`` ones are left out, and the other parts of the same payload.
    """
    keys = keywords(topic, catalogue.lexicon)
    where, documents = catalogue.keyworded.probe(keys)
    canons = catalogue.canon_of(documents)
    rare = np.bincount(where, minlength=len(keys)) <= POPULAR
    kept = (canons >= 0) & rare[where]
    if joined:
        kept &= ~np.isin(canons, list(joined))
    found, hits = np.unique(documents[kept], return_counts=True)
    found, hits = found[hits >= SHARED], hits[hits >= SHARED]
    if not len(found):
        return ()
    seen = catalogue.seen_at(found)
    dated = (seen != UNDATED) & (at is not None)
    gap = np.where(dated, np.abs(seen - (at or 0)), NEAR + 1)
    close = gap <= FAR
    found, hits, gap = found[close], hits[close], gap[close]
    order = np.lexsort((found, gap, -hits))[:COMPARED]
    best: dict[int, Event] = {}
    for document, apart in zip(found[order].tolist(), gap[order].tolist(), strict=True):
        if replace(catalogue.story(document).coordinates, part=payload.part) == payload:
            continue
        likeness = alike(topic, catalogue.topic(document), catalogue.lexicon)
        canon = catalogue.held[document].canon
        if likeness >= (NEAR_ALIKE if apart <= NEAR else FAR_ALIKE) and (
            canon not in best or likeness / MOST > best[canon].likeness
        ):
            best[canon] = Event(document=document, canon=canon, likeness=likeness / MOST)
    ranked = sorted(best.values(), key=lambda event: (-event.likeness, event.document))
    return tuple(ranked[:LINKS])
