"""What does the fold remember? Canonical stories, the copies kept for comparing, and who is known.

Only ``Fold`` changes it, and only by what a decision says, so that a recovered catalogue is equal
to one that never stopped.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from worker.lineage.archive import pack, unpack
from worker.lineage.placement import Canonical, Member, Relation
from worker.lineage.postings import Documents, Keys, Postings
from worker.matching.narrative import Mask, Narrative, read
from worker.matching.sketch import SHIFT, sampled_hashes
from worker.matching.topic import Bag, Lexicon, keywords, lead_of
from worker.story import Fingerprint, Role, Story

KEPT_COPIES: Final = 8  # of one canonical story: its own copy and the latest variants that add to it
FIRST: Final = 10  # members that a snapshot lists from the beginning
LATEST: Final = 10  # and from the end
POSTED: Final = 2_048  # hashes of one story that are indexed, the smallest first
READ: Final = 1_024  # narratives, stories and leads kept ready
UNDATED: Final = -1
_COLUMNS: Final = (("_canon_of", -1), ("_outlet_of", 0), ("_posted_of", 0), ("_seen_at", 0))

Ready = TypeVar("Ready")


@dataclass(slots=True, kw_only=True)
class Held:
    """A copy kept for comparing.

    ``heritage`` holds a bit a word, set for what comes from the canonical copy; None: all of it.
    """

    number: int
    story_id: str
    canon: int
    packed: bytes
    posted: int
    hops: int
    heritage: bytes | None


@dataclass(slots=True, kw_only=True)
class Canon:
    """A canonical story as the fold sees it; ``number`` counts in order of founding."""

    number: int
    id: str
    story_id: str
    headline: str | None
    agency: str | None
    language: str | None
    founded: int | None
    updated: int | None
    sequence: int = 0
    variants: int = 0
    repeats: int = 0
    outlets: set[int] = field(default_factory=set)
    first: list[Member] = field(default_factory=list)
    latest: deque[Member] = field(default_factory=lambda: deque(maxlen=LATEST))
    held: list[int] = field(default_factory=list)
    stories: list[bytes] = field(default_factory=list)
    into: str | None = None

    def snapshot(self) -> Canonical:
        """Show the canonical story as it stands now."""
        return Canonical(
            canonical_id=self.id,
            headline=self.headline,
            agency=self.agency,
            language=self.language,
            founded=self.founded,
            updated=self.updated,
            sequence=self.sequence,
            variants=self.variants,
            outlets=len(self.outlets),
            repeats=self.repeats,
            first=tuple(self.first),
            latest=tuple(self.latest),
            into=self.into,
        )


def outlet_number(story: Story) -> int:
    """Give the outlet of a story, or its feed, a number; 0 when neither is known."""
    source = story.outlet or story.feed
    return xxhash.xxh3_64_intdigest(source.encode("utf-8", "surrogatepass")) >> 1 if source else 0


def index_keys(fingerprint: Fingerprint) -> Keys:
    """Cut sampled hashes, which are small by choice, to the 32 bits in which they differ most."""
    return (sampled_hashes(fingerprint)[:POSTED] >> np.uint64(SHIFT)).astype(np.uint32)


class Catalogue:
    """Canonical stories, held copies and the index over them."""

    def __init__(self) -> None:
        self.postings = Postings()
        self.keyworded = Postings()
        self.lexicon = Lexicon()
        self.canons: OrderedDict[int, Canon] = OrderedDict()  # least recently updated first
        self.by_id: dict[str, int] = {}
        self.held: dict[int, Held] = {}
        self.known: dict[bytes, int] = {}  # story id → number of its canonical story
        self._founded = 0
        self._numbered = 0
        self._base = 0
        self._canon_of = np.full(1024, -1, np.int64)
        self._outlet_of = np.zeros(1024, np.int64)
        self._posted_of = np.zeros(1024, np.int32)
        self._seen_at = np.zeros(1024, np.int64)
        self._narratives: OrderedDict[int, Narrative] = OrderedDict()
        self._stories: OrderedDict[int, Story] = OrderedDict()
        self._leads: OrderedDict[int, Bag] = OrderedDict()

    # Reading

    def canon_of(self, documents: Documents) -> npt.NDArray[np.int64]:
        """Tell the canonical story of each document, -1 when it is gone."""
        places = documents.astype(np.int64) - self._base
        return np.where(places >= 0, self._canon_of[np.maximum(places, 0)], -1)

    def outlet_of(self, documents: Documents) -> npt.NDArray[np.int64]:
        """Tell the outlet of each living document."""
        return self._outlet_of[documents.astype(np.int64) - self._base]

    def posted_of(self, documents: Documents) -> npt.NDArray[np.int32]:
        """Tell under how many hashes each living document is indexed."""
        return self._posted_of[documents.astype(np.int64) - self._base]

    def seen_at(self, documents: Documents) -> npt.NDArray[np.int64]:
        """Tell the stream time at which each living document came, ``UNDATED`` when not known."""
        return self._seen_at[documents.astype(np.int64) - self._base]

    def heritage(self, number: int) -> Mask | None:
        """Tell which words of a held document come from the canonical copy; None: all of them."""
        packed = self.held[number].heritage
        if packed is None:
            return None
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=len(self.narrative(number).words))
        return bits.view(np.bool_)

    def lead(self, number: int) -> Bag:
        """Read headline and first words of a held document; those in demand stay ready."""
        found = self._leads.get(number)
        if found is None:
            story = self.story(number)
            found = lead_of(story.headline, story.copy())
            self._ready(self._leads, number, found)
        else:
            self._leads.move_to_end(number)
        return found

    def narrative(self, number: int) -> Narrative:
        """Read the copy of a held document; those in demand stay ready."""
        found = self._narratives.get(number)
        if found is None:
            found = narrative_of(self.story(number))
            self._ready(self._narratives, number, found)
        else:
            self._narratives.move_to_end(number)
        return found

    def story(self, number: int) -> Story:
        """Unpack the story of a held document."""
        found = self._stories.get(number)
        if found is None:
            found = unpack(self.held[number].packed)
            self._ready(self._stories, number, found)
        else:
            self._stories.move_to_end(number)
        return found

    def size(self) -> int:
        """Count the bytes of index and packed copies, Python's own overhead left out."""
        packed = sum(len(held.packed) for held in self.held.values())
        columns = sum(getattr(self, name).nbytes for name, _ in _COLUMNS)
        return self.postings.size() + self.keyworded.size() + packed + columns

    # Changing

    def found(self, *, canonical_id: str, story: Story, at: int | None) -> Canon:
        """Open a canonical story."""
        canon = Canon(
            number=self._founded,
            id=canonical_id,
            story_id=story.id,
            headline=story.headline,
            agency=story.agency,
            language=story.language,
            founded=at,
            updated=at,
        )
        self._founded += 1
        self.canons[canon.number] = canon
        self.by_id[canonical_id] = canon.number
        return canon

    def join(self, canon: Canon, story: Story, *, relation: Relation, at: int | None) -> None:
        """Count a story in."""
        self._touch(canon, at)
        canon.variants += 1
        if source := outlet_number(story):
            canon.outlets.add(source)
        if canon.agency is None:
            canon.agency = story.agency
        if canon.language is None:
            canon.language = story.language
        self._list(
            canon,
            Member(
                story_id=story.id,
                sequence=canon.sequence,
                relation=relation,
                outlet=story.outlet,
                url=story.url,
                seen=at,
            ),
        )
        known = bytes.fromhex(story.id)
        self.known[known] = canon.number
        canon.stories.append(known)

    def repeat(self, canon: Canon, story: Story, *, at: int | None) -> None:
        """Count the same story from the same outlet once more."""
        self._touch(canon, at)
        canon.repeats += 1
        for members in (canon.first, canon.latest):
            for place, member in enumerate(members):
                if member.story_id == story.id:
                    members[place] = replace(member, repeats=member.repeats + 1)
                    return

    def hold(  # noqa: PLR0913 - what is known of a copy
        self,
        canon: Canon,
        story: Story,
        *,
        at: int | None,
        hops: int,
        heritage: bytes | None,
        lead: Bag,
        narrative: Narrative | None,
    ) -> None:
        """Keep a copy for comparing, and index it; ``narrative`` when it has been read already."""
        if len(canon.held) >= KEPT_COPIES:  # the canonical copy stays, the oldest of the others goes
            self._release(canon.held.pop(1))
        number = self._numbered
        self._numbered += 1
        keys = index_keys(story.fingerprint)
        self.held[number] = Held(
            number=number,
            story_id=story.id,
            canon=canon.number,
            packed=pack(story),
            posted=len(keys),
            hops=hops,
            heritage=heritage,
        )
        self._reserve(number)
        place = number - self._base
        self._canon_of[place] = canon.number
        self._outlet_of[place] = outlet_number(story)
        self._posted_of[place] = len(keys)
        self._seen_at[place] = UNDATED if at is None else at
        canon.held.append(number)
        self.postings.add(number, keys)
        self.keyworded.add(number, keywords(lead, self.lexicon))
        self.lexicon.add(lead.words)
        self._ready(self._leads, number, lead)
        self._ready(self._stories, number, story)
        if narrative is not None:
            self._ready(self._narratives, number, narrative)

    def merge(self, old: Canon, young: Canon, *, at: int | None) -> None:
        """Let the older canonical story take over the members of the younger."""
        self._touch(old, at)
        old.variants += young.variants
        old.repeats += young.repeats
        old.outlets |= young.outlets
        old.agency = old.agency or young.agency
        old.language = old.language or young.language
        base = old.sequence
        for member in (*young.first, *young.latest):
            self._list(old, replace(member, sequence=base + member.sequence))
        old.sequence = base + young.sequence
        for known in young.stories:
            self.known[known] = old.number
        old.stories += young.stories
        for number in young.held:
            self.held[number].canon = old.number
            self._canon_of[number - self._base] = old.number
        old.held += young.held
        for number in old.held[KEPT_COPIES:]:
            self._release(number)
        del old.held[KEPT_COPIES:]
        young.held, young.stories = [], []
        young.into = old.id
        young.updated = old.updated
        self.by_id[young.id] = old.number
        del self.canons[young.number]

    def expire(self, before: int) -> None:
        """Forget the canonical stories that were last updated before a time."""
        while self.canons:
            canon = next(iter(self.canons.values()))
            if canon.updated is not None and canon.updated >= before:
                return
            for number in canon.held:
                self._release(number)
            for known in canon.stories:
                self.known.pop(known, None)
            self.by_id.pop(canon.id, None)
            del self.canons[canon.number]

    # Within

    def _ready(self, shelf: OrderedDict[int, Ready], number: int, value: Ready) -> None:
        """Keep a value ready, and at most ``READ`` of its kind."""
        shelf[number] = value
        if len(shelf) > READ:
            shelf.popitem(last=False)

    def _touch(self, canon: Canon, at: int | None) -> None:
        canon.sequence += 1
        if at is not None:
            canon.updated = at
        self.canons.move_to_end(canon.number)

    def _list(self, canon: Canon, member: Member) -> None:
        if len(canon.first) < FIRST:
            canon.first.append(member)
        else:
            canon.latest.append(member)

    def _release(self, number: int) -> None:
        del self.held[number]
        self._narratives.pop(number, None)
        self._stories.pop(number, None)
        self._leads.pop(number, None)
        self._canon_of[number - self._base] = -1
        self.postings.drop(number)
        self.keyworded.drop(number)

    def _reserve(self, number: int) -> None:
        """Make room in the columns; what is gone at their front is cut off first."""
        size = len(self._canon_of)
        if number - self._base < size:
            return
        living = np.flatnonzero(self._canon_of >= 0)
        cut = int(living[0]) if len(living) else size
        grown = size if cut > size // 2 else 2 * size
        for name, empty in _COLUMNS:
            column = getattr(self, name)
            fresh = np.full(grown, empty, column.dtype)
            fresh[: size - cut] = column[cut:]
            setattr(self, name, fresh)
        self._base += cut


def narrative_of(story: Story) -> Narrative:
    """Read the narrative of a story."""
    cited = frozenset(at for at, each in enumerate(story.paragraphs) if each.role is Role.QUOTE)
    return read(tuple(story.copy()), cited=cited)
