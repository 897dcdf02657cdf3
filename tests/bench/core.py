"""Core milliseconds a story beside datasketch MinHashLSH, on the same articles, in one run.

python tests/bench/core.py [--stream FILE] [--limit N] [--rounds N]

Ours: payload bytes to placement, all included (JSON, sniffing, split, furniture, fingerprint, probe,
alignment, metadata). Theirs begins with decoded text, so the ratio is told for ours from there as well: what
telling the format and decoding take is measured by itself in the same round.
Theirs: lower-case, word tokens, five-word shingles, MinHash of 128 permutations by update_batch, query,
insert.
They alternate every few stories, for the machine's clock changes from second to second; the medians of the
rounds are printed, and that of their ratios.
"""

import argparse
import gzip
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
from datasketch import MinHash, MinHashLSH

from worker.formats.sniff import sniff
from worker.lineage.fold import Fold
from worker.pipeline import Limits, split
from worker.story import Coordinates, Payload, Story

LOT: Final = 200  # stories, then it is the next one's turn
WORD = re.compile(r"\w+")
Item = TypeVar("Item")
STREAM = Path(__file__).resolve().parents[3] / "shared" / "news" / "stream.jsonl.gz"


def articles(path: Path, limit: int | None) -> list[dict[str, Any]]:
    with gzip.open(path, "rb") as file:
        return [orjson.loads(line) for _, line in zip(range(limit or 10**9), file, strict=False)]


def payloads(news: list[dict[str, Any]]) -> list[Payload]:
    return [
        Payload(
            body=orjson.dumps(article),
            content_type="application/json",
            outlet=article["outlet"],
            received=number * 1000,
            coordinates=Coordinates(topic="bench", partition=0, offset=number),
        )
        for number, article in enumerate(news)
    ]


def lots(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), LOT):
        yield items[start : start + LOT]


def ours(news: list[dict[str, Any]]) -> Iterator[float]:
    """Yield the CPU seconds that each lot takes, as the others do."""
    fold, limits = Fold(window=None), Limits()
    for lot in lots(payloads(news)):
        started = time.process_time()
        for payload in lot:
            for part in split(payload, limits):
                if isinstance(part, Story):
                    fold.place(part, at=part.received)
        yield time.process_time() - started


def decoding(news: list[dict[str, Any]]) -> Iterator[float]:
    """Take the time from bytes to decoded text: format and charset told, JSON read."""
    limits = Limits()
    for lot in lots(payloads(news)):
        started = time.process_time()
        for payload in lot:
            for _ in sniff(payload.body, payload.content_type, nesting=limits.nesting, outlet=payload.outlet):
                pass
        yield time.process_time() - started


def theirs(news: list[dict[str, Any]]) -> Iterator[float]:
    index = MinHashLSH(threshold=0.5, num_perm=128)
    for at, lot in enumerate(lots(news)):
        started = time.process_time()
        for number, article in enumerate(lot, at * LOT):
            words = WORD.findall(article["text"].lower())
            shingles = {" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))}
            sketch = MinHash(num_perm=128)
            sketch.update_batch(list(shingles))
            index.query(sketch)
            index.insert(str(number), sketch)
        yield time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stream", type=Path, default=STREAM)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    news = articles(options.stream, options.limit)
    words = sum(len(WORD.findall(article["text"])) for article in news) / len(news)
    runs = {"wiretrace": ours, "of which decoding": decoding, "datasketch": theirs}
    costs: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(options.rounds):
        taken = zip(*[run(news) for run in runs.values()], strict=True)
        for name, seconds in zip(runs, zip(*taken, strict=True), strict=True):
            costs[name].append(sum(seconds))
    per = {name: statistics.median(each) * 1000 / len(news) for name, each in costs.items()}
    print(f"{len(news)} articles of {words:.0f} words on average, {options.rounds} rounds, CPU time")
    for name, cost in per.items():
        print(f"{name:18} {cost:6.3f} ms a story")
    rounds = list(zip(*costs.values(), strict=True))
    decoded_on = statistics.median([peer / (whole - before) for whole, before, peer in rounds])
    bytes_on = statistics.median([peer / whole for whole, _, peer in rounds])
    print(f"datasketch / wiretrace: {decoded_on:.2f} from decoded text to placement")
    print(f"                        {bytes_on:.2f} from payload bytes to placement")


if __name__ == "__main__":
    main()
