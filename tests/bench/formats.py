"""Milliseconds of processor time that splitting one story costs, by format, fingerprint included.

python tests/bench/formats.py [--files DIR] [--rounds N]

Each file is split so many times; the best time counts, since the machine is noisy. A payload of several
stories is divided by their number.
"""

import argparse
import statistics
import time
from collections import defaultdict
from pathlib import Path

from worker.pipeline import split
from worker.story import Payload, Story

FILES = Path(__file__).resolve().parents[3] / "shared" / "wire"


def cost(body: bytes, rounds: int) -> float:
    """Measure the best of so many rounds, in milliseconds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        split(Payload(body=body))
        best = min(best, time.process_time() - started)
    return best * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=Path, default=FILES)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    told = defaultdict(list)
    for path in sorted(given.files.iterdir()):
        body = path.read_bytes()
        stories = [part for part in split(Payload(body=body)) if isinstance(part, Story)]
        if stories:
            told[stories[0].source_format].append((cost(body, given.rounds) / len(stories), len(body)))
    print(f"{'format':16}{'files':>6}{'median ms':>11}{'worst ms':>10}{'bytes':>9}")
    for name, rows in sorted(told.items()):
        worst = max(rows)
        median = statistics.median(row[0] for row in rows)
        print(f"{name:16}{len(rows):6}{median:11.2f}{worst[0]:10.2f}{worst[1]:9}")


if __name__ == "__main__":
    main()
