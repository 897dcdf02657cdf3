"""Generated stories of real length and what place would have decided about them, made without matching.

Two in three found a canonical story, the others are reprints, whole or cut, of one of the last few thousand;
a quarter of those add copy of their own and are held. Words follow Zipf's law, and copy has 500 to 950.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from worker.lineage.catalogue import canonical_id, tokens_of
from worker.lineage.fold import FACTS_VERSION
from worker.lineage.imprint import held_imprint_of, imprint_of, write_imprints
from worker.lineage.placement import Decision
from worker.matching.sketch import fingerprint
from worker.matching.topic import Lexicon, lead_of
from worker.story import Coordinates, Paragraph, Story

STARTED = 1_760_000_000_000  # milliseconds
SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi zo tra blen ster mor ing er al on th ea qui sh".split()
RECENT = 4_000
WORDS = 20_000


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

    def copy(self) -> list[str]:
        """Write paragraphs of some sixty words."""
        places = self._weights.searchsorted(self._chance.random(int(self._chance.integers(500, 950))))
        words = self._words[np.minimum(places, WORDS - 1)].tolist()
        return [" ".join(words[at : at + 60]).capitalize() + "." for at in range(0, len(words), 60)]

    def story(self, number: int, copy: list[str]) -> Story:
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
            fingerprint=fingerprint(tuple(copy)),
        )

    def decisions(self, count: int) -> Iterator[tuple[Story, Decision]]:
        """Yield stories and decisions."""
        recent: list[tuple[str, list[str], int, int]] = []  # founding story, copy, founded, variants
        for number in range(count):
            at = STARTED + self._step * number
            founds = not recent or self._chance.random() < 2 / 3
            facts: dict[str, object] = {"version": FACTS_VERSION, "status": "placed"}
            if founds:
                story = self.story(number, self.copy())
                recent.append((story.id, [each.text for each in story.paragraphs], at, 1))
                del recent[: len(recent) - RECENT]
                facts |= {"founds": True, "relation": "original"}
            else:
                place = int(self._chance.integers(len(recent)))
                name, copy, founded, variants = recent[place]
                adds = self._chance.random() < 0.25
                own = [*copy[:4], *self.copy()[:4]] if adds else copy[: int(self._chance.integers(4, 20))]
                story = self.story(number, own)
                recent[place] = (name, copy, founded, variants + 1)
                bits = np.packbits(np.arange(story.fingerprint.words) < 240).tobytes()
                facts |= {"joins": name, "merges": [], "hops": 1}
                facts |= {"heritage": b64encode(bits).decode() if adds else None}
                facts |= {"relation": "expanded" if adds else "trimmed"}
                facts |= {"standing": [founded, variants + 1, variants + 1, 0]}
            if founds or facts["heritage"]:
                imprint = held_imprint_of(story, lead_of(story.headline, tokens_of(story)), self._lexicon)
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

    @staticmethod
    def canonical(story: Story, decision: Decision) -> str:
        """Tell where a decision put a story."""
        return canonical_id(str(decision.facts.get("joins", story.id))).hex()
