"""What does the fold remember? Canonical stories, the copies kept for comparing, and who is known.

Only ``applying`` adds to it, and only by what a decision says, so that a recovered catalogue is equal
to one that never stopped. A story costs no Python object but its entry among the known.
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.lineage.arrays import Arrays, arrays_of, gathered
from worker.lineage.canons import Canon, Canons
from worker.lineage.copies import Copies
from worker.lineage.crowd import known_as, member
from worker.lineage.imprint import Imprint
from worker.lineage.placement import Canonical, Relation
from worker.lineage.postings import Keys
from worker.lineage.shelf import Shelf

LAYOUT: Final = 3  # of what ``capture`` gives
KEPT_COPIES: Final = 8  # of one canonical story: its own copy and the latest variants that add to it
INT: Final = 64  # bytes of two numbers in a dictionary
_ORIGINAL: Final = Relation.ORIGINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A canonical story that expired: its id and those of its aliases, and a few keys of its copy.

    ``stories`` were its members, see ``known_as``.
    """

    number: int
    ids: tuple[str, ...]
    stories: Sequence[int]
    keys: Keys


class Catalogue:
    """Canonical stories and their members; ``copies`` are those that are held."""

    def __init__(self) -> None:
        """Start empty."""
        self._shelf = Shelf()
        self.copies = Copies(self._shelf)
        self._canons = Canons(self.copies, self._shelf)
        self.known: dict[int, int] = {}  # story, see ``known_as`` → number of its canonical story

    # Reading

    def canonicals(self) -> int:
        """Count the canonical stories that are remembered."""
        return len(self._canons.columns.alive())

    def canon_at(self, number: int) -> Canon:
        """Give a living canonical story by its number."""
        return Canon(self._canons, number)

    def canon(self, story_id: str) -> Canon | None:
        """Find the canonical story that a known story belongs to."""
        number = self.known.get(known_as(story_id))
        return None if number is None else self.canon_at(number)

    def snapshot(self, canon: Canon) -> Canonical:
        """Show a canonical story as it stands now."""
        crowd = canon.crowd
        if crowd is None:
            return self._alone(canon)
        return Canonical(
            canonical_id=canon.id,
            headline=crowd.headline if canon.into is None else None,
            agency=crowd.agency,
            language=crowd.language,
            founded=canon.founded,
            updated=canon.updated,
            sequence=canon.sequence,
            variants=crowd.variants,
            outlets=len(crowd.outlets - {0}),
            repeats=crowd.repeats,
            first=crowd.first,
            latest=crowd.latest,
            into=canon.into,
            lapsed=self.copies.ended(crowd.held[0]) if crowd.held else None,
        )

    def _alone(self, canon: Canon) -> Canonical:
        """Show a canonical story that has no crowd: it says what its copy says."""
        number, founded = self._canons.columns.get("held", canon.number), canon.founded
        story = self.copies.item(number)
        own = member(story, sequence=1, relation=_ORIGINAL, at=founded)
        return Canonical(
            canonical_id=canon.id,
            headline=story.headline,
            agency=story.agency,
            language=story.language,
            founded=founded,
            updated=canon.updated,
            sequence=canon.sequence,
            variants=1,
            outlets=1 if self.copies.outlet(number) else 0,
            repeats=0,
            first=(own,),
            latest=(),
            lapsed=self.copies.ended(number),
        )

    def size(self) -> dict[str, int]:
        """Count the bytes by what they are for; the copies and crowds stand on the shelf."""
        columns = (self.copies.columns, self._canons.columns, self._canons.touches)
        return {
            "index": self.copies.postings.size() + self.copies.keyworded.size(),
            "shelf": self._shelf.size(),
            "columns": sum(each.size() for each in columns),
            "known": sys.getsizeof(self.known) + INT * len(self.known),
        }

    # Counting stories in

    def found(self, story_id: str, *, at: int | None) -> Canon:
        """Open a canonical story by its founding story; a copy has to be held next."""
        known = known_as(story_id)
        canon = self._canons.open(story_id, known=known, at=at)
        self.known[known] = canon.number
        return canon

    def adopt(self, canon: Canon, story_id: str, *, sequence: int, variants: int, repeats: int) -> None:
        """Let the copy that is held stand for the founding story, which a log has lost."""
        crowd = self._canons.alone(canon)
        crowd.story_id, crowd.first, crowd.stories = story_id, (), [known_as(story_id)]
        crowd.variants, crowd.repeats = variants, repeats
        self._canons.set(canon.number, sequence=sequence)
        self._canons.demand(canon.number, crowd)

    def join(self, canon: Canon, story: Imprint, *, relation: Relation, at: int | None) -> None:
        """Count a story in."""
        crowd = self._canons.change(canon, at)
        crowd.variants += 1
        crowd.outlets.add(story.source)
        crowd.agency = crowd.agency or story.agency
        crowd.language = crowd.language or story.language
        crowd.enlist(member(story, sequence=canon.sequence, relation=relation, at=at))
        known = known_as(story.id)
        self.known[known] = canon.number
        crowd.stories.append(known)

    def repeat(self, canon: Canon, story_id: str, *, at: int | None) -> None:
        """Count the same story from the same outlet once more."""
        crowd = self._canons.change(canon, at)
        crowd.repeats += 1
        crowd.first, crowd.latest = (
            tuple(
                replace(each, repeats=each.repeats + 1) if each.story_id == story_id else each
                for each in members
            )
            for members in (crowd.first, crowd.latest)
        )

    def touch(self, canon: Canon, at: int | None) -> None:
        """Count one more message about a canonical story."""
        self._canons.change(canon, at)

    def count(self, canon: Canon) -> int:
        """Count one more message that is no sighting; return its sequence."""
        self._canons.set(canon.number, sequence=canon.sequence + 1)
        return canon.sequence

    # Holding copies

    def hold(  # noqa: PLR0913 - what is known of a copy
        self,
        canon: Canon,
        imprint: Imprint,
        *,
        at: int | None,
        hops: int,
        heritage: bytes | None,
        kept: Collection[int] = (),
    ) -> int:
        """Keep a copy for comparing, index it and number it.

        Where there are enough, the oldest goes: never the canonical copy, those that are ``kept`` last.
        """
        crowd = canon.crowd
        if crowd is not None and len(crowd.held) >= KEPT_COPIES:
            others = crowd.held[1:]
            self.drop(canon, min([each for each in others if each not in kept] or others))
        number = self.copies.add(imprint, canon=canon.number, at=at, hops=hops, heritage=heritage)
        if crowd is None:
            self._canons.hold_first(canon.number, number, imprint.keys)
        else:
            crowd.held += (number,)
        return number

    def drop(self, canon: Canon, number: int) -> None:
        """Let a held copy go, of a canonical story that has a crowd."""
        crowd = canon.crowd
        if crowd is None:
            raise LookupError(f"canonical story {canon.id} is alone")
        crowd.held = tuple(each for each in crowd.held if each != number)
        self.copies.drop(number)

    def lead_with(self, canon: Canon, number: int, *, headline: str | None) -> None:
        """Make a held document the canonical copy; the one before it stays held."""
        crowd = canon.crowd
        if crowd is not None:
            crowd.held = (number, *(each for each in crowd.held if each != number))
            crowd.headline = headline or crowd.headline

    # Ending canonical stories

    def merge(self, old: Canon, young: Canon, *, at: int | None) -> None:
        """Let the older canonical story take over the members of the younger."""
        theirs = young.members
        sequence = old.sequence
        ours = self._canons.change(old, at)
        ours.variants += theirs.variants
        ours.repeats += theirs.repeats
        ours.outlets |= theirs.outlets
        ours.agency = ours.agency or theirs.agency
        ours.language = ours.language or theirs.language
        ours.stories += theirs.stories
        ours.aliases += (young.id, *theirs.aliases)
        for each in (*theirs.first, *theirs.latest):
            ours.enlist(replace(each, sequence=sequence + 1 + each.sequence))
        self._canons.set(old.number, sequence=sequence + 1 + young.sequence)
        for known in theirs.stories:
            self.known[known] = old.number
        for number in theirs.held:
            self.copies.move(number, canon=old.number)
        kept = (*ours.held, *theirs.held)
        for number in kept[KEPT_COPIES:]:
            self.copies.drop(number)
        ours.held, theirs.held = kept[:KEPT_COPIES], ()
        young.last, young.into = theirs, old.id
        self._canons.close(young.number)
        self._canons.set(young.number, updated=self._canons.columns.get("updated", old.number))

    def expire(self, before: int) -> Iterator[Departure]:
        """Forget the canonical stories that were last updated before a time."""
        for number in self._canons.overdue(before):
            yield self._forget(number)
        while self._shelf.sparse:
            self._move_out(self._shelf.sparse.pop())

    def _forget(self, number: int) -> Departure:
        canons = self._canons
        crowd = canons.crowd(number)
        own = canons.id(number)
        keys = canons.keys(number)
        held: Iterable[int] = (canons.columns.get("held", number),) if crowd is None else crowd.held
        for document in held:
            self.copies.drop(document)
        stories = (canons.columns.get("known", number),) if crowd is None else crowd.stories
        for known in stories:
            self.known.pop(known, None)
        canons.close(number)
        aliases = crowd.aliases if crowd else ()
        return Departure(number=number, ids=(own, *aliases), stories=stories, keys=keys)

    def _move_out(self, block: int) -> None:
        """Copy what is left of a block to the end of the shelf."""
        for columns in (self.copies.columns, self._canons.columns):
            places, sizes = columns.values["place"], columns.values["size"]
            for row in self._shelf.within(places, block):
                place, size = int(places[row]), int(sizes[row])
                places[row] = self._shelf.add(self._shelf.get(place, size))
                self._shelf.drop(place, size)

    # As a whole

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        known = {
            "stories": np.fromiter(self.known.keys(), np.int64, len(self.known)),
            "canons": np.fromiter(self.known.values(), np.int64, len(self.known)),
            "oldest": np.array([self._canons.oldest], np.int64),
        }
        canons = self._canons.capture()  # puts crowds on the shelf, so before the shelf and its places
        return gathered(
            {**self.copies.capture(), **canons, "shelf": self._shelf.capture(), "known": known},
        )

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave."""
        known = arrays_of(arrays, "known")
        (oldest,) = known["oldest"].tolist()
        self.copies.resume(arrays)
        self._canons.resume(arrays, oldest=oldest)
        self._shelf.resume(arrays_of(arrays, "shelf"))
        self.known = dict(zip(known["stories"].tolist(), known["canons"].tolist(), strict=True))
