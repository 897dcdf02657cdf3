"""Which canonical stories tell the same event in other words? Topic → links, precision before recall."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

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


class _Candidate(NamedTuple):
    """A document that may tell the same event; ``near`` in time, or not known to be far."""

    document: int
    canon: int
    near: bool


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
    lexicon = copies.lexicon
    found = _candidates(copies, lead, at=at, joined=joined)
    leads = lexicon.alike(lead, [copies.lead(each.document) for each in found]) if found else []
    likely = [
        (each, headed)
        for each, (headed, _) in zip(found, leads, strict=True)
        if headed + WHOLE_MOST >= (NAMED_ALIKE if each.near else FAR_ALIKE)
    ]
    if not likely:
        return ()
    wholes = lexicon.alike(whole(), [copies.whole(each.document) for each, _ in likely])
    best: dict[int, tuple[float, int]] = {}  # likeness, document
    for (each, headed), (told, names) in zip(likely, wholes, strict=True):
        likeness = headed + min(told / 2, WHOLE_MOST)
        need = FAR_ALIKE if not each.near else NAMED_ALIKE if names >= NAMES else NEAR_ALIKE
        if likeness < need or (each.canon in best and likeness <= best[each.canon][0]):
            continue
        if not _of_payload(copies.story(each.document).coordinates, payload):
            best[each.canon] = likeness, each.document
    ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[1][1]))
    return tuple(
        Event(document=document, canon=canon, likeness=min(likeness, 1.0))
        for canon, (likeness, document) in ranked[:LINKS]
    )


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
    return [
        _Candidate(document=document, canon=canon, near=apart <= NEAR)
        for _, apart, document, canon in sorted(found)[:COMPARED]
    ]


def _of_payload(one: Coordinates, other: Coordinates) -> bool:
    """Tell whether two stories came in one payload."""
    return (one.topic, one.partition, one.offset) == (other.topic, other.partition, other.offset)
