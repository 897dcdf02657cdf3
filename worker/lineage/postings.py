"""Which documents hold a hash? An inverted index of plain arrays that grows, ages and never surprises.

New documents stand in a hash table; full tables become sorted runs; four runs of one size become one
of the next (a log-structured merge tree, O'Neil et al. 1996). A posting is one number, the key above
the document: eight bytes. What a probe finds does not depend on how the runs are cut.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.lineage.arrays import Arrays

Keys = npt.NDArray[np.uint32]
Documents = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.uint64]

FRESH: Final = 1_024  # documents that stand in the hash table
CHAINS: Final = 1 << 16  # of the table
FAN: Final = 4  # runs of one size that become one
LARGEST: Final = 1 << 22  # postings: a larger run is not merged again
SWEEP: Final = 8_192  # dropped documents
PER_KEY: Final = 128  # documents that one key hands out, the newest first
KEYS: Final = 1 << 32  # that there are
_SHIFT: Final = np.uint64(32)
START: Final = 1 << 15  # postings that the table has room for at first
RANGE: Final = 16  # postings of a run for which it is noted where they start, or up to twice as many


class Run(NamedTuple):
    """Sorted postings, and where those of each range of keys start: see ``kernels.find``."""

    postings: Numbers
    starts: npt.NDArray[np.uint32]


class Postings:
    """An inverted index from 32-bit keys to numbered documents, which are added in rising order."""

    __slots__ = (
        "_chains",
        "_fresh",
        "_fresh_documents",
        "_gone",
        "_loaded",
        "_runs",
        "_tiers",
        "_used",
        "_waiting",
    )

    def __init__(self) -> None:
        self._chains = np.zeros(CHAINS, np.uint32)  # the newest posting of each, counted from 1
        self._fresh = np.empty((START, 3), np.uint32)  # key, document, the next older one of the chain
        self._used = 0  # fresh postings
        self._fresh_documents = 0
        self._waiting: list[tuple[int, Keys]] = []  # documents that are loaded, see ``load``
        self._loaded = 0  # their postings
        self._runs: list[Run] = []
        self._tiers: list[int] = []
        self._gone: list[int] = []

    def add(self, document: int, keys: Keys) -> None:
        """Index a document under each of its distinct keys."""
        wanted = self._used + len(keys)
        if wanted > len(self._fresh):
            grown = np.empty((2 * wanted, 3), np.uint32)
            grown[: self._used] = self._fresh[: self._used]
            self._fresh = grown
        kernels.post(keys, self._chains, self._fresh, self._used, document)
        self._used = wanted
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
        """Make what was loaded findable, and bring the hash table into a run."""
        self._flush()
        if not self._waiting:
            return
        documents = np.array([document for document, _ in self._waiting], np.uint32)
        sizes = [len(keys) for _, keys in self._waiting]
        keys = np.concatenate([keys for _, keys in self._waiting])
        self._waiting, self._loaded = [], 0
        self._append(_sorted(keys, documents.repeat(sizes)), tier=(len(documents) // FRESH).bit_length() // 2)

    def drop(self, document: int) -> None:
        """Forget a document; its postings go with the next sweep, every ``SWEEP`` such documents."""
        self._gone.append(document)
        if len(self._gone) >= SWEEP:
            self.settle()
            gone = np.array(self._gone, np.uint32)
            self._gone = []
            swept = [run.postings[~np.isin(_documents(run), gone)] for run in self._runs]
            self._tiers = [tier for tier, left in zip(self._tiers, swept, strict=True) if len(left)]
            self._runs = [run_of(left) for left in swept if len(left)]

    def probe(self, keys: Keys) -> tuple[bytearray, bytearray]:
        """Find the documents of each key: places in ``keys`` and documents, pairwise, as kernels read them.

        A key that is everywhere gives its newest ``PER_KEY`` documents. Dropped documents may still
        be among them: the caller knows who is alive.
        """
        return kernels.find(keys, self._chains, self._fresh, self._used, self._runs, PER_KEY)

    def documents(self, keys: Keys) -> list[int]:
        """List the documents of all keys, one for each key that it has; else as ``probe``."""
        _, found = self.probe(keys)
        documents: list[int] = np.frombuffer(found, np.uint32).tolist()
        return documents

    def size(self) -> int:
        """Count the bytes of the runs."""
        return sum(run.postings.nbytes + run.starts.nbytes for run in self._runs)

    def capture(self) -> Arrays:
        """Give all that is indexed as arrays that nobody changes any more."""
        self.settle()
        runs = {f"run{number}": run.postings for number, run in enumerate(self._runs)}
        return {**runs, "tiers": np.array(self._tiers, np.int64), "gone": np.array(self._gone, np.uint32)}

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave; ValueError when it is not that."""
        self._tiers = arrays["tiers"].tolist()
        self._gone = arrays["gone"].tolist()
        self._runs = [run_of(arrays[f"run{number}"].view(np.uint64)) for number in range(len(self._tiers))]

    def _flush(self) -> None:
        if not self._fresh_documents:
            return
        keys, documents, _ = self._fresh[: self._used].T
        self._append(_sorted(keys, documents), tier=0)
        self._chains[:] = 0
        self._used = self._fresh_documents = 0

    def _append(self, postings: Numbers, *, tier: int) -> None:
        """Add a run of newer documents; where four of a size stand last they become one."""
        if not len(postings):
            return
        self._runs.append(run_of(postings))
        self._tiers.append(tier)
        while len(self._runs) >= FAN:
            last = [run.postings for run in self._runs[-FAN:]]
            if len(set(self._tiers[-FAN:])) > 1 or sum(map(len, last)) > LARGEST:
                return
            merged = np.concatenate(last)
            merged.sort()
            self._runs[-FAN:] = [run_of(merged)]
            self._tiers[-FAN:] = [self._tiers[-1] + 1]


def _sorted(keys: Keys, documents: Documents) -> Numbers:
    postings: Numbers = (keys.astype(np.uint64) << _SHIFT) | documents
    postings.sort()
    return postings


def run_of(postings: Numbers) -> Run:
    """Note where the postings of each range of keys start: a look-up goes there at once."""
    ranges = 1 << max(len(postings) // RANGE, 1).bit_length() - 1
    starts = np.full(ranges + 1, len(postings), np.uint32)
    first = np.arange(ranges, dtype=np.uint64) * np.uint64(KEYS // ranges)
    starts[:-1] = postings.searchsorted(first << _SHIFT)
    return Run(postings=postings, starts=starts)


def _documents(run: Run) -> Documents:
    return run.postings.astype(np.uint32)  # the key is cut off
