"""Numbered payloads of invented stories: the same seed gives the same bytes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

OUTLETS = tuple(f"Outlet {number:02}" for number in range(25))
SYLLABLES = (
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "vi",
    "zo",
    "tra",
    "blen",
)

VARIANTS = 5  # of each story, by default
TOGETHER = 10  # stories that travel at a time
DISTURBED = -1  # in place of its story, in a payload that a fault has changed or added


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """One payload of the feed; ``story`` numbers the story that it is a variant of."""

    number: int
    story: int
    key: bytes
    body: bytes
    headers: list[tuple[str, bytes]]


def vocabulary(seed: int, size: int = 4000) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(size)]


def copy_of(story: int, seed: int, words: list[str]) -> list[str]:
    """Twelve paragraphs of gibberish prose that no other story shares."""
    chance = random.Random(f"{seed}/{story}")
    paragraphs = []
    for _ in range(12):
        sentences = []
        for _ in range(3):
            run = chance.choices(words, k=chance.randint(9, 16))
            sentences.append(" ".join(run).capitalize() + ".")
        paragraphs.append(" ".join(sentences))
    return paragraphs


def story_of(number: int, *, variants: int = VARIANTS) -> int:
    """Tell which story a payload of the feed is a variant of."""
    block, place = divmod(number, variants * TOGETHER)
    return block * TOGETHER + place % TOGETHER


def feed(
    count: int, *, variants: int = VARIANTS, seed: int = 1, together: bool = False
) -> Iterator[Numbered]:
    """Yield ``count`` payloads: a story runs in ``variants`` outlets, whole, cut or with a new sentence.

    ``together`` keys payloads by story and not by item, so that its variants are in one partition: a short
    window then holds them all, however far one partition falls behind another.
    """
    words = vocabulary(seed)
    chance = random.Random(seed)
    for number in range(count):
        story = story_of(number, variants=variants)
        copy = copy_of(story, seed, words)
        edit = number % (variants * TOGETHER) // TOGETHER
        if edit % 3 == 1:
            copy = copy[: chance.randint(6, 10)]
        elif edit % 3 == 2:
            copy.insert(3, " ".join(chance.choices(words, k=12)).capitalize() + ".")
        outlet = OUTLETS[(story + edit * 7) % len(OUTLETS)]
        article = {
            "id": f"item-{number}",
            "outlet": outlet,
            "title": " ".join(copy[0].split()[:6]),
            "text": "\n\n".join(copy),
        }
        yield Numbered(
            number=number,
            story=story,
            key=f"story {story}".encode() if together else f"{outlet}/{number}".encode(),
            body=orjson.dumps(article),
            headers=[
                ("ce_specversion", b"1.0"),
                ("ce_id", f"item-{number}".encode()),
                ("ce_source", b"/tests/feed"),
                ("ce_type", b"dev.wiretrace.payload.delivered.v1"),
                ("ce_outlet", outlet.encode()),
                ("content-type", b"application/json"),
            ],
        )
