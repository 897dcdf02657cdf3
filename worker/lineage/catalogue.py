"""What does the fold remember? Canonical stories, the copies kept for comparing, and who is known.

Only ``Fold`` changes it, and only by what a decision says, so that a recovered catalogue is equal
to one that never stopped.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

from worker.lineage.archive import pack, unpack
from worker.lineage.placement import Canonical, Member, Relation
from worker.lineage.postings import Documents, Keys, Postings
from worker.matching.narrative import Mask, Narrative, read
from worker.matching.sketch import SHIFT, sampled_hashes
from worker.matching.tokens import Tokens, tokens
from worker.matching.topic import Bag, Lexicon, keywords, lead_of, top, whole_of
from worker.story import Fingerprint, Role, Story

KEPT_COPIES: Final = 8  # of one canonical story: its own copy and the latest variants that add to it
FIRST: Final = 10  # members that a snapshot lists from the beginning
LATEST: Final = 10  # and from the end
POSTED: Final = 2_048  # hashes of one story that are indexed, the smallest first
READ: Final = 1_024  # narratives, stories and leads kept ready
UNDATED: Final = -1
_COLUMNS: Final = (("_canon_of", -1), ("_outlet_of", 0), ("_posted_of", 0), ("_seen_at", 0), ("_hops_of", 0))

Ready = TypeVar("Ready")


@dataclass(slots=True, kw_only=True)
class Crowd:
    """What a canonical story remembers of its members. Most stories stay alone and have none."""

    headline: str | None
    agency: str | None
    language: str | None
    first: tuple[Member, ...]
    outlets: set[int]
    stories: list[int]
    latest: tuple[Member, ...] = ()
    variants: int = 1
    repeats: int = 0


@dataclass(slots=True, kw_only=True)
class Canon:
    """A canonical story as the fold sees it; ``number`` counts in order of founding.

    ``held`` numbers the copies that are kept, its own first. There are many: nothing stands here that
    the founding story says as well.
    """

    number: int
    story_id: str
    founded: int | None
    updated: int | None
    sequence: int = 1
    held: tuple[int, ...] = ()
    crowd: Crowd | None = None
    into: str | None = None

    @property
    def id(self) -> str:
        """Name the canonical story, after its founding story, for good."""
        return blake2b(self.story_id.encode(), digest_size=16, person=b"canonical/1").hexdigest()


def outlet_number(story: Story) -> int:
    """Give the outlet of a story, or its feed, a number; 0 when neither is known."""
    source = story.outlet or story.feed
    if not source:
        return 0
    number: int = xxhash.xxh3_64_intdigest(source.encode("utf-8", "surrogatepass"))
    return number >> 1


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
        self.packed: dict[int, bytes] = {}  # the copies kept for comparing, by number
        self._heritage: dict[int, bytes] = {}  # a bit a word: what a variant has from the canonical copy
        self.known: dict[int, int] = {}  # story, see ``_known`` → number of its canonical story
        self._founded = 0
        self._numbered = 0
        self._base = 0
        self._canon_of = np.full(1024, -1, np.int64)
        self._outlet_of = np.zeros(1024, np.int64)
        self._posted_of = np.zeros(1024, np.int32)
        self._seen_at = np.zeros(1024, np.int64)
        self._hops_of = np.zeros(1024, np.int32)
        self._narratives: OrderedDict[int, Narrative] = OrderedDict()
        self._stories: OrderedDict[int, Story] = OrderedDict()
        self._leads: OrderedDict[int, Bag] = OrderedDict()
        self._wholes: OrderedDict[int, Bag] = OrderedDict()

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

    def home(self, number: int) -> int:
        """Tell the canonical story of a held document."""
        return int(self._canon_of[number - self._base])

    def hops(self, number: int) -> int:
        """Tell how many steps a held document is away from the original."""
        return int(self._hops_of[number - self._base])

    def canon(self, story_id: str) -> Canon | None:
        """Find the canonical story that a known story belongs to."""
        number = self.known.get(_known(story_id))
        return None if number is None else self.canons[number]

    def snapshot(self, canon: Canon) -> Canonical:
        """Show a canonical story as it stands now."""
        crowd = self._crowd(canon)
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
        packed = self._heritage.get(number)
        if packed is None:
            return None
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=len(self.narrative(number).words))
        return bits.view(np.bool_)

    def lead(self, number: int) -> Bag:
        """Read headline and first words of a held document; those in demand stay ready."""
        found = self._leads.get(number)
        if found is None:
            story = self.story(number)
            found = lead_of(story.headline, tokens(top(story.copy())))
            self._ready(self._leads, number, found)
        else:
            self._leads.move_to_end(number)
        return found

    def whole(self, number: int) -> Bag:
        """Read all words of a held document; those in demand stay ready."""
        found = self._wholes.get(number)
        if found is None:
            found = whole_of(tokens_of(self.story(number)))
            self._ready(self._wholes, number, found)
        else:
            self._wholes.move_to_end(number)
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
            found = unpack(self.packed[number])
            self._ready(self._stories, number, found)
        else:
            self._stories.move_to_end(number)
        return found

    def size(self) -> int:
        """Count the bytes of index and packed copies, Python's own overhead left out."""
        packed = sum(map(len, self.packed.values()))
        columns: int = sum(getattr(self, name).nbytes for name, _ in _COLUMNS)
        return self.postings.size() + self.keyworded.size() + packed + columns

    # Changing

    def found(self, story_id: str, *, at: int | None) -> Canon:
        """Open a canonical story by its founding story; a copy has to be held next."""
        canon = Canon(number=self._founded, story_id=story_id, founded=at, updated=at)
        self._founded += 1
        self.canons[canon.number] = canon
        self.known[_known(story_id)] = canon.number
        return canon

    def join(self, canon: Canon, story: Story, *, relation: Relation, at: int | None) -> None:
        """Count a story in."""
        crowd = canon.crowd = self._crowd(canon)
        self._touch(canon, at)
        crowd.variants += 1
        crowd.outlets.add(outlet_number(story))
        crowd.agency = crowd.agency or story.agency
        crowd.language = crowd.language or story.language
        _list(crowd, _member(story, sequence=canon.sequence, relation=relation, at=at))
        self.known[_known(story.id)] = canon.number
        crowd.stories.append(_known(story.id))

    def repeat(self, canon: Canon, story: Story, *, at: int | None) -> None:
        """Count the same story from the same outlet once more."""
        crowd = canon.crowd = self._crowd(canon)
        self._touch(canon, at)
        crowd.repeats += 1
        crowd.first, crowd.latest = (
            tuple(
                replace(member, repeats=member.repeats + 1) if member.story_id == story.id else member
                for member in members
            )
            for members in (crowd.first, crowd.latest)
        )

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
            self._release(canon.held[1])
            canon.held = (canon.held[0], *canon.held[2:])
        number = self._numbered
        self._numbered += 1
        keys = index_keys(story.fingerprint)
        self.packed[number] = pack(story)
        if heritage is not None:
            self._heritage[number] = heritage
        self._reserve(number)
        place = number - self._base
        self._canon_of[place] = canon.number
        self._outlet_of[place] = outlet_number(story)
        self._posted_of[place] = len(keys)
        self._hops_of[place] = hops
        self._seen_at[place] = UNDATED if at is None else at
        canon.held += (number,)
        self.postings.add(number, keys)
        self.keyworded.add(number, keywords(lead, self.lexicon))
        self.lexicon.add(lead.words)
        self._ready(self._leads, number, lead)
        self._ready(self._stories, number, story)
        if narrative is not None:
            self._ready(self._narratives, number, narrative)

    def merge(self, old: Canon, young: Canon, *, at: int | None) -> None:
        """Let the older canonical story take over the members of the younger."""
        ours, theirs = self._crowd(old), self._crowd(young)
        old.crowd = ours
        self._touch(old, at)
        ours.variants += theirs.variants
        ours.repeats += theirs.repeats
        ours.outlets |= theirs.outlets
        ours.agency = ours.agency or theirs.agency
        ours.language = ours.language or theirs.language
        ours.stories += theirs.stories
        for member in (*theirs.first, *theirs.latest):
            _list(ours, replace(member, sequence=old.sequence + member.sequence))
        old.sequence += young.sequence
        for known in theirs.stories:
            self.known[known] = old.number
        for number in young.held:
            self._canon_of[number - self._base] = old.number
        kept = (*old.held, *young.held)
        for number in kept[KEPT_COPIES:]:
            self._release(number)
        old.held, young.held = kept[:KEPT_COPIES], ()
        young.crowd = theirs
        young.into = old.id
        young.updated = old.updated
        del self.canons[young.number]

    def expire(self, before: int) -> None:
        """Forget the canonical stories that were last updated before a time."""
        while self.canons:
            canon = next(iter(self.canons.values()))
            if canon.updated is not None and canon.updated >= before:
                return
            for number in canon.held:
                self._release(number)
            for known in canon.crowd.stories if canon.crowd else (_known(canon.story_id),):
                self.known.pop(known, None)
            del self.canons[canon.number]

    # Within

    def _ready(self, shelf: OrderedDict[int, Ready], number: int, value: Ready) -> None:
        """Keep a value ready, and at most ``READ`` of its kind."""
        shelf[number] = value
        if len(shelf) > READ:
            shelf.popitem(last=False)

    def _crowd(self, canon: Canon) -> Crowd:
        """Tell the members of a canonical story; of one that is alone, read it off its copy."""
        if canon.crowd is not None:
            return canon.crowd
        story = self.story(canon.held[0])
        original = _member(story, sequence=1, relation=Relation.ORIGINAL, at=canon.founded)
        return Crowd(
            headline=story.headline,
            agency=story.agency,
            language=story.language,
            first=(original,),
            outlets={outlet_number(story)},
            stories=[_known(story.id)],
        )

    def _touch(self, canon: Canon, at: int | None) -> None:
        canon.sequence += 1
        if at is not None:
            canon.updated = at
        self.canons.move_to_end(canon.number)

    def _release(self, number: int) -> None:
        del self.packed[number]
        self._heritage.pop(number, None)
        self._narratives.pop(number, None)
        self._stories.pop(number, None)
        self._leads.pop(number, None)
        self._wholes.pop(number, None)
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


def _known(story_id: str) -> int:
    """Shorten a story id to the 60 bits that Python keeps in the least room."""
    number: int = xxhash.xxh3_64_intdigest(story_id.encode("utf-8", "surrogatepass"))
    return number >> 4


def _member(story: Story, *, sequence: int, relation: Relation, at: int | None) -> Member:
    return Member(
        story_id=story.id,
        sequence=sequence,
        relation=relation,
        outlet=story.outlet,
        url=story.url,
        seen=at,
    )


def _list(crowd: Crowd, member: Member) -> None:
    """List a member among the first, else among the latest."""
    if len(crowd.first) < FIRST:
        crowd.first += (member,)
    else:
        crowd.latest = (*crowd.latest, member)[-LATEST:]


def tokens_of(story: Story) -> Tokens:
    """Read the words of a story."""
    return tokens("\n".join([each.text for each in story.paragraphs]))


def narrative_of(story: Story, found: Tokens | None = None) -> Narrative:
    """Read the narrative of a story; ``found`` are its words, where they have been read."""
    cited = frozenset(at for at, each in enumerate(story.paragraphs) if each.role is Role.QUOTE)
    return read(tuple(story.copy()), cited=cited, found=found)
