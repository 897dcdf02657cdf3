"""Milliseconds of processor time that splitting one story costs, by format, fingerprint included.

python tests/bench/formats.py [--files DIR] [--stream FILE] [--rounds N]

Each file is split so many times; the best time counts, since the machine is noisy. A payload of several
stories is divided by their number. Beside the files, the first articles of a stream of JSON lines are split.
"""

import argparse
import gzip
import statistics
import time
from collections import defaultdict
from itertools import islice
from pathlib import Path

from worker.pipeline import split
from worker.story import Payload, Story

SHARED = Path(__file__).resolve().parents[3] / "shared"
ARTICLES = 100


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
    parser.add_argument("--files", type=Path, default=SHARED / "wire")
    parser.add_argument("--stream", type=Path, default=SHARED / "news" / "stream.jsonl.gz")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    told = defaultdict(list)
    bodies = [path.read_bytes() for path in sorted(given.files.iterdir())]
    with gzip.open(given.stream, "rb") as stream:
        bodies += islice(stream, ARTICLES)
    for body in bodies:
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
