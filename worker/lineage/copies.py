"""Which copies are kept for comparing, and how are they found? By their hashes, and by their topic.

All of it lies in arrays and blocks: a copy costs no Python object but while it is in demand.
"""

from typing import Final

import numpy as np

from worker.lineage.archive import pack, unpack
from worker.lineage.arrays import Arrays, arrays_of
from worker.lineage.columns import Columns
from worker.lineage.imprint import Imprint
from worker.lineage.lapse import bare
from worker.lineage.postings import Postings
from worker.lineage.reading import Reading, narrative_of
from worker.lineage.ready import BAGS, Ready
from worker.lineage.shelf import Shelf
from worker.lineage.waiting import NEVER
from worker.matching.narrative import Mask, Narrative
from worker.matching.tokens import tokens, tokens_of
from worker.matching.topic import Bag, Lexicon, lead_of, top, whole_of
from worker.story import Story

UNDATED: Final = -1
LETTERS: Final = 6  # of a word, about


class Copies:
    """Held copies, numbered as documents in the order in which they came, and the index over them."""

    def __init__(self, shelf: Shelf) -> None:
        """Start empty; the packed copies go to a shelf."""
        self.postings = Postings()
        self.keyworded = Postings()
        self.lexicon = Lexicon()
        self.loading = False  # while decisions are restored: what they index waits for ``settle``
        self.columns = Columns(
            "canon",
            canon=(np.int64, 1, -1),
            outlet=(np.int64, 1, 0),
            posted=(np.int64, 1, 0),
            seen=(np.int64, 1, UNDATED),
            hops=(np.int32, 1, 0),
            place=(np.int64, 1, -1),  # on the shelf
            size=(np.int32, 1, 0),
            # bytes before the copy: a bit a word, what is from the canonical copy
            heritage=(np.int32, 1, -1),
            ended=(np.int64, 1, NEVER),  # the right to its text, which is gone
        )
        self._shelf = shelf
        self._narratives = Ready[Narrative](
            lambda number: narrative_of(self.story(number)), lambda each: len(each.words)
        )
        self._stories = Ready[Story](lambda number: unpack(self.packed(number)), _words)
        # without their copy
        self._items = Ready[Story](lambda number: unpack(self.packed(number), copy=False), _words)
        self._leads = Ready[Bag](lambda number: _lead(self.story(number)), len, most=BAGS)
        self._wholes = Ready[Bag](
            lambda number: whole_of(tokens_of(self.story(number).paragraphs)), len, most=BAGS
        )

    # All

    def count(self) -> int:
        """Count the copies that are kept."""
        return len(self.columns.alive())

    def documents(self) -> list[int]:
        """List the copies that are kept."""
        found: list[int] = self.columns.alive().tolist()
        return found

    # Of one

    def is_held(self, number: int) -> bool:
        """Tell whether a document is still held."""
        return self.columns.get("canon", number) >= 0

    def home(self, number: int) -> int:
        """Tell the canonical story of a document, -1 when it is gone."""
        return self.columns.get("canon", number)

    def seen(self, number: int) -> int:
        """Tell the stream time at which a held document came, ``UNDATED`` when that is not known."""
        return self.columns.get("seen", number)

    def hops(self, number: int) -> int:
        """Tell how many steps a held document is away from the original."""
        return self.columns.get("hops", number)

    def outlet(self, number: int) -> int:
        """Tell the outlet of a held document."""
        return self.columns.get("outlet", number)

    def ended(self, number: int) -> int | None:
        """Tell when the right to a held document ended, None while its text stands."""
        end = self.columns.get("ended", number)
        return None if end == NEVER else end

    def is_bare(self, number: int) -> bool:
        """Tell whether the text of a held document is gone."""
        return self.columns.get("ended", number) != NEVER

    def packed(self, number: int) -> bytes:
        """Give the packed story of a held document."""
        place, size = self.columns.get("place", number), self.columns.get("size", number)
        heritage = max(self.columns.get("heritage", number), 0)
        return self._shelf.get(place + heritage, size - heritage)

    def heritage(self, number: int) -> Mask | None:
        """Tell which words of a held document come from the canonical copy; None: all of them."""
        size = self.columns.get("heritage", number)
        if size < 0:
            return None
        packed = self._shelf.get(self.columns.get("place", number), size)
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=len(self.narrative(number).words))
        return bits.view(np.bool_)

    def story(self, number: int) -> Story:
        """Unpack the story of a held document; those in demand stay ready, here and below."""
        return self._stories.get(number)

    def item(self, number: int) -> Story:
        """Unpack the story of a held document, maybe without its copy."""
        return self._stories.find(number) or self._items.get(number)

    def narrative(self, number: int) -> Narrative:
        """Read the copy of a held document."""
        return self._narratives.get(number)

    def lead(self, number: int) -> Bag:
        """Read headline and first words of a held document."""
        return self._leads.get(number)

    def whole(self, number: int) -> Bag:
        """Read all words of a held document."""
        return self._wholes.get(number)

    # Changing

    def add(self, imprint: Imprint, *, canon: int, at: int | None, hops: int, heritage: bytes | None) -> int:
        """Keep a copy of a canonical story, index it and number it."""
        packed = imprint.packed if heritage is None else heritage + imprint.packed
        number = self.columns.grow(
            canon=canon,
            outlet=imprint.source,
            posted=len(imprint.keys),
            seen=UNDATED if at is None else at,
            hops=hops,
            place=self._shelf.add(packed),
            size=len(packed),
            heritage=-1 if heritage is None else len(heritage),
        )
        if self.loading:
            self.postings.load(number, imprint.keys)
            self.keyworded.load(number, imprint.keywords)
            self.lexicon.load(imprint.slots)
        else:
            self.postings.add(number, imprint.keys)
            self.keyworded.add(number, imprint.keywords)
            self.lexicon.add(imprint.slots)
        return number

    def move(self, number: int, *, canon: int) -> None:
        """Let a held document belong to another canonical story."""
        self.columns.values["canon"][self.columns.row(number)] = canon

    def drop(self, number: int) -> None:
        """Let a held document go."""
        row, values = self.columns.row(number), self.columns.values
        self._shelf.wipe(int(values["place"][row]), int(values["size"][row]))
        values["canon"][row] = values["place"][row] = -1
        self._unread(number)
        self.postings.drop(number)
        self.keyworded.drop(number)

    def lay_bare(self, number: int, end: int) -> None:
        """Drop the text of a held document, the right to which has ended; it is found by its hashes still."""
        story = unpack(self.packed(number))
        packed = pack(bare(story, narrative_of(story)))
        row, values = self.columns.row(number), self.columns.values
        self._shelf.wipe(int(values["place"][row]), int(values["size"][row]))
        values["place"][row], values["size"][row] = self._shelf.add(packed), len(packed)
        values["heritage"][row] = -1
        self._unread(number)
        self.keyworded.drop(number)
        self.came_bare(number, end)

    def came_bare(self, number: int, end: int) -> None:
        """Note that a held document has no text, the right to which ended in time."""
        self.columns.values["ended"][self.columns.row(number)] = end

    def make_ready(self, number: int, story: Story, reading: Reading, *, size: int) -> None:
        """Keep what has been read of a held copy already; ``size`` is in bytes, without its furniture."""
        beside = sum([len(each.text) for each in story.furniture])
        self._stories.put(number, story, (size + beside) // LETTERS)
        self._leads.put(number, reading.lead)
        if reading.ready is not None:
            self._narratives.put(number, reading.ready)
        if reading.bag is not None:
            self._wholes.put(number, reading.bag)

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

    def capture(self) -> dict[str, Arrays]:
        """Give the index and the columns, part by part, as arrays that nobody changes any more."""
        self.settle()
        return {
            "postings": self.postings.capture(),
            "keyworded": self.keyworded.capture(),
            "lexicon": self.lexicon.capture(),
            "documents": self.columns.capture(),
        }

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave."""
        self.postings.resume(arrays_of(arrays, "postings"))
        self.keyworded.resume(arrays_of(arrays, "keyworded"))
        self.lexicon.resume(arrays_of(arrays, "lexicon"))
        self.columns.resume(arrays_of(arrays, "documents"))

    def _unread(self, number: int) -> None:
        """Forget what has been read of a document."""
        for ready in (self._narratives, self._stories, self._items, self._leads, self._wholes):
            ready.drop(number)


def _lead(story: Story) -> Bag:
    return lead_of(story.headline, tokens(top(story.copy())))


def _words(story: Story) -> int:
    """Estimate the words of a story that was unpacked, and has no furniture."""
    return sum([len(each.text) for each in story.paragraphs]) // LETTERS
