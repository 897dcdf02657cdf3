"""A newsroom that writes copy nobody has read before, the same every time."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from worker.lineage.fold import Fold
from worker.lineage.placement import Placement, Step
from worker.matching.sketch import fingerprint
from worker.matching.tokens import tokens_of
from worker.story import Coordinates, Kind, Paragraph, Story, joined, story_id

_ONSETS = "b br c ch d dr f fl g gr h j k l m n p pl r s sh st t tr v w".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = "b ck d ft g l ld m n nd p r rn s sk st t th".split()
_SMALL = "the a of in to and for on with by from at was said that has will had its as".split()


def _word(chance: random.Random) -> str:
    syllables = chance.choice((2, 2, 3))
    return "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables)) + chance.choice(
        _CODAS
    )


_LEXICON = sorted({_word(random.Random(seed)) for seed in range(4_000)})


@dataclass
class Newsroom:
    """Writes copy and files it as stories."""

    offset: int = 0
    fold: Fold = field(default_factory=Fold)

    def sentence(self, chance: random.Random, words: int = 18) -> str:
        parts = []
        for _ in range(words // 2):
            parts += [chance.choice(_SMALL), chance.choice(_LEXICON)]
        return " ".join(parts).capitalize() + "."

    def copy(self, seed: object, paragraphs: int = 12) -> list[str]:
        """Write paragraphs of three sentences."""
        chance = random.Random(f"copy {seed}")
        return [" ".join(self.sentence(chance) for _ in range(3)) for _ in range(paragraphs)]

    def speech(self, seed: object, sentences: int = 12) -> list[str]:
        chance = random.Random(f"speech {seed}")
        return [self.sentence(chance, 24) for _ in range(sentences)]

    def noisy(self, copy: Sequence[str], share: float, seed: int) -> list[str]:
        """Replace a share of the words by others."""
        chance = random.Random(f"noise {seed}")
        return [
            " ".join(chance.choice(_LEXICON) if chance.random() < share else word for word in text.split())
            for text in copy
        ]

    def story(self, copy: Sequence[str], *, outlet: str | None = "Daily Bugle", **facts: object) -> Story:
        """File copy as the next payload."""
        coordinates = Coordinates(topic="", partition=0, offset=self.offset)
        self.offset += 1
        paragraphs = tuple(Paragraph(text=text) for text in copy)
        told = {"kind": Kind.STORY, "source_format": "test", **facts}
        return Story(
            id=story_id(
                outlet=outlet,
                feed=None,
                coordinates=coordinates,
                native_id=told.get("native_id"),
                native_version=told.get("native_version"),
                copy=joined(paragraphs),
                headline=told.get("headline"),
            ),
            coordinates=coordinates,
            received=None,
            outlet=outlet,
            paragraphs=paragraphs,
            fingerprint=fingerprint(tokens_of(paragraphs)),
            **told,
        )

    def wire(self, copy: Sequence[str], **facts: object) -> Story:
        """Write what an agency sends, as the next payload."""
        told = {"source_format": "anpa-1312", "agency": "AP", "slug": "BC-US--Harbor Fire", **facts}
        return self.story(copy, outlet=None, **told)

    def send(self, copy: Sequence[str], *, at: int | None = None, **facts: object) -> Step:
        """Let an agency send copy."""
        return self.fold.place(self.wire(copy, **facts), at=at)

    def file(self, copy: Sequence[str], *, at: int | None = None, **facts: object) -> Step:
        return self.fold.place(self.story(copy, **facts), at=at)

    def place(self, copy: Sequence[str], *, at: int | None = None, **facts: object) -> Placement:
        (placement,) = self.file(copy, at=at, **facts).placements
        return placement


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.fixture
def newsrooms() -> Callable[[], Newsroom]:
    return Newsroom
