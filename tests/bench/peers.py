"""Quality beside what people use instead, on the same stream and pairs, in one run.

python -m tests.bench.peers [--stream FILE] [--pairs FILE]

Peers say "same story" of a pair at and over a threshold; each gets the threshold, of a grid, that is best for
it on these very pairs, which nobody has in advance. Shingles are five words, lower-case.

MinHash-LSH: datasketch, 128 permutations, query then insert; who matches anyone of a cluster joins it.
Jaccard, containment: exact, of the pair alone; shared shingles in all of both, or in all of the shorter.
token set ratio: rapidfuzz, of the pair alone.
"""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH
from rapidfuzz import fuzz

from tests.bench.core import STREAM, WORD, articles
from worker.commands.evaluate import collect
from worker.commands.payloads import read_payloads
from worker.lineage.evaluation import Evaluation, Pair, Scored, read_pairs
from worker.lineage.fold import Fold

PAIRS = STREAM.parent / "pairs.tsv"
USUAL = 0.5  # of MinHash-LSH, told as well
GRID = [step / 20 for step in range(1, 20)]

Same = Callable[[Pair], bool]


def shingles(text: str) -> set[str]:
    words = WORD.findall(text.lower())
    return {" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))}


def clustered(texts: dict[str, set[str]]) -> Iterable[tuple[float, Same]]:
    """MinHash-LSH at each threshold."""
    sketches: dict[str, Any] = {}
    for name, text in texts.items():
        sketches[name] = MinHash(num_perm=128)
        sketches[name].update_batch([shingle.encode() for shingle in text])
    for threshold in GRID:
        index = MinHashLSH(threshold=threshold, num_perm=128)
        cluster: dict[str, int] = {}
        members: dict[int, list[str]] = {}
        for number, (name, sketch) in enumerate(sketches.items()):
            cluster[name], members[number] = number, [name]
            for gone in {cluster[other] for other in index.query(sketch)}:
                for each in members.pop(gone):
                    cluster[each] = number
                    members[number].append(each)
            index.insert(name, sketch)
        yield threshold, partial(together, cluster)


def together(cluster: dict[str, int], pair: Pair) -> bool:
    return cluster[pair.a] == cluster[pair.b]


def measured(likeness: Callable[[Pair], float], pairs: list[Pair]) -> Iterable[tuple[float, Same]]:
    """A measure of a pair at each threshold."""
    known = {pair: likeness(pair) for pair in pairs}
    for threshold in GRID:
        yield threshold, {pair: like >= threshold for pair, like in known.items()}.__getitem__


def scored(pairs: list[Pair], same: Same) -> Evaluation:
    rows = tuple(
        Scored(pair=pair, outcome="same" if same(pair) else "nothing", links=frozenset()) for pair in pairs
    )
    return Evaluation(stories=0, canonicals=0, missing=(), scored=rows, largest=())


def tell(name: str, found: Evaluation, threshold: str) -> None:
    merged = "  ".join(f"{label} {found.share(label, outcome='same'):4.0%}" for label in "PQBET")
    print(
        f"{name:18} {found.f1:5.3f}  {found.precision:9.3f}  {found.recall:6.3f}  {threshold:>9}  {merged}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stream", type=Path, default=STREAM)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    options = parser.parse_args()
    with options.pairs.open(encoding="utf-8") as lines:
        pairs = list(read_pairs(lines))
    texts = {article["id"]: article["text"] for article in articles(options.stream, None)}
    pairs = [pair for pair in pairs if pair.a in texts and pair.b in texts]
    sets = {name: shingles(text) for name, text in texts.items()}

    def jaccard(pair: Pair) -> float:
        return len(sets[pair.a] & sets[pair.b]) / len(sets[pair.a] | sets[pair.b])

    def containment(pair: Pair) -> float:
        return len(sets[pair.a] & sets[pair.b]) / min(len(sets[pair.a]), len(sets[pair.b]))

    def token_set(pair: Pair) -> float:
        return fuzz.token_set_ratio(texts[pair.a], texts[pair.b]) / 100

    print("                      F1  precision  recall  threshold  called the same story, of the label")
    ours = collect(list(read_payloads([options.stream])), Fold(window=None)).score(pairs)
    tell("wiretrace", ours, "-")
    peers = {
        "MinHash-LSH": clustered(sets),
        "Jaccard": measured(jaccard, pairs),
        "containment": measured(containment, pairs),
        "token set ratio": measured(token_set, pairs),
    }
    for name, runs in peers.items():
        tried = [(scored(pairs, same), threshold) for threshold, same in runs]
        found, threshold = max(tried, key=lambda run: (run[0].f1, run[1]))
        tell(name, found, f"{threshold:.2f}")
        for found, threshold in tried:
            if name == "MinHash-LSH" and threshold == USUAL:
                tell("the same", found, f"{threshold:.2f}")


if __name__ == "__main__":
    main()
