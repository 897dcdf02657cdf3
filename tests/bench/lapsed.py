"""How well is late copy recognised when no text is left? Every story lapses before the next one comes.

``python -m tests.bench.lapsed STREAM PAIRS`` prints what ``wiretrace evaluate`` does.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from topics.times import time_text
from worker.commands.payloads import Delivery, read_payloads
from worker.lineage.evaluation import Scorer, read_pairs, render
from worker.lineage.fold import Fold
from worker.pipeline import split
from worker.story import Coordinates, Story

STEP = 1000  # milliseconds from one story to the next


def collect(deliveries: Iterable[Delivery]) -> tuple[Scorer, int]:
    """Place a stream of stories whose right ends at once; count the lapses."""
    fold, scorer, lapses, at = Fold(), Scorer(), 0, 0
    for delivery in deliveries:
        coordinates = Coordinates(topic="", partition=0, offset=delivery.index)
        for part in split(replace(delivery.payload, coordinates=coordinates)):
            if isinstance(part, Story):
                step = fold.place(replace(part, expires=time_text(at + STEP // 2)), at=at)
                at += STEP
                lapses += len(step.lapses)
                scorer.add(delivery.name, step)
    return scorer, lapses


if __name__ == "__main__":
    stream, pairs = map(Path, sys.argv[1:3])
    scored, count = collect(read_payloads([stream]))
    with pairs.open(encoding="utf-8") as lines:
        print(f"{count} lapses\n{render(scored.score(list(read_pairs(lines))))}")
