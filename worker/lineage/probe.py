"""Which held copies may share copy with a story? Index → few candidates, whatever is popular today.

A shingle votes for the documents that hold it, the rarer the stronger. One that several canonical
stories of the same outlet hold is furniture: it does not vote, and it is reported, so that the
comparison can leave the passage out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from worker import kernels
from worker.lineage.copies import Copies
from worker.lineage.postings import Keys

POPULAR: Final = 64  # documents with one hash; more, and it votes only when nothing else does
CANDIDATES: Final = 10  # documents that are compared
CANONS: Final = 6  # canonical stories that they come from
PER_CANON: Final = 3
VOTES: Final = 4  # common hashes that make a candidate, some fifty words
VOTES_SHARE: Final = 0.15  # of the smaller fingerprint, when that is less
VOTES_MORE: Final = 64  # hashes of the smaller fingerprint for which one more is asked
RECURRENT: Final = 3  # canonical stories of one outlet with a passage; more is furniture


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Documents worth comparing, best first, and the keys that recur across the outlet."""

    documents: tuple[int, ...]
    recurrent: Keys


def probe(copies: Copies, keys: Keys, *, outlet: int) -> Candidates:
    """Find the documents that may share copy with a story of an outlet (0: not known)."""
    where, documents = copies.postings.probe(keys)
    if not len(documents):
        return Candidates(documents=(), recurrent=np.empty(0, np.uint32))
    canons, outlets = copies.canon_of(documents), copies.outlet_of(documents)
    told = kernels.vote(where, documents, canons, outlets, len(keys), outlet, POPULAR, RECURRENT)
    found, furniture = np.frombuffer(told[0], np.uint32), np.frombuffer(told[3], np.bool_)
    hits, strength = np.frombuffer(told[1], np.int64), np.frombuffer(told[2], np.int64)
    smaller = np.minimum(copies.posted_of(found), len(keys))
    enough = hits >= np.clip(np.ceil(VOTES_SHARE * smaller), 1, VOTES + smaller // VOTES_MORE)
    found, strength = found[enough], strength[enough]
    order = np.lexsort((found, -strength))
    return Candidates(
        documents=_spread(found[order], copies.canon_of(found[order])),
        recurrent=keys[furniture],
    )


def _spread(documents: npt.NDArray[np.uint32], canons: npt.NDArray[np.int64]) -> tuple[int, ...]:
    """Choose the best documents of the best canonical stories."""
    chosen: list[int] = []
    taken: dict[int, int] = {}
    for document, canon in zip(documents[:200].tolist(), canons[:200].tolist(), strict=True):
        count = taken.get(canon, 0)
        if count >= PER_CANON or (not count and len(taken) >= CANONS):
            continue
        taken[canon] = count + 1
        chosen.append(document)
        if len(chosen) == CANDIDATES:
            break
    return tuple(chosen)
