"""Which held copies may share copy with a story? Index → few candidates, whatever is popular today.

A shingle votes for the documents that hold it, the rarer the stronger. One that several canonical
stories of the same outlet hold is furniture: it does not vote, and it is reported, so that the
comparison can leave the passage out. One that many hold, of any outlets (of one house, say), is reported
as well; it may still vote, for phrases of the language are among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from worker import kernels
from worker.lineage.copies import Copies
from worker.lineage.postings import Keys
from worker.values import quick

POPULAR: Final = 64  # documents with one hash; more, and it votes only when nothing else does
CANDIDATES: Final = 10  # documents that are compared
CANONS: Final = 6  # canonical stories that they come from
PER_CANON: Final = 3
VOTES: Final = 4  # common hashes that make a candidate, some fifty words
VOTES_SHARE: Final = 0.15  # of the smaller fingerprint, when that is less
VOTES_MORE: Final = 64  # hashes of the smaller fingerprint for which one more is asked
RECURRENT: Final = 3  # canonical stories of one outlet with a passage: it is furniture
EVERYWHERE: Final = 8  # canonical stories of any outlets with a passage: it is as well


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Documents worth comparing, best first, and the keys that recur across stories, where there are any."""

    documents: Sequence[int]
    recurrent: Keys


_NOBODY: Final = Candidates(documents=(), recurrent=np.empty(0, np.uint32))


def probe(copies: Copies, keys: Keys, *, outlet: int) -> Candidates:
    """Find the documents that may share copy with a story of an outlet (0: not known)."""
    where, documents = copies.postings.probe(keys)
    if not documents:
        return _NOBODY
    column = copies.columns.column
    canons, outlets, posted = column("canon"), column("outlet"), column("posted")
    found, hits, strengths, recurrent = kernels.vote(
        where, documents, canons, outlets, keys, outlet, POPULAR, RECURRENT, EVERYWHERE
    )
    chosen = kernels.choose(
        found,
        hits,
        strengths,
        canons,
        posted,
        len(keys),
        VOTES_SHARE,
        VOTES,
        VOTES_MORE,
        CANDIDATES,
        CANONS,
        PER_CANON,
    )
    return Candidates(documents=chosen, recurrent=np.frombuffer(recurrent, np.uint32)) if chosen else _NOBODY
