"""What becomes of a story when the right to it ends? Its text goes, its ids and its fingerprint stay."""

from collections.abc import Iterable
from dataclasses import replace
from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np

from worker.lineage.archive import pack
from worker.lineage.crowd import known_as
from worker.lineage.imprint import NO_KEYS, Imprint
from worker.lineage.placement import Variant
from worker.lineage.waiting import NEVER
from worker.matching.narrative import Mask, Narrative
from worker.matching.sketch import BOUND, LEAST, VERSION, WIDTH
from worker.story import Fingerprint, Story

MOST: Final = 500  # texts that one step drops, so that no transaction grows without bound
VOID_MOST: Final = 1_024  # ends in the heap that are void, beside as many as are not


class End(NamedTuple):
    """When the right to a story ends, and the founding story of its canonical story."""

    at: int
    story_id: str
    home: str


class Lapses:
    """The stories whose text has to go, and when: milliseconds of stream time. State of the fold."""

    def __init__(self) -> None:
        self._ahead: list[End] = []  # a heap; what ``_ends`` does not say is void
        self._ends: dict[str, End] = {}
        self._homes: dict[int, list[str]] = {}  # founding story, see ``known_as`` → whose ends were noted

    @property
    def due(self) -> int:
        """Tell when the next text has to go."""
        return self._ahead[0].at if self._ahead else NEVER

    def add(self, story_id: str, *, home: str, at: int) -> None:
        """Note when the right to a story ends; of several ends the first counts.

        ``home`` is the founding story of its canonical story, for not every story is known by itself.
        """
        known = self._ends.get(story_id)
        if known is None or at < known.at:
            end = End(at, story_id, home)
            self._note(end)
            heappush(self._ahead, end)

    def forget(self, stories: Iterable[int]) -> None:
        """Forget the ends of a canonical story that left the window, given its stories: see ``known_as``.

        An end may be a century ahead: what is void must not pile up until then.
        """
        for known in stories:
            for story_id in self._homes.pop(known, ()):
                end = self._ends.get(story_id)
                if end is not None and known_as(end.home) == known:
                    del self._ends[story_id]
        if len(self._ahead) > VOID_MOST + 2 * len(self._ends):
            self._ahead = sorted(self._ends.values())

    def _note(self, end: End) -> None:
        self._ends[end.story_id] = end
        self._homes.setdefault(known_as(end.home), []).append(end.story_id)

    def over(self, at: int) -> list[End]:
        """Take the next ends that are over."""
        found: list[End] = []
        while self.due <= at and len(found) < MOST:
            end = heappop(self._ahead)
            if self._ends.get(end.story_id) == end:
                del self._ends[end.story_id]
                found.append(end)
        return found

    def capture(self) -> list[tuple[int, str, str]]:
        """Give the state as JSON may hold it."""
        return [(end.at, end.story_id, end.home) for end in sorted(self._ends.values())]

    def resume(self, state: list[tuple[int, str, str]]) -> None:
        """Take over what ``capture`` gave."""
        self._ahead = [End(*end) for end in state]  # sorted, so a heap
        for end in self._ahead:
            self._note(end)


def is_over(end: int | None, at: int | None) -> bool:
    """Tell whether the right to a story, which ends at a time if ever, has ended at a stream time."""
    return end is not None and at is not None and end <= at


def bare(story: Story, narrative: Narrative) -> Story:
    """Leave out of a story all that is text; who sent what, when and under which names stays.

    Its fingerprint is that of its narrative from now on: what is quotation cannot be told later.
    """
    sketch = narrative_fingerprint(narrative)
    return replace(
        story, headline=None, deck=None, ed_note=None, paragraphs=(), furniture=(), fingerprint=sketch
    )


def narrative_fingerprint(narrative: Narrative) -> Fingerprint:
    """Sample the shingles of a narrative; of one that is quotation alone, all of it."""
    told = told_shingles(narrative)
    hashes = np.unique(narrative.shingles[told] if told.any() else narrative.shingles)
    sampled = hashes[: max(int(hashes.searchsorted(np.uint64(BOUND))), LEAST)]
    words = int(np.count_nonzero(narrative.told)) if told.any() else len(narrative.words)
    return Fingerprint(version=VERSION, words=words, hashes=sampled.astype("<u8").tobytes())


def told_shingles(narrative: Narrative) -> Mask:
    """Mark the shingles of which every word is narrative."""
    sums = np.zeros(len(narrative.told) + 1, np.int32)
    narrative.told.cumsum(out=sums[1:])
    width = min(WIDTH, len(narrative.told))
    starts = np.arange(len(narrative.shingles))
    told: Mask = sums[starts + width] - sums[starts] == width
    return told


def bare_imprint(imprint: Imprint, story: Story) -> Imprint:
    """Leave the text out of the imprint of a story that is ``bare``; the keys of its copy stay."""
    return replace(imprint, packed=pack(story), keywords=NO_KEYS)


def unquoted(variant: Variant, story_id: str) -> Variant:
    """Leave out of what is told of a story the words of its own."""
    version = variant.version
    if version is not None and version.story_id == story_id:
        version = replace(version, headline=None)
    return replace(variant, version=version, house_style=(), names=(), figures=())
