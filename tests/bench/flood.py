"""A flood of boilerplate: thousands of stories that share 80 per cent of their words.

python -m tests.bench.flood [--stories N] [--outlets N]

Prints milliseconds a story for each tenth of the flood, the bytes of the state, how many canonical
stories came of it, and whether a reprint of one of the flooded stories still finds its own.
"""

import argparse
import random
import time

from tests.lineage.conftest import Newsroom

SHARED = 8  # paragraphs that every story has
OWN = 2  # that it has alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--outlets", type=int, default=1)
    options = parser.parse_args()
    newsroom, chance = Newsroom(), random.Random(1)
    boilerplate = newsroom.copy("boilerplate", paragraphs=SHARED)
    ids: list[str | None] = []
    tenth = max(options.stories // 10, 1)
    started = time.process_time()
    for number in range(options.stories):
        copy = [*boilerplate, *newsroom.copy(("own", number), paragraphs=OWN)]
        chance.shuffle(copy)
        ids.append(newsroom.place(copy, outlet=f"Flood {number % options.outlets}").canonical_id)
        if (number + 1) % tenth == 0:
            spent, started = time.process_time() - started, time.process_time()
            state = sum(newsroom.fold.size().values())
            print(
                f"{number + 1:6} stories  {spent * 1000 / tenth:6.2f} ms a story  "
                f"{state / 1e6:6.1f} MB of state  {len(set(ids)):6} canonical stories",
                flush=True,
            )
    asked = options.stories // 2
    reprint = newsroom.place(
        [*newsroom.copy(("own", asked), paragraphs=OWN), *boilerplate], outlet="Reprinter"
    )
    print("a reprint finds its own" if reprint.canonical_id == ids[asked] else "a reprint went astray")


if __name__ == "__main__":
    main()
