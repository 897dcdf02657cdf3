"""Which documents hold a hash? An inverted index of plain arrays that grows, ages and never surprises.

New documents stand in a dictionary; full dictionaries become sorted runs; four runs of one size
become one of the next (a log-structured merge tree, O'Neil et al. 1996). A posting is one number, the
key above the document: eight bytes. What a probe finds does not depend on how the runs are cut.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker.lineage.arrays import Arrays

Keys = npt.NDArray[np.uint32]
Documents = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Run = npt.NDArray[np.uint64]

FRESH: Final = 1_024  # documents that stand in the dictionary
FAN: Final = 4  # runs of one size that become one
LARGEST: Final = 1 << 22  # postings: a larger run is not merged again
SWEEP: Final = 8_192  # dropped documents
PER_KEY: Final = 128  # documents that one key hands out, the newest first
_SHIFT: Final = np.uint64(32)
_LAST: Final = np.uint64(0xFFFFFFFF)


class Postings:
    """An inverted index from 32-bit keys to numbered documents, which are added in rising order."""

    __slots__ = ("_crowded", "_fresh", "_fresh_documents", "_gone", "_loaded", "_runs", "_tiers", "_waiting")

    def __init__(self) -> None:
        self._fresh: dict[int, int] = {}  # the newest document of each key
        self._crowded: dict[int, list[int]] = {}  # the older ones, where there are
        self._fresh_documents = 0
        self._waiting: list[tuple[int, Keys]] = []  # documents that are loaded, see ``load``
        self._loaded = 0  # their postings
        self._runs: list[Run] = []
        self._tiers: list[int] = []
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

    def load(self, document: int, keys: Keys) -> None:
        """Index a document among many, before anybody probes: ``settle`` ends the loading."""
        self._waiting.append((document, keys.copy()))  # not a view of a whole record
        self._loaded += len(keys)
        if self._loaded >= LARGEST:
            self.settle()

    def settle(self) -> None:
        """Make what was loaded findable, and bring the dictionary into a run."""
        self._flush()
        if not self._waiting:
            return
        documents = np.array([document for document, _ in self._waiting], np.uint32)
        sizes = [len(keys) for _, keys in self._waiting]
        keys = np.concatenate([keys for _, keys in self._waiting])
        self._waiting, self._loaded = [], 0
        self._append(_run(keys, documents.repeat(sizes)), tier=(len(documents) // FRESH).bit_length() // 2)

    def drop(self, document: int) -> None:
        """Forget a document; its postings go with the next sweep, every ``SWEEP`` such documents."""
        self._gone.append(document)
        if len(self._gone) >= SWEEP:
            self.settle()
            gone = np.array(self._gone, np.uint32)
            self._gone = []
            swept = [run[~np.isin(_documents(run), gone)] for run in self._runs]
            self._tiers = [tier for tier, run in zip(self._tiers, swept, strict=True) if len(run)]
            self._runs = [run for run in swept if len(run)]

    def probe(self, keys: Keys) -> tuple[Places, Documents]:
        """Find the documents of each key: places in ``keys`` and documents, pairwise, in no order.

        A key that is everywhere gives its newest ``PER_KEY`` documents. Dropped documents may still
        be among them: the caller knows who is alive.
        """
        fresh_places, fresh_documents = self._probe_fresh(keys.tolist())
        places: list[Places] = [np.array(fresh_places, np.int64)]
        documents: list[Documents] = [np.array(fresh_documents, np.uint32)]
        left = PER_KEY - np.bincount(places[0], minlength=len(keys))
        low = keys.astype(np.uint64) << _SHIFT
        for run in reversed(self._runs):
            starts = run.searchsorted(low)
            found = (run.take(starts, mode="clip") >> _SHIFT == keys).nonzero()[0]
            if not len(found):
                continue
            ends = run.searchsorted(low[found] | _LAST, side="right")
            sizes = np.minimum(ends - starts[found], left[found])
            left[found] -= sizes
            lasts = sizes.cumsum()
            steps = np.arange(lasts[-1]) - (lasts - sizes).repeat(sizes)
            documents.append(_documents(run[(ends - sizes).repeat(sizes) + steps]))
            places.append(found.repeat(sizes))
        return np.concatenate(places), np.concatenate(documents)

    def size(self) -> int:
        """Count the bytes of the runs."""
        return sum(run.nbytes for run in self._runs)

    def capture(self) -> Arrays:
        """Give all that is indexed as arrays that nobody changes any more."""
        self.settle()
        runs = {f"run{number}": run for number, run in enumerate(self._runs)}
        return {**runs, "tiers": np.array(self._tiers, np.int64), "gone": np.array(self._gone, np.uint32)}

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave; ValueError when it is not that."""
        self._tiers = arrays["tiers"].tolist()
        self._gone = arrays["gone"].tolist()
        self._runs = [arrays[f"run{number}"].view(np.uint64) for number in range(len(self._tiers))]

    def _probe_fresh(self, asked: list[int]) -> tuple[list[int], list[int]]:
        newest = list(map(self._fresh.get, asked))
        places = [place for place, document in enumerate(newest) if document is not None]
        documents = [document for document in newest if document is not None]
        if self._crowded:
            for place in tuple(places):
                older = self._crowded.get(asked[place])
                if older is not None:
                    documents += older[1 - PER_KEY :]
                    places += [place] * min(len(older), PER_KEY - 1)
        return places, documents

    def _flush(self) -> None:
        if not self._fresh:
            return
        crowded = [(key, older) for key, held in self._crowded.items() for older in held]
        keys = np.array([*self._fresh, *(key for key, _ in crowded)], np.uint32)
        documents = np.array([*self._fresh.values(), *(older for _, older in crowded)], np.uint32)
        self._fresh, self._crowded = {}, {}
        self._fresh_documents = 0
        self._append(_run(keys, documents), tier=0)

    def _append(self, run: Run, *, tier: int) -> None:
        """Add a run of newer documents; where four of a size stand last they become one."""
        if not len(run):
            return
        self._runs.append(run)
        self._tiers.append(tier)
        while len(self._runs) >= FAN:
            last = self._runs[-FAN:]
            if len(set(self._tiers[-FAN:])) > 1 or sum(map(len, last)) > LARGEST:
                return
            merged = np.concatenate(last)
            merged.sort()
            self._runs[-FAN:] = [merged]
            self._tiers[-FAN:] = [self._tiers[-1] + 1]


def counted(documents: Documents) -> tuple[Documents, Places]:
    """List the distinct documents in rising order, and how often each stands there."""
    ordered = np.sort(documents)
    first = np.ones(len(ordered) + 1, np.bool_)
    first[1:-1] = ordered[1:] != ordered[:-1]
    at = first.nonzero()[0]
    return ordered[at[:-1]], at[1:] - at[:-1]


def _run(keys: Keys, documents: Documents) -> Run:
    run: Run = (keys.astype(np.uint64) << _SHIFT) | documents
    run.sort()
    return run


def _documents(run: Run) -> Documents:
    return run.astype(np.uint32)  # the key is cut off
