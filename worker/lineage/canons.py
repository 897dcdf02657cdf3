"""What is known of each canonical story? A row of numbers, and a crowd where it has more than one member.

All of it lies in arrays and blocks: a canonical story costs no Python object but while it is in demand.
"""

from collections import OrderedDict
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

import numpy as np

from worker.lineage.arrays import Arrays, arrays_of
from worker.lineage.columns import Columns
from worker.lineage.copies import UNDATED, Copies
from worker.lineage.crowd import Crowd, known_as, member, pack_crowd, unpack_crowd
from worker.lineage.placement import Relation
from worker.lineage.postings import Keys
from worker.lineage.ready import READ
from worker.lineage.shelf import Shelf

TRACES: Final = 8  # keys by which an expired canonical story is known again


def canonical_id(story_id: str) -> bytes:
    """Name a canonical story, after its founding story, for good."""
    return blake2b(story_id.encode(), digest_size=16, person=b"canonical/1").digest()


class Canon:
    """A canonical story as the fold sees it; ``number`` counts in order of founding."""

    __slots__ = ("_canons", "_id", "into", "last", "number")

    def __init__(self, canons: "Canons", number: int, name: str | None = None) -> None:
        """View a canonical story; ``name`` is its id, where that is at hand."""
        self._canons = canons
        self.number = number
        self._id = name
        self.into: str | None = None
        self.last: Crowd | None = None  # its members when it was merged

    @property
    def id(self) -> str:
        """Name the canonical story."""
        if self._id is None:
            self._id = self._canons.id(self.number)
        return self._id

    @property
    def story_id(self) -> str:
        """Name the founding story."""
        crowd = self.crowd
        return self._canons.copies.story(self.held[0]).id if crowd is None else crowd.story_id

    @property
    def founded(self) -> int | None:
        """Tell the stream time of its first story."""
        when = self._canons.columns.get("founded", self.number)
        return None if when == UNDATED else when

    @property
    def updated(self) -> int | None:
        """Tell the stream time of its last story."""
        when = self._canons.columns.get("updated", self.number)
        return None if when == UNDATED else when

    @property
    def sequence(self) -> int:
        """Tell the last sequence given out."""
        return self._canons.columns.get("sequence", self.number)

    @property
    def held(self) -> tuple[int, ...]:
        """Number the copies that are kept, its own first."""
        crowd = self.crowd
        return crowd.held if crowd is not None else (self._canons.columns.get("held", self.number),)

    @property
    def crowd(self) -> Crowd | None:
        """Give the members, None for a story that is alone: nothing is kept that its copy says as well."""
        return self.last or self._canons.crowd(self.number)

    @property
    def members(self) -> Crowd:
        """Give the members, read off its copy where it is alone."""
        return self.crowd or self._canons.alone(self)


class Canons:
    """The rows and crowds of canonical stories, and the order in which they were last updated."""

    def __init__(self, copies: Copies, shelf: Shelf) -> None:
        """Start empty; crowds that are not in demand go to a shelf."""
        self.copies = copies
        self.columns = Columns(
            "touched",
            touched=(np.int64, 1, -1),
            founded=(np.int64, 1, UNDATED),
            updated=(np.int64, 1, UNDATED),
            sequence=(np.int32, 1, 0),
            held=(np.int64, 1, -1),
            known=(np.int64, 1, 0),
            id=(np.uint8, 16, 0),
            keys=(np.uint32, TRACES, 0),
            place=(np.int64, 1, -1),  # of its crowd on the shelf
            size=(np.int32, 1, 0),
        )
        self.touches = Columns("canon", canon=(np.int64, 1, -1))  # least recently updated first
        self.oldest = 0  # touch
        self._shelf = shelf
        self._crowds: OrderedDict[int, Crowd] = OrderedDict()  # those in demand, not on the shelf

    def id(self, number: int) -> str:
        """Name a canonical story."""
        return self.columns.get_wide("id", number).hex()

    def keys(self, number: int) -> Keys:
        """Give the keys by which a canonical story is known again, 0 where there are fewer."""
        kept: Keys = self.columns.values["keys"][self.columns.row(number)].copy()
        return kept

    def crowd(self, number: int) -> Crowd | None:
        """Tell the members of a canonical story, None when it is alone."""
        found = self._crowds.get(number)
        if found is not None:
            self._crowds.move_to_end(number)
            return found
        place = self.columns.get("place", number)
        if place < 0:
            return None
        size = self.columns.get("size", number)
        found = unpack_crowd(self._shelf.get(place, size))
        self._shelf.drop(place, size)
        self.columns.set("place", number, -1)
        self.demand(number, found)
        return found

    def alone(self, canon: Canon) -> Crowd:
        """Read off its copy what is to know of a canonical story that has no crowd."""
        number = self.columns.get("held", canon.number)
        story = self.copies.item(number)
        return Crowd(
            story_id=story.id,
            headline=story.headline,
            agency=story.agency,
            language=story.language,
            first=(member(story, sequence=1, relation=Relation.ORIGINAL, at=canon.founded),),
            outlets={self.copies.outlet(number)},
            stories=[known_as(story.id)],
            held=(number,),
        )

    def overdue(self, before: int) -> Iterator[int]:
        """Yield the canonical stories that were last updated before a time; each has to be closed."""
        while self.oldest < self.touches.used:
            number = self.touches.get("canon", self.oldest)
            if number >= 0:
                updated = self.columns.get("updated", number)
                if updated != UNDATED and updated >= before:
                    return
                yield number
            self.oldest += 1

    # Changing

    def open(self, story_id: str, *, known: int, at: int | None) -> Canon:
        """Add the row of a canonical story; its founding story is ``known`` as, see there."""
        when = UNDATED if at is None else at
        touch = self.touches.grow(canon=self.columns.used)
        number = self.columns.grow(touched=touch, founded=when, updated=when, sequence=1, known=known)
        name = canonical_id(story_id)
        self.columns.set_wide("id", number, name)
        return Canon(self, number, name.hex())

    def set(self, number: int, **fields: int) -> None:
        """Change fields of a canonical story."""
        self.columns.put(number, **fields)

    def hold_first(self, number: int, document: int, keys: Keys) -> None:
        """Note the copy of a canonical story that is alone, and the first of its keys."""
        self.columns.set("held", number, document)
        self.columns.set_wide("keys", number, keys[:TRACES].tobytes())

    def change(self, canon: Canon, at: int | None) -> Crowd:
        """Give the crowd of a canonical story that grows, one sequence on."""
        crowd = self.crowd(canon.number)
        if crowd is None:
            crowd = self.alone(canon)
            self.demand(canon.number, crowd)
        self.columns.set("sequence", canon.number, canon.sequence + 1)
        if at is not None:
            self.columns.set("updated", canon.number, at)
        self._touch(canon.number)
        return crowd

    def demand(self, number: int, crowd: Crowd) -> None:
        """Keep a crowd ready; the one that was least in demand goes to the shelf."""
        self._crowds[number] = crowd
        if len(self._crowds) > READ:
            self._put_away(*self._crowds.popitem(last=False))

    def close(self, number: int) -> None:
        """End the row of a canonical story."""
        self._untouch(number)
        self._crowds.pop(number, None)

    def capture(self) -> dict[str, Arrays]:
        """Give the rows, part by part, as arrays that nobody changes any more; all crowds go to the shelf."""
        for number, crowd in self._crowds.items():
            self._put_away(number, crowd)
        self._crowds.clear()
        return {"canons": self.columns.capture(), "touches": self.touches.capture()}

    def resume(self, arrays: Arrays, *, oldest: int) -> None:
        """Take over what ``capture`` gave, and the oldest touch."""
        self.columns.resume(arrays_of(arrays, "canons"))
        self.touches.resume(arrays_of(arrays, "touches"))
        self.oldest = oldest

    def _put_away(self, number: int, crowd: Crowd) -> None:
        packed = pack_crowd(crowd)
        self.set(number, place=self._shelf.add(packed), size=len(packed))

    def _touch(self, number: int) -> None:
        self._untouch(number)
        self.columns.set("touched", number, self.touches.grow(canon=number))

    def _untouch(self, number: int) -> None:
        before = self.columns.get("touched", number)
        if before >= 0:
            self.touches.set("canon", before, -1)
            self.columns.set("touched", number, -1)
