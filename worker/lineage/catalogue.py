"""What does the fold remember? Canonical stories, the copies kept for comparing, and who is known.

Only ``Fold`` changes it, and only by what a decision says, so that a recovered catalogue is equal
to one that never stopped. All of it lies in arrays and blocks: a story costs no Python object but its
entry among the known.
"""

import sys
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from worker.lineage.archive import facts_of, unpack
from worker.lineage.arrays import Arrays, arrays_of, gathered
from worker.lineage.columns import Columns
from worker.lineage.crowd import Crowd, member, pack_crowd, unpack_crowd
from worker.lineage.imprint import Imprint
from worker.lineage.placement import Canonical, Relation
from worker.lineage.postings import Documents, Keys, Postings
from worker.lineage.reading import narrative_of, tokens_of
from worker.lineage.shelf import Shelf
from worker.matching.narrative import Mask, Narrative
from worker.matching.tokens import tokens
from worker.matching.topic import Bag, Lexicon, lead_of, top, whole_of
from worker.story import Story

LAYOUT: Final = 1  # of what ``capture`` gives
KEPT_COPIES: Final = 8  # of one canonical story: its own copy and the latest variants that add to it
READ: Final = 1_024  # narratives, stories, leads and crowds kept ready
UNDATED: Final = -1
TRACES: Final = 8  # keys by which an expired canonical story is known again
INT: Final = 64  # bytes of two numbers in a dictionary

Ready = TypeVar("Ready")


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A canonical story that expired: its id and those of its aliases, and a few keys of its copy."""

    number: int
    ids: tuple[str, ...]
    keys: Keys


def canonical_id(story_id: str) -> bytes:
    """Name a canonical story, after its founding story, for good."""
    return blake2b(story_id.encode(), digest_size=16, person=b"canonical/1").digest()


class Canon:
    """A canonical story as the fold sees it; ``number`` counts in order of founding."""

    __slots__ = ("_catalogue", "into", "last", "number")

    def __init__(self, catalogue: "Catalogue", number: int) -> None:
        self._catalogue = catalogue
        self.number = number
        self.into: str | None = None
        self.last: Crowd | None = None  # its members when it was merged

    @property
    def id(self) -> str:
        """Name the canonical story."""
        return bytes(self._catalogue.row("id", self.number)).hex()

    @property
    def story_id(self) -> str:
        """Name the founding story."""
        crowd = self.crowd
        return self._catalogue.story(self.held[0]).id if crowd is None else crowd.story_id

    @property
    def founded(self) -> int | None:
        """Tell the stream time of its first story."""
        return _dated(self._catalogue.row("founded", self.number))

    @property
    def updated(self) -> int | None:
        """Tell the stream time of its last story."""
        return _dated(self._catalogue.row("updated", self.number))

    @property
    def sequence(self) -> int:
        """Tell the last sequence given out."""
        return int(self._catalogue.row("sequence", self.number))

    @property
    def held(self) -> tuple[int, ...]:
        """Number the copies that are kept, its own first."""
        crowd = self.crowd
        return crowd.held if crowd is not None else (int(self._catalogue.row("held", self.number)),)

    @property
    def crowd(self) -> Crowd | None:
        """Give the members, None for a story that is alone: nothing is kept that its copy says as well."""
        return self.last or self._catalogue.crowd(self.number)


class Catalogue:
    """Canonical stories, held copies and the index over them."""

    def __init__(self) -> None:
        self.postings = Postings()
        self.keyworded = Postings()
        self.lexicon = Lexicon()
        self.loading = False  # while decisions are restored: what they index waits for ``settle``
        self.known: dict[int, int] = {}  # story, see ``_known`` → number of its canonical story
        self._documents = Columns(
            "canon",
            canon=(np.int64, 1, -1),
            outlet=(np.int64, 1, 0),
            posted=(np.int32, 1, 0),
            seen=(np.int64, 1, UNDATED),
            hops=(np.int32, 1, 0),
            place=(np.int64, 1, -1),  # on the shelf
            size=(np.int32, 1, 0),
            heritage=(
                np.int32,
                1,
                -1,
            ),  # bytes before the copy: a bit a word, what is from the canonical copy
        )
        self._canons = Columns(
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
        self._touches = Columns("canon", canon=(np.int64, 1, -1))  # least recently updated first
        self._oldest = 0  # touch
        self._shelf = Shelf()
        self._crowds: OrderedDict[int, Crowd] = OrderedDict()  # those in demand, not on the shelf
        self._narratives: OrderedDict[int, Narrative] = OrderedDict()
        self._stories: OrderedDict[int, Story] = OrderedDict()
        self._leads: OrderedDict[int, Bag] = OrderedDict()
        self._wholes: OrderedDict[int, Bag] = OrderedDict()

    # Reading

    def canon_of(self, documents: Documents) -> npt.NDArray[np.int64]:
        """Tell the canonical story of each document, -1 when it is gone."""
        rows = self._documents.rows(documents.astype(np.int64))
        return np.where(rows >= 0, self._documents.values["canon"][np.maximum(rows, 0)], -1)

    def outlet_of(self, documents: Documents) -> npt.NDArray[np.int64]:
        """Tell the outlet of each living document."""
        return self._of("outlet", documents)

    def posted_of(self, documents: Documents) -> npt.NDArray[np.int32]:
        """Tell under how many hashes each living document is indexed."""
        return self._of("posted", documents)

    def seen_at(self, documents: Documents) -> npt.NDArray[np.int64]:
        """Tell the stream time at which each living document came, ``UNDATED`` when not known."""
        return self._of("seen", documents)

    def home(self, number: int) -> int:
        """Tell the canonical story of a held document."""
        return int(self._document("canon", number))

    def hops(self, number: int) -> int:
        """Tell how many steps a held document is away from the original."""
        return int(self._document("hops", number))

    def held_copies(self) -> int:
        """Count the copies that are kept."""
        return len(self._documents.alive())

    def canonicals(self) -> int:
        """Count the canonical stories that are remembered."""
        return len(self._canons.alive())

    def documents(self) -> list[int]:
        """List the copies that are kept."""
        found: list[int] = self._documents.alive().tolist()
        return found

    def is_held(self, number: int) -> bool:
        """Tell whether a document is still held."""
        row = self._documents.row(number)
        return row >= 0 and int(self._documents.values["canon"][row]) >= 0

    def canon_at(self, number: int) -> Canon:
        """Give a living canonical story by its number."""
        return Canon(self, number)

    def canon(self, story_id: str) -> Canon | None:
        """Find the canonical story that a known story belongs to."""
        number = self.known.get(_known(story_id))
        return None if number is None else Canon(self, number)

    def row(self, name: str, number: int) -> Any:  # noqa: ANN401 - a number, or the bytes of an id
        """Tell a field of a canonical story."""
        return self._canons.values[name][self._canons.row(number)]

    def crowd(self, number: int) -> Crowd | None:
        """Tell the members of a canonical story, None when it is alone."""
        found = self._crowds.get(number)
        if found is not None:
            self._crowds.move_to_end(number)
            return found
        place, size = int(self.row("place", number)), int(self.row("size", number))
        if place < 0:
            return None
        found = unpack_crowd(self._shelf.get(place, size))
        self._shelf.drop(place, size)
        self._set(number, place=-1)
        self._demand(number, found)
        return found

    def snapshot(self, canon: Canon) -> Canonical:
        """Show a canonical story as it stands now."""
        crowd = canon.crowd or self._alone(canon)
        return Canonical(
            canonical_id=canon.id,
            headline=crowd.headline,
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
        )

    def heritage(self, number: int) -> Mask | None:
        """Tell which words of a held document come from the canonical copy; None: all of them."""
        size = int(self._document("heritage", number))
        if size < 0:
            return None
        packed = self._shelf.get(int(self._document("place", number)), size)
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=len(self.narrative(number).words))
        return bits.view(np.bool_)

    def lead(self, number: int) -> Bag:
        """Read headline and first words of a held document; those in demand stay ready."""
        found = self._leads.get(number)
        if found is None:
            story = self.story(number)
            found = lead_of(story.headline, tokens(top(story.copy())))
            _ready(self._leads, number, found)
        else:
            self._leads.move_to_end(number)
        return found

    def whole(self, number: int) -> Bag:
        """Read all words of a held document; those in demand stay ready."""
        found = self._wholes.get(number)
        if found is None:
            found = whole_of(tokens_of(self.story(number)))
            _ready(self._wholes, number, found)
        else:
            self._wholes.move_to_end(number)
        return found

    def narrative(self, number: int) -> Narrative:
        """Read the copy of a held document; those in demand stay ready."""
        found = self._narratives.get(number)
        if found is None:
            found = narrative_of(self.story(number))
            _ready(self._narratives, number, found)
        else:
            self._narratives.move_to_end(number)
        return found

    def story(self, number: int) -> Story:
        """Unpack the story of a held document."""
        found = self._stories.get(number)
        if found is None:
            found = unpack(self._packed(number))
            _ready(self._stories, number, found)
        else:
            self._stories.move_to_end(number)
        return found

    def size(self) -> dict[str, int]:
        """Count the bytes by what they are for; the copies and crowds stand on the shelf."""
        columns = self._documents.size() + self._canons.size() + self._touches.size()
        return {
            "index": self.postings.size() + self.keyworded.size(),
            "shelf": self._shelf.size(),
            "columns": columns,
            "known": sys.getsizeof(self.known) + INT * len(self.known),
        }

    # Changing

    def found(self, story_id: str, *, at: int | None) -> Canon:
        """Open a canonical story by its founding story; a copy has to be held next."""
        number = self._canons.grow()
        known = _known(story_id)
        when = UNDATED if at is None else at
        name = np.frombuffer(canonical_id(story_id), np.uint8)
        self._set(number, founded=when, updated=when, sequence=1, known=known, id=name)
        self._touch(number)
        self.known[known] = number
        return Canon(self, number)

    def adopt(self, canon: Canon, story_id: str, *, sequence: int, variants: int, repeats: int) -> None:
        """Let the copy that is held stand for the founding story, which a log has lost."""
        crowd = self._alone(canon)
        crowd.story_id, crowd.first, crowd.stories = story_id, (), [_known(story_id)]
        crowd.variants, crowd.repeats = variants, repeats
        self._set(canon.number, sequence=sequence)
        self._demand(canon.number, crowd)

    def join(self, canon: Canon, story: Imprint, *, relation: Relation, at: int | None) -> None:
        """Count a story in."""
        crowd = self._change(canon, at)
        crowd.variants += 1
        crowd.outlets.add(story.source)
        crowd.agency = crowd.agency or story.agency
        crowd.language = crowd.language or story.language
        crowd.enlist(member(story, sequence=canon.sequence, relation=relation, at=at))
        known = _known(story.id)
        self.known[known] = canon.number
        crowd.stories.append(known)

    def repeat(self, canon: Canon, story_id: str, *, at: int | None) -> None:
        """Count the same story from the same outlet once more."""
        crowd = self._change(canon, at)
        crowd.repeats += 1
        crowd.first, crowd.latest = (
            tuple(
                replace(each, repeats=each.repeats + 1) if each.story_id == story_id else each
                for each in members
            )
            for members in (crowd.first, crowd.latest)
        )

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
        number = self._documents.grow()
        packed = imprint.packed if heritage is None else heritage + imprint.packed
        values = self._documents.values
        row = self._documents.row(number)
        values["canon"][row] = canon.number
        values["outlet"][row] = imprint.source
        values["posted"][row] = len(imprint.keys)
        values["seen"][row] = UNDATED if at is None else at
        values["hops"][row] = hops
        values["place"][row] = self._shelf.add(packed)
        values["size"][row] = len(packed)
        values["heritage"][row] = -1 if heritage is None else len(heritage)
        if crowd is None:
            traces = np.zeros(TRACES, np.uint32)
            traces[: len(imprint.keys)] = imprint.keys[:TRACES]
            self._set(canon.number, held=number, keys=traces)
        else:
            crowd.held += (number,)
        if self.loading:
            self.postings.load(number, imprint.keys)
            self.keyworded.load(number, imprint.keywords)
            self.lexicon.load(imprint.slots)
        else:
            self.postings.add(number, imprint.keys)
            self.keyworded.add(number, imprint.keywords)
            self.lexicon.add(imprint.slots)
        return number

    def drop(self, canon: Canon, number: int) -> None:
        """Let a held copy go, of a canonical story that has a crowd."""
        crowd = canon.crowd
        if crowd is None:
            raise LookupError(f"canonical story {canon.id} is alone")
        crowd.held = tuple(each for each in crowd.held if each != number)
        self._release(number)

    def lead_with(self, canon: Canon, number: int, *, headline: str | None) -> None:
        """Make a held document the canonical copy; the one before it stays held."""
        crowd = canon.crowd
        if crowd is not None:
            crowd.held = (number, *(each for each in crowd.held if each != number))
            crowd.headline = headline or crowd.headline

    def touch(self, canon: Canon, at: int | None) -> None:
        """Count one more message about a canonical story."""
        self._change(canon, at)

    def make_ready(self, number: int, *, story: Story, lead: Bag, narrative: Narrative | None) -> None:
        """Keep what has been read of a held copy already."""
        _ready(self._stories, number, story)
        _ready(self._leads, number, lead)
        if narrative is not None:
            _ready(self._narratives, number, narrative)

    def merge(self, old: Canon, young: Canon, *, at: int | None) -> None:
        """Let the older canonical story take over the members of the younger."""
        theirs = young.crowd or self._alone(young)
        sequence = old.sequence
        ours = self._change(old, at)
        ours.variants += theirs.variants
        ours.repeats += theirs.repeats
        ours.outlets |= theirs.outlets
        ours.agency = ours.agency or theirs.agency
        ours.language = ours.language or theirs.language
        ours.stories += theirs.stories
        ours.aliases += (young.id, *theirs.aliases)
        for each in (*theirs.first, *theirs.latest):
            ours.enlist(replace(each, sequence=sequence + 1 + each.sequence))
        self._set(old.number, sequence=sequence + 1 + young.sequence)
        for known in theirs.stories:
            self.known[known] = old.number
        for number in theirs.held:
            self._documents.values["canon"][self._documents.row(number)] = old.number
        kept = (*ours.held, *theirs.held)
        for number in kept[KEPT_COPIES:]:
            self._release(number)
        ours.held, theirs.held = kept[:KEPT_COPIES], ()
        young.last, young.into = theirs, old.id
        self._close(young.number)
        self._set(young.number, updated=self.row("updated", old.number))

    def expire(self, before: int) -> Iterator[Departure]:
        """Forget the canonical stories that were last updated before a time."""
        touches = self._touches
        while self._oldest < touches.used:
            row = touches.row(self._oldest)
            number = int(touches.values["canon"][row]) if row >= 0 else -1
            if number >= 0:
                updated = self.row("updated", number)
                if updated != UNDATED and updated >= before:
                    break
                yield self._forget(number)
            self._oldest += 1
        while self._shelf.sparse:
            self._move_out(self._shelf.sparse.pop())

    # As a whole

    def end_loading(self) -> None:
        """Go on with single stories, where many were loaded."""
        if self.loading:
            self.settle()
            self.loading = False

    def settle(self) -> None:
        """Make findable what was loaded so far."""
        self.postings.settle()
        self.keyworded.settle()
        self.lexicon.settle()

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        self.settle()
        for number, crowd in self._crowds.items():
            self._put_away(number, crowd)
        self._crowds.clear()
        parts: dict[str, Arrays] = {
            "postings": self.postings.capture(),
            "keyworded": self.keyworded.capture(),
            "lexicon": self.lexicon.capture(),
            "documents": self._documents.capture(),
            "canons": self._canons.capture(),
            "touches": self._touches.capture(),
            "shelf": self._shelf.capture(),
            "known": {
                "stories": np.fromiter(self.known.keys(), np.int64, len(self.known)),
                "canons": np.fromiter(self.known.values(), np.int64, len(self.known)),
                "oldest": np.array([self._oldest], np.int64),
            },
        }
        return gathered(parts)

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave."""
        self.postings.resume(arrays_of(arrays, "postings"))
        self.keyworded.resume(arrays_of(arrays, "keyworded"))
        self.lexicon.resume(arrays_of(arrays, "lexicon"))
        self._documents.resume(arrays_of(arrays, "documents"))
        self._canons.resume(arrays_of(arrays, "canons"))
        self._touches.resume(arrays_of(arrays, "touches"))
        self._shelf.resume(arrays_of(arrays, "shelf"))
        known = arrays_of(arrays, "known")
        self.known = dict(zip(known["stories"].tolist(), known["canons"].tolist(), strict=True))
        (self._oldest,) = known["oldest"].tolist()

    # Within

    def _of(self, name: str, documents: Documents) -> npt.NDArray[Any]:
        return self._documents.values[name][self._documents.rows(documents.astype(np.int64))]

    def _document(self, name: str, number: int) -> Any:  # noqa: ANN401 - a number of any type
        return self._documents.values[name][self._documents.row(number)]

    def _packed(self, number: int) -> bytes:
        """Give the packed story of a held document."""
        place, size = int(self._document("place", number)), int(self._document("size", number))
        heritage = max(int(self._document("heritage", number)), 0)
        return self._shelf.get(place + heritage, size - heritage)

    def _set(self, number: int, **fields: Any) -> None:  # noqa: ANN401 - a number, or the bytes of an id
        values, row = self._canons.values, self._canons.row(number)
        for name, value in fields.items():
            values[name][row] = value

    def _alone(self, canon: Canon) -> Crowd:
        """Read off its copy what is to know of a canonical story that has no crowd."""
        number = int(self.row("held", canon.number))
        story = facts_of(self._packed(number))
        return Crowd(
            story_id=story.id,
            headline=story.headline,
            agency=story.agency,
            language=story.language,
            first=(member(story, sequence=1, relation=Relation.ORIGINAL, at=canon.founded),),
            outlets={int(self._document("outlet", number))},
            stories=[_known(story.id)],
            held=(number,),
        )

    def _change(self, canon: Canon, at: int | None) -> Crowd:
        """Give the crowd of a canonical story that grows, one sequence on."""
        crowd = self.crowd(canon.number)
        if crowd is None:
            crowd = self._alone(canon)
            self._demand(canon.number, crowd)
        self._set(canon.number, sequence=self.row("sequence", canon.number) + 1)
        if at is not None:
            self._set(canon.number, updated=at)
        self._touch(canon.number)
        return crowd

    def _demand(self, number: int, crowd: Crowd) -> None:
        """Keep a crowd ready; the one that was least in demand goes to the shelf."""
        self._crowds[number] = crowd
        if len(self._crowds) > READ:
            self._put_away(*self._crowds.popitem(last=False))

    def _put_away(self, number: int, crowd: Crowd) -> None:
        packed = pack_crowd(crowd)
        self._set(number, place=self._shelf.add(packed), size=len(packed))

    def _touch(self, number: int) -> None:
        self._untouch(number)
        touch = self._touches.grow()
        self._touches.values["canon"][self._touches.row(touch)] = number
        self._set(number, touched=touch)

    def _untouch(self, number: int) -> None:
        before = int(self.row("touched", number))
        if before >= 0:
            self._touches.values["canon"][self._touches.row(before)] = -1
            self._set(number, touched=-1)

    def _close(self, number: int) -> None:
        """End the row of a canonical story."""
        self._untouch(number)
        self._crowds.pop(number, None)

    def _forget(self, number: int) -> Departure:
        crowd = self.crowd(number)
        own = bytes(self.row("id", number)).hex()
        keys = self.row("keys", number).copy()
        held: Iterable[int] = (int(self.row("held", number)),) if crowd is None else crowd.held
        for document in held:
            self._release(document)
        for known in (int(self.row("known", number)),) if crowd is None else crowd.stories:
            self.known.pop(known, None)
        self._close(number)
        return Departure(number=number, ids=(own, *(crowd.aliases if crowd else ())), keys=keys)

    def _release(self, number: int) -> None:
        row, values = self._documents.row(number), self._documents.values
        self._shelf.drop(int(values["place"][row]), int(values["size"][row]))
        values["canon"][row] = values["place"][row] = -1
        self._narratives.pop(number, None)
        self._stories.pop(number, None)
        self._leads.pop(number, None)
        self._wholes.pop(number, None)
        self.postings.drop(number)
        self.keyworded.drop(number)

    def _move_out(self, block: int) -> None:
        """Copy what is left of a block to the end of the shelf."""
        for columns in (self._documents, self._canons):
            places, sizes = columns.values["place"], columns.values["size"]
            for row in self._shelf.within(places, block):
                place, size = int(places[row]), int(sizes[row])
                places[row] = self._shelf.add(self._shelf.get(place, size))
                self._shelf.drop(place, size)


def _ready(shelf: OrderedDict[int, Ready], number: int, value: Ready) -> None:
    """Keep a value ready, and at most ``READ`` of its kind."""
    shelf[number] = value
    if len(shelf) > READ:
        shelf.popitem(last=False)


def _known(story_id: str) -> int:
    """Shorten a story id to the 60 bits that Python keeps in the least room."""
    number: int = xxhash.xxh3_64_intdigest(story_id.encode("utf-8", "surrogatepass"))
    return number >> 4


def _dated(value: Any) -> int | None:  # noqa: ANN401 - a number of the column
    return None if value == UNDATED else int(value)
