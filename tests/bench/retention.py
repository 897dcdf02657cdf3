"""Thirty days of news through the fold, by stream time: what it remembers, and what it lets go.

python -m tests.bench.retention [--days N] [--per-day N] [--window DAYS]

A third of the stories are reprints, one story is kept alive by a variant every day, and every day brings a
variant of a story that expired. Prints state and memory day by day, and the most of both halves of what
follows the first two windows. The index is swept every 8,192 copies, so fewer than that show half a tooth.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from tests.bench.recovery import resident
from tests.bench.wire import STARTED, Wire
from worker.lineage.fold import Fold
from worker.story import Coordinates

DAY = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What stands at the end of a day."""

    number: int
    placed: int
    live: int  # snapshots that canonical-stories holds, tombstones taken into account
    held: int  # copies
    size: dict[str, int]
    late: int  # variants that came after expiry
    told: int  # and say of which story


def simulate(*, days: int, per_day: int, window: int) -> Iterator[Day]:
    """Place ``per_day`` stories a day; ``window`` counts days."""
    wire, chance = Wire(per_day=per_day), np.random.default_rng(3)
    fold = Fold(window=window * DAY)
    live: set[str] = set()
    copies: list[list[list[str]]] = []
    evergreen = wire.copy()
    placed = late = told = 0
    for day in range(days):
        copies.append([])
        for number in range(per_day):
            at = STARTED + day * DAY + number * DAY // per_day
            overdue = number == 1 and day > window + 1
            if number == 0:
                copy = [*evergreen, *wire.copy()[:2]]
            elif overdue:
                copy = copies[day - window - 2][1]
            elif number > 3 and chance.random() < 1 / 3:
                copy = copies[day][int(chance.integers(1, len(copies[day])))][:6]
            else:
                copy = wire.copy()
            copies[day].append(copy)
            story = wire.story(placed, copy)
            story = replace(story, coordinates=Coordinates(topic="t", partition=0, offset=placed))
            step = fold.place(story, at=at)
            placed += 1
            live.update(each.canonical_id for each in step.canonicals)
            live.difference_update(step.expired)
            variant = step.placements[0].variant
            late += overdue
            told += overdue and variant is not None and variant.expired is not None
        if day > window + 2:
            copies[day - window - 3] = []
        held = fold._state.catalogue.copies.count()
        yield Day(
            number=day + 1, placed=placed, live=len(live), held=held, size=fold.size(), late=late, told=told
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--per-day", type=int, default=900)
    parser.add_argument("--window", type=int, default=2)
    options = parser.parse_args()
    seen: list[tuple[Day, int]] = []
    for day in simulate(days=options.days, per_day=options.per_day, window=options.window):
        seen.append((day, resident()))
        print(
            f"day {day.number:>2}: {day.placed:>6} placed, {day.live:>5} live canonical stories, "
            f"{day.held:>5} copies, {sum(day.size.values()) / 1e6:6.1f} MB of state, "
            f"{seen[-1][1] / 1e6:6.0f} MB resident, {day.told} of {day.late} late variants say so",
            flush=True,
        )
    warm = seen[2 * options.window :]
    for part in (warm[: len(warm) // 2], warm[len(warm) // 2 :]):
        print(
            f"days {part[0][0].number} to {part[-1][0].number}, the most: "
            f"{max(day.live for day, _ in part)} live, "
            f"{max(sum(day.size.values()) for day, _ in part) / 1e6:.1f} MB of state, "
            f"{max(held for _, held in part) / 1e6:.0f} MB resident"
        )


if __name__ == "__main__":
    main()
