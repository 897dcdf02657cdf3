"""Which canonical stories left the window? For one more window a late variant can say whose it was.

A few keys of the copy are enough for a reprint; a brief or a rewrite is not known again.
"""

from collections import Counter, OrderedDict
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.lineage.arrays import Arrays, arrays_of, gathered
from worker.lineage.catalogue import Departure
from worker.lineage.columns import Columns
from worker.lineage.postings import Keys, Postings

ASKED: Final = 16  # keys of a story, the smallest, that are looked up
NEEDED: Final = 4  # of the keys of a departed story, or half of those it had
TOLD: Final = 500  # ids that one step takes back, so that no transaction grows without bound


class Departed:
    """Expired canonical stories: those whose snapshots are to be taken back, and all, by their keys."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._postings = Postings()
        self._rows = Columns("left", left=(np.int64, 1, -1), id=(np.uint8, 16, 0), keys=(np.int8, 1, 0))
        self._oldest = 0

    def add(self, departure: Departure, *, at: int) -> None:
        """Note a story that left the window at a stream time."""
        self._waiting.update(dict.fromkeys(departure.ids))
        keys = np.unique(departure.keys)
        keys = keys[keys != 0]
        number = self._rows.grow(left=at, keys=len(keys))
        self._rows.set_wide("id", number, bytes.fromhex(departure.ids[0]))
        self._postings.add(number, keys)

    def returns(self, canonical_id: str) -> None:
        """Keep the snapshot of a canonical story that is founded anew by the story that founded it."""
        self._waiting.pop(canonical_id, None)

    def told(self) -> tuple[str, ...]:
        """Give the next ids whose snapshots are to be taken back; they are not given again."""
        if not self._waiting:
            return ()
        count = min(len(self._waiting), TOLD)
        return tuple(self._waiting.popitem(last=False)[0] for _ in range(count))

    def whose(self, keys: Keys) -> str | None:
        """Find the departed canonical story that a copy belongs to, the last of several."""
        if self._oldest == self._rows.used:
            return None  # nobody left
        hits = Counter(self._postings.documents(keys[:ASKED]))
        for number in sorted(hits, reverse=True):
            if number < self._oldest:
                break
            if hits[number] >= min(NEEDED, (self._rows.get("keys", number) + 1) // 2):
                return self._rows.get_wide("id", number).hex()
        return None

    def forget(self, before: int) -> None:
        """Forget those that left before a time."""
        rows = self._rows
        while self._oldest < rows.used:
            if rows.get("left", self._oldest) >= before:
                return
            rows.set("left", self._oldest, -1)
            self._postings.drop(self._oldest)
            self._oldest += 1

    def size(self) -> int:
        """Count the bytes of the index and the rows."""
        return self._postings.size() + self._rows.size()

    def capture(self) -> dict[str, npt.NDArray[Any]]:
        """Give the whole state as arrays that nobody changes any more."""
        waiting = np.frombuffer(bytes.fromhex("".join(self._waiting)), np.uint8)
        return {
            "waiting": waiting,
            "oldest": np.array([self._oldest], np.int64),
            **gathered({"postings": self._postings.capture(), "rows": self._rows.capture()}),
        }

    def resume(self, arrays: Arrays) -> None:
        """Take over what ``capture`` gave."""
        ids = arrays["waiting"].tobytes().hex()
        self._waiting = OrderedDict.fromkeys(ids[at : at + 32] for at in range(0, len(ids), 32))
        (self._oldest,) = arrays["oldest"].tolist()
        self._postings.resume(arrays_of(arrays, "postings"))
        self._rows.resume(arrays_of(arrays, "rows"))
