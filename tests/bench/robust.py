"""How does the matcher do just beyond the development set? Copy rewritten, orders, fewer stories, chance.

``python -m tests.bench.robust STREAM PAIRS`` places the stories of no pair, then those of the pairs, the
later one of each rewritten as other outlets do it (``rewriting.py``), and scores the pairs; ``reprints`` is
the share of other stories that join their own when another outlet runs them so. Then both sides get the same
furniture; then the whole stream is shuffled, and thinned. At last it draws the pairs again a thousand times,
those that share a story together: one draw in twenty lies below the first line, one above the second.
``--thresholds`` scores the stream as it is with one threshold changed at a time instead.
"""

import argparse
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from tests.bench.rewriting import FOOTER, HEADLINES, OUTLET, REWRITINGS, SHARED, Rewriting
from worker.commands.evaluate import collect
from worker.commands.payloads import Delivery, read_payloads
from worker.lineage.evaluation import Evaluation, Pair, read_pairs
from worker.lineage.fold import Fold
from worker.lineage.placement import LinkType

SEEDS = 3
DRAWS = 1_000
REPRINTED = 150
LONG = 250  # words of an article that is reprinted
DERIVES, EVENT = LinkType.DERIVES_FROM, LinkType.SAME_EVENT
FIGURES: Mapping[str, Callable[[Evaluation], float]] = {
    "F1": lambda score: score.f1,
    "recall": lambda score: score.recall,
    "P linked": lambda score: score.share("P", link=DERIVES),
    "P merged": lambda score: score.share("P", outcome="same"),
    "Q merged": lambda score: score.share("Q", outcome="same"),
    "B merged": lambda score: score.share("B", outcome="same"),
    "derives": lambda score: score.share("QBET", link=DERIVES),
    "E event": lambda score: score.share("E", link=EVENT),
    "T event": lambda score: score.share("T", link=EVENT),
}

THRESHOLDS: Mapping[str, Mapping[str, Sequence[float]]] = {
    "worker.lineage.decide": {
        "SAME": (0.44, 0.47, 0.53, 0.56),
        "COMMON_LEAST": (20, 60),
        "HERITAGE": (0.1, 0.3),
        "DERIVED_LEAST": (40, 45, 55, 60),
        "DERIVED_SHARE": (0.07, 0.13),
        "EXCERPT": (0.3, 0.7),
    },
    "worker.matching.verify": {"SOLID": (8, 12), "GAP": (1, 3), "RUN": (4, 6), "REACH": (9, 15)},
    "worker.matching.recurrence": {"LEAST": (2, 4)},
    "worker.lineage.probe": {"EVERYWHERE": (6, 10), "RECURRENT": (2, 4), "VOTES": (3, 5)},
    "worker.lineage.events": {
        "NEAR_ALIKE": (0.4, 0.52),
        "FAR_ALIKE": (0.6, 0.8),
        "NAMES": (6, 8),
        "NAMED_ALIKE": (0.24, 0.32),
    },
    "worker.matching.topic": {"LEAD": (650, 950), "KEYWORDS": (16, 24)},
}


def rewritten(delivery: Delivery, how: Rewriting, **facts: str) -> Delivery:
    """Rewrite the copy of an article; the same article is rewritten the same way every time."""
    article = orjson.loads(delivery.payload.body)
    copy = [text for text in article["text"].split("\n\n") if text.strip()]
    text = "\n\n".join(how(copy, random.Random(delivery.name)) if copy else copy)
    body = orjson.dumps({**article, "text": text, **facts})
    return replace(delivery, payload=replace(delivery.payload, body=body))


def page_of(delivery: Delivery) -> Delivery:
    """Make an article a page of a site."""
    article = orjson.loads(delivery.payload.body)
    title, links = escape(article["title"]), "".join(f"<li><a href='/'>{each}</a></li>" for each in HEADLINES)
    copy, foot = (
        "".join(f"<p>{escape(text)}</p>\n" for text in texts)
        for texts in (article["text"].split("\n\n"), FOOTER)
    )
    page = (
        f"<!doctype html><html><head><title>{title} | {OUTLET}</title>"
        f"<meta property='article:published_time' content='{article['published']}'></head><body>"
        f"<nav><ul>{links}</ul></nav><main><article><h1>{title}</h1><p class='byline'>By Nora Quill</p>{copy}"
        f"</article><aside><ul>{links}</ul></aside></main><footer>{foot}</footer></body></html>"
    )
    payload = replace(
        delivery.payload, body=page.encode(), content_type="text/html", outlet=OUTLET, url=article["url"]
    )
    return replace(delivery, payload=payload)


def words(delivery: Delivery) -> int:
    return len(orjson.loads(delivery.payload.body)["text"].split())


def reprint(delivery: Delivery) -> Delivery:
    """Let another outlet run an article."""
    return rewritten(delivery, lambda copy, _: copy, id=f"reprint of {delivery.name}", outlet="Evening Post")


class Bench:
    """The stream and its labelled pairs; the stories of no pair are placed once and for all."""

    def __init__(self, deliveries: Sequence[Delivery], pairs: Sequence[Pair]) -> None:
        self.deliveries, self.pairs = deliveries, pairs
        paired = {name for pair in pairs for name in (pair.a, pair.b)}
        order = {delivery.name: delivery.index for delivery in deliveries}
        self.late = {max(pair.a, pair.b, key=order.__getitem__) for pair in pairs}
        self.paired = [
            replace(each, index=len(deliveries) + each.index) for each in deliveries if each.name in paired
        ]
        others = [each for each in deliveries if each.name not in paired]
        fold = Fold()
        self._homes = collect(others, fold).homes()
        self._background = fold.capture()
        alone = [each for each in others if len(self._homes.get(each.name, ())) == 1 and words(each) >= LONG]
        self.reprinted = [
            replace(each, index=len(deliveries) + at)
            for at, each in enumerate(random.Random(1).sample(alone, REPRINTED))
        ]

    def score(self, deliveries: Iterable[Delivery]) -> Evaluation:
        """Place stories behind those of no pair, and score the pairs."""
        return collect(deliveries, self._fold()).score(self.pairs)

    def reprints(self, way: Callable[[Delivery], Delivery]) -> float:
        """Place stories of no pair again, rewritten by another outlet; tell the share that joins its own."""
        scorer = collect((way(reprint(each)) for each in self.reprinted), self._fold())
        homes = scorer.homes()
        joined = (self._homes[each.name] & homes.get(each.name, set()) for each in self.reprinted)
        return sum(map(bool, joined)) / len(self.reprinted)

    def _fold(self) -> Fold:
        fold = Fold()
        fold.resume({name: array.copy() for name, array in self._background.items()})
        return fold

    def rewritings(self) -> Iterable[tuple[str, Evaluation, float | None]]:
        """Score with one side of each pair rewritten, then with both."""
        ways: dict[str, Callable[[Delivery], Delivery]] = {}
        for name, how in REWRITINGS.items():
            facts = {"outlet": OUTLET} if "footer" in name or "once" in name else {}
            ways[name] = lambda each, how=how, facts=facts: rewritten(each, how, **facts)
        ways["HTML page"] = page_of
        ways["other headline, byline"] = lambda each: rewritten(
            each, lambda copy, _: copy, title="What we know so far", byline="Nora Quill"
        )
        for name, way in ways.items():
            score = self.score(way(each) if each.name in self.late else each for each in self.paired)
            yield name, score, self.reprints(way)
        for name, how in SHARED.items():
            yield f"both: {name}", self.score(rewritten(each, how) for each in self.paired), None

    def thresholds(self) -> Iterable[tuple[str, Evaluation, None]]:
        """Score the stream as it is with one threshold changed at a time."""
        for module, names in THRESHOLDS.items():
            for name, values in names.items():
                holder = import_module(module)
                usual = getattr(holder, name)
                for value in values:
                    setattr(holder, name, value)
                    yield f"{name} {usual} → {value}", self.as_it_is(), None
                setattr(holder, name, usual)

    def as_it_is(self) -> Evaluation:
        return collect(self.deliveries, Fold()).score(self.pairs)

    def streams(self) -> Iterable[tuple[str, Evaluation, None]]:
        """Score the stream in other orders, and with a third of it missing."""
        for seed in range(1, SEEDS + 1):
            chance = random.Random(seed)
            order = chance.sample(self.deliveries, len(self.deliveries))
            shuffled = [replace(each, index=at) for at, each in enumerate(order)]
            yield f"shuffled, seed {seed}", collect(shuffled, Fold()).score(self.pairs), None
            gone = set(chance.sample([each.name for each in self.deliveries], len(self.deliveries) // 3))
            kept = (each for each in self.deliveries if each.name not in gone)
            yield f"a third missing, seed {seed}", collect(kept, Fold()).score(self.pairs), None


def clusters(pairs: Sequence[Pair]) -> list[list[int]]:
    """List the pairs, by number, that hang together by a story."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for pair in pairs:
        root[find(pair.a)] = find(pair.b)
    found: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        found.setdefault(find(pair.a), []).append(number)
    return list(found.values())


def drawn(score: Evaluation) -> dict[str, tuple[float, float]]:
    """Draw the scored pairs again; tell between what each figure lies in nine draws of ten."""
    groups = clusters([row.pair for row in score.scored])
    chance = random.Random(1)
    told: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(DRAWS):
        rows = [score.scored[at] for group in chance.choices(groups, k=len(groups)) for at in group]
        again = replace(score, scored=tuple(rows))
        for name, figure in FIGURES.items():
            told[name].append(figure(again))
    return {name: tuple(np.percentile(figures, (5, 95)).tolist()) for name, figures in told.items()}


def line(name: str, figures: Iterable[Any]) -> str:
    return f"{name:36}" + "".join(f"{figure:>10}" for figure in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stream", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--thresholds", action="store_true")
    options = parser.parse_args()
    with options.pairs.open(encoding="utf-8") as lines:
        bench = Bench(list(read_payloads([options.stream])), list(read_pairs(lines)))
    print(line("", [*FIGURES, "reprints"]))
    parts = (bench.thresholds(),) if options.thresholds else (bench.rewritings(), bench.streams())
    for told in parts:
        for name, score, reprints in told:
            figures = [figure(score) for figure in FIGURES.values()]
            figures += [] if reprints is None else [reprints]
            print(line(name, (f"{each:.1%}" for each in figures)), flush=True)
    ranges = drawn(bench.as_it_is())
    for name, at in (("pairs drawn again, one in 20 below", 0), ("one in 20 above", 1)):
        print(line(name, (f"{each[at]:.1%}" for each in ranges.values())))


if __name__ == "__main__":
    main()
