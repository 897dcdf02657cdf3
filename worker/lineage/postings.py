"""Which documents hold a hash? An inverted index of plain arrays that grows, ages and never surprises.

New documents stand in a dictionary; full dictionaries become sorted runs; four runs of one size
become one of the next (a log-structured merge tree, O'Neil et al. 1996). Eight bytes a posting.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
Documents = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

FRESH: Final = 256  # documents that stand in the dictionary
FAN: Final = 4  # runs of one size that become one
LARGEST: Final = 1 << 22  # postings: a larger run is not merged again
SWEEP: Final = 8_192  # dropped documents
PER_RUN: Final = 64  # postings of one key that one run hands out, the newest first


@dataclass(frozen=True, slots=True)
class _Run:
    """Postings sorted by key, then document."""

    keys: Keys
    documents: Documents
    tier: int

    def without(self, gone: Documents) -> "_Run":
        """Leave out the postings of some documents."""
        kept = ~np.isin(self.documents, gone)
        return _Run(self.keys[kept], self.documents[kept], self.tier)


class Postings:
    """An inverted index from 32-bit keys to numbered documents, which are added in rising order."""

    __slots__ = ("_fresh", "_fresh_documents", "_gone", "_runs")

    def __init__(self) -> None:
        self._fresh: dict[int, list[int]] = {}
        self._fresh_documents = 0
        self._runs: list[_Run] = []
        self._gone: list[int] = []

    def add(self, document: int, keys: Keys) -> None:
        """Index a document under each of its distinct keys."""
        for key in keys.tolist():
            self._fresh.setdefault(key, []).append(document)
        self._fresh_documents += 1
        if self._fresh_documents >= FRESH:
            self._flush()

    def drop(self, document: int) -> None:
        """Forget a document; its postings go with the next sweep, every ``SWEEP`` such documents."""
        self._gone.append(document)
        if len(self._gone) >= SWEEP:
            self._flush()
            gone = np.array(self._gone, np.uint32)
            self._gone = []
            swept = (run.without(gone) for run in self._runs)
            self._runs = [run for run in swept if len(run.keys)]

    def probe(self, keys: Keys) -> tuple[Places, Documents]:
        """Find the documents of each key: places in ``keys`` and documents, pairwise.

        A key that is everywhere gives at most ``PER_RUN`` documents a run. Dropped documents may
        still be among them: the caller knows who is alive.
        """
        places: list[Places] = []
        documents: list[Documents] = []
        for run in self._runs:
            low = np.searchsorted(run.keys, keys, side="left")
            high = np.searchsorted(run.keys, keys, side="right")
            found = np.flatnonzero(high > low)
            if not len(found):
                continue
            ends = high[found]
            sizes = np.minimum(ends - low[found], PER_RUN)
            firsts = np.cumsum(sizes) - sizes
            steps = np.arange(int(sizes.sum())) - np.repeat(firsts, sizes)
            documents.append(run.documents[np.repeat(ends - sizes, sizes) + steps])
            places.append(np.repeat(found, sizes))
        fresh_places: list[int] = []
        fresh_documents: list[int] = []
        for place, held in enumerate(map(self._fresh.get, keys.tolist())):
            if held is not None:
                some = held[-PER_RUN:]
                fresh_documents += some
                fresh_places += [place] * len(some)
        places.append(np.array(fresh_places, np.int64))
        documents.append(np.array(fresh_documents, np.uint32))
        return np.concatenate(places), np.concatenate(documents)

    def size(self) -> int:
        """Count the bytes of the runs."""
        return sum(run.keys.nbytes + run.documents.nbytes for run in self._runs)

    def _flush(self) -> None:
        sizes = [len(held) for held in self._fresh.values()]
        keys = np.repeat(np.fromiter(self._fresh, np.uint32, len(self._fresh)), sizes)
        documents = np.array([document for held in self._fresh.values() for document in held], np.uint32)
        self._runs.append(_sorted(keys, documents, tier=0))
        self._fresh = {}
        self._fresh_documents = 0
        while len(self._runs) >= FAN:
            last = self._runs[-FAN:]
            if len({run.tier for run in last}) > 1 or sum(len(run.keys) for run in last) > LARGEST:
                return
            keys = np.concatenate([run.keys for run in last])
            documents = np.concatenate([run.documents for run in last])
            self._runs[-FAN:] = [_sorted(keys, documents, tier=last[0].tier + 1)]


def _sorted(keys: Keys, documents: Documents, *, tier: int) -> _Run:
    order = np.lexsort((documents, keys))
    return _Run(keys[order], documents[order], tier)
