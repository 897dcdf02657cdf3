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

FRESH: Final = 1_024  # documents that stand in the dictionary
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

    __slots__ = ("_crowded", "_fresh", "_fresh_documents", "_gone", "_runs")

    def __init__(self) -> None:
        self._fresh: dict[int, int] = {}  # the newest document of each key
        self._crowded: dict[int, list[int]] = {}  # the older ones, where there are
        self._fresh_documents = 0
        self._runs: list[_Run] = []
        self._gone: list[int] = []

    def add(self, document: int, keys: Keys) -> None:
        """Index a document under each of its distinct keys."""
        new = dict.fromkeys(keys.tolist(), document)
        for key in self._fresh.keys() & new.keys():
            self._crowded.setdefault(key, []).append(self._fresh[key])
        self._fresh.update(new)
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
            low = run.keys.searchsorted(keys)
            found = (run.keys.take(low, mode="clip") == keys).nonzero()[0]
            if not len(found):
                continue
            ends = run.keys.searchsorted(keys[found], side="right")
            sizes = np.minimum(ends - low[found], PER_RUN)
            lasts = sizes.cumsum()
            steps = np.arange(lasts[-1]) - (lasts - sizes).repeat(sizes)
            documents.append(run.documents[(ends - sizes).repeat(sizes) + steps])
            places.append(found.repeat(sizes))
        asked = keys.tolist()
        newest = list(map(self._fresh.get, asked))
        fresh_places = [place for place, document in enumerate(newest) if document is not None]
        fresh_documents = [document for document in newest if document is not None]
        if self._crowded:
            for place in tuple(fresh_places):
                older = self._crowded.get(asked[place])
                if older is not None:
                    fresh_documents += older[1 - PER_RUN :]
                    fresh_places += [place] * min(len(older), PER_RUN - 1)
        places.append(np.array(fresh_places, np.int64))
        documents.append(np.array(fresh_documents, np.uint32))
        return np.concatenate(places), np.concatenate(documents)

    def size(self) -> int:
        """Count the bytes of the runs."""
        return sum(run.keys.nbytes + run.documents.nbytes for run in self._runs)

    def _flush(self) -> None:
        crowded = [(key, older) for key, held in self._crowded.items() for older in held]
        keys = np.array([*self._fresh, *(key for key, _ in crowded)], np.uint32)
        documents = np.array([*self._fresh.values(), *(older for _, older in crowded)], np.uint32)
        self._runs.append(_sorted(keys, documents, tier=0))
        self._fresh, self._crowded = {}, {}
        self._fresh_documents = 0
        while len(self._runs) >= FAN:
            last = self._runs[-FAN:]
            if len({run.tier for run in last}) > 1 or sum(len(run.keys) for run in last) > LARGEST:
                return
            keys = np.concatenate([run.keys for run in last])
            documents = np.concatenate([run.documents for run in last])
            self._runs[-FAN:] = [_sorted(keys, documents, tier=last[0].tier + 1)]


def counted(documents: Documents) -> tuple[Documents, Places]:
    """List the distinct documents in rising order, and how often each stands there."""
    ordered = np.sort(documents)
    first = np.ones(len(ordered) + 1, np.bool_)
    first[1:-1] = ordered[1:] != ordered[:-1]
    at = first.nonzero()[0]
    return ordered[at[:-1]], at[1:] - at[:-1]


def _sorted(keys: Keys, documents: Documents, *, tier: int) -> _Run:
    order = np.lexsort((documents, keys))
    return _Run(keys[order], documents[order], tier)
