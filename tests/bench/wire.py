"""Generated stories of real length and what place would have decided about them, made without matching.

Two in three found a canonical story, the others are reprints, whole or cut, of one of the last few thousand;
a quarter of those add copy of their own and are held. Words follow Zipf's law, and copy has 500 to 950,
drawn paragraph by paragraph. To fill a log in minutes, only the last stories (``real``) get the keys and
keywords that their copy has; of the others those are drawn at random, as many as a copy of that size has.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from worker.lineage.facts import FACTS_VERSION
from worker.lineage.imprint import Imprint, held_imprint_of, imprint_of, index_keys, write_imprints
from worker.lineage.placement import Decision
from worker.matching.sketch import BOUND, RATE, VERSION, fingerprint
from worker.matching.tokens import tokens, tokens_of
from worker.matching.topic import KEYWORDS, SLOTS, Lexicon, lead_of
from worker.story import Coordinates, Fingerprint, Paragraph, Story

STARTED = 1_760_000_000_000  # milliseconds
SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi zo tra blen ster mor ing er al on th ea qui sh".split()
RECENT = 4_000
WORDS = 20_000
PARAGRAPHS = 20_000
LEAD_WORDS = 110  # distinct ones in headline and lead


class Wire:
    """Stories in order of arrival, and the decisions about them."""

    def __init__(self, *, per_day: int, seed: int = 1) -> None:
        self._chance = np.random.default_rng(seed)
        sizes = self._chance.integers(1, 5, WORDS)
        self._words = np.array(["".join(self._chance.choice(SYLLABLES, size)) for size in sizes])
        weights = 1 / np.arange(2, WORDS + 2)
        self._weights = np.cumsum(weights / weights.sum())
        self._lexicon = Lexicon()
        self._step = 86_400_000 // per_day

        self._paragraphs = [self._paragraph() for _ in range(PARAGRAPHS)]

    def copy(self) -> list[str]:
        """Write paragraphs of some sixty words."""
        places = self._chance.integers(PARAGRAPHS, size=int(self._chance.integers(8, 16)))
        return [self._paragraphs[place] for place in places.tolist()]

    def _paragraph(self) -> str:
        places = self._weights.searchsorted(self._chance.random(60))
        return " ".join(self._words[np.minimum(places, WORDS - 1)].tolist()).capitalize() + "."

    def story(self, number: int, copy: list[str], *, real: bool = True) -> Story:
        outlet = f"Outlet {int(self._chance.integers(400)):03}"
        slug = "-".join(copy[0].split()[:8]).lower()
        return Story(
            id=blake2b(f"{number}".encode(), digest_size=16).hexdigest(),
            coordinates=Coordinates(topic="0" * 32, partition=number % 6, offset=number // 6),
            received=STARTED + self._step * number,
            source_format="webpage",
            outlet=outlet,
            url=f"https://www.example.org/{outlet[-3:]}/news/{slug}-{number}",
            headline=" ".join(copy[0].split()[:9]),
            agency="AP",
            language="en",
            paragraphs=tuple(Paragraph(text=text) for text in copy),
            fingerprint=fingerprint(tokens(*copy)) if real else self._drawn(60 * len(copy)),
        )

    def _drawn(self, words: int) -> Fingerprint:
        """Draw a fingerprint of the usual size."""
        hashes = np.sort(self._chance.integers(BOUND, size=words // RATE, dtype=np.uint64))
        return Fingerprint(version=VERSION, words=words, hashes=hashes.tobytes())

    def _imprint(self, story: Story, *, real: bool) -> Imprint:
        """Make the imprint of a story that is held."""
        if real:
            return held_imprint_of(story, lead_of(story.headline, tokens_of(story.paragraphs)), self._lexicon)
        imprint = imprint_of(story)
        imprint.keys = index_keys(story.fingerprint)
        imprint.keywords = self._chance.integers(2**32, size=KEYWORDS, dtype=np.uint32)
        imprint.slots = np.unique(self._chance.integers(SLOTS, size=LEAD_WORDS).astype(np.uint16))
        return imprint

    def decisions(self, count: int, *, real: int = 0) -> Iterator[tuple[Story, Decision]]:
        """Yield stories and decisions, the last ``real`` of them with the keys of their copy."""
        recent: list[tuple[str, list[str], int, int]] = []  # founding story, copy, founded, variants
        for number in range(count):
            at = STARTED + self._step * number
            founds = not recent or self._chance.random() < 2 / 3
            facts: dict[str, object] = {"version": FACTS_VERSION, "status": "placed"}
            whole = number >= count - real
            if founds:
                story = self.story(number, self.copy(), real=whole)
                recent.append((story.id, [each.text for each in story.paragraphs], at, 1))
                del recent[: len(recent) - RECENT]
                facts |= {"founds": True, "relation": "original"}
            else:
                place = int(self._chance.integers(len(recent)))
                name, copy, founded, variants = recent[place]
                adds = self._chance.random() < 0.25
                own = [*copy[:4], *self.copy()[:4]] if adds else copy[: int(self._chance.integers(4, 20))]
                story = self.story(number, own, real=whole)
                recent[place] = (name, copy, founded, variants + 1)
                bits = np.packbits(np.arange(story.fingerprint.words) < 240).tobytes()
                facts |= {"joins": name, "merges": [], "hops": 1}
                facts |= {"heritage": b64encode(bits).decode() if adds else None}
                facts |= {"relation": "expanded" if adds else "trimmed"}
                facts |= {"standing": [founded, variants + 1, variants + 1, 0]}
            if founds or facts["heritage"]:
                imprint = self._imprint(story, real=whole)
                self._lexicon.add(imprint.slots)
            else:
                imprint = imprint_of(story)
            yield (
                story,
                Decision(
                    at=at,
                    story_id=story.id,
                    redelivery=False,
                    facts=facts,
                    imprints=write_imprints([imprint]),
                ),
            )
