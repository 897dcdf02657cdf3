"""Do glued pages come apart, and single pages stay whole? Pages made of a stream's own articles → shares."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from worker.lineage.evaluation import Scorer
from worker.lineage.fold import Fold
from worker.pipeline import split
from worker.story import Coordinates, Payload, Story

WORDS_LEAST: Final = 200  # of an article that is glued
TOPIC: Final = "glued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gluing:
    """What became of glued and of single pages, in shares of 0 to 1.

    ``apart`` came apart, ``joined`` came apart into parts that went to the canonical stories of both
    articles; ``whole`` single pages, filed again by another outlet, stayed one story.
    """

    pages: int
    apart: float
    joined: float
    whole: float

    def __str__(self) -> str:
        return (
            f"glued pages: {self.pages}, {self.apart:.1%} came apart, {self.joined:.1%} with each part in its"
            f" own canonical story; single pages: {self.whole:.1%} stayed whole"
        )


def glue(fold: Fold, scorer: Scorer, bodies: Sequence[bytes], *, pages: int, seed: int = 1) -> Gluing:
    """Run pairs of placed articles together, only the second headline between them, and place that.

    ``bodies`` are JSON articles that the fold has placed; those that were several stories, or are
    short, are left out. The fold goes on from here: use it for nothing else after.
    """
    homes = scorer.homes()
    articles = [
        article
        for article in map(orjson.loads, bodies)
        if len(homes.get(article.get("id"), ())) == 1 and len(article.get("text", "").split()) >= WORDS_LEAST
    ]
    chance = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    apart = joined = whole = 0
    for number in range(pages):
        one, other = chance.sample(articles, 2)
        text = "\n\n".join((one["text"], other["title"], other["text"]))
        page = {"id": f"glued-{number}", "outlet": f"Glued {number}", "title": one["title"], "text": text}
        found = list(_place(fold, page, number))
        apart += len(found) > 1
        joined += len(found) > 1 and set(homes[one["id"]] | homes[other["id"]]) <= {
            scorer.resolve(canonical) for canonical in found
        }
    for number in range(pages):
        page = {**chance.choice(articles), "id": f"single-{number}", "outlet": f"Single {number}"}
        whole += len(list(_place(fold, page, pages + number))) == 1
    return Gluing(pages=pages, apart=apart / pages, joined=joined / pages, whole=whole / pages)


def _place(fold: Fold, page: dict[str, Any], number: int) -> Iterator[str]:
    """Place a page and give the canonical stories of its parts."""
    at = Coordinates(topic=TOPIC, partition=0, offset=number)
    payload = Payload(body=orjson.dumps(page), content_type="application/json")
    for part in split(replace(payload, coordinates=at)):
        if isinstance(part, Story):
            for placement in fold.place(part, at=None).placements:
                yield placement.canonical_id or ""
