"""Which canonical stories tell the same event in other words? Topic → links, precision before recall."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from worker import kernels
from worker.lineage.copies import UNDATED, Copies
from worker.matching.topic import Bag
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


_Candidate = tuple[int, int, bool]  # document, canonical story, whether it is near in time


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
    found = _candidates(copies, lead, at=at, joined=joined)
    likely = _likely(copies, lead, whole, found) if found else []
    if not likely:
        return ()
    wholes = copies.lexicon.alike(whole(), [copies.whole(document) for document, *_ in likely])
    best: dict[int, tuple[float, int]] = {}  # likeness, document
    for (document, canon, headed, need), told in zip(likely, wholes, strict=True):
        likeness = headed + min(told / 2, WHOLE_MOST)
        if likeness < need or (canon in best and likeness <= best[canon][0]):
            continue
        if not _of_payload(copies.story(document).coordinates, payload):
            best[canon] = likeness, document
    ranked = sorted([(-likeness, document, canon) for canon, (likeness, document) in best.items()])
    return tuple(
        [
            Event(document=document, canon=canon, likeness=min(-likeness, 1.0))
            for likeness, document, canon in ranked[:LINKS]
        ]
    )


def _likely(
    copies: Copies, lead: Bag, whole: Callable[[], Bag], found: list[_Candidate]
) -> list[tuple[int, int, float, float]]:
    """Keep what the body may make alike enough; give the likeness of the leads, and the one needed, as well.

    To count the names that two copies share takes a fraction of the time in which their words are weighed.
    """
    leads = copies.lexicon.alike(lead, [copies.lead(document) for document, _, _ in found])
    likely = [
        (document, canon, headed, near)
        for (document, canon, near), headed in zip(found, leads, strict=True)
        if headed + WHOLE_MOST >= (NAMED_ALIKE if near else FAR_ALIKE)
    ]
    if not likely:
        return []
    names = copies.lexicon.names(whole(), [copies.whole(document) for document, *_ in likely])
    return [
        (document, canon, headed, need)
        for (document, canon, headed, near), shared in zip(likely, names, strict=True)
        if headed + WHOLE_MOST
        >= (need := FAR_ALIKE if not near else NAMED_ALIKE if shared >= NAMES else NEAR_ALIKE)
    ]


def _candidates(copies: Copies, lead: Bag, *, at: int | None, joined: set[int]) -> list[_Candidate]:
    """Find documents that share keywords, those that share the most and are the nearest in time first."""
    keys = copies.lexicon.keywords(lead)
    where, documents = copies.keyworded.probe(keys)
    found = []
    for document, hits in kernels.often(where, documents, len(keys), POPULAR, SHARED):
        canon = copies.home(document)
        if canon < 0 or canon in joined or copies.is_bare(document):  # no text: no lead
            continue
        seen = copies.seen(document)
        apart = NEAR + 1 if at is None or seen == UNDATED else abs(seen - at)
        if apart <= FAR:
            found.append((-hits, apart, document, canon))
    found.sort()
    return [(document, canon, apart <= NEAR) for _, apart, document, canon in found[:COMPARED]]


def _of_payload(one: Coordinates, other: Coordinates) -> bool:
    """Tell whether two stories came in one payload."""
    return (one.topic, one.partition, one.offset) == (other.topic, other.partition, other.offset)
